/* The viewer's own terminal: raw mode and the way back. */
#ifndef VIEWER_TERM_H
#define VIEWER_TERM_H

#include <stdbool.h>
#include <termios.h>

#include "wire.h"

struct term {
	int in;
	int out;
	bool ours; /* both are a terminal: raw mode and painting apply */
	bool raw;
	struct termios saved; /* as found */
	struct termios set;   /* by us */
};

/* Looks at both; changes nothing. */
void term_init(struct term *t, int in, int out);
/* 0 or -errno. Remembers the modes found, unless they are its own. */
int term_raw(struct term *t);
/* The modes as found; what was typed and not read is dropped. Never waits. */
void term_restore(struct term *t);
/* True when this process is in the terminal's foreground. */
bool term_foreground(struct term const *t);
/* The size of the terminal; zeros when it states none, or an impossible one. */
struct wire_size term_size(struct term const *t);

#endif
