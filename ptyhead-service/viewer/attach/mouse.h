/* SPDX-License-Identifier: ISC */
/* Converts mouse reports if the terminal shows a part of the program's screen, or more
 * than it: positions become those on the program's screen. Pure. */
#ifndef VIEWER_MOUSE_H
#define VIEWER_MOUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokens.h"

struct mouse_view {
	unsigned y, x;           /* position on the program's screen of the terminal's first cell */
	unsigned rows, cols;     /* of the program's screen */
	unsigned cell_h, cell_w; /* in pixels; 0: not known */
	bool pixels;             /* the program wants pixels (mode 1016) */
	bool utf8;               /* the program wants characters of up to two bytes (mode 1005) */
	unsigned *lost;          /* a bit for each button whose press was outside */
};

#define MOUSE_MAX 48

/* True: the token is a report. `ret`, of *ret_len bytes, is the converted report; empty
 * if the position is outside of the program's screen, or if the press that it follows
 * was. Otherwise a release outside becomes a release at its edge. */
bool mouse_moved(struct mouse_view const *v, struct token const *t, uint8_t ret[MOUSE_MAX], size_t *ret_len);

#endif
