/* SPDX-License-Identifier: ISC */
/* For tests that are the head themselves: a socket in a folder of its own, on which they
 * accept what libptyhead connects. */
#ifndef PLAYHEAD_H
#define PLAYHEAD_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "client.h"
#include "conn.h"
#include "unit.h"

static char dir[64];
static int listener = -1;
static struct ptyhead_address address;

/* backlog: of listen(2); below 0: nobody listens. */
static inline void set_up(int backlog)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char const *why;
	strcpy(dir, "/tmp/ptyhead-library.XXXXXX");
	CHECK(mkdtemp(dir));
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s/s", dir);
	CHECK_EQ(ptyhead_address_parse(sa.sun_path, &address, &why), 0);
	if (backlog < 0) return;
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(listener, (struct sockaddr *)&sa, sizeof sa) == 0 && listen(listener, backlog) == 0);
}

static inline void tear_down(void)
{
	if (listener >= 0) close(listener);
	listener = -1;
	(void)unlink(address.path);
	CHECK(rmdir(dir) == 0);
}

static inline bool readable(int fd, int ms) { return poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, ms) == 1; }

#endif
