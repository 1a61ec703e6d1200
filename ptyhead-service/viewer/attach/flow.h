/* SPDX-License-Identifier: ISC */
/* Where a terminal of another size puts rows that it held: which of them are on its
 * screen, and which in its scrollback, by where its cursor is. Pure. */
#ifndef VIEWER_FLOW_H
#define VIEWER_FLOW_H

#include <stdbool.h>

#include "rows.h"
#include "screen.h"

/* What the terminal held, in this order. */
struct flow_was {
	struct rows const *tail; /* in the scrollback: of the line that what follows goes on */
	struct rows const *owed; /* in the scrollback too, and still on the program's screen */
	struct screen const *s;  /* the main screen as the terminal showed it */
	bool reflows;            /* lines flow anew when the width changes */
};

/* Where that is now. */
struct flow_now {
	unsigned pulled;    /* rows of before all that, which are on the screen above it */
	unsigned tail_from; /* the tail's cells from there on are not in the scrollback any more */
	struct rows owed;   /* what of the owed rows and of `s` is in the scrollback; the caller's */
};

/* The terminal has `cols` columns now, and its cursor is at y;x. */
struct flow_now flow(struct flow_was const *was, unsigned cols, unsigned y, unsigned x);

/* How many rows are above the cursor, if nothing was pulled or pushed. */
unsigned flow_above(struct flow_was const *was, unsigned cols);

/* How many cells the tail has. */
unsigned flow_tail(struct rows const *tail);
/* Appends what prints those from cell `from` on, and goes to the next row. */
void flow_tail_print(struct rows const *tail, unsigned from, struct screen_buf *out);

#endif
