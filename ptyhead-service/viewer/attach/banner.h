/* SPDX-License-Identifier: ISC */
/* What the viewer itself says on its terminal: one text that is still to be placed, and
 * one that stands over the last row, until its time is up. Pure. */
#ifndef VIEWER_BANNER_H
#define VIEWER_BANNER_H

#include <stdbool.h>
#include <stdint.h>

#include "notice.h"

#define BANNER_NEVER INT64_MAX

enum banner_where {
	BANNER_FLOW, /* a line of its own among the program's */
	BANNER_OVER, /* over the last row */
	BANNER_HINT, /* the same, and gone with the first output */
};

struct banner {
	/* for the caller to read */
	char over[NOTICE_MAX];    /* stands over the last row; empty: nothing does */
	char pending[NOTICE_MAX]; /* is to be placed */
	enum banner_where where;

	int64_t ms; /* how long the pending one is to stand; 0: till the next */
	int64_t until;
};

void banner_say(struct banner *b, char const *text, enum banner_where where, int64_t ms);
/* The pending one stands over the last row from here on, or is placed by the caller. */
void banner_over(struct banner *b, int64_t now);
void banner_placed(struct banner *b);
/* True if what stood there is gone: its time is up, or there is output and it was a hint. */
bool banner_tick(struct banner *b, int64_t now);
bool banner_hint_end(struct banner *b);
/* When banner_tick would be true. */
int64_t banner_due(struct banner const *b);

#endif
