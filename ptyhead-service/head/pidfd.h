/* SPDX-License-Identifier: ISC */
/* What a pidfd tells to a process that is not the parent. */
#ifndef PIDFD_H
#define PIDFD_H

#include <stdbool.h>
#include <sys/types.h>

enum pidfd_status {
	PIDFD_KNOWN,  /* *ret_status is the wait(2) status */
	PIDFD_YET,    /* the process lives, or its parent has not reaped it */
	PIDFD_NEVER,  /* this kernel does not tell (before Linux 6.15) */
};

bool pidfd_is(int fd);    /* is it a pidfd at all? */
bool pidfd_gone(int fd);  /* has the process ended? */
enum pidfd_status pidfd_status(int fd, int *ret_status);
/* A pidfd and the pid of the session leader whose controlling terminal is the slave of
 * `master`. -ENOTTY: no session has this terminal. -ESRCH: the leader is in a PID
 * namespace that cannot be seen from here. */
int pidfd_leader(int master, pid_t *ret_pid);

#endif
