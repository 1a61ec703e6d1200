/* From the tape to the viewer's output: which bytes, in which order, with what
 * the viewer itself has to say in between. */
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
	bool once; /* one run */
	bool lossless;
	bool plain; /* text alone: the terminal (face.tty is false) knows no escape sequences */
	unsigned history; /* rows above the screen, for the terminal's scrollback */
	char const *hint; /* stands there for a moment at first; NULL: nothing */

	/* for the caller to read */
	bool over;     /* the run to be followed has ended */
	bool known;    /* with this status */
	int status;
	uint32_t end_flags; /* of the state then */

	struct face face; /* tty, quiet and say are set by the caller, too */
	struct tape_reader tape;
	bool open;          /* `tape` is */
	uint64_t id[2];     /* of the tape */
	uint64_t viewer;    /* our number, as marks name it */
	uint64_t live;      /* marks from this one on are news */
	uint64_t live_pos;  /* so are bytes */
	struct tape_state now; /* of the run, as far as was read */
	struct tape_state last; /* the newest that is known */
	uint32_t follow;    /* the run's number; 0: all */
	bool left;          /* its program had ended when we came, and left it to others */
	uint32_t run;       /* whose bytes come next */
	struct strip strip; /* of what is made plain */
	struct span span;   /* whose bytes are left out */
	uint64_t lost;      /* bytes lost and not yet told */
	int64_t lost_told;  /* when */
	bool over_due;      /* it is over once what was read is written */
	bool away;          /* the head is, and that stands on the screen */
};

/* 0 or -errno. */
int show_init(struct show *s, int out, unsigned rows, unsigned cols);
void show_deinit(struct show *s);

/* A tape came. The same as before: nothing changes. Another: starts with it.
 * 0 or -errno. Takes `fd` over. */
int show_tape(struct show *s, int fd, uint64_t viewer);

/* Takes from the tape what the output has room for. */
void show_pump(struct show *s, int64_t now);
/* True when show_pump would find nothing: for page_sleep. */
bool show_idle(struct show const *s, int64_t now);
/* Milliseconds until it has something to do by itself; -1: never. */
int show_timeout(struct show const *s, int64_t now);
/* Writes; to be called when there is something and on POLLOUT. */
enum out_result show_flush(struct show *s);
/* True while somebody has the terminal open, as far as is known here. */
bool show_open(struct show const *s);
/* How far everything is written. */
bool show_pos(struct show const *s, uint64_t *ret);

void show_away(struct show *s);
void show_back(struct show *s);
/* What is not yet told of bytes lost. */
void show_tell_lost(struct show *s, int64_t now, bool all);

#endif
