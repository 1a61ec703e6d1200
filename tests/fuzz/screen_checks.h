/* SPDX-License-Identifier: ISC */
/* What must hold for any stream: no crash, the same result however the stream is
 * cut, a restored screen equal to the one it was made from, a painted one that
 * looks like it, and nothing left on after an undo. */
#ifndef SCREEN_CHECKS_H
#define SCREEN_CHECKS_H

#include "screen.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log {
	uint64_t hash;
	unsigned answers, spans, lines;
	uint64_t spans_end;
};

static inline void mix(struct log *l, void const *data, size_t len)
{
	unsigned char const *const p = data;
	for (size_t i = 0; i < len; i++) l->hash = (l->hash ^ p[i]) * UINT64_C(1099511628211);
}

static void on_answer(void *arg, char const *data, size_t len)
{
	struct log *const l = arg;
	l->answers++;
	mix(l, data, len);
}

static void on_query(void *arg, struct screen_span const *q)
{
	struct log *const l = arg;
	l->spans++;
	mix(l, &q->offset, sizeof q->offset);
	mix(l, &q->len, sizeof q->len);
	if (q->offset < l->spans_end || q->len == 0) abort(); /* spans neither overlap nor vanish */
	l->spans_end = q->offset + q->len;
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct log *const l = arg;
	struct screen_buf b = SCREEN_BUF_INIT;
	l->lines++;
	screen_row_text(s, row, &b);
	screen_row_sgr(s, row, &b);
	if (b.data) mix(l, b.data, b.len);
	screen_buf_deinit(&b);
}

static void on_bell(void *arg)
{
	mix(arg, "\a", 1);
}

/* What is given to a terminal must not do more there than it says. */
static void on_aside(void *arg, enum screen_aside kind, char const *text, size_t len)
{
	if ((unsigned)kind >= SCREEN_ASIDES || len < 4 || len > SCREEN_CLIPBOARD_MAX + 4) abort();
	if (memcmp(text, "\033]", 2) != 0 || memcmp(text + len - 2, "\033\\", 2) != 0) abort();
	for (size_t i = 2; i < len - 2; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) abort();
	mix(arg, text, len);
}

static struct screen *start(struct log *l, unsigned rows, unsigned cols)
{
	struct screen *const s = screen_new(rows, cols);
	struct screen_sinks const sinks = { .arg = l, .answer = on_answer, .query = on_query, .line = on_line, .bell = on_bell,
					    .aside = on_aside };
	if (!s) abort();
	screen_sinks_set(s, &sinks);
	screen_pixels_set(s, 8, 16);
	return s;
}

static void die(char const *what, char const *why, struct screen_buf const *b)
{
	fprintf(stderr, "%s: %s\n", what, why);
	for (size_t i = 0; b && i < b->len; i++) {
		unsigned char const c = (unsigned char)b->data[i];
		if (c >= 0x20 && c < 0x7f) fputc(c, stderr);
		else fprintf(stderr, "\\x%02x", c);
	}
	fputc('\n', stderr);
	abort();
}

static void same(struct screen const *a, struct screen const *b, char const *what, struct screen_buf const *buf)
{
	char why[SCREEN_WHY_MAX] = "";
	if (!screen_equal(a, b, why)) die(what, why, buf);
}

/* Only at ground does a restored screen go on as the original does. */
static void round_trip(struct screen const *s)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	if (screen_ground(s) != screen_total(s)) return;
	screen_restore(s, false, &b);
	struct screen *const r = screen_new(screen_rows(s), screen_cols(s));
	if (!r || b.failed) abort();
	screen_feed(r, b.data, b.len);
	if (screen_ground(r) != screen_total(r)) abort();
	same(s, r, "restore", &b);
	screen_free(r);
	screen_buf_deinit(&b);
}

static void visible_same(struct screen const *s, struct screen const *t, char const *what, struct screen_buf const *b)
{
	unsigned y0;
	unsigned x0;
	char why[128];
	screen_viewport(s, screen_rows(t), screen_cols(t), &y0, &x0);
	for (unsigned y = 0; y < screen_rows(t); y++)
		for (unsigned x = 0; x < screen_cols(t); x++) {
			uint32_t ca[SCREEN_CLUSTER_MAX];
			uint32_t cb[SCREEN_CLUSTER_MAX];
			struct screen_cell const a = screen_cell(s, SCREEN_ACTIVE, y0 + y, x0 + x);
			struct screen_cell const c = screen_cell(t, SCREEN_ACTIVE, y, x);
			if ((x == 0 && (a.flags & SCREEN_CELL_SPACER)) ||
			    (x + 1 == screen_cols(t) && (a.flags & SCREEN_CELL_WIDE)))
				continue;
			unsigned const na = screen_cell_chars(s, a, ca);
			unsigned const nc = screen_cell_chars(t, c, cb);
			if (na == nc && !memcmp(ca, cb, na * sizeof *ca) && a.flags == c.flags) {
				struct screen_style const sa = screen_style_get(s, a.style);
				struct screen_style const sc = screen_style_get(t, c.style);
				if (sa.fg == sc.fg && sa.bg == sc.bg && sa.ul == sc.ul &&
				    (sa.attrs | SCREEN_PROTECTED) == (sc.attrs | SCREEN_PROTECTED))
					continue;
			}
			snprintf(why, sizeof why, "cell %u,%u: %x/%u is %x/%u", y, x, a.ch, a.flags, c.ch, c.flags);
			die(what, why, b);
		}
}

static void painting(struct screen const *from, struct screen const *to, unsigned rows, unsigned cols)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen *const t = screen_new(rows, cols);
	if (!t) abort();
	screen_diff(NULL, from, rows, cols, &b);
	screen_feed(t, b.data, b.len);
	visible_same(from, t, "paint", &b);
	screen_buf_clear(&b);
	screen_diff(from, to, rows, cols, &b);
	screen_feed(t, b.data, b.len);
	visible_same(to, t, "diff", &b);
	screen_free(t);
	screen_buf_deinit(&b);
}

static void undoing(struct screen const *s)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	if (screen_ground(s) != screen_total(s)) return;
	struct screen *const t = screen_clone(s);
	struct screen *const fresh = screen_new(screen_rows(s), screen_cols(s));
	if (!t || !fresh) abort();
	screen_undo(s, &b);
	screen_feed(t, b.data, b.len);
	/* Wipe what may differ: contents, titles, prompts, saved cursors and modes. */
	static char const wipe[] = "\033[?40h\033[?3l\033[?40l\033[?47h\033[H\0337\033[?47l\033[H\033[2J\0337\033]0;\033\\"
				   "\033]133;D\007\033]133;A\007\033[M";
	screen_feed(t, wipe, sizeof wipe - 1);
	for (int i = 0; i < 10; i++) screen_feed(t, "\033[23;0t", 7);
	screen_feed(t, "\033]0;\033\\", 6);
	screen_feed(fresh, wipe, sizeof wipe - 1);
	char why[SCREEN_WHY_MAX] = "";
	if (!screen_equal(t, fresh, why) && strncmp(why, "saved modes", 11) != 0) die("undo", why, &b);
	screen_free(t);
	screen_free(fresh);
	screen_buf_deinit(&b);
}

/* Within budgets of up to 500 units. */
static void feed_budgets(struct screen *s, uint8_t const *data, size_t len)
{
	unsigned seed = (unsigned)len;
	while (len > 0) {
		int64_t cost = 1 + (seed = seed * 1103515245u + 12345u) % 500;
		size_t const n = screen_feed_some(s, data, len, &cost);
		if (n == 0 || n > len || cost < -SCREEN_COST_MAX) abort();
		data += n;
		len -= n;
	}
}

/* The first four bytes choose the sizes and what happens in the middle. */
static inline int screen_checks(uint8_t const *data, size_t size)
{
	static unsigned const sizes[] = { 1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 20, 24, 33, 40, 80, 100 };
	if (size < 4) return 0;
	unsigned const rows = sizes[data[0] & 7];
	unsigned const cols = sizes[data[0] >> 4];
	unsigned const rows2 = sizes[data[1] & 7];
	unsigned const cols2 = sizes[data[1] >> 4];
	unsigned const flags = data[2];
	size_t const cut = (size - 4) * data[3] / 256;
	data += 4;
	size -= 4;
	struct log la = { 0 };
	struct log lb = { 0 };
	struct screen *const a = start(&la, rows, cols);
	struct screen *const b = start(&lb, rows, cols);
	screen_feed(a, data, cut);
	for (size_t i = 0; i < cut; i++) screen_feed(b, data + i, 1);
	same(a, b, "split", NULL);
	round_trip(a);
	struct screen *const then = screen_clone(a);
	if (!then) abort();
	same(a, then, "clone", NULL);
	if (flags & 1) {
		screen_resize(a, rows2, cols2);
		screen_resize(b, rows2, cols2);
		same(a, b, "resize", NULL);
		round_trip(a);
	}
	feed_budgets(a, data + cut, size - cut);
	for (size_t i = cut; i < size; i++) screen_feed(b, data + i, 1);
	same(a, b, "split", NULL);
	if (screen_ground(a) != screen_ground(b) || screen_total(a) != size) abort();
	if (la.hash != lb.hash || la.answers != lb.answers || la.spans != lb.spans || la.lines != lb.lines)
		die("split", "answers, spans or lines differ", NULL);
	round_trip(a);
	undoing(a);
	painting(then, a, flags & 4 ? rows2 : rows, flags & 8 ? cols2 : cols);
	screen_free(then);
	screen_free(a);
	screen_free(b);
	return 0;
}

#endif
