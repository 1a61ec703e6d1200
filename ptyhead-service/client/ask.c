#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "printable.h"

/* 0 when the socket is ready (or broken: the next call on it tells). */
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
	case CONN_FULL: return -ENOBUFS;
	case CONN_AGAIN: return -EAGAIN;
	case CONN_GARBAGE:
	case CONN_FDS: break;
	}
	return -EPROTO;
}

int ask_send(struct conn *c, void const *frame, size_t len, int const *fds, size_t nfds,
             struct deadline const *d)
{
	enum conn_result r = conn_send(c, frame, len, fds, nfds);
	while (r == CONN_OK && conn_pending(c)) {
		int const w = wait_for(c->fd, POLLOUT, d);
		if (w < 0) return w;
		r = conn_flush(c);
		if (r == CONN_AGAIN) r = CONN_OK;
	}
	return error_of(r);
}

static int next_frame(struct conn *c, struct deadline const *d, struct conn_frame *ret)
{
	for (;;) {
		enum conn_result r = conn_frame(c, ret);
		if (r != CONN_AGAIN) return error_of(r);
		r = conn_fill(c);
		if (r == CONN_AGAIN) {
			int const w = wait_for(c->fd, POLLIN, d);
			if (w < 0) return w;
		} else if (r != CONN_OK) {
			return error_of(r);
		}
	}
}

static int refusal_error(uint16_t code)
{
	switch (code) {
	case WIRE_R_VERSION: return -EPROTONOSUPPORT;
	case WIRE_R_TERMINAL: return -ENOENT;
	case WIRE_R_BUSY: return -EBUSY;
	case WIRE_R_FD: return -EBADF;
	case WIRE_R_LIMIT: return -EDQUOT;
	case WIRE_R_LOOP: return -ELOOP;
	case WIRE_R_REQUEST: return -EINVAL;
	case WIRE_R_FAILED: return -EIO;
	default: return -EACCES; /* WIRE_R_ROLE, and what a later version knows */
	}
}

void ptyhead_reply_of(struct wire_refused const *refused, struct ptyhead_reply *ret)
{
	ret->code = refused->code;
	printable_put(ret->text, sizeof ret->text, refused->text.data, refused->text.len);
}

static int refused(struct conn_frame const *f, struct ptyhead_reply *ret)
{
	struct wire_refused w;
	if (wire_get_refused(f->payload, f->header.length, &w) < 0 || w.code == 0) return -EPROTO;
	ptyhead_reply_of(&w, ret);
	return refusal_error(w.code);
}

int ask(struct conn *c, struct ask const *q, struct deadline const *d, struct conn_frame *ret,
        struct ptyhead_reply *ret_reply)
{
	memset(ret_reply, 0, sizeof *ret_reply);
	int r = ask_send(c, q->frame, q->len, q->fds, q->nfds, d);
	/* A head that refuses before it has read leaves a closed socket and its
	 * reason in it. */
	if (r < 0 && r != -EPIPE) return r;
	r = next_frame(c, d, ret);
	if (r < 0) return r;
	if (ret->header.type == WIRE_REFUSED) return refused(ret, ret_reply);
	if (ret->header.version != WIRE_VERSION) return -EPROTONOSUPPORT;
	return ret->header.type == q->wanted ? 0 : -EPROTO;
}
