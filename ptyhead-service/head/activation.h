/* Sockets handed over by a supervisor: sd_listen_fds(3). activation.c calls
 * libsystemd; activation_plain.c speaks the same protocol where the head is built
 * without it. An s6 run script
 * that sets LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID feeds either. */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include <stddef.h>

struct activation_fd {
	int fd;     /* O_CLOEXEC */
	char *name; /* FileDescriptorName=, "unknown" where none was given */
};

/* *ret is malloc'd, *ret_n long; takes the variables out of the environment.
 * -errno. */
int activation_take(struct activation_fd **ret, size_t *ret_n);
void activation_free(struct activation_fd *fds, size_t n); /* the names; not the descriptors */
/* -1 unless `fd` is a listening SOCK_STREAM in the UNIX domain. */
int activation_is_listener(int fd);
#endif
