/* The viewer's connection to the head: made, lost, and made again by itself,
 * never more than one at a time. Input is kept within a bound while the head is
 * away or does not read; it goes in order and at most once. Never blocks, but
 * for link_open. */
#ifndef VIEWER_LINK_H
#define VIEWER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page.h"
#include "ptyhead.h"

#define LINK_INPUT_MAX (64u << 10)
#define LINK_ANSWER_MS 10000 /* a head that is being started takes its time */

struct link {
	/* set by the caller before link_open */
	struct ptyhead_address const *address;
	bool watch;
	bool lossless;
	struct wire_size size;
	struct wire_tty tty;

	/* for the caller to read */
	enum { LINK_AWAY, LINK_ASKED, LINK_UP } state;
	struct wire_attached attached;
	struct ptyhead_reply reply; /* of the last refusal */
	bool connected; /* link_open found a head at all */
	struct page *page;

	int page_fd;
	struct conn conn;
	int64_t due;   /* AWAY: when to try again; ASKED: until when to wait */
	int backoff;   /* ms */
	bool resize;   /* a RESIZE frame is to go */
	bool moved;    /* a MOVED frame is to go */
	size_t flight; /* of `in`: in the frame that the socket has not all taken */
	size_t in_len;
	uint8_t in[LINK_INPUT_MAX];
};

enum link_event {
	LINK_NOTHING = 0,
	LINK_CAME,    /* the tape's descriptor is the caller's */
	LINK_LEFT,    /* the head is away; it is looked for from now on */
	LINK_REFUSED, /* for good: reply says why */
};

/* Makes the page, connects and asks, waiting up to LINK_ANSWER_MS. 0 (with the
 * tape's descriptor) or -errno. */
int link_open(struct link *l, int *ret_tape);
void link_close(struct link *l);

/* As poll(2) takes them: fd is -1 while there is none. */
int link_fd(struct link const *l);
short link_events(struct link const *l);
/* Milliseconds until link_run has something to do by itself; -1: never. */
int link_timeout(struct link const *l, int64_t now);

/* To be called when poll said something of the descriptor, or the time is
 * there. `now` is CLOCK_MONOTONIC in ms. */
enum link_event link_run(struct link *l, short revents, int64_t now, int *ret_tape);

/* How many bytes of input fit; link_input takes no more. */
size_t link_room(struct link const *l);
void link_input(struct link *l, uint8_t const *data, size_t len);
void link_resize(struct link *l, struct wire_size size);
void link_moved(struct link *l);

#endif
