/* SPDX-License-Identifier: ISC */
/* A terminal's output as lines of a log: which lines of the screen are finished and
 * have not been logged yet. Pure: bytes and the time in, lines out; the caller says
 * when to look.
 *
 * A line is a row of the main screen together with the rows that it wrapped onto.
 * Empty lines are left out; so are colours, and the glyphs of spinners count as one.
 *
 *   1. A new line is logged at the first look at which the cursor is below it. What
 *      stands on the cursor's line (a prompt, a progress bar that is redrawn a
 *      thousand times) is logged once, when the cursor has left it downwards.
 *   2. A line is new unless it is an old one that moved or changed: its text was
 *      logged before and has left its place since (for LOGLINES_STABLE_NS at the most);
 *      or it has the form (the text without numbers, bars and spinners) or the first
 *      word of a line that left its place; or it replaced a line at the same place.
 *      A moved line is never logged again.
 *   3. A changed line is logged once it is final, in the state that it has then:
 *        - a new line is logged below it: it comes first, so that lines are in the
 *          order of the screen. If only its numbers or bars changed last, and less
 *          than LOGLINES_SETTLE_NS ago, the new line waits for that long: if it
 *          changes again it is part of a block that is still being redrawn, and the
 *          new line goes first;
 *        - the program redraws what is below it, from somewhere below it down to the
 *          end of what it drew: it was pushed up out of the live block;
 *        - it scrolls off, or the screen is cleared, or the run ends;
 *        - it has been the same for LOGLINES_STABLE_NS.
 *      Nothing that the cursor has left is withheld for longer than that.
 *   4. A line that was logged and is still being redrawn is not logged for that.
 *   5. A carriage return on a continuation row, with text written over the row after
 *      it, ends the line above it there. If the rest begins with the same word, or is
 *      blank, the program meant to redraw the line: then only the last one is logged.
 *   6. What a program draws that reads the mouse, or has the keypad and the cursor
 *      keys in their application modes, while the cursor is hidden or has something
 *      below it (top, dialog, fzf), is a picture. A picture is not logged. What was in
 *      it and was not written to afterwards is logged only if it is still there
 *      LOGLINES_STABLE_NS after its end.
 *   7. The alternate screen is not logged. While it is shown the main screen cannot
 *      change: all of it but its last line is taken to be above the cursor.
 *   8. While the program updates the screen in synchrony (mode 2026) nothing is looked
 *      at, for LOGLINES_SYNC_NS at the most. */
#ifndef LOGLINES_H
#define LOGLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

/* Longer than people take to see a step of a redrawn list as done, and than
 * progress displays stand still; shorter than patience with a log. */
#define LOGLINES_STABLE_NS 2000000000u
/* Longer than the usual redraws of a bar are apart (50 to 70 ms); within what people
 * take for at once. */
#define LOGLINES_SETTLE_NS 80000000u
#define LOGLINES_SYNC_NS 200000000u
/* When to look: once nothing was written for LOOK, since a redraw may come in several
 * writes; in a flood at the latest LATEST after its first byte. */
#define LOGLINES_LOOK_NS 20000000u
#define LOGLINES_LATEST_NS 60000000u
/* A line that is longer than this and has scrolled off unfinished is logged in pieces. */
#define LOGLINES_JOIN_MAX 3500u

/* Where lines go. A line is offered first; false: it is not wanted, and its text is
 * not made. */
struct loglines_sink {
	void *arg;
	bool (*offer)(void *arg);
	/* `since`: when the text came to be as it is, in the clock of loglines_look. */
	void (*line)(void *arg, char const *text, size_t len, uint64_t since);
};

struct loglines;

/* NULL without memory. The screen stays the caller's, and its line sink and all
 * feeding become this module's. */
struct loglines *loglines_new(struct screen *s, struct loglines_sink const *sink);
void loglines_free(struct loglines *t); /* NULL is fine */

/* Feeds the screen. `now` in ns, in a clock that never goes back, as below. */
void loglines_feed(struct loglines *t, void const *data, size_t len, uint64_t now);
/* From here on lines are logged; with `known` those above the cursor's line count as
 * logged already. */
void loglines_live(struct loglines *t, bool known);
/* Instead of a look, while the past is read as fast as it can be: nothing is logged
 * but what scrolls off, in the state that it has then. */
void loglines_glance(struct loglines *t, uint64_t now);
/* Logs what is finished. Returns when to look again even if nothing is fed; 0: not. */
uint64_t loglines_look(struct loglines *t, uint64_t now);
/* Something was fed, `now`: when to look. *first is the caller's, and is when something
 * was fed first since the last look; with `waiting` there was something before. */
uint64_t loglines_when(uint64_t *first, bool waiting, uint64_t now);
/* The run has ended: everything on the main screen is finished. */
void loglines_all(struct loglines *t, uint64_t now);
/* Instead of screen_resize. */
void loglines_resize(struct loglines *t, unsigned rows, unsigned cols, uint64_t now);
/* Another run begins (as screen_new_run). */
void loglines_new_run(struct loglines *t, uint64_t now);
/* Something was missed: the screen is `s` from here on, which is the caller's too.
 * What was logged lately and is on it is not logged again. */
void loglines_missed(struct loglines *t, struct screen *s, uint64_t now);

#endif
