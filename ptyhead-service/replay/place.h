/* SPDX-License-Identifier: ISC */
/* What is known of a place on a tape, without a screen. The readers are copied, and so
 * stay where they are. */
#ifndef REPLAY_PLACE_H
#define REPLAY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"

/* The terminal's state at this moment; all zeros if the tape does not tell it. With it
 * the reader goes to the end of the tape, behind the marks that led to this state. */
void place_present(struct tape_reader *r, struct tape_state *ret);
/* The run that the bytes at the reader's position belong to. */
uint32_t place_run(struct tape_reader const *from, uint32_t otherwise);
/* When the byte at the reader's position came (CLOCK_REALTIME, ns), to the second; where
 * that is not held any more, the next time that is. */
uint64_t place_time(struct tape_reader const *from, uint64_t otherwise);
/* How many of the next `most` bytes came within the same second. *time: when
 * (CLOCK_REALTIME, ns); left alone where that is not held. */
size_t place_same_time(struct tape_reader const *r, size_t most, uint64_t *time);
/* The offset at which the newest run began, or the oldest one held if it began before. */
uint64_t place_run_start(struct tape_reader const *from);

/* The offset at which the run with this number began, or, with `run` 0, the newest run of
 * the process `pid`. False: that is not held. */
bool place_run_begin(struct tape_reader const *from, uint32_t run, int32_t pid, uint64_t *ret);
/* The first mark of that type (a run's start or end) since the offset, or, where that is
 * PLACE_TIME, since the time. What stands just at the offset may have been before it was
 * taken: an end counts there if no start follows it there, a start only at 0. */
#define PLACE_TIME UINT64_MAX
bool place_mark_since(struct tape_reader const *from, uint32_t type, uint64_t offset, uint64_t time, struct tape_mark *ret);
/* The mark at which that run went on no more. False: it is not held. */
bool place_run_end(struct tape_reader const *from, uint32_t run, struct tape_mark *ret);
/* An offset that was reached at `time` (CLOCK_REALTIME, ns) or before, to
 * the second; the oldest one held if all is newer. */
uint64_t place_at_time(struct tape_reader const *from, uint64_t time);

#endif
