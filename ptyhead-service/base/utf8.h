/* SPDX-License-Identifier: ISC */
/* UTF-8 according to table 3-7 of Unicode 15.0: no surrogates, nothing above U+10FFFF,
 * no overlong forms. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4u          /* most bytes of a character */
#define UTF8_BAD UINT32_MAX  /* what utf8_get gives for invalid bytes */
#define UTF8_REPLACEMENT 0xFFFDu

/* The number of bytes of a character whose first byte is `first`; 0: no character
 * begins with it. */
static inline unsigned utf8_length(uint8_t first)
{
	if (first < 0x80) return 1;
	if (first >= 0xC2 && first <= 0xDF) return 2;
	if (first >= 0xE0 && first <= 0xEF) return 3;
	if (first >= 0xF0 && first <= 0xF4) return 4;
	return 0;
}

/* May `b` come after the `len` (at least 1) bytes at `begun`, the beginning of a
 * character of more than `len` bytes? */
static inline bool utf8_continues(uint8_t const *begun, size_t len, uint8_t b)
{
	uint8_t const first = len == 1 ? begun[0] : 0;
	uint8_t const low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	uint8_t const high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	return b >= low && b <= high;
}

/* Reads the character at `p`, where `len` (at least 1) bytes are available. Returns its
 * number of bytes. For an invalid or incomplete character *ret is UTF8_BAD, and the
 * bytes are those that one U+FFFD replaces (at least 1). */
static inline size_t utf8_get(uint8_t const *p, size_t len, uint32_t *ret)
{
	unsigned const n = utf8_length(p[0]);
	uint32_t c = n < 2 ? p[0] : p[0] & (0xFFu >> (n + 1));

	*ret = UTF8_BAD;
	if (n == 0) return 1;
	for (size_t i = 1; i < n; i++) {
		if (i == len || !utf8_continues(p, i, p[i])) return i;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	*ret = c;
	return n;
}

/* Writes the character `c` (at most U+10FFFF). Returns its number of bytes. */
static inline size_t utf8_put(uint32_t c, char ret[UTF8_MAX])
{
	static uint8_t const first[UTF8_MAX] = { 0, 0xC0, 0xE0, 0xF0 };
	size_t const more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	for (size_t i = more; i > 0; i--, c >>= 6) ret[i] = (char)(0x80 | (c & 0x3F));
	ret[0] = (char)(first[more] | c);
	return more + 1;
}

#endif
