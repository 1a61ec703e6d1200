/* SPDX-License-Identifier: ISC */
/* The viewer's own questions to its terminal, and their answers, which are not for the
 * program. Pure. Each set of questions begins and ends with a question that every
 * terminal answers (DSR 5 and DA1). Terminals answer in order. So what comes between
 * these two answers is an answer to our questions, and a question that the terminal
 * does not know costs no waiting. */
#ifndef VIEWER_ANSWERS_H
#define VIEWER_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "screen.h"
#include "tokens.h"

enum answers_what {
	ANSWERS_PLACE = 1, /* where is the cursor? */
	ANSWERS_PICTURE = 8, /* with ANSWERS_PLACE: the question is the end of a picture */
	ANSWERS_HOME = 4,  /* which modes are on, and which colours are set? */
	ANSWERS_END = 2,   /* no question: only shows that everything sent before was answered */
};

#define ANSWERS_MAX 8
#define ANSWERS_WAIT_MS 300
#define ANSWERS_WAIT_MAX_MS 1000
#define ANSWERS_PATIENCE_MS 10000 /* no answer is expected after this time */

struct answers {
	/* for the caller to read */
	int rtt_ms;      /* time that the last answer took; -1: none yet */
	bool place_new;  /* the position has come; the caller clears this */
	bool of_picture; /* it is that of ANSWERS_PICTURE */
	unsigned y, x;   /* from 0 */
	unsigned rows, cols; /* the terminal's size at that time; 0: not told */
	bool cuts;       /* with ANSWERS_HOME: at a new width the terminal cuts its
	                  * lines, and does not wrap them again */
	bool end_new;    /* ANSWERS_END has come; the caller clears this */
	bool home_new;   /* ANSWERS_HOME has come; keyboard.c clears this */

	unsigned n;      /* number of unanswered sets */
	struct {
		unsigned what;
		int64_t at;
	} due[ANSWERS_MAX];
	bool open;       /* the first set has begun to be answered */
	bool placed;     /* a position came with it */
	bool named;      /* a name came with it, which tells whether it wraps again */
	bool flows;
};

void answers_init(struct answers *a);
/* Appends the questions to `out`. */
void answers_ask(struct answers *a, unsigned what, int64_t now, struct screen_buf *out);
/* True: the token is an answer to us, and not for the program. */
bool answers_take(struct answers *a, struct token const *t, int64_t now);
/* How long to wait for the answer to a question asked now, in ms; 0: this terminal does
 * not answer, or its time is over. `busy`: it may be wrapping its scrollback again. */
int answers_patience(struct answers *a, bool busy, int64_t now);
/* Could the next input be an answer to ANSWERS_HOME? */
bool answers_home(struct answers const *a);
/* Are there unanswered questions? */
bool answers_owed(struct answers *a, int64_t now);

#endif
