/* SPDX-License-Identifier: ISC */
/* A connection that sends and receives whole frames with descriptors, for both ends. It
 * gives out one received frame at a time, and keeps bytes to send, up to a bound, until
 * the socket takes them. Between frames it uses no memory. Within a frame it uses no
 * more than the bytes received, and never more than the longest frame that the peer may
 * send. It never blocks: each call has MSG_DONTWAIT, since the peer may share the
 * socket's own flags. The caller waits with poll(2) or epoll(7). */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* The most bytes that may wait to be sent: one LISTED, or several of any other frame. */
#define CONN_OUT_MAX ((size_t)2 * WIRE_FRAME_MAX)

struct conn {
	int fd;
	uint8_t *in;
	size_t in_len;
	size_t in_cap;
	size_t in_max;  /* longest frame that the peer may send */
	size_t in_used; /* length of the frame that conn_frame gave out last */
	uint8_t *out;
	size_t out_start;
	size_t out_len;
	size_t out_cap;
	int out_fds[WIRE_FDS_MAX]; /* to be sent with the byte at out_start */
	size_t out_nfds;
	int fds[WIRE_FDS_MAX]; /* received and not taken yet; this connection closes them */
	size_t nfds;
	/* Closes unused descriptors of the peer; NULL: close(2). */
	void (*discard)(void *arg, int fd);
	void *discard_arg;
	bool takes_none; /* descriptors that it sends are not received: CONN_NOFDS */
};

struct conn_frame {
	struct wire_header header;
	uint8_t const *payload; /* valid until the next call on the connection */
};

enum conn_result {
	CONN_OK = 0,
	CONN_AGAIN,   /* nothing (more) now: wait for the socket */
	CONN_EOF,     /* the peer closed; all whole frames were given out */
	CONN_BROKEN,  /* it closed within a frame (errno EPROTO), or the socket failed
	                 (errno says how) */
	CONN_GARBAGE, /* not this protocol */
	CONN_FDS,     /* more descriptors than any frame carries; all are closed */
	CONN_NOFDS,   /* this process has reached its limit of descriptors; all are closed */
	CONN_FULL,    /* conn_send: the peer does not read, or the frame is empty; nothing
	                 was queued. conn_fill: first take the frames that are there.
	                 conn_frame: the frame is longer than the peer may send; its
	                 header is given out */
	CONN_NOMEM,
};

/* Takes over `fd`, a connected SOCK_STREAM. */
void conn_init(struct conn *c, int fd);
/* From now on the peer may send frames of at most `max` bytes (before: WIRE_FRAME_MAX).
 * A longer frame is refused as soon as its header is there. */
void conn_limit(struct conn *c, size_t max);
/* Closes the socket (unless c->fd was set to -1) and the descriptors that were not
 * taken. */
void conn_deinit(struct conn *c);

/* Reads once from the socket. CONN_OK: something came. */
enum conn_result conn_fill(struct conn *c);
/* Gives out the next whole frame; CONN_AGAIN: call conn_fill first. The caller checks
 * version and type. CONN_GARBAGE leaves the bytes in c->in (c->in_len), for a caller
 * that knows another form. */
enum conn_result conn_frame(struct conn *c, struct conn_frame *ret);
/* The next conn_frame gives out the same frame again. */
void conn_again(struct conn *c);
/* Gives the received descriptors to the caller, who closes them. */
size_t conn_take_fds(struct conn *c, int ret_fds[WIRE_FDS_MAX]);

/* Closes such descriptors in the way that the connection's owner set. */
void conn_discard(struct conn *c, int const *fds, size_t nfds);

/* Queues a frame and sends what the socket takes. `len` may be the result of a
 * wire_put_*: 0 (the frame did not fit its buffer) gives CONN_FULL. `fds` are
 * duplicated; the caller keeps its own. They are possible only while nothing else
 * waits. */
enum conn_result conn_send(struct conn *c, void const *frame, size_t len,
                           int const *fds, size_t nfds);
/* Sends what waits. CONN_AGAIN: wait for POLLOUT. */
enum conn_result conn_flush(struct conn *c);
bool conn_pending(struct conn const *c);

/* Sends a frame that may be omitted, since the peer has other frames to read. It is
 * never queued. True: it was sent. */
bool conn_nudge(struct conn *c, void const *frame, size_t len);

#endif
