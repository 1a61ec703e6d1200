/* SPDX-License-Identifier: ISC */
/* The log of this run: a ptyhead-log beside the program. It is not a child of the
 * program. */
#ifndef LOGGER_H
#define LOGGER_H

#include <stddef.h>
#include <stdint.h>

#include "client.h"

struct logger {
	char const *path;     /* of the head's socket */
	char const *terminal;
	uint64_t run;         /* 0: not known, since the head has not taken the terminal yet */
	int pidfd;            /* of the program; -1: none */
};

/* Starts the logger by a double fork, in a session of its own. It gets the present
 * standard output and error and no other descriptor, and ignores SIGTERM, SIGHUP and
 * SIGINT. Returns when the logger follows the terminal or, if the run is not known,
 * when it runs. 0, or -errno with *ret_what: what failed. Afterwards the caller has no
 * child, and no pending signal. */
int logger_start(struct logger const *l, char const **ret_what);

#endif
