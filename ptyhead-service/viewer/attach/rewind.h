/* SPDX-License-Identifier: ISC */
/* The past of a terminal: the offset of its tape that is shown, the picture and the
 * line of text for it, and the keys that move through it. It reads the tape that the
 * viewer has mapped, and involves nobody else. Otherwise pure. */
#ifndef VIEWER_REWIND_H
#define VIEWER_REWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"
#include "replay.h"
#include "screen.h"
#include "tokens.h"

#define REWIND_TEXT_MAX 128u
#define REWIND_SPEED_MAX 4096u
#define REWIND_LINE_MAX (SCREEN_SIZE_MAX + 1u)

/* A search, from the oldest output held up to an offset. */
struct rewind_search {
	struct tape_reader tape;
	struct replay replay;
	uint64_t from, until;
	uint64_t found; /* where the text last appeared */
	bool any;       /* there is such a place */
	bool seen;      /* the text is on the screen at the position of the search */
};

struct rewind {
	/* set by the caller before rewind_begin */
	struct tape_reader const *live; /* the viewer's reader; without a header: no tape yet */

	/* for the caller to read */
	bool on;
	bool news;     /* there is a new picture or line; the caller clears this */

	struct tape_reader tape;
	uint64_t id[2];
	struct replay *replay;
	uint64_t at;   /* the offset that is shown, */
	bool after;    /* and whether its marks are applied */
	bool lost;     /* its tape was lost */
	enum { REWIND_STILL, REWIND_PLAYS, REWIND_ASKS, REWIND_SEARCHES } doing;
	bool hidden;   /* the line is hidden */
	bool help;     /* the line lists the keys */
	char const *said; /* a text for the line; NULL: the position */

	unsigned speed;
	int64_t played;  /* play: position in ms of the viewer's clock */
	uint64_t clock;  /* play: position in ns of the tape's clock */
	uint64_t span;   /* play: offset where the present second began */

	struct rewind_search *search;
	char text[REWIND_TEXT_MAX]; /* the text to search */
	size_t len;
	uint8_t asks;    /* input of a text ('/') or of a time or offset ('t') */
	char typed[REWIND_TEXT_MAX];
	size_t typed_len;
	bool marked;     /* the cursor is at the text that was found */
};

/* Begins at the position of the live reader. False: nothing to show, or out of memory. */
bool rewind_begin(struct rewind *w);
void rewind_end(struct rewind *w);
/* Processes a key. If the key leaves the past, `on` becomes false. */
void rewind_take(struct rewind *w, struct token const *t, int64_t now);
/* Plays, searches, and moves on if the tape was overwritten. Ends if there is another
 * tape. */
void rewind_tick(struct rewind *w, int64_t now);
/* When to call rewind_tick, in ms; -1: not necessary. */
int rewind_timeout(struct rewind const *w);
/* The picture to show; the caller frees it. NULL: out of memory. */
struct screen *rewind_still(struct rewind const *w);
/* Its line of text, padded to `cols`; empty: none. `wall` is CLOCK_REALTIME. */
void rewind_line(struct rewind const *w, unsigned cols, uint64_t wall, char ret[REWIND_LINE_MAX]);

/* For this module's files: */
/* Goes to an offset. False: that failed, and the past is left. */
bool rewind_go(struct rewind *w, uint64_t at, bool after);
/* Builds the screen at `at`, as exactly as the tape tells it, or at the oldest offset
 * held. 0 or -errno. */
int rewind_replay(struct replay *p, uint64_t at);
void rewind_search_begin(struct rewind *w, uint64_t until);
void rewind_search_step(struct rewind *w);
void rewind_search_end(struct rewind *w);
/* Is the text on the screen, and where? */
bool rewind_find(struct screen const *s, char const *text, size_t len, unsigned *ret_y, unsigned *ret_x);
void rewind_play_begin(struct rewind *w, int64_t now);
void rewind_play_step(struct rewind *w, int64_t now);
int rewind_play_timeout(struct rewind const *w);
/* How long until there is more, in ms. */
uint64_t rewind_play_wait(struct rewind const *w);

#endif
