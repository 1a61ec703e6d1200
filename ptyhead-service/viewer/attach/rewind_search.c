/* SPDX-License-Identifier: ISC */
/* When did a text last appear on the screen? A tape can only be replayed forwards, so
 * the search runs from the oldest output held, one piece at a time. */
#include "rewind.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "burst.h"

#define STEP_PLACES 500u

/* ---- on a screen ------------------------------------------------------------------ */

static int fold(char c) { return (unsigned char)c < 128 ? tolower((unsigned char)c) : (unsigned char)c; }

/* Capital letters matter only if the text has one. */
static bool same(char const *a, char const *text, size_t len, bool exactly)
{
	if (exactly) return memcmp(a, text, len) == 0;
	for (size_t i = 0; i < len; i++)
		if (fold(a[i]) != fold(text[i])) return false;
	return true;
}

/* The column of the cell that contains byte `at` of the row's text. */
static unsigned column_of(struct screen const *s, struct screen_row const *row, size_t at)
{
	unsigned x = 0;

	for (; x < row->len; x++) {
		struct screen_buf b = SCREEN_BUF_INIT;
		struct screen_row const head = { .cells = row->cells, .len = x + 1 };
		screen_row_text(s, &head, &b);
		size_t const len = b.len;
		screen_buf_deinit(&b);
		if (len > at) break;
	}
	return x;
}

bool rewind_find(struct screen const *s, char const *text, size_t len, unsigned *ret_y, unsigned *ret_x)
{
	struct screen_buf line = SCREEN_BUF_INIT;
	bool exactly = false, found = false;
	unsigned first = 0; /* first row of the line */

	for (size_t i = 0; i < len; i++) exactly |= isupper((unsigned char)text[i]) != 0;
	for (unsigned y = 0; y < screen_rows(s) && !found; y++) {
		struct screen_row const row = screen_row(s, SCREEN_ACTIVE, y);
		screen_row_text(s, &row, &line);
		if (row.wrapped && y + 1 < screen_rows(s)) continue;
		for (size_t at = 0; !found && at + len <= line.len; at++) {
			if (!same(line.data + at, text, len, exactly)) continue;
			found = true;
			*ret_y = first;
			struct screen_row const begin = screen_row(s, SCREEN_ACTIVE, first);
			*ret_x = column_of(s, &begin, at);
		}
		screen_buf_clear(&line);
		first = y + 1;
	}
	screen_buf_deinit(&line);
	return found;
}

/* ---- on the tape ------------------------------------------------------------------ */

void rewind_search_end(struct rewind *w)
{
	if (w->search) replay_deinit(&w->search->replay);
	free(w->search);
	w->search = NULL;
	if (w->doing == REWIND_SEARCHES) w->doing = REWIND_STILL;
}

void rewind_search_begin(struct rewind *w, uint64_t until)
{
	struct rewind_search *const g = calloc(1, sizeof *g);

	rewind_search_end(w);
	if (!g) return;
	g->tape = w->tape;
	g->replay.tape = &g->tape;
	g->replay.state.size = w->replay->state.size;
	g->until = until;
	g->from = tape_reader_oldest(&w->tape);
	w->search = g;
	w->doing = REWIND_SEARCHES;
}

static void done(struct rewind *w)
{
	struct rewind_search const *const g = w->search;
	bool const any = g->any;
	uint64_t const at = g->found;

	rewind_search_end(w);
	if (!any) w->said = "not found further back";
	else if (rewind_go(w, at, false)) w->marked = true;
	w->news = true;
}

void rewind_search_step(struct rewind *w)
{
	struct rewind_search *const g = w->search;
	struct replay *const p = &g->replay;
	unsigned y, x;

	if (!p->begun && rewind_replay(p, tape_reader_oldest(&g->tape)) < 0) {
		g->any = false;
		done(w);
		return;
	}
	for (unsigned i = 0; i < STEP_PLACES; i++) {
		if (g->tape.pos >= g->until) {
			done(w);
			return;
		}
		uint64_t const next = burst_next(&g->tape, g->tape.pos, !screen_alt(p->screen));
		if (next > g->until) {
			done(w);
			return;
		}
		/* Output was overwritten meanwhile: start again, perhaps at a
		 * checkpoint. */
		if (replay_advance(p, next) < 0 || g->tape.pos < next) return;
		bool const seen = rewind_find(p->screen, w->text, w->len, &y, &x);
		if (seen && !g->seen) {
			g->any = true;
			g->found = next;
		}
		g->seen = seen;
	}
	w->news = true;
}
