/* SPDX-License-Identifier: ISC */
/* The first picture of the main screen after a change of the terminal's size. The size may
 * change again before the terminal gets the picture, and the terminal then pulls rows from
 * its scrollback or pushes rows into it. So the picture is relative to the cursor, which
 * moves with the rows: rows that were pulled stay above it. The picture ends with a
 * question. Its answer tells the size that the terminal had, and so what the picture did. */
#ifndef VIEWER_RELATIVE_H
#define VIEWER_RELATIVE_H

#include "scrollback.h"

/* canvas_anchored: appends the picture with what the scrollback lacks, if the terminal's
 * state permits it. What was made must be the first in `out`. */
void relative_paint(struct canvas *c, struct way *w);
/* The answer: the row of the screen's last row after the picture, and the size. True: the
 * size was another one. canvas_lost is true then. */
bool relative_checked(struct canvas *c, unsigned y, unsigned rows, unsigned cols);

#endif
