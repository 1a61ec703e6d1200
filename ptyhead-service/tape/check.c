/* SPDX-License-Identifier: ISC */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* Far above any real tape, and low enough that no sum here overflows. */
#define TOTAL_MAX (1ull << 30)
#define MARKS_MAX (1ull << 20)
#define TIMES_MAX (1ull << 20)

static bool part_ok(struct tape_header const *h, uint64_t at, uint64_t len)
{
	return at % TAPE_PAGE == 0 && at >= 2 * TAPE_PAGE && len <= h->total_size &&
	       at <= h->total_size - len;
}

static bool parts_apart(uint64_t a, uint64_t alen, uint64_t b, uint64_t blen)
{
	return a + alen <= b || b + blen <= a;
}

static int header_check(struct tape_header const *h, uint64_t file_size)
{
	uint64_t marks_len, times_len, slots_len;

	if (memcmp(h->magic, TAPE_MAGIC, sizeof h->magic) != 0 || h->order != TAPE_ORDER)
		return -EPROTO;
	if (h->version != TAPE_VERSION) return -EPROTONOSUPPORT;
	if (h->total_size != file_size || file_size > TOTAL_MAX) return -EPROTO;
	if (h->marks_count < 2 || h->marks_count > MARKS_MAX) return -EPROTO;
	if (h->times_count < 2 || h->times_count > TIMES_MAX) return -EPROTO;
	if (h->slot_size < 2 * TAPE_PAGE || h->slot_size % TAPE_PAGE != 0 ||
	    h->slot_size > TAPE_SLOT_MAX)
		return -EPROTO;
	if (h->ring_size < TAPE_RING_MIN || h->ring_size > TAPE_RING_MAX ||
	    h->ring_size % TAPE_PAGE != 0)
		return -EPROTO;
	marks_len = h->marks_count * sizeof(struct tape_mark);
	times_len = h->times_count * sizeof(struct tape_time);
	slots_len = TAPE_SLOTS * h->slot_size;
	if (!part_ok(h, h->marks_at, marks_len) || !part_ok(h, h->times_at, times_len) || !part_ok(h, h->slots_at, slots_len) ||
	    !part_ok(h, h->ring_at, h->ring_size))
		return -EPROTO;
	if (!parts_apart(h->marks_at, marks_len, h->slots_at, slots_len) ||
	    !parts_apart(h->marks_at, marks_len, h->ring_at, h->ring_size) ||
	    !parts_apart(h->slots_at, slots_len, h->ring_at, h->ring_size) ||
	    !parts_apart(h->times_at, times_len, h->marks_at, marks_len) ||
	    !parts_apart(h->times_at, times_len, h->slots_at, slots_len) ||
	    !parts_apart(h->times_at, times_len, h->ring_at, h->ring_size))
		return -EPROTO;
	return 0;
}

int tape_check(int fd, struct tape_header *ret)
{
	struct stat st;
	int const seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & SEALS) != SEALS) return -EPROTO;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) return -EPROTO;
	if (st.st_size < (off_t)sizeof *ret) return -EPROTO;
	if (pread(fd, ret, sizeof *ret, 0) != (ssize_t)sizeof *ret) return -EPROTO;
	return header_check(ret, (uint64_t)st.st_size);
}
