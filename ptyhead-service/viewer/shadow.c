#include "shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESC 0x1B

enum { GROUND, ESCAPE, INTERMEDIATE, CSI, STRING, STRING_ESC };

void shadow_init(struct shadow *s)
{
	memset(s, 0, sizeof *s);
	s->column0 = true;
}

/* A whole CSI: its parameters are in s->seq. */
static void csi_done(struct shadow *s, char final)
{
	s->seq[s->len] = '\0';
	if ((final == 'h' || final == 'l') && s->seq[0] == '?') {
		for (char *p = s->seq; p && *p; p = strchr(p, ';')) {
			long const mode = strtol(++p, NULL, 10);
			if (mode == 47 || mode == 1047 || mode == 1049) s->alt = final == 'h';
		}
	} else if (final == 'u' && s->seq[0] == '>') {
		if (s->kitty < 99) s->kitty++;
	} else if (final == 'u' && s->seq[0] == '<') {
		long n = s->len > 1 ? strtol(s->seq + 1, NULL, 10) : 1;
		if (n < 1) n = 1;
		s->kitty = (unsigned long)n < s->kitty ? s->kitty - (unsigned)n : 0;
	} else if (final == 'H' || final == 'f' || final == 'G' || final == 'd') {
		s->column0 = false;
	}
}

static void ground(struct shadow *s, uint8_t b)
{
	if (b == ESC) {
		s->state = ESCAPE;
	} else if (b == '\r') {
		s->column0 = true;
	} else if (b >= 0x20 && b != 0x7F) {
		s->column0 = false;
		if (b >= 0xC2) s->utf8 = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
	} else if (b == '\t' || b == '\b') {
		s->column0 = false;
	}
}

static void escape(struct shadow *s, uint8_t b)
{
	s->len = 0;
	if (b == '[') {
		s->state = CSI;
	} else if (b == ']' || b == 'P' || b == '_' || b == '^' || b == 'X') {
		s->state = STRING;
	} else if (b >= 0x20 && b < 0x30) {
		s->state = INTERMEDIATE;
	} else {
		s->state = GROUND;
		if (b == 'c') shadow_init(s);
	}
}

static void step(struct shadow *s, uint8_t b)
{
	if (s->utf8 > 0) {
		if (b >= 0x80 && b < 0xC0) {
			s->utf8--;
			return;
		}
		s->utf8 = 0;
	}
	if (b == 0x18 || b == 0x1A) {
		s->state = GROUND;
		return;
	}
	if (b == ESC && s->state != STRING) {
		s->state = ESCAPE;
		return;
	}
	switch (s->state) {
	case ESCAPE: escape(s, b); break;
	case INTERMEDIATE:
		if (b >= 0x30) s->state = GROUND;
		break;
	case CSI:
		if (b >= 0x40 && b < 0x7F) {
			s->state = GROUND;
			csi_done(s, (char)b);
		} else if (b >= 0x20 && s->len < sizeof s->seq - 1) {
			s->seq[s->len++] = (char)b;
		}
		break;
	case STRING:
		if (b == 0x07) s->state = GROUND;
		if (b == ESC) s->state = STRING_ESC;
		break;
	case STRING_ESC:
		if (b == '\\')
			s->state = GROUND;
		else
			escape(s, b);
		break;
	default: ground(s, b); break;
	}
}

void shadow_feed(struct shadow *s, uint8_t const *data, size_t len)
{
	for (size_t i = 0; i < len; i++) step(s, data[i]);
	s->used = s->used || len > 0;
}

bool shadow_ground(struct shadow const *s)
{
	return s->state == GROUND && s->utf8 == 0;
}

bool shadow_alt(struct shadow const *s)
{
	return s->alt;
}

bool shadow_column0(struct shadow const *s)
{
	return s->column0;
}

/* Each of these does nothing where nothing is on. */
static char const off[] =
	"\033[?1000l\033[?1002l\033[?1003l\033[?1005l\033[?1006l\033[?1015l\033[?1016l" /* mouse */
	"\033[?1004l\033[?2004l\033[?2026l" /* focus, paste, synchronised output */
	"\033[?1l\033>\033[>4m"             /* cursor keys, keypad, modifyOtherKeys */
	"\033[?6l\033[?7h\033[4l\033(B\017" /* origin, wrap, insert, character set */
	"\033[0m\033[0 q\033[?25h";         /* pen, cursor */

size_t shadow_undo(struct shadow const *s, char buf[SHADOW_UNDO_MAX])
{
	char pop[16] = "";

	if (!s->used) return 0;
	if (s->kitty > 0) snprintf(pop, sizeof pop, "\033[<%uu", s->kitty);
	/* CAN and ST end what is cut. The scrolling region's end moves the
	 * cursor, so it is put back. */
	int const n = snprintf(buf, SHADOW_UNDO_MAX, "%s%s%s%s\0337\033[r\0338%s",
	                       s->state == GROUND ? "" : "\030", s->state == STRING ? "\033\\" : "", pop, off,
	                       s->alt ? "\033[?1049l\033[0m" : s->column0 ? "" : "\r\n");
	return n > 0 && (unsigned)n < SHADOW_UNDO_MAX ? (size_t)n : 0;
}
