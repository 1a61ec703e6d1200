/* A hostile tape: the input is its first pages (header, marks, slots), whole or
 * after a good header, and the reader goes through it. */
#include "faketape.h"
#include "reader.h"

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

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);
int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size)
{
	struct tape_header const h = fake_header();
	struct faketape t;
	struct tape_reader r;
	size_t const room = FAKE_TOTAL - FAKE_RING;

	if (size < 1) return 0;
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
