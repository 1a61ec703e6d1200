/* Rows are told apart by where their cells are: the screen moves rows without
 * moving cells, and allocates them anew only when it is resized. What scrolled
 * off comes back as an empty row with the same cells: textlog_final forgets it. */
#include "textlog.h"

#include <stdlib.h>
#include <string.h>

#define NONE 0u    /* no text has this hash */
#define ANOTHER 1u /* nor this one */

struct textlog_row {
	struct screen_cell const *cells; /* NULL: free */
	uint64_t logged; /* hash of the text as it was logged, or NONE */
	uint64_t last;   /* as it was last seen, */
	uint64_t since;  /* since when */
	uint64_t drawn;  /* as it was in a picture that lasted, or NONE */
};

/* A line at the rows [y, end), and what is known of it. */
struct span {
	unsigned y, end;
	bool blank;   /* nothing is on it */
	bool known;   /* it was logged once */
	bool changed; /* its text is not what was logged */
	bool stable;
	bool drawn;   /* all of it is as it was in a picture */
	uint64_t hash; /* the same however it is wrapped */
};

void textlog_init(struct textlog *t, struct screen *s, struct textlog_sink const *sink)
{
	*t = (struct textlog){ .screen = s, .sink = *sink, .join = SCREEN_BUF_INIT };
}

void textlog_deinit(struct textlog *t)
{
	free(t->rows);
	free(t->same);
	free(t->held);
	screen_buf_deinit(&t->join);
}

/* ---- rows ------------------------------------------------------------------ */

static struct screen_row row_of(struct textlog const *t, unsigned y) { return screen_row(t->screen, SCREEN_MAIN, y); }

static bool cell_blank(struct screen_cell c) { return c.ch == 0 || c.ch == ' '; }

static bool row_blank(struct screen_row const *r)
{
	for (unsigned x = 0; x < r->len; x++)
		if (!cell_blank(r->cells[x])) return false;
	return true;
}

static uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * UINT64_C(0x9e3779b97f4a7c15); }
static uint64_t hashed(uint64_t h) { return (h ^ h >> 29) <= ANOTHER ? 2 : h ^ h >> 29; }

static uint64_t row_hash(struct screen_row const *r)
{
	uint64_t h = 0;
	for (unsigned x = 0; x < r->len; x++)
		if (!cell_blank(r->cells[x])) h = mix(mix(h, x + 1), r->cells[x].ch);
	return hashed(h);
}

/* Goes on over a line's rows; blanks, which wrapping makes, do not count. */
static uint64_t line_hash(uint64_t h, struct screen_row const *r)
{
	for (unsigned x = 0; x < r->len; x++)
		if (!cell_blank(r->cells[x])) h = mix(h, r->cells[x].ch) + (h >> 32);
	return h;
}

static void rows_forget(struct textlog *t)
{
	if (t->rows) memset(t->rows, 0, t->cap * sizeof *t->rows);
	t->used = 0;
}

/* Room for every row of the screen; without memory lines are logged when they
 * scroll off. */
static void rows_fit(struct textlog *t)
{
	unsigned cap = 64;
	while (cap < 2 * screen_rows(t->screen)) cap *= 2;
	if (cap <= t->cap) return;
	struct textlog_row *const rows = calloc(cap, sizeof *rows);
	if (!rows) return;
	free(t->rows);
	t->rows = rows;
	t->cap = cap;
	t->used = 0;
}

static struct textlog_row *row_find(struct textlog *t, struct screen_cell const *cells, bool add)
{
	if (t->cap == 0 || !cells) return NULL;
	uint64_t const h = mix(0, (uintptr_t)cells);
	for (unsigned i = (unsigned)(h >> 32) & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
		struct textlog_row *const r = &t->rows[i];
		if (r->cells == cells) return r;
		if (r->cells) continue;
		if (!add || t->used >= t->cap * 3 / 4) return NULL;
		t->used++;
		r->cells = cells;
		return r;
	}
}

/* ---- the line that has begun to scroll off ----------------------------------- */

static void join_reset(struct textlog *t)
{
	screen_buf_clear(&t->join);
	t->joined = t->join_changed = false;
	t->join_hash = 0;
}

static void join_log(struct textlog *t)
{
	if (t->join_changed && t->join.len > 0 && t->sink.offer(t->sink.arg))
		t->sink.line(t->sink.arg, t->join.data, t->join.len);
	screen_buf_clear(&t->join);
}

static bool is_in(uint64_t const *set, unsigned n, uint64_t h)
{
	for (unsigned lo = 0, hi = n; lo < hi;) {
		unsigned const mid = lo + (hi - lo) / 2;
		if (set[mid] == h) return true;
		if (set[mid] < h) lo = mid + 1;
		else hi = mid;
	}
	return false;
}

static void join_end(struct textlog *t)
{
	if (t->resizing) t->join_changed = !is_in(t->same, t->same_len, hashed(t->join_hash));
	join_log(t);
	join_reset(t);
}

/* It scrolls off the top, and is not cleared: who clears the screen rarely stands
 * at its foot, and with more rows than one comes on to the next. */
static bool scrolls_off(struct textlog const *t, struct screen_row const *row)
{
	return row_of(t, 0).cells == row->cells && screen_cursor(t->screen).y + 2 >= screen_rows(t->screen);
}

void textlog_final(struct textlog *t, struct screen_row const *row)
{
	if (!t->live) return;
	bool const blank = row_blank(row);
	bool changed = !blank;
	struct textlog_row *const r = row_find(t, row->cells, false);
	bool const typed = row->cells && row->cells == t->cursor_cells;
	if (r || typed) {
		uint64_t const h = row_hash(row);
		if (r && r->logged != NONE) changed &= r->logged != h;
		if (r && h == r->drawn) changed = false;
		if (typed && h == t->cursor_hash) changed &= scrolls_off(t, row);
		if (r) *r = (struct textlog_row){ .cells = r->cells };
	}
	if (!row->wrapped && !t->joined && !t->resizing) {
		/* Most lines: whole in one row. */
		if (!changed || !t->sink.offer(t->sink.arg)) return;
		screen_row_text(t->screen, row, &t->join);
		t->sink.line(t->sink.arg, t->join.data, t->join.len);
		screen_buf_clear(&t->join);
		return;
	}
	t->joined = true;
	t->join_changed |= changed;
	t->join_hash = line_hash(t->join_hash, row);
	screen_row_text(t->screen, row, &t->join);
	if (t->join.len > TEXTLOG_JOIN_MAX && !t->resizing) join_log(t);
	if (!row->wrapped) join_end(t);
}

/* ---- lines on the screen ------------------------------------------------------ */

static void span_log(struct textlog *t, struct span const *sp, uint64_t now, bool say)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	for (unsigned y = sp->y; y < sp->end; y++) {
		struct screen_row const row = row_of(t, y);
		struct textlog_row *const r = row_find(t, row.cells, true);
		if (r) *r = (struct textlog_row){ .cells = row.cells, .logged = row_hash(&row), .last = row_hash(&row), .since = now };
	}
	if (say && t->sink.offer(t->sink.arg)) {
		if (sp->y == 0) screen_buf_add(&b, t->join.data ? t->join.data : "", t->join.len);
		for (unsigned y = sp->y; y < sp->end; y++) {
			struct screen_row const row = row_of(t, y);
			screen_row_text(t->screen, &row, &b);
		}
		if (b.len > 0) t->sink.line(t->sink.arg, b.data, b.len);
	}
	if (sp->y == 0) {
		bool const open = t->joined;
		join_reset(t);
		t->joined = open;
	}
	screen_buf_deinit(&b);
}

static void seen(struct textlog_row *r, uint64_t hash, uint64_t now)
{
	if (r->last == hash) return;
	r->last = hash;
	r->since = now;
}

/* The line that begins at y. */
static struct span span_at(struct textlog *t, unsigned y, uint64_t now)
{
	unsigned const rows = screen_rows(t->screen);
	struct span sp = { .y = y, .end = y, .blank = true, .stable = true, .drawn = true };
	bool wrapped = true;
	if (y == 0 && t->joined) {
		sp.blank = t->join.len == 0;
		sp.changed = t->join_changed;
		sp.hash = t->join_hash;
	}
	while (wrapped && sp.end < rows) {
		struct screen_row const row = row_of(t, sp.end++);
		bool const blank = row_blank(&row);
		wrapped = row.wrapped;
		sp.hash = line_hash(sp.hash, &row);
		sp.blank &= blank;
		struct textlog_row *const r = row_find(t, row.cells, false);
		uint64_t const h = row_hash(&row);
		sp.drawn &= r ? r->drawn == h : blank;
		if (r) seen(r, h, now);
		sp.stable &= r ? now - r->since >= TEXTLOG_STABLE_NS : blank;
		if (!r || r->logged == NONE) {
			sp.changed |= !blank;
			continue;
		}
		sp.known = true;
		sp.changed |= h != r->logged;
	}
	sp.hash = hashed(sp.hash);
	return sp;
}

/* The cursor's line: [*ret_y, *ret_end); with the alternate screen shown, the
 * last one that is not blank. */
static void cursor_line(struct textlog const *t, unsigned *ret_y, unsigned *ret_end)
{
	unsigned const rows = screen_rows(t->screen);
	unsigned y = screen_cursor(t->screen).y;
	struct screen_row row;
	if (screen_alt(t->screen))
		for (y = rows - 1; y > 0; y--)
			if (row = row_of(t, y), !row_blank(&row)) break;
	unsigned end = y + 1;
	while (end < rows && row_of(t, end - 1).wrapped) end++;
	while (y > 0 && row_of(t, y - 1).wrapped) y--;
	*ret_y = y;
	*ret_end = end;
}

static bool anything_below(struct textlog const *t, unsigned y)
{
	for (unsigned const rows = screen_rows(t->screen); y < rows; y++) {
		struct screen_row const row = row_of(t, y);
		if (!row_blank(&row)) return true;
	}
	return false;
}

/* The program reads keys, or the mouse, as full-screen programs do. Shells that
 * let a line be edited may read keys so, too, but also ask for pastes to be told. */
static bool reads_keys(struct screen_input const *in) { return in->mouse || (in->cursor_keys && in->keypad && !in->paste); }

/* What is there at this look, the rows from y on being below the cursor's line. */
static void picture_look(struct textlog *t, unsigned y, uint64_t now)
{
	struct screen_input const in = screen_input(t->screen);
	struct screen_cursor const cursor = screen_cursor(t->screen);
	struct screen_row row = row_of(t, cursor.y);
	bool const was = t->picture;

	t->cursor_cells = screen_alt(t->screen) ? NULL : row.cells;
	t->cursor_hash = row_hash(&row);
	t->below = anything_below(t, y);
	t->picture = reads_keys(&in) && !screen_alt(t->screen) && (t->below || in.mouse || !cursor.visible);
	if (!t->picture && !was) return;
	for (unsigned i = 0; i < screen_rows(t->screen); i++) {
		row = row_of(t, i);
		if (row_blank(&row)) continue;
		struct textlog_row *const r = row_find(t, row.cells, t->picture);
		if (!r) continue;
		seen(r, row_hash(&row), now);
		if (t->picture) r->drawn = r->last;
		else if (r->drawn == r->last) r->since = now; /* from now on it counts */
	}
}

/* The line that began above the screen ended there after all: cleared away. */
static void join_check(struct textlog *t)
{
	struct screen_row const row = row_of(t, 0);
	if (t->joined && row.len == 0 && (screen_alt(t->screen) || screen_cursor(t->screen).y > 0 || screen_cursor(t->screen).x == 0)) join_end(t);
}

void textlog_fed(struct textlog *t, uint64_t now)
{
	unsigned upto, after;
	if (!t->live || !t->picture) return;
	cursor_line(t, &upto, &after);
	picture_look(t, after, now);
}

bool textlog_look(struct textlog *t, uint64_t now)
{
	unsigned upto, after;
	bool held = false;
	if (!t->live) return false;
	rows_fit(t);
	join_check(t);
	cursor_line(t, &upto, &after);
	picture_look(t, after, now);
	for (unsigned y = 0; y < upto;) {
		struct span const sp = span_at(t, y, now);
		y = sp.end;
		if (sp.blank || !sp.changed) continue;
		bool const at_once = !sp.known && !sp.drawn && !t->picture;
		if (at_once || (sp.stable && !t->below && !t->picture)) span_log(t, &sp, now, true);
		else held = true;
	}
	return held && !t->below && !t->picture;
}

void textlog_all(struct textlog *t)
{
	if (!t->live) return;
	rows_fit(t);
	for (unsigned y = 0; y < screen_rows(t->screen);) {
		struct span const sp = span_at(t, y, 0);
		y = sp.end;
		if (!sp.blank && sp.changed) span_log(t, &sp, 0, !sp.drawn);
	}
	t->below = t->picture = false;
	t->cursor_cells = NULL;
}

void textlog_live(struct textlog *t)
{
	unsigned upto, after;
	rows_fit(t);
	rows_forget(t);
	join_reset(t);
	t->live = true;
	cursor_line(t, &upto, &after);
	for (unsigned y = 0; y < upto;) {
		struct span const sp = span_at(t, y, 0);
		y = sp.end;
		if (!sp.blank) span_log(t, &sp, 0, false);
	}
}

/* ---- another size -------------------------------------------------------------- */

static int compare(void const *a, void const *b)
{
	uint64_t const x = *(uint64_t const *)a;
	uint64_t const y = *(uint64_t const *)b;
	return x < y ? -1 : x > y;
}

void textlog_resizing(struct textlog *t, uint64_t now)
{
	if (!t->live) return;
	(void)textlog_look(t, now);
	unsigned const rows = screen_rows(t->screen);
	t->same = calloc(rows, sizeof *t->same);
	t->held = calloc(rows, sizeof *t->held);
	t->same_len = t->held_len = 0;
	t->resizing = true;
	if (!t->same || !t->held) return; /* some lines come twice, then */
	for (unsigned y = 0; y < rows;) {
		struct span const sp = span_at(t, y, now);
		y = sp.end;
		if (sp.blank || !(sp.known || sp.drawn)) continue;
		if (sp.changed && !sp.drawn) t->held[t->held_len++] = sp.hash;
		else t->same[t->same_len++] = sp.hash;
	}
	qsort(t->same, t->same_len, sizeof *t->same, compare);
	qsort(t->held, t->held_len, sizeof *t->held, compare);
}

void textlog_resized(struct textlog *t, uint64_t now)
{
	unsigned from, after;
	if (!t->resizing) return;
	t->resizing = false;
	t->cursor_cells = NULL;
	rows_fit(t);
	rows_forget(t);
	cursor_line(t, &from, &after);
	for (unsigned y = 0; y < screen_rows(t->screen);) {
		struct span const sp = span_at(t, y, now);
		y = sp.end;
		if (sp.blank || sp.y == from) continue;
		bool const held = is_in(t->held, t->held_len, sp.hash);
		if (!held && !is_in(t->same, t->same_len, sp.hash)) continue;
		span_log(t, &sp, now, false);
		for (unsigned i = sp.y; held && i < sp.end; i++) {
			struct textlog_row *const r = row_find(t, row_of(t, i).cells, false);
			if (r) r->logged = ANOTHER;
		}
	}
	free(t->same);
	free(t->held);
	t->same = t->held = NULL;
	t->same_len = t->held_len = 0;
	textlog_fed(t, now); /* what was a picture is one */
}
