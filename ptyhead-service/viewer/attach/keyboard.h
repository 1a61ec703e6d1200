/* SPDX-License-Identifier: ISC */
/* Input from the viewer's terminal: keys that detach, the key for the past and the keys
 * in it, answers to the viewer's own questions, and input for the program. */
#ifndef VIEWER_KEYBOARD_H
#define VIEWER_KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "face.h"
#include "headlink.h"
#include "keys.h"
#include "rewind.h"
#include "tokens.h"

/* the head may get this much more than what was read */
#define KEYBOARD_HELD_MAX (TOKENS_HELD_MAX + 2 * KEYS_HELD_MAX)
/* how long the key that left the past, if held down, is not typed into the program */
#define KEYBOARD_LEFT_MS 300

struct keyboard {
	/* set by the caller */
	struct keys keys;
	struct keys past; /* show the past, and leave it */
	struct rewind *rewind;
	struct face *face;
	struct headlink *link;

	struct tokens tokens;
	int64_t hold;    /* when to send what is held back */
	int64_t pressed; /* when a key pressed once takes effect */
	int64_t past_pressed;
	uint8_t left_by; /* key that left the past; 0: none */
	int64_t left;    /* until when that key is not typed */
};

/* Processes input. True: the detach keys were pressed. */
bool keyboard_take(struct keyboard *k, uint8_t const *data, size_t len, int64_t now);
/* The same for keys that take effect after a time. */
bool keyboard_tick(struct keyboard *k, int64_t now);
/* Reads and drops input from the terminal `in` until it has answered everything, for at
 * most `ms`. */
void keyboard_drop(struct keyboard *k, int in, int ms);
/* Milliseconds until keyboard_tick must be called; -1: not necessary. */
int keyboard_timeout(struct keyboard const *k, int64_t now);

#endif
