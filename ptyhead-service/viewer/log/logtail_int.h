/* SPDX-License-Identifier: ISC */
/* The two parts of logtail: logtail.c reads the tape; logfollow.c waits. */
#ifndef LOGTAIL_INT_H
#define LOGTAIL_INT_H

#include "logtail.h"

/* The log's clock in ns: CLOCK_MONOTONIC, shifted so that it equalled CLOCK_REALTIME at
 * the start. */
uint64_t logtail_now(struct logtail const *t);
/* Finds where to begin, and the screen there. 0 or -errno; -ESRCH: there is no such
 * run. */
int logtail_begin(struct logtail *t);
/* Reads the next piece of the tape. 1; 0: there is no more; -errno. */
int logtail_step(struct logtail *t);
/* Everything that was there at the start is read: writes it. */
void logtail_past_over(struct logtail *t);
void logtail_look(struct logtail *t);
/* follow has a new tape. 0 or -errno. */
int logtail_another_tape(struct logtail *t);

#endif
