/* SPDX-License-Identifier: ISC */
/* A terminal's tape: one sealed memfd with the latest output of the terminal. This header
 * defines its layout and the words that both sides use. The writer (the head,
 * tape/writer.h) and the readers (viewers, tape/reader.h) share nothing else.
 *
 *     header   two pages: constants, and the writer's positions
 *     marks    a ring of struct tape_mark: what happened at which offset
 *     times    a ring of struct tape_time: which offset was reached at which time
 *     slots    checkpoint slots, sparse: the newest, an older one, one for the last run's end
 *     ring     raw output; both sides map it twice in a row, so that any span up to its
 *              size is contiguous
 *
 * Offsets are 64-bit counts of bytes since the terminal's first run, and never decrease.
 * The byte of offset o lies at o % ring_size. Three positions matter:
 *
 *     end      readers may see the bytes before it
 *     taken    the bytes from end to here were read from the master and are held back,
 *              since a sequence or character is not complete
 *     armed    equal to taken while a read may be in progress. Then all bytes from taken to
 *              end + TAPE_READ_MAX are fill, or what this read brought
 *
 * The TAPE_READ_MAX bytes after `end` belong to the writer, so the oldest readable byte is
 * end + TAPE_READ_MAX - ring_size.
 *
 * Integers are in the machine's byte order: a tape never leaves the machine. */
#ifndef TAPE_H
#define TAPE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define TAPE_MAGIC "ptytape\n"
#define TAPE_VERSION 3u
#define TAPE_ORDER 0x01020304u
#define TAPE_PAGE 4096u /* alignment of every part; the ring maps at pages */
#define TAPE_READ_MAX 8192u
#define TAPE_HOLD_MAX 1024u /* at most this many bytes are held back */
#define TAPE_ROOM_MAX 4352u /* the most bytes of one read(2); the kernel's own limit is lower */
#define TAPE_RING_MIN (64u << 10)
#define TAPE_RING_MAX (64u << 20)
#define TAPE_RING_DEFAULT (256u << 10)
#define TAPE_MARKS 4096u           /* entries in the ring of marks */
#define TAPE_MARKS_READ 2304u      /* the most marks of one read */
#define TAPE_TIMES 4096u           /* entries in the ring of times */
#define TAPE_COMMAND_MAX 1024u
#define TAPE_SLOTS 3u
#define TAPE_SLOT_ENDED 2u          /* for the end of the last run */
/* The size of a checkpoint slot, sparse until used: enough for a million cells of which each
 * has colours of its own. Where addresses are scarce: for a quarter of them. */
#define TAPE_SLOT_SIZE (sizeof(void *) > 4 ? 64u << 20 : 16u << 20)
#define TAPE_SLOT_MAX (64u << 20)

enum tape_mark_type {
	TAPE_RUN_START = 1, /* pid. The size is set, and the program has not started yet. What the
	                       last run left switched on is reset here */
	TAPE_RUN_END = 2,   /* status */
	TAPE_SIZE = 3,      /* size: the terminal's size from here on */
	TAPE_QUERY = 4,     /* length: viewers leave out this many bytes from here on, except the
	                       viewer that is named, if any: it passes them to its terminal */
	TAPE_LOST_RIGHT = 5, /* viewer: the head does not wait for this lossless reader any more */
	TAPE_CLOSED = 6,     /* the last process that a run left behind has closed the terminal */
};

struct tape_size {
	uint16_t rows;
	uint16_t cols;
	uint16_t xpixel;
	uint16_t ypixel;
};

#define TAPE_STATUS_KNOWN 1u /* of an end: `status` is a wait(2) status */
#define TAPE_END_OPEN 2u     /* of an end: other processes have the terminal open */
#define TAPE_END_UNTOLD 4u   /* of an end: the process was not known, so there is no status */
#define TAPE_END_UNREAPED 8u /* of an end: the parent did not reap the process in time, so there is no status */
#define TAPE_START_CONTINUED 1u /* of a start: the run began on a tape that is lost */
#define TAPE_START_CLUSTERS 2u  /* of a start: mode 2027 is on from there on */

struct tape_mark {
	uint64_t offset; /* the mark lies before the byte at `offset` */
	uint64_t time;   /* CLOCK_REALTIME, ns */
	uint32_t type;   /* enum tape_mark_type; skip unknown types */
	uint32_t run;    /* counts from 1; 0: before the first */
	union {
		struct { int32_t pid; struct tape_size size; uint32_t flags; } start;
		struct { uint32_t flags; int32_t status; } end;
		struct tape_size size;
		struct { uint32_t length; uint32_t pad; uint64_t viewer; } query;
		struct { uint64_t id; } viewer;
		uint8_t room[40];
	} u;
};

/* The bytes from `offset` to the next entry's offset came at `time` or up to a second
 * later. A second without output has no entry. The clock may have been set between two
 * entries. */
struct tape_time {
	uint64_t offset;
	uint64_t time; /* CLOCK_REALTIME, ns */
};

#define TAPE_ALIVE 1u       /* the run's program lives */
#define TAPE_ENDED_KNOWN 2u /* `status` is the last ended run's wait status */
#define TAPE_CONTINUED 4u   /* the run began on a tape that is lost */
#define TAPE_CLUSTERS 8u    /* mode 2027 is on when the run begins, and after each reset */
#define TAPE_OPEN 16u       /* the run's program has ended, and others have the terminal open */
#define TAPE_UNTOLD 32u     /* as TAPE_END_UNTOLD */
#define TAPE_UNREAPED 64u   /* as TAPE_END_UNREAPED */

#define TAPE_OF_RUN (TAPE_CONTINUED | TAPE_CLUSTERS) /* flags that stay after the run's end */

/* The state of the terminal at a checkpoint's offset. */
struct tape_state {
	uint32_t flags;
	uint32_t run;
	int32_t pid;
	int32_t status;
	uint64_t since; /* CLOCK_REALTIME ns: start of the run, or when it stopped going on */
	struct tape_size size;
	uint64_t tty_dev, tty_rdev; /* the run's slave; 0: not known */
};

/* Has the program left its terminal to other processes, like a launcher that leaves a
 * server? Not if it failed: then they are only leftovers. */
static inline bool tape_state_left(struct tape_state const *s)
{
	return (s->flags & TAPE_OPEN) && !((s->flags & TAPE_ENDED_KNOWN) && s->status != 0);
}

/* Does the run go on: its program lives, or it has left the terminal to others? */
static inline bool tape_state_goes_on(struct tape_state const *s) { return (s->flags & TAPE_ALIVE) || tape_state_left(s); }

/* Applies a mark to the state. */
static inline void tape_state_mark(struct tape_state *s, struct tape_mark const *m)
{
	switch (m->type) {
	case TAPE_RUN_START:
		s->flags = TAPE_ALIVE | (m->u.start.flags & TAPE_START_CONTINUED ? TAPE_CONTINUED : 0) |
		           (m->u.start.flags & TAPE_START_CLUSTERS ? TAPE_CLUSTERS : 0);
		s->run = m->run;
		s->pid = m->u.start.pid;
		s->status = 0;
		s->since = m->time;
		s->size = m->u.start.size;
		break;
	case TAPE_RUN_END:
		s->flags = (s->flags & TAPE_OF_RUN) | (m->u.end.flags & TAPE_STATUS_KNOWN ? TAPE_ENDED_KNOWN : 0) |
		           (m->u.end.flags & TAPE_END_OPEN ? TAPE_OPEN : 0) |
		           (m->u.end.flags & TAPE_END_UNTOLD ? TAPE_UNTOLD : 0) |
		           (m->u.end.flags & TAPE_END_UNREAPED ? TAPE_UNREAPED : 0);
		s->status = m->u.end.status;
		s->since = m->time;
		break;
	case TAPE_CLOSED:
		if (tape_state_left(s)) s->since = m->time;
		s->flags &= ~TAPE_OPEN;
		break;
	case TAPE_SIZE: s->size = m->u.size; break;
	default: break;
	}
}

/* The number of the run that goes on or, if none does, of the next one. */
static inline uint32_t tape_state_next(struct tape_state const *s) { return s->run + !tape_state_goes_on(s); }

/* A checkpoint. At `offset`, with all marks below index `mark` applied, the terminal
 * was in `state`; `length` bytes, fed to a new screen of that size, give what it
 * showed. */
struct tape_checkpoint {
	_Atomic uint64_t serial; /* 0: not valid. Of the first two slots: even or odd, as its slot */
	uint64_t offset;
	uint64_t mark;
	struct tape_state state;
	uint32_t length;
	uint32_t crc; /* tape_checkpoint_crc */
};
/* Its bytes begin a page after the slot. */

struct tape_header {
	/* fixed at creation */
	char magic[8];
	uint32_t version;
	uint32_t order;
	uint64_t id[2]; /* random: tells this tape from any other */
	uint64_t marks_at, marks_count;
	uint64_t times_at, times_count;
	uint64_t slots_at, slot_size;
	uint64_t ring_at, ring_size;
	uint64_t total_size;
	/* argv of the run `command_run`, each ended by a NUL, cut to fit */
	uint32_t command_run;
	uint32_t command_len;
	uint8_t command[TAPE_COMMAND_MAX];
	/* the writer's positions */
	_Alignas(TAPE_PAGE) _Atomic uint64_t end;
	_Atomic uint64_t marks_end;   /* index of the next mark, never goes back */
	_Atomic uint64_t checkpoint;  /* serial of the newest; 0: none */
	_Atomic uint64_t ended;       /* serial of the last run's end; 0: none */
	_Atomic uint64_t times_end;   /* index of the next entry, never goes back */
	_Alignas(64) _Atomic uint64_t taken;
	_Atomic uint64_t armed;
	_Atomic uint64_t answered; /* questions up to this offset are not answered again */
	_Atomic uint64_t waited;   /* number of lossless readers, */
	_Atomic uint64_t waited_pos; /* and the position of the slowest one */
};
_Static_assert(sizeof(struct tape_mark) == 64, "marks are 64 bytes");
_Static_assert(sizeof(struct tape_header) <= 2 * TAPE_PAGE, "the header has two pages");
_Static_assert(sizeof(struct tape_checkpoint) <= TAPE_PAGE, "a slot's head has a page");

/* The oldest byte that readers may read. */
static inline uint64_t tape_oldest(uint64_t end, uint64_t ring_size)
{
	return end + TAPE_READ_MAX > ring_size ? end + TAPE_READ_MAX - ring_size : 0;
}

/* The fill: what lies at `offset` before a read. The values do not occur in UTF-8 text.
 * Neighbouring values differ, so of two equal bytes in a row at least one differs from
 * the fill. */
#define TAPE_FILL_PERIOD 13u
static inline uint8_t tape_fill_byte(uint64_t offset)
{
	static uint8_t const fill[TAPE_FILL_PERIOD] = { 0xC0, 0xF5, 0xF6, 0xC1, 0xF7, 0xF8, 0xF9,
	                                  0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF };
	return fill[offset % TAPE_FILL_PERIOD];
}

#endif
