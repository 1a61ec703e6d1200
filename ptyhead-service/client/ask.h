/* SPDX-License-Identifier: ISC */
/* One question and its answer, shared by export and attachment. Internal to client/. */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "deadline.h"
#include "client.h"

struct ask {
	void const *frame;
	size_t len;
	int const *fds;
	size_t nfds;
	enum wire_type wanted; /* expected answer, other than REFUSED */
};

/* Sends the whole frame; 0 or -errno. */
int ask_send(struct conn *c, void const *frame, size_t len, int const *fds, size_t nfds,
             struct deadline const *d);

/* Sends what the socket takes; conn_flush sends the rest. 0 or -errno. */
int ask_begin(struct conn *c, struct ask const *q, struct ptyhead_reply *ret_reply);

/* Reads the answer. 0: it has the wanted type and our version; its payload is in *ret.
 * A refusal fills *ret_reply and returns its -errno. -EAGAIN: wait for the socket. */
int ask_answer(struct conn *c, enum wire_type wanted, struct conn_frame *ret, struct ptyhead_reply *ret_reply);

/* Wait until the socket has taken everything; until there is something to read. 0 or
 * -errno. */
int ask_flush(struct conn *c, struct deadline const *d);
int ask_wait(struct conn *c, struct deadline const *d);

/* Question and answer in one call. */
int ask(struct conn *c, struct ask const *q, struct deadline const *d, struct conn_frame *ret,
        struct ptyhead_reply *ret_reply);

#endif
