/* SPDX-License-Identifier: ISC */
/* The screen and state of a terminal at an offset of its tape: a checkpoint, then the bytes
 * and marks after it.
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
 * A replay answers nothing and writes nothing. Events on the screen go only to its sinks,
 * which the caller may set after replay_begin. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"
#include "screen.h"

#define REPLAY_NOW UINT64_MAX /* the present end of the tape, with all its marks */
#define REPLAY_ROWS 24        /* size of a terminal that was given none */
#define REPLAY_COLS 80

struct replay {
	/* set by the caller; zeros for the rest */
	struct tape_reader *tape; /* its position is the replay's position */
	struct screen *into;      /* the caller's new screen to use; NULL: replay makes one */
	bool state_only;          /* do not build a screen */

	/* for the caller to read */
	struct screen *screen;    /* screen_total is the tape's position */
	struct tape_state state;
	bool exact;               /* false: it began at an unknown state, with an empty screen */
	struct tape_event event;  /* of the last replay_step */
	uint8_t data[16384];      /* its bytes */

	bool begun;
};

/* Each function starts the replay at an offset and builds the screen as it was there. 0
 * or -errno: -ENODATA, -EAGAIN, -EPROTO as tape_reader_checkpoint; -ENOMEM.
 * replay_begin: the nearest offset at or before `offset` where the screen is known
 * exactly: a checkpoint, or the terminal's first byte. If there is none: an empty
 * screen at `offset` (or at the oldest byte held if that is later), with the state and
 * size of a checkpoint; `exact` is false. replay_begin_oldest: the oldest offset where
 * the screen is known exactly. replay_begin_bare: an empty screen at the oldest byte
 * held; fails only with -ENOMEM. */
int replay_begin(struct replay *p, uint64_t offset);
int replay_begin_oldest(struct replay *p);
int replay_begin_bare(struct replay *p, unsigned rows, unsigned cols);

/* Takes the next bytes (up to `limit`) or the next mark, and applies them to screen and
 * state. TAPE_NOTHING: the replay is at `limit` or at the tape's end. Marks at `limit`
 * are not taken. After TAPE_OVERTAKEN, begin again. */
enum tape_next replay_step(struct replay *p, uint64_t limit);

/* Steps to `offset`. 0; -EAGAIN: the writer overtook the replay: begin again. */
int replay_advance(struct replay *p, uint64_t offset);

/* Goes to `offset` in either direction, and begins again as often as needed. The tape's
 * position is the offset reached: it is above `offset` if that is no longer on the
 * tape. 0 or -errno as replay_begin. */
int replay_to(struct replay *p, uint64_t offset);
/* The same, exact to the mark: the marks before it are taken, and no other. (For
 * replay_to, a checkpoint at `offset` may include any of the marks there.) */
int replay_to_place(struct replay *p, struct tape_place at);

/* Goes to the end of the tape. If no earlier screen is known exactly: starts at the
 * oldest byte held, with the `state` that the caller has set. 0, -EAGAIN or -ENOMEM. */
int replay_now(struct replay *p);

/* Gives the screen to the caller. */
struct screen *replay_take(struct replay *p);
/* Frees the screen, unless the caller gave it or took it. */
void replay_deinit(struct replay *p);

/* Applies a mark to a screen (NULL: none) and to the state. For a caller that feeds the
 * screen itself. */
void replay_mark(struct screen *s, struct tape_state *state, struct tape_mark const *m);

#endif
