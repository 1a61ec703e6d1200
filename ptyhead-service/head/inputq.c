/* SPDX-License-Identifier: ISC */
#include "inputq.h"

#include <stdlib.h>
#include <string.h>

size_t inputq_room(struct inputq const *q) { return INPUTQ_MAX - q->len; }

bool inputq_reserve(struct inputq *q)
{
	if (q->data) return true;
	q->data = malloc(INPUTQ_MAX);
	q->start = 0;
	return q->data != NULL;
}

size_t inputq_put(struct inputq *q, void const *data, size_t len)
{
	if (len > inputq_room(q)) len = inputq_room(q);
	if (len == 0) return 0;
	if (!inputq_reserve(q)) return 0;
	if (len > INPUTQ_MAX - q->start - q->len) {
		memmove(q->data, q->data + q->start, q->len);
		q->start = 0;
	}
	memcpy(q->data + q->start + q->len, data, len);
	q->len += len;
	q->total += len;
	return len;
}

void inputq_passed(struct inputq *q, size_t len) { q->total += len; }

void inputq_written(struct inputq *q, size_t n)
{
	if (n > q->len) n = q->len;
	q->start += n;
	q->len -= n;
	if (q->len == 0) inputq_clear(q);
}

void inputq_clear(struct inputq *q)
{
	free(q->data);
	q->data = NULL;
	q->start = q->len = 0;
}
