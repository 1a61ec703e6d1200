/* SPDX-License-Identifier: ISC */
/* What the viewer itself asks its terminal, and the answers, which are not for the
 * program. Pure.
 *
 * Each set of questions begins with one that every terminal answers (DSR 5) and ends
 * with another (DA1). Terminals answer in order, so what comes between these two is an
 * answer to ours, and a terminal that does not know a question leaves it out without
 * being waited for. */
#ifndef VIEWER_ANSWERS_H
#define VIEWER_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "screen.h"
#include "tokens.h"

enum answers_what {
	ANSWERS_PLACE = 1, /* where is the cursor? */
	ANSWERS_HOME = 4,  /* what does it have on, and which colours? */
	ANSWERS_END = 2,   /* nothing: all that was sent before has been answered */
};

#define ANSWERS_MAX 8
#define ANSWERS_WAIT_MS 300
#define ANSWERS_WAIT_MAX_MS 1000
#define ANSWERS_PATIENCE_MS 10000 /* later than that no answer is expected any more */

struct answers {
	/* for the caller to read */
	int rtt_ms;      /* how long the last answer took; -1: there was none yet */
	bool place_new;  /* the place has come; for the caller to clear */
	unsigned y, x;   /* from 0 */
	unsigned rows, cols; /* the terminal's size then; 0: it did not tell */
	bool cuts;       /* a new width cuts its lines, and does not wrap them again; with ANSWERS_HOME */
	bool end_new;    /* the same of ANSWERS_END */
	bool home_new;   /* and of ANSWERS_HOME; keyboard.c clears it */

	unsigned n;      /* sets that are not answered */
	struct {
		unsigned what;
		int64_t at;
	} due[ANSWERS_MAX];
	bool open;       /* the first has begun to be answered */
	bool placed;     /* with a place */
	bool named;      /* with a name, by which it would flow or not */
	bool flows;
};

void answers_init(struct answers *a);
/* Appends the questions. */
void answers_ask(struct answers *a, unsigned what, int64_t now, struct screen_buf *out);
/* True: the token is an answer, and for nobody else. */
bool answers_take(struct answers *a, struct token const *t, int64_t now);
/* How long an answer to a question that is asked now may be waited for, in ms; 0: this
 * terminal does not answer, or it has had the time to. */
int answers_patience(struct answers *a, int64_t now);
/* What comes now may be an answer to ANSWERS_HOME. */
bool answers_home(struct answers const *a);
/* Something is still to be answered. */
bool answers_owed(struct answers *a, int64_t now);

#endif
