/* From a tape to a recording. */
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
	/* What there is to write goes on where a recording ends, see recording_resume. */
	bool resume;
	uint64_t resume_base, resume_last;
	bool from_now; /* else from the oldest that is held */
	enum record_until until;
	/* Writes and empties the buffers; 0 or -errno. */
	int (*write)(void *arg, struct recording *r);
	/* Is it to end? Asked after each write, and when follow's other descriptor is ready. */
	bool (*stop)(void *arg);
	/* Are the files to be closed and others taken? Then, when all is written, `reopen` does
	 * so: true when it has. */
	bool (*reopen_wanted)(void *arg);
	bool (*reopen)(void *arg);
	void *arg;
	void (*say)(char const *text); /* a warning */

	struct recording out;
	struct screen *screen; /* what a player shows */
	struct tape_state state;
	uint64_t time;    /* of what comes next, as marks tell it */
	uint64_t history; /* what lies before was there when we came: at the marks' times */
	struct span span; /* whose bytes are left out */
	uint32_t last_run;/* TO_EXIT */
	struct orphan orphan; /* the same */
	bool begun;
	bool stopped;
	bool done;
};

enum record_result {
	RECORD_DONE,    /* or stopped by follow's other descriptor */
	RECORD_REFUSED, /* by a head that came back */
	RECORD_ORPHANED, /* TO_EXIT: the head has gone for good, and the end with it */
	RECORD_FAILED,  /* to read: errno */
	RECORD_UNWRITTEN, /* to write: errno */
};

enum record_result record_run(struct record *r);

#endif
