/* The bounded queue of input on its way to a master. Pure: the caller reads
 * and writes descriptors. The bound is enforced here: whoever offers more than
 * fits is told how much was taken. */
#ifndef INPUTQ_H
#define INPUTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUTQ_MAX 65536u /* bytes */

struct inputq {
	uint8_t *data;  /* INPUTQ_MAX bytes while any wait, else NULL */
	size_t start;   /* of what waits, in data */
	size_t len;     /* bytes that wait */
	uint64_t total; /* bytes ever taken, those that wait included */
};

size_t inputq_room(struct inputq const *q);
/* Memory for as many as may wait; false: there is none. */
bool inputq_reserve(struct inputq *q);
/* Appends as many of the bytes as fit, in order. Returns how many were taken: 0
 * also when there is no memory. */
size_t inputq_put(struct inputq *q, void const *data, size_t len);
/* Bytes that were written past the queue, since it was empty: counted alone. */
void inputq_passed(struct inputq *q, size_t len);
/* The first `n` of those that wait are written (`n` is at most len). */
void inputq_written(struct inputq *q, size_t n);
/* How many of the bytes ever taken have been written. */
static inline uint64_t inputq_gone(struct inputq const *q) { return q->total - q->len; }
/* Throws away what waits; it counts as taken and written. */
void inputq_clear(struct inputq *q);

#endif
