/* SPDX-License-Identifier: ISC */
#include "columns.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "utf8.h"

enum { ADDRESS, STATE, LAST_END = 8, COMMAND = 10, FIELDS };

#define ADDRESS_LEAST 16u
#define COMMAND_LEAST 7u /* its title */

struct field {
	char const *text;
	size_t len;
};

/* ---- text ------------------------------------------------------------------------------ */

static unsigned width_of_text(char const *text, size_t len)
{
	unsigned width = 0;
	for (size_t at = 0; at < len;) {
		uint32_t c;
		at += utf8_get((uint8_t const *)text + at, len - at, &c);
		width += screen_char_width(c);
	}
	return width;
}

/* The number of bytes at the beginning of `text` that have at most `width` columns. */
static size_t head_of(char const *text, size_t len, unsigned width)
{
	size_t at = 0;
	for (unsigned used = 0; at < len;) {
		uint32_t c;
		size_t const n = utf8_get((uint8_t const *)text + at, len - at, &c);
		used += screen_char_width(c);
		if (used > width) break;
		at += n;
	}
	return at;
}

/* Where its last `width` columns begin, or fewer. */
static size_t tail_of(char const *text, size_t len, unsigned width)
{
	unsigned left = width_of_text(text, len);
	size_t at = 0;
	while (left > width) {
		uint32_t c;
		at += utf8_get((uint8_t const *)text + at, len - at, &c);
		left -= screen_char_width(c);
	}
	return at;
}

/* Adds at most `width` columns of it. What is cut is cut at the end, or in the middle. */
static void add_cut(struct screen_buf *out, char const *text, size_t len, unsigned width, bool middle)
{
	if (width_of_text(text, len) <= width) {
		screen_buf_add(out, text, len);
		return;
	}
	if (width == 0) return;
	unsigned const back = middle ? (width - 1) / 2 : 0;
	screen_buf_add(out, text, head_of(text, len, width - 1 - back));
	screen_buf_str(out, "…");
	size_t const from = tail_of(text, len, back);
	screen_buf_add(out, text + from, len - from);
}

/* ---- rows ------------------------------------------------------------------------------ */

static bool begins(char const *at, char const *end, char const *word)
{
	size_t const n = strlen(word);
	return (size_t)(end - at) > n && !memcmp(at, word, n) && at[n] == ' ';
}

/* The fields of a line; false: it has others. How the last run ended may be two words. */
static bool split(char const *line, size_t len, struct field *ret)
{
	char const *at = line, *const end = line + len;
	for (int i = 0; i < FIELDS; i++) {
		while (at < end && *at == ' ') at++;
		if (at == end) return false;
		char const *const from = at;
		bool const two = i == LAST_END && (begins(at, end, "exit") || begins(at, end, "signal") || begins(at, end, "LAST"));
		while (two && *at != ' ') at++;
		at += two;
		char const *const space = i == COMMAND ? NULL : memchr(at, ' ', (size_t)(end - at));
		at = space ? space : end;
		ret[i] = (struct field){ from, (size_t)(at - from) };
	}
	return true;
}

/* How wide each column must be. True: the table is good as it is. */
static bool measure(char const *text, size_t len, unsigned width, unsigned *widths)
{
	struct field f[FIELDS];
	unsigned start = 0; /* of the last column */
	bool good = true;
	memset(widths, 0, FIELDS * sizeof *widths);
	for (char const *at = text, *end; (end = memchr(at, '\n', len - (size_t)(at - text))); at = end + 1) {
		good = good && width_of_text(at, (size_t)(end - at)) <= width;
		if (!split(at, (size_t)(end - at), f)) continue;
		for (int i = 0; i < FIELDS; i++) {
			unsigned const n = width_of_text(f[i].text, f[i].len);
			if (n > widths[i]) widths[i] = n;
		}
		unsigned const before = width_of_text(at, (size_t)(f[COMMAND].text - at));
		good = good && (start == 0 || before == start);
		start = before;
	}
	return good;
}

static void narrow(unsigned *widths, unsigned width)
{
	unsigned others = FIELDS - 1; /* the spaces between */
	for (int i = STATE; i < COMMAND; i++) others += widths[i];
	unsigned const room = width > others ? width - others : 0;
	if (widths[ADDRESS] + widths[COMMAND] <= room) return;
	unsigned const least = widths[COMMAND] < COMMAND_LEAST ? widths[COMMAND] : COMMAND_LEAST;
	unsigned const most = room > ADDRESS_LEAST + least ? room - least : ADDRESS_LEAST;
	if (widths[ADDRESS] > most) widths[ADDRESS] = most;
	widths[COMMAND] = room > widths[ADDRESS] + least ? room - widths[ADDRESS] : least;
}

static bool is_text(int i) { return i == ADDRESS || i == STATE || i == LAST_END || i == COMMAND; }

static void add_row(struct screen_buf *out, struct field const *f, unsigned const *widths)
{
	for (int i = 0; i < FIELDS; i++) {
		unsigned const n = width_of_text(f[i].text, f[i].len);
		unsigned const blanks = n < widths[i] ? widths[i] - n : 0;
		if (i > 0) screen_buf_str(out, " ");
		for (unsigned b = 0; !is_text(i) && b < blanks; b++) screen_buf_str(out, " ");
		add_cut(out, f[i].text, f[i].len, widths[i], i == ADDRESS);
		for (unsigned b = 0; is_text(i) && i != COMMAND && b < blanks; b++) screen_buf_str(out, " ");
	}
}

void columns_fit(struct screen_buf *out, char const *text, size_t len, unsigned width)
{
	unsigned widths[FIELDS];
	struct field f[FIELDS];
	struct screen_buf line = SCREEN_BUF_INIT;

	if (measure(text, len, width, widths)) {
		screen_buf_add(out, text, len);
		return;
	}
	narrow(widths, width);
	for (char const *at = text, *end; (end = memchr(at, '\n', len - (size_t)(at - text))); at = end + 1) {
		screen_buf_clear(&line);
		if (split(at, (size_t)(end - at), f)) add_row(&line, f, widths);
		else screen_buf_add(&line, at, (size_t)(end - at));
		/* On a terminal that is narrower than all columns. */
		add_cut(out, line.data, line.len, width, false);
		screen_buf_str(out, "\n");
	}
	if (line.failed) out->failed = true;
	screen_buf_deinit(&line);
}
