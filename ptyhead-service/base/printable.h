/* SPDX-License-Identifier: ISC */
/* Which characters may be in a line of text that people read on a terminal. All other
 * code asks this module. There are two questions with different answers: would a
 * terminal act on the character (printable_control), and may it be in a line unchanged
 * (printable)? */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes that printable_put makes of one byte: \xNN. */
#define PRINTABLE_ESCAPE 4u

/* Is `c` a control character: C0, DEL or C1? A terminal acts on these, even within
 * strings. */
static inline bool printable_control(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/* May `c` be in a line unchanged? No: control characters; invalid characters (UTF8_BAD,
 * surrogates, above U+10FFFF); U+2028 and U+2029, which break lines; and characters
 * that set the direction of writing (Bidi_Control in Unicode 15.0: U+061C, U+200E,
 * U+200F, U+202A to U+202E, U+2066 to U+2069), which change the order in which people
 * read the neighbouring text. */
bool printable(uint32_t c);

/* Returns the number of bytes of the first character of `text`, which has `len` (at
 * least 1) bytes. Invalid bytes count one at a time, or as many as one U+FFFD replaces.
 * *ret: is the character printable? */
size_t printable_next(void const *text, size_t len, bool *ret);

/* The number of bytes at the beginning of `text` that are whole, printable characters. */
size_t printable_span(void const *text, size_t len);

/* Copies `text` to `buf`, with each byte of a character that is not printable as \xNN,
 * and ends it with a NUL. Stops before the first character or escape that does not fit
 * into `size` (at least 1) bytes. Returns the length. A backslash is copied unchanged:
 * the result is for people, and \x0a may stand for a newline or for these four
 * characters. */
size_t printable_put(char *buf, size_t size, void const *text, size_t len);

#endif
