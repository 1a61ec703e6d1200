/* SPDX-License-Identifier: ISC */
/* Sockets that a supervisor hands over: sd_listen_fds(3). activation.c calls
 * libsystemd. activation_plain.c implements the same protocol for builds without
 * libsystemd. An s6 run script that sets LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID
 * works with both. */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

struct activation_fd {
	int fd;        /* O_CLOEXEC */
	bool listener; /* a listening SOCK_STREAM in the UNIX domain */
	char *name;    /* FileDescriptorName=, "unknown" where none was given */
};

/* *ret is malloc'd and has *ret_n entries. Removes the variables from the environment.
 * 0 or -errno; -ELIBACC: libsystemd cannot be loaded. */
int activation_take(struct activation_fd **ret, size_t *ret_n);
void activation_free(struct activation_fd *fds, size_t n); /* frees the names; does not close the descriptors */
#endif
