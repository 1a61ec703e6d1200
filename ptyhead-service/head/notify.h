/* Word to the supervisor by the protocol of sd_notify(3), which is a datagram.
 * Own code and not libsystemd's: sd_notify waits while the manager's socket is
 * full, and the head waits for nobody. */
#ifndef NOTIFY_H
#define NOTIFY_H

/* Sends `state` ("READY=1") to NOTIFY_SOCKET, with `fd` unless it is -1. 0, also
 * when there is no such socket; -EAGAIN: its queue is full; another -errno. */
int notify_send(char const *state, int fd);
/* Asks the supervisor to say when it has read all that was sent. Returns a
 * descriptor, the caller's, that hangs up then (POLLHUP); or -errno. */
int notify_barrier(void);

#endif
