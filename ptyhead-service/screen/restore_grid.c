/* SPDX-License-Identifier: ISC */
/* Writes a grid's cells, so that a terminal joins the same rows into lines. */
#include "screen_int.h"

static bool shows(struct screen_cell c) { return c.ch || (c.flags & SCREEN_CELL_SPACER); }

static bool wrapped(struct screen const *s, struct grid const *g, unsigned y)
{
	return y + 1u < s->rows && (row_at(s, g, y)->flags & ROW_WRAPPED);
}

/* If row y is printed to its end, does row y + 1 continue it by wrapping? */
static bool flows(struct screen const *s, struct grid const *g, unsigned y)
{
	unsigned most;
	if (!wrapped(s, g, y)) return false;
	if (row_at(s, g, y + 1)->flags & ROW_PROMPT) return false; /* its mark comes between */
	struct screen_cell last = cell_at(s, g, y, s->cols - 1u);
	struct screen_cell const next = cell_at(s, g, y + 1, 0);
	if (!shows(last) || !shows(next)) return false;
	if (last.flags & SCREEN_CELL_SPACER && s->cols > 1) last = cell_at(s, g, y, s->cols - 2u);
	return !paint_disputed(s, last, &most) && !paint_disputed(s, next, &most);
}

/* Rows marked as wrapped that painting would not wrap: two spaces cause the wrap, and
 * are painted over. */
static void force_wraps(struct painter *p, struct grid const *g)
{
	struct screen const *const s = p->s;
	for (unsigned y = 0; y < s->rows; y++) {
		if (!wrapped(s, g, y) || flows(s, g, y)) continue;
		p->known = false;
		paint_move(p, y, s->cols - 1u);
		screen_buf_str(p->out, "  ");
		p->known = false;
	}
}

/* Did force_wraps put a space there? */
static bool forced(struct screen const *s, struct grid const *g, unsigned y, unsigned x)
{
	if (x == s->cols - 1u && wrapped(s, g, y) && !flows(s, g, y)) return true;
	return x == 0 && y > 0 && wrapped(s, g, y - 1) && !flows(s, g, y - 1);
}

static unsigned blanks(struct painter *p, struct grid const *g, unsigned y, unsigned x)
{
	struct screen const *const s = p->s;
	struct screen_cell const first = cell_at(s, g, y, x);
	struct screen_style const st = s->styles.at[first.style];
	unsigned end = x + 1;
	if (forced(s, g, y, x)) {
		if (x == s->cols - 1u) { /* ECH there would end the wrap */
			struct screen_style const bg = { .bg = st.bg };
			paint_style(p, &bg);
			screen_buf_fmt(p->out, "\033[%u;%u;%u;%u$z", y + 1, x + 1, y + 1, x + 1);
			return end;
		}
		paint_blank(p, y, x, 1, &st);
		return end;
	}
	while (end < s->cols && !forced(s, g, y, end)) {
		struct screen_cell const c = cell_at(s, g, y, end);
		if (shows(c) || c.style != first.style) break;
		end++;
	}
	if (first.style) paint_blank(p, y, x, end - x, &st);
	return end;
}

void restore_grid(struct painter *p, struct grid const *g)
{
	struct screen const *const s = p->s;
	force_wraps(p, g);
	for (unsigned y = 0; y < s->rows; y++) {
		struct row const *const r = row_at(s, g, y);
		bool const after = y > 0 && flows(s, g, y - 1);
		if (r->flags & ROW_PROMPT) {
			paint_move(p, y, 0);
			marks_start(s, p->out);
		}
		for (unsigned x = 0; x < s->cols;) {
			struct screen_cell const c = cell_at(s, g, y, x);
			if (!shows(c)) {
				if (x >= r->len && !forced(s, g, y, x)) {
					/* The rest is blank, except perhaps a space
					 * from force_wraps in the last column. */
					unsigned const last = s->cols - 1u;
					if (x == last || !forced(s, g, y, last)) break;
					x = last;
					continue;
				}
				x = blanks(p, g, y, x);
				continue;
			}
			struct screen_style const st = s->styles.at[c.style];
			if (!(x == 0 && after && p->known && p->y == y - 1 && p->x == s->cols)) paint_to(p, c, y, x);
			paint_style(p, &st);
			unsigned const n = paint_run(p, r->cells + x, r->len - x);
			if (n == 0) paint_cell(p, c);
			x += n ? n : umax(screen_cell_width(c), 1);
		}
	}
}
