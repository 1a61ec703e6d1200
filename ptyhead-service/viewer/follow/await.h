/* SPDX-License-Identifier: ISC */
/* Waits until a terminal shows or does something. */
#ifndef VIEWER_AWAIT_H
#define VIEWER_AWAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "echo.h"
#include "follow.h"
#include "pattern.h"
#include "screen.h"

enum await_kind { AWAIT_NONE, AWAIT_TEXT, AWAIT_IDLE, AWAIT_EXIT, AWAIT_START };

#define AWAIT_NOW UINT64_MAX
#define AWAIT_RUN (UINT64_MAX - 1)     /* the run that is alive, else the last one */
#define AWAIT_START_OR_NEXT (UINT64_MAX - 4) /* the run that is alive, else the next one */
#define AWAIT_TIME (UINT64_MAX - 3)    /* from since_time */
#define AWAIT_DEFAULT (UINT64_MAX - 2) /* text: from now; exit and start: the present state counts */

struct await {
	/* set by the caller */
	enum await_kind kind;
	struct patterns patterns; /* TEXT: one of them must match; freed by await_deinit */
	bool or_exit;        /* also stop when the run ends */
	bool on_screen;      /* match the screen, not the written output */
	int64_t idle_ms;
	uint64_t since;      /* an offset, or one of the above */
	uint64_t since_time; /* CLOCK_REALTIME, ns; exact to the second */
	int64_t until;       /* CLOCK_MONOTONIC ms; -1: for ever */

	/* for the caller to read */
	struct screen_buf found;  /* what matched */
	size_t which;             /* number of the pattern */
	struct tape_state state;  /* of the run */
	uint64_t missed;          /* bytes after `since` that are no longer on the tape */

	struct echo echo;      /* the echo of input typed meanwhile: it does not match */
	struct waiter *waiter; /* NULL until the wait has begun */
};

enum await_result {
	AWAIT_DONE,
	AWAIT_ENDED,   /* or_exit: the run ended first */
	AWAIT_TIMEOUT,
	AWAIT_ALSO,    /* follow's other descriptor is ready */
	AWAIT_REFUSED, /* refused by a head that came back: follow's reply says why */
	AWAIT_FAILED,  /* errno */
};

enum await_result await_run(struct await *a, struct follow *f);
/* Prints the match as a line; with several patterns, the number of the pattern (from 1)
 * and a tab come first. */
void await_line(struct await const *a, struct screen_buf *out);
/* Also frees the match and the patterns. */
void await_deinit(struct await *a);

/* For a caller with other work before the wait: checks the output from `since` until
 * now. await_run continues from there. False: errno. */
bool await_begin(struct await *a, struct follow *f);
bool await_output(struct await *a);

#endif
