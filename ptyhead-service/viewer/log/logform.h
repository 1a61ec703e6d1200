/* SPDX-License-Identifier: ISC */
/* The text of a row as numbers that can be compared: exactly, by form, and by the first
 * word. Pure. */
#ifndef LOGFORM_H
#define LOGFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "screen.h"

#define LOGFORM_NONE 0u /* not the hash of any text */

struct logform {
	uint64_t text; /* the text with its columns; all spinner glyphs are equal */
	uint64_t form; /* the words without numbers, units, bars and spinners, which
	                * change in a redraw; LOGFORM_NONE: nothing is left */
	uint64_t key;  /* letters of the first word, or LOGFORM_NONE */
	uint64_t label; /* the first two words unchanged, without spinners */
};

bool logform_blank(struct screen_row const *row);
uint64_t logform_text(struct screen_row const *row);
/* Computes all of them. */
struct logform logform_of(struct screen_row const *row);
/* A hash of a line's text that does not depend on how the line is wrapped: start with
 * 0, call for each row, finish with logform_hash. Blanks do not count. */
uint64_t logform_line(uint64_t h, struct screen_row const *row);
uint64_t logform_hash(uint64_t h);

#endif
