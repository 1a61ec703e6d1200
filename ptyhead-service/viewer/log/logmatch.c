/* SPDX-License-Identifier: ISC */
/* Matches rows that changed since the last look with rows whose text left its place. In
 * this order: the same text anywhere; the same form and first two words anywhere; the
 * same form at the same place, then anywhere; the same first word at the same place,
 * then anywhere; the same place. Of several candidates, the lowest: the end of a block
 * moves with it. For rows that left before the last look, and may be redrawn in a
 * moment, only text and form count. */
#include <stdlib.h>

#include "loglines_int.h"

#define PAIRS_MAX 65536u /* beyond this, only rows at the same place are compared */

struct logmatch_new {
	struct logrow *row;  /* NULL: no room to store it */
	struct screen_cell const *cells;
	struct logform form;
	bool matched;
};

enum how { TEXT, LABEL, FORM, KEY, PLACE };

struct sets {
	struct logmatch_new *changed;
	struct logrow *vanished; /* logged NONE: matched already */
	unsigned changed_len, vanished_len;
	unsigned here; /* the first `here` of vanished were on the screen at the last look */
};

static bool room(struct loglines *t, unsigned rows)
{
	if (rows <= t->match_cap) return true;
	struct logmatch_new *const changed = calloc(rows, sizeof *changed);
	struct logrow *const vanished = calloc(rows + LOGROWS_GONE_MAX, sizeof *vanished);
	if (!changed || !vanished) {
		free(changed);
		free(vanished);
		return false;
	}
	free(t->changed);
	free(t->vanished);
	t->changed = changed;
	t->vanished = vanished;
	t->match_cap = rows;
	return true;
}

/* The old text of a row that has another text now. */
static void vanish(struct sets *s, struct logrow const *row)
{
	if (row->logged != LOGFORM_NONE) s->vanished[s->vanished_len++] = *row;
}

static void collect_row(struct loglines *t, struct sets *s, unsigned y)
{
	struct screen_row const row = loglines_row(t, y);
	struct logrow *r = logrows_find(&t->rows, row.cells, false);
	bool const blank = logform_blank(&row);
	if (blank && (!r || r->seen.text == LOGFORM_NONE)) return;
	if (!blank && r && r->seen.text == logform_text(&row)) return;
	if (r) vanish(s, r);
	if (blank) {
		bool const restart = r->restart;
		logrows_clear(r);
		r->restart = restart;
		return;
	}
	r = logrows_find(&t->rows, row.cells, true);
	s->changed[s->changed_len++] = (struct logmatch_new){ r, row.cells, logform_of(&row), false };
}

static void collect(struct loglines *t, struct sets *s, uint64_t now)
{
	unsigned const rows = screen_rows(t->screen);
	for (unsigned y = 0; y < rows; y++) collect_row(t, s, y);
	s->here = s->vanished_len;
	if (!t->rows.any_gone) return;
	t->rows.any_gone = false;
	for (unsigned i = 0; i < LOGROWS_GONE_MAX; i++) {
		struct logrow *const g = &t->rows.gone[i];
		if (g->logged == LOGFORM_NONE) continue;
		if (now - g->since < LOGLINES_STABLE_NS) s->vanished[s->vanished_len++] = *g;
		g->logged = LOGFORM_NONE;
	}
}

static bool alike(enum how how, struct logmatch_new const *n, struct logrow const *v)
{
	switch (how) {
	case TEXT: return n->form.text == v->seen.text;
	case LABEL: return n->form.label == v->seen.label && n->form.form == v->seen.form;
	case FORM: return n->form.form == v->seen.form;
	case KEY: return n->form.key != LOGFORM_NONE && n->form.key == v->seen.key;
	case PLACE: return true;
	}
	return false;
}

/* The row is the old row v, changed or only moved. */
static void take(struct loglines *t, struct logmatch_new *n, struct logrow *v, uint64_t now)
{
	struct logrow *const r = n->row;
	n->matched = true;
	if (r) {
		bool const restart = r->restart;
		uint64_t const left = r->left;
		bool const moved = n->form.text == v->seen.text;
		*r = *v;
		r->cells = n->cells;
		r->restart = restart;
		r->left = left;
		r->seen = n->form;
		if (!moved) r->since = now;
		if (!moved && v->pushed) t->motion.erred = true;
		if (!moved) r->counts = n->form.form == v->seen.form;
	}
	v->logged = LOGFORM_NONE;
}

static void pair(struct loglines *t, struct sets *s, enum how how, bool in_place, uint64_t now)
{
	bool const many = (size_t)s->changed_len * s->vanished_len > PAIRS_MAX;
	if (many && !in_place) return;
	for (unsigned i = s->changed_len; i-- > 0;) {
		struct logmatch_new *const n = &s->changed[i];
		if (n->matched) continue;
		if (!in_place && how == FORM && n->form.form == LOGFORM_NONE) continue;
		for (unsigned k = in_place || how == KEY ? s->here : s->vanished_len; k-- > 0;) {
			struct logrow *const v = &s->vanished[k];
			if (v->logged == LOGFORM_NONE || (in_place && v->cells != n->cells) || !alike(how, n, v)) continue;
			take(t, n, v, now);
			break;
		}
	}
}

void logmatch(struct loglines *t, uint64_t now)
{
	unsigned const rows = screen_rows(t->screen);
	if (!room(t, rows)) return;
	struct sets s = { .changed = t->changed, .vanished = t->vanished };
	collect(t, &s, now);
	if (s.vanished_len > 0) {
		pair(t, &s, TEXT, false, now);
		pair(t, &s, LABEL, false, now);
		pair(t, &s, FORM, true, now);
		pair(t, &s, FORM, false, now);
		pair(t, &s, KEY, true, now);
		pair(t, &s, KEY, false, now);
		pair(t, &s, PLACE, true, now);
	}
	for (unsigned i = 0; i < s.changed_len; i++) {
		struct logmatch_new *const n = &s.changed[i];
		if (n->matched || !n->row) continue;
		uint64_t const drawn = n->row->drawn;
		bool const restart = n->row->restart;
		*n->row = (struct logrow){ .cells = n->cells, .seen = n->form, .since = now, .left = n->row->left, .drawn = drawn, .restart = restart };
	}
	for (unsigned i = 0; i < s.vanished_len; i++)
		if (s.vanished[i].logged != LOGFORM_NONE) logrows_leave(&t->rows, &s.vanished[i], i < s.here ? now : s.vanished[i].since);
}
