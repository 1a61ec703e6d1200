/* SPDX-License-Identifier: ISC */
#include "burst.h"

#include <string.h>

#define BACK_MAX (16u * BURST_MAX) /* how far to look back */
#define SEQUENCE_MAX 8u

/* Walks over bytes and finds the places. */
struct burst {
	uint64_t last;  /* the last place found */
	uint64_t second; /* start of the next second */
	bool lines;
	uint8_t seen[SEQUENCE_MAX]; /* the last bytes; the newest is last */
};

static bool ends(struct burst const *b, char const *what)
{
	size_t const len = strlen(what);
	return memcmp(b->seen + SEQUENCE_MAX - len, what, len) == 0;
}

/* Processes a byte. True: there is a place behind it. */
static bool behind(struct burst *b, uint8_t byte, uint64_t after)
{
	memmove(b->seen, b->seen + 1, SEQUENCE_MAX - 1);
	b->seen[SEQUENCE_MAX - 1] = byte;
	if (after - b->last >= BURST_MAX) return true;
	if (byte == '\n') return b->lines;
	return (byte == 'h' && ends(b, "\033[?25h")) || (byte == 'l' && ends(b, "\033[?2026l"));
}

static uint64_t second_after(struct tape_reader const *r, uint64_t at)
{
	uint64_t time, next;
	(void)tape_reader_time(r, at, &time, &next);
	return next;
}

/* Walks from `start` to `stop`. Returns the first place behind `start`, or the last
 * one. */
static uint64_t find(struct tape_reader const *from, uint64_t start, uint64_t stop, bool lines, bool first)
{
	struct tape_reader r = *from;
	struct burst b = { .last = start, .second = second_after(from, start), .lines = lines };
	uint8_t buf[4096];
	struct tape_event e;

	if (!tape_reader_seek(&r, start)) return stop;
	while (r.pos < stop) {
		uint64_t const at = r.pos;
		size_t const room = stop - at < sizeof buf ? (size_t)(stop - at) : sizeof buf;
		enum tape_next const next = tape_reader_next(&r, buf, room, &e);
		if (next == TAPE_NOTHING || next == TAPE_OVERTAKEN) break;
		if (next == TAPE_MARK) {
			if (at == start || e.mark.type == TAPE_QUERY) continue;
			b.last = at;
			if (first) return at;
			continue;
		}
		for (size_t i = 0; i < e.len; i++) {
			uint64_t const after = at + i + 1;
			if (after == b.second) b.second = second_after(from, after);
			else if (!behind(&b, buf[i], after)) continue;
			b.last = after;
			if (first || after == stop) return after;
		}
	}
	return first ? stop : b.last;
}

uint64_t burst_next(struct tape_reader const *from, uint64_t at, bool lines)
{
	uint64_t const end = tape_reader_end(from);
	return at < end ? find(from, at, end, lines, true) : end;
}

uint64_t burst_before(struct tape_reader const *from, uint64_t at, bool lines)
{
	uint64_t const oldest = tape_reader_oldest(from);
	uint64_t const start = at > BACK_MAX && at - BACK_MAX > oldest ? at - BACK_MAX : oldest;
	return at > start ? find(from, start, at - 1, lines, false) : oldest;
}

uint64_t burst_last(struct tape_reader const *from, uint64_t start, uint64_t at, bool lines)
{
	return at > start ? find(from, start, at, lines, false) : start;
}
