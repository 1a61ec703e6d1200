/* SPDX-License-Identifier: ISC */
/* Messages to the supervisor by the protocol of sd_notify(3), which sends datagrams.
 * This is our own code, since libsystemd's sd_notify waits while the manager's socket
 * is full. The head must not wait. */
#ifndef NOTIFY_H
#define NOTIFY_H

/* Sends `state` ("READY=1") to NOTIFY_SOCKET, with `fd` unless it is -1. Returns 0 also
 * when NOTIFY_SOCKET is not set. -EAGAIN: the socket is full. Else -errno. */
int notify_send(char const *state, int fd);
/* Asks the supervisor to report when it has read everything sent before. Returns a
 * descriptor, which the caller owns, that hangs up then (POLLHUP); or -errno. */
int notify_barrier(void);

#endif
