/* SPDX-License-Identifier: ISC */
/* Keeps two screens apart: what the viewer's terminal shows, known from the bytes written
 * to it; and the program's screen, of the program's size. While bytes pass they are the
 * same screen. This module makes the bytes that lead from one to the other, and those that
 * leave the terminal. It appends bytes to a buffer. Report the bytes that were written by
 * canvas_written before the next ones are made.
 *
 * When its size changes, a terminal pulls rows back from its scrollback or pushes rows into
 * it; each terminal does this differently. The cursor's position tells what happened
 * (flow.h). Rows that were pulled scroll up again. Rows that were pushed are not printed
 * again when the program's screen gives them up. So the scrollback loses no row and gets no
 * row twice. While canvas_lost is true, the caller must ask for the cursor's position. */
#ifndef VIEWER_CANVAS_H
#define VIEWER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rows.h"
#include "screen.h"

/* How a terminal handles a change of its size. */
enum canvas_kind {
	CANVAS_UNKNOWN, /* treated as CANVAS_FLOWS */
	CANVAS_FLOWS,   /* lines are wrapped again at the new width */
	/* Lines are not wrapped again, as in xterm. When xterm grows on its alternate
	 * screen, it takes rows out of the scrollback and drops them. */
	CANVAS_CUTS,
};

/* The last picture of relative.h, as it was meant. */
struct canvas_drawn {
	bool due;           /* the terminal has not yet told the size that it had then */
	unsigned place;     /* row of the cursor before it */
	unsigned lift;      /* rows above the program's screen before it */
	unsigned above;     /* rows printed above the program's screen */
	unsigned rows, cols; /* the terminal's size */
};

struct canvas {
	unsigned rows, cols;   /* size of the terminal */
	bool watches;          /* set by the caller: this viewer only watches, and keeps its mouse */
	unsigned view_y, view_x; /* position on the program's screen of the first cell painted */
	enum canvas_kind kind;
	struct screen *term;   /* what the terminal shows, according to the bytes written */
	struct screen *prog;   /* the program's screen; NULL: `term` is both */
	struct screen_buf above; /* rows to print above it at the beginning */
	struct screen_buf ask;   /* the same, when the printed text is erased again */
	struct screen_buf aside; /* bytes to send before the next picture */
	bool begun;            /* the terminal shows something of ours */
	bool titled;           /* the user's title is on the terminal's stack */
	size_t unseen;         /* this many of the next bytes written are not for `term` */
	size_t skip;           /* and this many after them: `term` has their effect already */
	bool corner;           /* the alternate screen was left with the cursor in its last cell: a
	                        * terminal that has it there does not restore it */
	bool doubt[2];         /* main and alternate screen: content unknown; clear it before diffing */

	struct screen *was;    /* `term` before the size changed; NULL: all rows are in their places */
	struct rows tail;      /* the rows above the screen of the line that continues in the first row */
	unsigned tail_from;    /* the cells of the tail from here on are no longer in
	                        * the scrollback, see flow.h; UINT32_MAX: all are */
	struct rows owed;      /* rows that the terminal pushed, and that the program's screen still has */
	struct rows gone;      /* rows that the program's screen gave up, and that the scrollback lacks */
	struct rows past;      /* CANVAS_CUTS: the last rows of the terminal's scrollback */
	unsigned vanished;     /* number of rows that vanished from it */
	unsigned lift;         /* rows on the terminal that belong into the scrollback */
	unsigned deaf;         /* the next rows that scroll up are those; `term` does not show them */
	bool placed;           /* the cursor is in row `place` of the terminal, nothing was written since */
	unsigned place;
	struct canvas_drawn drawn;
};

/* Zeros: the size is not known. 0 or -ENOMEM. */
int canvas_init(struct canvas *c, unsigned rows, unsigned cols);
void canvas_deinit(struct canvas *c);

void canvas_set_kind(struct canvas *c, enum canvas_kind kind);
/* The terminal's size has changed. */
void canvas_resize(struct canvas *c, unsigned rows, unsigned cols);
/* True: the main screen is shown, and the places of its rows are not known. Do not
 * paint. Ask for the cursor, then call one of the two functions below. */
bool canvas_lost(struct canvas const *c);
/* `sure`: the terminal has this size. */
void canvas_placed(struct canvas *c, unsigned y, unsigned x, bool sure);
/* The position is sure, so the next picture can be relative to the cursor (relative.h). */
bool canvas_anchored(struct canvas const *c);
/* No answer came. Assumes a position so that no row is lost. */
void canvas_unplaced(struct canvas *c);
/* The program has returned to the main screen, but the terminal still shows the alternate
 * one. canvas_surface appends the bytes that make the terminal return; afterwards
 * canvas_lost is true. */
bool canvas_must_surface(struct canvas const *c);
bool canvas_surface(struct canvas *c, struct screen_buf *out);
/* While bytes pass: how many of the bytes that follow `pending` may pass. The rest is
 * for canvas_split: it leads to the main screen, whose content is not known. */
bool canvas_guards(struct canvas const *c);
size_t canvas_guard(struct canvas const *c, uint8_t const *pending, size_t pending_len, uint8_t const *data, size_t len);

void canvas_written(struct canvas *c, uint8_t const *data, size_t len);
/* Bytes were dropped that had not been written. */
void canvas_dropped(struct canvas *c);
/* Treats the terminal as new: nothing of ours is on it, except the user's title on its
 * stack if the terminal was not restored. */
int canvas_forget(struct canvas *c);

/* From now on the screens are separate. The program's screen is what the terminal would
 * show after `pending`; `sinks` receive its events. 0 or -ENOMEM. */
int canvas_split(struct canvas *c, uint8_t const *pending, size_t len, struct screen_sinks const *sinks);
/* The same with this program's screen, which is taken over. */
void canvas_take(struct canvas *c, struct screen *prog);
/* The screens are the same again. Call this after the bytes of canvas_join were
 * written. */
void canvas_merge(struct canvas *c);
/* The program's screen, separate or not. */
struct screen *canvas_screen(struct canvas const *c);

/* The main screen is shown: rows that the program's screen has given up are no longer
 * owed. Call this before canvas_fits. */
void canvas_pay(struct canvas *c);
/* Does the terminal have the size of the program's screen? */
bool canvas_same(struct canvas const *c);
/* Can the terminal show all of it, and do rows pushed from then on belong into its
 * scrollback? */
bool canvas_fits(struct canvas const *c);

/* Appends what makes the terminal show the program's screen, cropped to its size, with
 * `note` over the last row (NULL: none). */
bool canvas_paint(struct canvas *c, char const *note, struct screen_buf *out);
/* Appends what makes it show the picture `still` of screen_still instead, over everything
 * else and without a trace in the scrollback. `note` is over the last row, or over the
 * first if the cursor is in the last. */
bool canvas_paint_still(struct canvas *c, struct screen const *still, char const *note, struct screen_buf *out);
/* Appends what gives the terminal the program's state, so that bytes can pass. */
bool canvas_join(struct canvas *c, struct screen_buf *out);
/* Appends what switches off all that is on now. Paints nothing. */
void canvas_undo(struct canvas const *c, struct screen_buf *out);
/* The same at the end; with `paint` the terminal shows the program's screen before. */
void canvas_leave(struct canvas *c, bool paint, struct screen_buf *out);
/* Bytes that passed have captured the mouse of a viewer that only watches: the mode to
 * reset, or 0. */
unsigned canvas_mouse_taken(struct canvas const *c);
/* Screens are the same: appends what a new run begins with. */
void canvas_run(struct canvas const *c, struct screen_buf *out);

/* Internal to this folder: the screen that appears when the alternate one is left. */
#define CANVAS_CANCEL "\030\033\\" /* CAN ends a sequence, ST ends a string */
struct screen *canvas_main_of(struct screen const *s);
bool canvas_ground(struct screen const *s);

#endif
