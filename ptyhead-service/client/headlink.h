/* The viewer's connection to the head: made, lost, and made again by itself,
 * never more than one at a time. Input is kept within a bound while the head is
 * away or does not read; it goes in order and at most once. Never blocks, except in
 * headlink_open. */
#ifndef CLIENT_HEADLINK_H
#define CLIENT_HEADLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "page.h"
#include "reader.h"

#define HEADLINK_INPUT_MAX (64u << 10)
#define HEADLINK_ANSWER_MS 10000 /* a head that is being started takes its time */

struct headlink {
	/* set by the caller before headlink_begin or headlink_open */
	struct ptyhead_address const *address;
	bool watch;
	bool lossless;
	struct wire_size size;
	struct wire_tty tty;
	int answer_ms; /* how long headlink_open may take; 0, and more than it: HEADLINK_ANSWER_MS */

	/* for the caller to read */
	enum { HEADLINK_AWAY, HEADLINK_ASKED, HEADLINK_UP } state;
	struct wire_attached attached;
	struct ptyhead_reply reply; /* of the last refusal */
	int error;                  /* -errno of the last try that failed */
	struct wire_taken taken;    /* the last answer to a SEND */
	bool connected; /* headlink_open found a head at all */
	struct page *page;

	int page_fd;
	struct conn conn;
	int64_t due;   /* AWAY: when to try again; ASKED: until when to wait */
	int backoff;   /* ms */
	bool resize;   /* a RESIZE frame is to go */
	bool moved;    /* a MOVED frame is to go */
	bool broken;   /* a send failed: the connection is given up at the next run */
	bool sent;     /* a SEND is not answered yet */
	uint32_t serial; /* its */
	size_t flight; /* of `in`: in the frame that the socket has not all taken */
	size_t in_len;
	uint8_t in[HEADLINK_INPUT_MAX];
};

enum headlink_event {
	HEADLINK_NOTHING = 0,
	HEADLINK_CAME,    /* the tape's descriptor is the caller's */
	HEADLINK_LEFT,    /* the head is away, with what it had not answered; it is looked for from now on */
	HEADLINK_TAKEN,   /* it answered a SEND */
	HEADLINK_REFUSED, /* for good: reply says why */
};

/* Makes the page; headlink_run connects. 0 or -errno. */
int headlink_begin(struct headlink *l);
/* Makes the page, connects and asks, waiting up to answer_ms. 0 (with the
 * tape's descriptor) or -errno. */
int headlink_open(struct headlink *l, int *ret_tape);
/* For a caller that has a tape and no head: it makes what the functions below need. 0 or
 * -errno. */
int headlink_none(struct headlink *l);
void headlink_close(struct headlink *l);

/* As poll(2) takes them: fd is -1 while there is none. */
int headlink_fd(struct headlink const *l);
short headlink_events(struct headlink const *l);
/* Milliseconds until headlink_run has something to do by itself; -1: never. */
int headlink_timeout(struct headlink const *l, int64_t now);

/* To be called when poll said something of the descriptor, or the time is
 * there. `now` is CLOCK_MONOTONIC in ms. */
enum headlink_event headlink_run(struct headlink *l, short revents, int64_t now, int *ret_tape);

/* Takes the tape's descriptor over, for a reader that is `*open` already or not, on the
 * tape `id`. 1: another tape than before, at its oldest byte; 0: the same; -errno. */
int headlink_tape(struct tape_reader *r, bool *open, uint64_t id[2], int fd);

/* How many bytes of input fit; headlink_input takes no more. */
size_t headlink_room(struct headlink const *l);
void headlink_input(struct headlink *l, uint8_t const *data, size_t len);
/* Sends input that is answered; one at a time. Then HEADLINK_TAKEN or HEADLINK_LEFT is
 * what came of it. False: it did not go. `len` is at most WIRE_SEND_MAX. */
bool headlink_send(struct headlink *l, uint32_t serial, uint8_t const *data, size_t len);
void headlink_resize(struct headlink *l, struct wire_size size);
void headlink_moved(struct headlink *l);

#endif
