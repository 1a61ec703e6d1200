/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

void rows_clear(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++) free(r->row[i].data);
	free(r->row);
	*r = (struct rows){ 0 };
}

/* Takes over the row. */
static void put(struct rows *r, struct rows_row row)
{
	if (r->n == r->cap) {
		size_t const cap = r->cap ? 2 * r->cap : 16;
		struct rows_row *const more = realloc(r->row, cap * sizeof *more);
		if (!more) {
			free(row.data);
			rows_clear(r);
			return;
		}
		r->row = more;
		r->cap = cap;
	}
	r->row[r->n++] = row;
	r->bytes += row.len + sizeof row;
	if (r->bytes > ROWS_BYTES_MAX) rows_clear(r);
}

void rows_add(struct rows *r, struct screen const *s, struct screen_row const *row)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	screen_row_sgr(s, row, &b);
	if (b.failed) {
		screen_buf_deinit(&b);
		rows_clear(r);
		return;
	}
	put(r, (struct rows_row){ b.data, b.len, row->len, row->wrapped });
}

/* The first n rows now belong to somebody else. */
static void shift(struct rows *r, size_t n)
{
	for (size_t i = 0; i < n; i++) r->bytes -= r->row[i].len + sizeof *r->row;
	r->n -= n;
	memmove(r->row, r->row + n, r->n * sizeof *r->row);
}

void rows_move(struct rows *r, struct rows *from)
{
	struct rows_row const row = from->row[0];

	shift(from, 1);
	put(r, row);
}

void rows_drop(struct rows *r, size_t n)
{
	if (n >= r->n) {
		rows_clear(r);
		return;
	}
	for (size_t i = 0; i < n; i++) free(r->row[i].data);
	shift(r, n);
}

void rows_truncate(struct rows *r, size_t n)
{
	for (; r->n > n; r->n--) {
		r->bytes -= r->row[r->n - 1].len + sizeof *r->row;
		free(r->row[r->n - 1].data);
	}
}

struct screen *rows_screen(struct rows const *r, size_t i)
{
	struct screen *const s = screen_new(1, SCREEN_SIZE_MAX);
	if (s && r->row[i].len > 0) screen_feed(s, r->row[i].data, r->row[i].len);
	return s;
}

/* Spaces count as blank. */
static unsigned chars(struct screen const *s, unsigned x, uint32_t ret[SCREEN_CLUSTER_MAX])
{
	unsigned const n = screen_cell_chars(s, screen_cell(s, SCREEN_MAIN, 0, x), ret);
	return n == 1 && ret[0] == ' ' ? 0 : n;
}

static bool begins(struct screen const *a, struct screen const *b, unsigned n)
{
	uint32_t ca[SCREEN_CLUSTER_MAX];
	uint32_t cb[SCREEN_CLUSTER_MAX];

	for (unsigned x = 0; x < n; x++) {
		unsigned const na = chars(a, x, ca);
		unsigned const nb = chars(b, x, cb);
		if (na != nb || memcmp(ca, cb, na * sizeof *ca) != 0) return false;
	}
	return true;
}

/* The second half of a wide character is not blank. */
static unsigned trimmed(struct screen const *s, unsigned n)
{
	uint32_t cps[SCREEN_CLUSTER_MAX];
	while (n > 0 && chars(s, n - 1, cps) == 0 && !(screen_cell(s, SCREEN_MAIN, 0, n - 1).flags & SCREEN_CELL_SPACER)) n--;
	return n;
}

unsigned rows_begins(struct rows const *r, struct rows const *with)
{
	struct screen *const a = rows_screen(r, 0);
	struct screen *const b = rows_screen(with, 0);
	unsigned n = a && b ? trimmed(b, with->row[0].cells) : 0;

	if (n > r->row[0].cells || (n > 0 && !begins(a, b, n))) n = 0;
	screen_free(a);
	screen_free(b);
	return n;
}

bool rows_blank(struct rows const *r)
{
	struct screen *const s = rows_screen(r, 0);
	bool const blank = s && trimmed(s, r->row[0].cells) == 0;

	screen_free(s);
	return blank;
}

bool rows_on(struct rows const *r, struct screen const *s)
{
	struct screen *const own = rows_screen(r, 0);
	struct screen_row const row = screen_row(s, SCREEN_MAIN, 0);
	unsigned n = own ? trimmed(own, r->row[0].cells) : 0;
	unsigned const on = trimmed(s, row.len);

	/* The rest of a wider row is in the rows below. */
	if (row.wrapped && n > screen_cols(s)) n = on;
	bool const same = own && (n > 0 ? begins(s, own, n) : on == 0);
	screen_free(own);
	return same;
}

void rows_cut(struct rows *r, unsigned n)
{
	struct screen *const s = rows_screen(r, 0);
	struct screen_buf b = SCREEN_BUF_INIT;
	struct rows_row *const row = &r->row[0];

	if (!s) return;
	struct screen_row cells = screen_row(s, SCREEN_MAIN, 0);
	if (n > cells.len) n = cells.len;
	cells.cells += n;
	cells.len -= n;
	screen_row_sgr(s, &cells, &b);
	screen_free(s);
	r->bytes = r->bytes - row->len + b.len;
	free(row->data);
	row->data = b.data;
	row->len = b.len;
	row->cells = cells.len;
}

void rows_print(struct rows const *r, size_t i, struct screen_buf *out)
{
	if (r->row[i].len > 0) screen_buf_add(out, r->row[i].data, r->row[i].len);
	/* The terminal wraps by itself where a line continues in our next row. */
	if (!r->row[i].wrapped || i + 1 == r->n) screen_buf_str(out, "\r\n");
}
