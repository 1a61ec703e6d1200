/* SPDX-License-Identifier: ISC */
/* Has the head gone for good? It has if it is away for ORPHAN_MS and the program of the run
 * has ended: a head that comes takes up no run of that kind. Where the program cannot be
 * looked at, as from another pid namespace, that is not known, and it is waited for. */
#ifndef VIEWER_ORPHAN_H
#define VIEWER_ORPHAN_H

#include <stdbool.h>
#include <stdint.h>

#include "follow.h"

#define ORPHAN_MS 10000

struct orphan {
	int32_t pid;
	bool seen;     /* that process was there, and this is its pidfd */
	int process;
	int64_t away;  /* since when the head is away; 0: it is not */
};

/* To be called when something came, and when orphan_until is there. True: it has. */
bool orphan_look(struct orphan *o, struct follow const *f, struct tape_state const *s, int64_t now);
/* Until when to wait at most, for follow_wait; -1: without a limit. */
int64_t orphan_until(struct orphan const *o, struct follow const *f, int64_t now);
void orphan_deinit(struct orphan *o);

#endif
