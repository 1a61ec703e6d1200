/* SPDX-License-Identifier: ISC */
#include "flow.h"

#include <stdlib.h>

/* Where the next cell goes, in rows of the new width from the first line's beginning. */
struct walk {
	unsigned cols;
	unsigned row, col;
};

static void put(struct walk *w, unsigned width)
{
	if (w->col + width > w->cols) {
		w->row++;
		w->col = 0;
	}
	w->col += width;
}

static void line_end(struct walk *w)
{
	w->row++;
	w->col = 0;
}

/* ---- the tail ---------------------------------------------------------------- */

/* One row of it as cells, on a screen of its own. */
static struct screen *tail_row(struct rows const *tail, size_t i)
{
	struct screen *const s = screen_new(1, SCREEN_SIZE_MAX);
	if (s && tail->row[i].len > 0) screen_feed(s, tail->row[i].data, tail->row[i].len);
	return s;
}

/* Puts its cells; *ret_in (may be NULL) are those in the first `rows` rows. */
static unsigned put_tail(struct walk *w, struct rows const *tail, unsigned rows, unsigned *ret_in)
{
	unsigned n = 0, in = 0;

	for (size_t i = 0; i < tail->n; i++) {
		struct screen *const s = tail_row(tail, i);
		if (!s) continue;
		struct screen_row const r = screen_row(s, SCREEN_MAIN, 0);
		for (unsigned x = 0; x < r.len; x++) {
			unsigned const width = screen_cell_width(r.cells[x]);
			if (width > 0) put(w, width);
			n++;
			if (w->row < rows) in = n;
		}
		screen_free(s);
	}
	if (ret_in) *ret_in = in;
	return n;
}

unsigned flow_tail(struct rows const *tail)
{
	struct walk w = { .cols = SCREEN_SIZE_MAX };
	return put_tail(&w, tail, 0, NULL);
}

void flow_tail_print(struct rows const *tail, unsigned from, struct screen_buf *out)
{
	for (size_t i = 0; i < tail->n; i++) {
		struct screen *const s = tail_row(tail, i);
		if (!s) continue;
		struct screen_row r = screen_row(s, SCREEN_MAIN, 0);
		unsigned const skip = from < r.len ? from : r.len;
		from -= skip;
		r.cells += skip;
		r.len -= skip;
		screen_row_sgr(s, &r, out);
		screen_free(s);
	}
	screen_buf_str(out, "\r\n");
}

/* ---- the screen --------------------------------------------------------------- */

static bool wide_at(struct screen const *s, unsigned y, unsigned x)
{
	return screen_cell(s, SCREEN_MAIN, y, x).flags & SCREEN_CELL_WIDE;
}

/* The cells of a row that flow. */
static unsigned content(struct screen const *s, unsigned y)
{
	struct screen_row const r = screen_row(s, SCREEN_MAIN, y);
	unsigned n = r.len;

	if (r.wrapped && y + 1 < screen_rows(s)) {
		/* A wide character that did not fit left its place empty. */
		n = screen_cols(s);
		return n > 1 && wide_at(s, y + 1, 0) && (r.len < n || r.cells[n - 1].ch == ' ' || r.cells[n - 1].ch == 0) &&
		               !(r.len == n && r.cells[n - 1].flags & SCREEN_CELL_SPACER)
		           ? n - 1
		           : n;
	}
	while (n > 0 && r.cells[n - 1].ch == 0 && !(r.cells[n - 1].flags & SCREEN_CELL_SPACER)) n--;
	return n;
}

static void put_row(struct walk *w, struct screen const *s, unsigned y, unsigned upto)
{
	struct screen_row const r = screen_row(s, SCREEN_MAIN, y);

	for (unsigned x = 0; x < upto; x++) {
		struct screen_cell const c = x < r.len ? r.cells[x] : (struct screen_cell){ 0, 0, 0 };
		if (!(c.flags & SCREEN_CELL_SPACER)) put(w, c.flags & SCREEN_CELL_WIDE ? 2 : 1);
	}
}

struct place {
	unsigned y, x;
};

/* Where the cursor would be: *ret with its own line flowed anew, *ret_kept with the
 * rows of that line as they were, which some leave to the program. *ret_first: the row
 * of the first cell that is no tail. */
static void places(struct flow_was const *was, unsigned cols, struct place *ret, struct place *ret_kept, unsigned *ret_first)
{
	struct screen_cursor const c = screen_cursor(was->s);
	struct walk w = { .cols = cols };
	unsigned begin_row = 0; /* of the cursor's line */
	unsigned begin_y = 0;

	unsigned kept = (unsigned)was->tail->n;
	put_tail(&w, was->tail, 0, NULL);
	*ret_first = w.row + (w.col >= cols);
	for (unsigned y = 0; y < c.y; y++) {
		put_row(&w, was->s, y, content(was->s, y));
		if (screen_row(was->s, SCREEN_MAIN, y).wrapped) continue;
		line_end(&w);
		begin_row = w.row;
		begin_y = y + 1;
		kept = 0;
	}
	unsigned const n = content(was->s, c.y);
	put_row(&w, was->s, c.y, c.x < n ? c.x : n);
	if (c.x < n || c.pending) {
		unsigned const width = wide_at(was->s, c.y, c.x) ? 2 : 1;
		if (!c.pending && w.col + width > cols) put(&w, width), w.col -= width;
	} else {
		w.col += c.x - n;
	}
	*ret = (struct place){ w.row, w.col < cols ? w.col : cols - 1 };
	*ret_kept = (struct place){ begin_row + kept + c.y - begin_y, c.x < cols ? c.x : cols - 1 };
}

static unsigned above(struct flow_was const *was, unsigned cols, unsigned const *x, unsigned *ret_first)
{
	struct place flowed, kept;

	*ret_first = 0;
	if (!was->reflows || cols == screen_cols(was->s)) return screen_cursor(was->s).y;
	places(was, cols, &flowed, &kept, ret_first);
	return x && flowed.x != *x && kept.x == *x ? kept.y : flowed.y;
}

unsigned flow_above(struct flow_was const *was, unsigned cols)
{
	unsigned first;
	return above(was, cols, NULL, &first);
}

struct flow_now flow(struct flow_was const *was, unsigned cols, unsigned y, unsigned x)
{
	struct flow_now now = { .tail_from = flow_tail(was->tail) };
	unsigned first;
	unsigned const rows = above(was, cols, &x, &first);
	bool const anew = was->reflows && cols != screen_cols(was->s);

	if (y >= rows) {
		now.pulled = y - rows;
		if (anew) now.tail_from = 0;
		return now;
	}
	struct walk w = { .cols = cols };
	if (anew) put_tail(&w, was->tail, rows - y, &now.tail_from);
	now.pushed = rows - y > first ? rows - y - first : 0;
	return now;
}
