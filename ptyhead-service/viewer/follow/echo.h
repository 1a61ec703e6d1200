/* SPDX-License-Identifier: ISC */
/* Recognises the echo of typed lines, by the terminal or by its program. It is known by
 * its text: a line that ends in a typed line is the echo of it, once. */
#ifndef VIEWER_ECHO_H
#define VIEWER_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

struct echo {
	struct screen_buf lines; /* typed and not echoed yet, each with its '\n'; the
	                          * last one may be incomplete */
	size_t at; /* offset of the first of them */
	size_t before; /* length of `lines` before the last call of echo_typed */
	bool stands;   /* the line checked last ends in the whole first line */
};
#define ECHO_INIT { .lines = SCREEN_BUF_INIT }

/* These bytes are about to be typed. */
void echo_typed(struct echo *e, uint8_t const *data, size_t len);
/* The bytes of the last call were not typed. */
void echo_untyped(struct echo *e);
/* Has everything typed been echoed? */
bool echo_seen(struct echo const *e);
/* Nothing is echoed: forget all lines. */
void echo_forget(struct echo *e);
/* The byte of `line` where an echo, or a part of one, begins; `len`: there is none.
 * Call it once for a `settled` line. */
size_t echo_begin(struct echo *e, char const *line, size_t len, bool settled);
void echo_deinit(struct echo *e);

#endif
