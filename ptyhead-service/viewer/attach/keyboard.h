/* SPDX-License-Identifier: ISC */
/* What comes from the viewer's terminal: keys that detach, keys that show the past and
 * those that go through it, answers to the viewer's own questions, and what is for the
 * program. */
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

/* As much more than what was read may go to the head. */
#define KEYBOARD_HELD_MAX (TOKENS_HELD_MAX + 2 * KEYS_HELD_MAX)
/* So long a key that left the past and is held down is not typed into the program. */
#define KEYBOARD_LEFT_MS 300

struct keyboard {
	/* set by the caller */
	struct keys keys;
	struct keys past; /* begin to show the past, and end it */
	struct rewind *rewind;
	struct face *face;
	struct headlink *link;

	struct tokens tokens;
	int64_t hold;    /* when what is held goes out */
	int64_t pressed; /* when the key that was pressed once has been found */
	int64_t past_pressed;
	uint8_t left_by; /* the key that left the past; 0: none */
	int64_t left;    /* until when it is not typed */
};

/* Takes what was read. True: the keys that detach were pressed. */
bool keyboard_take(struct keyboard *k, uint8_t const *data, size_t len, int64_t now);
/* The same for what time has decided. */
bool keyboard_tick(struct keyboard *k, int64_t now);
/* Reads and drops what the terminal `in` sends, until it has answered all, or for `ms`. */
void keyboard_drop(struct keyboard *k, int in, int ms);
/* Milliseconds until keyboard_tick has something to do; -1: never. */
int keyboard_timeout(struct keyboard const *k, int64_t now);

#endif
