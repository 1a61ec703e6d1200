/* SPDX-License-Identifier: ISC */
/* What a row of a screen says, as numbers that can be compared: exactly, by form
 * and by its first word. Pure. */
#ifndef LOGFORM_H
#define LOGFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "screen.h"

#define LOGFORM_NONE 0u /* no text has this hash */

struct logform {
	uint64_t text; /* the text at its columns; a spinner's glyph counts as any other one's */
	uint64_t form; /* the words without numbers, units, bars and spinners: what does not count or move; LOGFORM_NONE: nothing is left */
	uint64_t key;  /* the first word's letters, or LOGFORM_NONE */
	uint64_t label; /* the first two words as they are, without spinners */
};

bool logform_blank(struct screen_row const *row);
uint64_t logform_text(struct screen_row const *row);
/* All three. */
struct logform logform_of(struct screen_row const *row);
/* The same for a line however it is wrapped: call for each row, begin with 0, end
 * with logform_hash. Blanks do not count. */
uint64_t logform_line(uint64_t h, struct screen_row const *row);
uint64_t logform_hash(uint64_t h);

#endif
