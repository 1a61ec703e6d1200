/* What a pidfd tells to who is not the parent. */
#ifndef PIDFD_H
#define PIDFD_H

#include <stdbool.h>

enum pidfd_status {
	PIDFD_KNOWN,  /* *ret_status is the wait(2) status */
	PIDFD_YET,    /* the process lives, or its parent has not reaped it */
	PIDFD_NEVER,  /* this kernel does not tell (before Linux 6.15) */
};

bool pidfd_is(int fd);    /* is it a pidfd at all? */
bool pidfd_gone(int fd);  /* has the process ended? */
enum pidfd_status pidfd_status(int fd, int *ret_status);

#endif
