/* SPDX-License-Identifier: ISC */
/* The newest lines of a log that is not written yet. */
#ifndef LOGLIST_H
#define LOGLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loglist {
	unsigned max; /* 0: all that are held; set before the first */
	unsigned first, len, room;
	struct loglist_line {
		char *text; /* with a NUL behind it */
		size_t len;
		uint64_t wall;
		bool notice; /* ours */
	} *line;
};

/* A copy is kept; the oldest one goes when there are too many, or without memory. */
void loglist_add(struct loglist *l, char const *text, size_t len, uint64_t wall, bool notice);
/* The i-th, the oldest is 0. */
struct loglist_line const *loglist_at(struct loglist const *l, unsigned i);
void loglist_clear(struct loglist *l);

#endif
