/* SPDX-License-Identifier: ISC */
#include "strip.h"

#include <stdbool.h>
#include <string.h>

#define ESC 0x1b

enum { TEXT, ESCAPE, CONTROL, STRING, STRING_ESCAPE };

/* The byte after ESC, or a C1 control minus 0x40. */
static uint8_t begun(uint8_t c)
{
	if (c == '[') return CONTROL;
	if (c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X') return STRING;
	return c >= 0x20 && c < 0x30 ? ESCAPE : TEXT;
}

/* Within a sequence or a string. */
static void inside(struct strip *s, uint8_t c)
{
	if (c == 0x18 || c == 0x1a) { /* NOLINT(bugprone-branch-clone): CAN and SUB; ST is another case */
		s->state = TEXT;
	} else if (s->state == STRING) {
		if (c == '\a') s->state = TEXT;
		if (c == ESC) s->state = STRING_ESCAPE;
	} else if (s->state == STRING_ESCAPE) {
		s->state = c == '\\' ? TEXT : begun(c);
	} else if (c == ESC) {
		s->state = ESCAPE;
	} else if (s->state == ESCAPE) {
		if (c >= 0x20) s->state = begun(c);
	} else if (c >= 0x40) {
		s->state = TEXT;
	}
}

static bool shown(uint8_t c)
{
	return (c >= 0x20 && c != 0x7f) || (c >= '\a' && c <= '\n') || c == '\r';
}

size_t strip(struct strip *s, uint8_t *data, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t const c = data[i];
		uint8_t const before = s->before;
		s->before = c;
		if (s->state != TEXT) {
			/* Controls within a control sequence are executed. */
			if (s->state == CONTROL && c < 0x20 && shown(c)) data[n++] = c;
			inside(s, c);
		} else if (c == ESC) {
			s->state = ESCAPE;
		} else if (before == 0xc2 && c >= 0x80 && c < 0xa0) {
			if (n > 0 && data[n - 1] == 0xc2) n--;
			s->state = begun((uint8_t)(c - 0x40));
			if (s->state == ESCAPE) s->state = TEXT;
		} else if (shown(c)) {
			data[n++] = c;
		}
	}
	return n;
}
