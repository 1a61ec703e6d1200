/* SPDX-License-Identifier: ISC */
/* How the program moves the cursor while it draws: carriage returns on continuation
 * rows (rule 5), and the row from which it redraws (rule 3). Feeds the screen in
 * pieces, to look at the cursor between. Does not see a sequence that is split over two
 * feeds: then a line is logged somewhat later. */
#include <string.h>

#include "loglines_int.h"

/* At a carriage return: is it on a continuation row, with more before it than the one
 * character that line editors write to make the terminal wrap? */
static void returned(struct loglines *t)
{
	struct screen_cursor const c = screen_cursor(t->screen);
	t->motion.cr = CR_NONE;
	if (screen_alt(t->screen) || c.y == 0 || c.x < 2 || !loglines_row(t, c.y - 1).wrapped) return;
	t->motion.cr = CR_DONE;
	t->motion.cr_cells = loglines_row(t, c.y).cells;
}

/* Text overwrites a row from its beginning, so a line begins there. Colours and erasing
 * may come before the text. */
static void after_return(struct loglines *t, unsigned char c)
{
	struct logmotion *const m = &t->motion;
	if (m->cr == CR_ESC) {
		m->cr = c == '[' ? CR_CSI : CR_NONE;
	} else if (m->cr == CR_CSI) {
		if (c < 0x20 || c > 0x3f) m->cr = c == 'm' || c == 'K' ? CR_DONE : CR_NONE;
	} else if (c == 0x1b) {
		m->cr = CR_ESC;
	} else if (c != '\r') {
		struct logrow *const r = c >= 0x20 && c != 0x7f ? logrows_find(&t->rows, m->cr_cells, true) : NULL;
		if (r) r->restart = true;
		m->cr = CR_NONE;
	}
}

/* A sequence moved the cursor from row `from`. Consecutive upward movements begin one
 * redraw. A redraw that also jumps down draws only some rows. */
static void moved(struct loglines *t, unsigned from)
{
	struct logmotion *const m = &t->motion;
	unsigned const y = screen_cursor(t->screen).y;
	if (screen_alt(t->screen) || y == from) return;
	if (y > from) {
		m->leaps = true;
		return;
	}
	if (m->y != from) m->leaps = false;
	m->y = y;
	m->top = loglines_row(t, y).cells;
}

/* The end of the sequence at p if it moves the cursor between rows. NULL: it does not,
 * or is incomplete; then *ret_skip is where to continue. */
static char const *motion(char const *p, char const *end, char const **ret_skip)
{
	char const *q = p + 1;
	*ret_skip = q;
	if (q == end) return NULL;
	if (*q == 'M' || *q == '8') return q + 1;
	if (*q != '[') return NULL;
	for (q++; q < end && *q >= 0x20 && *q <= 0x3f; q++) ;
	*ret_skip = q;
	return q < end && *q && strchr("ABEFHdefu", *q) ? q + 1 : NULL;
}

/* The next carriage return that no newline follows, as far as is known. */
static char const *lone_return(char const *p, char const *end)
{
	while (p < end && (p = memchr(p, '\r', (size_t)(end - p)))) {
		if (p + 1 == end || p[1] != '\n') return p;
		p += 2;
	}
	return end;
}

static char const *escape(char const *p, char const *end)
{
	char const *const q = p < end ? memchr(p, 0x1b, (size_t)(end - p)) : NULL;
	return q ? q : end;
}

void logmotion_feed(struct loglines *t, char const *data, size_t len)
{
	char const *from = data, *p = data, *const end = data + len;
	char const *cr = lone_return(p, end), *esc = escape(p, end);
	while (p < end) {
		/* After `return, up', no line begins in this row; the movement counts. */
		char const *skip;
		if (t->motion.cr == CR_DONE && *p == 0x1b && motion(p, end, &skip)) t->motion.cr = CR_NONE;
		/* One more return changes nothing; after it, too, what follows decides. */
		if (t->motion.cr == CR_DONE || (t->motion.cr != CR_NONE && *p != '\r')) {
			after_return(t, (unsigned char)*p++);
			continue;
		}
		if (cr < p) cr = lone_return(p, end);
		if (esc < p) esc = escape(p, end);
		char const *const at = cr < esc ? cr : esc;
		if (at == end) break;
		char const *const upto = at == cr ? at + 1 : motion(at, end, &p);
		if (!upto) continue;
		screen_feed(t->screen, from, (size_t)(at - from));
		from = at;
		p = upto;
		if (at == cr) {
			if (t->motion.cr == CR_NONE) returned(t);
			continue;
		}
		unsigned const y = screen_cursor(t->screen).y;
		screen_feed(t->screen, from, (size_t)(upto - from));
		from = upto;
		moved(t, y);
	}
	screen_feed(t->screen, from, (size_t)(end - from));
}

unsigned logmotion_top(struct loglines const *t)
{
	if (!t->motion.top || t->motion.leaps || t->motion.erred) return 0;
	/* The cursor was only parked there; nothing was drawn yet. */
	for (unsigned y = 0; y < screen_cursor(t->screen).y; y++)
		if (loglines_row(t, y).cells == t->motion.top) return y;
	return 0;
}
