/* SPDX-License-Identifier: ISC */
/* What is looked for in a line: several regular expressions and strings, of which one is
 * enough. */
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
	size_t which; /* of the list: the first one that matches */
	size_t at, len; /* in the line */
	bool fixed;
};

/* `text` is lent. False: `why` (of `len` bytes) says what is wrong with it. */
bool patterns_add(struct patterns *p, bool fixed, char const *text, char *why, size_t len);
/* Looks at `line`, which ends in a NUL behind `len` bytes; what reaches into the bytes
 * from `end` on is no match. */
bool patterns_find(struct patterns const *p, char const *line, size_t len, size_t end, struct pattern_match *ret);
void patterns_deinit(struct patterns *p);

#endif
