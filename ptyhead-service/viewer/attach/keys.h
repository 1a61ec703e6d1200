/* SPDX-License-Identifier: ISC */
/* Finds the keys that detach among what a terminal sends. Pure.
 *
 * Either one key, which is found anywhere but in a bracketed paste; pressed twice
 * within KEYS_TWICE_MS it is typed once. Or a sequence of two to four: what belongs to
 * it is held back until it is complete or another key comes. A sequence that begins
 * with a printable character counts only at the beginning of a line, and its first
 * character twice is that character once, as ssh has it.
 *
 * A key is an ASCII character. It is also found as terminals encode it when a program
 * asks for that: CSI 92;5u (kitty's protocol, with its alternate keys and its event; a
 * release is not a press), CSI 27;5;92~ (modifyOtherKeys) and CSI Vk;Sc;28;1;Cs;Rc _
 * (mode 9001). */
#ifndef VIEWER_KEYS_H
#define VIEWER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokens.h"

#define KEYS_MAX 4
#define KEYS_DETACH "^\\" /* unless said otherwise */
#define KEYS_REWIND "^]"
#define KEYS_TWICE_MS 250
#define KEYS_HELD_MAX 256
#define KEYS_NAME_MAX 16

struct keys {
	int step[KEYS_MAX]; /* 0 to 127 */
	unsigned n;         /* 0: no key detaches */
	unsigned at;        /* how many were pressed */
	bool inside;        /* the line has begun */
	size_t held_len;
	uint8_t held[KEYS_HELD_MAX];
};

/* `spec` is a key or several in a row: ^X, C-x, a character; or none. False
 * when it is none of these, or has a key that begins others (Escape). */
bool keys_init(struct keys *k, char const *spec);

/* Copies to `out`, which holds the token's length + KEYS_HELD_MAX bytes, what is for
 * the program, and returns how much. When the keys were found *ret_found is true and
 * what came behind them is dropped. */
size_t keys_take(struct keys *k, struct token const *t, uint8_t *out, bool *ret_found);
/* The same for a second set of keys: `ret` is what of the token is to be looked at by it
 * and uses `out`. False: nothing is. */
bool keys_filter(struct keys *k, struct token const *t, uint8_t *out, struct token *ret, bool *ret_found);
/* Nothing of what is held counts any more. */
void keys_forget(struct keys *k);
/* Not a key that was pressed, but a report, an answer, or the like. */
bool keys_no_press(struct token const *t);
/* The key was pressed: if nothing more comes in KEYS_TWICE_MS it is found. */
bool keys_pressed(struct keys const *k);

/* The keys as people write them: "^\", "^P^Q", "~.". */
char const *keys_name(struct keys const *k, char buf[KEYS_NAME_MAX]);

#endif
