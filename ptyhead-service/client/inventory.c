/* SPDX-License-Identifier: ISC */
/* The terminals of a head, for a caller that may wait. */
#include <errno.h>
#include <poll.h>

#include "client.h"
#include "deadline.h"

int ptyhead_list(char const *path, char const *terminal, bool look, int timeout_ms,
                 void (*each)(void *arg, struct ptyhead_entry const *e), void *arg)
{
	struct ptyhead_lister *l;
	struct deadline d;

	deadline_init(&d, timeout_ms);
	int r = ptyhead_lister_new(&l, path, terminal, look, each, arg);
	if (r < 0) return r;
	while ((r = ptyhead_lister_process(l)) > 0) {
		struct pollfd p = { ptyhead_lister_fd(l), POLLIN, 0 };
		r = poll(&p, 1, deadline_left(&d));
		if (r < 0 && errno != EINTR) r = -errno;
		else if (r == 0) r = -ETIMEDOUT;
		else continue;
		break;
	}
	ptyhead_lister_free(l);
	return r;
}
