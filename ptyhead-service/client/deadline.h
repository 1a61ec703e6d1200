/* SPDX-License-Identifier: ISC */
/* A point in time until which to wait. So several waits together take no longer than
 * the time limit. Internal to client/ and s6-ptyexec. */
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

/* A timeout for poll(2): -1: for ever; 0: the time is over. */
static inline int deadline_left(struct deadline const *d)
{
	if (d->at < 0) return -1;
	int64_t const left = d->at - clock_ms();
	if (left <= 0) return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

#endif
