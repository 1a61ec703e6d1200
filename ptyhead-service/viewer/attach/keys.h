/* Finds the detach key in what a terminal sends. Pure.
 *
 * The key is one ASCII character, found anywhere in the input but never in a
 * bracketed paste. It is also found as terminals encode it when a program asks
 * for that: CSI 92;5u (kitty's protocol, with its alternate keys and its event;
 * a release is not a press) and CSI 27;5;92~ (modifyOtherKeys), however the
 * reads split it. What may be the beginning of such a form is held back for
 * KEYS_HOLD_MS: then keys_flush gives it out, and the search goes on as if it
 * had not. */
#ifndef VIEWER_KEYS_H
#define VIEWER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_HOLD_MS 25
#define KEYS_HELD_MAX 48

struct keys {
	int key; /* 0 to 127; -1: none */
	int state;
	unsigned skip;         /* bytes of a mouse report still to come */
	unsigned end;          /* how much of a paste's end marker was seen */
	unsigned len, sent;    /* of `held`: seen, and given out already */
	uint8_t held[KEYS_HELD_MAX];
};

/* `spec` is ^X, C-x, a character, or none; NULL is ^\. False when it is none of
 * these, or a key that begins others (Escape). */
bool keys_init(struct keys *k, char const *spec);

/* Copies to `out`, which holds len + KEYS_HELD_MAX bytes, what is for the
 * program, and returns how much. When the key was found *ret_found is true and
 * what came behind it is dropped. */
size_t keys_feed(struct keys *k, uint8_t const *in, size_t len, uint8_t *out, bool *ret_found);

/* True when something is held back. */
bool keys_holding(struct keys const *k);
/* Gives it out (at most KEYS_HELD_MAX bytes). */
size_t keys_flush(struct keys *k, uint8_t *out);

/* The key as people write it, "^\" or "q"; `buf` holds 4 bytes. */
char const *keys_name(struct keys const *k, char buf[4]);

#endif
