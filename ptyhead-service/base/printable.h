/* SPDX-License-Identifier: ISC */
/* What a line of text may hold that somebody reads on a terminal: the one place where
 * this is decided. Two questions, since they differ: what would a terminal act on
 * (printable_control), and what may stand in a line as it is (printable)? */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that printable_put makes of one byte, at most: \xNN. */
#define PRINTABLE_ESCAPE 4u

/* `c` is a control: C0, DEL or C1. A terminal acts on it, within strings too. */
static inline bool printable_control(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/* `c` may stand in a line as it is. May not: controls; what is no character (UTF8_BAD,
 * surrogates, above U+10FFFF); U+2028 and U+2029, which break lines; and what sets the
 * direction of writing (Bidi_Control in Unicode 15.0: U+061C, U+200E, U+200F, U+202A to
 * U+202E, U+2066 to U+2069), which makes what stands beside it be read in another order. */
bool printable(uint32_t c);

/* The bytes of the first character at `text`, of which `len` (at least 1) bytes are
 * there; bytes that are no character count one at a time, or as one U+FFFD stands for
 * them. *ret: is it printable? */
size_t printable_next(void const *text, size_t len, bool *ret);

/* How many bytes at the beginning of `text` are whole, printable characters. */
size_t printable_span(void const *text, size_t len);

/* Copies `text` to `buf`, each byte of what is not printable as \xNN, and ends it with
 * a NUL. What does not fit into `size` (at least 1) bytes is left out, whole characters
 * and escapes alone. Returns the length. A backslash stays as it is: the result is for
 * people, and does not tell \x0a from a newline. */
size_t printable_put(char *buf, size_t size, void const *text, size_t len);

#endif
