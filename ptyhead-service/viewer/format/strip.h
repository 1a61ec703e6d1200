/* SPDX-License-Identifier: ISC */
/* Converts output for a terminal without escape sequences (TERM=dumb): removes
 * sequences, strings and all controls except BEL, backspace, tab, CR and LF. Pure. */
#ifndef VIEWER_STRIP_H
#define VIEWER_STRIP_H

#include <stddef.h>
#include <stdint.h>

struct strip { /* zeros: between two sequences */
	uint8_t state;
	uint8_t before; /* previous byte: C2 may begin a control */
};

/* Works in place. Returns how many bytes are left. A sequence may be split over several
 * calls. */
size_t strip(struct strip *s, uint8_t *data, size_t len);

#endif
