/* SPDX-License-Identifier: ISC */
/* Fast scanners for runs of bytes in a stream. They keep no state. What they do not
 * accept goes through the parser byte by byte. */
#ifndef SCREEN_SCAN_H
#define SCREEN_SCAN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
#include <emmintrin.h>
#endif

/* The number of leading bytes that are printable ASCII, 0x20..0x7e. */
static inline size_t scan_ascii(unsigned char const *p, size_t n)
{
	size_t i = 0;
#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
	/* Signed comparison: bytes from 0x80 are negative, so it finds both them and
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

/* Recognises two numbers of one to three digits with a semicolon between, and then a
 * byte from 0x40 on: "12;34H". Returns the length, that byte included, or 0. No branch
 * depends on the lengths of the numbers, which cannot be predicted. */
static inline size_t scan_pair(unsigned char const *p, uint16_t ret[2])
{
	uint64_t const ones = UINT64_C(0x0101010101010101);
	uint64_t w;
	memcpy(&w, p, 8);
	w = le64toh(w);
	uint64_t const final = w & ones * 0xc0;
	if (!final) return 0;
	unsigned const n = (unsigned)__builtin_ctzll(final) / 8;
	uint64_t const before = (UINT64_C(1) << 8 * n) - 1;
	/* No byte before the last is above 0x3f, so nothing carries. */
	uint64_t const odd = ((w ^ ones * 0x30) & before) + (ones * 0x76 & before);
	uint64_t const semicolon = odd & ones * 0x80;
	if (!semicolon || (semicolon & (semicolon - 1))) return 0;
	unsigned const k = (unsigned)__builtin_ctzll(semicolon) / 8;
	if ((w >> 8 * k & 0xff) != ';' || k - 1 > 2 || n - k - 2 > 2 || p[n] >= 0x7f) return 0;
	uint64_t const digits[2] = { w << 8 * (4 - k), w >> 8 * (k + 1) << 8 * (5 + k - n) };
	for (unsigned i = 0; i < 2; i++)
		ret[i] = (uint16_t)((digits[i] >> 8 & 15) * 100 + (digits[i] >> 16 & 15) * 10 + (digits[i] >> 24 & 15));
	return n + 1;
}

#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
#define SCAN_NUMBERS 32 /* the bytes that scan_numbers reads from p on; and two before it */
/* The same for up to `max` numbers. Only their count, which hardly ever changes, decides
 * about branches. */
__attribute__((noinline, unused)) static size_t scan_numbers(unsigned char const *p, uint16_t *ret, unsigned max, uint32_t *ret_n)
{
	__m128i const below = _mm_set1_epi8('0' - 1);
	__m128i const above = _mm_set1_epi8('9' + 1);
	__m128i const a = _mm_loadu_si128((__m128i const *)(void const *)p);
	__m128i const b = _mm_loadu_si128((__m128i const *)(void const *)(p + 16));
	unsigned const first = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpgt_epi8(a, below), _mm_cmplt_epi8(a, above)));
	unsigned const second = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpgt_epi8(b, below), _mm_cmplt_epi8(b, above)));
	uint32_t stops = ~((uint32_t)first | (uint32_t)second << 16);
	unsigned from = 0;
	for (uint32_t n = 0; stops; stops &= stops - 1) {
		unsigned const at = (unsigned)__builtin_ctz(stops);
		unsigned const len = at - from;
		uint32_t w;
		if (len - 1 > 2) return 0;
		memcpy(&w, p + at - 3, 4);
		w = le32toh(w) & UINT32_C(0x0f0f0f) << 8 * (3 - len);
		ret[n++] = (uint16_t)((w & 15) * 100 + (w >> 8 & 15) * 10 + (w >> 16 & 15));
		if (p[at] >= 0x40) {
			*ret_n = n;
			return p[at] < 0x7f ? at + 1 : 0;
		}
		if (p[at] != ';' || n == max) return 0;
		from = at + 1;
	}
	return 0;
}
#endif

/* The length of a complete, valid UTF-8 character that is not a control; else 0. */
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
	return 0; /* E0, ED, F0, F4 and invalid bytes: byte by byte */
}

#endif
