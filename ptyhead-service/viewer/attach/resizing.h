/* SPDX-License-Identifier: ISC */
/* The size of the viewer's terminal has changed, and the places of its rows are not
 * known: when to ask for the cursor, and which answer counts. Pure. The question waits
 * until the program's terminal has the new size, too, so that the first picture is
 * complete: if the terminal is resized again, it pushes rows of that picture into its
 * scrollback, and these must not be cropped. */
#ifndef VIEWER_RESIZING_H
#define VIEWER_RESIZING_H

#include <stdbool.h>
#include <stdint.h>

#include "answers.h"

struct resizing {
	/* set by the caller before the others are called */
	bool same;       /* the program's terminal has our size */
	bool full;       /* so much output came that waiting must end */

	bool asking;     /* an answer is expected; nothing is painted */
	bool stale;      /* the size has changed since the question */
	bool alone;      /* the program's terminal did not take our size */
	unsigned misses; /* number of answers for another size than ours */
	int64_t since;   /* when the first of several changes came */
	int64_t at;      /* when our size changed */
	int64_t ask_at;  /* earliest time to ask, since more changes may follow */
	int64_t until;   /* time limit for the answer */
};

/* The size changed. `rtt_ms`: time of the terminal's last answer; -1: not known. */
void resizing_begin(struct resizing *r, int rtt_ms, int64_t now);
/* True: the program's terminal may still take our size, so read on. */
bool resizing_follows(struct resizing const *r);
/* When to ask, or to continue without an answer. */
int64_t resizing_due(struct resizing const *r);
/* The time has come. True: ask now, and wait at most `patience_ms` for the answer. */
bool resizing_ask(struct resizing *r, int patience_ms, int64_t now);
/* The answer has come. True: it is for the size rows x cols. False: ask again when due. */
bool resizing_answered(struct resizing *r, struct answers const *a, unsigned rows, unsigned cols, int64_t now);
/* The terminal got a picture for another size: asks again when due. */
void resizing_missed(struct resizing *r, int64_t now);

#endif
