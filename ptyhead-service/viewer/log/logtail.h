/* SPDX-License-Identifier: ISC */
/* From a terminal's tape to a log of it: what it holds, and what comes, across runs and
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

/* A program that ended while its head is away: how long a head is waited for that
 * has never been reached since, that takes connections already, and that is there
 * and has yet to tell of the end (it waits for the status for 5 s). */
#define LOGTAIL_AWAY_MS 800
#define LOGTAIL_COMING_MS 3000
#define LOGTAIL_THERE_MS 7000

enum logtail_from {
	LOGTAIL_OLDEST, /* what the tape holds */
	LOGTAIL_OFFSET,
	LOGTAIL_RUN,    /* where `run` began */
};

struct logtail {
	/* set by the caller, with zeros for the rest */
	struct follow *follow;     /* open */
	struct logwriter *writer;  /* raw: bytes instead of lines */
	bool on;        /* goes on with what comes; else ends when all that is there is written */
	bool runs;      /* says when runs begin and end */
	enum logtail_from from;
	uint64_t offset;
	uint32_t run;   /* only this run, and ends with it; 0: all */
	int32_t pid;    /* the same, of the run of this process, as long as `run` is 0; 0: none */
	bool some;      /* of the past only `last` lines */
	unsigned last;
	bool limited;   /* see logwriter; of what is to come */
	int signals;    /* a descriptor that is readable when there is something for `stop`; -1 */
	bool (*stop)(void *arg);
	void *arg;
	int process;    /* pidfd of the run's program, which may end while no head is there; -1 */

	/* for the caller to read */
	struct tape_state state;
	bool ended;     /* `run` did, with state.status */
	uint64_t unsaid; /* lines (raw: bytes) that were lost and nothing tells of */

	struct loglines *lines;
	struct screen *screen;
	struct loglist list;  /* lines and notices of the past, until all of it was read */
	bool listing;
	bool muted;           /* of another run */
	bool done;
	uint64_t past;        /* the tape's end when we came; 0: it was read */
	bool terminal;        /* raw bytes go to one, which would answer queries */
	struct span span;     /* whose bytes are left out */
	uint64_t base;        /* our clock is CLOCK_MONOTONIC + base, which was CLOCK_REALTIME at first */
	uint64_t clock;       /* of what is being read */
	uint64_t first, look, again; /* loglines_when; when to look; 0: not */
	uint64_t retry;       /* when to try to write again; 0: nothing fails */
	uint64_t ended_at;    /* when the process was seen to have ended, or else the head of whom it left behind; 0: it lives */
	uint64_t give_up;     /* until when the head is waited for; 0: it is not */
	int events;           /* epoll: signals, process, the writer's descriptor */
	bool waits_to_write;
	bool out_watched; /* the events tell of the writer's descriptor */
};

enum logtail_result {
	LOGTAIL_DONE,
	LOGTAIL_NO_RUN,    /* `run` is on the tape no more, or never was; state is the newest */
	LOGTAIL_REFUSED,   /* by a head that came back */
	LOGTAIL_FAILED,    /* to read: errno */
	LOGTAIL_UNWRITTEN, /* to write: errno */
};

enum logtail_result logtail_run(struct logtail *t);

#endif
