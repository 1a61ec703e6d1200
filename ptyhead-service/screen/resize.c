/* SPDX-License-Identifier: ISC */
/* A change of size. The lines of the main screen are wrapped again, as in xterm.js: if
 * there are too many rows, rows below the cursor are dropped first, then rows from the
 * top, which become final lines. The alternate screen is cropped or extended. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

/* A position to follow: the cursor, or a saved one. */
struct anchor {
	unsigned y, x;   /* old position; x may be cols (a pending wrap) */
	bool placed;
	unsigned ny, nx; /* new position; nx may be the new cols */
};

/* The rows of the new main screen, while they are made. */
struct flow {
	struct screen *s;
	struct row *rows;    /* a ring of max rows; the first of n is [top] */
	unsigned top, n, max;
	unsigned cols;
	unsigned col;        /* column of the next cell in the last row */
	struct anchor *a;    /* a[0] decides what is dropped */
	unsigned na;
	bool full;           /* there is no more room below the cursor */
};

static struct row *flow_last(struct flow *f)
{
	unsigned const i = f->top + f->n - 1;
	return &f->rows[i < f->max ? i : i - f->max];
}

static struct row *flow_row(struct flow *f)
{
	struct screen_cell *cells = NULL;
	if (f->n == f->max) {
		if (f->a[0].placed) f->full = true;
		if (f->full) return NULL;
		grid_emit(f->s, &f->rows[f->top]);
		cells = f->rows[f->top].cells;
		if (++f->top == f->max) f->top = 0;
		f->n--;
		for (unsigned i = 0; i < f->na; i++)
			if (f->a[i].placed && f->a[i].ny > 0) f->a[i].ny--;
	}
	f->n++;
	struct row *const r = flow_last(f);
	if (!cells) cells = malloc(f->cols * sizeof *cells);
	*r = (struct row){ .cells = cells };
	f->col = 0;
	spend(f->s, 16);
	return r;
}

static void flow_put(struct row *r, unsigned x, struct screen_cell c)
{
	if (!r->cells) return;
	r->cells[x] = c;
	r->len = (uint16_t)(x + 1);
}

static void flow_anchor(struct flow *f, unsigned i, unsigned col)
{
	f->a[i].placed = true;
	f->a[i].ny = f->n - 1;
	f->a[i].nx = umin(col, f->cols);
}

/* The number of cells of a row that count as content. */
static unsigned content(struct row const *r)
{
	unsigned n = r->len;
	while (n > 0 && !r->cells[n - 1].ch && !(r->cells[n - 1].flags & SCREEN_CELL_SPACER)) n--;
	return n;
}

/* Rows [y, end) of the old screen are one line. */
static void flow_line(struct flow *f, struct row **old, unsigned y, unsigned end, unsigned old_cols)
{
	struct row *r = flow_row(f);
	if (r) r->flags = old[y]->flags & ROW_PROMPT;
	for (; r && y < end; y++) {
		struct row const *const o = old[y];
		bool const more = y + 1 < end;
		unsigned n = more ? old_cols : content(o);
		spend(f->s, 8 * (uint64_t)n + o->len);
		/* A wide character that did not fit left this cell empty. */
		if (more && n > 1 && old[y + 1]->len && (old[y + 1]->cells[0].flags & SCREEN_CELL_WIDE) &&
		    (o->len < n || !o->cells[n - 1].ch || o->cells[n - 1].ch == ' ') &&
		    !(o->len == n && (o->cells[n - 1].flags & SCREEN_CELL_SPACER)))
			n--;
		for (unsigned x = 0; x < n; x++) {
			struct screen_cell const c = x < o->len ? o->cells[x] : cell_make(0, 0, 0);
			unsigned const w = c.flags & SCREEN_CELL_WIDE ? 2 : 1;
			for (unsigned i = 0; i < f->na; i++)
				if (c.flags & SCREEN_CELL_SPACER && f->a[i].y == y && f->a[i].x == x) flow_anchor(f, i, f->col - 1);
			if (c.flags & SCREEN_CELL_SPACER || w > f->cols) continue;
			if (f->col + w > f->cols) {
				if (f->col < f->cols) flow_put(r, f->col, cell_make(' ', c.style, 0));
				r->flags |= ROW_WRAPPED;
				r = flow_row(f);
				if (!r) return;
			}
			for (unsigned i = 0; i < f->na; i++)
				if (f->a[i].y == y && f->a[i].x == x) flow_anchor(f, i, f->col);
			flow_put(r, f->col, c);
			if (w == 2) flow_put(r, f->col + 1, cell_make(0, c.style, SCREEN_CELL_SPACER));
			f->col += w;
		}
		for (unsigned i = 0; i < f->na; i++)
			if (f->a[i].y == y && f->a[i].x >= n && !f->a[i].placed) flow_anchor(f, i, f->col + f->a[i].x - n);
		if (more) continue;
		for (unsigned x = n; x < o->len && f->col < f->cols; x++, f->col++) /* coloured blanks */
			if (r->cells && r->len == f->col) flow_put(r, f->col, o->cells[x]);
	}
}

/* Makes the rows of main again and frees the old ones. */
static int reflow(struct screen *s, unsigned rows, unsigned cols, struct anchor *a, unsigned na)
{
	struct flow f = { .s = s, .max = rows, .cols = cols, .a = a, .na = na };
	struct row **const old = calloc(s->rows, sizeof(struct row *));
	f.rows = calloc(rows, sizeof *f.rows);
	if (!old || !f.rows) {
		free((void *)old);
		free(f.rows);
		return -1;
	}
	unsigned n = s->rows;
	for (unsigned y = 0; y < s->rows; y++) old[y] = row_at(s, &s->main, y);
	while (n > a[0].y + 1 && !old[n - 1]->len && !(old[n - 2]->flags & ROW_WRAPPED)) n--;
	for (unsigned y = 0; y < n && !f.full;) {
		unsigned end = y + 1;
		while (end < n && (old[end - 1]->flags & ROW_WRAPPED)) end++;
		unsigned const first = f.n;
		flow_line(&f, old, y, end, s->cols);
		if (end == y + 1 && f.n == first + 1 && (old[y]->flags & ROW_LOGGED)) flow_last(&f)->flags |= ROW_LOGGED;
		y = end;
	}
	for (unsigned y = 0; y < s->rows; y++) free(old[y]->cells); /* NOLINT(clang-analyzer-core.*): all rows are in `old` */
	free((void *)old);
	free(s->main.rows);
	s->main.rows = f.rows;
	s->main.top = f.top;
	return 0;
}

/* Crops or extends without wrapping again; keeps row `y` visible. Returns how many rows
 * scrolled off. */
static int crop(struct screen *s, struct grid *g, unsigned rows, unsigned cols, unsigned y, bool emit, unsigned *ret_off)
{
	unsigned const off = y >= rows ? y + 1 - rows : 0;
	struct row *const to = calloc(rows, sizeof *to);
	if (!to) return -1;
	for (unsigned i = 0; i < s->rows; i++) {
		struct row *const r = row_at(s, g, i);
		if (i < off || i - off >= rows) {
			if (emit && i < off) grid_emit(s, r);
			free(r->cells);
			continue;
		}
		struct row *const t = &to[i - off];
		*t = *r;
		spend(s, COST_STRING);
		if (cols == s->cols || !r->cells) continue;
		struct screen_cell *const c = realloc(r->cells, cols * sizeof *c);
		if (!c) {
			free(r->cells);
			*t = (struct row){ 0 };
			continue;
		}
		t->cells = c;
		t->flags = (uint8_t)(t->flags & ~ROW_WRAPPED);
		if (t->len > cols) t->len = (uint16_t)cols;
		if (t->len == cols && c[cols - 1].flags & SCREEN_CELL_WIDE) c[cols - 1] = cell_make(0, 0, 0);
	}
	free(g->rows);
	g->rows = to;
	g->top = 0;
	*ret_off = off;
	return 0;
}

static void last_row_unwrap(struct grid *g, unsigned rows)
{
	struct row *const r = &g->rows[(g->top + rows - 1) % rows];
	r->flags = (uint8_t)(r->flags & ~ROW_WRAPPED);
}

static void saved_clamp(struct screen *s, struct saved *v)
{
	if (v->y >= s->rows) v->y = (uint16_t)(s->rows - 1);
	if (v->x >= s->cols) v->x = (uint16_t)(s->cols - 1);
	if (v->pending && v->x != s->cols - 1) v->pending = false;
}

static void anchor_read(struct anchor const *a, unsigned rows, unsigned cols, uint16_t *y, uint16_t *x, bool *pending)
{
	unsigned const ny = a->placed ? a->ny : a->y;
	unsigned const nx = a->placed ? a->nx : a->x;
	*y = (uint16_t)umin(ny, rows - 1);
	*x = (uint16_t)umin(nx, cols - 1);
	*pending = *pending && nx >= cols;
}

static int resize_main(struct screen *s, unsigned rows, unsigned cols)
{
	struct saved *const v = &s->main.saved;
	struct anchor const cursor = { .y = s->y, .x = s->x + (s->pending ? 1u : 0u) };
	struct anchor const saved = { .y = v->y, .x = v->x + (v->pending ? 1u : 0u) };
	struct anchor a[2] = { s->alt_on ? saved : cursor, s->alt_on ? cursor : saved };
	if (cols != s->cols) {
		if (reflow(s, rows, cols, a, s->alt_on ? 1 : 2) < 0) return -1;
	} else {
		unsigned off;
		if (crop(s, &s->main, rows, cols, a[0].y, true, &off) < 0) return -1;
		for (unsigned i = 0; i < 2; i++) {
			a[i].placed = true;
			a[i].ny = a[i].y > off ? a[i].y - off : 0;
			a[i].nx = a[i].x;
		}
	}
	last_row_unwrap(&s->main, rows);
	anchor_read(s->alt_on ? &a[0] : &a[1], rows, cols, &v->y, &v->x, &v->pending);
	if (!s->alt_on) anchor_read(&a[0], rows, cols, &s->y, &s->x, &s->pending);
	return 0;
}

void screen_resize(struct screen *s, unsigned rows, unsigned cols)
{
	rows = umin(umax(rows, 1), SCREEN_SIZE_MAX);
	cols = umin(umax(cols, 1), SCREEN_SIZE_MAX);
	s->last_valid = false;
	if (rows == s->rows && cols == s->cols) return;
	unsigned off = 0;
	unsigned const old_cols = s->cols;
	struct row *const keep = calloc(rows, sizeof *keep); /* so that the second step cannot fail */
	if (!keep || resize_main(s, rows, cols) < 0) {
		free(keep);
		return;
	}
	if (crop(s, &s->alt, rows, cols, s->alt_on ? s->y : 0, false, &off) < 0) {
		grid_deinit(&s->alt, s->rows);
		s->alt.rows = keep;
		s->alt.top = 0;
	} else {
		free(keep);
	}
	last_row_unwrap(&s->alt, rows);
	s->rows = (uint16_t)rows;
	s->cols = (uint16_t)cols;
	if (s->alt_on) {
		s->y = (uint16_t)umin(s->y - umin(off, s->y), rows - 1);
		if (s->x >= cols || cols != old_cols) s->pending = false;
		s->x = (uint16_t)umin(s->x, cols - 1);
	}
	if (s->x != cols - 1) s->pending = false; /* it waited at a margin, and the margins are reset */
	saved_clamp(s, &s->main.saved);
	saved_clamp(s, &s->alt.saved);
	margins_reset(s);
	if (cols > old_cols) tabs_default(s, old_cols);
	if (mode_on(s, M_INBAND))
		query_answer(s, "\033[48;%u;%u;%u;%ut", rows, cols, rows * s->cell_h, cols * s->cell_w);
}
