/* A point in time until which to wait, so that what waits several times waits
 * no longer in all than it was told. Of this module's own use, and s6-ptyexec's. */
#ifndef CLIENT_DEADLINE_H
#define CLIENT_DEADLINE_H

#include <limits.h>
#include <stdint.h>

#include "clock.h"

struct deadline {
	int64_t at; /* ms of CLOCK_MONOTONIC; -1: never */
};

static inline void deadline_init(struct deadline *d, int timeout_ms)
{
	d->at = timeout_ms < 0 ? -1 : clock_ms() + timeout_ms;
}

/* As poll(2) takes it: -1 for ever, 0 when it is past. */
static inline int deadline_left(struct deadline const *d)
{
	if (d->at < 0) return -1;
	int64_t const left = d->at - clock_ms();
	if (left <= 0) return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

#endif
