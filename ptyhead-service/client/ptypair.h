/* SPDX-License-Identifier: ISC */
/* The pseudoterminal for the program. */
#ifndef CLIENT_PTYPAIR_H
#define CLIENT_PTYPAIR_H

#include "client.h"

struct pty {
	int master;
	int slave;
};

/* Opens both sides. The slave must be open before the master is handed over: only then
 * does the master show a hang-up when the last slave is closed. Both are O_CLOEXEC;
 * neither becomes the controlling terminal. 0 or -errno; *ret_what: what failed. */
int pty_open(struct pty *ret, char const **ret_what);

/* Identifies the slave of `master` for the head; zeros if it cannot be opened. */
struct ptyhead_tty ptypair_tty(int master);

int pty_set_size(int fd, struct ptyhead_size size);

/* Sets the size that the head answered, unless the terminal no longer has `ours`: then
 * the head has set the size itself, and a viewer may have changed it since. */
void pty_follow_size(int fd, struct ptyhead_size ours, struct ptyhead_size answered);

#endif
