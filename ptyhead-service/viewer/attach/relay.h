/* SPDX-License-Identifier: ISC */
/* Runs a program between the user's terminal and a terminal of its own: ssh, with the
 * viewer on another machine. The program's output goes to the user's terminal
 * unchanged. It is also followed, so that everything can be switched off if the
 * connection is lost. */
#ifndef VIEWER_RELAY_H
#define VIEWER_RELAY_H

#include <stdbool.h>

struct relay_result {
	int status;   /* of wait(2) */
	int signal;   /* the signal that ended the relay; 0: none */
	bool entered; /* the remote viewer had begun to paint */
	char const *what; /* the step that failed with -errno */
};

/* Runs `argv` (execvp) until it ends. Standard input and output must be the user's
 * terminal. 0 or -errno. */
int relay_run(char *const *argv, struct relay_result *ret);
/* Waits `ms`. False: the user does not want to wait: a key that interrupts or quits, or
 * a signal (*ret_signal). */
bool relay_pause(int ms, int *ret_signal);

#endif
