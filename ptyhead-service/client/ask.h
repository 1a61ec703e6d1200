/* One question and its one answer: what an export and an attachment have in
 * common. Of this module's own use. */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "deadline.h"
#include "client.h"

struct ask {
	void const *frame;
	size_t len;
	int const *fds;
	size_t nfds;
	enum wire_type wanted; /* the answer that is not a refusal */
};

/* Sends the whole frame; 0 or -errno. */
int ask_send(struct conn *c, void const *frame, size_t len, int const *fds, size_t nfds,
             struct deadline const *d);

/* Sends what goes at once; conn_flush sends the rest. 0 or -errno. */
int ask_begin(struct conn *c, struct ask const *q, struct ptyhead_reply *ret_reply);

/* The answer, if it has come: 0 when it is of the wanted type and our version: its
 * payload is then in *ret. A refusal fills *ret_reply and is -errno. -EAGAIN: wait for
 * the socket. */
int ask_answer(struct conn *c, enum wire_type wanted, struct conn_frame *ret, struct ptyhead_reply *ret_reply);

/* Until the socket has taken all that waits; until there is something to read. 0 or -errno. */
int ask_flush(struct conn *c, struct deadline const *d);
int ask_wait(struct conn *c, struct deadline const *d);

/* The whole of it. */
int ask(struct conn *c, struct ask const *q, struct deadline const *d, struct conn_frame *ret,
        struct ptyhead_reply *ret_reply);

#endif
