/* SPDX-License-Identifier: ISC */
/* The viewer's own messages on its terminal: one that is waiting to be placed, and one
 * over the last row for a limited time. Pure. */
#ifndef VIEWER_BANNER_H
#define VIEWER_BANNER_H

#include <stdbool.h>
#include <stdint.h>

#include "notice.h"

#define BANNER_NEVER INT64_MAX

enum banner_where {
	BANNER_FLOW, /* a line of its own in the program's output */
	BANNER_OVER, /* over the last row */
	BANNER_HINT, /* over the last row, until the first output */
};

struct banner {
	/* for the caller to read */
	char over[NOTICE_MAX];    /* the text over the last row; empty: none */
	char pending[NOTICE_MAX]; /* the text to be placed */
	enum banner_where where;

	int64_t ms; /* how long to show the pending one; 0: until the next */
	int64_t until;
};

void banner_say(struct banner *b, char const *text, enum banner_where where, int64_t ms);
/* Shows the pending text over the last row; or the caller places it. */
void banner_over(struct banner *b, int64_t now);
void banner_placed(struct banner *b);
/* True: the text over the last row is gone: its time is over, or it was a hint and
 * there is output. */
bool banner_tick(struct banner *b, int64_t now);
bool banner_hint_end(struct banner *b);
/* When banner_tick will return true. */
int64_t banner_due(struct banner const *b);

#endif
