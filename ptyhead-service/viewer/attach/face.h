/* The viewer's side of its terminal or pipe: the output, what stands on the
 * screen because of it, and what the viewer itself says there.
 *
 * A terminal of the program's size gets its bytes as they are. Another one, or
 * one that does not keep up, is painted: what changed, one picture at a time, no
 * more than 60 a second. When it keeps up and the sizes agree it is brought into
 * the program's state, and bytes pass again.
 *
 * A notice stands in the flow, as a line of its own, where a program is at its
 * end; else over the last row, which is painted again later. Where there is no
 * terminal it is a line on stderr. */
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
	unsigned cell_h, cell_w; /* of the terminal, in pixels; 0: not known; at any time */
	void (*say)(char const *text);

	/* for the caller to read */
	int error; /* an errno; nothing more can be shown */

	struct out out;
	struct canvas canvas;
	bool given;    /* there is something to show */
	bool dirty;    /* it changed since it was painted */
	bool soon;     /* bytes are to pass before all that is there was given */
	bool hurry;    /* and none is given before that */
	bool joining;  /* the picture under way is the last one: then bytes pass */
	bool run_due;  /* bytes pass: what another run begins with is to be sent */
	struct pace pace; /* `lossless` in it is set by the caller, too */
	struct aside aside; /* what is to be passed on */

	struct answers answers;
	struct resizing resizing;

	struct screen *still; /* shown instead of the program's screen; NULL: that is shown */
	bool still_due;       /* and was not painted yet */
	char still_note[SCREEN_SIZE_MAX + 1];

	struct banner banner; /* what we say there */
};

/* 0 or -errno. The size is the terminal's; zeros where there is none. */
int face_init(struct face *f, int fd, unsigned rows, unsigned cols);
void face_deinit(struct face *f);
void face_resize(struct face *f, unsigned rows, unsigned cols, int64_t now);
/* What the terminal sends of its mouse is to be moved like this. False: as it is. */
bool face_mouse(struct face const *f, struct mouse_view *ret);
/* What the terminal sent. True: it was an answer to a question of ours. */
bool face_answer(struct face *f, struct token const *t, int64_t now);

/* Shows `prog`, taken over, instead of what was shown; NULL: as it is. `above`
 * (may be NULL), emptied, goes before it into the scrollback of a terminal on
 * which nothing of ours stands yet. */
void face_picture(struct face *f, struct screen *prog, struct screen_buf *above);

/* Bytes are for face_feed; else they are put into `out`. */
bool face_painting(struct face const *f);
/* Or rather: for face_pass, which puts as many of them there as may pass, and is then
 * painting if that was not all of them. */
bool face_guards(struct face const *f);
size_t face_pass(struct face *f, uint8_t const *data, size_t len);
/* `late`: they were there before we came. */
void face_feed(struct face *f, uint8_t const *data, size_t len, bool late, int64_t now);
/* Bytes that the terminal is not to get: what they do is painted. */
void face_apply(struct face *f, void const *data, size_t len);
/* Passes a query on to the terminal. */
void face_query(struct face *f, void const *data, size_t len);
/* From here on the program's terminal has this size; another run begins. */
void face_size(struct face *f, unsigned rows, unsigned cols);
void face_run(struct face *f, unsigned rows, unsigned cols);
/* Ends a sequence that will not go on. */
void face_cut(struct face *f);

enum out_result face_flush(struct face *f);

void face_notice(struct face *f, char const *text, enum banner_where where, int64_t ms);
/* Paints, places notices and takes them away, where that can be done now.
 * `behind`: how much there is that was not given yet. */
void face_tick(struct face *f, int64_t now, uint64_t behind);
/* When face_tick would do something: in ms, -1: never. */
int face_timeout(struct face const *f, int64_t now);
/* Shows a picture of screen_still's, taken over, with a note in reverse video ("": none),
 * until face_live. What the program writes is taken meanwhile and not shown. */
void face_still(struct face *f, struct screen *still, char const *note);
void face_live(struct face *f);
/* Something must stand before anything more of the program's. */
bool face_waits(struct face const *f);

/* Instead of what waits: all that is on is undone, then `last` (may be NULL).
 * face_return paints it again. Until answers.end_new is true, or so many ms have passed
 * as are returned, what the terminal sends is of the time before. */
int face_leave(struct face *f, char const *last, int64_t now);
void face_return(struct face *f);

#endif
