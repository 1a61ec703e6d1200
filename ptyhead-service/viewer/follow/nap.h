/* SPDX-License-Identifier: ISC */
/* How long a viewer sleeps by itself in a flood, so that the head need not wake it.
 * After a certain amount of output it naps for as long as the next quarter of the ring
 * takes to fill, and then looks again. When a nap brings less, the viewer sleeps until
 * the head wakes it. Pure. */
#ifndef VIEWER_NAP_H
#define VIEWER_NAP_H

#include <stdint.h>

struct nap {
	uint64_t pos; /* position on the tape at the last wait */
	int64_t at;
};

/* The viewer is about to wait, and has read up to `pos`. Returns ms; -1: no nap. */
int nap_take(struct nap *n, uint64_t pos, uint64_t ring_size, int64_t now);

#endif
