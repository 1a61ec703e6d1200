/* Waiting for a terminal to show or do something. */
#ifndef VIEWER_AWAIT_H
#define VIEWER_AWAIT_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "follow.h"
#include "screen.h"

enum await_kind { AWAIT_NONE, AWAIT_REGEX, AWAIT_FIXED, AWAIT_IDLE, AWAIT_EXIT, AWAIT_START };

#define AWAIT_NOW UINT64_MAX
#define AWAIT_RUN (UINT64_MAX - 1)     /* the run that is alive, or the last one */
#define AWAIT_TIME (UINT64_MAX - 3)    /* since_time */
#define AWAIT_DEFAULT (UINT64_MAX - 2) /* text: now; exit and start: as things stand */

struct await {
	/* set by the caller */
	enum await_kind kind;
	char const *pattern; /* FIXED */
	regex_t regex;       /* REGEX: compiled, extended */
	bool on_screen;      /* on the screen as it is, not in what is written */
	int64_t idle_ms;
	uint64_t since;      /* an offset, or one of the above */
	uint64_t since_time; /* CLOCK_REALTIME, ns: to the second */
	int64_t until;       /* CLOCK_MONOTONIC ms; -1: for ever */

	/* for the caller to read */
	struct screen_buf found;  /* what matched */
	struct tape_state state;  /* of the run */
	uint64_t missed;          /* bytes since `since` that are on the tape no more */

	struct waiter *waiter; /* NULL until it has begun */
};

enum await_result {
	AWAIT_DONE,
	AWAIT_TIMEOUT,
	AWAIT_ALSO,    /* follow's other descriptor */
	AWAIT_REFUSED, /* by a head that came back: follow's reply says why */
	AWAIT_FAILED,  /* errno */
};

enum await_result await_run(struct await *a, struct follow *f);
/* Frees what matched and the expression, too. */
void await_deinit(struct await *a);

/* For who has something else to do before it waits: from `since` on, what there is by now
 * is looked at. Then await_run goes on from there. False: errno. */
bool await_begin(struct await *a, struct follow *f);
bool await_output(struct await *a);

#endif
