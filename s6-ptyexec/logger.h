/* SPDX-License-Identifier: ISC */
/* The program's own log: a ptyhead-log beside it, which is nobody's child that the
 * program could see. */
#ifndef LOGGER_H
#define LOGGER_H

#include <stddef.h>
#include <stdint.h>

#include "client.h"

struct logger {
	char const *path;     /* of the head's socket */
	char const *terminal;
	uint64_t run;         /* 0: not known, the head has yet to take the terminal */
	int pidfd;            /* of the program; -1: none */
};

/* Starts it: double-forked, in a session of its own, with the standard output and error
 * that are there now and nothing else, SIGTERM, SIGHUP and SIGINT ignored. Returns once
 * it follows the terminal, or, if the run is not known, once it runs. 0; or -errno, with
 * what failed in *ret_what. The caller has no child afterwards, and no signal. */
int logger_start(struct logger const *l, char const **ret_what);

#endif
