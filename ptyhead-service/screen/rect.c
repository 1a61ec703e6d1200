/* Rectangular operations (VT420: DECERA, DECSERA, DECFRA, DECCRA, DECCARA,
 * DECRARA, DECSACE). They move no cursor, and a pending wrap stays. */
#include "screen_int.h"

#include <string.h>

struct rect {
	unsigned top, left, bottom, right; /* inclusive, on the screen */
};

/* Parameters i.. as a rectangle; false if it is empty. */
static bool rect_read(struct screen const *s, unsigned i, struct rect *ret)
{
	bool const om = mode_on(s, M_OM);
	unsigned const y0 = om ? s->top : 0;
	unsigned const x0 = om ? s->left : 0;
	unsigned const ymax = om ? s->bottom : s->rows - 1u;
	unsigned const xmax = om ? s->right : s->cols - 1u;
	unsigned const bottom = par(s, i + 2, 0);
	unsigned const right = par(s, i + 3, 0);
	ret->top = y0 + par_pos(s, i) - 1;
	ret->left = x0 + par_pos(s, i + 1) - 1;
	ret->bottom = bottom ? umin(y0 + bottom - 1, ymax) : ymax;
	ret->right = right ? umin(x0 + right - 1, xmax) : xmax;
	return ret->top <= ret->bottom && ret->left <= ret->right;
}

static void rect_erase(struct screen *s, bool selective)
{
	struct rect r;
	if (!rect_read(s, 0, &r)) return;
	for (unsigned y = r.top; y <= r.bottom; y++) grid_erase(s, y, r.left, r.right + 1, selective);
}

static void rect_fill(struct screen *s)
{
	struct rect r;
	unsigned ch = par(s, 0, ' ');
	if (!ch) ch = ' ';
	if (ch < 0x20 || (ch > 0x7e && ch < 0xa0) || ch > 0xff || ch == 0xad) return;
	if (!rect_read(s, 1, &r)) return;
	uint16_t const style = style_pen(s);
	for (unsigned y = r.top; y <= r.bottom; y++) {
		grid_erase(s, y, r.left, r.right + 1, false);
		struct screen_cell *const c = row_open(s, row_at(s, s->grid, y), r.right + 1);
		for (unsigned x = r.left; c && x <= r.right; x++) c[x] = cell_make(ch, style, 0);
	}
}

static void rect_copy(struct screen *s)
{
	struct rect r;
	struct screen_cell line[SCREEN_SIZE_MAX];
	bool const om = mode_on(s, M_OM);
	if (!rect_read(s, 0, &r)) return;
	unsigned const top = (om ? s->top : 0) + par_pos(s, 5) - 1;
	unsigned const left = (om ? s->left : 0) + par_pos(s, 6) - 1;
	unsigned const ymax = om ? s->bottom : s->rows - 1u;
	unsigned const xmax = om ? s->right : s->cols - 1u;
	if (top > ymax || left > xmax) return;
	unsigned const h = umin(r.bottom - r.top, ymax - top) + 1;
	unsigned const w = umin(r.right - r.left, xmax - left) + 1;
	for (unsigned i = 0; i < h; i++) {
		unsigned const k = top > r.top ? h - 1 - i : i;
		for (unsigned x = 0; x < w; x++) line[x] = cell_at(s, s->grid, r.top + k, r.left + x);
		if (line[0].flags & SCREEN_CELL_SPACER) line[0] = cell_make(0, 0, 0); /* NOLINT(clang-analyzer-core.*): w > 0 */
		if (line[w - 1].flags & SCREEN_CELL_WIDE) line[w - 1] = cell_make(0, 0, 0);
		grid_erase(s, top + k, left, left + w, false);
		struct screen_cell *const c = row_open(s, row_at(s, s->grid, top + k), left + w);
		if (c) memcpy(c + left, line, w * sizeof *line);
	}
}

static void span_attrs(struct screen *s, unsigned y, unsigned x, unsigned end, bool reverse)
{
	struct row *const r = row_at(s, s->grid, y);
	struct screen_cell *const c = row_open(s, r, end);
	uint16_t from = 0;
	uint16_t to = 0;
	bool known = false;
	if (!c) return;
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
	if (x > 0 && c[x].flags & SCREEN_CELL_SPACER) x--;
	if (end < r->len && c[end].flags & SCREEN_CELL_SPACER) end++;
	for (; x < end; x++) {
		if (!c[x].ch && !(c[x].flags & SCREEN_CELL_SPACER)) c[x].ch = ' ';
		if (!known || c[x].style != from) {
			struct screen_style st = s->styles.at[c[x].style];
			if (s->p.npar <= 4) sgr_rect(&st, 0, reverse);
			for (unsigned i = 4; i < s->p.npar; i++) sgr_rect(&st, s->p.par[i], reverse);
			from = c[x].style;
			to = style_intern(s, &st);
			known = true;
		}
		c[x].style = to;
	}
}

static void rect_attrs(struct screen *s, bool reverse)
{
	struct rect r;
	if (!rect_read(s, 0, &r)) return;
	for (unsigned y = r.top; y <= r.bottom; y++) {
		unsigned x = r.left;
		unsigned end = r.right + 1;
		if (s->rect_extent != 2) { /* a stream from the first corner to the last */
			if (y > r.top) x = 0;
			if (y < r.bottom) end = s->cols;
			if (x >= end) continue;
		}
		span_attrs(s, y, x, end, reverse);
	}
}

/* DECRQCRA: the negated sum of the characters, as DEC has it. */
static void rect_checksum(struct screen *s)
{
	struct rect r;
	unsigned sum = 0;
	if (rect_read(s, 2, &r))
		for (unsigned y = r.top; y <= r.bottom; y++)
			for (unsigned x = r.left; x <= r.right; x++) {
				uint32_t cps[SCREEN_CLUSTER_MAX];
				if (screen_cell_chars(s, cell_at(s, s->grid, y, x), cps)) sum += cps[0];
			}
	query_answer(s, "\033P%u!~%04X\033\\", par(s, 0, 0), (0u - sum) & 0xffffu);
	query_span(s, SCREEN_QUERY_ANSWERED, NULL);
}

void rect_dispatch(struct screen *s, unsigned char final)
{
	if (s->p.inter[0] == '*') {
		if (final == 'x' && par(s, 0, 0) <= 2) s->rect_extent = (uint8_t)par(s, 0, 0);
		else if (final == 'y') rect_checksum(s);
		return;
	}
	switch (final) {
	case 'r': rect_attrs(s, false); break;
	case 't': rect_attrs(s, true); break;
	case 'v': rect_copy(s); break;
	case 'x': rect_fill(s); break;
	case 'z': rect_erase(s, false); break;
	case '{': rect_erase(s, true); break;
	default: break;
	}
}
