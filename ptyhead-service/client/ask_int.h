/* SPDX-License-Identifier: ISC */
/* A peer's question to the head on a connection, and the answer: how all are asked, and
 * the three that there are. Internal to client/. */
#ifndef CLIENT_ASK_INT_H
#define CLIENT_ASK_INT_H

#include "client.h"
#include "conn.h"
#include "deadline.h"

struct ask {
	void const *frame;
	size_t len;
	int const *fds;
	size_t nfds;
	enum wire_type wanted; /* expected answer, other than REFUSED */
};

/* Sends the whole question and waits for no answer. 0 or -errno. */
int ask_send(struct conn *c, struct ask const *q, struct deadline const *d);

/* Sends what the socket takes; conn_flush sends the rest. 0 or -errno. */
int ask_begin(struct conn *c, struct ask const *q);

/* Reads the answer. 0: it has the wanted type and our version; its payload is in *ret.
 * A refusal fills *ret_reply and returns its -errno. -EAGAIN: wait for the socket. */
int ask_answer(struct conn *c, enum wire_type wanted, struct conn_frame *ret, struct ptyhead_reply *ret_reply);

/* Question and answer in one call. */
int ask(struct conn *c, struct ask const *q, struct deadline const *d, struct conn_frame *ret,
        struct ptyhead_reply *ret_reply);

/* ---- each in two steps, for a caller that waits for other events too --------------- */

/* _begin sends what the socket takes. While conn_pending is true, call conn_flush at
 * POLLOUT. At POLLIN, _answer returns the answer, or -EAGAIN: it has not come yet. */

int ptyhead_export_begin(struct conn *c, struct ptyhead_export const *e);
int ptyhead_export_answer(struct conn *c, struct ptyhead_exported *ret, struct ptyhead_reply *ret_reply);

struct ptyhead_attach {
	char const *terminal;
	bool watch;
	bool lossless;
	struct ptyhead_size size;
	struct ptyhead_tty tty;
	int page; /* memfd of the wake-up page, tape/page.h */
};

int ptyhead_attach_begin(struct conn *c, struct ptyhead_attach const *a);
int ptyhead_attach_answer(struct conn *c, struct ptyhead_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply);
/* Both, for at most `timeout_ms`. On success *ret_tape is the tape's descriptor, which
 * the caller owns; the connection stays for INPUT, RESIZE, MOVED and WAKE frames. */
int ptyhead_attach(struct conn *c, struct ptyhead_attach const *a, int timeout_ms,
                   struct ptyhead_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply);

/* The caller sets the first three members and leaves the rest zero. `each` is called for
 * each terminal, in the order of their names; the entry is valid during the call. */
struct listing {
	char const *terminal; /* NULL: all */
	void (*each)(void *arg, struct ptyhead_entry const *e);
	void *arg;
	char after[PTYHEAD_TERMINAL_MAX + 1]; /* the last name given out */
};
int listing_begin(struct conn *c, struct listing *l);
/* Gives out what has come. 0: that was all; -EAGAIN: wait for more, and flush if
 * necessary. */
int listing_answer(struct conn *c, struct listing *l, struct ptyhead_reply *ret_reply);

#endif
