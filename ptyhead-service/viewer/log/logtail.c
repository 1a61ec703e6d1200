/* SPDX-License-Identifier: ISC */
/* Makes lines of the tape. logtail_run, which waits for more, is in logfollow.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "logtail_int.h"
#include "notice.h"
#include "place.h"
#include "replay.h"

/* ---- time -------------------------------------------------------------------- */

/* The log's clock: it runs like CLOCK_MONOTONIC and started with the value of
 * CLOCK_REALTIME, so that it can be compared with the times on the tape. */
uint64_t logtail_now(struct logtail const *t) { return clock_ns() + t->base; }

/* CLOCK_REALTIME at the log's time `at`. It may have been set since the start. */
static uint64_t wall(struct logtail const *t, uint64_t at)
{
	uint64_t const ours = logtail_now(t);
	uint64_t const theirs = clock_wall_ns();
	return ours - at > theirs ? at : theirs - (ours - at);
}

/* The time of the next output. */
static uint64_t reading(struct logtail *t)
{
	if (!t->listing) t->clock = logtail_now(t);
	return t->clock;
}

/* For the past, the tape has times to the second: how many of the next `most` bytes
 * came within the same second. */
static size_t same_time(struct logtail *t, size_t most)
{
	uint64_t time = t->clock;
	size_t const n = place_same_time(&t->follow->tape, most, &time);
	if (time <= logtail_now(t)) t->clock = time;
	return n;
}

/* ---- lines ------------------------------------------------------------------- */

static bool offer(void *arg)
{
	struct logtail *const t = arg;
	return !t->muted && (t->listing || logwriter_offer(t->writer, t->clock));
}

static bool refuse(void *arg, uint64_t lines)
{
	struct logtail *const t = arg;
	return !t->muted && !t->listing && logwriter_refuse(t->writer, lines);
}

static void line(void *arg, char const *text, size_t len, uint64_t since)
{
	struct logtail *const t = arg;
	if (t->listing) loglist_add(&t->list, text, len, since, false);
	else logwriter_line(t->writer, text, len, wall(t, since), logtail_now(t));
}

void logtail_look(struct logtail *t)
{
	t->look = 0;
	if (t->lines) t->again = loglines_look(t->lines, reading(t));
}

static void fed(struct logtail *t)
{
	if (t->listing) loglines_glance(t->lines, t->clock);
	else t->look = loglines_when(&t->first, t->look != 0, logtail_now(t));
}

static void say(struct logtail *t, char const *text, uint64_t at)
{
	if (t->listing) loglist_add(&t->list, text, strlen(text), at, true);
	else logwriter_notice(t->writer, text, at);
}

/* All of the past was read. */
void logtail_past_over(struct logtail *t)
{
	if (!t->done) logtail_look(t);
	t->listing = false;
	t->past = 0;
	for (unsigned i = t->some && t->list.len > t->last ? t->list.len - t->last : 0; i < t->list.len; i++) {
		struct loglist_line const *const l = loglist_at(&t->list, i);
		if (l->notice) logwriter_notice(t->writer, l->text, l->wall);
		else if (logwriter_offer(t->writer, logtail_now(t))) logwriter_line(t->writer, l->text, l->len, l->wall, logtail_now(t));
	}
	loglist_clear(&t->list);
	if (!t->on) return;
	t->writer->waits = false;
	t->writer->limited = t->limited;
}

/* ---- what the tape says ---------------------------------------------------------- */

/* A terminal would answer a query, and would keep what viewers withhold. */
static void span_done(struct logtail *t)
{
	char rest[SPAN_REST_MAX];
	bool more;
	if (t->muted || !span_whole(&t->span)) return;
	size_t const n = span_rest(&t->span, rest, &more);
	if (n > 0) logwriter_raw(t->writer, (uint8_t const *)rest, n, logtail_now(t));
}

static void on_bytes(struct logtail *t, uint8_t const *data, size_t len)
{
	if (t->lines) {
		loglines_feed(t->lines, data, len, reading(t));
		fed(t);
		return;
	}
	size_t const n = t->span.left < len ? (size_t)t->span.left : len;
	if (n > 0 && span_add(&t->span, data, n)) span_done(t);
	if (len > n && !t->muted) logwriter_raw(t->writer, data + n, len - n, logtail_now(t));
}

static void resize(struct logtail *t, struct tape_size const *z)
{
	if (!t->lines || !z->rows || !z->cols) return;
	if (screen_rows(t->screen) == z->rows && screen_cols(t->screen) == z->cols) return;
	loglines_resize(t->lines, z->rows, z->cols, reading(t));
	fed(t);
}

/* Is this the wanted run, if only one is wanted? */
static bool wanted(struct logtail *t, uint32_t run, int32_t pid)
{
	if (t->run == 0 && t->pid && pid == t->pid) t->run = run;
	return t->run ? run == t->run : !t->pid;
}

static void say_started(struct logtail *t, uint32_t run, int32_t pid, uint64_t at)
{
	char text[96];
	if (!t->runs || t->muted) return;
	int const n = snprintf(text, sizeof text, "run %u started", run);
	if (pid > 0) snprintf(text + n, sizeof text - (size_t)n, ", pid %d", (int)pid);
	say(t, text, at);
}

static void run_started(struct logtail *t, struct tape_mark const *m)
{
	bool const mine = wanted(t, m->run, m->u.start.pid);
	if (t->run && m->run > t->run) t->done = true; /* its end was missed */
	if (t->lines && !t->listing) logtail_look(t);
	if (t->lines) screen_clusters_set(t->screen, t->state.flags & TAPE_CLUSTERS);
	if (t->lines) loglines_new_run(t->lines, reading(t));
	/* The last line of the run before is above the cursor now: part of the past, if
	 * nothing of that run was to be read. */
	if (t->lines && mine && (t->muted || m->offset == t->begun)) loglines_live(t->lines, true);
	t->muted = !mine;
	resize(t, &m->u.start.size);
	say_started(t, m->run, m->u.start.pid, m->time);
}

static void run_ended(struct logtail *t, struct tape_mark const *m)
{
	char text[NOTICE_MAX + 32], why[NOTICE_MAX];
	if (t->lines) loglines_all(t->lines, reading(t));
	t->look = t->again = 0;
	if (t->runs && !t->muted) {
		snprintf(text, sizeof text, "run %u: %s%s", m->run, notice_end(why, t->state.flags, m->u.end.status),
		         t->state.flags & TAPE_OPEN ? NOTICE_OPEN : "");
		say(t, text, m->time);
	}
	if (t->run && m->run >= t->run) t->done = t->ended = !tape_state_goes_on(&t->state);
}

static void closed(struct logtail *t, struct tape_mark const *m)
{
	if (t->lines) loglines_all(t->lines, reading(t));
	t->look = t->again = 0;
	if (t->runs && !t->muted) say(t, NOTICE_CLOSED, m->time);
	if (t->run && m->run >= t->run) t->done = t->ended = true;
}

static void on_mark(struct logtail *t, struct tape_mark const *m)
{
	if (t->listing && m->time > t->clock && m->time <= logtail_now(t)) t->clock = m->time;
	replay_mark(NULL, &t->state, m);
	switch (m->type) {
	case TAPE_RUN_START: run_started(t, m); break;
	case TAPE_RUN_END: run_ended(t, m); break;
	case TAPE_CLOSED: closed(t, m); break;
	case TAPE_SIZE: resize(t, &m->u.size); break;
	case TAPE_QUERY:
		if (t->terminal) span_begin(&t->span, m->u.query.length, false);
		break;
	default: break;
	}
}

/* ---- where it begins ---------------------------------------------------------------- */

static int take_screen(struct logtail *t, struct replay *p)
{
	struct loglines_sink const sink = { .arg = t, .offer = offer, .refuse = refuse, .line = line };
	struct screen *const old = t->screen;
	if (t->writer->raw) return 0;
	t->screen = replay_take(p);
	if (t->lines) {
		loglines_missed(t->lines, t->screen, reading(t));
	} else {
		t->lines = loglines_new(t->screen, &sink);
		if (!t->lines) return -ENOMEM;
		loglines_live(t->lines, t->from != LOGTAIL_OLDEST);
	}
	screen_free(old);
	if (!t->listing) t->look = logtail_now(t);
	return 0;
}

static bool touches_alt(struct logtail const *t, uint8_t const *data, size_t len)
{
	return screen_alt(t->screen) || memmem(data, len, "\033[?1049", 7) || memmem(data, len, "\033[?47", 5);
}

/* Reads the output before the oldest offset where the screen is known, as a new
 * terminal would do. The first line may be incomplete and is left out. False:
 * impossible, since the alternate screen is involved. */
static bool read_before(struct logtail *t, uint64_t upto)
{
	uint8_t buf[4096];
	struct tape_event e;
	bool first = true;
	for (uint64_t left; (left = upto - t->follow->tape.pos) > 0;) {
		switch (tape_reader_next(&t->follow->tape, buf, same_time(t, left < sizeof buf ? (size_t)left : sizeof buf), &e)) {
		case TAPE_MARK: on_mark(t, &e.mark); continue;
		case TAPE_OVERTAKEN:
		case TAPE_NOTHING: return false;
		case TAPE_BYTES: break;
		}
		uint8_t const *const nl = first ? memchr(buf, '\n', e.len) : NULL;
		size_t const skip = nl ? (size_t)(nl + 1 - buf) : first ? e.len : 0;
		first = first && !nl;
		if (touches_alt(t, buf, e.len)) return false;
		on_bytes(t, buf + skip, e.len - skip);
	}
	return true;
}

static int begin_before(struct logtail *t, struct replay *known)
{
	struct replay bare = { .tape = &t->follow->tape };
	struct tape_state const state = known->state;
	struct tape_reader const at = *known->tape;
	int r = replay_begin_bare(&bare, screen_rows(known->screen), screen_cols(known->screen));
	if (r == 0) r = take_screen(t, &bare);
	replay_deinit(&bare);
	if (r < 0) return r;
	if (!read_before(t, at.pos)) loglist_clear(&t->list);
	t->state = state;
	t->follow->tape = at;
	return take_screen(t, known);
}

static int begin_oldest(struct logtail *t)
{
	struct replay p = { .tape = &t->follow->tape };
	int r = replay_begin_oldest(&p);
	if (r < 0 && r != -ENOMEM) r = replay_begin_bare(&p, 0, 0);
	if (r == 0) {
		t->state = p.state;
		t->clock = place_time(p.tape, logtail_now(t));
		if (t->writer->raw) tape_reader_oldest_seek(p.tape);
		else r = p.exact && p.tape->pos > 0 && !screen_alt(p.screen) ? begin_before(t, &p) : take_screen(t, &p);
	}
	replay_deinit(&p);
	return r;
}

static int begin_at(struct logtail *t, struct tape_place at)
{
	struct replay p = { .tape = &t->follow->tape };
	int r = replay_to_place(&p, at);
	if (r == 0) {
		t->begun = p.tape->pos;
		t->state = p.state;
		t->clock = place_time(p.tape, logtail_now(t));
		r = take_screen(t, &p);
	}
	replay_deinit(&p);
	/* At the present end, the run has begun already. */
	if (r == 0 && t->muted && t->state.run > 0 && wanted(t, t->state.run, t->state.pid)) {
		t->muted = false;
		say_started(t, t->state.run, t->state.pid, t->state.since);
	}
	return r;
}

/* Where the wanted run began; the present end: it has not begun yet. t->from tells if that is
 * before what is held. -ESRCH: nothing of it is held. */
static int find_run(struct logtail *t, struct tape_place *ret)
{
	bool const alive = t->state.flags & TAPE_ALIVE;
	if (place_run_begin(&t->follow->tape, t->run, t->pid, ret)) return 0;
	*ret = tape_place_at(REPLAY_NOW);
	if (t->run == 0 && alive && t->state.pid == t->pid) t->run = t->state.run;
	if (t->run == 0 || t->run > t->state.run) return t->on ? 0 : -ESRCH;
	if (place_run(&t->follow->tape, t->state.run) > t->run) return -ESRCH;
	t->from = LOGTAIL_OLDEST;
	t->muted = false;
	say(t, "the beginning of this run is not held any more", logtail_now(t));
	return 0;
}

int logtail_begin(struct logtail *t)
{
	struct tape_place at = t->place;
	struct tape_reader newest = t->follow->tape;
	place_present(&newest, &t->state);
	t->past = tape_reader_end(&t->follow->tape);
	t->listing = true;
	t->muted = t->run || t->pid;
	int r = 0;
	if (t->from == LOGTAIL_RUN) {
		r = find_run(t, &at);
	} else if (t->from == LOGTAIL_PLACE && at.offset < tape_reader_oldest(&t->follow->tape)) {
		say(t, "the output before this is not held any more", logtail_now(t));
		t->from = LOGTAIL_OLDEST;
	}
	if (r < 0) return r;
	return t->from == LOGTAIL_OLDEST ? begin_oldest(t) : begin_at(t, at);
}

/* ---- where it begins again ------------------------------------------------------------ */

/* Bytes were overwritten before they were read: continue with the present screen. */
static int overtaken(struct logtail *t)
{
	char text[96];
	uint64_t const was = t->follow->tape.pos;
	int const r = begin_at(t, tape_place_at(REPLAY_NOW));
	uint64_t const at = t->follow->tape.pos;
	snprintf(text, sizeof text, "%" PRIu64 " bytes left out: they were overwritten before they were read", at > was ? at - was : 0);
	say(t, text, clock_wall_ns());
	if (t->run && tape_state_next(&t->state) > t->run) t->done = true;
	return r;
}

/* A new head has made a new tape: the run goes on there, with another number. */
int logtail_another_tape(struct logtail *t)
{
	struct tape_reader newest = t->follow->tape;
	int32_t const pid = t->state.pid;
	uint32_t const run = t->state.run;
	place_present(&newest, &t->state);
	say(t, "another head took the terminal: what was written meanwhile is missing", clock_wall_ns());
	if (t->run && t->run == run && t->state.pid == pid) t->run = t->state.run;
	else if (t->run) t->done = true;
	if (t->done) return 0;
	struct replay p = { .tape = &t->follow->tape };
	int r = replay_begin_oldest(&p);
	if (r < 0 && r != -ENOMEM) r = replay_begin_bare(&p, 0, 0);
	if (r == 0) t->state = p.state;
	if (r == 0) r = take_screen(t, &p);
	replay_deinit(&p);
	return r;
}

/* ---- what there is ---------------------------------------------------------------------- */

int logtail_step(struct logtail *t)
{
	uint8_t buf[65536];
	struct tape_event e;
	uint64_t const pos = t->follow->tape.pos;
	/* Without room for bytes it returns the marks at the end of the past. */
	uint64_t const left = !t->listing ? sizeof buf : t->past > pos ? t->past - pos : 0;
	size_t const most = left < sizeof buf ? (size_t)left : sizeof buf;
	switch (tape_reader_next(&t->follow->tape, buf, t->listing ? same_time(t, most) : most, &e)) {
	case TAPE_BYTES: on_bytes(t, buf, e.len); break;
	case TAPE_MARK: on_mark(t, &e.mark); break;
	case TAPE_NOTHING: return 0;
	case TAPE_OVERTAKEN: {
		int const r = overtaken(t);
		if (r < 0) return r;
		break;
	}
	}
	return 1;
}
