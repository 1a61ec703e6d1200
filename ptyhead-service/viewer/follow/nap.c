/* SPDX-License-Identifier: ISC */
#include "nap.h"

#define BYTES (16u << 10)
#define MAX_MS 20
#define PAUSE_MS 100 /* much output after a pause of this length is a picture, not a flood */

int nap_take(struct nap *n, uint64_t pos, uint64_t ring_size, int64_t now)
{
	uint64_t const read = pos - n->pos;
	int64_t const took = now - n->at;

	if (read == 0) return -1;
	n->pos = pos;
	n->at = now;
	if (read < BYTES || took > PAUSE_MS) return -1;
	uint64_t const ms = ring_size / 4 * (uint64_t)(took > 0 ? took : 1) / read;
	return ms < 1 ? 1 : ms > MAX_MS ? MAX_MS : (int)ms;
}
