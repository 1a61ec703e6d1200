/* Keys by their names, as tmux has them, and the bytes that a terminal sends
 * for them in the modes that its program has set. Pure. */
#ifndef VIEWER_KEYNAME_H
#define VIEWER_KEYNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

enum { KEY_SHIFT = 1, KEY_META = 2, KEY_CTRL = 4 };

struct key {
	uint32_t code; /* a character, or one of keyname.c's above KEY_NAMED */
	unsigned mods;
};

/* [C-][M-][S-]NAME or ^X, where NAME is a character, Enter, Escape, Tab, BTab,
 * BSpace, Space, Up, Down, Left, Right, Home, End, PPage (PageUp, PgUp), NPage
 * (PageDown, PgDn), IC (Insert), DC (Delete), F1 to F20, KP0 to KP9, KP., KP+,
 * KP-, KP*, KP/ or KPEnter. False: it is none. */
bool key_parse(char const *name, struct key *ret);

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
