/* SPDX-License-Identifier: ISC */
/* Reads a terminal's tape from an s6-fdholderd, without a head. s6's own program
 * fetches it, and executes this program again with the tape as standard input. */
#ifndef VIEWER_STORE_H
#define VIEWER_STORE_H

#include <stdbool.h>
#include <stddef.h>

struct store {
	char const *spec; /* --store SOCKET[:ID]; NULL: none */
	bool fetched;     /* --tape: the tape is on standard input */
	char **argv;      /* of main */
};

#define STORE_LONGS { "store", required_argument, NULL, 'O' }, { "tape", no_argument, NULL, 'Q' }
/* Handles these two options. False: `c` is another option. */
bool store_option(struct store *s, int c, char const *argument);
/* Where to look when no head was reached, with `error`; NULL: nowhere. */
char const *store_instead(struct store const *s, int error);
/* Fetches a terminal's tape from the store. Returns only on failure: an exit code, and
 * the reason in `why`. */
int store_fetch(struct store const *s, char const *spec, char const *terminal, char *why, size_t len);

#endif
