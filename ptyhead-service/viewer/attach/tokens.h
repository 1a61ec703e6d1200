/* SPDX-License-Identifier: ISC */
/* Splits the input of a terminal into tokens: text, keys, reports and answers. Pure.
 *
 *     tokens_feed(&t, in, len);
 *     while (tokens_next(&t, &token)) ...
 *
 * A sequence is one token, even if it comes in several reads. An incomplete sequence is
 * held back for at most TOKENS_HOLD_MS; then tokens_flush gives out what there is of it. The
 * sequence is still recognised when it is complete: `sent` of its token tells how much was
 * given out before.
 *
 * A control character ends a sequence, so a cut sequence does not hide a key. In a bracketed
 * paste there are no keys. */
#ifndef VIEWER_TOKENS_H
#define VIEWER_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKENS_HOLD_MS 25
#define TOKENS_ANSWER_MS 1000 /* the same, if the terminal owes an answer */
#define TOKENS_HELD_MAX 4096

enum token_kind {
	TOKEN_TEXT,   /* characters and controls outside of sequences */
	TOKEN_ESCAPE, /* ESC, or ESC and a character: Alt and a key */
	TOKEN_CSI,
	TOKEN_MOUSE,  /* CSI M and three characters */
	TOKEN_SS3,
	TOKEN_STRING, /* OSC, DCS, SOS, PM and APC, with their end */
	TOKEN_PASTE,  /* a part of a paste, or one of its markers */
	TOKEN_REST,   /* of a sequence that was cut, or is too long to hold */
};

struct token {
	enum token_kind kind;
	uint8_t const *data; /* valid until the next call of this module */
	size_t len;
	size_t sent;         /* number of these bytes that tokens_flush gave out before */
};

struct tokens {
	/* set by the caller at any time */
	bool mouse;      /* the program has asked for mouse reports in the form CSI M */
	bool mouse_utf8; /* with characters of up to two bytes (mode 1005) */
	bool owed;       /* the terminal owes an answer: hold a string longer */

	int state;
	unsigned more;   /* missing characters of a mouse report */
	unsigned end;    /* number of bytes seen of a paste's end */
	size_t len, sent; /* of `held`: bytes seen, and bytes given out already */
	uint8_t const *in;
	size_t in_len;
	bool cut;        /* the string is too long, and parts were given out */
	bool given;      /* `held` was given out as a token */
	uint8_t held[TOKENS_HELD_MAX];
};

/* Zeros are a valid initial state. `in` must stay valid until tokens_next returns
 * false. */
void tokens_feed(struct tokens *t, uint8_t const *in, size_t len);
bool tokens_next(struct tokens *t, struct token *ret);

/* Is something held back? For how many milliseconds? */
bool tokens_holding(struct tokens const *t);
int tokens_hold_ms(struct tokens const *t);
/* Gives out what is held back; false: there is nothing. */
bool tokens_flush(struct tokens *t, struct token *ret);

/* The numbers of a CSI sequence: ret[i][j] is number j of parameter i; -1: none.
 * Returns the private prefix (< = > ?), or 0. */
#define TOKEN_PARAMS 6
#define TOKEN_SUBS 3
uint8_t token_params(struct token const *t, int ret[TOKEN_PARAMS][TOKEN_SUBS]);
/* The final byte of a sequence, and whether an intermediate byte precedes it. */
uint8_t token_final(struct token const *t);
uint8_t token_intermediate(struct token const *t);

#endif
