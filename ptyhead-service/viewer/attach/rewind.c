/* SPDX-License-Identifier: ISC */
#include "rewind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "burst.h"
#include "clock.h"
#include "number.h"
#include "place.h"
#include "when.h"

#define TRIES 8
#define SECOND_NS UINT64_C(1000000000)
#define BLIND_STEP 16384u /* size of a step of a second if the time is not held */
#define ESC 0x1B
#define CTRL_C 0x03
#define CTRL_U 0x15
#define DEL 0x7F

/* ---- position ------------------------------------------------------------------- */

int rewind_replay(struct replay *p, uint64_t at)
{
	int r = -EAGAIN;

	for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
		r = p->begun && p->exact && p->tape->pos <= at ? 0 : replay_begin(p, at);
		if (r == -ENOMEM) return r;
		/* Before the oldest checkpoint, the screen is more accurate the more
		 * output was read. */
		if (r < 0 || !p->exact) r = replay_begin_bare(p, p->state.size.rows, p->state.size.cols);
		if (r == 0) r = replay_advance(p, at);
	}
	return r;
}

/* There are marks at the reader's position. */
static bool mark_here(struct tape_reader const *from)
{
	struct tape_reader r = *from;
	struct tape_event e;
	uint8_t none;

	while (tape_reader_next(&r, &none, 0, &e) == TAPE_MARK)
		if (e.mark.type == TAPE_RUN_START || e.mark.type == TAPE_RUN_END || e.mark.type == TAPE_SIZE) return true;
	return false;
}

static bool mark_at(struct rewind const *w, uint64_t at)
{
	struct tape_reader r = w->tape;
	return tape_reader_seek(&r, at) && mark_here(&r);
}

static bool is_gone(struct rewind *w)
{
	struct tape_header const *const h = w->live->header;

	if (h && h->id[0] == w->id[0] && h->id[1] == w->id[1]) return false;
	w->lost = true;
	rewind_end(w);
	return true;
}

bool rewind_go(struct rewind *w, uint64_t at, bool after)
{
	struct replay *const p = w->replay;

	/* Marks that were applied cannot be undone. */
	if (w->tape.pos == at && w->after && !after) p->begun = false;
	if (rewind_replay(p, at) < 0) {
		rewind_end(w);
		return false;
	}
	w->at = w->tape.pos;
	w->after = after && w->at == at && mark_at(w, at);
	while (w->after && mark_here(&w->tape) && replay_step(p, REPLAY_NOW) == TAPE_MARK) {}
	w->marked = false;
	w->news = true;
	return true;
}

bool rewind_begin(struct rewind *w)
{
	struct tape_reader const *const live = w->live;

	if (w->on || !live->header) return false;
	*w = (struct rewind){ .live = live, .on = true, .speed = 1 };
	w->tape = *live;
	w->id[0] = live->header->id[0];
	w->id[1] = live->header->id[1];
	w->replay = calloc(1, sizeof *w->replay);
	if (!w->replay) {
		w->on = false;
		return false;
	}
	w->replay->tape = &w->tape;
	return rewind_go(w, live->pos, true);
}

void rewind_end(struct rewind *w)
{
	rewind_search_end(w);
	if (w->replay) replay_deinit(w->replay);
	free(w->replay);
	w->replay = NULL;
	w->on = false;
}

struct screen *rewind_still(struct rewind const *w)
{
	struct screen *const s = screen_still(w->replay->screen);
	struct screen_buf b = SCREEN_BUF_INIT;
	unsigned y, x;

	if (s && w->marked && rewind_find(s, w->text, w->len, &y, &x)) {
		screen_buf_fmt(&b, "\033[?6;69l\033[%u;%uH\033[?25h", y + 1, x + 1);
		screen_feed(s, b.data, b.len);
		screen_buf_deinit(&b);
	}
	return s;
}

/* ---- steps ------------------------------------------------------------------------ */

/* With line output, each line is a step. */
static bool by_lines(struct rewind const *w) { return !screen_alt(w->replay->screen); }

static void step_back(struct rewind *w)
{
	if (w->after) {
		rewind_go(w, w->at, false);
		return;
	}
	uint64_t const at = burst_before(&w->tape, w->at, by_lines(w));
	if (at == w->at) w->said = "this is the oldest output held";
	rewind_go(w, at, mark_at(w, at));
}

static void step_on(struct rewind *w)
{
	if (!w->after && mark_at(w, w->at)) {
		rewind_go(w, w->at, true);
		return;
	}
	uint64_t const at = burst_next(&w->tape, w->at, by_lines(w));
	if (at == w->at) w->said = "this is the newest output";
	rewind_go(w, at, false);
}

/* When the last byte shown came. */
static bool time_here(struct rewind const *w, uint64_t *ret)
{
	uint64_t next;
	return tape_reader_time(&w->tape, w->at > tape_reader_oldest(&w->tape) ? w->at - 1 : w->at, ret, &next);
}

static void second_back(struct rewind *w)
{
	uint64_t const oldest = tape_reader_oldest(&w->tape);
	uint64_t time, at = 0;

	if (w->at <= oldest) w->said = "this is the oldest output held";
	if (time_here(w, &time)) at = tape_reader_at_time(&w->tape, time);
	else if (w->at > BLIND_STEP) at = w->at - BLIND_STEP;
	if (at >= w->at) at = burst_before(&w->tape, w->at, by_lines(w));
	rewind_go(w, at > oldest ? at : oldest, false);
}

static void second_on(struct rewind *w)
{
	uint64_t const end = tape_reader_end(&w->tape);
	uint64_t time, next;

	(void)tape_reader_time(&w->tape, w->at, &time, &next);
	if (w->at == end) w->said = "this is the newest output";
	rewind_go(w, next < end ? next : end, next >= end);
}

static void minute_back(struct rewind *w)
{
	uint64_t time, at;

	if (time_here(w, &time) && (at = place_at_time(&w->tape, time - 60 * SECOND_NS)) < w->at) rewind_go(w, at, false);
	else second_back(w);
}

static void minute_on(struct rewind *w)
{
	uint64_t time, at;

	if (time_here(w, &time) && (at = place_at_time(&w->tape, time + 60 * SECOND_NS)) > w->at)
		rewind_go(w, at, at == tape_reader_end(&w->tape));
	else second_on(w);
}

/* The beginning of the run that is shown; if the position is there already, of the last
 * one that began elsewhere. */
static void run_back(struct rewind *w)
{
	uint32_t run = w->replay->state.run;
	struct tape_place at;

	bool found = run > 0 && place_run_begin(&w->tape, run, 0, &at);
	while (found && w->after && at.offset == w->at) found = --run > 0 && place_run_begin(&w->tape, run, 0, &at);
	if (!found) {
		at.offset = tape_reader_oldest(&w->tape);
		w->said = "the run began before the oldest output held";
	}
	rewind_go(w, at.offset, found);
}

/* ---- keys -------------------------------------------------------------------------- */

static void play(struct rewind *w, int64_t now)
{
	if (w->doing == REWIND_PLAYS) w->doing = REWIND_STILL;
	else rewind_play_begin(w, now);
}

static void speed(struct rewind *w, bool up)
{
	if (up && w->speed < REWIND_SPEED_MAX) w->speed *= 2;
	if (!up && w->speed > 1) w->speed /= 2;
}

/* True: the key moves the position. */
static bool move(struct rewind *w, uint8_t key)
{
	switch (key) {
	case 'h': step_back(w); return true;
	case 'l': step_on(w); return true;
	case 'k': second_back(w); return true;
	case 'j': second_on(w); return true;
	case 'b': minute_back(w); return true;
	case 'f': minute_on(w); return true;
	case 'g': run_back(w); return true;
	case 'G': rewind_go(w, tape_reader_end(&w->tape), true); return true;
	default: return false;
	}
}

static void command(struct rewind *w, uint8_t key, int64_t now)
{
	bool const plays = w->doing == REWIND_PLAYS;

	if (w->doing == REWIND_SEARCHES) rewind_search_end(w);
	if (move(w, key)) {
		if (plays && w->on) rewind_play_begin(w, now);
		return;
	}
	switch (key) {
	case 'q': case CTRL_C: rewind_end(w); return;
	/* Escape does not leave, since other keys begin with it and may arrive in two
	 * parts. */
	case ESC: w->doing = REWIND_STILL; break;
	case ' ': play(w, now); break;
	case '+': case '=': speed(w, true); break;
	case '-': speed(w, false); break;
	case '/': case 't':
		w->doing = REWIND_ASKS;
		w->asks = key;
		w->typed_len = 0;
		break;
	case 'n':
		if (w->len > 0) rewind_search_begin(w, w->at > 0 ? w->at - 1 : 0);
		break;
	case 's': w->hidden = !w->hidden; break;
	case '?': w->help = !w->help; break;
	default: break;
	}
}

/* Goes to an offset or a time. */
static void go_to(struct rewind *w, char const *text)
{
	uint64_t const end = tape_reader_end(&w->tape), oldest = tape_reader_oldest(&w->tape);
	uint64_t at;

	if (!number_parse(text, UINT64_MAX - 1, &at)) {
		if (!when_parse(text, clock_wall_ns(), &at)) {
			w->said = "that is neither an offset nor a time such as 14:30 or 10 min ago";
			return;
		}
		at = place_at_time(&w->tape, at);
	}
	if (at > end) w->said = "that is not reached yet";
	else if (at < oldest) w->said = "that is not held any more";
	rewind_go(w, at > end ? end : at < oldest ? oldest : at, at >= end);
}

static void answered(struct rewind *w)
{
	char text[REWIND_TEXT_MAX + 1];

	w->doing = REWIND_STILL;
	memcpy(text, w->typed, w->typed_len);
	text[w->typed_len] = '\0';
	if (w->asks == 't' && w->typed_len > 0) go_to(w, text);
	if (w->asks == 't') return;
	if (w->typed_len > 0) memcpy(w->text, text, w->len = w->typed_len);
	if (w->len > 0) rewind_search_begin(w, w->at);
}

/* Input of a text to search, or of a place to go to. */
static void asked(struct rewind *w, uint8_t key)
{
	switch (key) {
	case '\r': case '\n': answered(w); return;
	case CTRL_C: w->doing = REWIND_STILL; return;
	case CTRL_U: w->typed_len = 0; return;
	case DEL: case '\b':
		while (w->typed_len > 0 && (w->typed[--w->typed_len] & 0xC0) == 0x80) {}
		return;
	default:
		if (key >= 0x20 && w->typed_len < sizeof w->typed) w->typed[w->typed_len++] = (char)key;
	}
}

/* The letter with the same meaning as this key; 0: none. */
static uint8_t letter_of(struct token const *t)
{
	static struct { uint8_t final; int number; uint8_t letter; } const keys[] = {
		{ 'D', -1, 'h' }, { 'C', -1, 'l' }, { 'A', -1, 'k' }, { 'B', -1, 'j' }, { 'H', -1, 'g' }, { 'F', -1, 'G' },
		{ '~', 5, 'b' }, { '~', 6, 'f' }, { '~', 1, 'g' }, { '~', 7, 'g' }, { '~', 4, 'G' }, { '~', 8, 'G' },
	};
	int p[TOKEN_PARAMS][TOKEN_SUBS];

	if (t->kind == TOKEN_ESCAPE && t->len == 1) return ESC;
	if (t->kind != TOKEN_CSI && t->kind != TOKEN_SS3) return 0;
	if (t->kind == TOKEN_CSI && token_params(t, p)) return 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (token_final(t) == keys[i].final && (keys[i].number < 0 || p[0][0] == keys[i].number)) return keys[i].letter;
	return 0;
}

void rewind_take(struct rewind *w, struct token const *t, int64_t now)
{
	if (!w->on || is_gone(w)) return;
	w->news = true;
	w->said = NULL;
	if (t->kind == TOKEN_TEXT) {
		for (size_t i = 0; i < t->len && w->on; i++) {
			if (w->doing == REWIND_ASKS) asked(w, t->data[i]);
			else command(w, t->data[i], now);
		}
		return;
	}
	uint8_t const letter = letter_of(t);
	if (letter && w->doing == REWIND_ASKS) w->doing = REWIND_STILL;
	else if (letter) command(w, letter, now);
}

/* ---- time ---------------------------------------------------------------------------- */

void rewind_tick(struct rewind *w, int64_t now)
{
	if (!w->on || is_gone(w)) return;
	uint64_t const oldest = tape_reader_oldest(&w->tape);
	if (w->at < oldest) {
		/* Not to the oldest byte, which will be overwritten in a moment. */
		w->said = "what was here is overwritten: moved on";
		w->doing = w->doing == REWIND_PLAYS ? REWIND_STILL : w->doing;
		if (!rewind_go(w, oldest + (tape_reader_end(&w->tape) - oldest) / 8, false)) return;
	}
	if (w->doing == REWIND_PLAYS) rewind_play_step(w, now);
	else if (w->doing == REWIND_SEARCHES) rewind_search_step(w);
}

int rewind_timeout(struct rewind const *w)
{
	if (!w->on) return -1;
	if (w->doing == REWIND_SEARCHES) return 0;
	return w->doing == REWIND_PLAYS ? rewind_play_timeout(w) : -1;
}
