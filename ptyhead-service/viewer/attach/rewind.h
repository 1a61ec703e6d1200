/* SPDX-License-Identifier: ISC */
/* The past of a terminal, gone through by keys: which offset of its tape is looked at,
 * and the picture and the line of text that belong to it. It reads the tape that the
 * viewer has mapped; nobody else takes part. Pure but for that. */
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

/* Looks for a text from the oldest output held up to an offset. */
struct rewind_search {
	struct tape_reader tape;
	struct replay replay;
	uint64_t from, until;
	uint64_t found; /* where the text appeared last */
	bool any;       /* it did */
	bool seen;      /* it is on the screen where the search stands */
};

struct rewind {
	/* set by the caller before rewind_begin */
	struct tape_reader const *live; /* what the viewer follows; without a header: nothing yet */

	/* for the caller to read */
	bool on;
	bool news;     /* another picture or line; for the caller to clear */

	struct tape_reader tape;
	uint64_t id[2];
	struct replay *replay;
	uint64_t at;   /* the offset that is shown, */
	bool after;    /* and whether that is before or after what happened there (marks) */
	bool lost;     /* it lost its tape */
	enum { REWIND_STILL, REWIND_PLAYS, REWIND_ASKS, REWIND_SEARCHES } doing;
	bool hidden;   /* the line is */
	bool help;     /* the line says what the keys are */
	char const *said; /* the line says this; NULL: where we are */

	unsigned speed;
	int64_t played;  /* up to when, in ms of the viewer's clock */
	uint64_t clock;  /* and in ns of the tape's */
	uint64_t span;   /* where the second that is being played began */

	struct rewind_search *search;
	char text[REWIND_TEXT_MAX]; /* to be looked for */
	size_t len;
	uint8_t asks;    /* for a text ('/') or for a time or an offset ('t') */
	char typed[REWIND_TEXT_MAX];
	size_t typed_len;
	bool marked;     /* the cursor stands where it was found */
};

/* Begins where the live reader stands. False: there is nothing to be shown, or no memory. */
bool rewind_begin(struct rewind *w);
void rewind_end(struct rewind *w);
/* A key. It may have been the one that leaves: then `on` is false. */
void rewind_take(struct rewind *w, struct token const *t, int64_t now);
/* Plays, searches, moves on where the tape was overwritten. Ends when there is another tape. */
void rewind_tick(struct rewind *w, int64_t now);
/* When rewind_tick would do something by itself: in ms, -1: never. */
int rewind_timeout(struct rewind const *w);
/* What is to be shown, for the caller to free; NULL: no memory. */
struct screen *rewind_still(struct rewind const *w);
/* The line that goes with it, padded to `cols`; empty: none. `wall` is CLOCK_REALTIME. */
void rewind_line(struct rewind const *w, unsigned cols, uint64_t wall, char ret[REWIND_LINE_MAX]);

/* For this module's files: */
/* Goes to an offset. False: it could not, and is over. */
bool rewind_go(struct rewind *w, uint64_t at, bool after);
/* Builds the screen as it was at `at`, as well as the tape tells it, or at the oldest
 * offset held. 0 or -errno. */
int rewind_replay(struct replay *p, uint64_t at);
void rewind_search_begin(struct rewind *w, uint64_t until);
void rewind_search_step(struct rewind *w);
void rewind_search_end(struct rewind *w);
/* Is the text on the screen? At which place? */
bool rewind_find(struct screen const *s, char const *text, size_t len, unsigned *ret_y, unsigned *ret_x);
void rewind_play_begin(struct rewind *w, int64_t now);
void rewind_play_step(struct rewind *w, int64_t now);
int rewind_play_timeout(struct rewind const *w);
/* How long it still is until there is more, in ms. */
uint64_t rewind_play_wait(struct rewind const *w);

#endif
