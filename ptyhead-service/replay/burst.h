/* SPDX-License-Identifier: ISC */
/* Places where a program's output paused. A person who steps through a tape wants to
 * stop there. The tape does not record which bytes were written together. So a place is
 * assumed: after a sequence that shows the cursor; after the end of a synchronized
 * update (mode 2026); before a mark; at the start of another second; with `lines`,
 * after each line; and at most BURST_MAX bytes after the last place. */
#ifndef REPLAY_BURST_H
#define REPLAY_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "reader.h"

#define BURST_MAX 4096u

/* The next place after `at`, or the end of the tape. */
uint64_t burst_next(struct tape_reader const *from, uint64_t at, bool lines);
/* The last place before `at`, or the oldest byte. */
uint64_t burst_before(struct tape_reader const *from, uint64_t at, bool lines);
/* The last place at or before `at`, and not before `start`, which is a place itself. */
uint64_t burst_last(struct tape_reader const *from, uint64_t start, uint64_t at, bool lines);

#endif
