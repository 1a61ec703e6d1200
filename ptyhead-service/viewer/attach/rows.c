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

void rows_add(struct rows *r, struct screen const *s, struct screen_row const *row)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (r->n == r->cap) {
		size_t const cap = r->cap ? 2 * r->cap : 16;
		struct rows_row *const more = realloc(r->row, cap * sizeof *more);
		if (!more) {
			rows_clear(r);
			return;
		}
		r->row = more;
		r->cap = cap;
	}
	screen_row_sgr(s, row, &b);
	r->row[r->n++] = (struct rows_row){ b.data, b.len, row->wrapped };
	r->bytes += b.len + sizeof *r->row;
	if (b.failed || r->bytes > ROWS_BYTES_MAX) rows_clear(r);
}

void rows_drop(struct rows *r, size_t n)
{
	if (n >= r->n) {
		rows_clear(r);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		r->bytes -= r->row[i].len + sizeof *r->row;
		free(r->row[i].data);
	}
	r->n -= n;
	memmove(r->row, r->row + n, r->n * sizeof *r->row);
}

void rows_print(struct rows const *r, size_t i, struct screen_buf *out)
{
	if (r->row[i].len > 0) screen_buf_add(out, r->row[i].data, r->row[i].len);
	/* The terminal wraps by itself what goes on in the next row of ours. */
	if (!r->row[i].wrapped || i + 1 == r->n) screen_buf_str(out, "\r\n");
}
