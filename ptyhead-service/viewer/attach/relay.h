/* SPDX-License-Identifier: ISC */
/* A program between the user's terminal and a terminal of its own: ssh, which runs the
 * viewer on another machine. What it writes goes to the user's terminal as it is, and is
 * followed, so that all that is on can be switched off when the connection is lost. */
#ifndef VIEWER_RELAY_H
#define VIEWER_RELAY_H

#include <stdbool.h>

struct relay_result {
	int status;   /* of wait(2) */
	int signal;   /* that ended this process's work; 0: none */
	bool entered; /* the viewer there had begun to paint */
	char const *what; /* that failed, with -errno as the result */
};

/* Runs `argv` (execvp) until it ends, with standard input and output as the user's
 * terminal, which both must be. 0 or -errno. */
int relay_run(char *const *argv, struct relay_result *ret);
/* Waits `ms`. False: the user does not want to wait (a key that interrupts or ends, or
 * a signal, which is then *ret_signal). */
bool relay_pause(int ms, int *ret_signal);

#endif
