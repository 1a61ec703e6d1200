/* SPDX-License-Identifier: ISC */
/* Plays the past at its original speed, or faster. The tape knows the second in which
 * bytes came. Within a second, they are spread evenly over the places where output
 * paused. */
#include "rewind.h"

#include "burst.h"

#define SECOND_NS UINT64_C(1000000000)
#define FRAME_MS 40
#define WAIT_MAX_MS 1000 /* the line with the remaining time is updated this often */

void rewind_play_begin(struct rewind *w, int64_t now)
{
	uint64_t next;

	if (w->at >= tape_reader_end(&w->tape)) {
		w->doing = REWIND_STILL;
		w->said = "this is the newest output";
		return;
	}
	w->clock = 0;
	(void)tape_reader_time(&w->tape, w->at, &w->clock, &next);
	w->span = w->at;
	w->played = now;
	w->doing = REWIND_PLAYS;
}

/* The bytes from `at` on: when they came, and where those of the next second begin. */
static uint64_t span_time(struct rewind const *w, uint64_t at, uint64_t *ret_next)
{
	uint64_t const end = tape_reader_end(&w->tape);
	uint64_t time = w->clock;

	(void)tape_reader_time(&w->tape, at, &time, ret_next);
	if (*ret_next > end) *ret_next = end;
	return time;
}

/* The position that playing has reached by now. */
static uint64_t target(struct rewind *w)
{
	uint64_t const end = tape_reader_end(&w->tape);
	uint64_t next, at = w->at;
	uint64_t before = 0;

	while (at < end) {
		uint64_t const time = span_time(w, at, &next);
		if (time < before) w->clock = time; /* the clock was set back there */
		if (time > w->clock) return at;
		uint64_t const into = w->clock - time;
		if (into < SECOND_NS) {
			uint64_t const to = w->span + (uint64_t)((double)(next - w->span) * (double)into / (double)SECOND_NS);
			return to > at ? burst_last(&w->tape, at, to, !screen_alt(w->replay->screen)) : at;
		}
		before = time;
		at = w->span = next;
	}
	return at;
}

uint64_t rewind_play_wait(struct rewind const *w)
{
	uint64_t next;
	uint64_t const time = span_time(w, w->at, &next);
	return time > w->clock ? (time - w->clock) / 1000000u / w->speed : 0;
}

void rewind_play_step(struct rewind *w, int64_t now)
{
	w->clock += (uint64_t)(now - w->played) * 1000000u * w->speed;
	w->played = now;
	uint64_t const to = target(w);
	bool const end = to >= tape_reader_end(&w->tape);
	if (end) {
		w->doing = REWIND_STILL;
		w->said = "this is the newest output";
	}
	w->news |= rewind_play_wait(w) > 0;
	if (to != w->at || end) rewind_go(w, to, end);
}

int rewind_play_timeout(struct rewind const *w)
{
	uint64_t const ms = rewind_play_wait(w);
	return ms < FRAME_MS ? FRAME_MS : ms < WAIT_MAX_MS ? (int)ms : WAIT_MAX_MS;
}
