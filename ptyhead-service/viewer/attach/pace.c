/* SPDX-License-Identifier: ISC */
#include "pace.h"

#define FRAME_MS 16
/* Return to pass-through after this time with less than a screenful of output. */
#define BUSY_MS 50
/* Paint what waits if nothing was written for this time. */
#define LAG_MS 250

void pace_init(struct pace *p)
{
	p->busy_at = INT64_MIN / 2;
	pace_at_once(p);
}

void pace_came(struct pace *p, size_t len, int64_t now)
{
	if (now - p->busy_at > BUSY_MS) {
		p->busy_at = now;
		p->busy = 0;
	}
	p->busy += len;
}

void pace_written(struct pace *p, size_t len) { p->lag += len; }

void pace_painted(struct pace *p, int64_t now) { p->painted = now; }

void pace_at_once(struct pace *p) { p->painted = INT64_MIN / 2; }

void pace_quiet(struct pace *p) { p->busy = 0; }

int64_t pace_frame(struct pace const *p) { return p->painted + FRAME_MS; }

int64_t pace_join(struct pace const *p, size_t screenful)
{
	return !p->lossless && p->busy >= screenful ? p->busy_at + BUSY_MS + 1 : pace_frame(p);
}

int64_t pace_lag_due(struct pace const *p, size_t waiting, size_t screenful)
{
	if (p->lossless || waiting == 0) return PACE_NEVER;
	return waiting + p->behind > screenful ? p->lag_at + LAG_MS : PACE_NEVER;
}

static void anew(struct pace *p, int64_t now)
{
	p->lag_at = now;
	p->lag = 0;
}

bool pace_lags(struct pace *p, size_t waiting, size_t screenful, int64_t now)
{
	if (waiting == 0) anew(p, now);
	if (now < pace_lag_due(p, waiting, screenful)) return false;
	bool const lags = waiting + p->behind > p->lag;
	anew(p, now);
	return lags;
}
