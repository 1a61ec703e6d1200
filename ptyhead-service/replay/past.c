/* SPDX-License-Identifier: ISC */
#include "past.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "replay.h"

#define TRIES 8

/* ---- rows ------------------------------------------------------------------ */

static void past_clear(struct past *p)
{
	for (unsigned i = 0; p->line && i < p->max; i++) free(p->line[i].data);
	free(p->line);
	p->line = NULL;
	p->first = p->len = 0;
}

void past_deinit(struct past *p)
{
	past_clear(p);
}

struct past_line const *past_at(struct past const *p, unsigned i)
{
	return &p->line[(p->first + i) % p->max];
}

/* Erased rows do not count as being above the screen: a terminal that saw all output
 * does not have them either. */
static void past_add(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct past *const p = arg;
	struct screen_buf b = SCREEN_BUF_INIT;

	if (row->cleared) return;
	uint64_t const time = p->ages ? ages_up(p->ages, s, row) : 0;
	if (!p->line) p->line = calloc(p->max, sizeof *p->line);
	if (!p->line) return;
	struct past_line *const l = &p->line[(p->first + p->len) % p->max];
	if (p->len == p->max) p->first = (p->first + 1) % p->max;
	else p->len++;
	p->row(s, row, &b);
	free(l->data);
	*l = (struct past_line){ b.data, (uint32_t)b.len, row->wrapped, time };
}

void past_show(struct past const *p, struct screen_buf *out)
{
	for (unsigned i = 0; i < p->len; i++) {
		struct past_line const *const l = past_at(p, i);
		if (l->len > 0) screen_buf_add(out, l->data, l->len);
		if (!l->wrapped || i + 1 == p->len) screen_buf_str(out, "\r\n");
	}
}

/* ---- before the oldest checkpoint ------------------------------------------------ */

/* ED 3: the program asks to erase what is above the screen. */
static void past_forget(void *arg)
{
	past_clear(arg);
}

static void sink_set(struct screen *s, struct past *p)
{
	screen_sinks_set(s, &(struct screen_sinks){ .arg = p, .line = past_add, .forget = past_forget });
}

static bool same_row(struct screen const *a, unsigned y, struct screen const *b, unsigned z)
{
	struct screen_row const ra = screen_row(a, SCREEN_MAIN, y);
	struct screen_row const rb = screen_row(b, SCREEN_MAIN, z);
	struct screen_buf ta = SCREEN_BUF_INIT, tb = SCREEN_BUF_INIT;
	screen_row_text(a, &ra, &ta);
	screen_row_text(b, &rb, &tb);
	bool const same = ta.len == tb.len && (ta.len == 0 || !memcmp(ta.data, tb.data, ta.len));
	screen_buf_deinit(&ta);
	screen_buf_deinit(&tb);
	return same;
}

/* The size before the checkpoint is not known; the checkpoint's size is assumed. If the
 * terminal was smaller, rows scrolled off earlier than here, and are not on the
 * checkpoint's screen. */
static void rows_between(struct screen const *before, struct screen const *at, struct past *p)
{
	unsigned const y = screen_cursor(before).y;
	unsigned const less = screen_cursor(at).y;

	if (y <= less) return;
	for (unsigned i = 0; i <= less; i++)
		if (!same_row(before, y - less + i, at, i)) return;
	for (unsigned i = 0; i < y - less; i++) {
		struct screen_row const row = screen_row(before, SCREEN_MAIN, i);
		past_add(p, before, &row);
	}
}

/* Does it lead to the alternate screen, or leave it? */
static bool touches_alt(struct replay const *g)
{
	static char const *const all[] = { "\033[?1049", "\033[?1047", "\033[?47" };

	if (screen_alt(g->screen)) return true;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (memmem(g->data, g->event.len, all[i], strlen(all[i]))) return true;
	return false;
}

/* One step. If rows have times, the step lies within one second. */
static enum tape_next step(struct replay *g, struct past *p, uint64_t limit)
{
	uint64_t const end = limit == REPLAY_NOW ? tape_reader_end(g->tape) : limit;
	uint64_t now = p->ages ? place_time(g->tape, p->ages->now) : 0;

	if (!p->ages || g->tape->pos >= end) return replay_step(g, limit);
	uint64_t const left = end - g->tape->pos;
	size_t const most = left < sizeof g->data ? (size_t)left : sizeof g->data;
	size_t const n = place_same_time(g->tape, most, &now);
	ages_before(p->ages, g->screen, now);
	enum tape_next const next = replay_step(g, g->tape->pos + n);
	ages_after(p->ages, g->screen);
	return next;
}

/* Reads the output before the checkpoint at `at` as a new terminal would do. Only rows
 * come of it. None if the alternate screen is involved, or the writer was faster. */
static void before_checkpoint(struct replay const *at, struct past *p)
{
	struct tape_reader tape = *at->tape;
	uint64_t const target = tape.pos;
	enum tape_next next;
	bool alt = false;

	struct replay *const g = screen_alt(at->screen) ? NULL : calloc(1, sizeof *g);
	if (!g) return;
	g->tape = &tape;
	if (replay_begin_bare(g, screen_rows(at->screen), screen_cols(at->screen)) == 0 && tape.pos < target) {
		sink_set(g->screen, p);
		while ((next = step(g, p, target)) == TAPE_BYTES || next == TAPE_MARK)
			alt |= next == TAPE_BYTES && touches_alt(g);
		if (alt || next == TAPE_OVERTAKEN) past_clear(p);
		else rows_between(g->screen, at->screen, p);
	}
	replay_deinit(g);
	free(g);
}

/* ---- reading ------------------------------------------------------------------ */

static int read_once(struct replay *g, struct past *p)
{
	if (p) past_clear(p);
	bool const rows = p && p->max > 0;
	int r = rows ? replay_begin_oldest(g) : replay_begin(g, REPLAY_NOW);
	if (r < 0) return r;
	if (rows && g->tape->pos > 0) before_checkpoint(g, p);
	/* The rows of a checkpoint are on the screen. Feeding them scrolls nothing off. */
	if (rows) sink_set(g->screen, p);
	if (!rows || !p->ages) return replay_advance(g, REPLAY_NOW);
	/* The rows kept so far belong to another screen. */
	ages_deinit(p->ages);
	enum tape_next next;
	do next = step(g, p, REPLAY_NOW);
	while (next == TAPE_BYTES || next == TAPE_MARK);
	return next == TAPE_OVERTAKEN ? -EAGAIN : 0;
}

struct screen *past_read(struct tape_reader *r, struct past *p, struct tape_state *ret_state)
{
	struct replay *const g = calloc(1, sizeof *g);
	struct screen *s = NULL;
	int e = -EAGAIN;

	if (!g) return NULL;
	g->tape = r;
	for (int i = 0; i < TRIES && e == -EAGAIN; i++) {
		/* On failure return the screen without rows. */
		if (p && i == TRIES / 2) {
			past_clear(p);
			p = NULL;
		}
		e = read_once(g, p);
	}
	if (e == 0) {
		s = replay_take(g);
		screen_sinks_set(s, &(struct screen_sinks){ 0 });
		*ret_state = g->state;
	}
	replay_deinit(g);
	free(g);
	return s;
}

/* ---- other moments --------------------------------------------------------------- */

/* The screen at the replay's position, if it got there (`e` is 0). Ends the replay. */
static struct screen *moment(struct replay *g, int e, struct tape_state *ret_state)
{
	struct screen *const s = e == 0 ? replay_take(g) : NULL;

	if (s) *ret_state = g->state;
	replay_deinit(g);
	free(g);
	errno = e == -ENOMEM ? ENOMEM : ENODATA;
	return s;
}

static struct screen *past_place(struct tape_reader *r, struct tape_place at, struct tape_state *ret_state)
{
	struct replay *const g = calloc(1, sizeof *g);

	if (!g) return NULL;
	g->tape = r;
	int e = replay_to_place(g, at);
	if (e == 0 && (!g->exact || r->pos != at.offset)) e = -ENODATA;
	return moment(g, e, ret_state);
}

struct screen *past_at_offset(struct tape_reader *r, uint64_t offset, struct tape_state *ret_state)
{
	return past_place(r, tape_place_at(offset), ret_state);
}

struct screen *past_at_end(struct tape_reader *r, uint32_t run, struct tape_state *ret_state)
{
	struct tape_place end;
	struct screen *s = NULL;
	uint8_t *bytes;
	size_t len;

	int const e = tape_reader_ended(r, ret_state, &bytes, &len);
	if (e == 0 && ret_state->run == run && ret_state->size.rows && ret_state->size.cols) {
		s = screen_new(ret_state->size.rows, ret_state->size.cols);
		if (s) screen_clusters_set(s, ret_state->flags & TAPE_CLUSTERS);
		if (s && len > 0) screen_feed(s, bytes, len);
		errno = ENOMEM;
	}
	if (e == 0) free(bytes);
	if (s || (e == 0 && ret_state->run == run)) return s;
	/* A run before the last one: possible while the ring holds its output. */
	errno = ENODATA;
	return place_run_end(r, run, &end) ? past_place(r, end, ret_state) : NULL;
}
