/* SPDX-License-Identifier: ISC */
/* From the tape to the viewer's output: which bytes, in which order, with the viewer's
 * own messages between. */
#ifndef VIEWER_SHOW_H
#define VIEWER_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "face.h"
#include "reader.h"
#include "span.h"
#include "strip.h"

struct show {
	/* set by the caller before show_init */
	bool once; /* follow one run */
	bool lossless;
	bool plain; /* text only: the terminal (face.tty is false) knows no escape sequences */
	unsigned history; /* number of rows above the screen for the scrollback */
	char const *hint; /* shown for a moment at the beginning; NULL: none */

	/* for the caller to read */
	bool over;     /* the followed run has ended */
	bool known;    /* its status is known */
	int status;
	uint32_t end_flags; /* flags of the state at the end */

	struct face face; /* the caller also sets tty, quiet and say */
	struct tape_reader tape;
	bool open;          /* `tape` is open */
	uint64_t id[2];     /* of the tape */
	uint64_t viewer;    /* our number in marks */
	uint64_t live;      /* marks from this index on are news */
	uint64_t live_pos;  /* bytes from this offset on are news */
	struct tape_state now; /* state of the run at our position */
	struct tape_state last; /* newest known state of the run */
	uint32_t follow;    /* number of the run; 0: all runs */
	bool left;          /* its program had ended before we attached, and has left it to others */
	uint32_t run;       /* run of the next bytes */
	struct strip strip; /* for a terminal without escape sequences */
	struct span span;   /* bytes to leave out */
	uint64_t lost;      /* lost bytes not reported yet */
	int64_t lost_told;  /* time of the last report */
	bool over_due;      /* ends when everything that was read is written */
	bool away;          /* the head is away, and the screen says so */
};

/* 0 or -errno. */
int show_init(struct show *s, int out, unsigned rows, unsigned cols);
void show_deinit(struct show *s);

/* A tape has come; `fd` is taken over. The same tape: nothing changes. Another tape:
 * starts with it. 0 or -errno. */
int show_tape(struct show *s, int fd, uint64_t viewer);

/* Takes from the tape what the output has room for. */
void show_pump(struct show *s, int64_t now);
/* True: show_pump would find nothing. For page_sleep. */
bool show_idle(struct show const *s, int64_t now);
/* Milliseconds until show_tick must be called; -1: not necessary. */
int show_timeout(struct show const *s, int64_t now);
/* Writes. Call it when there is something to write, and on POLLOUT. */
enum out_result show_flush(struct show *s);
/* Does somebody have the terminal open, as far as is known here? */
bool show_open(struct show const *s);
/* The offset up to which everything is written. */
bool show_pos(struct show const *s, uint64_t *ret);

void show_away(struct show *s);
void show_back(struct show *s);
/* Reports lost bytes that were not reported yet. */
void show_tell_lost(struct show *s, int64_t now, bool all);

#endif
