/* Waiting for a terminal to show or do something. */
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
#define AWAIT_RUN (UINT64_MAX - 1)     /* the run that is alive, or the last one */
#define AWAIT_START_OR_NEXT (UINT64_MAX - 4) /* the run that is alive, or the next one */
#define AWAIT_TIME (UINT64_MAX - 3)    /* since_time */
#define AWAIT_DEFAULT (UINT64_MAX - 2) /* text: now; exit and start: as things stand */

struct await {
	/* set by the caller */
	enum await_kind kind;
	struct patterns patterns; /* TEXT: one of them; freed by await_deinit */
	bool or_exit;        /* until the run ends, too */
	bool on_screen;      /* on the screen as it is, not in what is written */
	int64_t idle_ms;
	uint64_t since;      /* an offset, or one of the above */
	uint64_t since_time; /* CLOCK_REALTIME, ns: to the second */
	int64_t until;       /* CLOCK_MONOTONIC ms; -1: for ever */

	/* for the caller to read */
	struct screen_buf found;  /* what matched */
	size_t which;             /* of the patterns */
	struct tape_state state;  /* of the run */
	uint64_t missed;          /* bytes since `since` that are on the tape no more */

	struct echo echo;      /* of what was typed meanwhile: it is no match */
	struct waiter *waiter; /* NULL until it has begun */
};

enum await_result {
	AWAIT_DONE,
	AWAIT_ENDED,   /* or_exit: the run, before the rest came */
	AWAIT_TIMEOUT,
	AWAIT_ALSO,    /* follow's other descriptor */
	AWAIT_REFUSED, /* by a head that came back: follow's reply says why */
	AWAIT_FAILED,  /* errno */
};

enum await_result await_run(struct await *a, struct follow *f);
/* What matched as a line; where there are several patterns, behind the number of the one
 * that did (from 1) and a tab. */
void await_line(struct await const *a, struct screen_buf *out);
/* Frees what matched and the patterns, too. */
void await_deinit(struct await *a);

/* For who has something else to do before it waits: from `since` on, what there is by now
 * is looked at. Then await_run goes on from there. False: errno. */
bool await_begin(struct await *a, struct follow *f);
bool await_output(struct await *a);

#endif
