/* SPDX-License-Identifier: ISC */
/* A terminal's output as text, for a terminal that knows no escape sequences
 * (TERM=dumb): sequences and strings are left out, and so are the controls but for BEL,
 * backspace, tab, CR and LF. Pure. */
#ifndef VIEWER_STRIP_H
#define VIEWER_STRIP_H

#include <stddef.h>
#include <stdint.h>

struct strip { /* zeros: between two sequences */
	uint8_t state;
	uint8_t before; /* the byte before, where C2 may begin a control */
};

/* In place; returns how many bytes are left. A sequence may be in several pieces. */
size_t strip(struct strip *s, uint8_t *data, size_t len);

#endif
