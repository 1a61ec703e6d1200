/* Colour specifications (XParseColor's rgb: and # forms) and xterm's defaults. */
#include "screen_int.h"

#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

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

bool color_parse(char const *str, size_t len, uint32_t *ret_rgb)
{
	if (len > 1 && str[0] == '#') {
		size_t const n = (len - 1) / 3;
		if (n * 3 != len - 1 || n > 4) return false;
		return put(ret_rgb, component(str + 1, n, false), component(str + 1 + n, n, false),
			   component(str + 1 + 2 * n, n, false));
	}
	if (len > 4 && !memcmp(str, "rgb:", 4)) {
		char const *const end = str + len;
		char const *const r = str + 4;
		char const *const s1 = memchr(r, '/', (size_t)(end - r));
		if (!s1) return false;
		char const *const s2 = memchr(s1 + 1, '/', (size_t)(end - s1 - 1));
		if (!s2) return false;
		return put(ret_rgb, component(r, (size_t)(s1 - r), true),
			   component(s1 + 1, (size_t)(s2 - s1 - 1), true),
			   component(s2 + 1, (size_t)(end - s2 - 1), true));
	}
	return false;
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
