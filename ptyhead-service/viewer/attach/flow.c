/* SPDX-License-Identifier: ISC */
#include "flow.h"

#include <stdlib.h>

/* The position of the next cell, in rows of the new width from the beginning of the
 * first line. */
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

/* ---- the rows ----------------------------------------------------------------- */

static bool wide_at(struct screen const *s, unsigned y, unsigned x)
{
	return screen_cell(s, SCREEN_MAIN, y, x).flags & SCREEN_CELL_WIDE;
}

/* The cells of a row that are wrapped. */
static unsigned content(struct screen const *s, unsigned y)
{
	struct screen_row const r = screen_row(s, SCREEN_MAIN, y);
	unsigned n = r.len;

	if (r.wrapped && y + 1 < screen_rows(s)) {
		/* A wide character that did not fit left this cell empty. */
		n = screen_cols(s);
		return n > 1 && wide_at(s, y + 1, 0) && (r.len < n || r.cells[n - 1].ch == ' ' || r.cells[n - 1].ch == 0) &&
		               !(r.len == n && r.cells[n - 1].flags & SCREEN_CELL_SPACER)
		           ? n - 1
		           : n;
	}
	while (n > 0 && r.cells[n - 1].ch == 0 && !(r.cells[n - 1].flags & SCREEN_CELL_SPACER)) n--;
	return n;
}

/* A row that the terminal held. Row 0 is the first of the tail. */
struct piece {
	struct screen *own; /* must be freed */
	struct screen const *s;
	struct screen_row row;
	unsigned cells; /* cells to wrap; `row` may have fewer */
	bool wrapped;
};

static bool piece_get(struct flow_was const *was, size_t i, struct piece *p)
{
	size_t const tail = was->tail->n;
	size_t const above = tail + was->owed->n;

	*p = (struct piece){ 0 };
	if (i >= above) {
		unsigned const y = (unsigned)(i - above);
		if (y >= screen_rows(was->s)) return false;
		p->s = was->s;
		p->row = screen_row(was->s, SCREEN_MAIN, y);
		p->cells = content(was->s, y);
		p->wrapped = p->row.wrapped;
		return true;
	}
	struct rows const *const rows = i < tail ? was->tail : was->owed;
	size_t const at = i < tail ? i : i - tail;
	p->own = rows_screen(rows, at);
	if (!p->own) return false;
	p->s = p->own;
	p->row = screen_row(p->own, SCREEN_MAIN, 0);
	p->cells = p->row.len;
	p->wrapped = rows->row[at].wrapped;
	return true;
}

/* Places the first `upto` cells. Returns how many of them are in the first `rows` rows. */
static unsigned piece_put(struct walk *w, struct piece const *p, unsigned upto, unsigned rows)
{
	unsigned in = 0;

	for (unsigned x = 0; x < upto; x++) {
		struct screen_cell const c = x < p->row.len ? p->row.cells[x] : (struct screen_cell){ 0, 0, 0 };
		if (!(c.flags & SCREEN_CELL_SPACER)) put(w, c.flags & SCREEN_CELL_WIDE ? 2 : 1);
		if (w->row < rows) in = x + 1;
	}
	return in;
}

static void keep(struct rows *owed, struct piece const *p, unsigned cells)
{
	struct screen_row r = p->row;

	r.wrapped = p->wrapped || cells < p->cells;
	if (r.len > cells) r.len = cells;
	rows_add(owed, p->s, &r);
}

/* ---- the tail ----------------------------------------------------------------- */

unsigned flow_tail(struct rows const *tail)
{
	unsigned n = 0;
	for (size_t i = 0; i < tail->n; i++) n += tail->row[i].cells;
	return n;
}

void flow_tail_print(struct rows const *tail, unsigned from, struct screen_buf *out)
{
	for (size_t i = 0; i < tail->n; i++) {
		struct screen *const s = rows_screen(tail, i);
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

/* ---- another width -------------------------------------------------------------- */

struct place {
	unsigned y, x;
};

/* The cursor's row, counted from the first row of the tail. *ret: if its line is
 * wrapped again; *ret_kept: if the rows of that line stay, as some terminals leave them
 * to the program. */
static void places(struct flow_was const *was, unsigned cols, struct place *ret, struct place *ret_kept)
{
	struct screen_cursor const c = screen_cursor(was->s);
	size_t const at = was->tail->n + was->owed->n + c.y;
	struct walk w = { .cols = cols };
	unsigned begin_row = 0; /* of the line with the cursor */
	size_t begin = 0;
	struct piece p;

	for (size_t i = 0; i < at && piece_get(was, i, &p); i++) {
		piece_put(&w, &p, p.cells, 0);
		screen_free(p.own);
		if (p.wrapped) continue;
		line_end(&w);
		begin_row = w.row;
		begin = i + 1;
	}
	if (!piece_get(was, at, &p)) p.cells = 0;
	piece_put(&w, &p, c.x < p.cells ? c.x : p.cells, 0);
	if (c.x < p.cells || c.pending) {
		unsigned const width = wide_at(was->s, c.y, c.x) ? 2 : 1;
		if (!c.pending && w.col + width > cols) put(&w, width), w.col -= width;
	} else {
		w.col += c.x - p.cells;
	}
	*ret = (struct place){ w.row, w.col < cols ? w.col : cols - 1 };
	*ret_kept = (struct place){ begin_row + (unsigned)(at - begin), c.x < cols ? c.x : cols - 1 };
}

/* The first `n` rows of the new width, from the tail on, are in the scrollback. */
static void split(struct flow_was const *was, unsigned cols, unsigned n, struct flow_now *now)
{
	struct walk w = { .cols = cols };
	struct piece p;

	now->tail_from = 0;
	for (size_t i = 0; w.row < n && piece_get(was, i, &p); i++) {
		unsigned const in = piece_put(&w, &p, p.cells, n);
		if (i < was->tail->n) now->tail_from += in;
		else if (w.row < n || in > 0) keep(&now->owed, &p, in);
		screen_free(p.own);
		if (!p.wrapped && w.row < n) line_end(&w);
	}
}

static struct flow_now anew(struct flow_was const *was, unsigned cols, unsigned y, unsigned x)
{
	struct flow_now now = { 0 };
	struct place flowed, kept;

	places(was, cols, &flowed, &kept);
	unsigned const rows = flowed.x != x && kept.x == x ? kept.y : flowed.y;
	if (y >= rows) now.pulled = y - rows;
	else split(was, cols, rows - y, &now);
	return now;
}

/* ---- as rows --------------------------------------------------------------------- */

static struct flow_now as_rows(struct flow_was const *was, unsigned y)
{
	struct flow_now now = { .tail_from = flow_tail(was->tail) };
	unsigned const rows = (unsigned)was->owed->n + screen_cursor(was->s).y;
	struct piece p;

	if (y >= rows) now.pulled = y - rows;
	for (unsigned i = 0; y + i < rows && piece_get(was, was->tail->n + i, &p); i++) {
		keep(&now.owed, &p, p.cells);
		screen_free(p.own);
	}
	return now;
}

static bool flows(struct flow_was const *was, unsigned cols)
{
	return was->reflows && cols != screen_cols(was->s);
}

unsigned flow_above(struct flow_was const *was, unsigned cols)
{
	struct place flowed, kept;

	if (!flows(was, cols)) return screen_cursor(was->s).y;
	places(was, cols, &flowed, &kept);
	return flowed.y;
}

struct flow_now flow(struct flow_was const *was, unsigned cols, unsigned y, unsigned x)
{
	return flows(was, cols) ? anew(was, cols, y, x) : as_rows(was, y);
}
