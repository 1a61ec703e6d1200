/* SPDX-License-Identifier: ISC */
/* When each row of a screen got its present content, to the second. The screen is fed
 * in pieces; each piece has one time. A row that differs after a piece gets the time of
 * that piece. */
#ifndef REPLAY_AGES_H
#define REPLAY_AGES_H

#include <stdint.h>

#include "screen.h"

struct ages {
	uint64_t now; /* CLOCK_REALTIME, ns */
	unsigned up;  /* number of rows that this piece scrolled off the main screen */
	struct ages_screen {
		unsigned rows;
		uint64_t *time, *hash;
	} of[2]; /* main and alternate screen */
};

/* Call these before and after feeding a piece that came at `now`. */
void ages_before(struct ages *a, struct screen const *s, uint64_t now);
void ages_after(struct ages *a, struct screen const *s);
/* The time of a row that scrolls off the main screen. Call it for each such row, in
 * order. */
uint64_t ages_up(struct ages *a, struct screen const *s, struct screen_row const *row);
/* The time of row y of the screen that is shown; 0: not known. */
uint64_t ages_row(struct ages const *a, struct screen const *s, unsigned y);
void ages_deinit(struct ages *a);

#endif
