/* SPDX-License-Identifier: ISC */
/* The two parts of show: show_start.c, the start; show.c, the rest. */
#ifndef VIEWER_SHOW_INT_H
#define VIEWER_SHOW_INT_H

#include "show.h"

/* Shows the screen as it is now; at a new start (`anew`) with the rows above it in the
 * scrollback. False: the tape does not have it. */
bool show_picture(struct show *s, bool anew);
/* Shows an empty screen; bytes pass from here on. */
void show_blank(struct show *s);
/* Shows the present screen, or starts at the oldest byte. */
void show_start(struct show *s, bool anew);

#endif
