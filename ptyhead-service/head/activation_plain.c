#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "activation.h"

#define FIRST 3

/* A number between 0 and `most` that is all of `s`; -1 if it is not. */
static long number(char const *s, long most)
{
	char *end;
	if (!s || *s < '0' || *s > '9') return -1;
	errno = 0;
	long const n = strtol(s, &end, 10);
	return errno || *end || n > most ? -1 : n;
}

int activation_take(struct activation_fd **ret, size_t *ret_n)
{
	long const pid = number(getenv("LISTEN_PID"), 1L << 30);
	long const n = number(getenv("LISTEN_FDS"), 4096);
	char const *names = getenv("LISTEN_FDNAMES");
	int r = 0;

	*ret = NULL;
	*ret_n = 0;
	if (pid != (long)getpid() || n <= 0) goto out;
	struct activation_fd *const fds = calloc((size_t)n, sizeof *fds);
	if (!fds) return -ENOMEM;
	for (long i = 0; i < n; i++) {
		size_t const len = names ? strcspn(names, ":") : 0;
		fds[i].fd = FIRST + (int)i;
		fds[i].name = len > 0 ? strndup(names, len) : strdup("unknown");
		if (names) names += names[len] ? len + 1 : len;
		if (!fds[i].name) r = -ENOMEM;
		else if (fcntl(fds[i].fd, F_SETFD, FD_CLOEXEC) < 0) r = -errno;
	}
	if (r < 0) {
		activation_free(fds, (size_t)n);
	} else {
		*ret = fds;
		*ret_n = (size_t)n;
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

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof value;
	return getsockopt(fd, SOL_SOCKET, name, &value, &len) < 0 ? -1 : value;
}

int activation_is_listener(int fd)
{
	return option(fd, SO_DOMAIN) == AF_UNIX && option(fd, SO_TYPE) == SOCK_STREAM &&
	       option(fd, SO_ACCEPTCONN) == 1 ? 0 : -1;
}

void activation_notify(char const *state)
{
	char const *const path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t const len = path ? strlen(path) : 0;

	if (len == 0 || len >= sizeof sa.sun_path || (*path != '/' && *path != '@')) return;
	memcpy(sa.sun_path, path, len);
	if (*path == '@') sa.sun_path[0] = 0;
	int const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return;
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&sa,
	              (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}
