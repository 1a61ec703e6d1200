/* SPDX-License-Identifier: ISC */
/* What bytes do to the terminal of a canvas and its scrollback. Rows that the terminal
 * pulled scroll up again; rows that it pushed are not printed again; missing rows are
 * printed. */
#ifndef VIEWER_SCROLLBACK_H
#define VIEWER_SCROLLBACK_H

#include "canvas.h"

/* Bytes, and the state of the terminal after them. */
struct way {
	struct screen *at;
	struct screen_buf *out;
	size_t fed;
};

/* Applies the bytes added to `out` to `at`. */
void way_go(struct way *w);
/* Its screen is blank, and its scrollback unchanged. */
void way_erase(struct canvas *c, struct way *w);

/* Scrolls up what was printed from the top on; the screen below is blank. */
void scrollback_sink(struct way *w);
/* The screen was blanked from its first row on: a line that began above has ended. */
void scrollback_cut(struct canvas *c);
/* Appends what prints the rows that its scrollback lacks; they are at the cursor. */
void scrollback_print(struct canvas *c, struct screen_buf *out);
/* The terminal is on its main screen: completes its scrollback. */
void scrollback_settle(struct canvas *c, struct way *w);

#endif
