/* SPDX-License-Identifier: ISC */
/* Takes apart what a terminal sends: text, keys, reports and answers. Pure.
 *
 *     tokens_feed(&t, in, len);
 *     while (tokens_next(&t, &token)) ...
 *
 * A sequence is given as a whole, however the reads split it. Until it is complete it
 * is held back, for TOKENS_HOLD_MS at most: then tokens_flush gives out what there is
 * of it. The sequence is looked for even so; when it is complete, `sent` of its token
 * tells how much of it was given out before.
 *
 * A control character ends a sequence: no key is hidden by one that was cut. In a
 * bracketed paste nothing is a key. */
#ifndef VIEWER_TOKENS_H
#define VIEWER_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKENS_HOLD_MS 25
#define TOKENS_ANSWER_MS 1000 /* the same, of a terminal that owes an answer */
#define TOKENS_HELD_MAX 4096

enum token_kind {
	TOKEN_TEXT,   /* characters and controls that are part of no sequence */
	TOKEN_ESCAPE, /* ESC, or ESC and a character: Alt and a key */
	TOKEN_CSI,
	TOKEN_MOUSE,  /* CSI M and three characters */
	TOKEN_SS3,
	TOKEN_STRING, /* OSC, DCS, SOS, PM and APC, with their end */
	TOKEN_PASTE,  /* a piece of a paste, its markers included */
	TOKEN_REST,   /* of a sequence that was cut, or is too long to be held */
};

struct token {
	enum token_kind kind;
	uint8_t const *data; /* good until the next call of this module */
	size_t len;
	size_t sent;         /* of these, what tokens_flush gave out before */
};

struct tokens {
	/* set by the caller, at any time */
	bool mouse;      /* the program has asked for mouse reports in the form CSI M */
	bool mouse_utf8; /* with characters of up to two bytes (mode 1005) */
	bool owed;       /* the terminal owes an answer: a string is held for longer */

	int state;
	unsigned more;   /* characters of a mouse report still to come */
	unsigned end;    /* how much of a paste's end was seen */
	size_t len, sent; /* of `held`: seen, and given out already */
	uint8_t const *in;
	size_t in_len;
	bool cut;        /* a part of the string was given out since it is too long */
	bool given;      /* `held` was given out as a token */
	uint8_t held[TOKENS_HELD_MAX];
};

/* Zeros are ready for use. `in` must stay until tokens_next is false. */
void tokens_feed(struct tokens *t, uint8_t const *in, size_t len);
bool tokens_next(struct tokens *t, struct token *ret);

/* True when something is held back, and for how many milliseconds. */
bool tokens_holding(struct tokens const *t);
int tokens_hold_ms(struct tokens const *t);
/* Gives it out; false: there is nothing. */
bool tokens_flush(struct tokens *t, struct token *ret);

/* The numbers of a CSI sequence: ret[i][j] is number j of parameter i, -1 where there
 * is none. Returns the private prefix (< = > ?), or 0. */
#define TOKEN_PARAMS 6
#define TOKEN_SUBS 3
uint8_t token_params(struct token const *t, int ret[TOKEN_PARAMS][TOKEN_SUBS]);
/* The last byte of a sequence, and whether it has an intermediate byte before that. */
uint8_t token_final(struct token const *t);
uint8_t token_intermediate(struct token const *t);

#endif
