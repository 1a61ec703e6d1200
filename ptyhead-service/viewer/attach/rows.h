/* SPDX-License-Identifier: ISC */
/* Rows that left a screen, as bytes that a terminal shows. Bounded by the bytes. */
#ifndef VIEWER_ROWS_H
#define VIEWER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

#define ROWS_BYTES_MAX (1u << 20)

struct rows_row {
	char *data; /* with SGR, from and to the default style; not terminated */
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
/* Adds a row at the end. When there is no room for it all are forgotten. */
void rows_add(struct rows *r, struct screen const *s, struct screen_row const *row);
/* Moves the first row of `from` to the end. */
void rows_move(struct rows *r, struct rows *from);
/* Forgets the first n. */
void rows_drop(struct rows *r, size_t n);
/* Forgets all but the first n. */
void rows_truncate(struct rows *r, size_t n);
/* Forgets the first n cells of the first row. */
void rows_cut(struct rows *r, unsigned n);
/* How many cells the first row of `with` has, blank ones at its end aside, if the first row
 * begins with these; else 0. */
unsigned rows_begins(struct rows const *r, struct rows const *with);
/* Does the first row show nothing? */
bool rows_blank(struct rows const *r);
/* Does the first row of that screen begin with the first of ours, or ours with it where it goes
 * on in the next, or is both blank? */
bool rows_on(struct rows const *r, struct screen const *s);
/* The row as cells, on a screen of its own, for the caller to free; NULL: no memory. */
struct screen *rows_screen(struct rows const *r, size_t i);
/* Appends what prints row i where the cursor is, and goes to the next row. */
void rows_print(struct rows const *r, size_t i, struct screen_buf *out);

#endif
