/* SPDX-License-Identifier: ISC */
/* When the rows of a screen became what they are, to the second: what is fed to it in one
 * piece came at one time, and a row that is another one after it is of then. */
#ifndef REPLAY_AGES_H
#define REPLAY_AGES_H

#include <stdint.h>

#include "screen.h"

struct ages {
	uint64_t now; /* CLOCK_REALTIME, ns */
	unsigned up;  /* so many rows went off the main screen's top in this piece */
	struct ages_screen {
		unsigned rows;
		uint64_t *time, *hash;
	} of[2]; /* the main and the alternate one */
};

/* Before a piece that came at `now` is fed, and after it. */
void ages_before(struct ages *a, struct screen const *s, uint64_t now);
void ages_after(struct ages *a, struct screen const *s);
/* A row that goes off the main screen's top meanwhile, in its order: when it is of. */
uint64_t ages_up(struct ages *a, struct screen const *s, struct screen_row const *row);
/* The row y of the screen that is shown; 0: not known. */
uint64_t ages_row(struct ages const *a, struct screen const *s, unsigned y);
void ages_deinit(struct ages *a);

#endif
