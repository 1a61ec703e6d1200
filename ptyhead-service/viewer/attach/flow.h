/* SPDX-License-Identifier: ISC */
/* Where a terminal of another width puts rows that it held: which of them are on its
 * screen, and which in its scrollback, by where its cursor is. Pure. */
#ifndef VIEWER_FLOW_H
#define VIEWER_FLOW_H

#include <stdbool.h>

#include "rows.h"
#include "screen.h"

struct flow_was {
	struct screen const *s;  /* the main screen as the terminal showed it */
	struct rows const *tail; /* the part of its first line that was above it */
	bool reflows;            /* lines flow anew when the width changes */
};

/* What of this the terminal shows now. Above it on the screen are `pulled` rows from its
 * scrollback. Or nothing: then the first `pushed` rows of `s` have gone there. If
 * `tail_from` is less than the tail's length in cells, those from there on are not in
 * the scrollback any more. */
struct flow_now {
	unsigned pulled, pushed;
	unsigned tail_from;
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
