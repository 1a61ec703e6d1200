/* SPDX-License-Identifier: ISC */
/* After a change of its size: which rows are on the terminal's screen, and which in its
 * scrollback? The position of the cursor tells. Pure. */
#ifndef VIEWER_FLOW_H
#define VIEWER_FLOW_H

#include <stdbool.h>

#include "rows.h"
#include "screen.h"

/* The rows that the terminal held, in this order. */
struct flow_was {
	struct rows const *tail; /* in the scrollback: the beginning of the line that continues below */
	struct rows const *owed; /* in the scrollback, and still on the program's screen */
	struct screen const *s;  /* the main screen as the terminal showed it */
	bool reflows;            /* lines are wrapped again at a new width */
};

/* Where these rows are now. */
struct flow_now {
	unsigned pulled;    /* number of older rows that are now on the screen, above all of these */
	unsigned tail_from; /* the cells of the tail from here on have left the scrollback */
	struct rows owed;   /* those rows of `owed` and `s` that are in the scrollback; the caller frees them */
};

/* The terminal now has `cols` columns, and its cursor is at y;x. */
struct flow_now flow(struct flow_was const *was, unsigned cols, unsigned y, unsigned x);

/* The number of rows above the cursor if nothing was pulled or pushed. */
unsigned flow_above(struct flow_was const *was, unsigned cols);

/* The number of cells of the tail. */
unsigned flow_tail(struct rows const *tail);
/* Appends what prints the tail from cell `from` on and goes to the next row. */
void flow_tail_print(struct rows const *tail, unsigned from, struct screen_buf *out);

#endif
