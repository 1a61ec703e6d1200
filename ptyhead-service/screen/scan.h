/* Scanners of whole pieces of a stream: they look at bytes and keep nothing, and
 * what they do not take goes through the parser byte by byte. For parse.c. */
#ifndef SCREEN_SCAN_H
#define SCREEN_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
#include <emmintrin.h>
#endif

/* How many of the bytes are printable ASCII, 0x20..0x7e. */
static inline size_t scan_ascii(unsigned char const *p, size_t n)
{
	size_t i = 0;
#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
	/* Signed: bytes from 0x80 are negative, so one comparison finds them and
	 * the controls. */
	__m128i const low = _mm_set1_epi8(0x1f);
	__m128i const del = _mm_set1_epi8(0x7f);
	for (; i + 16 <= n; i += 16) {
		__m128i const v = _mm_loadu_si128((__m128i const *)(void const *)(p + i));
		__m128i const good = _mm_andnot_si128(_mm_cmpeq_epi8(v, del), _mm_cmpgt_epi8(v, low));
		unsigned const bad = (unsigned)_mm_movemask_epi8(good) ^ 0xffffu;
		if (bad) return i + (unsigned)__builtin_ctz(bad);
	}
#else
	uint64_t const ones = UINT64_C(0x0101010101010101);
	for (; i + 8 <= n; i += 8) {
		uint64_t v;
		memcpy(&v, p + i, 8);
		uint64_t const del = v ^ (ones * 0x7f);
		if (((v - ones * 0x20) | v | (del - ones)) & (ones * 0x80)) break;
	}
#endif
	while (i < n && p[i] >= 0x20 && p[i] < 0x7f) i++;
	return i;
}

/* A complete, valid UTF-8 character that is no control: its length, or 0. */
static inline size_t scan_utf8(unsigned char const *p, size_t n, uint32_t *ret)
{
	unsigned const c = p[0];
	if (c >= 0xe1 && c < 0xf0 && c != 0xed) {
		if (n < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80) return 0;
		*ret = (c & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
		return 3;
	}
	if (c >= 0xc2 && c < 0xe0) {
		if (n < 2 || (p[1] & 0xc0) != 0x80) return 0;
		*ret = (c & 31u) << 6 | (p[1] & 63u);
		return *ret >= 0xa0 ? 2 : 0;
	}
	if (c >= 0xf1 && c < 0xf4) {
		if (n < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80) return 0;
		*ret = (c & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
		return 4;
	}
	return 0; /* E0, ED, F0, F4 and bad ones: byte by byte */
}

#endif
