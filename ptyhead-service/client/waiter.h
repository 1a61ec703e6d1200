/* SPDX-License-Identifier: ISC */
/* One descriptor for a program's event loop, the same for a handle's whole life. It is
 * readable when the watched descriptor is ready, or when a set time has come. Internal
 * to client/. */
#ifndef CLIENT_WAITER_H
#define CLIENT_WAITER_H

#include <stdint.h>

struct waiter {
	int fd; /* poll this one; -1: not started */
	int timer;
	int watched; /* -1: nothing */
};

int waiter_init(struct waiter *w); /* 0 or -errno */
void waiter_deinit(struct waiter *w);
/* From now on watch `events` (of poll(2)) of `fd`; -1: watch nothing. The old one may
 * be closed already. 0 or -errno. */
int waiter_watch(struct waiter *w, int fd, short events);
/* Makes it readable in `ms`; 0: now; -1: at no time. 0 or -errno. */
int waiter_time(struct waiter *w, int ms);
/* Which of `events` the watched descriptor has now. */
short waiter_ready(struct waiter const *w, short events);

#endif
