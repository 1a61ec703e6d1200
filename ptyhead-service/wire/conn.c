/* SPDX-License-Identifier: ISC */
#include "conn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Buffer sizes are multiples of this. They follow the bytes received, not the length
 * that a peer states. */
#define STEP 64u
#define READ_MAX 8192u /* bytes in one conn_fill; on the stack */

#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04
#endif

void conn_init(struct conn *c, int fd)
{
	memset(c, 0, sizeof *c);
	c->fd = fd;
	c->in_max = WIRE_FRAME_MAX;
}

void conn_limit(struct conn *c, size_t max)
{
	c->in_max = max < WIRE_FRAME_MAX ? max : WIRE_FRAME_MAX;
}

static void close_all(int *fds, size_t *n)
{
	while (*n > 0) close(fds[--*n]);
}

void conn_discard(struct conn *c, int const *fds, size_t nfds)
{
	for (size_t i = 0; i < nfds; i++) {
		if (c->discard) c->discard(c->discard_arg, fds[i]);
		else close(fds[i]);
	}
}

static void discard_all(struct conn *c)
{
	conn_discard(c, c->fds, c->nfds);
	c->nfds = 0;
}

void conn_deinit(struct conn *c)
{
	discard_all(c);
	close_all(c->out_fds, &c->out_nfds);
	free(c->in);
	free(c->out);
	if (c->fd >= 0) close(c->fd);
	conn_init(c, -1);
}

/* ---- reading ------------------------------------------------------------- */

static void give_back(uint8_t **buf, size_t *cap)
{
	free(*buf);
	*buf = NULL;
	*cap = 0;
}

/* Makes the buffer large enough for `len` bytes (at least 1). False: out of memory. */
static bool fit(uint8_t **buf, size_t *cap, size_t len)
{
	size_t const want = ((len - 1) / STEP + 1) * STEP;
	if (*buf && want == *cap) return true;
	uint8_t *const p = realloc(*buf, want);
	if (!p) return want < *cap; /* shrinking failed: the larger buffer is good enough */
	*buf = p;
	*cap = want;
	return true;
}

/* Drops the frame that was given out last. */
static void drop_used(struct conn *c)
{
	if (c->in_used == 0) return;
	c->in_len -= c->in_used;
	if (c->in_len > 0) {
		memmove(c->in, c->in + c->in_used, c->in_len);
		(void)fit(&c->in, &c->in_cap, c->in_len);
	} else {
		give_back(&c->in, &c->in_cap);
	}
	c->in_used = 0;
}

static bool append_in(struct conn *c, uint8_t const *data, size_t len)
{
	if (!fit(&c->in, &c->in_cap, c->in_len + len)) return false;
	memcpy(c->in + c->in_len, data, len);
	c->in_len += len;
	return true;
}

/* musl's CMSG_NXTHDR mixes signs where it is expanded. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
/* Keeps the descriptors of one message. If there are too many, closes all that arrived,
 * in whichever header, and reports that. The kernel sets MSG_CTRUNC if they did not fit
 * into `control`, and also if RLIMIT_NOFILE let it install only some or none; then
 * there are fewer than a frame may carry. */
static enum conn_result keep_fds(struct conn *c, struct msghdr *m)
{
	bool const cut = (m->msg_flags & MSG_CTRUNC) != 0;
	bool bad = cut;
	size_t came = 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET) continue;
		bool const rights = h->cmsg_type == SCM_RIGHTS;
		if (!rights && h->cmsg_type != SCM_PIDFD) continue;
		size_t const n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			came += rights;
			if (rights && c->nfds < WIRE_FDS_MAX) {
				c->fds[c->nfds++] = fd;
			} else {
				bad = bad || rights;
				conn_discard(c, &fd, 1);
			}
		}
	}
	if (bad) discard_all(c);
	if (!bad) return CONN_OK;
	return cut && came < WIRE_FDS_MAX ? CONN_NOFDS : CONN_FDS;
}
#pragma GCC diagnostic pop

enum conn_result conn_fill(struct conn *c)
{
	/* Room for the header that an inherited SO_PASSCRED or SO_PASSPIDFD adds. */
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int)) +
		           CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
	} control;
	uint8_t piece[READ_MAX];

	drop_used(c);
	if (c->in_len >= c->in_max) return CONN_FULL;
	size_t const room = c->in_max - c->in_len;
	struct iovec iov = {piece, room < sizeof piece ? room : sizeof piece};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;
	do {
		m.msg_control = control.bytes;
		m.msg_controllen = c->takes_none ? 0 : sizeof control.bytes;
		n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? CONN_AGAIN : CONN_BROKEN;

	enum conn_result const r = keep_fds(c, &m);
	if (n == 0) {
		if (c->in_len == 0) return CONN_EOF;
		errno = EPROTO;
		return CONN_BROKEN;
	}
	return append_in(c, piece, (size_t)n) ? r : CONN_NOMEM;
}

enum conn_result conn_frame(struct conn *c, struct conn_frame *ret)
{
	drop_used(c);
	switch (wire_header_decode(c->in, c->in_len, &ret->header)) {
	case 0: break;
	case 1: return CONN_AGAIN;
	default: return CONN_GARBAGE;
	}
	size_t const len = WIRE_HEADER + ret->header.length;
	if (len > c->in_max) return CONN_FULL;
	if (c->in_len < len) return CONN_AGAIN;
	ret->payload = c->in + WIRE_HEADER;
	c->in_used = len;
	return CONN_OK;
}

void conn_again(struct conn *c) { c->in_used = 0; }

size_t conn_take_fds(struct conn *c, int ret_fds[WIRE_FDS_MAX])
{
	size_t const n = c->nfds;
	for (size_t i = 0; i < n; i++) ret_fds[i] = c->fds[i];
	c->nfds = 0;
	return n;
}

/* ---- writing ------------------------------------------------------------- */

/* One sendmsg. Returns the number of bytes sent; 0: nothing now; -1: error. */
static ssize_t send_some(int sock, void const *data, size_t len, int const *fds, size_t nfds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov;
	iov.iov_base = (void *)(uintptr_t)data;
	iov.iov_len = len;
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	if (nfds > 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = control.bytes;
		m.msg_controllen = (socklen_t)CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = (socklen_t)CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(h), fds, nfds * sizeof(int));
	}
	ssize_t n;
	do
		n = sendmsg(sock, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
	return n;
}

/* Appends to the bytes that wait. The caller has checked the bound. */
static enum conn_result enqueue(struct conn *c, uint8_t const *data, size_t len)
{
	if (c->out_start > 0) {
		memmove(c->out, c->out + c->out_start, c->out_len);
		c->out_start = 0;
	}
	if (!fit(&c->out, &c->out_cap, c->out_len + len)) return CONN_NOMEM;
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
	return CONN_OK;
}

static enum conn_result keep_out_fds(struct conn *c, int const *fds, size_t nfds)
{
	for (size_t i = 0; i < nfds; i++) {
		int const fd = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
		if (fd < 0) {
			close_all(c->out_fds, &c->out_nfds);
			return CONN_BROKEN;
		}
		c->out_fds[c->out_nfds++] = fd;
	}
	return CONN_OK;
}

enum conn_result conn_send(struct conn *c, void const *frame, size_t len,
                           int const *fds, size_t nfds)
{
	if (nfds > WIRE_FDS_MAX) return CONN_FDS;
	if (len == 0) return CONN_FULL;
	if (c->out_len > 0) {
		enum conn_result const r = conn_flush(c);
		if (r != CONN_OK && r != CONN_AGAIN) return r;
	}
	if (c->out_len + len > CONN_OUT_MAX || (nfds > 0 && c->out_len > 0)) return CONN_FULL;

	size_t done = 0;
	if (c->out_len == 0) {
		ssize_t const n = send_some(c->fd, frame, len, fds, nfds);
		if (n < 0) return CONN_BROKEN;
		done = (size_t)n;
	}
	if (done == len) return CONN_OK;
	if (done == 0 && nfds > 0) {
		enum conn_result const r = keep_out_fds(c, fds, nfds);
		if (r != CONN_OK) return r;
	}
	enum conn_result const r = enqueue(c, (uint8_t const *)frame + done, len - done);
	if (r != CONN_OK) close_all(c->out_fds, &c->out_nfds);
	return r;
}

enum conn_result conn_flush(struct conn *c)
{
	while (c->out_len > 0) {
		ssize_t const n = send_some(c->fd, c->out + c->out_start, c->out_len,
		                            c->out_fds, c->out_nfds);
		if (n < 0) return CONN_BROKEN;
		if (n == 0) return CONN_AGAIN;
		close_all(c->out_fds, &c->out_nfds);
		c->out_start += (size_t)n;
		c->out_len -= (size_t)n;
	}
	c->out_start = 0;
	give_back(&c->out, &c->out_cap);
	return CONN_OK;
}

bool conn_pending(struct conn const *c) { return c->out_len > 0; }

bool conn_nudge(struct conn *c, void const *frame, size_t len)
{
	if (c->out_len > 0) return false;
	ssize_t const n = send_some(c->fd, frame, len, NULL, 0);
	if (n <= 0) return false;
	if ((size_t)n == len) return true;
	/* A part of the frame was sent: the rest must follow before anything else. */
	if (enqueue(c, (uint8_t const *)frame + n, len - (size_t)n) != CONN_OK)
		shutdown(c->fd, SHUT_RDWR);
	return true;
}
