/* SPDX-License-Identifier: ISC */
/* Waiting for a terminal of a head to be there at all: a named one is from its first
 * program on. The head is asked what it has; it takes that for no fault. */
#ifndef VIEWER_APPEAR_H
#define VIEWER_APPEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* Until it is there (0), or it is `until` (CLOCK_MONOTONIC ms; -1: never; -ETIMEDOUT). Other
 * errors are those of the head that cannot be asked. `look`: as who may only look. */
int appear_wait(struct ptyhead_address const *address, bool look, int64_t until);

#endif
