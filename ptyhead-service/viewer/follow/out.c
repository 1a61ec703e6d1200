/* SPDX-License-Identifier: ISC */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "nowait.h"

enum {
	OWN,    /* our own open file description, with O_NONBLOCK */
	SOCKET, /* shared, but written with MSG_DONTWAIT */
	PLAIN,  /* a regular file: writing never waits */
	SHARED, /* shared: written as nowait.h describes */
};

/* Writes without waiting to a shared description. */
#define SHARED_MAX 4096u

/* -1: it cannot be opened again. */
static int open_own(int fd)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int const own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* The terminal may belong to another user: after su, for example. The
	 * controlling terminal can be opened as /dev/tty by everybody who has it. */
	if (own >= 0 || tcgetsid(fd) < 0) return own;
	return open("/dev/tty", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void out_init(struct out *o, int fd)
{
	struct stat st;

	o->fd = fd;
	o->kind = SHARED;
	o->lines = false;
	o->start = o->len = 0;
	o->blob = NULL;
	o->blob_start = o->blob_len = o->early = 0;
	if (fstat(fd, &st) < 0) return;
	if (S_ISREG(st.st_mode)) {
		o->kind = PLAIN;
	} else if (S_ISSOCK(st.st_mode)) {
		o->kind = SOCKET;
	} else {
		int const own = open_own(fd);
		if (own < 0) return;
		o->fd = own;
		o->kind = OWN;
	}
}

void out_deinit(struct out *o)
{
	out_drop(o);
	if (o->kind == OWN) close(o->fd);
	o->fd = -1;
	o->kind = SHARED;
}

static size_t place(struct out *o, size_t keep)
{
	if (o->start > 0 && OUT_MAX - o->start - o->len <= OUT_MAX / 2) {
		memmove(o->buf, o->buf + o->start, o->len);
		o->start = 0;
	}
	size_t const room = OUT_MAX - o->start - o->len;
	return room > keep ? room - keep : 0;
}

uint8_t *out_tail(struct out *o)
{
	return o->buf + o->start + o->len;
}

size_t out_room(struct out *o)
{
	return place(o, OUT_RESERVE);
}

void out_added(struct out *o, size_t len)
{
	o->len += len;
}

bool out_add(struct out *o, void const *data, size_t len)
{
	if (place(o, 0) < len) return false;
	memcpy(out_tail(o), data, len);
	o->len += len;
	return true;
}

bool out_pending(struct out const *o)
{
	return o->len > 0 || o->blob_len > 0;
}

size_t out_blob(struct out *o, void *data, size_t len)
{
	size_t const early = o->early < len ? o->early : len;

	free(o->blob);
	o->blob = data;
	o->blob_start = early;
	o->blob_len = len - early;
	o->early = 0;
	return early;
}

void out_drop(struct out *o)
{
	o->start = o->len = 0;
	out_blob(o, NULL, 0);
}

static ssize_t write_some(struct out *o, uint8_t const *p, size_t len)
{
	if (o->lines) {
		if (len > OUT_LINE_MAX) len = OUT_LINE_MAX;
		uint8_t const *const end = memrchr(p, '\n', len);
		if (end) len = (size_t)(end - p) + 1;
	}
	if (o->kind == SOCKET) return send(o->fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (o->kind == SHARED) return nowait_write(o->fd, p, len > SHARED_MAX ? SHARED_MAX : len);
	return write(o->fd, p, len);
}

/* An error is met again by the next out_flush. */
void out_early(void *out, struct screen_buf const *b)
{
	struct out *const o = out;
	ssize_t const n = write_some(o, (uint8_t const *)b->data + o->early, b->len - o->early);

	if (n > 0) o->early += (size_t)n;
}

enum out_result out_flush(struct out *o, uint8_t const **ret_data, size_t *ret_len)
{
	bool const blob = o->blob_len > 0;
	uint8_t const *const p = blob ? o->blob + o->blob_start : o->buf + o->start;
	ssize_t n;

	*ret_data = p;
	*ret_len = 0;
	if (!out_pending(o)) return OUT_OK;
	do
		n = write_some(o, p, blob ? o->blob_len : o->len);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK) return OUT_AGAIN;
		return errno == EPIPE ? OUT_CLOSED : OUT_FAILED;
	}
	*ret_len = (size_t)n;
	if (blob) {
		o->blob_start += (size_t)n;
		o->blob_len -= (size_t)n;
	} else {
		o->len -= (size_t)n;
		o->start = o->len == 0 ? 0 : o->start + (size_t)n;
	}
	return out_pending(o) ? OUT_AGAIN : OUT_OK;
}
