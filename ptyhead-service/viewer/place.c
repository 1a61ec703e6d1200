#include "place.h"

#include <stdlib.h>
#include <string.h>

/* Reads on, without use for the bytes, up to what is there now. */
static bool scan(struct tape_reader *r, struct tape_state *now)
{
	static size_t const step = 16384;
	uint8_t buf[16384];
	struct tape_event e;
	uint64_t const target = tape_reader_end(r);

	for (;;) {
		uint64_t const left = target > r->pos ? target - r->pos : 0;
		switch (tape_reader_next(r, buf, left < step ? (size_t)left : step, &e)) {
		case TAPE_BYTES: break;
		case TAPE_MARK: tape_state_mark(now, &e.mark); break;
		case TAPE_NOTHING: return true;
		case TAPE_OVERTAKEN: return false;
		}
	}
}

void place_present(struct tape_reader *r, struct tape_state *ret)
{
	uint8_t *bytes;
	size_t len;

	for (int tries = 0; tries < 16; tries++) {
		memset(ret, 0, sizeof *ret);
		if (tape_reader_checkpoint(r, false, ret, &bytes, &len) == 0)
			free(bytes);
		else
			tape_reader_oldest_seek(r);
		if (scan(r, ret)) return;
	}
	tape_reader_end_seek(r);
}

uint32_t place_run(struct tape_reader const *from, uint32_t otherwise)
{
	struct tape_reader r = *from;
	uint8_t buf[16384];
	struct tape_event e;

	for (;;)
		switch (tape_reader_next(&r, buf, sizeof buf, &e)) {
		case TAPE_BYTES: break;
		case TAPE_MARK: return e.mark.type == TAPE_RUN_START ? e.mark.run - 1 : e.mark.run;
		default: return otherwise;
		}
}
