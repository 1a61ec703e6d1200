/* SPDX-License-Identifier: ISC */
#include "printable.h"

#include <string.h>

#include "utf8.h"

bool printable(uint32_t c)
{
	if (c < 0x600) return !printable_control(c);
	if (c == 0x061C || c == 0x200E || c == 0x200F) return false;
	if ((c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return false;
	return c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
}

size_t printable_next(void const *text, size_t len, bool *ret)
{
	uint32_t c;
	size_t const n = utf8_get(text, len, &c);
	*ret = printable(c);
	return n;
}

size_t printable_span(void const *text, size_t len)
{
	uint8_t const *const p = text;
	size_t at = 0;

	while (at < len) {
		bool good;
		size_t const n = printable_next(p + at, len - at, &good);
		if (!good) break;
		at += n;
	}
	return at;
}

/* Puts one character of `n` bytes into `buf`, which has `size` bytes left. 0: it does
 * not fit. */
static size_t put_one(char *buf, size_t size, uint8_t const *p, size_t n, bool good)
{
	static char const digits[] = "0123456789abcdef";
	size_t const need = good ? n : n * PRINTABLE_ESCAPE;

	if (need > size) return 0;
	if (good) {
		memcpy(buf, p, n);
		return need;
	}
	for (size_t i = 0; i < n; i++, buf += PRINTABLE_ESCAPE) {
		buf[0] = '\\';
		buf[1] = 'x';
		buf[2] = digits[p[i] >> 4];
		buf[3] = digits[p[i] & 15];
	}
	return need;
}

size_t printable_put(char *buf, size_t size, void const *text, size_t len)
{
	uint8_t const *const p = text;
	size_t done = 0;

	for (size_t at = 0; at < len;) {
		bool good;
		size_t const n = printable_next(p + at, len - at, &good);
		size_t const put = put_one(buf + done, size - 1 - done, p + at, n, good);
		if (put == 0) break;
		done += put;
		at += n;
	}
	buf[done] = '\0';
	return done;
}
