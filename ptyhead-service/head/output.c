/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "master.h"
#include "reader.h"
#include "replay.h"
#include "wire.h"

/* Cost of one byte of a checkpoint (build, checksum, copy), in screen.h's units. */
#define CHECKPOINT_BYTE 4u
/* Before anything else, the next head replays the output after the last checkpoint. A
 * checkpoint is due when this would cost more than 20 ms and more than eight checkpoints. */
#define REPLAY_UNITS 20000000u
#define REPLAY_CHECKPOINTS 8u
/* Smallest read, while the engine is behind after each read. */
#define CHUNK_LEAST 64u

/* ---- questions and answers ------------------------------------------------- */

/* The engine's answer waits until the end of its question is known. */
static void on_answer(void *arg, char const *data, size_t len)
{
	struct output *const o = arg;
	if (len > sizeof o->answer - o->answer_len) return;
	memcpy(o->answer + o->answer_len, data, len);
	o->answer_len += len;
}

/* Sends an answer to the program, as if it was typed. The question ends at `offset`. It
 * is noted as answered before the answer is sent: if the head dies between, the next
 * head does not answer again. A program can repeat a question, but cannot undo input
 * that it read. */
static void send_answer(struct output *o, uint64_t offset)
{
	_Atomic uint64_t *const answered = &o->tape.header->answered;
	size_t const len = o->answer_len;

	o->answer_len = 0;
	if (len == 0 || o->silent || offset <= atomic_load_explicit(answered, memory_order_relaxed)) return;
	atomic_store(answered, offset);
	FAULT("answering");
	o->sinks.answer(o->sinks.arg, o->answer, len);
	FAULT("answered");
}

/* Not an answer to a question: reports that the program has switched on. */
static void send_report(struct output *o)
{
	size_t const len = o->answer_len;
	o->answer_len = 0;
	if (len > 0 && !o->silent) o->sinks.answer(o->sinks.arg, o->answer, len);
}

/* Marks a question that was found. Questions of one byte (ENQ) that touch share a mark,
 * so a read never brings more than one mark for two bytes. */
static void mark_queries(struct output *o)
{
	struct tape_mark m = { .offset = o->query_offset, .type = TAPE_QUERY, .run = o->state.run };
	if (o->query_len == 0) return;
	m.u.query.length = o->query_len;
	m.u.query.viewer = o->query_viewer;
	tape_mark(&o->tape, &m);
	o->query_len = 0;
}

static void note_query(struct output *o, uint64_t offset, uint32_t len, uint64_t viewer)
{
	if (len == 1 && o->query_enq && o->query_len > 0 && o->query_offset + o->query_len == offset) {
		o->query_len++;
		return;
	}
	mark_queries(o);
	o->query_offset = offset;
	o->query_len = len;
	o->query_viewer = viewer;
	o->query_enq = len == 1;
}

/* A question that only a real terminal can answer is passed on by the viewer that was
 * active last. Without such a viewer the engine's own answer is used. */
static void on_query(void *arg, struct screen_span const *span)
{
	struct output *const o = arg;
	uint64_t viewer = 0;

	if (span->kind == SCREEN_QUERY_TERMINAL) {
		if (o->asker != 0 && span->whole) viewer = o->asker;
		else if (span->fallback_len > 0) on_answer(o, span->fallback, span->fallback_len);
	}
	/* A question that begins before `end` was too long to hold back. Readers have
	 * passed it on already, unless it was marked while it came. */
	uint64_t const to = span->offset + span->len;
	uint64_t const from = span->offset < o->tape.end && o->part == o->tape.end ? o->tape.end : span->offset;
	if (from >= o->tape.end) note_query(o, from, to - from > UINT32_MAX ? UINT32_MAX : (uint32_t)(to - from), viewer);
	send_answer(o, to);
}

/* ---- life ------------------------------------------------------------------- */

static void pixels(struct output *o)
{
	struct tape_size const *const z = &o->state.size;
	screen_pixels_set(o->screen, z->xpixel / z->cols, z->ypixel / z->rows);
}

/* The engine for an existing tape. */
static int engine_init(struct output *o, struct output_sinks const *sinks)
{
	struct screen_sinks const to = { .arg = o, .answer = on_answer, .query = on_query };
	o->sinks = *sinks;
	o->silent = true; /* until the first run begins, or a recovery ends */
	o->fed = o->tape.end;
	o->chunk = TAPE_ROOM_MAX;
	o->state = (struct tape_state){ .size = { .rows = 24, .cols = 80 } };
	o->screen = screen_new(o->state.size.rows, o->state.size.cols);
	if (!o->screen) return -ENOMEM;
	screen_sinks_set(o->screen, &to);
	return 0;
}

int output_create(struct output *o, uint64_t ring_size, char const *name, struct output_sinks const *sinks)
{
	*o = (struct output){ .fed = 0 };
	int r = tape_create(&o->tape, ring_size, name);
	if (r < 0) return r;
	r = engine_init(o, sinks);
	if (r < 0) {
		tape_deinit(&o->tape);
		return r;
	}
	output_checkpoint(o);
	return 0;
}

/* How the run before the one that is alive ended. */
static void ended_restore(struct output *o, struct tape_reader const *r)
{
	struct tape_state ended;
	uint8_t *bytes;
	size_t len;
	if (!(o->state.flags & TAPE_ALIVE) || tape_reader_ended(r, &ended, &bytes, &len) < 0) return;
	free(bytes);
	if (ended.run + 1 == o->state.run) o->ended = ended;
}

/* Restores the state and the screen at the tape's end. *ret_whole: false if the tape
 * has no valid checkpoint. */
static int replay(struct output *o, bool *ret_whole)
{
	struct tape_reader r;
	int e = tape_reader_init(&r, o->tape.fd);
	if (e < 0) return e;
	struct replay p = { .tape = &r, .into = o->screen, .state = o->state };
	e = replay_now(&p);
	*ret_whole = p.exact;
	o->state = p.state;
	ended_restore(o, &r);
	replay_deinit(&p);
	tape_reader_deinit(&r);
	return e;
}

int output_open(struct output *o, int fd, struct output_sinks const *sinks, bool *ret_whole)
{
	*o = (struct output){ .fed = 0 };
	int r = tape_open(&o->tape, fd);
	if (r < 0) return r;
	r = engine_init(o, sinks);
	if (r == 0) r = replay(o, ret_whole);
	if (r < 0) {
		o->tape.fd = -1; /* still the caller's */
		output_deinit(o);
		return r;
	}
	struct tape_size const z = o->state.size;
	if (!wire_size_ok((struct wire_size){ z.rows, z.cols, z.xpixel, z.ypixel })) {
		o->state.size = (struct tape_size){ .rows = 24, .cols = 80 };
		screen_resize(o->screen, 24, 80);
	}
	pixels(o);
	if (screen_withholding(o->screen)) o->part = o->tape.end;
	return 0;
}

void output_deinit(struct output *o)
{
	screen_free(o->screen);
	o->screen = NULL;
	tape_deinit(&o->tape);
}

/* ---- feeding ------------------------------------------------------------------ */

/* A string that viewers leave out, and that is still open, is marked as far as it has
 * come. */
static void mark_part(struct output *o)
{
	uint64_t const ground = screen_ground(o->screen);
	uint64_t const from = ground > o->tape.end ? ground : o->tape.end;
	if (!screen_withholding(o->screen) || from >= o->fed) return;
	note_query(o, from, (uint32_t)(o->fed - from), 0);
	mark_queries(o);
	o->part = o->fed;
}

/* Publishes what the engine has parsed. An open sequence is held back until it is
 * complete, unless it is long: pictures are shown as they come. */
static void publish(struct output *o)
{
	uint64_t const ground = screen_ground(o->screen);
	bool const is_long = o->fed - ground > TAPE_HOLD_MAX;
	if (is_long) mark_part(o);
	uint64_t const upto = is_long ? o->fed : ground;
	if (upto > o->tape.end) tape_publish(&o->tape, upto);
}

/* `ended`: also save it as the screen at the run's end. */
static void checkpoint(struct output *o, bool ended)
{
	uint64_t const offset = screen_ground(o->screen);
	struct screen_buf b = SCREEN_BUF_INIT;

	screen_restore(o->screen, false, &b);
	o->checkpoint_cost = screen_rows(o->screen) * screen_cols(o->screen) + CHECKPOINT_BYTE * b.len;
	o->checkpoint_spent = screen_spent(o->screen);
	o->budget -= (int64_t)o->checkpoint_cost;
	/* An open sequence is longer than the ring: a checkpoint would be overwritten
	 * at once. */
	if (!b.failed && offset <= o->tape.end)
		(void)tape_checkpoint_write(&o->tape, offset, &o->state, b.data ? b.data : "", b.len);
	if (!b.failed && ended) (void)tape_ended_write(&o->tape, &o->state, b.data ? b.data : "", b.len);
	screen_buf_deinit(&b);
}

/* The tape counts bytes and marks; the engine counts the cost of a replay. */
static bool checkpoint_due(struct output const *o)
{
	uint64_t const dear = REPLAY_CHECKPOINTS * o->checkpoint_cost;
	uint64_t const since = screen_spent(o->screen) - o->checkpoint_spent;
	return tape_checkpoint_due(&o->tape) || since > (dear > REPLAY_UNITS ? dear : REPLAY_UNITS);
}

/* The engine parses bytes that were taken, within the budget. */
static void feed(struct output *o)
{
	size_t const mask = (size_t)o->tape.ring_size - 1;
	size_t const len = (size_t)(o->tape.taken - o->fed);

	o->fed += screen_feed_some(o->screen, o->tape.ring + (o->fed & mask), len, &o->budget);
	mark_queries(o);
	send_report(o);
	publish(o);
	if (checkpoint_due(o)) output_checkpoint(o);
}

/* Without a budget, for small amounts that cannot wait. */
static void feed_all(struct output *o)
{
	int64_t const budget = o->budget;
	while (output_behind(o)) {
		o->budget = SCREEN_COST_MAX;
		feed(o);
	}
	o->budget = budget;
}

void output_resume(struct output *o, bool answers)
{
	pixels(o);
	o->silent = !answers;
	/* What is to be answered can wait for its rounds. What is not to be answered
	 * must be separated now. */
	if (!answers) feed_all(o);
	o->silent = false;
	output_checkpoint(o);
}

void output_budget(struct output *o, int64_t units)
{
	o->budget = o->budget < 0 ? o->budget + units : units;
}

/* Keeps the backlog small when a run ends or a size is set, however expensive the
 * program's sequences are. */
static void chunk_adapt(struct output *o)
{
	if (output_behind(o)) o->chunk = o->chunk / 4 > CHUNK_LEAST ? o->chunk / 4 : CHUNK_LEAST;
	else if (o->chunk < TAPE_ROOM_MAX) o->chunk *= 2;
}

enum output_result output_step(struct output *o, int master, uint64_t most, size_t *ret_n)
{
	size_t room;

	*ret_n = 0;
	if (output_behind(o)) {
		feed(o);
		return OUTPUT_SOME;
	}
	uint8_t *const p = tape_arm(&o->tape, &room);
	if (room > o->chunk) room = o->chunk;
	if (room > most) room = (size_t)most;
	switch (master_read(master, p, room, ret_n)) {
	case MASTER_OK:
		tape_take(&o->tape, *ret_n);
		feed(o);
		chunk_adapt(o);
		return OUTPUT_SOME;
	case MASTER_AGAIN: return OUTPUT_DRY;
	case MASTER_HUNGUP: return OUTPUT_HUNGUP;
	case MASTER_BLOCKING: return OUTPUT_BLOCKING;
	default: return OUTPUT_LOST;
	}
}

void output_settle(struct output *o)
{
	feed_all(o);
	mark_part(o);
	if (o->tape.end < o->tape.taken) tape_publish(&o->tape, o->tape.taken);
}

/* ---- marks ---------------------------------------------------------------------- */

/* Sets the engine's size to state.size. Bytes that the engine has not parsed yet come
 * after it. */
static void engine_resize(struct output *o)
{
	uint64_t const before = screen_spent(o->screen);
	pixels(o);
	screen_resize(o->screen, o->state.size.rows, o->state.size.cols);
	o->budget -= (int64_t)(screen_spent(o->screen) - before);
	send_report(o);
}

void output_run_begin(struct output *o, struct tape_state const *state)
{
	output_settle(o);
	if (o->state.run > 0) o->ended = o->state;
	o->state = *state;
	struct tape_mark m = { .offset = o->tape.end, .type = TAPE_RUN_START, .run = state->run };
	m.u.start.pid = state->pid;
	m.u.start.size = state->size;
	m.u.start.flags = (state->flags & TAPE_CONTINUED ? TAPE_START_CONTINUED : 0) |
	                  (state->flags & TAPE_CLUSTERS ? TAPE_START_CLUSTERS : 0);
	tape_mark(&o->tape, &m);
	FAULT("started");
	o->silent = false;
	screen_clusters_set(o->screen, state->flags & TAPE_CLUSTERS);
	screen_new_run(o->screen);
	engine_resize(o);
}

void output_run_end(struct output *o, uint32_t flags, int status, uint64_t now)
{
	output_settle(o);
	struct tape_mark const m = {
		.offset = o->tape.end, .time = now, .type = TAPE_RUN_END, .run = o->state.run,
		.u.end = { .flags = flags, .status = status },
	};
	tape_state_mark(&o->state, &m);
	tape_mark(&o->tape, &m);
	FAULT("ended");
	checkpoint(o, true);
}

void output_closed(struct output *o, uint64_t now)
{
	struct tape_mark m = { .time = now, .type = TAPE_CLOSED, .run = o->state.run };
	if (!(o->state.flags & TAPE_OPEN)) return;
	output_settle(o);
	m.offset = o->tape.end;
	bool const left = tape_state_left(&o->state);
	tape_state_mark(&o->state, &m);
	tape_mark(&o->tape, &m);
	FAULT("closed");
	/* Processes that were left behind wrote after the end. The run's screen ends
	 * there. */
	checkpoint(o, left);
}

void output_resize(struct output *o, struct tape_size size)
{
	o->state.size = size;
	tape_mark(&o->tape, &(struct tape_mark){ .offset = o->tape.end, .type = TAPE_SIZE,
	                                         .run = o->state.run, .u.size = size });
	engine_resize(o);
	output_checkpoint(o);
}

void output_checkpoint(struct output *o) { checkpoint(o, false); }
