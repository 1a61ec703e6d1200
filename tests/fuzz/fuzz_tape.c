/* SPDX-License-Identifier: ISC */
/* A hostile tape: the input is its first pages (header, marks, slots), whole or
 * after a good header, and the reader goes through it. And a writer, which takes
 * up a tape that another head left: the input is laid over a good one. */
#include "faketape.h"
#include "reader.h"
#include "writer.h"

static void go_through(struct tape_reader *r)
{
	static uint8_t buf[FAKE_RING];
	struct tape_event e;
	struct tape_state state;
	uint8_t *bytes;
	size_t len;

	for (int i = 0; i < 200; i++) {
		uint64_t const pos = r->pos;
		size_t const cap = i & 1 ? sizeof buf : 7;
		enum tape_next const n = tape_reader_next(r, buf, cap, &e);
		if (n == TAPE_BYTES && (e.len == 0 || e.len > cap || r->pos != pos + e.len)) abort();
		if (n == TAPE_MARK && e.offset != pos) abort();
		if (n == TAPE_NOTHING) break;
		if (n == TAPE_OVERTAKEN) tape_reader_oldest_seek(r);
	}
	for (int oldest = 0; oldest < 2; oldest++)
		if (tape_reader_checkpoint(r, oldest, &state, &bytes, &len) == 0) {
			if (len > r->slot_size - TAPE_PAGE) abort();
			free(bytes);
		}
	tape_reader_end_seek(r);
	tape_reader_idle(r);
}

/* Whatever lies in shared memory, the writer ends and stays within the tape. */
static void take_up(uint8_t const *data, size_t size)
{
	struct tape made;
	struct tape t;
	struct tape_state const state = { .size = { .rows = 24, .cols = 80 } };
	size_t room;

	if (tape_create(&made, TAPE_RING_MIN, "fuzz") < 0) abort();
	tape_checkpoint_write(&made, 0, &state, "abc", 3);
	/* Three parts of the input: over the positions, the newest marks, a slot. */
	size_t const third = size / 3;
	uint8_t *const at[3] = { (uint8_t *)made.header + TAPE_PAGE, made.marks, made.slots + made.slot_size };
	for (size_t i = 0; i < 3 * third; i++) {
		size_t const offset = i % third;
		if (offset < 256) at[i / third][offset] ^= data[i];
	}
	int const fd = fcntl(made.fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) abort();
	if (tape_open(&t, fd) == 0) {
		if (t.end > t.taken || t.taken - t.end > TAPE_READ_MAX) abort();
		memset(tape_arm(&t, &room), 'x', 1);
		tape_take(&t, 1);
		tape_mark(&t, &(struct tape_mark){ .offset = t.end, .type = TAPE_SIZE });
		tape_publish(&t, t.taken);
		for (int i = 0; i < 3; i++) tape_checkpoint_write(&t, t.end, &state, "abcd", 4);
		tape_deinit(&t);
	} else {
		close(fd);
	}
	tape_deinit(&made);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);
int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size)
{
	struct tape_header const h = fake_header();
	struct faketape t;
	struct tape_reader r;
	size_t const room = FAKE_TOTAL - FAKE_RING;

	if (size < 1) return 0;
	if (data[0] & 2) {
		take_up(data + 1, size - 1);
		return 0;
	}
	if (fake_open(&t, &h, FAKE_SEALS) < 0) abort();
	/* Odd: the positions and what follows; even: everything, the input over
	 * a good header, so that single fields are reached. */
	size_t const at = data[0] & 1 ? TAPE_PAGE : 0;
	if (--size > room - at) size = room - at;
	for (size_t i = 0; i < size; i++) t.map[at + i] ^= data[1 + i];
	if (tape_reader_init(&r, t.fd) == 0) {
		go_through(&r);
		tape_reader_deinit(&r);
	}
	fake_close(&t);
	return 0;
}
