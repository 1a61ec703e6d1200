/* SPDX-License-Identifier: ISC */
/* Reading a tape, for every process that has its descriptor. The reader trusts nothing on
 * the tape: it checks each position, and validates each copy against the writer's position
 * afterwards. Pure, except for mmap(2).
 *
 * A reader gets output and marks in their order:
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
	uint64_t pos;  /* offset of the next byte */
	uint64_t mark; /* index of the next mark */
	size_t mapped;
};

/* A place between two items of the tape. Several marks may have the same offset. */
struct tape_place {
	uint64_t offset;
	uint64_t mark; /* index of the next mark, or TAPE_MARK_ANY: the place is that offset */
};
#define TAPE_MARK_ANY UINT64_MAX
static inline struct tape_place tape_place_at(uint64_t offset) { return (struct tape_place){ offset, TAPE_MARK_ANY }; }

/* Maps the tape behind `fd`. The caller keeps `fd` and may close it. The reader starts
 * at the oldest byte. -EPROTO: not a tape, not sealed, or inconsistent;
 * -EPROTONOSUPPORT: a tape of another version. */
int tape_reader_init(struct tape_reader *r, int fd);
void tape_reader_deinit(struct tape_reader *r);

enum tape_next {
	TAPE_NOTHING = 0,
	TAPE_BYTES,
	TAPE_MARK,
	TAPE_OVERTAKEN, /* the position is overwritten; it stays unchanged */
};

struct tape_event {
	uint64_t offset; /* of the first byte, or of the mark */
	size_t len;      /* TAPE_BYTES: 1 to cap bytes were copied */
	struct tape_mark mark;
};

enum tape_next tape_reader_next(struct tape_reader *r, uint8_t *buf, size_t cap, struct tape_event *ret);

/* Would tape_reader_next return TAPE_NOTHING? Ask again after page_sleep. */
bool tape_reader_idle(struct tape_reader const *r);

uint64_t tape_reader_end(struct tape_reader const *r);
uint64_t tape_reader_oldest(struct tape_reader const *r);

/* *ret_time: when the byte at `offset` came, to the second (CLOCK_REALTIME, ns). *ret_next:
 * the offset from which bytes have another time (UINT64_MAX: none yet). False: the time
 * is not held. */
bool tape_reader_time(struct tape_reader const *r, uint64_t offset, uint64_t *ret_time, uint64_t *ret_next);
/* The offset from which on the output came at `time` or later, exact to one second; the
 * oldest byte if all output held is later. If the clock was set back: the last such
 * offset. */
uint64_t tape_reader_at_time(struct tape_reader const *r, uint64_t time);

/* Goes to the oldest byte held, with its marks. After TAPE_OVERTAKEN, the distance to
 * the old position is the number of lost bytes. */
void tape_reader_oldest_seek(struct tape_reader *r);
/* Goes to `offset`. False: it is not on the tape. */
bool tape_reader_seek(struct tape_reader *r, uint64_t offset);
void tape_reader_end_seek(struct tape_reader *r);

/* Copies the newest checkpoint (with `oldest`: the older of the two) and goes to its
 * offset. *ret_bytes is malloc'd, *ret_len bytes long (NULL, 0 for a raw one).
 * -ENODATA: there is none on the tape. -EAGAIN: the writer overtook every attempt.
 * -ENOMEM. -EPROTO: damaged. */
int tape_reader_checkpoint(struct tape_reader *r, bool oldest, struct tape_state *ret_state,
                           uint8_t **ret_bytes, size_t *ret_len);
/* The checkpoint of the end of the last ended run. The reader stays where it is. */
int tape_reader_ended(struct tape_reader const *r, struct tape_state *ret_state,
                      uint8_t **ret_bytes, size_t *ret_len);

#endif
