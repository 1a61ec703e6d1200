/* SPDX-License-Identifier: ISC */
/* The viewer's output to its terminal or pipe: the program's output, what the terminal
 * shows because of it, and the viewer's own messages.
 *
 * A terminal of the program's size gets the bytes unchanged. A terminal of another size, or
 * one that is too slow, is painted: pictures of what changed, at most 60 a second. When it
 * keeps up and the sizes agree, it is brought into the program's state, and bytes pass
 * again.
 *
 * A message is placed as a line of its own in the output if a program has ended, otherwise
 * over the last row, which is painted again later. Without a terminal it is a line on
 * stderr. */
#ifndef VIEWER_FACE_H
#define VIEWER_FACE_H

#include <stdbool.h>
#include <stdint.h>

#include "answers.h"
#include "aside.h"
#include "banner.h"
#include "canvas.h"
#include "mouse.h"
#include "out.h"
#include "pace.h"
#include "resizing.h"

struct face {
	/* set by the caller before face_init */
	bool tty;
	bool quiet;
	unsigned cell_h, cell_w; /* a cell of the terminal, in pixels; 0: not known; may be set at any time */
	void (*say)(char const *text);

	/* for the caller to read */
	int error; /* an errno: nothing more can be shown */

	struct out out;
	struct canvas canvas;
	bool given;    /* there is something to show */
	bool dirty;    /* something has changed since the last picture */
	bool soon;     /* bytes shall pass before all available output was given */
	bool hurry;    /* no output is given before that */
	bool joining;  /* bytes pass after the present picture */
	bool run_due;  /* bytes pass: the reset for a new run must be sent */
	struct pace pace; /* the caller also sets `lossless` in it */
	struct aside aside; /* to be passed on */

	struct answers answers;
	struct resizing resizing;
	int64_t check_until; /* how long to wait for the answer to a picture's question */

	struct screen *still; /* shown instead of the program's screen; NULL: the program's screen */
	bool still_due;       /* `still` is not painted yet */
	char still_note[SCREEN_SIZE_MAX + 1];
	unsigned mouse_lost; /* for mouse.h */

	struct banner banner; /* the viewer's messages */
};

/* 0 or -errno. The size is that of the terminal; zeros if there is none. */
int face_init(struct face *f, int fd, unsigned rows, unsigned cols);
void face_deinit(struct face *f);
void face_resize(struct face *f, unsigned rows, unsigned cols, int64_t now);
/* How to move the mouse reports of the terminal. False: leave them unchanged. */
bool face_mouse(struct face *f, struct mouse_view *ret);
/* Input from the terminal. True: it was an answer to our question. */
bool face_answer(struct face *f, struct token const *t, int64_t now);

/* Shows `prog`, which is taken over, instead of the present screen; NULL: keeps it.
 * `above` (may be NULL), which is emptied, goes into the scrollback first if nothing of
 * ours is on the terminal yet. */
void face_picture(struct face *f, struct screen *prog, struct screen_buf *above);

/* True: give bytes to face_feed. False: put them into `out`. */
bool face_painting(struct face const *f);
/* Or better: give them to face_pass. It puts as many into `out` as may pass. If not all
 * may, it starts painting. */
bool face_guards(struct face const *f);
size_t face_pass(struct face *f, uint8_t const *data, size_t len);
/* `late`: the bytes are older than this viewer. */
void face_feed(struct face *f, uint8_t const *data, size_t len, bool late, int64_t now);
/* Bytes that the terminal must not get: paints their effect. */
void face_apply(struct face *f, void const *data, size_t len);
/* Passes a question on to the terminal. */
void face_query(struct face *f, void const *data, size_t len);
/* The program's terminal gets this size; a new run begins. */
void face_size(struct face *f, unsigned rows, unsigned cols);
void face_run(struct face *f, unsigned rows, unsigned cols);
/* Ends a sequence that will not continue. */
void face_cut(struct face *f);

enum out_result face_flush(struct face *f);

void face_notice(struct face *f, char const *text, enum banner_where where, int64_t ms);
/* Paints, and places or removes messages, if possible now. `behind`: amount of output
 * not given yet. */
void face_tick(struct face *f, int64_t now, uint64_t behind);
/* When to call face_tick, in ms; -1: not necessary. */
int face_timeout(struct face const *f, int64_t now);
/* Shows a picture of screen_still, which is taken over, with a note in reverse video
 * ("": none), until face_live. The program's output is processed but not shown. */
void face_still(struct face *f, struct screen *still, char const *note);
void face_live(struct face *f);
/* Something must be placed before further output of the program. */
bool face_waits(struct face const *f);

/* Drops what waits, switches off all that is on, then writes `last` (may be NULL).
 * face_return paints everything again. Until answers.end_new is true, or the returned
 * number of ms has passed, input from the terminal belongs to the time before. */
int face_leave(struct face *f, char const *last, int64_t now);
void face_return(struct face *f);

#endif
