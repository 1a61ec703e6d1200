/* SPDX-License-Identifier: ISC */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "crc.h"

#define TRIES 8

/* The bytes of an entry came within this time, while no one sets the clock. */
#define TIME_SPAN 1100000000u
#define OFFSET_MAX (UINT64_MAX / 4)

/* ---- mapping ------------------------------------------------------------- */

int tape_reader_init(struct tape_reader *r, int fd)
{
	struct tape_header h;
	uint8_t *base;
	size_t total, ring;
	int e = tape_check(fd, &h);
	if (e < 0) return e;

	/* One range of addresses: the file, then the ring twice more. The checked
	 * values are kept in this process and never read from the file again. */
	total = (size_t)h.total_size;
	ring = (size_t)h.ring_size;
	memset(r, 0, sizeof *r);
	r->mapped = total + 2 * ring;
	base = mmap(NULL, r->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) return -errno;
	if (mmap(base, total, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED ||
	    mmap(base + total, ring, PROT_READ, MAP_SHARED | MAP_FIXED, fd, (off_t)h.ring_at) ==
	        MAP_FAILED ||
	    mmap(base + total + ring, ring, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
	         (off_t)h.ring_at) == MAP_FAILED) {
		e = errno == ENOMEM ? -ENOMEM : -EPROTO;
		munmap(base, r->mapped);
		return e;
	}
	r->header = (struct tape_header const *)base;
	r->marks = base + h.marks_at;
	r->times = base + h.times_at;
	r->slots = base + h.slots_at;
	r->ring = base + total;
	r->ring_size = h.ring_size;
	r->marks_count = h.marks_count;
	r->times_count = h.times_count;
	r->slot_size = h.slot_size;
	tape_reader_oldest_seek(r);
	return 0;
}

void tape_reader_deinit(struct tape_reader *r)
{
	if (r->header) munmap((void *)(uintptr_t)r->header, r->mapped);
	memset(r, 0, sizeof *r);
}

/* ---- positions ----------------------------------------------------------- */

/* The cast removes const: older compilers do not accept const in atomic_load (a later
 * correction of C11). */
static uint64_t load(_Atomic uint64_t const *p)
{
	return atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)p, memory_order_acquire);
}

/* For the writer's counters. Limited so that sums with them cannot overflow. */
static uint64_t load_position(_Atomic uint64_t const *p)
{
	uint64_t const at = load(p);
	return at > OFFSET_MAX ? OFFSET_MAX : at;
}

static uint64_t load_end(struct tape_reader const *r) { return load_position(&r->header->end); }

static uint64_t load_marks_end(struct tape_reader const *r) { return load_position(&r->header->marks_end); }

static uint64_t oldest_of(struct tape_reader const *r, uint64_t end)
{
	return tape_oldest(end, r->ring_size);
}

/* Copies mark `i`. False: the writer has overwritten it, or may have. */
static bool mark_copy(struct tape_reader const *r, uint64_t i, struct tape_mark *ret)
{
	uint64_t now;

	memcpy(ret, r->marks + (i % r->marks_count) * sizeof *ret, sizeof *ret);
	atomic_thread_fence(memory_order_acquire);
	now = load_marks_end(r);
	return i >= now || now - i < r->marks_count;
}

/* The next item, without copying bytes: TAPE_MARK (in *ret), TAPE_BYTES up to
 * *ret_limit, TAPE_NOTHING or TAPE_OVERTAKEN. */
static enum tape_next look(struct tape_reader const *r, struct tape_event *ret, uint64_t *ret_limit)
{
	uint64_t const end = load_end(r);
	uint64_t const marks_end = load_marks_end(r);
	uint64_t limit = end;

	if (r->pos < oldest_of(r, end)) return TAPE_OVERTAKEN;
	if (r->mark < marks_end) {
		struct tape_mark m;
		if (marks_end - r->mark >= r->marks_count || !mark_copy(r, r->mark, &m))
			return TAPE_OVERTAKEN;
		/* The writer puts marks at most one read ahead of the end, and their
		 * offsets never go back. A mark elsewhere is damage. It must neither
		 * block the marks behind it nor move the reader. */
		if (m.offset > load_end(r) + TAPE_READ_MAX) m.offset = end;
		if (m.offset < r->pos) m.offset = r->pos;
		if (m.offset == r->pos && m.offset <= end) {
			ret->offset = m.offset;
			ret->len = 0;
			ret->mark = m;
			return TAPE_MARK;
		}
		if (m.offset < limit) limit = m.offset;
	}
	if (r->pos >= limit) return TAPE_NOTHING;
	*ret_limit = limit;
	return TAPE_BYTES;
}

enum tape_next tape_reader_next(struct tape_reader *r, uint8_t *buf, size_t cap, struct tape_event *ret)
{
	uint64_t limit = r->pos;
	enum tape_next const next = look(r, ret, &limit);

	if (next == TAPE_MARK) r->mark++;
	if (next != TAPE_BYTES) return next;

	/* look() found `pos` within a ring's length of the end. */
	size_t n = (size_t)(limit - r->pos);
	if (n > cap) n = cap;
	if (n == 0) return TAPE_NOTHING;
	memcpy(buf, r->ring + r->pos % r->ring_size, n);
	atomic_thread_fence(memory_order_acquire);
	if (r->pos < oldest_of(r, load_end(r))) return TAPE_OVERTAKEN;
	ret->offset = r->pos;
	ret->len = n;
	r->pos += n;
	return TAPE_BYTES;
}

bool tape_reader_idle(struct tape_reader const *r)
{
	struct tape_event event;
	uint64_t limit;
	return look(r, &event, &limit) == TAPE_NOTHING;
}

uint64_t tape_reader_end(struct tape_reader const *r)
{
	return load_end(r);
}

uint64_t tape_reader_oldest(struct tape_reader const *r)
{
	return oldest_of(r, load_end(r));
}

/* ---- times --------------------------------------------------------------- */

static uint64_t load_times_end(struct tape_reader const *r) { return load_position(&r->header->times_end); }

/* Copies time entry `i`. False: the writer has overwritten it, or may have. */
static bool time_copy(struct tape_reader const *r, uint64_t i, struct tape_time *ret)
{
	memcpy(ret, r->times + (i % r->times_count) * sizeof *ret, sizeof *ret);
	atomic_thread_fence(memory_order_acquire);
	uint64_t const now = load_times_end(r);
	return i < now && now - i < r->times_count;
}

bool tape_reader_time(struct tape_reader const *r, uint64_t offset, uint64_t *ret_time, uint64_t *ret_next)
{
	struct tape_time e;
	uint64_t high = load_times_end(r);
	uint64_t low = high >= r->times_count ? high - r->times_count + 1 : 0;
	bool known = false;

	*ret_next = UINT64_MAX;
	/* Finds the last entry at or before the offset. Overwritten entries are older. */
	while (low < high) {
		uint64_t const mid = low + (high - low) / 2;
		bool const held = time_copy(r, mid, &e);
		if (held && e.offset > offset) {
			high = mid;
			*ret_next = e.offset;
			continue;
		}
		low = mid + 1;
		known = held;
		if (held) *ret_time = e.time;
	}
	return known;
}

uint64_t tape_reader_at_time(struct tape_reader const *r, uint64_t time)
{
	struct tape_time e;
	uint64_t const oldest = tape_reader_oldest(r);
	uint64_t later = tape_reader_end(r);
	for (uint64_t i = load_times_end(r); i > 0 && time_copy(r, i - 1, &e) && e.offset >= oldest; i--) {
		if (e.time <= time) return time - e.time > TIME_SPAN ? later : e.offset;
		later = e.offset;
	}
	return oldest;
}

/* ---- seeking ------------------------------------------------------------- */

/* The first mark that is held and does not lie before `offset`. */
static uint64_t mark_at(struct tape_reader const *r, uint64_t offset)
{
	uint64_t const marks_end = load_marks_end(r);
	uint64_t i = marks_end;
	struct tape_mark m;

	while (i > 0 && marks_end - (i - 1) < r->marks_count && mark_copy(r, i - 1, &m) &&
	       m.offset >= offset)
		i--;
	return i;
}

void tape_reader_oldest_seek(struct tape_reader *r)
{
	r->pos = tape_reader_oldest(r);
	r->mark = mark_at(r, r->pos);
}

bool tape_reader_seek(struct tape_reader *r, uint64_t offset)
{
	uint64_t const end = load_end(r);

	if (offset > end || offset < oldest_of(r, end)) return false;
	r->pos = offset;
	r->mark = mark_at(r, offset);
	return true;
}

void tape_reader_end_seek(struct tape_reader *r)
{
	/* This order matters: a mark that is written meanwhile is still seen, and a
	 * mark of a read that is not published yet is not skipped. */
	uint64_t const before = load_marks_end(r);
	uint64_t mark;

	r->pos = load_end(r);
	mark = mark_at(r, r->pos + 1);
	r->mark = mark < before ? mark : before;
}

/* ---- checkpoints --------------------------------------------------------- */

enum slot_result { SLOT_GOOD, SLOT_CHANGED, SLOT_GONE, SLOT_BAD, SLOT_NOMEM };

/* SLOT_GONE: the checkpoint's offset is no longer on the tape. */
static enum slot_result place_held(struct tape_reader const *r, uint64_t offset, uint64_t mark)
{
	uint64_t const end = load_end(r);
	uint64_t const marks_end = load_marks_end(r);

	if (offset > end || mark > marks_end) return SLOT_BAD;
	bool const held = offset >= oldest_of(r, end) && (mark == marks_end || marks_end - mark < r->marks_count);
	return held ? SLOT_GOOD : SLOT_GONE;
}

/* A checkpoint that is gone is not copied, whatever its size. That of a run's end stays. */
static enum slot_result slot_copy(struct tape_reader const *r, unsigned number, uint64_t serial,
                                  struct tape_checkpoint *ret, uint8_t **ret_bytes)
{
	uint8_t const *const slot = r->slots + number * r->slot_size;
	_Atomic uint64_t const *const now = &((struct tape_checkpoint const *)slot)->serial;
	uint8_t *bytes = NULL;

	*ret_bytes = NULL;
	if (load(now) != serial) return SLOT_CHANGED;
	memcpy(ret, slot, sizeof *ret);
	enum slot_result const held = number == TAPE_SLOT_ENDED ? SLOT_GOOD : place_held(r, ret->offset, ret->mark);
	if (held != SLOT_GOOD) return load(now) == serial ? held : SLOT_CHANGED;
	if (ret->length <= r->slot_size - TAPE_PAGE && ret->length > 0) {
		bytes = malloc(ret->length);
		if (!bytes) return SLOT_NOMEM;
		memcpy(bytes, slot + TAPE_PAGE, ret->length);
	}
	atomic_thread_fence(memory_order_acquire);
	/* The ring may have overwritten the place during the copy. Then a newer checkpoint exists. */
	if (load(now) != serial || (number != TAPE_SLOT_ENDED && place_held(r, ret->offset, ret->mark) != SLOT_GOOD)) {
		free(bytes);
		return SLOT_CHANGED;
	}
	if ((ret->length > 0 && !bytes) || tape_checkpoint_crc(ret, bytes) != ret->crc) {
		free(bytes);
		return SLOT_BAD;
	}
	*ret_bytes = bytes;
	return SLOT_GOOD;
}

enum which { NEWEST, OLDER, ENDED };

/* The serial of the checkpoint in the other slot than that of `last`; 0: there is none. */
static uint64_t serial_older(struct tape_reader const *r, uint64_t last)
{
	uint8_t const *const slot = r->slots + (~last & 1) * r->slot_size;
	uint64_t const serial = load(&((struct tape_checkpoint const *)slot)->serial);
	return serial < last && ((serial ^ last) & 1) ? serial : 0;
}

static int checkpoint_get(struct tape_reader const *r, enum which which, struct tape_checkpoint *ret, uint8_t **ret_bytes)
{
	_Atomic uint64_t const *const newest = which == ENDED ? &r->header->ended : &r->header->checkpoint;
	for (int i = 0; i < TRIES; i++) {
		uint64_t const last = load(newest);
		uint64_t const serial = which == OLDER ? serial_older(r, last) : last;
		if (serial == 0) return -ENODATA;
		unsigned const slot = which == ENDED ? TAPE_SLOT_ENDED : (unsigned)(serial & 1);
		switch (slot_copy(r, slot, serial, ret, ret_bytes)) {
		case SLOT_GOOD: return 0;
		case SLOT_GONE:
			if (load(newest) == last) return -ENODATA;
			break;
		case SLOT_NOMEM: return -ENOMEM;
		case SLOT_BAD: return -EPROTO;
		case SLOT_CHANGED: break;
		}
	}
	return -EAGAIN;
}

int tape_reader_checkpoint(struct tape_reader *r, bool oldest, struct tape_state *ret_state,
                           uint8_t **ret_bytes, size_t *ret_len)
{
	struct tape_checkpoint c;
	int const e = checkpoint_get(r, oldest ? OLDER : NEWEST, &c, ret_bytes);
	if (e < 0) return e;
	r->pos = c.offset;
	r->mark = c.mark;
	*ret_state = c.state;
	*ret_len = c.length;
	return 0;
}

int tape_reader_ended(struct tape_reader const *r, struct tape_state *ret_state, uint8_t **ret_bytes, size_t *ret_len)
{
	struct tape_checkpoint c;
	int const e = checkpoint_get(r, ENDED, &c, ret_bytes);
	if (e < 0) return e;
	*ret_state = c.state;
	*ret_len = c.length;
	return 0;
}
