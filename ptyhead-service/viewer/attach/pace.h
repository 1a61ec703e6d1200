/* SPDX-License-Identifier: ISC */
/* When a terminal is painted, and when bytes pass: not more than 60 pictures a second; no
 * bytes while there is more than a screenful at once; no bytes either to a terminal that
 * does not keep up. Pure. */
#ifndef VIEWER_PACE_H
#define VIEWER_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACE_NEVER INT64_MAX

struct pace {
	bool lossless;    /* set by the caller: every byte passes, however late */
	uint64_t behind;  /* set by the caller: what is not read yet */

	int64_t painted;  /* when */
	int64_t busy_at;  /* how much came since */
	size_t busy;
	int64_t lag_at;   /* bytes pass: how much was written since */
	size_t lag;
};

void pace_init(struct pace *p);
/* So much came while it is painted. */
void pace_came(struct pace *p, size_t len, int64_t now);
/* Bytes pass, and so many were written. */
void pace_written(struct pace *p, size_t len);
/* It was painted; it is to be painted at once, whenever that was. */
void pace_painted(struct pace *p, int64_t now);
void pace_at_once(struct pace *p);
void pace_quiet(struct pace *p);

/* When the next picture may come; when bytes may pass after one. */
int64_t pace_frame(struct pace const *p);
int64_t pace_join(struct pace const *p, size_t screenful);
/* `waiting` bytes are to be written (0: all are): when it is to be looked whether they wait
 * for long, and whether they do. Looking begins anew then. */
int64_t pace_lag_due(struct pace const *p, size_t waiting, size_t screenful);
bool pace_lags(struct pace *p, size_t waiting, size_t screenful, int64_t now);

#endif
