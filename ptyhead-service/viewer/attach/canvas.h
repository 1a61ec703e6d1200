/* SPDX-License-Identifier: ISC */
/* Two screens held apart: what the viewer's terminal shows, followed from the
 * bytes that went to it, and the program's, of its own size. While bytes pass
 * through the two are one. Here is how to come from the one to the other, and
 * how to leave. Bytes for the terminal are appended to a buffer; what of them was
 * written must come back by canvas_written before the next are made.
 *
 * When its size changes a terminal pulls rows back from its scrollback, or pushes some
 * there, each in its own way. Where its cursor is tells which (flow.h): rows that it
 * pulled go up again, and those that it pushed are not printed once more when the
 * program's screen gives them up. So nothing is lost from the scrollback, and nothing
 * is there twice. The caller asks for the cursor while canvas_lost says so. */
#ifndef VIEWER_CANVAS_H
#define VIEWER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rows.h"
#include "screen.h"

/* What a terminal does when its size changes. */
enum canvas_kind {
	CANVAS_UNKNOWN, /* taken for CANVAS_FLOWS */
	CANVAS_FLOWS,   /* lines flow anew in the new width */
	/* They do not, as in xterm. On its alternate screen xterm takes rows out of the
	 * scrollback for what it grows by, and they are not seen again. */
	CANVAS_CUTS,
};

struct canvas {
	unsigned rows, cols;   /* of the terminal */
	bool watches;          /* set by the caller: who sits there cannot type, and has the mouse */
	unsigned view_y, view_x; /* of the program's screen, what the first cell was painted with */
	enum canvas_kind kind;
	struct screen *term;   /* what it shows, as far as was written */
	struct screen *prog;   /* the program's screen; NULL: `term` is it */
	struct screen_buf above; /* rows to go above it when it is begun */
	struct screen_buf ask;   /* the same, where what it prints is erased again */
	struct screen_buf aside; /* what is to go before the next picture */
	bool begun;            /* something of ours stands on the terminal */
	bool titled;           /* the user's title is kept on the terminal's stack */
	size_t unseen;         /* what is written next is that, and not for `term` */
	bool doubt[2];         /* its main, its alternate screen shows we know not what */

	struct screen *was;    /* `term` before the size changed; NULL: all is in its place */
	struct rows tail;      /* of the line that goes on in the first row: what is above it */
	unsigned tail_from;    /* of that, cells not in the scrollback any more, see flow.h; UINT32_MAX: none */
	struct rows owed;      /* the terminal pushed these there; the program's screen has them yet */
	struct rows gone;      /* what the program's screen gave up and the scrollback lacks */
	struct rows past;      /* CANVAS_CUTS: the last ones of its scrollback */
	unsigned vanished;     /* so many are not there any more */
	unsigned lift;         /* rows on the terminal that belong into the scrollback */
	unsigned deaf;         /* rows that go up are those, which `term` does not show */
};

/* Zeros: the size is not known. 0 or -ENOMEM. */
int canvas_init(struct canvas *c, unsigned rows, unsigned cols);
void canvas_deinit(struct canvas *c);

void canvas_set_kind(struct canvas *c, enum canvas_kind kind);
/* The terminal has another size. */
void canvas_resize(struct canvas *c, unsigned rows, unsigned cols);
/* Its main screen is shown, and it is not known which rows are where: nothing may be
 * painted. Ask for the cursor, and call one of the two others. */
bool canvas_lost(struct canvas const *c);
void canvas_placed(struct canvas *c, unsigned y, unsigned x);
/* There is no answer. Guesses so that no row is lost. */
void canvas_unplaced(struct canvas *c);
/* The program is back on the main screen, which canvas_lost is true of once the
 * terminal shows it: what makes it do so. */
bool canvas_must_surface(struct canvas const *c);
bool canvas_surface(struct canvas *c, struct screen_buf *out);
/* While bytes pass: how many of these may, which come after `pending`. The rest is for
 * canvas_split: it leads to the main screen, of which we do not know what it shows. */
bool canvas_guards(struct canvas const *c);
size_t canvas_guard(struct canvas const *c, uint8_t const *pending, size_t pending_len, uint8_t const *data, size_t len);

void canvas_written(struct canvas *c, uint8_t const *data, size_t len);
/* The terminal is as anybody left it: nothing of ours stands on it but, unless it
 * was given back, the user's title on its stack. */
int canvas_forget(struct canvas *c);

/* From here on the two are apart: the program's screen is what the terminal
 * would show after `pending`, which `sinks` listen to. 0 or -ENOMEM. */
int canvas_split(struct canvas *c, uint8_t const *pending, size_t len, struct screen_sinks const *sinks);
/* The program's screen is this one, taken over. */
void canvas_take(struct canvas *c, struct screen *prog);
/* They are one: after canvas_join's bytes were written. */
void canvas_merge(struct canvas *c);
/* The program's, apart or not. */
struct screen *canvas_screen(struct canvas const *c);

/* The main screen is shown: what it pushed is not owed any more if the program's screen gave
 * that up. Before canvas_fits. */
void canvas_pay(struct canvas *c);
/* The terminal has the size of the program's screen. */
bool canvas_same(struct canvas const *c);
/* It can come to show all of it, and what it will push then belongs into its scrollback. */
bool canvas_fits(struct canvas const *c);

/* What makes the terminal show the program's screen, cropped to its size, with
 * `note` over the last row (NULL: none). */
bool canvas_paint(struct canvas *c, char const *note, struct screen_buf *out);
/* What makes it show `still`, a picture of screen_still's, instead, over all else and
 * without a trace in the scrollback. `note` lies over the last row, or over the first
 * where the cursor is in the last. */
bool canvas_paint_still(struct canvas *c, struct screen const *still, char const *note, struct screen_buf *out);
/* What makes the terminal's state the program's, so that bytes can pass. */
bool canvas_join(struct canvas *c, struct screen_buf *out);
/* What undoes all that is on the terminal now, and nothing else: it is not painted. */
void canvas_undo(struct canvas const *c, struct screen_buf *out);
/* The same, to leave it; with `paint` the program's screen stands there before. */
void canvas_leave(struct canvas *c, bool paint, struct screen_buf *out);
/* Bytes that passed have captured the mouse of who cannot use it there: 0 or the mode that
 * is to be reset. */
unsigned canvas_mouse_taken(struct canvas const *c);
/* Not apart: what another run begins with. */
void canvas_run(struct canvas const *c, struct screen_buf *out);

/* The screen that is seen once the alternate one is left: for this folder. */
#define CANVAS_CANCEL "\030\033\\" /* CAN ends a sequence, ST a string */
struct screen *canvas_main_of(struct screen const *s);
bool canvas_ground(struct screen const *s);

#endif
