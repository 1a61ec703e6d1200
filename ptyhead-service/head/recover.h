/* A head that starts where another one died: terminals out of what was kept. */
#ifndef RECOVER_H
#define RECOVER_H

#include <stddef.h>

#include "head.h"
#include "keep.h"

/* Takes the items' descriptors over. What is damaged costs what it costs, and
 * is logged: a tape its history, never a master. */
void recover(struct head *h, struct keep_item *items, size_t n);

#endif
