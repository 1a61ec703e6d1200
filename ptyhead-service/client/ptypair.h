/* The pair that the program will live on. */
#ifndef CLIENT_PTYPAIR_H
#define CLIENT_PTYPAIR_H

#include "wire.h"

struct pty {
	int master;
	int slave;
};

/* Opens both sides, so that a master that is handed over shows a hangup when
 * nobody holds the slave any more. Both O_CLOEXEC, neither the controlling
 * terminal. 0 or -errno, with what failed in *ret_what. */
int pty_open(struct pty *ret, char const **ret_what);

/* The slave of `master`, as a head wants to know it; zeros where it cannot be opened. */
struct wire_tty ptypair_tty(int master);

int pty_set_size(int fd, struct wire_size size);

/* The size that the head answered with, unless the terminal has another than
 * `ours` already: then the head has set it by itself, and a viewer may have come
 * since and changed it again. */
void pty_follow_size(int fd, struct wire_size ours, struct wire_size answered);

#endif
