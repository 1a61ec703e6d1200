/* The viewer's side of its terminal or pipe: the output, what stands on the
 * screen because of it, and what the viewer itself says there.
 *
 * A notice stands in the flow, as a line of its own, where a program is at its
 * end; else over the last row, and what it covers is painted again later. It
 * never goes into the middle of a sequence or of a character. Where there is
 * no terminal it is a line on stderr. */
#ifndef VIEWER_FACE_H
#define VIEWER_FACE_H

#include <stdbool.h>
#include <stdint.h>

#include "notice.h"
#include "out.h"
#include "shadow.h"

struct face {
	/* set by the caller before face_init */
	bool tty;
	bool quiet;
	void (*say)(char const *text);

	struct out out;
	struct shadow shadow;
	bool began;   /* something was painted */
	size_t unfed; /* of what waits in `out`: our own, not the program's */
	char pending[NOTICE_MAX];
	enum { FACE_FLOW, FACE_OVER } where;
	int64_t ms;   /* how long the pending one is to stand; 0: till the next */
	bool covered; /* one stands over the last row */
	int64_t until;
};

/* 0 or -errno. The size is the terminal's; zeros where there is none. */
int face_init(struct face *f, int fd, unsigned rows, unsigned cols);
void face_deinit(struct face *f);
void face_resize(struct face *f, unsigned rows, unsigned cols);

/* Shows what `data` gives on a fresh screen of that size instead of what was
 * shown; with NULL the terminal begins empty. What it held when we came goes up
 * into its scrollback. 0 or -errno. */
int face_picture(struct face *f, unsigned rows, unsigned cols, uint8_t const *data, size_t len);
/* Ends a sequence that will not go on. */
void face_cut(struct face *f);

enum out_result face_flush(struct face *f);

void face_notice(struct face *f, char const *text, int where, int64_t ms);
/* Places notices, and takes them away, where that can be done now. */
void face_tick(struct face *f, int64_t now);
/* True when face_tick would. */
bool face_due(struct face const *f, int64_t now);
int face_timeout(struct face const *f, int64_t now);
/* A notice must stand before anything more of the program's. */
bool face_waits(struct face const *f);

/* Instead of what waits: all that is on is undone, then `last` (may be NULL).
 * face_return paints it again. */
void face_leave(struct face *f, char const *last);
void face_return(struct face *f);

#endif
