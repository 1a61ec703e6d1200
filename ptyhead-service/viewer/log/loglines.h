/* SPDX-License-Identifier: ISC */
/* Makes log lines of a terminal's output: finds the lines of the screen that are finished
 * and not logged yet. Pure: bytes and time in, lines out; the caller decides when to look.
 *
 * A line is a row of the main screen with the rows that it wraps onto. Empty lines are left
 * out. Colours do not count, and all spinner glyphs count as the same.
 *
 *   1. A new line is logged at the first look with the cursor below it. The cursor's own
 *      line (a prompt, a progress bar that is redrawn a thousand times) is logged once,
 *      when the cursor has left it downwards.
 *   2. A line is new unless it is an old line that moved or changed. It is old if its text
 *      was logged before and has left its place since (within LOGLINES_STABLE_NS); or if it
 *      has the form (the text without numbers, bars and spinners) or the first word of a
 *      line that left its place; or if it replaced a line at the same place. A moved line
 *      is never logged again.
 *   3. A changed line is logged once it is final, in its state at that time. It is final
 *      when:
 *        - a new line is logged below it; the changed line comes first, so that lines are in
 *          the order of the screen. Exception: only its numbers or bars changed, less than
 *          LOGLINES_SETTLE_NS ago. Then the new line waits for that time. If the changed
 *          line changes again, it is part of a block that is still redrawn, and the new line
 *          comes first;
 *        - the program redraws everything below it, from some row below it to the end of
 *          what it drew: the line was pushed up out of the live block;
 *        - it scrolls off, or the screen is cleared, or the run ends;
 *        - it has not changed for LOGLINES_STABLE_NS.
 *      No line that the cursor has left waits longer than that.
 *   4. A line that was logged is not logged again while it is redrawn.
 *   5. A carriage return on a continuation row, followed by text from the row's beginning,
 *      ends the line above that row. If the new text begins with the same word, or is blank,
 *      or if both consist of numbers and bars, the program wanted to redraw the line: then
 *      only the last text is logged.
 *   6. If a program reads the mouse, or has the keypad and the cursor keys in their
 *      application modes, what it draws while the cursor is hidden, or has something below
 *      it (top, dialog, fzf), is a picture. A picture is not logged. What was part of it and
 *      was not written to afterwards is logged only if it is still there LOGLINES_STABLE_NS
 *      after the picture's end.
 *   7. The alternate screen is not logged. While it is shown the main screen cannot change:
 *      all of it except its last line counts as above the cursor.
 *   8. During a synchronized update (mode 2026) the screen is not looked at, for at most
 *      LOGLINES_SYNC_NS. */
#ifndef LOGLINES_H
#define LOGLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

/* Longer than a redrawn list or a progress display usually stands still; shorter than a
 * reader of a log wants to wait. */
#define LOGLINES_STABLE_NS 2000000000u
/* Longer than the usual interval between redraws of a bar (50 to 70 ms); short enough
 * to seem immediate. */
#define LOGLINES_SETTLE_NS 80000000u
#define LOGLINES_SYNC_NS 200000000u
/* When to look: when nothing was written for LOOK, since a redraw may come in several
 * writes; in a flood at most LATEST after its first byte. */
#define LOGLINES_LOOK_NS 20000000u
#define LOGLINES_LATEST_NS 60000000u
/* A longer line that has scrolled off unfinished is logged in pieces. */
#define LOGLINES_JOIN_MAX 3500u

/* The receiver of lines. Each line is offered first. False: it is not wanted, and its
 * text is not made. */
struct loglines_sink {
	void *arg;
	bool (*offer)(void *arg);
	/* May be NULL. Will every line be refused that is offered before the end of this
	 * feed? Then it counts `lines` as offered, and returns true. */
	bool (*refuse)(void *arg, uint64_t lines);
	/* `since`: when the text got its present form, in the clock of loglines_look. */
	void (*line)(void *arg, char const *text, size_t len, uint64_t since);
};

struct loglines;

/* NULL: out of memory. The caller keeps the screen, but this module uses its line sink
 * and feeds it. */
struct loglines *loglines_new(struct screen *s, struct loglines_sink const *sink);
void loglines_free(struct loglines *t); /* NULL is allowed */

/* Feeds the screen. `now` is in ns, in a clock that never goes back, as below. */
void loglines_feed(struct loglines *t, void const *data, size_t len, uint64_t now);
/* Starts logging. `known`: the lines above the cursor's line count as logged. */
void loglines_live(struct loglines *t, bool known);
/* Instead of a look, while the past is read at full speed: only what scrolls off is
 * logged, in its state at that time. */
void loglines_glance(struct loglines *t, uint64_t now);
/* Logs what is finished. Returns when to look again even if nothing is fed; 0: not
 * needed. */
uint64_t loglines_look(struct loglines *t, uint64_t now);
/* Something was fed at `now`: returns when to look. The caller keeps *first, the time
 * of the first feed since the last look. `waiting`: something was fed before. */
uint64_t loglines_when(uint64_t *first, bool waiting, uint64_t now);
/* The run has ended: everything on the main screen is finished. */
void loglines_all(struct loglines *t, uint64_t now);
/* Call this instead of screen_resize. */
void loglines_resize(struct loglines *t, unsigned rows, unsigned cols, uint64_t now);
/* Another run begins (like screen_new_run). */
void loglines_new_run(struct loglines *t, uint64_t now);
/* Output was missed: the screen is `s` from now on, which the caller keeps. Lines that
 * were logged recently and are on it are not logged again. */
void loglines_missed(struct loglines *t, struct screen *s, uint64_t now);

#endif
