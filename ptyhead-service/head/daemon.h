/* The head as a whole: what it is made of, the order in which it starts and
 * ends. The order at the start is: limits, the store and what it holds, sockets,
 * readiness; so nobody is answered before what was kept is here. */
#ifndef DAEMON_H
#define DAEMON_H

#include "env.h"

struct daemon_options {
	struct env_limits limits;
	int notify_fd;        /* -1: none */
	char const *fdholder; /* NULL: none */
	char const *id;       /* of the names in it */
	char const *fifo;     /* to type what is written to it; NULL: none */
	char *const *paths;   /* sockets to bind, `paths_len` of them */
	int paths_len;
};

/* Runs until SIGTERM or SIGINT. Returns the exit code; `log` is told why. */
int daemon_run(struct daemon_options const *o, struct log const *log);

#endif
