/* SPDX-License-Identifier: ISC */
/* The viewer's own terminal: sets raw mode and restores the old modes. */
#ifndef VIEWER_TERM_H
#define VIEWER_TERM_H

#include <stdbool.h>
#include <termios.h>

#include "client.h"

struct term {
	int in;
	int out;
	bool ours; /* input and output are a terminal: use raw mode and paint */
	bool raw;
	struct termios saved; /* modes as found */
	struct termios set;   /* modes that we set */
};

/* Checks both descriptors; changes nothing. */
void term_init(struct term *t, int in, int out);
/* Sets raw mode. 0 or -errno. Saves the modes found, unless they are our own. */
int term_raw(struct term *t);
/* Restores the modes. Drops typed input that was not read. Never waits. */
void term_restore(struct term *t);
/* Is this process in the terminal's foreground? */
bool term_foreground(struct term const *t);
/* The size of the terminal; zeros if it states none, or an impossible one. */
struct ptyhead_size term_size(struct term const *t);

#endif
