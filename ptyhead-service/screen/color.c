/* SPDX-License-Identifier: ISC */
/* Colour specifications in every form that XParseColor(3) takes, and xterm's defaults. */
#include "screen_int.h"

#include <string.h>

#include "color_table.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

/* n hex digits (1 to 4), scaled: rgb:f/f/f is white. */
static int component(char const *str, size_t n, bool scale)
{
	unsigned v = 0;
	if (n < 1 || n > 4) return -1;
	for (size_t i = 0; i < n; i++) {
		int const d = hex(str[i]);
		if (d < 0) return -1;
		v = v << 4 | (unsigned)d;
	}
	if (scale) return (int)(v * 255u / ((1u << (4 * n)) - 1));
	return (int)(n == 1 ? v << 4 : v >> (4 * n - 8));
}

static bool put(uint32_t *ret, int r, int g, int b)
{
	if (r < 0 || g < 0 || b < 0) return false;
	*ret = (uint32_t)r << 16 | (uint32_t)g << 8 | (uint32_t)b;
	return true;
}

static bool parse_hash(char const *str, size_t len, uint32_t *ret_rgb)
{
	size_t const n = len / 3;
	if (n * 3 != len || n > 4) return false;
	return put(ret_rgb, component(str, n, false), component(str + n, n, false), component(str + 2 * n, n, false));
}

static bool parse_rgb(char const *r, size_t len, uint32_t *ret_rgb)
{
	char const *const end = r + len;
	char const *const s1 = memchr(r, '/', len);
	if (!s1) return false;
	char const *const s2 = memchr(s1 + 1, '/', (size_t)(end - s1 - 1));
	if (!s2) return false;
	return put(ret_rgb, component(r, (size_t)(s1 - r), true), component(s1 + 1, (size_t)(s2 - s1 - 1), true),
		   component(s2 + 1, (size_t)(end - s2 - 1), true));
}

/* X11's colour names, ignoring case and spaces. */
static bool parse_name(char const *str, size_t len, uint32_t *ret_rgb)
{
	char name[COLOR_NAME_MAX + 1];
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (str[i] == ' ') continue;
		if (n == COLOR_NAME_MAX) return false;
		name[n++] = lower(str[i]);
	}
	name[n] = 0;
	size_t lo = 0;
	size_t hi = sizeof color_names / sizeof *color_names;
	while (lo < hi) {
		size_t const mid = (lo + hi) / 2;
		int const c = strcmp(name, color_names[mid].name);
		if (c == 0) {
			*ret_rgb = color_names[mid].rgb;
			return true;
		}
		if (c < 0) hi = mid;
		else lo = mid + 1;
	}
	return false;
}

/* ---- numbers -------------------------------------------------------------- */

/* A decimal number such as "-1.5e3", independent of the locale. */
static bool number(char const **p, char const *end, double *ret)
{
	char const *s = *p;
	double v = 0;
	double scale = 1;
	unsigned digits = 0;
	int exponent = 0;
	bool const minus = s < end && *s == '-';
	if (s < end && (*s == '-' || *s == '+')) s++;
	for (; s < end && *s >= '0' && *s <= '9'; s++, digits++) v = v * 10 + (*s - '0');
	if (s < end && *s == '.')
		for (s++; s < end && *s >= '0' && *s <= '9'; s++, digits++) v += (*s - '0') * (scale /= 10);
	if (!digits || digits > 40) return false;
	if (s < end && (*s == 'e' || *s == 'E')) {
		bool const down = s + 1 < end && s[1] == '-';
		s += s + 1 < end && (s[1] == '-' || s[1] == '+') ? 2 : 1;
		for (; s < end && *s >= '0' && *s <= '9' && exponent < 40; s++) exponent = exponent * 10 + (*s - '0');
		for (; exponent > 0; exponent--) v = down ? v / 10 : v * 10;
	}
	*ret = minus ? -v : v;
	*p = s;
	return true;
}

static bool numbers(char const *p, size_t len, double ret[3])
{
	char const *const end = p + len;
	for (unsigned i = 0; i < 3; i++) {
		if (i > 0 && (p == end || *p++ != '/')) return false;
		if (!number(&p, end, &ret[i])) return false;
	}
	return p == end;
}

/* The value that shows an intensity from 0 to 1 on the screen that Xlib assumes. */
static int shown(unsigned channel, double intensity)
{
	unsigned lo = 0;
	unsigned hi = 256;
	double const v = intensity * (1 << 24);
	while (hi - lo > 1) {
		unsigned const mid = (lo + hi) / 2;
		if (v >= color_intensity[channel][mid]) lo = mid;
		else hi = mid;
	}
	return (int)lo;
}

static bool parse_numbers(enum color_space space, char const *str, size_t len, uint32_t *ret_rgb)
{
	double v[3];
	if (!numbers(str, len, v)) return false;
	if (space != SPACE_RGBI && !color_intensities(space, color_xyz, v)) return false;
	for (unsigned i = 0; i < 3; i++)
		if (v[i] < 0 || v[i] > 1) return false;
	return put(ret_rgb, shown(0, v[0]), shown(1, v[1]), shown(2, v[2]));
}

/* ---- specifications ---------------------------------------------------------- */

static bool begins(char const *str, size_t len, char const *prefix)
{
	size_t const n = strlen(prefix);
	if (len < n) return false;
	for (size_t i = 0; i < n; i++)
		if (lower(str[i]) != prefix[i]) return false;
	return true;
}

bool color_parse(char const *str, size_t len, uint32_t *ret_rgb)
{
	static struct {
		char const *prefix;
		enum color_space space;
	} const spaces[] = {
		{ "rgbi:", SPACE_RGBI }, { "ciexyz:", SPACE_XYZ }, { "ciexyy:", SPACE_XYY }, { "cieuvy:", SPACE_UVY },
		{ "cielab:", SPACE_LAB }, { "cieluv:", SPACE_LUV }, { "tekhvc:", SPACE_HVC },
	};
	if (len > 1 && str[0] == '#') return parse_hash(str + 1, len - 1, ret_rgb);
	if (begins(str, len, "rgb:")) return parse_rgb(str + 4, len - 4, ret_rgb);
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		size_t const n = strlen(spaces[i].prefix);
		if (begins(str, len, spaces[i].prefix)) return parse_numbers(spaces[i].space, str + n, len - n, ret_rgb);
	}
	return parse_name(str, len, ret_rgb);
}

uint32_t screen_palette_default(unsigned index)
{
	static uint32_t const basic[16] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	if (index < 16) return basic[index];
	if (index < 232) {
		unsigned const i = index - 16;
		unsigned const r = i / 36;
		unsigned const g = i / 6 % 6;
		unsigned const b = i % 6;
		return (r ? r * 40 + 55 : 0) << 16 | (g ? g * 40 + 55 : 0) << 8 | (b ? b * 40 + 55 : 0);
	}
	unsigned const v = (index - 232) * 10 + 8;
	return v << 16 | v << 8 | v;
}
