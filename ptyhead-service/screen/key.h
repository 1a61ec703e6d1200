/* SPDX-License-Identifier: ISC */
/* The bytes that a terminal sends for keys, text and pastes in the modes that its program
 * has set. Pure. */
#ifndef SCREEN_KEY_H
#define SCREEN_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "screen.h"

enum { KEY_SHIFT = 1, KEY_META = 2, KEY_CTRL = 4 };

#define KEY_NAMED 0x200000u /* above every code point */
#define KEY_F KEY_NAMED     /* F1 is KEY_F + 1 */
#define KEY_F_MAX 20u
#define KEY_PAD (KEY_NAMED + 0x100u) /* and the character on it */
#define KEY_PAD_MAX 0x80u

enum {
	KEY_UP = KEY_NAMED + 0x200, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_PPAGE, KEY_NPAGE, KEY_INSERT, KEY_DELETE,
};
enum { KEY_TAB = 9, KEY_ENTER = 13, KEY_ESCAPE = 27, KEY_SPACE = 32, KEY_BACKSPACE = 127 };

struct key {
	uint32_t code; /* a character, or one of those above KEY_NAMED */
	unsigned mods;
};

#define KEY_BYTES_MAX 32u
/* Returns how many bytes were put to `buf`; 0: no terminal has any for it. */
size_t key_bytes(struct key key, struct screen_input const *mode, char buf[KEY_BYTES_MAX]);

/* Text as it would be typed: the end of a line is the Enter key. Under a
 * protocol that encodes every key so is every character. */
void key_text(void const *text, size_t len, struct screen_input const *mode, struct screen_buf *out);

/* Text as it would be pasted: bracketed where the program wants that, and then
 * without what could end the brackets (escapes and C1 introducers; *ret_left_out
 * counts them). */
void key_paste(void const *text, size_t len, struct screen_input const *mode, struct screen_buf *out, size_t *ret_left_out);

#endif
