/* SPDX-License-Identifier: ISC */
/* Where a program's output came to rest: the offsets at which a person who goes through
 * a tape wants to stop. The tape does not know which bytes were written together; such a
 * place is taken to be behind a cursor that is shown again, behind the end of a
 * synchronized update (mode 2026), before a mark, where another second begins, with
 * `lines` behind each line, and BURST_MAX bytes behind another place at the latest. */
#ifndef REPLAY_BURST_H
#define REPLAY_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "reader.h"

#define BURST_MAX 4096u

/* The next such place behind `at`; the end of the tape if there is none. */
uint64_t burst_next(struct tape_reader const *from, uint64_t at, bool lines);
/* The one before `at`; the oldest byte if there is none. */
uint64_t burst_before(struct tape_reader const *from, uint64_t at, bool lines);
/* The last one that is not behind `at`, nor before `start`, which is one. */
uint64_t burst_last(struct tape_reader const *from, uint64_t start, uint64_t at, bool lines);

#endif
