/* SPDX-License-Identifier: ISC */
/* Writing a tape: the head's side. One writer at a time.
 *
 *     p = tape_arm(t, &room);          the place of the next bytes
 *     n = read(master, p, room);       the kernel writes into the ring
 *     tape_take(t, n);                 they are safe from here on
 *     …parse the n bytes; tape_mark what belongs before them…
 *     tape_publish(t, upto);           now readers see them
 *
 * A kill at any instant loses nothing: the next writer finds what a read had written by
 * comparing the ring with the fill (tape.h). */
#ifndef TAPE_WRITER_H
#define TAPE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tape.h"

struct tape {
	int fd;
	struct tape_header *header;
	uint8_t *marks;
	uint8_t *times;
	uint8_t *slots;
	uint8_t *ring;
	size_t mapped;
	uint64_t ring_size;
	uint64_t slot_size; /* of a checkpoint slot; an earlier version's may be smaller */
	/* The writer's own values. They are stored into the header and never read back,
	 * so only a restart depends on the shared memory. */
	uint64_t end;
	uint64_t taken;
	uint64_t marks_end;
	uint64_t times_end;
	uint64_t timed; /* CLOCK_MONOTONIC, ns: when a time was last recorded; 0: not yet by this writer */
	uint64_t filled; /* [taken, filled) contains the fill */
	uint64_t serial; /* of the newest checkpoint */
	uint64_t ended;  /* serial of the checkpoint of the last run's end */
	uint64_t checkpoint_offset; /* of the newest one, or of a later one that was too large */
	uint64_t checkpoint_mark;
};

/* Creates a sealed tape of `ring_size` bytes (rounded up to a power of two between
 * TAPE_RING_MIN and TAPE_RING_MAX). `name` is visible in /proc. 0 or -errno. */
int tape_create(struct tape *t, uint64_t ring_size, char const *name);
/* Continues a tape of another writer, at whatever instant that writer died: bytes
 * that a read had written are found and lie between end and taken. Takes `fd` over
 * on success. Refuses what tape_reader_init refuses, and inconsistent positions
 * (-EPROTO). */
int tape_open(struct tape *t, int fd);
/* Unmaps and closes the tape. Mappings of other processes stay. */
void tape_deinit(struct tape *t);

/* A read-only descriptor of the tape, for a peer. The caller closes it. -errno. */
int tape_reader_fd(struct tape const *t);

/* Where the next read must write; *ret_room: at most how many bytes. */
uint8_t *tape_arm(struct tape *t, size_t *ret_room);
/* The first `n` bytes of the armed range are output. */
void tape_take(struct tape *t, size_t n);
/* Publishes the bytes before `upto`, and their time, to the second. `upto` lies between
 * end and taken, at most TAPE_HOLD_MAX before taken. */
void tape_publish(struct tape *t, uint64_t upto);

/* Records the command of a run, for people. Cut at TAPE_COMMAND_MAX. */
void tape_command_set(struct tape *t, uint32_t run, void const *argv, size_t len);
/* Returns it, also after a recovery. *ret_len is 0 if it is not known. */
uint8_t const *tape_command(struct tape const *t, uint32_t run, size_t *ret_len);

/* Appends a mark. The time is set to now; all else is as given. */
void tape_mark(struct tape *t, struct tape_mark const *m);

/* How far `end` may go before it overwrites the byte at `pos`. */
static inline uint64_t tape_limit(struct tape const *t, uint64_t pos)
{
	return pos + t->ring_size - TAPE_READ_MAX;
}

/* A position that a lossless reader must have passed, since the marks before it will be
 * overwritten soon. False: there is no such position. */
bool tape_oldest_mark(struct tape const *t, uint64_t *ret_offset);

/* True if the newest checkpoint will soon be overwritten in the ring or in the marks:
 * write a new one. */
bool tape_checkpoint_due(struct tape const *t);
/* Writes a checkpoint at `offset` (at most `end`) with all marks so far applied.
 * -EFBIG: its `len` bytes do not fit into the slot; then the next one is due as if it had
 * been written. `bytes` NULL: a raw one (tape.h). */
int tape_checkpoint_write(struct tape *t, uint64_t offset, struct tape_state const *state,
                          void const *bytes, size_t len);
/* The same at `end`, where a run has just ended. It is kept until the next run ends. */
int tape_ended_write(struct tape *t, struct tape_state const *state, void const *bytes, size_t len);

#endif
