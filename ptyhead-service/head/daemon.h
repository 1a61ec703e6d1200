/* SPDX-License-Identifier: ISC */
/* The head as a whole: its parts, and the order in which they start and end. At the
 * start: limits, then the store and what it holds, then sockets, then readiness. So no
 * peer gets an answer before the kept terminals are there. */
#ifndef DAEMON_H
#define DAEMON_H

#include "env.h"

struct daemon_options {
	struct env_limits limits;
	int notify_fd;        /* -1: none */
	char const *fdholder; /* NULL: none */
	char const *id;       /* prefix of the names in it */
	char const *fifo;     /* FIFO whose lines are typed; NULL: none */
	char *const *paths;   /* sockets to bind, `paths_len` of them */
	int paths_len;
};

/* Runs until SIGTERM or SIGINT. Returns the exit code. Messages go to `log`. */
int daemon_run(struct daemon_options const *o, struct log const *log);

#endif
