/* SPDX-License-Identifier: ISC */
#include "ask_int.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "convert_int.h"

/* Returns 0 if the socket is ready or broken: the next call on it tells which. */
static int wait_for(int fd, short events, struct deadline const *d)
{
	struct pollfd p = {.fd = fd, .events = events};
	for (;;) {
		int const n = poll(&p, 1, deadline_left(d));
		if (n > 0) return 0;
		if (n == 0) return -ETIMEDOUT;
		if (errno != EINTR) return -errno;
	}
}

static int error_of(enum conn_result r)
{
	switch (r) {
	case CONN_OK: return 0;
	case CONN_EOF: return -ECONNRESET;
	case CONN_BROKEN: return -errno;
	case CONN_NOMEM: return -ENOMEM;
	case CONN_NOFDS: return -EMFILE;
	case CONN_FULL: return -ENOBUFS;
	case CONN_AGAIN: return -EAGAIN;
	case CONN_GARBAGE:
	case CONN_FDS: break;
	}
	return -EPROTO;
}

static int flush(struct conn *c, struct deadline const *d)
{
	while (conn_pending(c)) {
		int const w = wait_for(c->fd, POLLOUT, d);
		if (w < 0) return w;
		enum conn_result const r = conn_flush(c);
		if (r != CONN_OK && r != CONN_AGAIN) return error_of(r);
	}
	return 0;
}

int ask_send(struct conn *c, struct ask const *q, struct deadline const *d)
{
	int const r = error_of(conn_send(c, q->frame, q->len, q->fds, q->nfds));
	return r < 0 ? r : flush(c, d);
}

static int refused(struct conn_frame const *f, struct ptyhead_reply *ret)
{
	struct wire_refused w;
	if (wire_get_refused(f->payload, f->header.length, &w) < 0 || w.code == 0) return -EPROTO;
	return reply_from_wire(&w, ret);
}

int ask_begin(struct conn *c, struct ask const *q)
{
	int const r = error_of(conn_send(c, q->frame, q->len, q->fds, q->nfds));
	if (r != -EPIPE) return r;
	/* A head that refuses before it reads leaves a closed socket with its reason.
	 * The question fails in any case, but the reason can be read. */
	(void)shutdown(c->fd, SHUT_WR);
	return 0;
}

int ask_answer(struct conn *c, enum wire_type wanted, struct conn_frame *ret, struct ptyhead_reply *ret_reply)
{
	enum conn_result r;
	memset(ret_reply, 0, sizeof *ret_reply);
	while ((r = conn_frame(c, ret)) == CONN_AGAIN) {
		r = conn_fill(c);
		if (r != CONN_OK) break;
	}
	if (r != CONN_OK) return error_of(r);
	if (ret->header.type == WIRE_REFUSED) return refused(ret, ret_reply);
	if (ret->header.version != WIRE_VERSION) return -EPROTONOSUPPORT;
	return ret->header.type == wanted ? 0 : -EPROTO;
}

int ask(struct conn *c, struct ask const *q, struct deadline const *d, struct conn_frame *ret,
        struct ptyhead_reply *ret_reply)
{
	int r = ask_begin(c, q);
	if (r == 0) r = flush(c, d);
	if (r < 0 && r != -EPIPE) return r;
	while ((r = ask_answer(c, q->wanted, ret, ret_reply)) == -EAGAIN) {
		r = wait_for(c->fd, POLLIN, d);
		if (r < 0) return r;
	}
	return r;
}
