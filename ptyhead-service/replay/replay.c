/* SPDX-License-Identifier: ISC */
#include "replay.h"

#include <errno.h>
#include <stdlib.h>

#define TRIES 8

/* ---- marks ------------------------------------------------------------------- */

void replay_mark(struct screen *s, struct tape_state *state, struct tape_mark const *m)
{
	struct tape_size const *const z = m->type == TAPE_RUN_START ? &m->u.start.size : &m->u.size;

	tape_state_mark(state, m);
	if (!s) return;
	if (m->type == TAPE_RUN_START) {
		screen_clusters_set(s, state->flags & TAPE_CLUSTERS);
		screen_new_run(s);
	}
	if ((m->type == TAPE_RUN_START || m->type == TAPE_SIZE) && z->rows && z->cols) screen_resize(s, z->rows, z->cols);
}

/* ---- where it begins ----------------------------------------------------------- */

static void screen_drop(struct replay *p)
{
	if (p->screen != p->into) screen_free(p->screen);
	p->screen = NULL;
}

/* An empty screen of this size, at the tape's position. */
static int screen_begin(struct replay *p, unsigned rows, unsigned cols)
{
	bool const used = p->screen != NULL;

	p->begun = false;
	if (p->state_only) return 0;
	if (!rows || !cols) {
		rows = REPLAY_ROWS;
		cols = REPLAY_COLS;
	}
	screen_drop(p);
	p->screen = p->into ? p->into : screen_new(rows, cols);
	if (!p->screen) return -ENOMEM;
	screen_clusters_set(p->screen, p->state.flags & TAPE_CLUSTERS);
	if (used || p->state.flags & TAPE_CLUSTERS) screen_reset(p->screen);
	if (p->into) screen_resize(p->screen, rows, cols);
	return 0;
}

static int begun(struct replay *p, bool exact)
{
	p->exact = exact;
	p->begun = true;
	if (p->screen) screen_offset_set(p->screen, p->tape->pos);
	return 0;
}

/* Starts at the terminal's first byte. Nothing may be overwritten yet. */
static int begin_first(struct replay *p)
{
	struct tape_event e;
	uint8_t none;

	tape_reader_oldest_seek(p->tape);
	if (p->tape->pos != 0 || p->tape->mark != 0) return -ENODATA;
	p->state = (struct tape_state){ .size = { .rows = REPLAY_ROWS, .cols = REPLAY_COLS } };
	/* The first mark has the size of the terminal. */
	struct tape_reader peek = *p->tape;
	if (tape_reader_next(&peek, &none, 0, &e) == TAPE_MARK) {
		if (e.mark.type == TAPE_RUN_START) p->state.size = e.mark.u.start.size;
		else if (e.mark.type == TAPE_SIZE) p->state.size = e.mark.u.size;
	}
	int const r = screen_begin(p, p->state.size.rows, p->state.size.cols);
	return r < 0 ? r : begun(p, true);
}

/* Starts at one of the two checkpoints if it does not lie after `at`; else -ERANGE, but
 * `state` is the checkpoint's. */
static int begin_checkpoint(struct replay *p, bool oldest, struct tape_place at)
{
	uint8_t *bytes;
	size_t len;

	int r = tape_reader_checkpoint(p->tape, oldest, &p->state, &bytes, &len);
	if (r < 0) return r;
	if (p->tape->pos > at.offset || p->tape->mark > at.mark) {
		r = -ERANGE;
	} else {
		r = screen_begin(p, p->state.size.rows, p->state.size.cols);
		if (r == 0 && len > 0 && p->screen) screen_feed(p->screen, bytes, len);
	}
	free(bytes);
	return r < 0 ? r : begun(p, true);
}

int replay_begin_bare(struct replay *p, unsigned rows, unsigned cols)
{
	int const r = screen_begin(p, rows, cols);
	tape_reader_oldest_seek(p->tape);
	return r < 0 ? r : begun(p, false);
}

static int begin_place(struct replay *p, struct tape_place at)
{
	int r = begin_checkpoint(p, false, at);
	if (r == 0 || r == -ENOMEM) return r;
	int const older = begin_checkpoint(p, true, at);
	if (older == 0 || older == -ENOMEM) return older;
	int const first = begin_first(p);
	if (first == 0 || first == -ENOMEM) return first;
	if (r != -ERANGE && older != -ERANGE) return r;
	/* The meaning of some bytes here may be lost, but their text is not. `state` is
	 * that of the oldest checkpoint. */
	r = replay_begin_bare(p, p->state.size.rows, p->state.size.cols);
	if (r == 0 && tape_reader_seek(p->tape, at.offset)) r = begun(p, false);
	return r;
}

int replay_begin(struct replay *p, uint64_t offset) { return begin_place(p, tape_place_at(offset)); }

int replay_begin_oldest(struct replay *p)
{
	struct tape_place const now = tape_place_at(REPLAY_NOW);
	int r = begin_first(p);
	if (r == -ENODATA) r = begin_checkpoint(p, true, now);
	/* There is no older checkpoint, or it is no longer on the tape. */
	if (r < 0 && r != -ENOMEM) r = begin_checkpoint(p, false, now);
	return r;
}

/* ---- going on ------------------------------------------------------------------ */

static enum tape_next step(struct replay *p, uint64_t limit, bool marks_too)
{
	uint64_t const left = limit > p->tape->pos ? limit - p->tape->pos : 0;

	if (left == 0 && !marks_too) return TAPE_NOTHING;
	/* Without room for bytes it returns only marks. */
	size_t const room = left < sizeof p->data ? (size_t)left : sizeof p->data;
	enum tape_next const next = tape_reader_next(p->tape, p->data, room, &p->event);
	if (next == TAPE_BYTES && p->screen) screen_feed(p->screen, p->data, p->event.len);
	if (next == TAPE_MARK) replay_mark(p->screen, &p->state, &p->event.mark);
	if (next == TAPE_OVERTAKEN) p->begun = false;
	return next;
}

enum tape_next replay_step(struct replay *p, uint64_t limit)
{
	return step(p, limit, limit == REPLAY_NOW);
}

int replay_advance(struct replay *p, uint64_t offset)
{
	bool const now = offset == REPLAY_NOW;
	/* The end is fixed now: bytes that arrive later do not extend the replay. */
	uint64_t const limit = now ? tape_reader_end(p->tape) : offset;
	enum tape_next next;

	do next = step(p, limit, now);
	while (next == TAPE_BYTES || next == TAPE_MARK);
	return next == TAPE_OVERTAKEN ? -EAGAIN : 0;
}

/* Takes the marks before `at` that have its offset. */
static int advance_marks(struct replay *p, struct tape_place at)
{
	enum tape_next next = TAPE_MARK;

	if (at.mark == TAPE_MARK_ANY) return 0;
	while (next == TAPE_MARK && p->tape->mark < at.mark) next = step(p, at.offset, true);
	return next == TAPE_OVERTAKEN ? -EAGAIN : 0;
}

int replay_to_place(struct replay *p, struct tape_place at)
{
	int r = -EAGAIN;

	for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
		bool const ahead = p->begun && p->tape->pos <= at.offset && p->tape->mark <= at.mark;
		r = ahead ? 0 : begin_place(p, at);
		if (r == 0) r = replay_advance(p, at.offset);
		if (r == 0) r = advance_marks(p, at);
	}
	return r;
}

int replay_to(struct replay *p, uint64_t offset) { return replay_to_place(p, tape_place_at(offset)); }

int replay_now(struct replay *p)
{
	struct tape_state const initial = p->state;
	int r = replay_to(p, REPLAY_NOW);

	for (int i = 0; i < TRIES && r < 0 && r != -ENOMEM; i++) {
		p->state = initial;
		r = replay_begin_bare(p, initial.size.rows, initial.size.cols);
		if (r == 0) r = replay_advance(p, REPLAY_NOW);
	}
	return r;
}

struct screen *replay_take(struct replay *p)
{
	struct screen *const s = p->screen;
	p->screen = p->into = NULL;
	p->begun = false;
	return s;
}

void replay_deinit(struct replay *p)
{
	screen_drop(p);
	p->begun = false;
}
