/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "deadline.h"
#include "path_int.h"

/* A path too long for sun_path is reached through a descriptor of the socket's inode:
 * *ret_node, which stays open during the connect. */
static int fill_path(struct sockaddr_un *sa, char const *path, int *ret_node)
{
	*ret_node = -1;
	if (path[0] == '\0') return -ENOENT;
	if (strlen(path) < sizeof sa->sun_path) {
		memcpy(sa->sun_path, path, strlen(path) + 1);
		return 0;
	}
	int const node = open(path, O_PATH | O_CLOEXEC);
	if (node < 0) return -errno;
	snprintf(sa->sun_path, sizeof sa->sun_path, "/proc/self/fd/%d", node);
	*ret_node = node;
	return 0;
}

/* connect(2) waits for room in the backlog for at most SO_SNDTIMEO. */
static int set_timeout(int sock, int ms)
{
	struct timeval tv = {0, 0};
	if (ms >= 0) {
		if (ms == 0) ms = 1; /* zeros mean for ever */
		tv.tv_sec = ms / 1000;
		tv.tv_usec = ms % 1000 * 1000L;
	}
	return setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv) < 0 ? -errno : 0;
}

static int connect_by(int sock, struct sockaddr_un const *sa, struct deadline const *d)
{
	int r;
	for (;;) {
		r = set_timeout(sock, deadline_left(d));
		if (r < 0) return r;
		if (connect(sock, (struct sockaddr const *)sa, sizeof *sa) == 0) break;
		if (errno == EAGAIN) return -ETIMEDOUT;
		if (errno != EINTR) return -errno;
	}
	return set_timeout(sock, -1);
}

int ptyhead_connect(char const *path, int timeout_ms)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct deadline d;
	int node = -1;
	int sock = -1;

	deadline_init(&d, timeout_ms);
	int r = fill_path(&sa, path, &node);
	if (r < 0) goto out;
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (timeout_ms == 0 ? SOCK_NONBLOCK : 0), 0);
	r = sock < 0 ? -errno : connect_by(sock, &sa, &d);
out:
	if (node >= 0) close(node);
	if (r < 0 && sock >= 0) close(sock);
	return r < 0 ? r : sock;
}

int ptyhead_connect_to_look(char const *path, int timeout_ms)
{
	char watch[PATH_MAX];
	int const sock = ptyhead_connect(path, timeout_ms);

	if (sock != -EACCES || !ptyhead_watch_path(path, watch, sizeof watch)) return sock;
	int const other = ptyhead_connect(watch, timeout_ms);
	return other < 0 ? sock : other;
}

#define AGAIN_MS 3000 /* s6-supervise restarts after a second, systemd after a quarter */
#define PAUSE_MS 20

bool ptyhead_again(int error, int64_t *until)
{
	bool const died = error == -ECONNRESET || error == -EPIPE;
	/* Its socket may have disappeared with it. */
	bool const away = error == -ECONNREFUSED || error == -ENOENT;

	if (*until == 0 && died) *until = clock_ms() + AGAIN_MS;
	if (*until == 0 || !(died || away) || clock_ms() >= *until) return false;
	(void)poll(NULL, 0, PAUSE_MS);
	return true;
}
