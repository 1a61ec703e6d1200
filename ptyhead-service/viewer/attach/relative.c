/* SPDX-License-Identifier: ISC */
#include "relative.h"

#include <string.h>

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }
static unsigned above(unsigned a, unsigned b) { return a > b ? a - b : 0; }

/* Appends what screen_plain makes. False: that would move the cursor. */
static bool plain(struct screen const *s, struct screen_buf *out)
{
	static char const *const moves[] = { "\033[r", "\033[?6l", "\033[?69l", "\033[3g", " " };
	size_t const from = out->len;
	bool still = true;

	screen_plain(s, out);
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		still &= !out->len || !memmem(out->data + from, out->len - from, moves[i], strlen(moves[i]));
	return still;
}

static bool can(struct canvas const *c, struct way const *w)
{
	return c->placed && c->ask.len > 0 && w->out->len == 0 && c->unseen == 0 && !screen_alt(w->at) && !screen_alt(c->prog) &&
	       canvas_same(c) && !screen_disputed(c->prog);
}

/* The terminal's rows from the program's first row on become blank. */
static void blank(struct canvas const *c, struct screen_buf *out)
{
	if (c->place > c->lift) screen_buf_fmt(out, "\033[%uA", c->place - c->lift);
	if (c->place < c->lift) screen_buf_fmt(out, "\033[%uB", c->lift - c->place);
	screen_buf_str(out, "\r\0337");
	for (unsigned y = 0; y < c->rows; y++) screen_buf_str(out, "\033[K\033[B");
	/* see way_erase */
	screen_buf_str(out, "\0338\033[L");
}

/* The same in `s`, which does not have the rows above. */
static void blank_known(struct canvas const *c, struct screen_buf const *state, struct screen *s)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (state->len > 0) screen_buf_add(&b, state->data, state->len);
	for (unsigned y = 1; y <= c->rows; y++) screen_buf_fmt(&b, "\033[%u;1H\033[K", y);
	screen_buf_str(&b, "\033[H");
	screen_feed(s, b.data, b.len);
	screen_buf_deinit(&b);
}

/* Does the terminal go to the next row by itself? Then it knows that the line continues,
 * and this need not be made by a second picture. */
static bool flows(struct screen const *s, unsigned y, struct screen_row const *next)
{
	struct screen_row const row = screen_row(s, SCREEN_MAIN, y);
	return row.wrapped && row.len == screen_cols(s) && next->len > 0;
}

/* As many rows scroll up as are above the program's screen: these are at the end, since the
 * terminal may be smaller by now. */
static void print(struct canvas const *c, struct way *w)
{
	for (unsigned y = 0; y < c->rows; y++) {
		struct screen_row const row = screen_row(c->prog, SCREEN_MAIN, y);
		if (y > 0 && !flows(c->prog, y - 1, &row)) screen_buf_str(w->out, c->drawn.above == 0 && y < above(c->rows, c->drawn.lift) ? "\r\033[B" : "\r\n");
		screen_row_sgr(c->prog, &row, w->out);
	}
	screen_buf_add(w->out, c->ask.data, c->ask.len);
	/* The terminal's saved cursor is at another place than the known one. */
	screen_buf_str(w->out, "\033[H\0337");
	way_go(w);
}

void relative_paint(struct canvas *c, struct way *w)
{
	struct screen_buf state = SCREEN_BUF_INIT;

	c->drawn.due = false;
	if (can(c, w) && plain(w->at, &state)) {
		if (state.len > 0) screen_buf_add(w->out, state.data, state.len);
		blank(c, w->out);
		c->skip = w->fed = w->out->len;
		blank_known(c, &state, c->term);
		blank_known(c, &state, w->at);
		scrollback_cut(c);
		canvas_pay(c);
		scrollback_print(c, w->out);
		way_go(w);
		c->drawn = (struct canvas_drawn){
			.due = true, .place = c->place, .lift = c->lift, .above = screen_cursor(w->at).y, .rows = c->rows, .cols = c->cols,
		};
		print(c, w);
		c->lift = 0;
		c->doubt[0] = false;
	}
	c->placed = false;
	screen_buf_deinit(&state);
	screen_buf_clear(&c->ask);
}

/* The first n rows of the program's screen are in the scrollback. */
static void owe(struct canvas *c, unsigned n)
{
	rows_clear(&c->owed);
	/* The program has yet to write the rows from its cursor on. */
	for (unsigned y = 0; y < n && y < screen_cursor(c->prog).y; y++) {
		struct screen_row const row = screen_row(c->prog, SCREEN_MAIN, y);
		rows_add(&c->owed, c->prog, &row);
	}
}

/* The terminal had fewer rows. Where did the picture begin, how far did its rows go down, and
 * which scrolled? */
static void shrunk(struct canvas *c, struct canvas_drawn const *d, unsigned rows)
{
	unsigned const y = least(d->place, rows - 1);
	unsigned const line = above(d->place, d->lift);
	unsigned const start = d->place < d->lift ? least(y + d->lift - d->place, rows - 1) : above(y, line);
	unsigned const steps = d->above == 0 ? above(d->rows - 1, d->lift) : 0;
	unsigned const feeds = d->above + d->rows - 1 - steps;
	unsigned const scrolled = above(least(start + steps, rows - 1) + feeds, rows - 1);
	unsigned const all = above(scrolled, start);
	/* Rows that did not fit were written over each other. */
	unsigned const up = start + steps > rows - 1 ? least(all, rows - 1) : all;
	unsigned const pushed = above(line, y); /* before it came */

	c->lift = above(start, scrolled) + above(d->above, up);
	unsigned const n = above(up, d->above) > pushed ? above(up, d->above) : pushed;
	if (c->prog && n > c->owed.n) owe(c, n);
}

bool relative_checked(struct canvas *c, unsigned y, unsigned rows, unsigned cols)
{
	struct canvas_drawn const d = c->drawn;

	c->drawn.due = false;
	if (!d.due || rows == 0 || (rows == d.rows && cols == d.cols)) return false;
	if (!c->was) c->was = screen_clone(c->term);
	if (!c->was || cols != d.cols) return true;

	if (rows >= d.rows) c->lift = above(y, d.rows - 1);
	else shrunk(c, &d, rows);
	screen_resize(c->was, rows, cols);
	return true;
}
