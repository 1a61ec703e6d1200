/* SPDX-License-Identifier: ISC */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "notice.h"
#include "place.h"
#include "replay.h"

static void output(struct record *r, uint64_t time, void const *data, size_t len)
{
	if (len == 0) return;
	screen_feed(r->screen, data, len);
	recording_output(&r->out, time, data, len);
}

static void output_buf(struct record *r, uint64_t time, struct screen_buf *b)
{
	output(r, time, b->data, b->len);
	screen_buf_deinit(b);
}

/* Begins the file, or sets the player's screen to `s` (NULL: empty), which is taken
 * over. The bytes for that count as output. */
static int show_screen(struct record *r, uint64_t time, struct screen *s)
{
	struct tape_size const size = r->state.size;
	struct screen_buf b = SCREEN_BUF_INIT;

	if (s) screen_restore(s, r->begun || r->resume, &b);
	screen_free(s);
	if (b.failed) {
		screen_buf_deinit(&b);
		return -ENOMEM;
	}
	if (!r->begun) {
		if (r->resume) recording_resume(&r->out, r->form, r->resume_base, r->resume_last);
		else recording_begin(&r->out, r->form, size, time, r->title);
		if (r->resume) recording_resize(&r->out, time, size);
		r->screen = screen_new(size.rows, size.cols);
		if (!r->screen) {
			screen_buf_deinit(&b);
			return -ENOMEM;
		}
	} else {
		recording_resize(&r->out, time, size);
		screen_resize(r->screen, size.rows, size.cols);
	}
	r->begun = true;
	output_buf(r, time, &b);
	return 0;
}

/* ---- where it begins ------------------------------------------------------------ */

static int begin_now(struct record *r)
{
	struct replay p = { .tape = &r->follow->tape };

	int e = replay_to(&p, REPLAY_NOW);
	if (e == 0) {
		r->state = p.state;
		r->history = p.tape->pos;
		r->time = clock_wall_ns();
		e = show_screen(r, r->time, replay_take(&p));
	}
	replay_deinit(&p);
	return e;
}

/* From the first byte if it is still held; else from the oldest screen that is known. */
static int begin_oldest(struct record *r)
{
	struct tape_reader *const t = &r->follow->tape;
	struct replay p = { .tape = t };

	r->history = tape_reader_end(t);
	int e = replay_begin_oldest(&p);
	if (e == 0) {
		r->state = p.state;
		r->time = place_time(t, clock_wall_ns());
		e = show_screen(r, r->time, t->pos > 0 ? replay_take(&p) : NULL);
	}
	replay_deinit(&p);
	return e;
}

/* The run's end may be in the gap. Another tape may count runs from 1 again. */
static void seek_end(struct record *r)
{
	uint32_t const next = tape_state_next(&r->state);

	if (r->until != RECORD_TO_EXIT) return;
	if (next < r->last_run) r->last_run = next;
	if (next > r->last_run) r->done = true;
}

/* The overwritten output is lost: continue from the newest checkpoint. */
static int begin_again(struct record *r, char const *why)
{
	r->span.left = 0;
	/* The message comes first: the screen belongs after the gap. */
	recording_marker(&r->out, clock_wall_ns(), why);
	r->say(why);
	int const e = begin_now(r);
	if (e == 0) seek_end(r);
	return e;
}

static int overtaken(struct record *r)
{
	char text[96];
	uint64_t const was = r->follow->tape.pos;
	uint64_t const now = tape_reader_end(&r->follow->tape);
	snprintf(text, sizeof text, "up to %" PRIu64 " bytes are missing here: they were overwritten", now > was ? now - was : 0);
	return begin_again(r, text);
}

/* ---- what there is ----------------------------------------------------------------- */

/* A player's terminal counts code points by default. */
static void clusters(struct record *r, uint64_t time)
{
	static char const on[] = "\033[?2027h";
	if (r->state.flags & TAPE_CLUSTERS) output(r, time, (uint8_t const *)on, sizeof on - 1);
}

/* The player's terminal would answer a query, and would keep what viewers withhold. */
static void span_done(struct record *r, uint64_t time)
{
	char rest[SPAN_REST_MAX];
	bool more;

	if (!span_whole(&r->span)) return;
	size_t const n = span_rest(&r->span, rest, &more);
	/* The rest is the change of the screen. */
	if (more) output(r, time, r->span.data, r->span.len), clusters(r, time);
	else output(r, time, rest, n);
}

static void on_bytes(struct record *r, uint64_t offset, uint8_t const *data, size_t len)
{
	uint64_t const time = offset < r->history ? r->time : clock_wall_ns();
	size_t const n = r->span.left < len ? (size_t)r->span.left : len;
	if (n > 0 && span_add(&r->span, data, n)) span_done(r, time);
	output(r, time, data + n, len - n);
}

static void resize(struct record *r, uint64_t time, struct tape_size size)
{
	if (screen_rows(r->screen) == size.rows && screen_cols(r->screen) == size.cols) return;
	screen_resize(r->screen, size.rows, size.cols);
	recording_resize(&r->out, time, size);
}

static void run_started(struct record *r, struct tape_mark const *m)
{
	char text[96];
	struct screen_buf b = SCREEN_BUF_INIT;

	/* Another run, in place of the processes that the last one left behind. */
	if (r->until == RECORD_TO_EXIT && m->run > r->last_run) {
		r->done = true;
		return;
	}
	int const n = snprintf(text, sizeof text, "run %u started", m->run);
	if (m->u.start.pid > 0) snprintf(text + n, sizeof text - (size_t)n, ", pid %d", (int)m->u.start.pid);
	recording_marker(&r->out, m->time, text);
	/* What the last run left switched on is reset. */
	if (screen_total(r->screen) > 0) {
		screen_buf_str(&b, "\030");
		screen_undo(r->screen, &b);
		output_buf(r, m->time, &b);
	}
	clusters(r, m->time);
	resize(r, m->time, m->u.start.size);
}

static void run_ended(struct record *r, struct tape_mark const *m)
{
	char text[NOTICE_MAX + 32], why[NOTICE_MAX];
	snprintf(text, sizeof text, "run %u: %s%s", m->run, notice_end(why, r->state.flags, m->u.end.status),
	         r->state.flags & TAPE_OPEN ? NOTICE_OPEN : "");
	recording_marker(&r->out, m->time, text);
}

/* Is the last wanted run over, with nobody going on with it? */
static void look_at_end(struct record *r, struct tape_mark const *m)
{
	if (r->until != RECORD_TO_EXIT || (m->type != TAPE_RUN_END && m->type != TAPE_CLOSED)) return;
	if (m->run >= r->last_run && !tape_state_goes_on(&r->state)) r->done = true;
}

static void on_mark(struct record *r, struct tape_mark const *m)
{
	r->time = m->time;
	replay_mark(NULL, &r->state, m);
	switch (m->type) {
	case TAPE_RUN_START: run_started(r, m); break;
	case TAPE_RUN_END: run_ended(r, m); break;
	case TAPE_CLOSED: recording_marker(&r->out, m->time, NOTICE_CLOSED); break;
	case TAPE_SIZE: resize(r, m->time, m->u.size); break;
	case TAPE_QUERY: span_begin(&r->span, m->u.query.length, false); break;
	case TAPE_LOST_RIGHT:
		if (m->u.viewer.id == r->follow->link.attached.viewer)
			r->say("the recording was not written fast enough, and the program does not wait for it any more: bytes may be lost");
		break;
	default: break;
	}
	look_at_end(r, m);
}

/* Processes everything that is there; 0 or -errno. */
static int pump(struct record *r)
{
	uint8_t buf[16384];
	struct tape_event e;
	int n = 0;

	while (!r->done) {
		uint64_t const pos = r->follow->tape.pos;
		/* Without room for bytes it still returns the marks at the end. */
		bool const last = r->until == RECORD_TO_NOW && pos >= r->history;
		uint64_t const left = last ? 0 : pos < r->history ? r->history - pos : sizeof buf;
		size_t cap = left < sizeof buf ? (size_t)left : sizeof buf;
		if (pos < r->history) cap = place_same_time(&r->follow->tape, cap, &r->time);
		switch (tape_reader_next(&r->follow->tape, buf, cap, &e)) {
		case TAPE_BYTES: on_bytes(r, e.offset, buf, e.len); break;
		case TAPE_MARK: on_mark(r, &e.mark); break;
		case TAPE_NOTHING: r->done = last; return 0;
		case TAPE_OVERTAKEN:
			n = overtaken(r);
			if (n < 0) return n;
			break;
		}
		if (r->out.out.failed || r->out.timing.failed) return -ENOMEM;
		if (r->out.out.len > 65536) return 1;
	}
	return 0;
}

/* Ends these files. The next ones begin with the present screen. 0 or -errno. */
static int reopen(struct record *r)
{
	recording_end(&r->out);
	int e = r->write(r->arg, &r->out);
	if (e < 0 || !r->reopen(r->arg)) return e;
	recording_deinit(&r->out);
	struct screen *const s = r->screen;
	r->screen = NULL;
	r->begun = r->resume = false;
	r->state.size = (struct tape_size){ .rows = (uint16_t)screen_rows(s), .cols = (uint16_t)screen_cols(s) };
	e = show_screen(r, clock_wall_ns(), s);
	return e < 0 ? e : r->write(r->arg, &r->out);
}

/* Takes the output that is there now. */
static void look_at_stop(struct record *r)
{
	if (r->stopped || !r->stop(r->arg)) return;
	r->stopped = true;
	r->until = RECORD_TO_NOW;
	r->history = tape_reader_end(&r->follow->tape);
}

enum record_result record_run(struct record *r)
{
	struct tape_reader newest = r->follow->tape;
	struct tape_state state;
	enum record_result result = RECORD_DONE;

	place_present(&newest, &state);
	r->last_run = tape_state_next(&state);
	int e = r->from_now ? begin_now(r) : begin_oldest(r);
	while (e >= 0) {
		e = pump(r);
		if (e < 0) break;
		if (r->done) recording_end(&r->out);
		int const w = r->write(r->arg, &r->out);
		if (w < 0) {
			errno = -w;
			result = RECORD_UNWRITTEN;
			break;
		}
		follow_moved(r->follow);
		if (r->done) break;
		look_at_stop(r);
		int const again = r->reopen_wanted(r->arg) ? reopen(r) : 0;
		if (again < 0) {
			errno = -again;
			result = RECORD_UNWRITTEN;
			break;
		}
		if (e > 0 || r->stopped) continue;
		if (r->until == RECORD_TO_EXIT && orphan_look(&r->orphan, r->follow, &r->state, clock_ms())) {
			recording_end(&r->out);
			int const last = r->write(r->arg, &r->out);
			errno = -last;
			result = last < 0 ? RECORD_UNWRITTEN : RECORD_ORPHANED;
			break;
		}
		enum follow_event const event = follow_wait(r->follow, orphan_until(&r->orphan, r->follow, clock_ms()));
		if (event == FOLLOW_NEW) e = begin_again(r, "another head took the terminal: what was written meanwhile is missing");
		if (event == FOLLOW_REFUSED) result = RECORD_REFUSED;
		if (event == FOLLOW_FAILED) result = RECORD_FAILED;
		if (result != RECORD_DONE) break;
		if (event == FOLLOW_ALSO) look_at_stop(r);
	}
	if (e < 0) {
		errno = -e;
		result = RECORD_FAILED;
	}
	e = errno;
	orphan_deinit(&r->orphan);
	screen_free(r->screen);
	r->screen = NULL;
	if (r->begun) recording_deinit(&r->out);
	errno = e;
	return result;
}
