/* A terminal's output as lines of a log: which rows of the screen are finished,
 * and have not been said yet. Pure: a screen in, lines out; the caller says when
 * to look. Writing them is textlog_out.h's.
 *
 * A line is a row of the main screen with those that it wrapped onto. Lines that
 * are empty are left out. The rule:
 *
 *   1. A line above the cursor's that was not logged is logged at the next look.
 *      So what stands on the cursor's line (a prompt, a progress bar redrawn a
 *      thousand times) is logged once, when the cursor has left it downwards.
 *   2. What scrolls off the top, or is cleared with the whole screen, is logged
 *      then if it was not, or if its text is another by now; but for what is
 *      cleared from the cursor's line, which is drawn anew (Ctrl-L at a prompt).
 *   3. A line that was logged and whose text is another by now (programs that
 *      move up to redraw several lines) is not logged at each change: it is
 *      when it has been the same for TEXTLOG_STABLE_NS, unless something stands
 *      below the cursor's line: who draws there draws a picture.
 *   4. A picture is not logged: what a program draws that reads the mouse, or has
 *      the keypad and the cursor keys in their application modes, while the
 *      cursor is hidden or has something below it (top, dialog, fzf). What was in
 *      it, and was not written to afterwards, is logged only if it stays for
 *      TEXTLOG_STABLE_NS when there is a picture no more.
 *   5. At the end of a run all else that is on the main screen is final.
 *   6. The alternate screen is not logged. While it is shown the main screen
 *      cannot change: all of it but its last line is as if above the cursor.
 *   7. A line whose text did not change is never logged twice, whatever moves
 *      it on the screen, other sizes included. Colours are no change. */
#ifndef TEXTLOG_H
#define TEXTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

/* Longer than people take to see a step of a redrawn list as done, and than
 * progress displays stand still; shorter than patience with a log. */
#define TEXTLOG_STABLE_NS 2000000000u
/* A longer line that scrolled off unfinished is logged in pieces. */
#define TEXTLOG_JOIN_MAX 3500u

/* Where lines go. A line is offered first: false when it is not wanted, and
 * counted as left out if it need be; then its text is not even made. */
struct textlog_sink {
	void *arg;
	bool (*offer)(void *arg);
	void (*line)(void *arg, char const *text, size_t len);
};

struct textlog_row; /* what was logged of a row */

struct textlog {
	struct screen *screen;
	struct textlog_sink sink;
	bool live;     /* rows are logged: no replay is under way */
	bool resizing;
	struct screen_cell const *cursor_cells; /* at the last look: the cursor's row */
	uint64_t cursor_hash;
	bool below;    /* and something was below its line; */
	bool picture;  /* and it was a picture */
	struct textlog_row *rows; /* a hash table */
	unsigned cap;             /* a power of two */
	unsigned used;
	struct screen_buf join;   /* the beginning, scrolled off, of the line that is uppermost */
	bool joined;              /* join is open, if empty */
	bool join_changed;        /* not all of it was logged */
	uint64_t join_hash;
	uint64_t *same;           /* while resizing: lines that were logged or drawn, sorted, */
	unsigned same_len;
	uint64_t *held;           /* and those that are another since */
	unsigned held_len;
};

void textlog_init(struct textlog *t, struct screen *s, struct textlog_sink const *sink);
void textlog_deinit(struct textlog *t);

/* The screen's line sink calls this. */
void textlog_final(struct textlog *t, struct screen_row const *row);
/* From here on rows are logged; those above the cursor's line have been, by the
 * head before this one. */
void textlog_live(struct textlog *t);
/* After each feed: what is drawn just before the program ends is of the picture,
 * too. Costs nothing while there is none. */
void textlog_fed(struct textlog *t, uint64_t now);
/* Logs what is finished. True: look again after TEXTLOG_STABLE_NS, also if
 * nothing is fed. */
bool textlog_look(struct textlog *t, uint64_t now);
/* The run has ended: all is finished. */
void textlog_all(struct textlog *t);
/* Before and after screen_resize. */
void textlog_resizing(struct textlog *t, uint64_t now);
void textlog_resized(struct textlog *t, uint64_t now);

#endif
