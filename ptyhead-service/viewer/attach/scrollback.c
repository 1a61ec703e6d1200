/* SPDX-License-Identifier: ISC */
#include "scrollback.h"

#include <string.h>

#include "flow.h"

void way_go(struct way *w)
{
	if (w->out->len > w->fed) screen_feed(w->at, w->out->data + w->fed, w->out->len - w->fed);
	w->fed = w->out->len;
}

/* Ends the line row by row. Erasing a whole screen would put its rows into the
 * scrollback of some terminals. A line that began above ends here: in xterm.js and tmux
 * when its next row is erased, in VTE when a row is inserted. Otherwise, at another
 * width, it would be joined with what is painted below. */
void way_erase(struct canvas *c, struct way *w)
{
	screen_buf_str(w->out, "\033[?6l\033[m");
	for (unsigned y = 1; y <= c->rows; y++) screen_buf_fmt(w->out, "\033[%u;1H\033[K", y);
	screen_buf_str(w->out, "\033[H\033[L");
	way_go(w);
	if (!screen_alt(w->at)) scrollback_cut(c);
}

void scrollback_cut(struct canvas *c)
{
	if (c->tail_from == UINT32_MAX) rows_clear(&c->tail); /* otherwise it must still be printed */
	if (c->owed.n > 0) c->owed.row[c->owed.n - 1].wrapped = false;
}

/* The first n rows of the terminal scroll up. */
static void scroll(struct way *w, unsigned n)
{
	if (n == 0) return;
	/* The last row, even if the terminal has more rows by now. */
	screen_buf_fmt(w->out, "\033[%u;1H", SCREEN_SIZE_MAX);
	for (unsigned i = 0; i < n; i++) screen_buf_str(w->out, "\n");
	way_go(w);
}

void scrollback_sink(struct way *w)
{
	way_go(w);
	scroll(w, screen_cursor(w->at).y);
	screen_buf_str(w->out, "\033[H");
	way_go(w);
}

static bool row_is(struct screen const *s, unsigned y, struct rows_row const *want)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen_row const row = screen_row(s, SCREEN_MAIN, y);

	screen_row_sgr(s, &row, &b);
	bool const same = b.len == want->len && (b.len == 0 || memcmp(b.data, want->data, b.len) == 0);
	screen_buf_deinit(&b);
	return same;
}

/* How many of the rows in `gone` are at the top of the terminal, in order. */
static unsigned shown(struct canvas const *c, struct way const *w)
{
	unsigned n = 0;
	if (c->doubt[0]) return 0;
	while (n < c->gone.n && n < c->rows && row_is(w->at, n, &c->gone.row[n])) n++;
	return n;
}

/* The first row of `rows` is in the scrollback. */
static void to_tail(struct canvas *c, struct rows *rows)
{
	bool const wrapped = rows->row[0].wrapped;

	if (!wrapped) rows_clear(&c->tail);
	if (c->kind == CANVAS_CUTS) rows_move(&c->past, rows);
	else if (wrapped) rows_move(&c->tail, rows);
	else rows_drop(rows, 1);
}

/* Removes rows that are both owed and gone, as long as it is known how they continue.
 * Rows of both may end at different cells of their lines. */
static void pay_row(struct canvas *c)
{
	struct rows_row const *const owed = &c->owed.row[0];
	struct rows_row const *const gone = &c->gone.row[0];

	if (owed->wrapped && owed->cells < gone->cells) {
		rows_cut(&c->gone, owed->cells);
		to_tail(c, &c->owed);
	} else if (gone->wrapped && gone->cells < owed->cells) {
		rows_cut(&c->owed, gone->cells);
		to_tail(c, &c->gone);
	} else {
		to_tail(c, &c->owed);
		rows_drop(&c->gone, 1);
	}
}

/* Rows that the terminal pushed are not put into the scrollback again when the
 * program's screen gives them up. A painted row is not marked as wrapped: its text
 * tells where a row ends. */
void canvas_pay(struct canvas *c)
{
	while (c->owed.n > 0 && c->gone.n > 0) {
		unsigned const owed = rows_begins(&c->gone, &c->owed);
		unsigned const gone = rows_begins(&c->owed, &c->gone);
		if (owed > 0 && gone == 0) {
			rows_cut(&c->gone, owed);
			to_tail(c, &c->owed);
		} else if (gone > 0 && owed == 0) {
			rows_cut(&c->owed, gone);
			to_tail(c, &c->gone);
		} else {
			pay_row(c);
		}
	}
}

/* The rows that vanished from the scrollback, as far as they were ours. */
static void put_back(struct canvas *c, struct screen_buf *out)
{
	size_t const n = c->vanished < c->past.n ? c->past.n - c->vanished : 0;

	if (c->vanished == 0) return;
	for (size_t i = n; i < c->past.n; i++) rows_print(&c->past, i, out);
	rows_truncate(&c->past, n);
	c->vanished = 0;
}

void scrollback_print(struct canvas *c, struct screen_buf *out)
{
	if (c->tail_from != UINT32_MAX) flow_tail_print(&c->tail, c->tail_from, out);
	c->tail_from = UINT32_MAX;
	put_back(c, out);
	for (size_t i = 0; i < c->gone.n; i++) rows_print(&c->gone, i, out);
	rows_clear(&c->gone);
}

void scrollback_settle(struct canvas *c, struct way *w)
{
	bool const torn = c->tail_from != UINT32_MAX;

	scroll(w, c->lift);
	c->deaf = c->lift;
	c->lift = 0;
	canvas_pay(c);
	if (!torn && c->vanished == 0) {
		unsigned const n = shown(c, w);
		scroll(w, n);
		rows_drop(&c->gone, n);
	}
	if (torn || c->gone.n > 0 || c->vanished > 0) {
		way_erase(c, w);
		c->doubt[0] = false;
		scrollback_print(c, w->out);
		scrollback_sink(w);
	}
}
