/* SPDX-License-Identifier: ISC */
/* Rows and cells: erasing, shifting, scrolling. A row allocates its cells at its first
 * write. Scrolling rotates rows. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

int grid_init(struct grid *g, unsigned rows)
{
	g->rows = calloc(rows, sizeof *g->rows);
	g->top = 0;
	return g->rows ? 0 : -1;
}

void grid_deinit(struct grid *g, unsigned rows)
{
	for (unsigned y = 0; g->rows && y < rows; y++) free(g->rows[y].cells);
	free(g->rows);
	g->rows = NULL;
}

/* Cells [0, upto) become valid. */
struct screen_cell *row_open(struct screen *s, struct row *r, unsigned upto)
{
	if (!r->cells) {
		r->cells = malloc(s->cols * sizeof *r->cells);
		if (!r->cells) return NULL;
		spend(s, COST_STRING + 4u * s->cols); /* the first touch of new memory */
	}
	if (r->len < upto) {
		spend(s, upto - r->len);
		memset(r->cells + r->len, 0, (upto - r->len) * sizeof *r->cells);
		r->len = (uint16_t)upto;
	}
	return r->cells;
}

void row_blank(struct screen *s, struct row *r, uint16_t style)
{
	names_freed(s, r->len);
	r->flags = 0;
	r->len = 0;
	spend(s, style ? s->cols : 4u);
	if (!style) return;
	struct screen_cell *const c = row_open(s, r, s->cols);
	for (unsigned x = 0; c && x < s->cols; x++) c[x].style = style;
}

struct screen_row row_view(struct screen const *s, struct row const *r)
{
	(void)s;
	return (struct screen_row){ r->cells, r->len, (r->flags & ROW_WRAPPED) != 0, (r->flags & ROW_PROMPT) != 0, false };
}

struct screen_cell cell_at(struct screen const *s, struct grid const *g, unsigned y, unsigned x)
{
	struct row const *const r = row_at(s, g, y);
	return x < r->len ? r->cells[x] : cell_make(0, 0, 0);
}

static bool protected_cell(struct screen const *s, struct screen_cell c)
{
	return (s->styles.at[c.style].attrs & SCREEN_PROTECTED) != 0;
}

/* Blanks the cells of [x, end) that are not protected, and halves whose other half was
 * blanked. */
static bool erase_selected(struct screen const *s, struct row *r, unsigned x, unsigned end, uint16_t style)
{
	struct screen_cell *const c = r->cells;
	bool kept = false;
	for (unsigned i = x; i < end; i++) {
		if (protected_cell(s, c[i])) kept = true;
		else c[i] = cell_make(0, style, 0);
	}
	for (unsigned i = x ? x - 1 : 0; i < r->len && i <= end; i++) {
		bool const lost = (c[i].flags & SCREEN_CELL_WIDE)
					  ? i + 1 >= r->len || !(c[i + 1].flags & SCREEN_CELL_SPACER)
					  : (c[i].flags & SCREEN_CELL_SPACER) && (i == 0 || !(c[i - 1].flags & SCREEN_CELL_WIDE));
		if (lost) c[i] = cell_make(0, style, 0);
	}
	return kept;
}

bool grid_erase(struct screen *s, unsigned y, unsigned x, unsigned end, bool keep)
{
	struct row *const r = row_at(s, s->grid, y);
	if (end > s->cols) end = s->cols;
	if (x >= end) return false;
	spend(s, 4);
	uint16_t const style = style_erase(s);
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
	if (!style) {
		if (x >= r->len) return false;
		if (end > r->len) end = r->len;
	}
	struct screen_cell *const c = row_open(s, r, end);
	if (!c) return false;
	spend(s, keep ? 2 * (end - x) : end - x);
	names_freed(s, end - x);
	if (keep) return erase_selected(s, r, x, end, style);
	if (c[x].flags & SCREEN_CELL_SPACER && x > 0) c[x - 1] = cell_make(0, style, 0); /* NOLINT(clang-analyzer-core.*): row_open set it */
	if (end < r->len && c[end].flags & SCREEN_CELL_SPACER) c[end] = cell_make(0, style, 0);
	if (!style && end == r->len) {
		r->len = (uint16_t)x;
		return false;
	}
	for (unsigned i = x; i < end; i++) c[i] = cell_make(0, style, 0);
	return false;
}

/* ---- inserting and deleting within a row, up to the right margin ------ */

static void split_wide(struct screen_cell *c, unsigned x, uint16_t style)
{
	if (x > 0 && c[x].flags & SCREEN_CELL_SPACER) { /* NOLINT(clang-analyzer-core.*): row_open set it */
		c[x - 1] = cell_make(0, style, 0);
		c[x] = cell_make(0, style, 0);
	}
}

/* Opens the cells of row y, to insert or delete *n of them at x. *ret_end is behind the
 * last cell that moves. NULL: nothing to do, or out of memory. */
static struct screen_cell *edit(struct screen *s, unsigned y, unsigned x, unsigned *n, unsigned *ret_end, uint16_t *ret_style)
{
	struct row *const r = row_at(s, s->grid, y);
	unsigned const end = (x <= s->right ? s->right : s->cols - 1u) + 1u;
	uint16_t const style = style_erase(s);
	spend(s, 4);
	if (*n > end - x) *n = end - x;
	*ret_end = end;
	*ret_style = style;
	if (x >= r->len && !style) return NULL;
	struct screen_cell *const c = row_open(s, r, s->cols);
	if (!c) return NULL;
	spend(s, end - x);
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
	split_wide(c, x, style);
	if (end < s->cols) split_wide(c, end, style);
	return c;
}

void grid_insert_cells(struct screen *s, unsigned y, unsigned x, unsigned n)
{
	unsigned end;
	uint16_t style;
	struct screen_cell *const c = edit(s, y, x, &n, &end, &style);
	if (!c) return;
	memmove(c + x + n, c + x, (end - x - n) * sizeof *c);
	for (unsigned i = x; i < x + n; i++) c[i] = cell_make(0, style, 0);
	if (c[end - 1].flags & SCREEN_CELL_WIDE) c[end - 1] = cell_make(0, style, 0);
}

void grid_delete_cells(struct screen *s, unsigned y, unsigned x, unsigned n)
{
	unsigned end;
	uint16_t style;
	struct screen_cell *const c = edit(s, y, x, &n, &end, &style);
	if (!c) return;
	if (x + n < s->cols) split_wide(c, x + n, style);
	memmove(c + x, c + x + n, (end - x - n) * sizeof *c);
	for (unsigned i = end - n; i < end; i++) c[i] = cell_make(0, style, 0);
}

/* ---- lines that are final --------------------------------------------- */

static void emit(struct screen *s, struct row *r, bool cleared)
{
	if (!(r->flags & ROW_LOGGED) && s->sinks.line) {
		struct screen_row v = row_view(s, r);
		v.cleared = cleared;
		s->sinks.line(s->sinks.arg, s, &v);
		spend(s, COST_STRING + r->len);
	}
	r->flags |= ROW_LOGGED;
}

void grid_emit(struct screen *s, struct row *r)
{
	emit(s, r, false);
}

static bool row_empty(struct row const *r)
{
	for (unsigned x = 0; x < r->len; x++)
		if (r->cells[x].ch) return false;
	return true;
}

void grid_emit_all(struct screen *s)
{
	unsigned n = s->rows;
	while (n > 0 && row_empty(row_at(s, &s->main, n - 1))) {
		n--;
		spend(s, 4u + row_at(s, &s->main, n)->len);
	}
	for (unsigned y = 0; y < n; y++) emit(s, row_at(s, &s->main, y), true);
}

/* ---- scrolling --------------------------------------------------------- */

static void wrap_clear(struct screen *s, unsigned y)
{
	struct row *const r = row_at(s, s->grid, y);
	r->flags = (uint8_t)(r->flags & ~ROW_WRAPPED);
}

/* Only between the left and right margins: moves cells; rows stay. */
static void copy_span(struct screen *s, unsigned to, unsigned from, uint16_t style)
{
	unsigned const x = s->left;
	unsigned const n = s->right - s->left + 1u;
	struct row *const rt = row_at(s, s->grid, to);
	struct row *const rf = row_at(s, s->grid, from);
	struct screen_cell *const f = row_open(s, rf, s->cols);
	struct screen_cell *const t = row_open(s, rt, s->cols);
	if (!f || !t) return;
	spend(s, 8 + n);
	split_wide(t, x, style);
	if (x + n < s->cols) split_wide(t, x + n, style);
	memcpy(t + x, f + x, n * sizeof *t);
	if (t[x].flags & SCREEN_CELL_SPACER) t[x] = cell_make(0, style, 0);
	if (t[x + n - 1].flags & SCREEN_CELL_WIDE) t[x + n - 1] = cell_make(0, style, 0);
	rt->flags = rf->flags = 0;
}

static bool full_width(struct screen const *s)
{
	return s->left == 0 && s->right == s->cols - 1;
}

static void rotate(struct screen *s, unsigned top, unsigned bottom, unsigned n, bool up)
{
	struct grid *const g = s->grid;
	struct row keep[SCREEN_SIZE_MAX];
	if (top == 0 && bottom == s->rows - 1u) {
		g->top = up ? g->top + n : g->top + s->rows - n;
		if (g->top >= s->rows) g->top -= s->rows;
		return;
	}
	unsigned const height = bottom - top + 1;
	unsigned const from = up ? top : bottom + 1 - n; /* the n rows that rotate */
	unsigned const to = up ? bottom + 1 - n : top;
	spend(s, height);
	for (unsigned i = 0; i < n; i++) keep[i] = *row_at(s, g, from + i);
	if (up)
		for (unsigned y = top; y + n <= bottom; y++) *row_at(s, g, y) = *row_at(s, g, y + n);
	else
		for (unsigned y = bottom; y >= top + n; y--) *row_at(s, g, y) = *row_at(s, g, y - n);
	for (unsigned i = 0; i < n; i++) *row_at(s, g, to + i) = keep[i];
}

void grid_scroll_up(struct screen *s, unsigned top, unsigned bottom, unsigned n, enum scroll_why why)
{
	unsigned const height = bottom - top + 1;
	uint16_t const style = style_erase(s);
	if (n > height) n = height;
	if (!full_width(s)) {
		for (unsigned y = top; y + n <= bottom; y++) copy_span(s, y, y + n, style);
		for (unsigned y = bottom + 1 - n; y <= bottom; y++) grid_erase(s, y, s->left, s->right + 1u, false);
		return;
	}
	if (top > 0) wrap_clear(s, top - 1);
	if (why != SCROLL_WRAP || n > 1) wrap_clear(s, bottom);
	if (top == 0 && s->grid == &s->main && why != SCROLL_DELETE)
		for (unsigned y = 0; y < n; y++) grid_emit(s, row_at(s, s->grid, y));
	if (n < height) rotate(s, top, bottom, n, true);
	for (unsigned y = bottom + 1 - n; y <= bottom; y++) row_blank(s, row_at(s, s->grid, y), style);
}

void grid_scroll_down(struct screen *s, unsigned top, unsigned bottom, unsigned n)
{
	unsigned const height = bottom - top + 1;
	uint16_t const style = style_erase(s);
	if (n > height) n = height;
	if (!full_width(s)) {
		for (unsigned y = bottom; y >= top + n && y > 0; y--) copy_span(s, y, y - n, style);
		for (unsigned y = top; y < top + n; y++) grid_erase(s, y, s->left, s->right + 1u, false);
		return;
	}
	if (top > 0) wrap_clear(s, top - 1);
	wrap_clear(s, bottom);
	if (n < height) rotate(s, top, bottom, n, false);
	for (unsigned y = top; y < top + n; y++) row_blank(s, row_at(s, s->grid, y), style);
	wrap_clear(s, bottom);
}

void grid_clear(struct screen *s, struct grid *g, uint16_t style)
{
	for (unsigned y = 0; y < s->rows; y++) row_blank(s, row_at(s, g, y), style);
}

size_t grids_cells(struct screen const *s)
{
	size_t n = 0;
	for (unsigned y = 0; y < s->rows; y++) n += 8u + s->main.rows[y].len + s->alt.rows[y].len;
	return n;
}
