/* SPDX-License-Identifier: ISC */
/* A terminal's output: its tape, the screen engine that has parsed the output, and the
 * state of the terminal according to the tape's marks. The engine parses all output
 * before readers see it. It decides how far readers may see, finds the questions that
 * readers leave out, answers them, and makes the checkpoints.
 *
 * Positions: end (readers see the bytes before it) <= fed (the engine has parsed the
 * bytes before it) <= taken (read and kept). More than TAPE_HOLD_MAX bytes lie between fed
 * and taken only when a step used up its budget. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "screen.h"
#include "writer.h"

enum output_result {
	OUTPUT_SOME,     /* bytes were read, or the engine parsed more */
	OUTPUT_DRY,      /* the kernel has no more output now */
	OUTPUT_HUNGUP,   /* no slave is open */
	OUTPUT_BLOCKING, /* the exporter made the master blocking, and a call was stuck */
	OUTPUT_LOST,     /* the master cannot be read; errno says why */
};

struct output_sinks {
	void *arg;
	/* Sends the engine's answer to the program. It is a callback, not a return
	 * value: each answer must be noted, then sent, and only then may its question
	 * be published, and one read can contain a thousand questions. */
	void (*answer)(void *arg, char const *data, size_t len);
};

struct output {
	struct tape tape;
	struct screen *screen;
	struct tape_state state; /* state of the run; has TAPE_ALIVE until the run's end is marked */
	struct tape_state ended; /* the state at the end of the run before that; run 0: not known */
	uint64_t fed;
	uint64_t asker; /* the viewer that passes on questions only a terminal can answer; 0: none */
	int64_t budget; /* in screen.h's units; below zero: a debt */
	size_t chunk;   /* most bytes of one read */
	uint64_t checkpoint_spent; /* engine work up to the last checkpoint, in screen.h's units */
	uint64_t checkpoint_cost;  /* cost of that checkpoint, in the same units */
	struct output_sinks sinks;
	bool silent;    /* do not answer: what is fed now was answered before */

	/* a question that was found and has no mark yet */
	uint64_t query_offset;
	uint32_t query_len;
	uint64_t query_viewer;
	bool query_enq;
	uint64_t part; /* an open string is marked up to here */
	char answer[512]; /* an answer that was not sent yet */
	size_t answer_len;
};

/* A new, empty tape. 0 or -errno. */
int output_create(struct output *o, uint64_t ring_size, char const *name, struct output_sinks const *sinks);
/* Continues the tape `fd`: restores the state and the screen at its end. Takes `fd`
 * over on success. 0 or -errno; -EPROTO, -EPROTONOSUPPORT: this tape can never be used.
 * *ret_whole: false when it has no valid checkpoint. */
int output_open(struct output *o, int fd, struct output_sinks const *sinks, bool *ret_whole);
/* After output_open: parses again what was read and not published. With `answers`, the
 * next rounds do this and answer the questions that are not noted as answered. Without,
 * all of it is parsed now and nothing is answered. */
void output_resume(struct output *o, bool answers);
void output_deinit(struct output *o);

/* At the beginning of a round: sets the engine's budget for it. A debt of the last
 * round is subtracted. */
void output_budget(struct output *o, int64_t units);
/* Is the budget used up? */
static inline bool output_spent(struct output const *o) { return o->budget <= 0; }
/* One step: the engine parses bytes that are taken already; if there are none, reads at
 * most `most` bytes from the master. *ret_n: bytes read. */
enum output_result output_step(struct output *o, int master, uint64_t most, size_t *ret_n);
/* Are there bytes that the engine has not parsed? */
static inline bool output_behind(struct output const *o) { return o->fed < o->tape.taken; }
/* Publishes everything that is held back, because the program has ended or the next one
 * begins. */
void output_settle(struct output *o);

/* Write marks: a run begins or ends, the size changes. They also update `state`. */
void output_run_begin(struct output *o, struct tape_state const *state);
/* `flags` are the flags of the end mark. */
void output_run_end(struct output *o, uint32_t flags, int status, uint64_t now);
/* The last process that the run left behind has closed the terminal. No effect if the
 * state has no such processes. */
void output_closed(struct output *o, uint64_t now);
void output_resize(struct output *o, struct tape_size size);
void output_checkpoint(struct output *o);

#endif
