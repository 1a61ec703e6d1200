/* Reading a tape, by anyone who was given its descriptor. Trusts nothing that
 * the tape holds: every position is checked, every copy is validated against
 * the writer's position after it was made. Pure but for mmap(2).
 *
 * A reader goes through output and marks in their one true order:
 *
 *     for (;;) switch (tape_reader_next(&r, buf, sizeof buf, &e)) {
 *     case TAPE_BYTES: use(buf, e.len); break;
 *     case TAPE_MARK: use(&e.mark); break;
 *     case TAPE_NOTHING: sleep until woken; break;
 *     case TAPE_OVERTAKEN: tape_reader_restart(&r, …); break;
 *     }
 */
#ifndef TAPE_READER_H
#define TAPE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tape.h"

struct tape_reader {
	struct tape_header const *header;
	uint8_t const *marks;
	uint8_t const *times;
	uint8_t const *slots;
	uint8_t const *ring;
	uint64_t ring_size;
	uint64_t marks_count;
	uint64_t times_count;
	uint64_t slot_size;
	uint64_t pos;  /* offset of the next byte to be given out */
	uint64_t mark; /* index of the next mark to be looked at */
	size_t mapped;
};

/* Maps the tape behind `fd` (which the caller keeps and may close).
 * -EPROTO: not a tape, not sealed, or its parts contradict each other;
 * -EPROTONOSUPPORT: a tape of another version. Starts at the oldest byte. */
int tape_reader_init(struct tape_reader *r, int fd);
void tape_reader_deinit(struct tape_reader *r);

enum tape_next {
	TAPE_NOTHING = 0,
	TAPE_BYTES,
	TAPE_MARK,
	TAPE_OVERTAKEN, /* the position is no longer on the tape; it is unchanged */
};

struct tape_event {
	uint64_t offset; /* of the first byte, or of the mark */
	size_t len;      /* TAPE_BYTES: 1 to cap bytes were copied */
	struct tape_mark mark;
};

enum tape_next tape_reader_next(struct tape_reader *r, uint8_t *buf, size_t cap, struct tape_event *ret);

/* True when tape_reader_next would say TAPE_NOTHING: to be asked again after
 * telling the head that one is about to sleep. */
bool tape_reader_idle(struct tape_reader const *r);

uint64_t tape_reader_end(struct tape_reader const *r);
uint64_t tape_reader_oldest(struct tape_reader const *r);

/* When the byte at `offset` came, to the second (CLOCK_REALTIME, ns), and from which offset
 * on bytes have another time (UINT64_MAX: none yet). False: that is not held. */
bool tape_reader_time(struct tape_reader const *r, uint64_t offset, uint64_t *ret_time, uint64_t *ret_next);
/* From here on lies what came at `time` or later, and at most what came in the second
 * before it; the oldest byte when all that is held is later. Where the clock was set
 * back: the last such place. */
uint64_t tape_reader_at_time(struct tape_reader const *r, uint64_t time);

/* Goes to the oldest byte still held, with the marks from there on.
 * After TAPE_OVERTAKEN: the distance to the old position is what was lost. */
void tape_reader_oldest_seek(struct tape_reader *r);
/* Goes to `offset`; false when it is not on the tape. */
bool tape_reader_seek(struct tape_reader *r, uint64_t offset);
void tape_reader_end_seek(struct tape_reader *r);

/* Copies the newest (or, with `oldest`, the older of the two) checkpoint and
 * goes to its offset. *ret_bytes is malloc'd, *ret_len long (NULL, 0 for a raw
 * one). -ENODATA: none on the tape; -EAGAIN: the writer overtook every try;
 * -ENOMEM; -EPROTO: damaged. */
int tape_reader_checkpoint(struct tape_reader *r, bool oldest, struct tape_state *ret_state,
                           uint8_t **ret_bytes, size_t *ret_len);
/* The checkpoint of the end of the last run that ended; the reader stays where it is. */
int tape_reader_ended(struct tape_reader const *r, struct tape_state *ret_state,
                      uint8_t **ret_bytes, size_t *ret_len);

#endif
