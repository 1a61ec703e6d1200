/* A terminal's tape, followed without showing it: a connection that is made
 * again when the head was away, the tape, and sleep until there is more. What
 * ptyhead-send, -wait and -record have in common. */
#ifndef VIEWER_FOLLOW_H
#define VIEWER_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "headlink.h"
#include "reader.h"

struct follow {
	/* set by the caller before follow_open */
	struct ptyhead_address const *address;
	bool watch;
	bool lossless; /* be waited for; what came of it is link.attached */
	int answer_ms; /* of headlink.h */
	int also;      /* a descriptor whose readiness ends a wait, too; -1: none */

	struct tape_reader tape;
	bool open; /* it is */
	uint64_t id[2];
	struct headlink link;
};

/* 0 or -errno. */
int follow_open(struct follow *f);
/* The same without a head, of a tape that is given, and taken over: to be read, and not
 * to be waited for. */
int follow_open_tape(struct follow *f, int tape);
void follow_close(struct follow *f);

enum follow_event {
	FOLLOW_MORE,    /* the tape has more, or may have; or the head went away or came back */
	FOLLOW_ALSO,    /* the other descriptor is ready */
	FOLLOW_TAKEN,   /* a SEND was answered: link.taken */
	FOLLOW_UNANSWERED, /* the head went away, and what became of a SEND is not known */
	FOLLOW_TIME,    /* it is `until` */
	FOLLOW_NEW,     /* another tape: its oldest byte is next */
	FOLLOW_REFUSED, /* by a head that came back; for good */
	FOLLOW_FAILED,  /* errno */
};
/* Waits for one of these until `until` (CLOCK_MONOTONIC in ms; -1: without a limit). What
 * the head says and the other descriptor are looked at in a flood, too. */
enum follow_event follow_wait(struct follow *f, int64_t until);

/* Of a lossless reader: all before the tape's position is done with. */
void follow_moved(struct follow *f);
/* Goes to the tape's end: what there is is not wanted. A lossless reader can yet go back
 * by half the ring. */
void follow_skip(struct follow *f);

#endif
