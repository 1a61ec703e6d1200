/* SPDX-License-Identifier: ISC */
/* A terminal's tape where there is no head: as an s6-fdholderd holds it. It is fetched by
 * s6's own program, which executes this one again with the tape as its standard input. */
#ifndef VIEWER_STORE_H
#define VIEWER_STORE_H

#include <stdbool.h>
#include <stddef.h>

struct store {
	char const *spec; /* --store SOCKET[:ID]; NULL: none */
	bool fetched;     /* --tape: it is on standard input */
	char **argv;      /* of main */
};

#define STORE_LONGS { "store", required_argument, NULL, 'O' }, { "tape", no_argument, NULL, 'Q' }
/* Those two options. False: `c` is another one. */
bool store_option(struct store *s, int c, char const *argument);
/* Where to look when there is no head, for `error`; NULL: nowhere. */
char const *store_instead(struct store const *s, int error);
/* Fetches a terminal's tape from there. Returns only where it cannot: an exit code, and
 * in `why` the reason. */
int store_fetch(struct store const *s, char const *spec, char const *terminal, char *why, size_t len);

#endif
