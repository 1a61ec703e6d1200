/* SPDX-License-Identifier: ISC */
/* The viewer's connection to the head. It reconnects by itself, one connection at a
 * time. While the head is away or does not read, input is kept, up to a bound. Input is
 * sent in order and at most once. Only headlink_open blocks. */
#ifndef CLIENT_HEADLINK_H
#define CLIENT_HEADLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "page.h"
#include "reader.h"

#define HEADLINK_INPUT_MAX (64u << 10)
#define HEADLINK_ANSWER_MS 10000 /* enough for a head that is just starting */

struct conn;

struct headlink {
	/* set by the caller before headlink_begin or headlink_open */
	struct ptyhead_address const *address;
	bool watch;
	bool lossless;
	struct ptyhead_size size;
	struct ptyhead_tty tty;
	int answer_ms; /* time limit of headlink_open; 0 or a larger value: HEADLINK_ANSWER_MS */

	/* for the caller to read */
	enum { HEADLINK_AWAY, HEADLINK_ASKED, HEADLINK_UP } state;
	struct ptyhead_attached attached;
	struct ptyhead_reply reply; /* of the last refusal */
	int error;                  /* -errno of the last failed attempt */
	struct ptyhead_taken taken;  /* the last answer to a SEND */
	bool connected; /* headlink_open has reached a head */
	struct page *page;

	int page_fd;
	struct conn *conn; /* NULL: headlink_none, _begin or _open was not called */
	int64_t due;   /* AWAY: when to try again; ASKED: when to give up waiting */
	int backoff;   /* ms */
	bool resize;   /* a RESIZE frame is to be sent */
	bool moved;    /* a MOVED frame is to be sent */
	bool broken;   /* a send failed: the next run gives the connection up */
	bool sent;     /* a SEND is unanswered */
	uint32_t serial; /* serial of that SEND */
	size_t flight; /* bytes of `in` in the frame that is sent partly */
	size_t in_len;
	uint8_t in[HEADLINK_INPUT_MAX];
};

enum headlink_event {
	HEADLINK_NOTHING = 0,
	HEADLINK_CAME,    /* the caller gets the tape's descriptor */
	HEADLINK_LEFT,    /* the head is away, and a SEND stays unanswered; the link looks for the head */
	HEADLINK_TAKEN,   /* the head answered a SEND */
	HEADLINK_REFUSED, /* refused permanently: reply says why */
};

/* Prepares the link; headlink_run connects. 0 or -errno. */
int headlink_begin(struct headlink *l);
/* Prepares the link, connects and attaches within answer_ms. 0 (and the tape's
 * descriptor) or -errno. */
int headlink_open(struct headlink *l, int *ret_tape);
/* For a caller that has a tape but no head: prepares the functions below. 0 or -errno. */
int headlink_none(struct headlink *l);
/* Of a link that is all zeros, too. */
void headlink_close(struct headlink *l);

/* For poll(2): fd is -1 while there is no connection. */
int headlink_fd(struct headlink const *l);
short headlink_events(struct headlink const *l);
/* Milliseconds until headlink_run must be called; -1: only for events. */
int headlink_timeout(struct headlink const *l, int64_t now);

/* Call this when poll reports an event, or when the time has come. `now` is
 * CLOCK_MONOTONIC in ms. */
enum headlink_event headlink_run(struct headlink *l, short revents, int64_t now, int *ret_tape);

/* Gives the tape's descriptor to a reader. `*open`: the reader is open already, on the
 * tape `id`. 1: it is another tape than before, and the reader is at its oldest byte;
 * 0: the same tape; -errno. */
int headlink_tape(struct tape_reader *r, bool *open, uint64_t id[2], int fd);

/* How many bytes of input headlink_input takes now. */
size_t headlink_room(struct headlink const *l);
void headlink_input(struct headlink *l, uint8_t const *data, size_t len);
/* Sends input with an answer; one at a time. The result is HEADLINK_TAKEN or
 * HEADLINK_LEFT. False: it was not sent. `len` is at most PTYHEAD_SEND_MAX. */
bool headlink_send(struct headlink *l, uint32_t serial, uint8_t const *data, size_t len);
void headlink_resize(struct headlink *l, struct ptyhead_size size);
void headlink_moved(struct headlink *l);

#endif
