/* SPDX-License-Identifier: ISC */
/* When to paint, and when bytes pass. At most 60 pictures a second. Bytes do not pass
 * while more than a screenful comes at once, or while the terminal does not keep up.
 * Pure. */
#ifndef VIEWER_PACE_H
#define VIEWER_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACE_NEVER INT64_MAX

struct pace {
	bool lossless;    /* set by the caller: all bytes pass, however late */
	uint64_t behind;  /* set by the caller: amount of output not read yet */

	int64_t painted;  /* time of the last picture */
	int64_t busy_at;  /* amount of output since `busy_at` */
	size_t busy;
	int64_t lag_at;   /* while bytes pass: amount written since `lag_at` */
	size_t lag;
};

void pace_init(struct pace *p);
/* This much output came while the terminal is painted. */
void pace_came(struct pace *p, size_t len, int64_t now);
/* Bytes pass, and this many were written. */
void pace_written(struct pace *p, size_t len);
/* It was painted. The other: paint at once, whenever the last picture was. */
void pace_painted(struct pace *p, int64_t now);
void pace_at_once(struct pace *p);
void pace_quiet(struct pace *p);

/* When the next picture may come; when bytes may pass after a picture. */
int64_t pace_frame(struct pace const *p);
int64_t pace_join(struct pace const *p, size_t screenful);
/* `waiting` bytes wait to be written (0: none). When to check whether they wait too
 * long, and whether they do; a check starts a new period. */
int64_t pace_lag_due(struct pace const *p, size_t waiting, size_t screenful);
bool pace_lags(struct pace *p, size_t waiting, size_t screenful, int64_t now);

#endif
