/* SPDX-License-Identifier: ISC */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "crc.h"
#include "fault.h"

#define MARKS_SIZE ((uint64_t)TAPE_MARKS * sizeof(struct tape_mark))
#define MARKS_AT (2u * TAPE_PAGE)
#define TIMES_SIZE ((uint64_t)TAPE_TIMES * sizeof(struct tape_time))
#define TIMES_AT (MARKS_AT + MARKS_SIZE)
#define SLOTS_AT (TIMES_AT + TIMES_SIZE)

static uint64_t ring_at(struct tape const *t) { return SLOTS_AT + TAPE_SLOTS * t->slot_size; }
static uint8_t *slot_at(struct tape const *t, uint64_t number) { return t->slots + number * t->slot_size; }

static uint64_t ring_size_round(uint64_t want)
{
	uint64_t size = TAPE_RING_MIN;
	while (size < want && size < TAPE_RING_MAX) size *= 2;
	return size;
}

/* The file, followed by its ring once more. */
static int tape_map(struct tape *t, uint64_t total)
{
	size_t const mapped = (size_t)(total + t->ring_size);
	uint8_t *const base = mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) return -errno;
	if (mmap(base, (size_t)total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, t->fd, 0) == MAP_FAILED ||
	    mmap(base + total, (size_t)t->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	         t->fd, (off_t)ring_at(t)) == MAP_FAILED) {
		int const err = errno;
		munmap(base, mapped);
		return -err;
	}
	t->header = (struct tape_header *)(void *)base;
	t->marks = base + MARKS_AT;
	t->times = base + TIMES_AT;
	t->slots = base + SLOTS_AT;
	t->ring = base + ring_at(t);
	t->mapped = mapped;
	return 0;
}

int tape_create(struct tape *t, uint64_t ring_size, char const *name)
{
	char label[96];
	int r;

	*t = (struct tape){ .fd = -1, .ring_size = ring_size_round(ring_size), .slot_size = TAPE_SLOT_SIZE };
	uint64_t const total = ring_at(t) + t->ring_size;
	snprintf(label, sizeof label, "ptytape:%s", name);
	t->fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (t->fd < 0) return -errno;
	/* A holder of this descriptor may read. Writing needs the writable descriptor,
	 * which is never given away. */
	if (fchmod(t->fd, 0644) < 0 || ftruncate(t->fd, (off_t)total) < 0 ||
	    fcntl(t->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		r = -errno;
		goto fail;
	}
	r = tape_map(t, total);
	if (r < 0) goto fail;

	struct tape_header *const h = t->header;
	if (getrandom(h->id, sizeof h->id, 0) != (ssize_t)sizeof h->id) {
		r = -EIO;
		goto fail;
	}
	memcpy(h->magic, TAPE_MAGIC, sizeof h->magic);
	h->version = TAPE_VERSION;
	h->order = TAPE_ORDER;
	h->marks_at = MARKS_AT;
	h->marks_count = TAPE_MARKS;
	h->times_at = TIMES_AT;
	h->times_count = TAPE_TIMES;
	h->slots_at = SLOTS_AT;
	h->slot_size = t->slot_size;
	h->ring_at = ring_at(t);
	h->ring_size = t->ring_size;
	h->total_size = total;
	atomic_store(&h->armed, UINT64_MAX);
	return 0;
fail:
	tape_deinit(t);
	return r;
}

/* Of the two checkpoints, the one in the slot of `serial`, if it is complete and not newer
 * than that; else NULL. */
static struct tape_checkpoint const *checkpoint_upto(struct tape const *t, uint64_t serial)
{
	struct tape_checkpoint *const c = (struct tape_checkpoint *)(void *)slot_at(t, serial & 1);
	uint64_t const is = atomic_load(&c->serial);
	return is > 0 && is <= serial && c->offset <= t->end && c->mark <= t->marks_end ? c : NULL;
}

/* The newest checkpoint whose slot is complete. */
static void find_checkpoint(struct tape *t)
{
	t->serial = atomic_load(&t->header->checkpoint);
	if (t->serial == 0) return;
	struct tape_checkpoint const *c = checkpoint_upto(t, t->serial);
	if (!c || atomic_load(&((struct tape_checkpoint *)(uintptr_t)c)->serial) != t->serial) c = checkpoint_upto(t, t->serial - 1);
	if (!c) return;
	t->checkpoint_offset = c->offset;
	t->checkpoint_mark = c->mark;
}

/* A kill may fall between a query's mark and the publishing of its bytes. These bytes
 * are parsed and marked again, so take the marks back. */
static void drop_early_marks(struct tape *t)
{
	/* One read has no more of them. A damaged ring may seem to have more. */
	for (unsigned most = TAPE_MARKS_READ; most > 0 && t->marks_end > 0; most--) {
		struct tape_mark m;
		memcpy(&m, t->marks + ((t->marks_end - 1) % TAPE_MARKS) * sizeof m, sizeof m);
		if (m.type != TAPE_QUERY || m.offset < t->end) break;
		t->marks_end--;
	}
	atomic_store(&t->header->marks_end, t->marks_end);
}

int tape_open(struct tape *t, int fd)
{
	struct tape_header h;
	int r = tape_check(fd, &h);
	if (r < 0) return r;
	struct tape const like = { .fd = fd, .ring_size = h.ring_size, .slot_size = h.slot_size };
	/* The layout must be this writer's own; only the sizes of ring and slots may differ. */
	if (h.marks_at != MARKS_AT || h.marks_count != TAPE_MARKS || h.times_at != TIMES_AT ||
	    h.times_count != TAPE_TIMES || h.slots_at != SLOTS_AT ||
	    h.ring_at != ring_at(&like) || h.total_size != ring_at(&like) + h.ring_size ||
	    (h.ring_size & (h.ring_size - 1)) != 0)
		return -EPROTO;
	*t = like;
	r = tape_map(t, h.total_size);
	if (r < 0) return r;

	t->end = atomic_load(&t->header->end);
	t->taken = atomic_load(&t->header->taken);
	t->marks_end = atomic_load(&t->header->marks_end);
	t->times_end = atomic_load(&t->header->times_end);
	t->ended = atomic_load(&t->header->ended);
	if (t->taken < t->end || t->taken - t->end > TAPE_READ_MAX || t->end > UINT64_MAX / 4 ||
	    t->marks_end > UINT64_MAX / 4 || t->times_end > UINT64_MAX / 4 || t->ended > UINT64_MAX / 4 || atomic_load(&t->header->checkpoint) > UINT64_MAX / 4) {
		munmap(t->header, t->mapped);
		t->header = NULL;
		return -EPROTO;
	}
	if (atomic_load(&t->header->armed) == t->taken) {
		uint64_t last = t->end + TAPE_READ_MAX;
		while (last > t->taken && t->ring[(last - 1) & (t->ring_size - 1)] == tape_fill_byte(last - 1)) last--;
		/* Stored before the fill is changed: a second death here changes
		 * nothing. */
		tape_take(t, (size_t)(last - t->taken));
	}
	t->filled = t->taken;
	/* A value that is too high would suppress answers. One that is too low would
	 * repeat answers; this cannot be detected. */
	if (atomic_load(&t->header->answered) > t->taken) atomic_store(&t->header->answered, t->taken);
	drop_early_marks(t);
	find_checkpoint(t);
	return 0;
}

void tape_deinit(struct tape *t)
{
	if (t->header) munmap(t->header, t->mapped);
	if (t->fd >= 0) close(t->fd);
	*t = (struct tape){ .fd = -1 };
}

int tape_reader_fd(struct tape const *t)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", t->fd);
	int const fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Fills with tape_fill_byte from `offset` on: writes one period, then copies it,
 * doubling the length each time. */
static void fill(uint8_t *p, uint64_t offset, size_t len)
{
	size_t done = len < TAPE_FILL_PERIOD ? len : TAPE_FILL_PERIOD;
	for (size_t i = 0; i < done; i++) p[i] = tape_fill_byte(offset + i);
	while (done < len) {
		size_t const n = done < len - done ? done : len - done;
		memcpy(p + done, p, n);
		done += n;
	}
}

uint8_t *tape_arm(struct tape *t, size_t *ret_room)
{
	uint64_t const upto = t->end + TAPE_READ_MAX;
	uint64_t const mask = t->ring_size - 1;
	uint64_t const from = t->filled < t->taken ? t->taken : t->filled;

	if (from < upto) {
		/* A half-written fill must not be taken for a fill. */
		atomic_store_explicit(&t->header->armed, UINT64_MAX, memory_order_relaxed);
		/* A reader that still copies from here must see afterwards that `end`
		 * has moved. */
		atomic_thread_fence(memory_order_release);
		FAULT("filling");
		fill(t->ring + (from & mask), from, (size_t)(upto - from));
		t->filled = upto;
		FAULT("filled");
	}
	atomic_store_explicit(&t->header->armed, t->taken, memory_order_release);
	/* A kill must not find the word without the fill. Both are stored by one
	 * thread, so only the compiler must keep the order. */
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("armed");
	uint64_t const room = upto - t->taken;
	*ret_room = room < TAPE_ROOM_MAX ? (size_t)room : TAPE_ROOM_MAX;
	return t->ring + (t->taken & mask);
}

void tape_take(struct tape *t, size_t n)
{
	FAULT("read");
	t->taken += n;
	atomic_store_explicit(&t->header->taken, t->taken, memory_order_release);
}

static uint64_t clock_of(clockid_t which)
{
	struct timespec now;
	clock_gettime(which, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Records the time of the following bytes, at most once a second. A coarse clock
 * decides whether it is due, since this runs for each read. The recorded time must not
 * lie before the mark of a run that has just begun. */
static void note_time(struct tape *t)
{
	uint64_t const now = clock_of(CLOCK_MONOTONIC_COARSE);
	if (t->timed && now - t->timed < 1000000000u) return;
	t->timed = now;
	struct tape_time const e = { t->end, clock_of(CLOCK_REALTIME) };
	atomic_thread_fence(memory_order_release);
	memcpy(t->times + (t->times_end % TAPE_TIMES) * sizeof e, &e, sizeof e);
	t->times_end++;
	atomic_store_explicit(&t->header->times_end, t->times_end, memory_order_release);
}

void tape_publish(struct tape *t, uint64_t upto)
{
	FAULT("parsed");
	note_time(t);
	t->end = upto;
	atomic_store_explicit(&t->header->end, upto, memory_order_release);
	FAULT("published");
}

void tape_command_set(struct tape *t, uint32_t run, void const *argv, size_t len)
{
	struct tape_header *const h = t->header;
	h->command_run = 0;
	h->command_len = len < TAPE_COMMAND_MAX ? (uint32_t)len : TAPE_COMMAND_MAX;
	if (len > 0) memcpy(h->command, argv, h->command_len);
	h->command_run = run;
}

uint8_t const *tape_command(struct tape const *t, uint32_t run, size_t *ret_len)
{
	struct tape_header const *const h = t->header;
	bool const known = h->command_run == run && h->command_len <= TAPE_COMMAND_MAX;
	*ret_len = known ? h->command_len : 0;
	return h->command;
}

void tape_mark(struct tape *t, struct tape_mark const *m)
{
	struct tape_mark copy = *m;

	copy.time = clock_of(CLOCK_REALTIME);
	atomic_thread_fence(memory_order_release);
	FAULT("marking");
	memcpy(t->marks + (t->marks_end % TAPE_MARKS) * sizeof copy, &copy, sizeof copy);
	t->marks_end++;
	atomic_store_explicit(&t->header->marks_end, t->marks_end, memory_order_release);
}

bool tape_oldest_mark(struct tape const *t, uint64_t *ret_offset)
{
	uint64_t const margin = TAPE_MARKS - TAPE_MARKS_READ;
	struct tape_mark m;
	if (t->marks_end < margin) return false;
	memcpy(&m, t->marks + ((t->marks_end - margin) % TAPE_MARKS) * sizeof m, sizeof m);
	*ret_offset = m.offset;
	return true;
}

bool tape_checkpoint_due(struct tape const *t)
{
	return t->serial == 0 || t->end - t->checkpoint_offset >= (t->ring_size - TAPE_READ_MAX) / 2 ||
	       t->marks_end - t->checkpoint_mark >= TAPE_MARKS / 2;
}

/* Writes into slot `number`. It is valid under `serial` when this returns 0. */
static int slot_write(struct tape *t, unsigned number, uint64_t serial, uint64_t offset,
                      struct tape_state const *state, void const *bytes, size_t len)
{
	uint8_t *const slot = slot_at(t, number);
	struct tape_checkpoint *const c = (struct tape_checkpoint *)(void *)slot;

	if (!bytes) len = 0;
	if (len > t->slot_size - TAPE_PAGE) return -EFBIG;
	/* The slot may hold data of another head, or be damaged. */
	size_t const before = c->length <= t->slot_size - TAPE_PAGE ? c->length : t->slot_size - TAPE_PAGE;
	atomic_store_explicit(&c->serial, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	FAULT("checkpoint-begun");
	c->offset = offset;
	c->mark = t->marks_end;
	c->state = *state;
	c->length = (uint32_t)len;
	c->crc = tape_checkpoint_crc(c, bytes);
	if (len > 0) memcpy(slot + TAPE_PAGE, bytes, len);
	FAULT("checkpoint-written");
	atomic_store_explicit(&c->serial, serial, memory_order_release);

	/* Pages that only a larger checkpoint needed are freed. */
	size_t const page = TAPE_PAGE;
	size_t const used = (len + page - 1) / page * page;
	if (before > used) {
		off_t const at = (off_t)(SLOTS_AT + number * t->slot_size + TAPE_PAGE + used);
		(void)!fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at,
		                 (off_t)((before - used + page - 1) / page * page));
	}
	return 0;
}

/* The serial of the next checkpoint, and so its slot. Usually it replaces the older one. But
 * resizes and ends of runs bring checkpoints close together; then the older one, from which
 * more of the ring is known exactly, stays as long as it is well within the ring. */
static uint64_t next_serial(struct tape const *t)
{
	struct tape_checkpoint const *const older = t->serial > 1 ? checkpoint_upto(t, t->serial - 1) : NULL;
	bool const stays = older && t->end - older->offset < t->ring_size / 4 * 3 && t->marks_end - older->mark < TAPE_MARKS / 4 * 3;
	return t->serial + (stays ? 2 : 1);
}

int tape_checkpoint_write(struct tape *t, uint64_t offset, struct tape_state const *state,
                          void const *bytes, size_t len)
{
	uint64_t const serial = next_serial(t);
	int const r = slot_write(t, serial & 1, serial, offset, state, bytes, len);
	/* If it is too large, the next one may be smaller, but trying costs as much. */
	t->checkpoint_offset = offset;
	t->checkpoint_mark = t->marks_end;
	if (r < 0) return r;
	FAULT("checkpoint-valid");
	atomic_store_explicit(&t->header->checkpoint, serial, memory_order_release);
	t->serial = serial;
	return 0;
}

int tape_ended_write(struct tape *t, struct tape_state const *state, void const *bytes, size_t len)
{
	int const r = slot_write(t, TAPE_SLOT_ENDED, t->ended + 1, t->end, state, bytes, len);
	if (r == 0) atomic_store_explicit(&t->header->ended, ++t->ended, memory_order_release);
	return r;
}
