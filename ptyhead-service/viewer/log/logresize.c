/* SPDX-License-Identifier: ISC */
/* A change of size: the screen allocates new cells, and lines wrap differently. Lines
 * that were logged are recognised by their text. */
#include <stdlib.h>

#include "loglines_int.h"

static int compare(void const *a, void const *b)
{
	uint64_t const x = *(uint64_t const *)a;
	uint64_t const y = *(uint64_t const *)b;
	return x < y ? -1 : x > y;
}

static bool is_in(uint64_t const *set, unsigned n, uint64_t h) { return n > 0 && bsearch(&h, set, n, sizeof h, compare); }

bool logresize_same(struct loglines const *t, uint64_t hash) { return is_in(t->same, t->same_len, hash); }

static void before(struct loglines *t, uint64_t now)
{
	unsigned const rows = screen_rows(t->screen);
	(void)loglines_look(t, now);
	t->same = calloc(rows, sizeof *t->same);
	t->held = calloc(rows, sizeof *t->held);
	t->same_len = t->held_len = 0;
	t->resizing = true;
	if (!t->same || !t->held) return; /* some lines are logged twice then */
	for (unsigned y = 0; y < rows;) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (sp.blank || !(sp.known || sp.drawn)) continue;
		if (sp.changed && !sp.drawn) t->held[t->held_len++] = sp.hash;
		else t->same[t->same_len++] = sp.hash;
	}
	qsort(t->same, t->same_len, sizeof *t->same, compare);
	qsort(t->held, t->held_len, sizeof *t->held, compare);
}

/* A logged line stays logged; a changed one stays changed. */
static void know(struct loglines *t, struct logspan const *sp, uint64_t now)
{
	bool const held = is_in(t->held, t->held_len, sp->hash);
	if (!held && !logresize_same(t, sp->hash)) return;
	logspan_log(t, sp, false);
	for (unsigned y = sp->y; y < sp->end; y++) {
		struct logrow *const r = logrows_find(&t->rows, loglines_row(t, y).cells, false);
		if (!r) continue;
		r->since = now;
		if (held) r->logged = LOGROWS_OTHER;
	}
}

static void after(struct loglines *t, uint64_t now)
{
	unsigned from, end;
	t->resizing = false;
	t->cursor_cells = NULL;
	t->motion = (struct logmotion){ 0 };
	logrows_fit(&t->rows, screen_rows(t->screen));
	logrows_forget(&t->rows);
	logspan_cursor(t, &from, &end);
	for (unsigned y = 0; y < screen_rows(t->screen);) {
		struct logspan const sp = logspan_at(t, y);
		y = sp.end;
		if (!sp.blank && sp.y != from) know(t, &sp, now);
	}
	free(t->same);
	free(t->held);
	t->same = t->held = NULL;
	t->same_len = t->held_len = 0;
	loglines_feed(t, "", 0, now); /* a picture stays a picture */
}

void loglines_resize(struct loglines *t, unsigned rows, unsigned cols, uint64_t now)
{
	bool const live = t->live;
	t->now = now;
	if (live) before(t, now);
	screen_resize(t->screen, rows, cols);
	if (live) after(t, now);
}
