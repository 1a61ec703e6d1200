/* The viewers of one terminal: who leads, whose size it has, who is lossless and
 * how far that lets the terminal be read, when to wake them. Viewers read the
 * tape by themselves. Knows nothing of masters and peers. */
#ifndef AUDIENCE_H
#define AUDIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "env.h"
#include "list.h"
#include "page.h"
#include "wire.h"
#include "writer.h"

struct conn;
struct terminal;

/* A viewer that waits for the answer to its SEND. */
struct viewer_sending {
	bool waits;
	uint32_t serial;
	uint64_t upto;   /* of the input queue's bytes */
	uint64_t offset; /* of the tape, for the answer */
	uint16_t flags;  /* of the answer */
};

struct viewer {
	struct list link; /* in audience->viewers */
	struct terminal *terminal; /* NULL: not (yet) a viewer */
	struct conn *conn;
	struct page *page;
	uint64_t id;
	uid_t uid;
	bool watch;
	struct wire_size size; /* rows 0: none */
	struct wire_tty tty;
	int scheme; /* its terminal is 1 dark, 2 light; 0: it did not say */
	bool lossless;
	uint64_t pos;      /* of a lossless reader: as far as it is believed */
	uint64_t moved_ns; /* when it last moved, or was last not waited for */
	struct viewer_sending sending;
};

struct audience {
	struct list viewers; /* most recently active first; watchers last */
	unsigned lossless;   /* how many of them are waited for */
	bool waiting;        /* output stands until a lossless reader moves */
	/* After a recovery: lossless readers of the head before that are not back. */
	unsigned absent;
	uint64_t absent_pos;

	uint64_t woken_end;  /* the tape's end when viewers were last woken */
	uint64_t woken_mark;
	uint64_t woken_ns;
	uint64_t wake_cost_ns; /* of that waking */
};

void audience_init(struct audience *a);
void audience_add(struct audience *a, struct viewer *v);
void audience_active(struct audience *a, struct viewer *v); /* it typed */
void audience_remove(struct audience *a, struct viewer *v);

/* Whose terminal answers what only a terminal can, and whose size counts first;
 * NULL: nobody is there that may type. */
struct viewer *audience_leader(struct audience *a);
/* The size that those who look want, by `policy`: watchers never count. False:
 * it stays what it is, since nobody is there, or it is fixed. */
bool audience_size(struct audience *a, enum size_policy policy, struct wire_size *ret);

/* ---- lossless readers ---- */

/* A new lossless reader is at the oldest byte until it says more. */
void audience_lossless_begin(struct audience *a, struct viewer *v, struct tape const *t);
void audience_lossless_end(struct audience *a, struct viewer *v);
/* How many bytes may be read before one that is waited for is overtaken;
 * UINT64_MAX: none is. Notes in the tape where the hindmost is. */
uint64_t audience_room(struct audience *a, struct tape const *t);
/* Tells them that the head waits, and counts their patience from now. */
void audience_wait(struct audience *a);
/* One that is waited for and has not moved for `patience_ns` loses the right.
 * Returns it, or NULL when there is none (more). */
struct viewer *audience_impatient(struct audience *a, struct tape const *t, uint64_t patience_ns);
/* Notes in the tape how many there are, for the next head. */
void audience_note(struct audience const *a, struct tape const *t);

/* ---- waking ---- */

/* A flood wakes viewers after so many bytes. */
#define AUDIENCE_WAKE_BYTES ((uint64_t)64 << 10)
/* Wakes those that sleep, if there is more on the tape and it is time for it.
 * True: it is not time yet, call it again soon. */
bool audience_wake(struct audience *a, struct tape const *t);

#endif
