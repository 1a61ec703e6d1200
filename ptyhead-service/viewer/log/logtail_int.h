/* SPDX-License-Identifier: ISC */
/* The two halves of logtail: logtail.c, what the tape says; logfollow.c, the waiting. */
#ifndef LOGTAIL_INT_H
#define LOGTAIL_INT_H

#include "logtail.h"

/* In ns: CLOCK_MONOTONIC, put forward so that it read like CLOCK_REALTIME when we began. */
uint64_t logtail_now(struct logtail const *t);
/* Finds where to begin, and the screen there. 0 or -errno; -ESRCH: there is no such run. */
int logtail_begin(struct logtail *t);
/* The next piece of the tape. 1; 0: there is no more; -errno. */
int logtail_step(struct logtail *t);
/* What was there when we came is all read: it is written. */
void logtail_past_over(struct logtail *t);
void logtail_look(struct logtail *t);
/* follow has another tape than before. 0 or -errno. */
int logtail_another_tape(struct logtail *t);

#endif
