/* SPDX-License-Identifier: ISC */
/* One descriptor for another program's loop, the same for a handle's whole life: it is
 * readable when the handle's own descriptor is ready, or its time has come. Of client's
 * own use. */
#ifndef CLIENT_WAITER_H
#define CLIENT_WAITER_H

#include <stdint.h>

struct waiter {
	int fd; /* to be waited for; -1: not begun */
	int timer;
	int watched; /* -1: nothing */
};

int waiter_init(struct waiter *w); /* 0 or -errno */
void waiter_deinit(struct waiter *w);
/* From here on `events` (of poll(2)) of `fd` count; -1: no descriptor does. One that was
 * watched may be closed already. 0 or -errno. */
int waiter_watch(struct waiter *w, int fd, short events);
/* It is readable in `ms`; 0: now; -1: at no time. 0 or -errno. */
int waiter_time(struct waiter *w, int ms);
/* What of `events` there is now on the watched descriptor. */
short waiter_ready(struct waiter const *w, short events);

#endif
