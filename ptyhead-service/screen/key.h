/* SPDX-License-Identifier: ISC */
/* The bytes that a terminal sends for keys, text and pastes in the modes that its
 * program has set. Pure. */
#ifndef SCREEN_KEY_H
#define SCREEN_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "screen.h"

enum { KEY_SHIFT = 1, KEY_META = 2, KEY_CTRL = 4 };

#define KEY_NAMED 0x200000u /* all named keys are above every code point */
#define KEY_F KEY_NAMED     /* F1 is KEY_F + 1 */
#define KEY_F_MAX 20u
#define KEY_PAD (KEY_NAMED + 0x100u) /* add the character on the keypad key */
#define KEY_PAD_MAX 0x80u

enum {
	KEY_UP = KEY_NAMED + 0x200, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_PPAGE, KEY_NPAGE, KEY_INSERT, KEY_DELETE,
};
enum { KEY_TAB = 9, KEY_ENTER = 13, KEY_ESCAPE = 27, KEY_SPACE = 32, KEY_BACKSPACE = 127 };

struct key {
	uint32_t code; /* a character, or one of the values above KEY_NAMED */
	unsigned mods;
};

#define KEY_BYTES_MAX 32u
/* Returns the number of bytes put into `buf`; 0: no terminal sends this key. */
size_t key_bytes(struct key key, struct screen_input const *mode, char buf[KEY_BYTES_MAX]);

/* Text as if it was typed: each line end becomes the Enter key. If the protocol encodes
 * every key, each character is encoded, too. */
void key_text(void const *text, size_t len, struct screen_input const *mode, struct screen_buf *out);

/* Text as if it was pasted. If the program wants bracketed paste, it is bracketed, and
 * bytes that could end the brackets are left out (escapes and C1 introducers;
 * *ret_left_out counts them). */
void key_paste(void const *text, size_t len, struct screen_input const *mode, struct screen_buf *out, size_t *ret_left_out);

#endif
