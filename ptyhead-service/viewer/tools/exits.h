/* SPDX-License-Identifier: ISC */
/* The viewers' exit codes, as in their manual pages. */
#ifndef VIEWER_EXITS_H
#define VIEWER_EXITS_H

enum {
	EXIT_REFUSED = 1, /* the head refused, or the thing does not exist */
	EXIT_NOT_HELD = 97, /* an offset is overwritten, or not reached yet */
	EXIT_RUN_ENDED = 98, /* the run ended before the awaited event */
	EXIT_TIMEOUT = 99,
	EXIT_USAGE = 100,
	EXIT_TEMPORARY = 111,
};

#endif
