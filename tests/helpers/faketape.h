/* SPDX-License-Identifier: ISC */
/* A tape that a test writes as it likes, right or wrong. Far simpler than the
 * head's writer: no kill can hurt it, and it waits for nobody. */
#ifndef FAKETAPE_H
#define FAKETAPE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crc.h"
#include "tape.h"

#define FAKE_RING TAPE_RING_MIN
#define FAKE_MARKS 64u
#define FAKE_TIMES 16u
#define FAKE_SLOT (2u * TAPE_PAGE)
#define FAKE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

struct faketape {
	int fd;
	uint8_t *map;
	struct tape_header *header;
};

static inline struct tape_header fake_header(void)
{
	struct tape_header h;
	memset(&h, 0, sizeof h);
	memcpy(h.magic, TAPE_MAGIC, sizeof h.magic);
	h.version = TAPE_VERSION;
	h.order = TAPE_ORDER;
	h.id[0] = 1;
	h.id[1] = 2;
	h.marks_at = 2 * TAPE_PAGE;
	h.marks_count = FAKE_MARKS;
	h.times_at = h.marks_at + TAPE_PAGE;
	h.times_count = FAKE_TIMES;
	h.slots_at = h.times_at + TAPE_PAGE;
	h.slot_size = FAKE_SLOT;
	h.ring_at = h.slots_at + TAPE_SLOTS * FAKE_SLOT;
	h.ring_size = FAKE_RING;
	h.total_size = h.ring_at + h.ring_size;
	return h;
}

#define FAKE_TOTAL (4u * TAPE_PAGE + TAPE_SLOTS * FAKE_SLOT + FAKE_RING)

/* A memfd of `size` bytes that begins with `h`. */
static inline int fake_open(struct faketape *t, struct tape_header const *h, int seals)
{
	t->fd = memfd_create("faketape", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (t->fd < 0 || ftruncate(t->fd, FAKE_TOTAL) < 0) return -1;
	t->map = mmap(NULL, FAKE_TOTAL, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	if (t->map == MAP_FAILED) return -1;
	memcpy(t->map, h, sizeof *h);
	t->header = (struct tape_header *)t->map;
	return fcntl(t->fd, F_ADD_SEALS, seals);
}

static inline void fake_close(struct faketape *t)
{
	munmap(t->map, FAKE_TOTAL);
	close(t->fd);
}

/* Puts bytes on the ring behind `end`; fake_publish says so to the readers. */
static inline void fake_put(struct faketape *t, uint64_t at, void const *data, size_t len)
{
	uint8_t *const ring = t->map + 4 * TAPE_PAGE + TAPE_SLOTS * FAKE_SLOT;
	for (size_t i = 0; i < len; i++)
		ring[(at + i) % FAKE_RING] = ((uint8_t const *)data)[i];
}

static inline void fake_publish(struct faketape *t, uint64_t end)
{
	atomic_store_explicit(&t->header->end, end, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
}

static inline void fake_write(struct faketape *t, void const *data, size_t len)
{
	uint64_t const end = atomic_load(&t->header->end);
	fake_put(t, end, data, len);
	fake_publish(t, end + len);
}

static inline void fake_mark(struct faketape *t, uint32_t type, uint64_t offset, uint32_t word)
{
	uint64_t const i = atomic_load(&t->header->marks_end);
	struct tape_mark m;
	memset(&m, 0, sizeof m);
	m.type = type;
	m.offset = offset;
	m.run = 1;
	m.u.query.length = word;
	memcpy(t->map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof m, &m, sizeof m);
	atomic_store_explicit(&t->header->marks_end, i + 1, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
}

static inline void fake_time(struct faketape *t, uint64_t offset, uint64_t time)
{
	struct tape_time const e = { offset, time };
	uint64_t const i = atomic_load(&t->header->times_end);
	memcpy(t->map + 3 * TAPE_PAGE + (i % FAKE_TIMES) * sizeof e, &e, sizeof e);
	atomic_store(&t->header->times_end, i + 1);
}

static inline struct tape_checkpoint *fake_slot(struct faketape *t, uint64_t serial)
{
	return (struct tape_checkpoint *)(t->map + 4 * TAPE_PAGE + (serial & 1) * FAKE_SLOT);
}

/* After a change of a checkpoint: its CRC again. */
static inline void fake_sum(struct tape_checkpoint *c)
{
	c->crc = tape_checkpoint_crc(c, (uint8_t *)c + TAPE_PAGE);
}

/* A checkpoint of text at the present position. */
static inline void fake_checkpoint(struct faketape *t, char const *text)
{
	uint64_t const serial = atomic_load(&t->header->checkpoint) + 1;
	struct tape_checkpoint *const c = fake_slot(t, serial);
	atomic_store(&c->serial, 0);
	c->offset = atomic_load(&t->header->end);
	c->mark = atomic_load(&t->header->marks_end);
	memset(&c->state, 0, sizeof c->state);
	c->state.run = 7;
	c->length = (uint32_t)strlen(text);
	memcpy((uint8_t *)c + TAPE_PAGE, text, strlen(text));
	fake_sum(c);
	atomic_store(&c->serial, serial);
	atomic_store(&t->header->checkpoint, serial);
}

#endif
