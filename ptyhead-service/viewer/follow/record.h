/* SPDX-License-Identifier: ISC */
/* Makes a recording from a tape. */
#ifndef VIEWER_RECORD_H
#define VIEWER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "follow.h"
#include "orphan.h"
#include "recording.h"
#include "span.h"

enum record_until { RECORD_ON, RECORD_TO_NOW, RECORD_TO_EXIT };

struct record {
	/* set by the caller */
	struct follow *follow; /* open */
	enum recording_form form;
	char const *title;
	/* Appends to an existing recording; see recording_resume. */
	bool resume;
	uint64_t resume_base, resume_last;
	bool from_now; /* begin now; false: with the oldest output held */
	enum record_until until;
	/* Writes and empties the buffers; 0 or -errno. */
	int (*write)(void *arg, struct recording *r);
	/* Must it end? Called after each write, and when follow's other descriptor is
	 * ready. */
	bool (*stop)(void *arg);
	/* Must the files be closed and new ones opened? If so, `reopen` is called when
	 * everything is written; true: done. */
	bool (*reopen_wanted)(void *arg);
	bool (*reopen)(void *arg);
	void *arg;
	void (*say)(char const *text); /* a warning */

	struct recording out;
	struct screen *screen; /* what a player shows */
	struct tape_state state;
	uint64_t time;    /* time of the next bytes, according to the marks */
	uint64_t history; /* output before this offset is older than the recorder and gets the times of marks */
	struct span span; /* bytes to leave out */
	uint32_t last_run;/* TO_EXIT */
	struct orphan orphan; /* TO_EXIT */
	bool begun;
	bool stopped;
	bool done;
};

enum record_result {
	RECORD_DONE,    /* or follow's other descriptor stopped it */
	RECORD_REFUSED, /* refused by a head that came back */
	RECORD_ORPHANED, /* TO_EXIT: the head does not come back, and the end is unknown */
	RECORD_FAILED,  /* reading failed: errno */
	RECORD_UNWRITTEN, /* writing failed: errno */
};

enum record_result record_run(struct record *r);

#endif
