/* SPDX-License-Identifier: ISC */
/* From a tape to the program's screen as it is now, and to what went off its
 * top: a checkpoint, then the bytes and marks after it. */
#ifndef REPLAY_PAST_H
#define REPLAY_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "ages.h"
#include "reader.h"
#include "screen.h"

#define PAST_LINES_MAX 1000000u

/* The newest rows that are final, at most `max` of them. */
struct past {
	unsigned max;
	void (*row)(struct screen const *s, struct screen_row const *row, struct screen_buf *out); /* how they are kept */

	struct ages *ages; /* the caller's, zeros: rows have times; NULL: none */

	unsigned first, len;
	struct past_line {
		char *data; /* not terminated */
		uint32_t len;
		bool wrapped; /* the next row continues this line */
		uint64_t time; /* with `ages`: when it was written (CLOCK_REALTIME, ns); to the second */
	} *line;
};

void past_deinit(struct past *p);
/* The i-th, the oldest is 0. */
struct past_line const *past_at(struct past const *p, unsigned i);
/* All of them as a terminal wants them. */
void past_show(struct past const *p, struct screen_buf *out);

/* The screen where the tape ends at this moment (*ret_state is of there, and so
 * is the reader then); NULL: the tape says nothing of it, or there is no memory.
 * `p` (may be NULL) gets the rows above it, as far as the tape holds them. */
struct screen *past_read(struct tape_reader *r, struct past *p, struct tape_state *ret_state);

/* The screen and the state as they were at `offset`, and as they were when run `run`
 * ended. NULL with errno: ENODATA: the tape does not tell that, or not any more; ENOMEM. */
struct screen *past_at_offset(struct tape_reader *r, uint64_t offset, struct tape_state *ret_state);
struct screen *past_at_end(struct tape_reader *r, uint32_t run, struct tape_state *ret_state);

#endif
