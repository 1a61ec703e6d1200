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

/* Takes the row over. */
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

/* The first n are not ours any more. */
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
	/* The terminal wraps by itself what goes on in the next row of ours. */
	if (!r->row[i].wrapped || i + 1 == r->n) screen_buf_str(out, "\r\n");
}
