/* SPDX-License-Identifier: ISC */
/* What bytes make of the terminal of a canvas, and its scrollback: rows that it pulled go up
 * again, rows that it pushed are not printed once more, those that it lacks are printed. */
#ifndef VIEWER_SCROLLBACK_H
#define VIEWER_SCROLLBACK_H

#include "canvas.h"

/* Bytes, and what the terminal will be like after them. */
struct way {
	struct screen *at;
	struct screen_buf *out;
	size_t fed;
};

/* `at` takes what was added to `out`. */
void way_go(struct way *w);
/* Its screen is blank, without anything in its scrollback. */
void way_erase(struct canvas *c, struct way *w);

/* What was printed from the top on goes up; the screen below it is blank. */
void scrollback_sink(struct way *w);
/* The terminal is on its main screen: its scrollback becomes what it is to be. */
void scrollback_settle(struct canvas *c, struct way *w);

#endif
