/* SPDX-License-Identifier: ISC */
/* The newest lines of a log, kept until they are written. */
#ifndef LOGLIST_H
#define LOGLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loglist {
	unsigned max; /* 0: no limit; set before the first line */
	unsigned first, len, room;
	struct loglist_line {
		char *text; /* NUL-terminated */
		size_t len;
		uint64_t wall;
		bool notice; /* one of our own messages */
	} *line;
};

/* Copies the text. Drops the oldest line if there are too many, or out of memory. */
void loglist_add(struct loglist *l, char const *text, size_t len, uint64_t wall, bool notice);
/* Line number i; 0 is the oldest. */
struct loglist_line const *loglist_at(struct loglist const *l, unsigned i);
void loglist_clear(struct loglist *l);

#endif
