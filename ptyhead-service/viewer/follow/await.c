/* SPDX-License-Identifier: ISC */
#include "await.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "place.h"
#include "replay.h"
#include "text.h"

/* A match up to the end of a line that may continue is accepted only after this time
 * without new output. Otherwise "1." would match in "1.25". */
#define SETTLE_MS 20
#define SCREEN_BYTES (64u << 10) /* in a flood, check the screen after this many bytes */

struct waiter {
	struct await *a;
	struct follow *f;
	struct text text;
	bool done;
	bool ended; /* the run ended without a match */
	bool over;  /* it had ended before the wait began */
	bool candidate;   /* `a->found` holds a match that may still grow */
	int64_t settle;   /* when that match is final */
	int64_t quiet;    /* IDLE: start of the silence */
	uint64_t unlooked;
};

/* ---- text -------------------------------------------------------------------- */

static bool find(struct waiter *w, char const *line, size_t len, bool settled, struct pattern_match *ret)
{
	struct await *const a = w->a;
	size_t const end = echo_begin(&a->echo, line, len, settled);

	if (!patterns_find(&a->patterns, line, len, end, ret)) return false;
	screen_buf_clear(&a->found);
	screen_buf_add(&a->found, line + ret->at, ret->len);
	a->which = ret->which;
	return true;
}

static bool grows(struct pattern_match const *m, size_t len, bool settled) { return !settled && !m->fixed && m->at + m->len == len; }

static bool look(void *arg, char const *line, size_t len, bool settled)
{
	struct waiter *const w = arg;
	struct pattern_match m;

	if (!find(w, line, len, settled, &m)) {
		/* The match is being overwritten, so it cannot grow. */
		w->done = w->candidate;
		return w->done;
	}
	w->done = !grows(&m, len, settled);
	if (!w->done && !w->candidate) w->settle = clock_ms() + SETTLE_MS;
	w->candidate = true;
	return w->done;
}

/* With the screen, only the last check counts. */
static bool look_once(void *arg, char const *line, size_t len, bool settled)
{
	struct waiter *const w = arg;
	struct pattern_match m;

	if (!find(w, line, len, settled, &m)) return false;
	w->candidate = true;
	w->done = !grows(&m, len, settled);
	return w->done;
}

static bool wants_text(struct await const *a) { return a->kind == AWAIT_TEXT; }

static void look_at_screen(struct waiter *w)
{
	bool const before = w->candidate;

	w->unlooked = 0;
	w->candidate = false;
	(void)text_screen(&w->text, look_once, w);
	if (w->candidate && !before) w->settle = clock_ms() + SETTLE_MS;
}

/* ---- the tape ------------------------------------------------------------------ */

static bool starts_over(struct waiter *w, bool blank, struct tape_place at)
{
	struct replay p = { .tape = &w->f->tape };

	int const r = replay_to_place(&p, at);
	if (r < 0) {
		replay_deinit(&p);
		errno = -r;
		return false;
	}
	w->a->state = p.state;
	if (w->text.screen) text_deinit(&w->text);
	text_init(&w->text, replay_take(&p), blank);
	if (at.offset != REPLAY_NOW && p.tape->pos > at.offset) w->a->missed += p.tape->pos - at.offset;
	return true;
}

/* The run has ended: checks the last output; no more will come. */
static void end_of_run(struct waiter *w)
{
	if (wants_text(w->a) && w->a->on_screen) look_at_screen(w);
	else if (wants_text(w->a)) (void)text_rest(&w->text, look, w);
	w->done = true;
	w->ended = !w->candidate;
}

static void on_mark(struct waiter *w, struct tape_mark const *m)
{
	struct await const *const a = w->a;
	bool const went_on = tape_state_goes_on(&a->state);
	replay_mark(w->text.screen, &w->a->state, m);
	if (m->type != TAPE_QUERY) w->quiet = clock_ms();
	if (a->kind == AWAIT_EXIT && m->type == TAPE_RUN_END) w->done = true;
	if (a->kind == AWAIT_START && m->type == TAPE_RUN_START) w->done = true;
	bool const goes_on = tape_state_goes_on(&a->state);
	bool const replaced = went_on && m->type == TAPE_RUN_START;
	if (a->or_exit && (replaced || (m->type == TAPE_RUN_END && !goes_on) || (m->type == TAPE_CLOSED && went_on && !goes_on)))
		end_of_run(w);
}

static bool on_bytes(struct waiter *w, uint8_t const *data, size_t len)
{
	w->quiet = clock_ms();
	if (!wants_text(w->a)) return true;
	if (!w->a->on_screen) {
		(void)text_feed(&w->text, data, len, look, w);
		return true;
	}
	screen_feed(w->text.screen, data, len);
	w->unlooked += len;
	if (w->unlooked >= SCREEN_BYTES) look_at_screen(w);
	return true;
}

/* Much was written meanwhile: only the present screen can be checked. */
static bool overtaken(struct waiter *w)
{
	uint64_t const was = w->f->tape.pos;
	uint32_t const run = w->a->state.run;
	bool const alive = w->a->state.flags & TAPE_ALIVE;
	bool const went_on = tape_state_goes_on(&w->a->state);

	if (!starts_over(w, false, tape_place_at(REPLAY_NOW))) return false;
	w->a->missed += w->f->tape.pos > was ? w->f->tape.pos - was : 0;
	w->quiet = clock_ms();
	struct tape_state const *const s = &w->a->state;
	if (w->a->kind == AWAIT_START && s->run != run && (s->flags & TAPE_ALIVE)) w->done = true;
	if (w->a->kind == AWAIT_EXIT && (s->run != run || (alive && !(s->flags & TAPE_ALIVE)))) {
		/* The end of another run may be all that is known. */
		w->done = !(s->flags & TAPE_ALIVE);
	}
	if (wants_text(w->a)) look_at_screen(w);
	if (w->a->or_exit && !w->done && (s->run != run || (went_on && !tape_state_goes_on(s)))) end_of_run(w);
	return true;
}

/* Processes everything that is there now; false: errno. */
static bool pump(struct waiter *w)
{
	uint8_t buf[16384];
	struct tape_event e;

	while (!w->done) {
		switch (tape_reader_next(&w->f->tape, buf, sizeof buf, &e)) {
		case TAPE_BYTES:
			if (!on_bytes(w, buf, e.len)) return false;
			follow_moved(w->f);
			break;
		case TAPE_MARK: on_mark(w, &e.mark); break;
		case TAPE_OVERTAKEN:
			if (!overtaken(w)) return false;
			break;
		case TAPE_NOTHING:
			if (!wants_text(w->a)) return true;
			if (w->a->on_screen) look_at_screen(w);
			else (void)text_rest(&w->text, look, w);
			return true;
		}
	}
	return true;
}

/* ---- begin and end ---------------------------------------------------------------- */

static struct tape_state present(struct tape_reader const *tape)
{
	struct tape_reader r = *tape;
	struct tape_state state;
	place_present(&r, &state);
	return state;
}

static struct tape_place start_or_next(struct tape_reader const *tape)
{
	struct tape_state const state = present(tape);
	return tape_state_goes_on(&state) ? place_run_start(tape) : tape_place_at(REPLAY_NOW);
}

/* Has the newest run ended before the place where the wait begins? Then no mark there
 * tells it. */
static bool is_over(struct await const *a, struct tape_reader const *tape)
{
	if (!a->or_exit || a->since == AWAIT_START_OR_NEXT || a->state.run == 0 || tape_state_goes_on(&a->state)) return false;
	struct tape_state const now = present(tape);
	return now.run == a->state.run && !tape_state_goes_on(&now);
}

/* A start or an end that has happened already. */
static bool was(struct waiter *w)
{
	struct await *const a = w->a;
	struct tape_mark m;
	uint64_t const at = a->since == AWAIT_TIME ? PLACE_TIME : a->since;

	if (a->since == AWAIT_RUN) return a->state.run > 0 && (a->kind == AWAIT_START || !(a->state.flags & TAPE_ALIVE));
	if (!place_mark_since(&w->f->tape, a->kind == AWAIT_START ? TAPE_RUN_START : TAPE_RUN_END, at, a->since_time, &m)) return false;
	replay_mark(NULL, &a->state, &m);
	return true;
}

static bool begin_event(struct waiter *w)
{
	struct await *const a = w->a;

	if (!starts_over(w, false, tape_place_at(REPLAY_NOW))) return false;
	switch (a->since) {
	case AWAIT_NOW: break;
	case AWAIT_START_OR_NEXT: w->done = a->kind == AWAIT_START && tape_state_goes_on(&a->state); break;
	case AWAIT_DEFAULT: w->done = a->kind == AWAIT_START ? tape_state_goes_on(&a->state)
	                                                     : a->state.run > 0 && !(a->state.flags & TAPE_ALIVE); break;
	default: w->done = was(w); break;
	}
	return true;
}

static bool begin(struct waiter *w)
{
	struct await *const a = w->a;
	struct tape_place at = tape_place_at(a->since);

	if (a->kind == AWAIT_START || a->kind == AWAIT_EXIT) return begin_event(w);

	/* Checks the screen, or the present state; then waits from now on. */
	if (a->on_screen || a->since == AWAIT_NOW || a->since == AWAIT_DEFAULT) at = tape_place_at(REPLAY_NOW);
	else if (a->since == AWAIT_START_OR_NEXT) at = start_or_next(&w->f->tape);
	else if (a->since == AWAIT_RUN) at = place_run_start(&w->f->tape);
	else if (a->since == AWAIT_TIME) at = tape_place_at(place_at_time(&w->f->tape, a->since_time));
	if (!starts_over(w, !a->on_screen, at)) return false;
	w->quiet = clock_ms();
	w->over = is_over(a, &w->f->tape);
	return true;
}

static int64_t earliest(int64_t a, int64_t b) { return a < 0 || (b >= 0 && b < a) ? b : a; }

static enum await_result wait_on(struct waiter *w)
{
	struct await *const a = w->a;

	for (;;) {
		int64_t until = a->until;
		if (!pump(w)) return AWAIT_FAILED;
		if (w->over && !w->done) end_of_run(w);
		if (w->done) return w->ended ? AWAIT_ENDED : AWAIT_DONE;
		int64_t const now = clock_ms();
		if (w->candidate && now >= w->settle) return AWAIT_DONE;
		if (a->kind == AWAIT_IDLE && now >= w->quiet + a->idle_ms) return AWAIT_DONE;
		if (until >= 0 && now >= until && !w->candidate) return AWAIT_TIMEOUT;
		if (w->candidate) until = w->settle;
		if (a->kind == AWAIT_IDLE) until = earliest(until, w->quiet + a->idle_ms);
		switch (follow_wait(w->f, until)) {
		case FOLLOW_MORE:
		case FOLLOW_TAKEN:
		case FOLLOW_UNANSWERED:
		case FOLLOW_TIME: break;
		case FOLLOW_ALSO: return AWAIT_ALSO;
		case FOLLOW_REFUSED: return AWAIT_REFUSED;
		case FOLLOW_FAILED: return AWAIT_FAILED;
		case FOLLOW_NEW:
			/* None of it was seen. */
			if (!starts_over(w, !a->on_screen, tape_place_at(0))) return AWAIT_FAILED;
			break;
		}
	}
}

bool await_begin(struct await *a, struct follow *f)
{
	a->missed = 0;
	a->waiter = calloc(1, sizeof *a->waiter);
	if (!a->waiter) return false;
	*a->waiter = (struct waiter){ .a = a, .f = f };
	if (!begin(a->waiter)) return false;
	follow_moved(f);
	return true;
}

bool await_output(struct await *a)
{
	struct waiter *const w = a->waiter;

	if (!pump(w)) return false;
	/* Output after the match is not wanted. */
	if (w->done) tape_reader_end_seek(&w->f->tape);
	follow_moved(w->f);
	return true;
}

enum await_result await_run(struct await *a, struct follow *f)
{
	if (!a->waiter && !await_begin(a, f)) return AWAIT_FAILED;
	return wait_on(a->waiter);
}

void await_line(struct await const *a, struct screen_buf *out)
{
	if (a->patterns.len > 1) screen_buf_fmt(out, "%zu\t", a->which + 1);
	screen_buf_add(out, a->found.data ? a->found.data : "", a->found.len);
	screen_buf_str(out, "\n");
}

void await_deinit(struct await *a)
{
	if (a->waiter && a->waiter->text.screen) text_deinit(&a->waiter->text);
	free(a->waiter);
	a->waiter = NULL;
	screen_buf_deinit(&a->found);
	patterns_deinit(&a->patterns);
	echo_deinit(&a->echo);
}
