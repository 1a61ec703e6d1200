/* SPDX-License-Identifier: ISC */
/* The viewer's terminal has another size, and where its rows are is not known: when to
 * ask for its cursor, and which answer counts. Pure.
 *
 * The question waits until the program's terminal has the new size, too, so that the
 * first picture after it is whole: what a terminal that is resized once more pushes into
 * its scrollback is not to be cropped. */
#ifndef VIEWER_RESIZING_H
#define VIEWER_RESIZING_H

#include <stdbool.h>
#include <stdint.h>

#include "answers.h"

struct resizing {
	/* set by the caller before the others are called */
	bool same;       /* the program's terminal has our size */
	bool full;       /* too much has come to wait for that */

	bool asking;     /* nothing is painted until the answer has come */
	bool stale;      /* the size changed since that was asked */
	bool alone;      /* the program's terminal did not take our size */
	unsigned misses; /* answers that were of another size than ours */
	int64_t at;      /* when ours changed */
	int64_t ask_at;  /* not before: more changes are to be expected */
	int64_t until;   /* the answer is not waited for any longer */
};

/* The size changed. `rtt_ms` is how long the terminal's last answer took; -1: not known. */
void resizing_begin(struct resizing *r, int rtt_ms, int64_t now);
/* The program's terminal may still take our size: go on reading. */
bool resizing_follows(struct resizing const *r);
/* When to ask, or to go on without an answer. */
int64_t resizing_due(struct resizing const *r);
/* It is due. True: ask now, an answer may be waited for so many ms. */
bool resizing_ask(struct resizing *r, int patience_ms, int64_t now);
/* The answer has come. True: it is of the size rows x cols. False: ask again when due. */
bool resizing_answered(struct resizing *r, struct answers const *a, unsigned rows, unsigned cols, int64_t now);

#endif
