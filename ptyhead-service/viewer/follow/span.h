/* SPDX-License-Identifier: ISC */
/* A span is a sequence of bytes that a terminal does not get with the other output: a
 * question, which one viewer passes on, or a sequence that viewers withhold
 * (screen/withhold.c). It is collected, since parts of it may be for the terminal. */
#ifndef VIEWER_SPAN_H
#define VIEWER_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPAN_MAX 8192u /* nothing of a longer one is passed on */
#define SPAN_REST_MAX 512u

struct span {
	uint64_t left; /* bytes still to come; 0: no span */
	bool ours;     /* it is a question for our terminal */
	size_t len;
	uint8_t data[SPAN_MAX];
};

void span_begin(struct span *s, uint64_t len, bool ours);
/* Adds at most `left` bytes. True: the span is complete. */
bool span_add(struct span *s, uint8_t const *data, size_t len);
/* Was all of it kept? */
bool span_whole(struct span const *s);

/* What a terminal gets of a complete span that is not for it: controls within the
 * sequence, modes that are not withheld, ASCII in place of an unknown character set.
 * Returns the number of bytes. *ret_more: bytes are not enough, since the screen
 * changes (RIS, DECCOLM, DECSCPP), or `ret` is too small. */
size_t span_rest(struct span const *s, char ret[SPAN_REST_MAX], bool *ret_more);

#endif
