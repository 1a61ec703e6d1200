/* SPDX-License-Identifier: ISC */
/* Paints a screen on a terminal of another size, or on a slow one: only what changed
 * since the last picture, cropped so that the cursor is visible. The terminal's
 * margins, tabs, charsets and insert mode keep their defaults. */
#include "screen_int.h"

#include <string.h>

struct view {
	struct screen const *s; /* NULL: blank */
	unsigned y, x;          /* position of the first cell shown */
	unsigned rows, cols;
};

void screen_viewport(struct screen const *s, unsigned rows, unsigned cols, unsigned *ret_y, unsigned *ret_x)
{
	*ret_y = s->y >= rows ? s->y + 1u - rows : 0;
	*ret_x = s->x >= cols ? s->x + 1u - cols : 0;
}

/* A row of the viewport. */
struct line {
	struct screen const *s; /* NULL: blank */
	struct screen_cell const *cells;
	unsigned len;  /* cells from here on are blank */
	unsigned cols;
};

static struct line view_line(struct view const *v, unsigned y)
{
	struct line l = { .s = v->s, .cols = v->cols };
	if (!v->s || v->y + y >= v->s->rows) return l;
	struct row const *const r = row_at(v->s, v->s->grid, v->y + y);
	if (r->len <= v->x) return l;
	l.len = umin(r->len - v->x, v->cols);
	l.cells = r->cells + v->x;
	return l;
}

/* Halves of wide characters that the edge cuts, and cells outside of the screen, are
 * blank. */
static inline struct screen_cell line_cell(struct line const *l, unsigned x)
{
	if (x >= l->len) return cell_make(0, 0, 0);
	struct screen_cell c = l->cells[x];
	if ((c.flags & SCREEN_CELL_SPACER && x == 0) || (c.flags & SCREEN_CELL_WIDE && x + 1 == l->cols)) {
		c.ch = ' ';
		c.flags = 0;
	}
	return c;
}

static bool cell_same(struct screen const *a, struct screen_cell x, struct screen const *b, struct screen_cell y)
{
	uint32_t ca[SCREEN_CLUSTER_MAX];
	uint32_t cb[SCREEN_CLUSTER_MAX];
	if (!a) return !y.ch && !y.style && !y.flags;
	if (x.flags != y.flags) return false;
	if ((x.ch | y.ch) & SCREEN_CLUSTER) {
		unsigned const na = cluster_chars(a, x.ch, ca);
		unsigned const nb = cluster_chars(b, y.ch, cb);
		if (na != nb || memcmp(ca, cb, na * sizeof *ca) != 0) return false;
	} else if (x.ch != y.ch) {
		return false;
	}
	if (a == b) return x.style == y.style;
	return (!x.style && !y.style) || style_same(a, x.style, b, y.style);
}

/* A hash of what the row shows; 0: no characters. It must not use style numbers, which
 * differ between screens. */
static uint64_t row_hash(struct view const *v, unsigned y)
{
	struct line const l = view_line(v, y);
	uint64_t h = 0;
	bool any = false;
	for (unsigned x = 0; x < l.len; x++) {
		uint32_t cps[SCREEN_CLUSTER_MAX];
		struct screen_cell const c = line_cell(&l, x);
		if (!c.ch && !c.style) continue;
		struct screen_style const *const st = &v->s->styles.at[c.style];
		unsigned const n = cluster_chars(v->s, c.ch, cps);
		h = (h ^ x ^ (uint64_t)st->fg << 32 ^ (uint64_t)st->bg << 8 ^ (uint64_t)st->attrs << 20) * UINT64_C(0x9e3779b97f4a7c15);
		for (unsigned i = 0; i < n; i++) h = (h ^ cps[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
		any |= n > 0;
	}
	return any ? h | 1 : 0;
}

/* By how many rows the old picture moved up, if that explains the new one better than
 * no movement. A guess from hashes: differences are painted in any case. */
static unsigned scrolled(struct view const *from, struct view const *to)
{
	uint64_t was[SCREEN_SIZE_MAX];
	uint64_t now[SCREEN_SIZE_MAX];
	unsigned best = 0;
	unsigned best_score = 0;
	if (!from->s) return 0;
	for (unsigned y = 0; y < to->rows; y++) {
		was[y] = row_hash(from, y);
		now[y] = row_hash(to, y);
		best_score += now[y] && now[y] == was[y];
	}
	for (unsigned n = 1; n < to->rows; n++) {
		unsigned score = 0;
		for (unsigned y = 0; y + n < to->rows; y++) score += now[y] && now[y] == was[y + n];
		if (score > best_score + 1) {
			best_score = score;
			best = n;
		}
	}
	return best;
}

/* Are x and x + 1 one wide character, before or after, or letters of one flag? */
static bool pair(struct line const *from, struct line const *to, unsigned x)
{
	if ((line_cell(from, x).flags | line_cell(to, x).flags) & SCREEN_CELL_WIDE) return true;
	return flag_letter(line_cell(to, x)) && flag_letter(line_cell(to, x + 1));
}

/* A cell beside one that some terminals make wider may have been overwritten by it, or
 * will be. */
static void spill(struct line const *l, unsigned x, bool *ret)
{
	unsigned most;
	struct screen_cell const c = line_cell(l, x);
	if (c.ch < PAINT_UNDISPUTED || !paint_disputed(l->s, c, &most)) return;
	for (unsigned i = x + 1; i < l->cols && i < x + most; i++) ret[i] = true;
}

/* Which cells of a row to write: those that differ, and all cells of each wide
 * character, old or new, that contains one of them. */
static void changes(struct line const *from, struct line const *to, bool *ret)
{
	unsigned const n = umax(from->len, to->len);
	bool wide = false;
	memset(ret, 0, to->cols * sizeof *ret);
	for (unsigned x = 0; x < n; x++) {
		struct screen_cell const a = line_cell(from, x);
		struct screen_cell const b = line_cell(to, x);
		if (!ret[x]) ret[x] = !cell_same(from->s, a, to->s, b);
		if (a.ch < PAINT_UNDISPUTED && b.ch < PAINT_UNDISPUTED && !((a.flags | b.flags) & SCREEN_CELL_WIDE)) continue;
		wide = true;
		if (ret[x]) spill(from, x, ret), spill(to, x, ret);
	}
	if (!wide) return;
	/* Forward and backward, so that each pair is compared with both neighbours. */
	for (unsigned x = 0; x + 1 < to->cols; x++)
		if (ret[x] != ret[x + 1] && pair(from, to, x)) ret[x] = ret[x + 1] = true;
	for (unsigned x = to->cols; x-- > 1;)
		if (ret[x - 1] != ret[x] && pair(from, to, x - 1)) ret[x - 1] = ret[x] = true;
}

static void row_paint(struct painter *p, struct line const *to, unsigned y, bool const *changed)
{
	struct screen const *const s = to->s;
	unsigned run = 0; /* all cells from x to here have changed */
	for (unsigned x = 0; x < to->cols;) {
		struct screen_cell const c = line_cell(to, x);
		if (!changed[x]) {
			x++;
			continue;
		}
		struct screen_style st = s->styles.at[c.style];
		st.attrs = (uint16_t)(st.attrs & ~(unsigned)SCREEN_PROTECTED);
		unsigned most;
		if (run <= x) run = x + 1;
		if (c.ch) {
			while (run < to->cols && changed[run]) run++;
			paint_to(p, c, y, x);
			paint_style(p, &st);
			/* Beside it, nothing old must stay visible where it is
			 * narrower. */
			if (!p->flag && paint_disputed(s, c, &most)) screen_buf_fmt(p->out, "\033[%uX", screen_cell_width(c));
			unsigned const n = paint_run(p, to->cells + x, umin(run, to->len) - x);
			if (!n) paint_cell(p, c);
			if (p->x >= p->cols) p->known = false;
			x += n ? n : umax(screen_cell_width(c), 1);
			continue;
		}
		unsigned end = x + 1;
		while (end < to->cols && changed[end]) {
			struct screen_cell const d = line_cell(to, end);
			if (d.ch || d.flags || d.style != c.style) break;
			end++;
		}
		paint_blank(p, y, x, end - x, &st);
		x = end;
	}
}

/* ---- modes that input needs ------------------------------------------------- */

struct input {
	uint64_t modes;
	uint16_t mouse, mouse_enc;
	unsigned kitty;
	int8_t modkeys[8];
	uint8_t shape;
};

static struct input input_of(struct screen const *s, struct home const *home)
{
	struct input in = { .modes = MODES_DEFAULT & MODES_MIRRORED };
	memset(in.modkeys, -1, sizeof in.modkeys);
	if (!s) return in;
	in.modes = home_shown(s, home) & MODES_MIRRORED;
	in.mouse = s->mouse;
	in.mouse_enc = s->mouse_enc;
	in.kitty = s->grid->kitty.flags[s->grid->kitty.depth];
	memcpy(in.modkeys, s->modkeys, sizeof in.modkeys);
	in.shape = s->shape;
	return in;
}

static void kitty_change(struct screen_buf *out, unsigned a, unsigned b)
{
	if (a == b) return;
	if (!b) screen_buf_str(out, "\033[<u");
	else screen_buf_fmt(out, a ? "\033[=%uu" : "\033[>%uu", b);
}

static void input_change(struct screen_buf *out, struct input const *a, struct input const *b)
{
	for (unsigned i = 0; i < screen_mode_count; i++) {
		struct mode_def const *const d = &screen_mode_defs[i];
		if (!((a->modes ^ b->modes) >> d->bit & 1)) continue;
		bool const on = b->modes >> d->bit & 1;
		if (d->bit == M_NKM) screen_buf_str(out, on ? "\033=" : "\033>");
		else screen_buf_fmt(out, "\033[%s%u%c", d->dec ? "?" : "", (unsigned)d->number, on ? 'h' : 'l');
	}
	if (a->mouse != b->mouse) screen_buf_fmt(out, "\033[?%u%c", (unsigned)(b->mouse ? b->mouse : a->mouse), b->mouse ? 'h' : 'l');
	if (a->mouse_enc != b->mouse_enc)
		screen_buf_fmt(out, "\033[?%u%c", (unsigned)(b->mouse_enc ? b->mouse_enc : a->mouse_enc), b->mouse_enc ? 'h' : 'l');
	for (unsigned i = 0; i < 8; i++) {
		if (a->modkeys[i] == b->modkeys[i]) continue;
		if (b->modkeys[i] < 0) screen_buf_fmt(out, "\033[>%um", i);
		else screen_buf_fmt(out, "\033[>%u;%dm", i, b->modkeys[i]);
	}
	if (a->shape != b->shape) screen_buf_fmt(out, "\033[%u q", (unsigned)b->shape);
	kitty_change(out, a->kitty, b->kitty);
}

/* ---- the whole ---------------------------------------------------------------- */

static bool cursor_seen(struct screen const *s, unsigned rows, unsigned cols)
{
	unsigned y;
	unsigned x;
	if (!mode_on(s, M_TCEM)) return false;
	screen_viewport(s, rows, cols, &y, &x);
	return s->y - y < rows && s->x - x < cols;
}

void screen_diff(struct screen const *from, struct screen const *to, unsigned rows, unsigned cols, struct screen_buf *out)
{
	rows = umin(umax(rows, 1), SCREEN_SIZE_MAX);
	cols = umin(umax(cols, 1), SCREEN_SIZE_MAX);
	struct view f = { .s = from, .rows = rows, .cols = cols };
	struct view t = { .s = to, .rows = rows, .cols = cols };
	struct painter p = { .s = to, .out = out, .cols = cols };
	struct screen_style const none = { 0 };
	struct input a = input_of(from, from ? &from->home : NULL);
	struct input const b = input_of(to, from ? &from->home : &to->home);
	bool changed[SCREEN_SIZE_MAX];
	uint64_t const has = from ? home_shown(from, &from->home) : MODES_DEFAULT;
	bool const hide = !from || cursor_seen(from, rows, cols);
	p.graphemes = has >> M_GRAPHEME & 1;
	p.wraps = has >> M_AWM & 1;
	p.narrow = from && home_narrow(&from->home);
	if (from) screen_viewport(from, rows, cols, &f.y, &f.x);
	screen_viewport(to, rows, cols, &t.y, &t.x);
	if (hide) screen_buf_str(out, "\033[?25l");
	if ((from && from->alt_on) != to->alt_on) {
		kitty_change(out, a.kitty, 0); /* each screen has a keyboard stack of its own */
		a.kitty = 0;
		screen_buf_str(out, to->alt_on ? "\033[?1049h\033[H\033[2J" : "\033[?1049l\033[m\033[H\033[2J");
		f.s = NULL;
	}
	/* Rows that scroll off the main screen go into the terminal's scrollback. */
	unsigned const up = to->alt_on ? scrolled(&f, &t) : 0;
	if (up) {
		screen_buf_fmt(out, "\033[%u;1H", rows);
		for (unsigned i = 0; i < up; i++) screen_buf_str(out, "\n");
	}
	struct view const blank = { .rows = rows, .cols = cols };
	for (unsigned y = 0; y < rows; y++) {
		struct line const was = view_line(y + up < rows ? &f : &blank, y + up);
		struct line const now = view_line(&t, y);
		changes(&was, &now, changed);
		row_paint(&p, &now, y, changed);
	}
	paint_style(&p, &none);
	input_change(out, &a, &b);
	paint_colors(from, to, out);
	if (strcmp(from ? screen_title(from) : "", screen_title(to)) != 0) paint_title(out, 2, screen_title(to));
	if (strcmp(from ? screen_icon(from) : "", screen_icon(to)) != 0) paint_title(out, 1, screen_icon(to));
	if (strcmp(from ? screen_directory(from) : "", screen_directory(to)) != 0) marks_directory_write(to, out);
	p.known = false;
	paint_move(&p, to->y - t.y, to->x - t.x);
	if (cursor_seen(to, rows, cols)) screen_buf_str(out, "\033[?25h");
}
