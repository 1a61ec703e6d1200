/* SPDX-License-Identifier: ISC */
/* Waits until a terminal of a head exists: a named one exists from its first program
 * on. The head is asked for its list, which is no error for it. */
#ifndef VIEWER_APPEAR_H
#define VIEWER_APPEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* Returns 0 when the terminal exists; -ETIMEDOUT at `until` (CLOCK_MONOTONIC ms; -1:
 * never); another -errno if the head cannot be asked. `look`: the watch socket is good
 * enough. */
int appear_wait(struct ptyhead_address const *address, bool look, int64_t until);

#endif
