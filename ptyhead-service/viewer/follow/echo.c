/* SPDX-License-Identifier: ISC */
#include "echo.h"

#include <string.h>

void echo_typed(struct echo *e, uint8_t const *data, size_t len)
{
	e->before = e->lines.len;
	e->stands = false;
	for (size_t i = 0; i < len; i++) {
		bool const end = data[i] == '\r' || data[i] == '\n';
		bool const empty = e->lines.len == 0 || e->lines.data[e->lines.len - 1] == '\n';
		if (end && empty) continue;
		screen_buf_add(&e->lines, end ? "\n" : (char const *)&data[i], 1);
	}
}

void echo_untyped(struct echo *e)
{
	if (e->before >= e->at && e->before < e->lines.len) e->lines.len = e->before;
}

bool echo_seen(struct echo const *e) { return e->at == e->lines.len || e->stands; }

void echo_forget(struct echo *e)
{
	screen_buf_clear(&e->lines);
	e->at = 0;
}

static size_t without_blanks(char const *s, size_t len)
{
	while (len > 0 && s[len - 1] == ' ') len--;
	return len;
}

/* The first line whose echo is expected; 0: none. */
static size_t typed_len(struct echo const *e)
{
	size_t const left = e->lines.len - e->at;
	char const *const end = left > 0 ? memchr(e->lines.data + e->at, '\n', left) : NULL;
	return end ? (size_t)(end - e->lines.data) - e->at : left;
}

size_t echo_begin(struct echo *e, char const *line, size_t len, bool settled)
{
	size_t const all = typed_len(e);
	if (all == 0) return len;
	char const *const typed = e->lines.data + e->at;
	/* Some programs drop blanks at a line's end. */
	size_t const want = without_blanks(typed, all);
	size_t const have = without_blanks(line, len);

	bool const whole = have >= want && !memcmp(line + have - want, typed, want);
	if (whole && !settled) e->stands = true;
	if (settled) {
		if (!whole) return len;
		e->at += all;
		if (e->at < e->lines.len) e->at++;
		return want > 0 ? have - want : len;
	}
	/* The echo is being written: find the longest part of it at the line's end. */
	for (size_t n = len < all ? len : all; n > 0; n--)
		if (!memcmp(line + len - n, typed, n)) return len - n;
	return len;
}

void echo_deinit(struct echo *e)
{
	screen_buf_deinit(&e->lines);
	e->at = 0;
}
