/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "activation.h"
#include "number.h"

#define FIRST 3

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof value;
	return getsockopt(fd, SOL_SOCKET, name, &value, &len) < 0 ? -1 : value;
}

static bool is_listener(int fd)
{
	return option(fd, SO_DOMAIN) == AF_UNIX && option(fd, SO_TYPE) == SOCK_STREAM &&
	       option(fd, SO_ACCEPTCONN) == 1;
}

int activation_take(struct activation_fd **ret, size_t *ret_n)
{
	uint64_t const pid = number_env("LISTEN_PID", 1u << 30);
	size_t const n = (size_t)number_env("LISTEN_FDS", 1u << 20);
	char const *names = getenv("LISTEN_FDNAMES");
	int r = 0;

	*ret = NULL;
	*ret_n = 0;
	if (pid != (uint64_t)getpid() || n == 0) goto out;
	struct activation_fd *const fds = calloc(n, sizeof *fds);
	if (!fds) return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t const len = names ? strcspn(names, ":") : 0;
		fds[i].fd = FIRST + (int)i;
		fds[i].listener = is_listener(fds[i].fd);
		fds[i].name = len > 0 ? strndup(names, len) : strdup("unknown");
		if (names) names += names[len] ? len + 1 : len;
		if (!fds[i].name) r = -ENOMEM;
		else if (fcntl(fds[i].fd, F_SETFD, FD_CLOEXEC) < 0) r = -errno;
	}
	if (r < 0) {
		activation_free(fds, n);
	} else {
		*ret = fds;
		*ret_n = n;
	}
out:
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return r;
}

void activation_free(struct activation_fd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) free(fds[i].name);
	free(fds);
}
