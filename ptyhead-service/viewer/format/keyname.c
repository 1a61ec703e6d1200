/* SPDX-License-Identifier: ISC */
#include "keyname.h"

#include <string.h>
#include <strings.h>

#include "number.h"
#include "utf8.h"

/* ---- names ------------------------------------------------------------------ */

static struct { char const *name; uint32_t code; unsigned mods; } const names[] = {
	{ "Enter", KEY_ENTER, 0 }, { "Escape", KEY_ESCAPE, 0 }, { "Tab", KEY_TAB, 0 }, { "BTab", KEY_TAB, KEY_SHIFT },
	{ "BSpace", KEY_BACKSPACE, 0 }, { "Space", KEY_SPACE, 0 }, { "Up", KEY_UP, 0 }, { "Down", KEY_DOWN, 0 },
	{ "Left", KEY_LEFT, 0 }, { "Right", KEY_RIGHT, 0 }, { "Home", KEY_HOME, 0 }, { "End", KEY_END, 0 },
	{ "PPage", KEY_PPAGE, 0 }, { "PageUp", KEY_PPAGE, 0 }, { "PgUp", KEY_PPAGE, 0 }, { "NPage", KEY_NPAGE, 0 },
	{ "PageDown", KEY_NPAGE, 0 }, { "PgDn", KEY_NPAGE, 0 }, { "IC", KEY_INSERT, 0 }, { "Insert", KEY_INSERT, 0 },
	{ "DC", KEY_DELETE, 0 }, { "Delete", KEY_DELETE, 0 }, { "KPEnter", KEY_PAD + KEY_ENTER, 0 },
};

/* The character, if the name is a single character; else 0. */
static uint32_t one_character(char const *s)
{
	size_t const len = strlen(s);
	uint32_t c;

	if (len == 0 || utf8_get((uint8_t const *)s, len, &c) != len) return 0;
	return c == UTF8_BAD || c <= 0x20 || c == 0x7F ? 0 : c;
}

static bool numbered(char const *s, uint32_t *ret)
{
	uint64_t n;
	if (s[0] == '0' || !number_parse(s, KEY_F_MAX, &n)) return false;
	*ret = (uint32_t)n;
	return true;
}

static bool by_name(char const *s, struct key *ret)
{
	uint32_t n;

	ret->code = one_character(s);
	if (ret->code) return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcasecmp(s, names[i].name) != 0) continue;
		ret->code = names[i].code;
		ret->mods |= names[i].mods;
		return true;
	}
	if ((s[0] == 'F' || s[0] == 'f') && numbered(s + 1, &n)) {
		ret->code = KEY_F + n;
		return true;
	}
	if (!strncasecmp(s, "KP", 2) && s[2] && !s[3] && strchr("0123456789.+-*/", s[2])) {
		ret->code = KEY_PAD + (uint32_t)s[2];
		return true;
	}
	return false;
}

bool key_parse(char const *name, struct key *ret)
{
	*ret = (struct key){ 0, 0 };
	if (name[0] == '^' && name[1]) {
		ret->mods = KEY_CTRL;
		ret->code = one_character(name + 1);
		return ret->code != 0;
	}
	for (; name[0] && name[1] == '-' && name[2]; name += 2) {
		if (name[0] == 'C' || name[0] == 'c') ret->mods |= KEY_CTRL;
		else if (name[0] == 'M' || name[0] == 'm') ret->mods |= KEY_META;
		else if (name[0] == 'S' || name[0] == 's') ret->mods |= KEY_SHIFT;
		else return false;
	}
	return by_name(name, ret);
}
