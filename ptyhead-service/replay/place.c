/* SPDX-License-Identifier: ISC */
#include "place.h"

#include "replay.h"

void place_present(struct tape_reader *r, struct tape_state *ret)
{
	struct replay p = { .tape = r, .state_only = true };

	if (replay_now(&p) < 0) {
		p.state = (struct tape_state){ 0 };
		tape_reader_end_seek(r);
	}
	*ret = p.state;
}

/* The next mark; skips bytes. */
static enum tape_next next_mark(struct tape_reader *r, struct tape_event *ret)
{
	uint8_t buf[16384];
	enum tape_next next;

	do next = tape_reader_next(r, buf, sizeof buf, ret);
	while (next == TAPE_BYTES);
	return next;
}

uint32_t place_run(struct tape_reader const *from, uint32_t otherwise)
{
	struct tape_reader r = *from;
	struct tape_event e;

	if (next_mark(&r, &e) != TAPE_MARK) return otherwise;
	return e.mark.type == TAPE_RUN_START ? e.mark.run - 1 : e.mark.run;
}

uint64_t place_time(struct tape_reader const *from, uint64_t otherwise)
{
	struct tape_reader r = *from;
	struct tape_event e;
	uint64_t time, next;

	if (tape_reader_time(from, from->pos, &time, &next)) return time;
	/* Older than the recorded times: at most as new as the next mark. */
	if (next_mark(&r, &e) == TAPE_MARK) return e.mark.time;
	return next < UINT64_MAX && tape_reader_time(from, next, &time, &next) ? time : otherwise;
}

size_t place_same_time(struct tape_reader const *r, size_t most, uint64_t *time)
{
	uint64_t at, next;
	if (tape_reader_time(r, r->pos, &at, &next)) *time = at;
	return next - r->pos < most ? (size_t)(next - r->pos) : most;
}

/* The place before the mark that was just read. */
static struct tape_place place_before(struct tape_reader const *r, struct tape_event const *e)
{
	return (struct tape_place){ e->offset, r->mark - 1 };
}

struct tape_place place_run_start(struct tape_reader const *from)
{
	struct tape_reader r = *from;
	struct tape_event e;

	for (;;) {
		enum tape_next next;
		tape_reader_oldest_seek(&r);
		struct tape_place at = { r.pos, r.mark };
		while ((next = next_mark(&r, &e)) == TAPE_MARK)
			if (e.mark.type == TAPE_RUN_START) at = place_before(&r, &e);
		if (next == TAPE_NOTHING) return at;
	}
}

/* The newest mark of this type and run, and the place before it. For a start with `run`
 * 0: of this process. */
static bool newest_mark(struct tape_reader const *from, uint32_t type, uint32_t run, int32_t pid, struct tape_mark *ret,
                        struct tape_place *ret_at)
{
	struct tape_reader r = *from;
	struct tape_event e;

	for (;;) {
		enum tape_next next;
		bool found = false;
		tape_reader_oldest_seek(&r);
		while ((next = next_mark(&r, &e)) == TAPE_MARK) {
			if (e.mark.type != type || (run ? e.mark.run != run : e.mark.u.start.pid != pid)) continue;
			*ret = e.mark;
			*ret_at = place_before(&r, &e);
			found = true;
		}
		if (next == TAPE_NOTHING) return found;
	}
}

/* Does the mark lie at or after that moment? *ret_at: exactly there. */
static bool is_since(struct tape_mark const *m, uint64_t offset, uint64_t time, bool *ret_at)
{
	*ret_at = offset != PLACE_TIME && m->offset == offset && offset > 0;
	return offset == PLACE_TIME ? m->time >= time : m->offset > offset || offset == 0;
}

bool place_mark_since(struct tape_reader const *from, uint32_t type, uint64_t offset, uint64_t time, struct tape_mark *ret)
{
	struct tape_event e;

	for (;;) {
		struct tape_reader r = *from;
		enum tape_next next;
		bool at, found = false;
		tape_reader_oldest_seek(&r);
		while ((next = next_mark(&r, &e)) == TAPE_MARK) {
			bool const since = is_since(&e.mark, offset, time, &at);
			if (at && e.mark.type == TAPE_RUN_START) found = false;
			if (e.mark.type != type || !(since || (at && type == TAPE_RUN_END))) continue;
			if (!found) *ret = e.mark;
			found = true;
			if (since) return true;
		}
		if (next == TAPE_NOTHING) return found;
	}
}

bool place_run_begin(struct tape_reader const *from, uint32_t run, int32_t pid, struct tape_place *ret)
{
	struct tape_mark m;
	return newest_mark(from, TAPE_RUN_START, run, pid, &m, ret);
}

bool place_run_end(struct tape_reader const *from, uint32_t run, struct tape_place *ret)
{
	struct tape_mark m;
	struct tape_place later;
	if (run == 0 || !newest_mark(from, TAPE_RUN_END, run, 0, &m, ret)) return false;
	struct tape_state s = { 0 };
	tape_state_mark(&s, &m);
	if (tape_state_left(&s) && newest_mark(from, TAPE_CLOSED, run, 0, &m, &later)) *ret = later;
	ret->mark++;
	return true;
}

uint64_t place_at_time(struct tape_reader const *from, uint64_t time)
{
	struct tape_reader r = *from;
	struct tape_event e;
	uint64_t at;

	for (;;) {
		enum tape_next next;
		tape_reader_oldest_seek(&r);
		at = r.pos;
		while ((next = next_mark(&r, &e)) == TAPE_MARK && e.mark.time <= time) at = e.offset;
		if (next == TAPE_OVERTAKEN) continue;
		uint64_t const noted = tape_reader_at_time(from, time);
		return noted > at ? noted : at;
	}
}
