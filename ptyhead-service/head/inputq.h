/* SPDX-License-Identifier: ISC */
/* The bounded queue of input for a master. Pure: the caller reads and writes the
 * descriptors. This module enforces the bound: it tells the caller how many bytes it
 * took. */
#ifndef INPUTQ_H
#define INPUTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUTQ_MAX 65536u /* bytes */

struct inputq {
	uint8_t *data;  /* INPUTQ_MAX bytes while bytes wait, else NULL */
	size_t start;   /* index in data of the first byte that waits */
	size_t len;     /* bytes that wait */
	uint64_t total; /* bytes ever taken, including those that wait */
};

size_t inputq_room(struct inputq const *q);
/* Allocates the memory of the queue. False: out of memory. */
bool inputq_reserve(struct inputq *q);
/* Appends as many bytes as fit, in order. Returns how many it took; 0 also when out of
 * memory. */
size_t inputq_put(struct inputq *q, void const *data, size_t len);
/* Counts bytes that the caller wrote directly, since the queue was empty. */
void inputq_passed(struct inputq *q, size_t len);
/* The caller has written the first `n` waiting bytes (`n` <= len). */
void inputq_written(struct inputq *q, size_t n);
/* How many of the bytes ever taken have been written. */
static inline uint64_t inputq_gone(struct inputq const *q) { return q->total - q->len; }
/* Drops the waiting bytes. They count as taken and written. */
void inputq_clear(struct inputq *q);

#endif
