/* SPDX-License-Identifier: ISC */
/* A terminal's screen and state at an offset of its tape: a checkpoint, then the
 * bytes and marks after it.
 *
 *     struct replay p = { .tape = &reader };
 *     if (replay_to(&p, REPLAY_NOW) == 0) show(p.screen, &p.state);
 *     replay_deinit(&p);
 *
 * or step by step:
 *
 *     replay_begin(&p, from);
 *     while ((next = replay_step(&p, to)) == TAPE_BYTES || next == TAPE_MARK)
 *             look(p.screen, &p.event);
 *
 * Nothing is answered and nothing is written: what happens on the screen is told to
 * its sinks alone, which the caller may set after replay_begin. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"
#include "screen.h"

#define REPLAY_NOW UINT64_MAX /* the end of the tape at this moment, with all its marks */
#define REPLAY_ROWS 24        /* of a terminal that nobody has given a size */
#define REPLAY_COLS 80

struct replay {
	/* set by the caller, with zeros for the rest */
	struct tape_reader *tape; /* its position is where the replay stands */
	struct screen *into;      /* a new screen of the caller's to be used; NULL: replay makes one */
	bool state_only;          /* no screen is wanted */

	/* for the caller to read */
	struct screen *screen;    /* screen_total is the tape's position */
	struct tape_state state;
	bool exact;               /* false: it began in the middle, on an empty screen */
	struct tape_event event;  /* of the last replay_step */
	uint8_t data[16384];      /* its bytes */

	bool begun;
};

/* Each of these puts the replay at a place and builds the screen as it was there;
 * 0, or -errno: -ENODATA, -EAGAIN, -EPROTO as tape_reader_checkpoint has them, -ENOMEM.
 *
 * replay_begin: the nearest place at or before `offset` at which the screen is known
 * exactly: a checkpoint or the terminal's first byte. If `offset` lies before all of
 * these: on an empty screen at `offset`, or at the oldest byte held if that is later,
 * with a checkpoint's state and size (`exact` is false then).
 * replay_begin_oldest: the oldest place at which the screen is known exactly.
 * replay_begin_bare: an empty screen at the oldest byte held; only -ENOMEM. */
int replay_begin(struct replay *p, uint64_t offset);
int replay_begin_oldest(struct replay *p);
int replay_begin_bare(struct replay *p, unsigned rows, unsigned cols);

/* Takes the next bytes (not past `limit`) or the next mark; screen and state have
 * taken account of them when it returns. TAPE_NOTHING: it stands at `limit` or at the
 * tape's end. Marks that stand at `limit` are not taken. After TAPE_OVERTAKEN begin
 * again. */
enum tape_next replay_step(struct replay *p, uint64_t limit);

/* Steps up to `offset`. 0; -EAGAIN: the writer overtook the replay, which must begin
 * again. */
int replay_advance(struct replay *p, uint64_t offset);

/* Goes to `offset` from wherever the replay stands, in either direction; begins again
 * as often as needed. The tape's position tells the offset that was reached: it is
 * above `offset` if that is on the tape no more. 0 or -errno as replay_begin. */
int replay_to(struct replay *p, uint64_t offset);

/* To the end of the tape, also where no place before it is known exactly: then from the
 * oldest byte held, with `state` as the caller has set it. 0, -EAGAIN or -ENOMEM. */
int replay_now(struct replay *p);

/* The screen is the caller's from here on. */
struct screen *replay_take(struct replay *p);
/* Frees the screen, unless it was taken or given by the caller. */
void replay_deinit(struct replay *p);

/* What a mark does to a screen (NULL: none) and to the state. For a caller that feeds
 * the screen by itself. */
void replay_mark(struct screen *s, struct tape_state *state, struct tape_mark const *m);

#endif
