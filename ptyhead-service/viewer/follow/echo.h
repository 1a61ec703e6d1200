/* SPDX-License-Identifier: ISC */
/* Lines that were typed, and where the terminal, or its program, shows them back. Known
 * by their text: a line that ends in what was typed is its echo, once. */
#ifndef VIEWER_ECHO_H
#define VIEWER_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

struct echo {
	struct screen_buf lines; /* not seen yet, each with its '\n'; the last one may go on */
	size_t at; /* the first of them */
	size_t before; /* the length of `lines` before the last call of echo_typed */
	bool stands;   /* the line that was looked at last ends in all of the first of them */
};
#define ECHO_INIT { .lines = SCREEN_BUF_INIT }

/* These bytes are typed. */
void echo_typed(struct echo *e, uint8_t const *data, size_t len);
/* The bytes of the last call were not typed after all. */
void echo_untyped(struct echo *e);
/* Is all that was typed seen? */
bool echo_seen(struct echo const *e);
/* Nothing of it is shown. */
void echo_forget(struct echo *e);
/* From which byte of `line` on it is an echo, or the beginning of one; `len`: it is none.
 * A `settled` line is looked at once. */
size_t echo_begin(struct echo *e, char const *line, size_t len, bool settled);
void echo_deinit(struct echo *e);

#endif
