/* SPDX-License-Identifier: ISC */
/* The program's screen at the tape's end, and the rows above it, from a checkpoint and
 * the bytes and marks after it. */
#ifndef REPLAY_PAST_H
#define REPLAY_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "ages.h"
#include "reader.h"
#include "screen.h"

#define PAST_LINES_MAX 1000000u

/* The newest `max` rows that scrolled off the screen and so cannot change any more. */
struct past {
	unsigned max;
	void (*row)(struct screen const *s, struct screen_row const *row, struct screen_buf *out); /* makes the text that is kept of a row */

	struct ages *ages; /* the caller's, initialised with zeros: rows get times; NULL: no times */

	unsigned first, len;
	struct past_line {
		char *data; /* not NUL-terminated */
		uint32_t len;
		bool wrapped; /* the next row continues this line */
		uint64_t time; /* with `ages`: when it was written (CLOCK_REALTIME, ns), to the second */
	} *line;
};

void past_deinit(struct past *p);
/* Row number i; 0 is the oldest. */
struct past_line const *past_at(struct past const *p, unsigned i);
/* All rows, in the form that a terminal needs. */
void past_show(struct past const *p, struct screen_buf *out);

/* The screen at the present end of the tape; *ret_state and the reader's position are
 * of there. NULL: the tape does not tell it, or out of memory. `p` (may be NULL) gets
 * the rows above the screen that the tape still holds. */
struct screen *past_read(struct tape_reader *r, struct past *p, struct tape_state *ret_state);

/* The screen and the state at `offset`, and at the end of run `run`. NULL: errno is
 * ENODATA (the tape does not tell it, or no longer) or ENOMEM. */
struct screen *past_at_offset(struct tape_reader *r, uint64_t offset, struct tape_state *ret_state);
struct screen *past_at_end(struct tape_reader *r, uint32_t run, struct tape_state *ret_state);

#endif
