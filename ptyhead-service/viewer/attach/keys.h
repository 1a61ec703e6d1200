/* SPDX-License-Identifier: ISC */
/* Finds the detach keys in what a terminal sends. Pure.
 *
 * Either one key, which is found everywhere except in a bracketed paste. Pressed twice
 * within KEYS_TWICE_MS it is typed once. Or a sequence of two to four keys: those that were
 * pressed are held back until the sequence is complete or another key comes. A sequence
 * that begins with a printable character counts only at the beginning of a line; its first
 * character, pressed twice, is typed once, as in ssh.
 *
 * A key is an ASCII character. Its encoded forms, which a terminal sends when a program asks
 * for them, are found too: CSI 92;5u (the kitty protocol, with alternate keys and event
 * type; a release does not count), CSI 27;5;92~ (modifyOtherKeys) and CSI Vk;Sc;28;1;Cs;Rc _
 * (mode 9001). */
#ifndef VIEWER_KEYS_H
#define VIEWER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokens.h"

#define KEYS_MAX 4
#define KEYS_DETACH "^\\" /* the default */
#define KEYS_REWIND "^]"
#define KEYS_TWICE_MS 250
#define KEYS_HELD_MAX 256
#define KEYS_NAME_MAX 16

struct keys {
	int step[KEYS_MAX]; /* 0 to 127 */
	unsigned n;         /* 0: no key detaches */
	unsigned at;        /* how many of them were pressed */
	bool inside;        /* the present line is not empty */
	size_t held_len;
	uint8_t held[KEYS_HELD_MAX];
};

/* Parses one key or several in a row: ^X, C-x, a character; or none. False: invalid, or
 * contains a key that begins other keys (Escape). */
bool keys_init(struct keys *k, char const *spec);

/* Copies the input for the program to `out`, which must have room for the token's
 * length + KEYS_HELD_MAX bytes. Returns its length. If the keys were found, *ret_found
 * is true, and what follows them is dropped. */
size_t keys_take(struct keys *k, struct token const *t, uint8_t *out, bool *ret_found);
/* Prepares a second set of keys, which must look at the rest of the token: `ret` uses
 * `out`. False: there is nothing to look at. */
bool keys_filter(struct keys *k, struct token const *t, uint8_t *out, struct token *ret, bool *ret_found);
/* Drops what is held. */
void keys_forget(struct keys *k);
/* True: not a pressed key, but a report, an answer, or the like. */
bool keys_no_press(struct token const *t);
/* The key was pressed once. It takes effect if nothing more comes within KEYS_TWICE_MS. */
bool keys_pressed(struct keys const *k);

/* The keys as people write them: "^\", "^P^Q", "~.". */
char const *keys_name(struct keys const *k, char buf[KEYS_NAME_MAX]);

#endif
