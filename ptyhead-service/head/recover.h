/* A head that starts where another one died: terminals out of what was kept.
 *
 * What is in the store is never given up for this head's own trouble. What could
 * not be taken up stays in the store, its name is not free for others, and it is
 * tried again. */
#ifndef RECOVER_H
#define RECOVER_H

#include <stddef.h>

#include "keep.h"
#include "terminals.h"

struct recovery {
	struct terminals *terminals;
	struct keep_item *items; /* not yet taken up; fd -1: to be fetched */
	size_t n;
	struct timeout again;
	struct timeout_queue delay;
};

void recovery_init(struct recovery *r, struct terminals *s);
/* Takes `items` (malloc'd, `n` long) and their descriptors over. What is damaged
 * costs what it costs, and is logged: a tape its history, never a master. */
void recover(struct recovery *r, struct keep_item *items, size_t n);
/* How many terminals could not be taken up yet. */
size_t recovery_left(struct recovery const *r);
void recovery_deinit(struct recovery *r);

#endif
