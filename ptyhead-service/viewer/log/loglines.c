/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "loglines_int.h"

/* ---- rows that leave the screen ------------------------------------------------ */

/* The row scrolls off the top, and is not cleared. A program that clears the screen
 * rarely has its cursor in the last row; and if several rows leave, the next one
 * tells. */
static bool scrolls_off(struct loglines const *t, struct screen_row const *row)
{
	return loglines_row(t, 0).cells == row->cells && screen_cursor(t->screen).y + 2 >= screen_rows(t->screen);
}

/* A row that is known: must anything of it be logged? */
static bool known_final(struct loglines *t, struct screen_row const *row, struct logrow *r, uint64_t text)
{
	bool changed = true;
	bool const off = scrolls_off(t, row);
	if (row->cells && row->cells == t->cursor_cells && text == t->cursor_text) changed = off;
	if (!r) return changed;
	if (r->logged != LOGFORM_NONE) changed &= off && r->logged != text;
	if (text == r->drawn || (r->below && r->seen.text == text && !off)) changed = false;
	/* It was overwritten since the last look, or may be redrawn in a moment. */
	if (r->seen.text != text || !off) logrows_leave(&t->rows, r, t->now);
	return changed;
}

static void final(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct loglines *const t = arg;
	(void)s;
	if (!t->live) return;
	t->finals++;
	bool const blank = logform_blank(row);
	struct logrow *r = logrows_find(&t->rows, row->cells, false);
	bool const restarts = r && r->restart;
	/* In a flood most rows were never looked at. */
	if (r && r->seen.text == LOGFORM_NONE && r->logged == LOGFORM_NONE && !restarts) r = NULL;
	uint64_t since = t->now;
	bool changed = !blank;
	if (r || row->cells == t->cursor_cells || t->rows.any_gone) {
		uint64_t const text = logform_text(row);
		if (r && r->seen.text == text) since = r->since;
		bool const back = changed && logrows_return(&t->rows, text, t->now);
		changed &= known_final(t, row, r, text) && !back;
		if (r) logrows_clear(r);
		/* If it scrolls off, its cells are those of another row from now on. */
		if (row->cells == t->cursor_cells && scrolls_off(t, row)) t->cursor_cells = NULL;
	}
	if (row->wrapped || t->join.open || t->resizing) {
		logjoin_add(t, row, changed, restarts);
		return;
	}
	/* The usual case: a line in one row. */
	if (!changed || !t->sink.offer(t->sink.arg)) return;
	screen_row_text(t->screen, row, &t->join.text);
	loglines_say(t, t->join.text.data, t->join.text.len, since);
	screen_buf_clear(&t->join.text);
}

/* ---- pictures ------------------------------------------------------------------ */

static bool anything_below(struct loglines const *t, unsigned y)
{
	for (unsigned const rows = screen_rows(t->screen); y < rows; y++) {
		struct screen_row const row = loglines_row(t, y);
		if (!logform_blank(&row)) return true;
	}
	return false;
}

/* Records where rows are; the cursor's line has the rows [upto, after). */
static void place_look(struct loglines *t, unsigned upto, unsigned after, uint64_t now)
{
	for (unsigned y = 0; y < screen_rows(t->screen); y++) {
		struct logrow *const r = logrows_find(&t->rows, loglines_row(t, y).cells, false);
		if (!r) continue;
		r->below = y >= (screen_alt(t->screen) ? after : upto);
		if (y >= upto) r->left = 0;
		else if (r->left == 0) r->left = now;
	}
}

/* Does the program read keys or the mouse like a full-screen program? Shells with line
 * editing may read keys that way too, but they also switch on bracketed paste. */
static bool reads_keys(struct screen_input const *in) { return in->mouse || (in->cursor_keys && in->keypad && !in->paste); }

/* Finds what a picture shows at this look; the cursor's line has the rows [upto,
 * after). */
static void picture_look(struct loglines *t, unsigned upto, unsigned after, uint64_t now)
{
	struct screen_input const in = screen_input(t->screen);
	struct screen_cursor const cursor = screen_cursor(t->screen);
	struct screen_row row = loglines_row(t, cursor.y);
	bool const was = t->picture;

	place_look(t, upto, after, now);
	t->cursor_cells = screen_alt(t->screen) ? NULL : row.cells;
	t->cursor_text = logform_text(&row);
	t->picture = reads_keys(&in) && !screen_alt(t->screen) && (anything_below(t, after) || in.mouse || !cursor.visible);
	if (!t->picture && !was) return;
	for (unsigned i = 0; i < screen_rows(t->screen); i++) {
		row = loglines_row(t, i);
		struct logrow *const r = logform_blank(&row) ? NULL : logrows_find(&t->rows, row.cells, false);
		if (!r) continue;
		if (t->picture) r->drawn = r->seen.text;
		else if (r->drawn == r->seen.text) r->since = now; /* it counts from now on */
	}
}

/* What is drawn just before the program ends belongs to the picture, too. */
static void picture_fed(struct loglines *t)
{
	unsigned upto, after;
	if (!t->live || !t->picture) return;
	logmatch(t, t->now);
	logspan_cursor(t, &upto, &after);
	picture_look(t, upto, after, t->now);
}

/* ---- looking ------------------------------------------------------------------- */

static uint64_t earlier(uint64_t a, uint64_t b) { return a == 0 || b < a ? b : a; }

/* Its numbers or bars changed a moment ago. */
static bool counting(struct logspan const *sp, uint64_t now) { return sp->counts && now - sp->since < LOGLINES_SETTLE_NS; }

static bool pending(struct logspan const *sp) { return !sp->blank && sp->changed && !sp->redrawn && !sp->drawn; }

/* A new line, which the cursor left at `since`, is about to be logged below [from, to).
 * Pending lines there come first. Not 0: wait until that time. */
static uint64_t log_above(struct loglines *t, unsigned from, unsigned to, uint64_t since, uint64_t now)
{
	for (unsigned y = from; y < to;) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (pending(&sp) && counting(&sp, now) && sp.since <= since) return sp.since + LOGLINES_SETTLE_NS;
	}
	for (unsigned y = from; y < to;) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (pending(&sp) && !counting(&sp, now)) logspan_log(t, &sp, true);
	}
	return 0;
}

static uint64_t look_lines(struct loglines *t, unsigned upto, uint64_t now)
{
	uint64_t next = 0;
	unsigned held = upto; /* the first line that waits */
	unsigned const pushed = logmotion_top(t);
	for (unsigned y = 0; y < upto;) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (sp.blank || !sp.changed) continue;
		bool const is_new = !sp.known && !sp.drawn;
		if (sp.redrawn) {
			logspan_log(t, &sp, false);
			continue;
		}
		bool const out = !is_new && !sp.drawn && sp.end <= pushed;
		if (!is_new && !out && now - sp.since < LOGLINES_STABLE_NS) {
			next = earlier(next, sp.since + LOGLINES_STABLE_NS);
			if (held == upto) held = sp.y;
			continue;
		}
		if (out) logspan_pushed(t, &sp);
		uint64_t const wait = is_new ? log_above(t, held, sp.y, sp.left, now) : 0;
		if (wait) return earlier(next, wait);
		logspan_log(t, &sp, true);
	}
	return next;
}

/* Until when the program asks not to look at its screen; 0: it does not ask. */
static uint64_t in_sync(struct loglines *t, uint64_t now)
{
	if (screen_mode(t->screen, true, 2026) != 1) {
		t->sync_since = 0;
		return 0;
	}
	if (t->sync_since == 0) t->sync_since = now;
	return now - t->sync_since < LOGLINES_SYNC_NS ? t->sync_since + LOGLINES_SYNC_NS : 0;
}

uint64_t loglines_look(struct loglines *t, uint64_t now)
{
	unsigned upto, after;
	if (!t->live) return 0;
	t->now = now;
	uint64_t const wait = in_sync(t, now);
	if (wait) return wait;
	logrows_fit(&t->rows, screen_rows(t->screen));
	logjoin_check(t);
	logmatch(t, now);
	logspan_cursor(t, &upto, &after);
	picture_look(t, upto, after, now);
	return t->picture ? 0 : look_lines(t, upto, now);
}

void loglines_glance(struct loglines *t, uint64_t now)
{
	unsigned upto, after;
	if (!t->live) return;
	t->now = now;
	logrows_fit(&t->rows, screen_rows(t->screen));
	logmatch(t, now);
	logspan_cursor(t, &upto, &after);
	picture_look(t, upto, after, now);
}

uint64_t loglines_when(uint64_t *first, bool waiting, uint64_t now)
{
	if (!waiting) *first = now;
	return now + LOGLINES_LOOK_NS < *first + LOGLINES_LATEST_NS ? now + LOGLINES_LOOK_NS : *first + LOGLINES_LATEST_NS;
}

void loglines_all(struct loglines *t, uint64_t now)
{
	if (!t->live) return;
	t->now = now;
	logrows_fit(&t->rows, screen_rows(t->screen));
	logjoin_check(t);
	logmatch(t, now);
	for (unsigned y = 0; y < screen_rows(t->screen);) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (!sp.blank && sp.changed) logspan_log(t, &sp, !sp.drawn && !sp.redrawn);
	}
	t->picture = false;
	t->cursor_cells = NULL;
}

/* ---- feeding ------------------------------------------------------------------- */

void loglines_feed(struct loglines *t, void const *data, size_t len, uint64_t now)
{
	t->now = now;
	if (!t->live) {
		screen_feed(t->screen, data, len);
		return;
	}
	size_t const n = logskim_feed(t, data, len);
	logmotion_feed(t, (char const *)data + n, len - n);
	picture_fed(t);
}

/* ---- life ---------------------------------------------------------------------- */

void loglines_free(struct loglines *t)
{
	if (!t) return;
	logrows_deinit(&t->rows);
	free(t->same);
	free(t->held);
	free(t->changed);
	free(t->vanished);
	screen_buf_deinit(&t->join.text);
	free(t);
}

static void begin(struct loglines *t, struct screen *s)
{
	screen_sinks_set(s, &(struct screen_sinks){ .arg = t, .line = final });
	t->screen = s;
	t->live = t->picture = false;
	t->motion = (struct logmotion){ 0 };
	t->cursor_cells = NULL;
	logrows_forget(&t->rows);
	logjoin_reset(t);
}

struct loglines *loglines_new(struct screen *s, struct loglines_sink const *sink)
{
	struct loglines *const t = calloc(1, sizeof *t);
	if (!t) return NULL;
	t->sink = *sink;
	t->join.text = (struct screen_buf)SCREEN_BUF_INIT;
	begin(t, s);
	return t;
}

void loglines_missed(struct loglines *t, struct screen *s, uint64_t now)
{
	t->now = now;
	for (unsigned i = 0; i < t->rows.cap; i++)
		if (t->rows.row[i].cells) logrows_leave(&t->rows, &t->rows.row[i], now);
	begin(t, s);
	loglines_live(t, false);
}

void loglines_new_run(struct loglines *t, uint64_t now)
{
	t->now = now;
	screen_new_run(t->screen);
	t->motion = (struct logmotion){ 0 };
}

void loglines_live(struct loglines *t, bool known)
{
	unsigned upto, after;
	logrows_fit(&t->rows, screen_rows(t->screen));
	logrows_forget(&t->rows);
	logjoin_reset(t);
	t->live = true;
	if (!known) return;
	logmatch(t, t->now);
	logspan_cursor(t, &upto, &after);
	for (unsigned y = 0; y < upto;) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (!sp.blank) logspan_log(t, &sp, false);
	}
}
