/* SPDX-License-Identifier: ISC */
/* Rows that left a screen, as bytes for a terminal. The total number of bytes is
 * limited. */
#ifndef VIEWER_ROWS_H
#define VIEWER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

#define ROWS_BYTES_MAX (1u << 20)

struct rows_row {
	char *data; /* with SGR; begins and ends with the default style; not NUL-terminated */
	size_t len;
	unsigned cells;
	bool wrapped; /* the next row continues this line */
};

struct rows {
	struct rows_row *row;
	size_t n, cap;
	size_t bytes;
};

void rows_clear(struct rows *r);
/* Appends a row. Out of room: all rows are dropped. */
void rows_add(struct rows *r, struct screen const *s, struct screen_row const *row);
/* Moves the first row of `from` to the end of `to`. */
void rows_move(struct rows *r, struct rows *from);
/* Drops the first n rows. */
void rows_drop(struct rows *r, size_t n);
/* Keeps only the first n rows. */
void rows_truncate(struct rows *r, size_t n);
/* Drops the first n cells of the first row. */
void rows_cut(struct rows *r, unsigned n);
/* The number of cells of the first row of `with`, without trailing blanks, if the first
 * row begins with these; else 0. */
unsigned rows_begins(struct rows const *r, struct rows const *with);
/* Is the first row blank? */
bool rows_blank(struct rows const *r);
/* Does the first row of that screen begin with our first row; or, if that continues in
 * the next, our row with the screen's; or are both blank? */
bool rows_on(struct rows const *r, struct screen const *s);
/* The row as cells, on a screen of its own; the caller frees it. NULL: out of memory. */
struct screen *rows_screen(struct rows const *r, size_t i);
/* Appends what prints row i at the cursor and goes to the next row. */
void rows_print(struct rows const *r, size_t i, struct screen_buf *out);

#endif
