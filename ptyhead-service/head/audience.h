/* SPDX-License-Identifier: ISC */
/* The viewers of one terminal: which one leads, whose size the terminal has, which are
 * lossless and how far they let the head read, and when to wake them. Viewers read the
 * tape themselves. This module knows no masters and no peers. */
#ifndef AUDIENCE_H
#define AUDIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "env.h"
#include "linked_list.h"
#include "page.h"
#include "wire.h"
#include "writer.h"

struct conn;
struct terminal;

/* A viewer that waits for the answer to its SEND. */
struct viewer_sending {
	bool waits;
	uint32_t serial;
	uint64_t upto;   /* the answer is due when this many bytes of the input queue are written */
	uint64_t offset; /* tape offset, for the answer */
	uint16_t flags;  /* flags of the answer */
};

struct viewer {
	struct list link; /* in audience->viewers */
	struct terminal *terminal; /* NULL: not a viewer, or not yet */
	struct conn *conn;
	struct page *page;
	uint64_t id;
	uid_t uid;
	bool watch;
	struct wire_size size; /* rows 0: it states no size */
	struct wire_tty tty;
	int scheme; /* colour scheme of its terminal: 1 dark, 2 light, 0 unknown */
	bool lossless;
	uint64_t pos;      /* lossless: the accepted read position */
	uint64_t moved_ns; /* when it last moved, or was last not waited for */
	struct viewer_sending sending;
};

struct audience {
	struct list viewers; /* most recently active first; watchers last */
	unsigned lossless;   /* how many viewers the head waits for */
	bool waiting;        /* no output is read until a lossless reader moves */
	/* After a recovery: lossless readers of the previous head that have not come
	 * back. */
	unsigned absent;
	uint64_t absent_pos;

	uint64_t woken_end;  /* the tape's end at the last wake-up */
	uint64_t woken_mark;
	uint64_t woken_ns;
	uint64_t wake_cost_ns; /* cost of that wake-up */
};

void audience_init(struct audience *a);
void audience_add(struct audience *a, struct viewer *v);
void audience_active(struct audience *a, struct viewer *v); /* it typed */
void audience_remove(struct audience *a, struct viewer *v);

/* The viewer that passes terminal questions on and whose size counts first. NULL: no
 * viewer may type. */
struct viewer *audience_leader(struct audience *a);
/* The size that the viewers want, by `policy`. Watchers never count. False: keep the
 * present size, since no viewer counts or the size is fixed. */
bool audience_size(struct audience *a, enum size_policy policy, struct wire_size *ret);

/* ---- lossless readers ---- */

/* A new lossless reader counts as being at the oldest byte until it reports a position. */
void audience_lossless_begin(struct audience *a, struct viewer *v, struct tape const *t);
void audience_lossless_end(struct audience *a, struct viewer *v);
/* How many bytes may be read before they overtake a lossless reader; UINT64_MAX: there
 * is no such reader. Records the position of the slowest one in the tape. */
uint64_t audience_room(struct audience *a, struct tape const *t);
/* Tells the lossless readers that the head waits. Their patience counts from now. */
void audience_wait(struct audience *a);
/* A lossless reader that has not moved for `patience_ns` loses its right. Returns that
 * reader; call again until it returns NULL. */
struct viewer *audience_impatient(struct audience *a, struct tape const *t, uint64_t patience_ns);
/* Records in the tape how many lossless readers there are, for the next head. */
void audience_note(struct audience const *a, struct tape const *t);

/* ---- waking ---- */

/* In a flood of output, viewers are woken after this many bytes. */
#define AUDIENCE_WAKE_BYTES ((uint64_t)64 << 10)
/* Wakes the sleeping viewers if the tape has more and the pace allows it. True: the
 * pace does not allow it yet; call again soon. */
bool audience_wake(struct audience *a, struct tape const *t);

#endif
