/* SPDX-License-Identifier: ISC */
/* Follows a terminal's tape without showing it: a connection that reconnects, the tape,
 * and sleep until there is more. ptyhead-send, -wait and -record share it. */
#ifndef VIEWER_FOLLOW_H
#define VIEWER_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "headlink.h"
#include "nap.h"
#include "reader.h"

struct follow {
	/* set by the caller before follow_open */
	struct ptyhead_address const *address;
	bool watch;
	bool lossless; /* the head is to wait for this reader; the result is in link.attached */
	int answer_ms; /* as in headlink.h */
	int also;      /* another descriptor whose readiness ends a wait; -1: none */

	struct tape_reader tape;
	bool open; /* the tape is open */
	uint64_t id[2];
	struct headlink link;
	struct nap nap;
};

/* 0 or -errno. */
int follow_open(struct follow *f);
/* The same without a head, for a given tape, which is taken over. It can be read, but
 * not waited on. */
int follow_open_tape(struct follow *f, int tape);
void follow_close(struct follow *f);

enum follow_event {
	FOLLOW_MORE,    /* the tape has more, or may have; or the head went away or came back */
	FOLLOW_ALSO,    /* the other descriptor is ready */
	FOLLOW_TAKEN,   /* a SEND was answered: link.taken */
	FOLLOW_UNANSWERED, /* the head went away, and the result of a SEND is unknown */
	FOLLOW_TIME,    /* `until` has come */
	FOLLOW_NEW,     /* another tape; the reader is at its oldest byte */
	FOLLOW_REFUSED, /* refused permanently by a head that came back */
	FOLLOW_FAILED,  /* errno */
};
/* Waits for one of these results, at most until `until` (CLOCK_MONOTONIC in ms; -1: no
 * limit). Checks the head and the other descriptor even in a flood. */
enum follow_event follow_wait(struct follow *f, int64_t until);

/* For a lossless reader: everything before the tape's position is processed. */
void follow_moved(struct follow *f);
/* Skips to the end of the tape. A lossless reader can still go back by half the ring. */
void follow_skip(struct follow *f);

#endif
