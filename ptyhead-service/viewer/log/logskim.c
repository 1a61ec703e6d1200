/* SPDX-License-Identifier: ISC */
/* A flood: while the sink refuses all lines, most of a long stretch of plain lines needs no
 * screen. If each newline scrolls at least one row off, and the rows on the screen are not
 * known, then each line counts once, however many rows it takes. So a screenful is fed, the
 * lines after it are counted, and the last screenful is fed again, in the colours that the
 * counted lines left: the screen is as if all had been fed. */
#include <string.h>

#include "loglines_int.h"
#include "scan.h"

#define SKIM_MIN 8192u /* less is not worth it */
#define SGR_MAX 64u

/* The length of a sequence that only selects colours and attributes; 0: it is not one. */
static size_t sgr(char const *p, char const *end)
{
	char const *q = p + 2;
	if (end - p < 3 || p[0] != '\033' || p[1] != '[') return 0;
	while (q < end && q - p < (int)SGR_MAX && *q >= '0' && *q <= ';') q++;
	return q < end && *q == 'm' ? (size_t)(q + 1 - p) : 0;
}

/* It forgets the colours before it. */
static bool sgr_resets(char const *p) { return p[2] == 'm' || (p[2] == '0' && (p[3] == 'm' || p[3] == ';')); }

static bool all_spaces(char const *p, size_t n)
{
	while (n > 0 && p[n - 1] == ' ') n--;
	return n == 0;
}

/* The end of a line of text, tabs and colours that the log says in one piece, and that CR LF
 * ends; NULL: it is not such a line, or is not complete. */
static char const *plain_line(char const *p, char const *end, bool *ret_blank)
{
	size_t len = 0; /* of its text, at most */
	bool others = false;
	*ret_blank = true;
	for (size_t n; p < end && *p != '\r'; p += n, len += n) {
		uint32_t ch;
		n = scan_ascii((unsigned char const *)p, (size_t)(end - p));
		if (n > 0) {
			*ret_blank = *ret_blank && all_spaces(p, n);
		} else if (*p == '\t') {
			n = 1;
			len += 7;
		} else if (*p == '\033') {
			if ((n = sgr(p, end)) == 0) return NULL;
		} else {
			/* Whether they can be seen is for the screen to say. */
			if ((n = scan_utf8((unsigned char const *)p, (size_t)(end - p), &ch)) == 0) return NULL;
			others = true;
		}
	}
	if (len > LOGLINES_JOIN_MAX || (*ret_blank && others)) return NULL;
	while (p < end && *p == '\r') p++;
	return p < end && *p == '\n' ? p + 1 : NULL;
}

/* Reads up to `most` plain lines. Returns their end; *ret_lines counts all, *ret_text those
 * that are not blank. */
static char const *plain_lines(char const *p, char const *end, size_t most, size_t *ret_lines, size_t *ret_text)
{
	*ret_lines = *ret_text = 0;
	for (bool blank; *ret_lines < most; ++*ret_lines) {
		char const *const next = plain_line(p, end, &blank);
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

/* Of plain lines, feeds the colours that are still selected at their end. */
static void feed_colours(struct loglines *t, char const *from, char const *end)
{
	char const *at = end;
	for (char const *p = end; (p = memrchr(from, '\033', (size_t)(p - from)));) {
		at = p;
		if (sgr_resets(p)) break;
	}
	for (; at && at < end; at = memchr(at + 1, '\033', (size_t)(end - at - 1)))
		logmotion_feed(t, at, sgr(at, end));
}

/* `newlines` newlines came since `finals` rows had left the screen. If at least as many rows
 * left since then, each further newline scrolls a row off, too. */
static bool steady(struct loglines *t, size_t newlines, unsigned finals)
{
	return t->finals - finals >= newlines && !screen_alt(t->screen) &&
	       screen_cursor(t->screen).y + 1 == screen_rows(t->screen) && !t->resizing &&
	       t->motion.cr == CR_NONE && !logrows_waits(&t->rows, t->now);
}

size_t logskim_feed(struct loglines *t, char const *data, size_t len)
{
	size_t const screenful = screen_rows(t->screen) + 1u;
	char const *const end = data + len;
	size_t n, text, tail_n, tail_text;

	if (len < SKIM_MIN || t->picture || !t->sink.refuse || !t->sink.refuse(t->sink.arg, 0)) return 0;
	char const *const from = memchr(data, '\n', len);
	if (!from) return 0;
	char const *const first = plain_lines(from + 1, end, screenful, &n, &text);
	if (n < screenful) return 0;
	char const *const upto = plain_lines(first, end, SIZE_MAX, &n, &text);
	if (n <= screenful) return 0;
	char const *const last = last_lines(first, upto, screenful);
	(void)plain_lines(last, upto, screenful, &tail_n, &tail_text);

	logmotion_feed(t, data, (size_t)(from + 1 - data));
	unsigned const finals = t->finals;
	logmotion_feed(t, from + 1, (size_t)(first - from - 1));
	if (!steady(t, screenful, finals) || !t->sink.refuse(t->sink.arg, text - tail_text)) return (size_t)(first - data);
	feed_colours(t, first, last);
	return (size_t)(last - data);
}
