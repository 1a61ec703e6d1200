/* SPDX-License-Identifier: ISC */
/* Lines on the screen, and the line whose beginning has scrolled off. */
#include <string.h>

#include "loglines_int.h"

/* ---- the line that has begun to scroll off ----------------------------------- */

void logjoin_reset(struct loglines *t)
{
	struct screen_buf text = t->join.text;
	screen_buf_clear(&text);
	t->join = (struct logjoin){ .text = text };
}

/* Includes trailing blanks of wrapped rows. */
void loglines_say(struct loglines *t, char const *text, size_t len, uint64_t since)
{
	while (len > 0 && text[len - 1] == ' ') len--;
	if (len > 0) t->sink.line(t->sink.arg, text, len, since);
}

static void join_log(struct loglines *t)
{
	struct logjoin *const j = &t->join;
	if (j->changed && j->text.len > 0 && !j->offered) j->refused = !t->sink.offer(t->sink.arg);
	if (j->changed && !j->refused) loglines_say(t, j->text.data, j->text.len, j->since);
	j->offered = j->refused; /* if the first part was refused, refuse all of it */
	screen_buf_clear(&j->text);
}

void logjoin_end(struct loglines *t)
{
	if (t->resizing) t->join.changed = !logresize_same(t, logform_hash(t->join.hash));
	join_log(t);
	logjoin_reset(t);
}

/* The row that restarts a line begins with the same word as the line, or both consist of
 * numbers and bars, or it is blank. */
static bool redraws(uint64_t key, struct screen_row const *row) { return logform_blank(row) || logform_of(row).key == key; }

static uint64_t join_key(struct logjoin const *j)
{
	return logform_of(&(struct screen_row){ .cells = j->first, .len = j->first_len }).key;
}

/* In a flood, do not make text of a line that is left out. */
static void join_text(struct loglines *t, struct screen_row const *row, bool changed)
{
	struct logjoin *const j = &t->join;
	if (changed && !j->offered && !t->resizing) {
		j->offered = true;
		j->refused = !t->sink.offer(t->sink.arg);
	}
	if (j->refused) return;
	j->hash = logform_line(j->hash, row);
	screen_row_text(t->screen, row, &j->text);
}

void logjoin_add(struct loglines *t, struct screen_row const *row, bool changed, bool restarts)
{
	struct logjoin *const j = &t->join;
	if (restarts && j->open && redraws(join_key(j), row)) logjoin_reset(t);
	else if (restarts && j->open) logjoin_end(t);
	if (!j->open) {
		j->first_len = row->len < LOGJOIN_FIRST ? row->len : LOGJOIN_FIRST;
		if (j->first_len > 0) memcpy(j->first, row->cells, j->first_len * sizeof *j->first);
	}
	j->open = true;
	j->changed |= changed;
	j->since = t->now;
	join_text(t, row, changed);
	if (j->text.len > LOGLINES_JOIN_MAX && !t->resizing) join_log(t);
	if (!row->wrapped) logjoin_end(t);
}

void logjoin_check(struct loglines *t)
{
	struct screen_row const row = loglines_row(t, 0);
	if (!t->join.open) return;
	if (logspan_restarts(t, &row)) {
		if (redraws(join_key(&t->join), &row)) logjoin_reset(t);
		else logjoin_end(t);
	} else if (row.len == 0 && (screen_alt(t->screen) || screen_cursor(t->screen).y > 0 || screen_cursor(t->screen).x == 0)) {
		logjoin_end(t); /* it ended there: the rest was cleared */
	}
}

/* ---- lines on the screen ------------------------------------------------------ */

bool logspan_restarts(struct loglines *t, struct screen_row const *row)
{
	struct logrow const *const r = logrows_find(&t->rows, row->cells, false);
	return r && r->restart;
}

static void span_row(struct loglines *t, struct logspan *sp, struct screen_row const *row)
{
	struct logrow const *const r = logrows_find(&t->rows, row->cells, false);
	bool const blank = logform_blank(row);
	uint64_t const text = logform_text(row);
	sp->hash = logform_line(sp->hash, row);
	sp->blank &= blank;
	sp->drawn &= r ? r->drawn == text : blank;
	if (r && r->since > sp->since) sp->since = r->since;
	if (r && r->left > sp->left) sp->left = r->left;
	if (!r || r->logged == LOGFORM_NONE) {
		sp->changed |= !blank;
		if (!blank) sp->counts = false;
		return;
	}
	sp->known = true;
	if (text == r->logged) return;
	sp->changed = true;
	sp->counts &= r->counts;
}

struct logspan logspan_at(struct loglines *t, unsigned y)
{
	unsigned const rows = screen_rows(t->screen);
	struct logspan sp = { .y = y, .end = y, .blank = true, .drawn = true, .counts = true };
	if (y == 0 && t->join.open) {
		sp.blank = t->join.text.len == 0;
		sp.changed = t->join.changed;
		sp.hash = t->join.hash;
		sp.since = t->join.since;
		sp.counts = !t->join.changed;
	}
	for (bool more = true; more && sp.end < rows;) {
		struct screen_row const row = loglines_row(t, sp.end);
		if (sp.end > y && logspan_restarts(t, &row)) {
			struct screen_row const first = loglines_row(t, y);
			sp.redrawn = redraws(y == 0 && t->join.open ? join_key(&t->join) : logform_of(&first).key, &row);
			break;
		}
		span_row(t, &sp, &row);
		more = row.wrapped;
		sp.end++;
	}
	sp.hash = logform_hash(sp.hash);
	return sp;
}

void logspan_cursor(struct loglines *t, unsigned *ret_y, unsigned *ret_end)
{
	unsigned const rows = screen_rows(t->screen);
	unsigned y = screen_cursor(t->screen).y;
	struct screen_row row;
	if (screen_alt(t->screen))
		for (y = rows - 1; y > 0; y--)
			if (row = loglines_row(t, y), !logform_blank(&row)) break;
	unsigned end = y + 1;
	for (; end < rows && loglines_row(t, end - 1).wrapped; end++)
		if (row = loglines_row(t, end), logspan_restarts(t, &row)) break;
	for (; y > 0 && loglines_row(t, y - 1).wrapped; y--)
		if (row = loglines_row(t, y), logspan_restarts(t, &row)) break;
	*ret_y = y;
	*ret_end = end;
}

void logspan_pushed(struct loglines *t, struct logspan const *sp)
{
	for (unsigned y = sp->y; y < sp->end; y++) {
		struct logrow *const r = logrows_find(&t->rows, loglines_row(t, y).cells, false);
		if (r) r->pushed = true;
	}
}

static void span_say(struct loglines *t, struct logspan const *sp)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	if (sp->y == 0) screen_buf_add(&b, t->join.text.data ? t->join.text.data : "", t->join.text.len);
	for (unsigned y = sp->y; y < sp->end; y++) {
		struct screen_row const row = loglines_row(t, y);
		screen_row_text(t->screen, &row, &b);
	}
	loglines_say(t, b.data, b.len, sp->since);
	screen_buf_deinit(&b);
}

void logspan_log(struct loglines *t, struct logspan const *sp, bool say)
{
	/* Its beginning may have been refused and counted already. */
	bool const refused = sp->y == 0 && t->join.open && t->join.refused;
	if (say && !refused && t->sink.offer(t->sink.arg)) span_say(t, sp);
	for (unsigned y = sp->y; y < sp->end; y++) {
		struct screen_row const row = loglines_row(t, y);
		struct logrow *const r = logrows_find(&t->rows, row.cells, true);
		if (!r) continue;
		r->logged = logform_text(&row);
		if (r->seen.text != r->logged) r->seen = logform_of(&row);
		r->counts = false;
	}
	if (sp->y == 0 && t->join.open) {
		/* More of it may come; what there is was logged. */
		struct logjoin *const j = &t->join;
		screen_buf_clear(&j->text);
		j->changed = false;
	}
}
