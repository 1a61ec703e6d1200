/* SPDX-License-Identifier: ISC */
/* Makes a log of a terminal's tape: what it holds, and what comes, across runs and
 * heads. */
#ifndef LOGTAIL_H
#define LOGTAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "follow.h"
#include "loglines.h"
#include "loglist.h"
#include "logwriter.h"
#include "span.h"

/* The program ended while its head is away. How long to wait for a head: one that was
 * not reached since; one that accepts connections already; one that is there and has
 * not reported the end yet (it waits up to 5 s for the status). */
#define LOGTAIL_AWAY_MS 800
#define LOGTAIL_COMING_MS 3000
#define LOGTAIL_THERE_MS 7000

enum logtail_from {
	LOGTAIL_OLDEST, /* the oldest output held */
	LOGTAIL_PLACE,
	LOGTAIL_RUN,    /* the beginning of `run` */
};

struct logtail {
	/* set by the caller; zeros for the rest */
	struct follow *follow;     /* open */
	struct logwriter *writer;  /* raw: bytes instead of lines */
	bool on;        /* follow new output; false: end when everything that is there is written */
	bool runs;      /* print when runs begin and end */
	enum logtail_from from;
	struct tape_place place;
	uint32_t run;   /* print only this run, and end with it; 0: all */
	int32_t pid;    /* the same for the run of this process, while `run` is 0; 0: none */
	bool some;      /* of the past, print only `last` lines */
	unsigned last;
	bool limited;   /* limit the rate of new lines, see logwriter */
	int signals;    /* a descriptor that is readable when `stop` must be called; -1: none */
	bool (*stop)(void *arg);
	void *arg;
	int process;    /* pidfd of the run's program, which may end while no head is there; -1: none */

	/* for the caller to read */
	struct tape_state state;
	bool ended;     /* `run` has ended, with state.status */
	uint64_t unsaid; /* lost lines (raw: bytes) that no message reports */

	struct loglines *lines;
	struct screen *screen;
	struct loglist list;  /* lines and messages of the past, until all of it was read */
	bool listing;
	bool muted;           /* the output belongs to another run */
	bool done;
	uint64_t begun;       /* where the replay of `place` ended */
	uint64_t past;        /* end of the tape at the start; 0: everything before it was read */
	bool terminal;        /* raw bytes go to a terminal, which would answer queries */
	struct span span;     /* bytes to leave out */
	uint64_t base;        /* the log's clock minus CLOCK_MONOTONIC; at the start the
	                       * clock is CLOCK_REALTIME */
	uint64_t clock;       /* time of the output that is read now */
	uint64_t first, look, again; /* loglines_when; when to look; 0: not needed */
	uint64_t retry;       /* when to try to write again; 0: writing works */
	uint64_t ended_at;    /* when the process ended, or the head of processes it
	                       * left behind went away; 0: not yet */
	uint64_t give_up;     /* until when to wait for the head; 0: no wait */
	int events;           /* epoll: signals, process, descriptor of the writer */
	bool waits_to_write;
	bool out_watched; /* epoll watches the writer's descriptor */
};

enum logtail_result {
	LOGTAIL_DONE,
	LOGTAIL_NO_RUN,    /* `run` is not on the tape any more, or never was; `state` is the newest */
	LOGTAIL_REFUSED,   /* refused by a head that came back */
	LOGTAIL_FAILED,    /* reading failed: errno */
	LOGTAIL_UNWRITTEN, /* writing failed: errno */
};

enum logtail_result logtail_run(struct logtail *t);

#endif
