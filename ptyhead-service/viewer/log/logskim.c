/* SPDX-License-Identifier: ISC */
/* A flood: while the sink refuses all lines, most of a long stretch of plain lines needs no
 * screen. If each newline scrolls one row off, and the rows on the screen are not known, then
 * each line counts once, when it scrolls off. So a screenful is fed, the lines after it are
 * counted, and the last screenful is fed again: the screen is as if all had been fed. */
#include <string.h>

#include "loglines_int.h"
#include "scan.h"

#define SKIM_MIN 8192u /* less is not worth it */

/* The end of a line of printable ASCII, at most `cols` long, that CR LF ends; NULL: it is
 * not such a line, or is not complete. */
static char const *plain_line(char const *p, char const *end, unsigned cols, bool *ret_blank)
{
	size_t const n = scan_ascii((unsigned char const *)p, (size_t)(end - p));
	if (n > cols || (size_t)(end - p) < n + 2 || p[n] != '\r' || p[n + 1] != '\n') return NULL;
	size_t i = 0;
	while (i < n && p[i] == ' ') i++;
	*ret_blank = i == n;
	return p + n + 2;
}

/* Reads up to `most` plain lines. Returns their end; *ret_lines counts all, *ret_text those
 * that are not blank. */
static char const *plain_lines(char const *p, char const *end, unsigned cols, size_t most, size_t *ret_lines, size_t *ret_text)
{
	*ret_lines = *ret_text = 0;
	for (bool blank; *ret_lines < most; ++*ret_lines) {
		char const *const next = plain_line(p, end, cols, &blank);
		if (!next) break;
		*ret_text += !blank;
		p = next;
	}
	return p;
}

/* The beginning of the last `n` lines of [from, end); they end with a newline. */
static char const *last_lines(char const *from, char const *end, size_t n)
{
	while (n-- > 0) {
		char const *const nl = memrchr(from, '\n', (size_t)(end - 1 - from));
		end = nl ? nl + 1 : from;
	}
	return end;
}

static bool steady(struct loglines *t, size_t newlines, unsigned finals)
{
	return t->finals - finals == newlines && !screen_alt(t->screen) &&
	       screen_cursor(t->screen).y + 1 == screen_rows(t->screen) && !t->join.open && !t->resizing &&
	       t->motion.cr == CR_NONE && !logrows_waits(&t->rows, t->now);
}

size_t logskim_feed(struct loglines *t, char const *data, size_t len)
{
	unsigned const cols = screen_cols(t->screen);
	size_t const screenful = screen_rows(t->screen) + 1u;
	char const *const end = data + len;
	size_t n, text, tail_n, tail_text;

	if (len < SKIM_MIN || t->picture || !t->sink.refuse || !t->sink.refuse(t->sink.arg, 0)) return 0;
	char const *const from = memchr(data, '\n', len);
	if (!from) return 0;
	char const *const first = plain_lines(from + 1, end, cols, screenful, &n, &text);
	if (n < screenful) return 0;
	char const *const upto = plain_lines(first, end, cols, SIZE_MAX, &n, &text);
	if (n <= screenful) return 0;
	char const *const last = last_lines(first, upto, screenful);
	(void)plain_lines(last, upto, cols, screenful, &tail_n, &tail_text);

	logmotion_feed(t, data, (size_t)(from + 1 - data));
	unsigned const finals = t->finals;
	logmotion_feed(t, from + 1, (size_t)(first - from - 1));
	bool const counted = steady(t, screenful, finals) && t->sink.refuse(t->sink.arg, text - tail_text);
	return (size_t)((counted ? last : first) - data);
}
