/* SPDX-License-Identifier: ISC */
/* How long a viewer in a flood looks away. In a flood the head need not wake us: after so
 * many bytes we take a nap, as long as the next quarter of the ring will take to fill, and
 * look again. It is the first nap that brings less after which we sleep. Pure. */
#ifndef VIEWER_NAP_H
#define VIEWER_NAP_H

#include <stdint.h>

struct nap {
	uint64_t pos; /* of the tape, when we last waited */
	int64_t at;
};

/* We are about to wait, and have read up to `pos`. In ms; -1: no nap. */
int nap_take(struct nap *n, uint64_t pos, uint64_t ring_size, int64_t now);

#endif
