/* SPDX-License-Identifier: ISC */
#include "scrollback.h"

#include <string.h>

#include "flow.h"

void way_go(struct way *w)
{
	if (w->out->len > w->fed) screen_feed(w->at, w->out->data + w->fed, w->out->len - w->fed);
	w->fed = w->out->len;
}

/* By rows: what an erased screen held goes into the scrollback of some. A line that began there
 * ends there: xterm.js and tmux let it end when its next row is erased, VTE when a row is
 * inserted. Otherwise it would flow together with what is painted, in another width. */
void way_erase(struct canvas *c, struct way *w)
{
	screen_buf_str(w->out, "\033[?6l\033[m");
	for (unsigned y = 1; y <= c->rows; y++) screen_buf_fmt(w->out, "\033[%u;1H\033[K", y);
	screen_buf_str(w->out, "\033[H\033[L");
	way_go(w);
	if (screen_alt(w->at)) return;
	if (c->tail_from == UINT32_MAX) rows_clear(&c->tail); /* else it is printed yet */
	if (c->owed.n > 0) c->owed.row[c->owed.n - 1].wrapped = false;
}

/* The first n rows of the terminal go up. */
static void scroll(struct way *w, unsigned n)
{
	if (n == 0) return;
	/* The last row, also if the terminal has got more of them meanwhile. */
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

/* How many of the rows that are gone the terminal shows at its top, in their order. */
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

/* The first row that is owed is the first that is gone, as far as one is known to go on
 * in the next. Rows of both may end at different cells of their lines. */
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

/* What the terminal pushed is not put there once more when the program's screen gives it
 * up. What was painted is wrapped nowhere: there the text tells where a row ends. */
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

/* The rows that vanished from the scrollback, if there were so many of ours. */
static void put_back(struct canvas *c, struct way *w)
{
	size_t const n = c->vanished < c->past.n ? c->past.n - c->vanished : 0;

	if (c->vanished == 0) return;
	for (size_t i = n; i < c->past.n; i++) rows_print(&c->past, i, w->out);
	rows_truncate(&c->past, n);
	c->vanished = 0;
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
		if (torn) flow_tail_print(&c->tail, c->tail_from, w->out);
		put_back(c, w);
		for (size_t i = 0; i < c->gone.n; i++) rows_print(&c->gone, i, w->out);
		scrollback_sink(w);
		rows_clear(&c->gone);
	}
	c->tail_from = UINT32_MAX;
}
