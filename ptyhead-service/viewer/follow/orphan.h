/* SPDX-License-Identifier: ISC */
/* Is the run lost? It is when the head is away for ORPHAN_MS and the program has ended:
 * the next head does not take up such a run. If the program cannot be observed, as from
 * another PID namespace, this is not known, and the wait goes on. */
#ifndef VIEWER_ORPHAN_H
#define VIEWER_ORPHAN_H

#include <stdbool.h>
#include <stdint.h>

#include "follow.h"

#define ORPHAN_MS 10000

struct orphan {
	int32_t pid;
	bool seen;     /* the program was there; this is its pidfd */
	int process;
	int64_t away;  /* when the head went away; 0: it is there */
};

/* Call this when something came, and when orphan_until is reached. True: the run is
 * lost. */
bool orphan_look(struct orphan *o, struct follow const *f, struct tape_state const *s, int64_t now);
/* Time limit for follow_wait; -1: none. */
int64_t orphan_until(struct orphan const *o, struct follow const *f, int64_t now);
void orphan_deinit(struct orphan *o);

#endif
