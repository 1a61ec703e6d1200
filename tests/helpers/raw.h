/* SPDX-License-Identifier: ISC */
/* Frames of ptyhead-protocol(7) put together by hand, right or wrong: what the
 * library would refuse to send, and what a later version of it would send
 * otherwise. For the helpers that play a hostile peer. */
#ifndef RAW_H
#define RAW_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	RAW_EXPORT = 1,
	RAW_ATTACH = 2,
	RAW_WATCH = 3,
	RAW_LIST = 4,
	RAW_INPUT = 16,
	RAW_RESIZE = 17,
	RAW_MOVED = 18,
	RAW_SEND = 19,
	RAW_EXPORTED = 64,
	RAW_ATTACHED = 65,
	RAW_REFUSED = 66,
	RAW_WAKE = 67,
	RAW_LISTED = 68,
	RAW_TAKEN = 69,
};

#define RAW_HEADER 8u
#define RAW_PAYLOAD_MAX 65528u
#define RAW_PAGE 4096

struct raw {
	uint8_t b[RAW_HEADER + RAW_PAYLOAD_MAX];
	size_t n;
};

__attribute__((noreturn)) static inline void raw_die(char const *what)
{
	fprintf(stderr, "fatal: unable to %s: %s\n", what, strerror(errno));
	exit(111);
}

static inline void raw_put(struct raw *r, void const *p, size_t len)
{
	if (len > sizeof r->b - r->n) len = sizeof r->b - r->n;
	if (len) memcpy(r->b + r->n, p, len);
	r->n += len;
}

static inline void raw_int(struct raw *r, uint64_t v, unsigned bytes)
{
	while (bytes-- > 0) {
		uint8_t const b = (uint8_t)(v >> (8 * bytes));
		raw_put(r, &b, 1);
	}
}

static inline void raw_string(struct raw *r, char const *s)
{
	size_t const len = s ? strlen(s) : 0;
	raw_int(r, len, 2);
	raw_put(r, s, len);
}

static inline void raw_begin(struct raw *r, unsigned type)
{
	r->n = 0;
	raw_int(r, 0xF5, 1);
	raw_int(r, 1, 1);
	raw_int(r, type, 2);
	raw_int(r, 0, 4);
}

static inline void raw_end(struct raw *r)
{
	uint32_t const len = (uint32_t)(r->n - RAW_HEADER);
	for (unsigned i = 0; i < 4; i++) r->b[4 + i] = (uint8_t)(len >> (8 * (3 - i)));
}

static inline void raw_fill(struct raw *r, char c, size_t len)
{
	while (len-- > 0 && r->n < sizeof r->b) r->b[r->n++] = (uint8_t)c;
}

static inline uint64_t raw_get(uint8_t const *p, unsigned bytes)
{
	uint64_t v = 0;
	while (bytes-- > 0) v = v << 8 | *p++;
	return v;
}

/* -1 when the head is not there, or not in time. */
static inline int raw_connect(char const *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct timeval const limit = { .tv_sec = 10 };
	if (strlen(path) >= sizeof sa.sun_path) {
		errno = ENAMETOOLONG;
		raw_die("connect");
	}
	memcpy(sa.sun_path, path, strlen(path));
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) raw_die("make a socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0) return fd;
	close(fd);
	return -1;
}

/* All of it with any number of descriptors; false when the head has closed or
 * does not read. */
static inline bool raw_send(int sock, void const *data, size_t len, int const *fds, size_t nfds)
{
	static _Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
	uint8_t const *p = data;
	while (len > 0) {
		struct iovec iov = { (void *)(uintptr_t)p, len };
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
		if (nfds > 0) {
			m.msg_control = control;
			m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
			struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
			h->cmsg_level = SOL_SOCKET;
			h->cmsg_type = SCM_RIGHTS;
			h->cmsg_len = CMSG_LEN(nfds * sizeof(int));
			memcpy(CMSG_DATA(h), fds, nfds * sizeof(int));
		}
		ssize_t const n = sendmsg(sock, &m, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return false;
		p += n;
		len -= (size_t)n;
		nfds = 0;
	}
	return true;
}

static inline uint64_t raw_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

/* The next frame that is no WAKE: its type, its payload in `payload` and *len.
 * 0: the head closed; -1: none within `ms`. Descriptors that came are closed. */
static inline int raw_hear(int sock, uint8_t payload[RAW_PAYLOAD_MAX], size_t *len, int ms)
{
	uint64_t const until = raw_now_ms() + (uint64_t)ms;
	uint8_t head[RAW_HEADER];
	size_t have = 0, want = sizeof head;
	bool in_payload = false;
	for (;;) {
		union {
			struct cmsghdr align;
			char bytes[CMSG_SPACE(8 * sizeof(int))];
		} control;
		uint64_t const now = raw_now_ms();
		struct pollfd p = { .fd = sock, .events = POLLIN };
		if (now > until || poll(&p, 1, (int)(until - now)) <= 0) return -1;
		struct iovec iov = { (in_payload ? payload : head) + have, want - have };
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control };
		ssize_t const n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
		if (n <= 0) return 0;
		struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
		if (h && h->cmsg_type == SCM_RIGHTS) {
			for (size_t i = 0; i < (h->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
				int fd;
				memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
				close(fd);
			}
		}
		have += (size_t)n;
		if (have < want) continue;
		int const type = (int)raw_get(head + 2, 2);
		if (!in_payload) {
			*len = (size_t)raw_get(head + 4, 4);
			if (*len > RAW_PAYLOAD_MAX) return 0;
			if (*len > 0) {
				in_payload = true;
				have = 0;
				want = *len;
				continue;
			}
		}
		if (type != RAW_WAKE) return type;
		in_payload = false;
		have = 0;
		want = sizeof head;
	}
}

/* A viewer's wake-up page, sealed as the head wants it. */
static inline int raw_page(void)
{
	int const fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, RAW_PAGE) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0) raw_die("make a page");
	return fd;
}

#endif
