#include "past.h"

#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define TRIES 8
#define ROWS_FIRST 24 /* of a terminal that nobody has given a size */
#define COLS_FIRST 80

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

static void past_add(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct past *const p = arg;
	struct screen_buf b = SCREEN_BUF_INIT;

	if (!p->line) p->line = calloc(p->max, sizeof *p->line);
	if (!p->line) return;
	struct past_line *const l = &p->line[(p->first + p->len) % p->max];
	if (p->len == p->max) p->first = (p->first + 1) % p->max;
	else p->len++;
	p->row(s, row, &b);
	free(l->data);
	*l = (struct past_line){ b.data, (uint32_t)b.len, row->wrapped };
}

void past_show(struct past const *p, struct screen_buf *out)
{
	for (unsigned i = 0; i < p->len; i++) {
		struct past_line const *const l = past_at(p, i);
		if (l->len > 0) screen_buf_add(out, l->data, l->len);
		if (!l->wrapped || i + 1 == p->len) screen_buf_str(out, "\r\n");
	}
}

/* ---- reading ------------------------------------------------------------------ */

struct reading {
	struct tape_reader *r;
	struct screen *s;
	struct tape_state now;
	bool alt; /* the alternate screen was there, or meant to be left */
	uint8_t buf[16384];
};

/* Up to `target`, or the end with all its marks. */
static bool read_to(struct reading *g, uint64_t target, bool marks)
{
	struct tape_event e;

	for (;;) {
		uint64_t const left = target > g->r->pos ? target - g->r->pos : 0;
		if (left == 0 && !marks) return true;
		switch (tape_reader_next(g->r, g->buf, left < sizeof g->buf ? (size_t)left : sizeof g->buf, &e)) {
		case TAPE_BYTES:
			screen_feed(g->s, g->buf, e.len);
			g->alt |= screen_alt(g->s) || memmem(g->buf, e.len, "\033[?1049", 7) ||
			          memmem(g->buf, e.len, "\033[?1047", 7) || memmem(g->buf, e.len, "\033[?47", 5);
			break;
		case TAPE_MARK:
			replay_mark(g->s, &g->now, &e.mark);
			break;
		case TAPE_NOTHING: return true;
		case TAPE_OVERTAKEN: return false;
		}
	}
}

static bool fresh(struct reading *g, struct past *p, unsigned rows, unsigned cols)
{
	struct screen_sinks const sinks = { .arg = p, .line = past_add };

	screen_free(g->s);
	g->s = screen_new(rows ? rows : ROWS_FIRST, cols ? cols : COLS_FIRST);
	if (g->s && p) screen_sinks_set(g->s, &sinks);
	return g->s != NULL;
}

/* Begins at a checkpoint. */
static bool at_checkpoint(struct reading *g, struct past *p, bool oldest)
{
	uint8_t *bytes;
	size_t len;

	if (tape_reader_checkpoint(g->r, oldest, &g->now, &bytes, &len) < 0) return false;
	/* Its rows are what is seen: none of them went off the top by this. */
	bool const good = len > 0 && fresh(g, NULL, g->now.size.rows, g->now.size.cols);
	if (good) {
		screen_feed(g->s, bytes, len);
		if (p) {
			struct screen_sinks const sinks = { .arg = p, .line = past_add };
			screen_sinks_set(g->s, &sinks);
		}
	}
	free(bytes);
	return good;
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

/* Its size before the checkpoint is not known, so that it was taken for that of
 * there. Where it was smaller, rows went off the top earlier than here, and are
 * not on the checkpoint's screen. */
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

/* What lies before the oldest checkpoint is read as a new terminal would; only
 * rows come of that, and none where the alternate screen plays a part. */
static bool before_checkpoint(struct reading *g, struct past *p)
{
	struct tape_reader ahead = *g->r;
	struct tape_reader *const r = g->r;
	struct reading h = { .r = &ahead };

	if (!at_checkpoint(&h, NULL, true)) return false;
	uint64_t const target = ahead.pos;
	unsigned const rows = screen_rows(h.s);
	unsigned const cols = screen_cols(h.s);
	bool good = true;
	tape_reader_oldest_seek(r);
	if (!screen_alt(h.s) && r->pos < target && fresh(g, p, rows, cols)) {
		g->alt = false;
		good = read_to(g, target, false);
		if (good && g->alt) past_clear(p);
		else if (good) rows_between(g->s, h.s, p);
	}
	screen_free(h.s);
	return good;
}

static bool at_first(struct reading *g, struct past *p)
{
	tape_reader_oldest_seek(g->r);
	memset(&g->now, 0, sizeof g->now);
	g->now.size = (struct tape_size){ .rows = ROWS_FIRST, .cols = COLS_FIRST };
	return g->r->pos == 0 && g->r->mark == 0 && fresh(g, p, 0, 0);
}

static bool begin(struct reading *g, struct past *p)
{
	if (!p || p->max == 0) return at_checkpoint(g, NULL, false) || at_first(g, NULL);
	past_clear(p);
	if (at_first(g, p)) return true;
	(void)before_checkpoint(g, p);
	return at_checkpoint(g, p, true) || at_checkpoint(g, p, false);
}

struct screen *past_read(struct tape_reader *r, struct past *p, struct tape_state *ret_state)
{
	struct screen_sinks const none = { 0 };
	struct reading *const g = calloc(1, sizeof *g);

	if (!g) return NULL;
	g->r = r;
	for (int i = 0; i < TRIES; i++) {
		/* Rather no rows than no screen. */
		if (!begin(g, i < TRIES / 2 ? p : NULL)) break;
		if (!read_to(g, tape_reader_end(r), true)) continue;
		struct screen *const s = g->s;
		screen_sinks_set(s, &none);
		*ret_state = g->now;
		free(g);
		return s;
	}
	screen_free(g->s);
	free(g);
	return NULL;
}
