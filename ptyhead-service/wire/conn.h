/* A framed connection with descriptors, for both ends: what arrived is handed
 * out a whole frame at a time, what is to be sent is kept within a bound until
 * the socket takes it. Between frames it holds no memory; within one, no more
 * than the bytes that came, and never more than the longest frame that the peer
 * may send. Never blocks (every call is MSG_DONTWAIT, so that the
 * socket's own flags, which a peer may share, do not matter); the caller waits
 * with poll(2) or epoll(7). */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* The most that may wait to be sent before conn_send says so: a LISTED, and more
 * than one of every other frame. */
#define CONN_OUT_MAX ((size_t)2 * WIRE_FRAME_MAX)

struct conn {
	int fd;
	uint8_t *in;
	size_t in_len;
	size_t in_cap;
	size_t in_max;  /* the longest frame that the peer may send */
	size_t in_used; /* bytes of the frame that conn_frame gave out last */
	uint8_t *out;
	size_t out_start;
	size_t out_len;
	size_t out_cap;
	int out_fds[WIRE_FDS_MAX]; /* still to go, with the byte at out_start */
	size_t out_nfds;
	int fds[WIRE_FDS_MAX]; /* arrived and not yet taken; ours to close */
	size_t nfds;
	/* Closes what the peer has sent and nobody wants; NULL: close(2). */
	void (*discard)(void *arg, int fd);
	void *discard_arg;
	bool takes_none; /* what it sends of descriptors stays in the kernel: CONN_NOFDS */
};

struct conn_frame {
	struct wire_header header;
	uint8_t const *payload; /* good until the next call on the connection */
};

enum conn_result {
	CONN_OK = 0,
	CONN_AGAIN,   /* nothing (more) now: wait for the socket */
	CONN_EOF,     /* the peer closed; whole frames before it were given out */
	CONN_BROKEN,  /* it closed in the middle of a frame (errno EPROTO), or the
	                 socket failed (errno says how) */
	CONN_GARBAGE, /* not this protocol */
	CONN_FDS,     /* more descriptors than any frame carries; all closed */
	CONN_NOFDS,   /* this process may open no more descriptors; all closed */
	CONN_FULL,    /* conn_send: the peer does not read, or the frame is empty;
	                 nothing was queued. conn_fill: take out the frames that are
	                 there. conn_frame: a frame longer than the peer may send;
	                 its header is given out */
	CONN_NOMEM,
};

/* Takes `fd`, a connected SOCK_STREAM, over. */
void conn_init(struct conn *c, int fd);
/* From here on the peer may send no frame longer than `max` bytes (until now
 * WIRE_FRAME_MAX). What is longer is refused when its header is there. */
void conn_limit(struct conn *c, size_t max);
/* Closes the socket (unless c->fd was set to -1), and descriptors that were
 * not taken. */
void conn_deinit(struct conn *c);

/* Reads once what the socket has: CONN_OK when something came. */
enum conn_result conn_fill(struct conn *c);
/* The next whole frame out of what was read; CONN_AGAIN: fill first. Versions
 * and types are the caller's to judge.
 * CONN_GARBAGE leaves the bytes in place (c->in, c->in_len) for who knows
 * another form. */
enum conn_result conn_frame(struct conn *c, struct conn_frame *ret);
/* The frame that conn_frame gave out last is given out again by the next call. */
void conn_again(struct conn *c);
/* The descriptors that arrived so far go to the caller, who closes them. */
size_t conn_take_fds(struct conn *c, int ret_fds[WIRE_FDS_MAX]);

/* Closes such descriptors: the connection's owner says how. */
void conn_discard(struct conn *c, int const *fds, size_t nfds);

/* Queues a frame and sends what goes at once. `len` may be what a wire_put_*
 * returned: 0, a frame that did not fit its buffer, is CONN_FULL. With `fds` (duplicated here, so
 * the caller keeps its own) only while nothing else waits. */
enum conn_result conn_send(struct conn *c, void const *frame, size_t len,
                           int const *fds, size_t nfds);
/* Sends what waits; CONN_AGAIN: wait for POLLOUT. */
enum conn_result conn_flush(struct conn *c);
bool conn_pending(struct conn const *c);

/* One frame that may be left out, for a peer that has other frames to read:
 * never queued. True when it went. */
bool conn_nudge(struct conn *c, void const *frame, size_t len);

#endif
