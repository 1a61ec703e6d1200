/* Output as text: what a program writes, with escape sequences carried out by
 * the engine and not shown, a line at a time, lines joined where the terminal
 * wrapped them. Each line is looked at whenever something may be about to be
 * written over, so that text that stood only for a moment is seen, too; and once more at
 * its end. */
#ifndef VIEWER_TEXT_H
#define VIEWER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

#define TEXT_LINE_MAX 16384u /* of a wrapped line that left the screen */

struct text {
	struct screen *screen; /* ours */
	struct screen_buf above; /* of the first line: what scrolled off */
	struct screen_buf line;  /* that was looked at last */
	bool dirty; /* something was written since */
	bool unsettled; /* the line was looked at, and went on then */
};

/* Takes `s` over. With `blank` what it shows is not looked at: only what is
 * written from here on, where the cursor stands. */
void text_init(struct text *t, struct screen *s, bool blank);
void text_deinit(struct text *t);

/* Looks at a line, which ends in a NUL behind `len`; `settled`: it is not going to go on. True: seen enough. */
typedef bool text_look(void *arg, char const *line, size_t len, bool settled);

/* True when `look` said so; then the rest of `data` was not fed. */
bool text_feed(struct text *t, uint8_t const *data, size_t len, text_look *look, void *arg);
/* The line that the cursor is on, if something was written to it since it was
 * looked at last. */
bool text_rest(struct text *t, text_look *look, void *arg);
/* Every line of the screen. */
bool text_screen(struct text *t, text_look *look, void *arg);

#endif
