/* SPDX-License-Identifier: ISC */
/* Patterns for a line: regular expressions and strings. One match is enough. */
#ifndef VIEWER_PATTERN_H
#define VIEWER_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct pattern {
	bool fixed; /* a string */
	char const *text;
	regex_t regex;
};

struct patterns {
	struct pattern *list;
	size_t len;
};

struct pattern_match {
	size_t which; /* number of the first pattern that matches */
	size_t at, len; /* position in the line */
	bool fixed;
};

/* `text` is not copied. False: `why` (size `len`) says what is wrong with the pattern. */
bool patterns_add(struct patterns *p, bool fixed, char const *text, char *why, size_t len);
/* Matches `line`, which has `len` bytes and a NUL after them. A match must not reach
 * beyond byte `end`. */
bool patterns_find(struct patterns const *p, char const *line, size_t len, size_t end, struct pattern_match *ret);
void patterns_deinit(struct patterns *p);

#endif
