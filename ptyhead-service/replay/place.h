/* SPDX-License-Identifier: ISC */
/* What the tape tells about an offset without a screen. Functions work on a copy of the
 * reader, so the reader does not move. */
#ifndef REPLAY_PLACE_H
#define REPLAY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"

/* The terminal's state now; all zeros if the tape does not tell it. This one moves the
 * reader to the end of the tape, behind the marks of this state. */
void place_present(struct tape_reader *r, struct tape_state *ret);
/* The number of the run at the reader's position. */
uint32_t place_run(struct tape_reader const *from, uint32_t otherwise);
/* When the byte at the reader's position came (CLOCK_REALTIME, ns), to the second. If
 * that is not held any more: the next time that is held. */
uint64_t place_time(struct tape_reader const *from, uint64_t otherwise);
/* How many of the next `most` bytes came within the same second. *time: that time
 * (CLOCK_REALTIME, ns); unchanged if it is not held. */
size_t place_same_time(struct tape_reader const *r, size_t most, uint64_t *time);
/* The place before the start mark of the newest run; the oldest place held if it began
 * before. */
struct tape_place place_run_start(struct tape_reader const *from);

/* The place before the start mark of run `run` or, with `run` 0, of the newest run of
 * process `pid`. False: it is not held. */
bool place_run_begin(struct tape_reader const *from, uint32_t run, int32_t pid, struct tape_place *ret);
/* The first mark of that type (start or end of a run) at or after an offset, or with
 * PLACE_TIME after a time. A mark exactly at the offset may be older than the caller's
 * offset: there, an end counts if no start follows at the same offset, and a start
 * counts only at offset 0. */
#define PLACE_TIME UINT64_MAX
bool place_mark_since(struct tape_reader const *from, uint32_t type, uint64_t offset, uint64_t time, struct tape_mark *ret);
/* The place after the mark at which the run stopped going on. False: it is not held. */
bool place_run_end(struct tape_reader const *from, uint32_t run, struct tape_place *ret);
/* The last offset that was reached at `time` (CLOCK_REALTIME, ns) or before, to the
 * second; the oldest offset held if all is newer. */
uint64_t place_at_time(struct tape_reader const *from, uint64_t time);

#endif
