/* SPDX-License-Identifier: ISC */
/* Output as text: the engine executes the escape sequences, and lines that the terminal
 * wrapped are joined. Each line is checked whenever it may be overwritten next, so that
 * text that is visible only for a moment is seen, and once more at its end. */
#ifndef VIEWER_TEXT_H
#define VIEWER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

#define TEXT_LINE_MAX 16384u /* bytes of a wrapped line that has left the screen */

struct text {
	struct screen *screen; /* ours */
	struct screen_buf above; /* the part of the first line that scrolled off */
	struct screen_buf line;  /* the line checked last */
	bool dirty; /* something was written since then */
	bool unsettled; /* the line was checked and could continue */
};

/* Takes over `s`. `blank`: ignore what it shows; check only what is written from now
 * on, at the cursor. */
void text_init(struct text *t, struct screen *s, bool blank);
void text_deinit(struct text *t);

/* Checks a line of `len` bytes with a NUL after them. `settled`: it will not continue.
 * True: stop. */
typedef bool text_look(void *arg, char const *line, size_t len, bool settled);

/* True: `look` returned true. The rest of `data` was not fed then. */
bool text_feed(struct text *t, uint8_t const *data, size_t len, text_look *look, void *arg);
/* Checks the line with the cursor, if something was written to it since the last check. */
bool text_rest(struct text *t, text_look *look, void *arg);
/* Checks every line of the screen. */
bool text_screen(struct text *t, text_look *look, void *arg);

#endif
