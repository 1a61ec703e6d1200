/* SPDX-License-Identifier: ISC */
/* Rectangle operations (VT420: DECERA, DECSERA, DECFRA, DECCRA, DECCARA, DECRARA,
 * DECSACE). They do not move the cursor, and a pending wrap stays. */
#include "screen_int.h"

#include <string.h>

struct rect {
	unsigned top, left, bottom, right; /* inclusive, on the screen */
};

/* Reads parameters i.. as a rectangle; false if it is empty. */
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
	for (unsigned y = r.top; y <= r.bottom; y++) grid_erase(s, y, r.left, r.right + 1, selective && !s->iso_protect);
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
		spend(s, 8 + r.right - r.left);
		struct screen_cell *const c = row_open(s, row_at(s, s->grid, y), r.right + 1);
		for (unsigned x = r.left; c && x <= r.right; x++) c[x] = cell_make(ch, style, 0);
	}
}

/* n cells of a row, from x on. */
static void row_read(struct row const *r, unsigned x, unsigned n, struct screen_cell *ret)
{
	unsigned const have = r->len > x ? umin(r->len - x, n) : 0;
	if (have) memcpy(ret, r->cells + x, have * sizeof *ret);
	memset(ret + have, 0, (n - have) * sizeof *ret);
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
		row_read(row_at(s, s->grid, r.top + k), r.left, w, line);
		spend(s, 8 + 2 * w);
		if (line[0].flags & SCREEN_CELL_SPACER) line[0] = cell_make(0, 0, 0); /* NOLINT(clang-analyzer-core.*): w > 0 */
		if (line[w - 1].flags & SCREEN_CELL_WIDE) line[w - 1] = cell_make(0, 0, 0);
		grid_erase(s, top + k, left, left + w, false);
		struct screen_cell *const c = row_open(s, row_at(s, s->grid, top + k), left + w);
		if (c) memcpy(c + left, line, w * sizeof *line);
	}
}

/* Caches what the present attributes make of each style, during one sequence. */
struct restyle {
	bool reverse;
	bool refused; /* the table is full: do not collect again in this sequence */
	uint8_t known[SCREEN_STYLES_MAX / 8]; /* a bit a style */
	uint16_t to[SCREEN_STYLES_MAX];       /* set where known */
};

static uint16_t restyle(struct screen *s, struct restyle *m, uint16_t from)
{
	uint8_t const bit = (uint8_t)(1u << (from % 8));
	if (m->known[from / 8] & bit) return m->to[from];
	struct screen_style st = s->styles.at[from];
	if (s->p.npar <= 4) sgr_rect(&st, 0, m->reverse);
	for (unsigned i = 4; i < s->p.npar; i++) sgr_rect(&st, s->p.par[i], m->reverse);
	m->known[from / 8] |= bit;
	spend(s, 2 * COST_PROBE + s->p.npar);
	int32_t to = style_find(s, &st);
	if (to < 0) {
		to = m->refused ? 0 : style_intern(s, &st);
		m->refused = to == 0;
	}
	return m->to[from] = (uint16_t)to;
}

static void span_attrs(struct screen *s, unsigned y, unsigned x, unsigned end, struct restyle *m)
{
	struct row *const r = row_at(s, s->grid, y);
	struct screen_cell *const c = row_open(s, r, end);
	if (!c) return;
	spend(s, 2 * (end - x));
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
	if (x > 0 && c[x].flags & SCREEN_CELL_SPACER) x--;
	if (end < r->len && c[end].flags & SCREEN_CELL_SPACER) end++;
	for (; x < end; x++) {
		if (!c[x].ch && !(c[x].flags & SCREEN_CELL_SPACER)) c[x].ch = ' ';
		c[x].style = restyle(s, m, c[x].style);
	}
}

static void rect_attrs(struct screen *s, bool reverse)
{
	struct rect r;
	struct restyle m;
	if (!rect_read(s, 0, &r)) return;
	m.reverse = reverse;
	m.refused = false;
	memset(m.known, 0, sizeof m.known);
	spend(s, sizeof m.known / 8);
	for (unsigned y = r.top; y <= r.bottom; y++) {
		unsigned x = r.left;
		unsigned end = r.right + 1;
		if (s->rect_extent != 2) { /* from the first corner to the last, as in a stream of text */
			if (y > r.top) x = 0;
			if (y < r.bottom) end = s->cols;
			if (x >= end) continue;
		}
		span_attrs(s, y, x, end, &m);
	}
}

/* What a cell contributes to DECRQCRA: the low byte of its character, and a bit for
 * each of some attributes. */
static unsigned cell_sum(struct screen const *s, struct screen_cell c)
{
	uint32_t const ch = c.ch & SCREEN_CLUSTER ? s->clusters.at[c.ch & ~SCREEN_CLUSTER].cp[0] : c.ch;
	unsigned const attrs = s->styles.at[c.style].attrs;
	unsigned const ul = SCREEN_UNDERLINE(attrs);
	unsigned sum = c.flags & SCREEN_CELL_SPACER ? 0xff : ch ? ch & 0xff : ' ';
	if (ul && ul != 2) sum += 0x10;
	if (attrs & SCREEN_INVERSE) sum += 0x20;
	if (attrs & SCREEN_BLINK) sum += 0x40;
	if (attrs & SCREEN_BOLD) sum += 0x80;
	return sum;
}

static unsigned row_sum(struct screen *s, unsigned y, unsigned x, unsigned end)
{
	struct row const *const r = row_at(s, s->grid, y);
	unsigned sum = 0;
	end = umin(end, r->len);
	spend(s, end > x ? 2 * (end - x) : 4);
	for (; x < end; x++) {
		struct screen_cell const c = r->cells[x];
		if (c.style) sum += cell_sum(s, c);
		else if (c.flags | c.ch) sum += c.ch < SCREEN_CLUSTER && c.ch ? c.ch & 0xff : cell_sum(s, c);
	}
	return sum;
}

/* DECRQCRA as in xterm: the negated sum of cells that were written, or erased in a
 * colour. Blanks do not count, except the first cell. */
static void rect_checksum(struct screen *s)
{
	struct rect r;
	unsigned sum = 0;
	if (rect_read(s, 2, &r)) {
		struct screen_cell const first = cell_at(s, s->grid, r.top, r.left);
		if (!first.ch && !first.style && !first.flags) sum = ' ';
		for (unsigned y = r.top; y <= r.bottom; y++) sum += row_sum(s, y, r.left, r.right + 1);
	}
	query_answer(s, "\033P%u!~%04X\033\\", par(s, 0, 0), (0u - sum) & 0xffffu);
	query_span(s, SCREEN_QUERY_ANSWERED, NULL);
}

bool rect_dispatch(struct screen *s, unsigned char final)
{
	if (s->p.inter[0] == '*') {
		if (final == 'x' && par(s, 0, 0) <= 2) s->rect_extent = (uint8_t)par(s, 0, 0);
		else if (final == 'y') rect_checksum(s);
		return final == 'x' || final == 'y';
	}
	switch (final) {
	case 'r': rect_attrs(s, false); break;
	case 't': rect_attrs(s, true); break;
	case 'v': rect_copy(s); break;
	case 'x': rect_fill(s); break;
	case 'z': rect_erase(s, false); break;
	case '{': rect_erase(s, true); break;
	default: return false;
	}
	return true;
}
