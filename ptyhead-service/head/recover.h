/* SPDX-License-Identifier: ISC */
/* Takes up the terminals that the previous head left in the store. A lack of resources
 * of this head never costs a terminal: a terminal that cannot be taken up now stays in
 * the store, its name stays reserved, and the head tries again. */
#ifndef RECOVER_H
#define RECOVER_H

#include <stddef.h>

#include "keep.h"
#include "terminals.h"

struct recovery {
	struct terminals *terminals;
	struct keep_item *items; /* not taken up yet; fd -1: still to be fetched */
	size_t n;
	struct timeout again;
	struct timeout_queue delay;
};

void recovery_init(struct recovery *r, struct terminals *s);
/* Takes over `items` (malloc'd, `n` entries) and their descriptors. A damaged tape
 * costs its history, never a master. The log says so. */
void recover(struct recovery *r, struct keep_item *items, size_t n);
/* How many terminals could not be taken up yet. */
size_t recovery_left(struct recovery const *r);
void recovery_deinit(struct recovery *r);

#endif
