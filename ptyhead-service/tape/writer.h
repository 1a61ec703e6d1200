/* Writing a tape: the head's side. One writer at a time.
 *
 *     p = tape_arm(t, &room);          the place of the next bytes
 *     n = read(master, p, room);       the kernel writes into the ring
 *     tape_take(t, n);                 they are not lost any more
 *     …look at the n bytes, tape_mark what must stand before them…
 *     tape_publish(t, upto);           now readers see them
 *
 * A kill at any instant between these loses nothing: what a read had put into
 * the ring is told from the fill that lay there before (tape.h). */
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
	/* the writer's own view; the header's words are stored from it and never
	 * read back, so that nothing but a restart depends on shared memory */
	uint64_t end;
	uint64_t taken;
	uint64_t marks_end;
	uint64_t times_end;
	uint64_t timed; /* CLOCK_MONOTONIC, ns: when the last time was noted; 0: not by this writer */
	uint64_t filled; /* [taken, filled) holds the fill */
	uint64_t serial; /* of the newest checkpoint */
	uint64_t ended;  /* of that of the last run's end */
	uint64_t checkpoint_offset;
	uint64_t checkpoint_mark;
};

/* A new tape of `ring_size` bytes (rounded up to a power of two between
 * TAPE_RING_MIN and TAPE_RING_MAX), sealed. `name` shows in /proc. -errno. */
int tape_create(struct tape *t, uint64_t ring_size, char const *name);
/* Goes on with a tape that another writer left, in whatever instant it died:
 * what a read had brought is found again and stands between end and taken.
 * Takes `fd` over on success. What tape_reader_init refuses is refused, and
 * positions that contradict each other (-EPROTO). */
int tape_open(struct tape *t, int fd);
/* Unmaps and closes; what others have mapped stays. */
void tape_deinit(struct tape *t);

/* A descriptor by which the tape can be read and not written, for a peer;
 * the caller closes it. -errno. */
int tape_reader_fd(struct tape const *t);

/* Where the next read is to go; *ret_room: how much it may bring. */
uint8_t *tape_arm(struct tape *t, size_t *ret_room);
/* The first `n` bytes of what was armed are output. */
void tape_take(struct tape *t, size_t n);
/* Readers may see what lies before `upto`, and when it came, to the second. `upto` is
 * between end and taken, and at most TAPE_HOLD_MAX before taken. */
void tape_publish(struct tape *t, uint64_t upto);

/* The command of a run, for people to read; cut at TAPE_COMMAND_MAX. */
void tape_command_set(struct tape *t, uint32_t run, void const *argv, size_t len);
/* The same again, also after a recovery; *ret_len is 0 where it is not known. */
uint8_t const *tape_command(struct tape const *t, uint32_t run, size_t *ret_len);

/* Appends a mark; `offset` and everything else as given, time is now. */
void tape_mark(struct tape *t, struct tape_mark const *m);

/* How far `end` may go before the byte at `pos` is overwritten. */
static inline uint64_t tape_limit(struct tape const *t, uint64_t pos)
{
	return pos + t->ring_size - TAPE_READ_MAX;
}

/* Where a mark lies that has not many before it to be overwritten: a reader that
 * is waited for must be past it. False while there is none such. */
bool tape_oldest_mark(struct tape const *t, uint64_t *ret_offset);

/* True when readers would lose the newest checkpoint to the ring or to the
 * marks before long: write one. */
bool tape_checkpoint_due(struct tape const *t);
/* Writes a checkpoint at `offset` (at most `end`), which takes account of every
 * mark so far. -EFBIG when `len` is above TAPE_CHECKPOINT_MAX: write a smaller
 * one. With `bytes` NULL it is a raw one (tape.h). */
int tape_checkpoint_write(struct tape *t, uint64_t offset, struct tape_state const *state,
                          void const *bytes, size_t len);
/* The same at `end`, where a run has just ended: kept until the next one ends. */
int tape_ended_write(struct tape *t, struct tape_state const *state, void const *bytes, size_t len);

#endif
