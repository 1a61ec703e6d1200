/* SPDX-License-Identifier: ISC */
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int notify_send(char const *state, int fd)
{
	char const *const path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t const len = path ? strlen(path) : 0;
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;

	if (len == 0) return 0;
	if (len >= sizeof sa.sun_path || (*path != '/' && *path != '@')) return -EINVAL;
	memcpy(sa.sun_path, path, len);
	if (*path == '@') sa.sun_path[0] = 0;
	struct iovec iov = { (void *)(size_t)state, strlen(state) };
	struct msghdr m = { .msg_name = &sa, .msg_iov = &iov, .msg_iovlen = 1 };
	m.msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (fd >= 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof control.bytes;
		struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(h), &fd, sizeof fd);
	}
	int const sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0) return -errno;
	int const r = sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
	close(sock);
	return r;
}

int notify_barrier(void)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
	int const r = notify_send("BARRIER=1", ends[1]);
	close(ends[1]);
	if (r == 0) return ends[0];
	close(ends[0]);
	return r;
}
