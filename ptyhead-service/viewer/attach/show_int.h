/* SPDX-License-Identifier: ISC */
/* The two halves of show: show_start.c, where it starts; show.c, how it goes on. */
#ifndef VIEWER_SHOW_INT_H
#define VIEWER_SHOW_INT_H

#include "show.h"

/* The screen as it is now, with the rows above it in the terminal's scrollback
 * where it begins there (`anew`); false: the tape does not have it. */
bool show_picture(struct show *s, bool anew);
/* An empty screen, for bytes to pass from here on. */
void show_blank(struct show *s);
/* Shows the screen as it is, or the oldest byte and what follows. */
void show_start(struct show *s, bool anew);

#endif
