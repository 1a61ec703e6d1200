/* A terminal's output: its tape, the screen engine that has parsed what is on
 * it, and the state that the tape's marks tell. Fed with all that is read before
 * readers see it; the engine says how far they may see, finds the questions that
 * they leave out, answers those, and gives the checkpoints.
 *
 * Positions: end (readers see what is before) <= fed (the engine has parsed
 * what is before) <= taken (read and kept). More than TAPE_HOLD_MAX lie between
 * fed and taken only when a step ran out of its budget. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "screen.h"
#include "writer.h"

enum output_result {
	OUTPUT_SOME,     /* bytes came, or the engine went on */
	OUTPUT_DRY,      /* the kernel has no more now */
	OUTPUT_HUNGUP,   /* no slave is open */
	OUTPUT_BLOCKING, /* the master was made blocking and held the head up */
	OUTPUT_LOST,     /* the master cannot be read; errno says why */
};

struct output_sinks {
	void *arg;
	/* The engine's answer to the program. A callback and no return value: it
	 * must be noted, sent, and only then its question published, and one read
	 * can bring a thousand questions. */
	void (*answer)(void *arg, char const *data, size_t len);
};

struct output {
	struct tape tape;
	struct screen *screen;
	struct tape_state state; /* of the run; flags TAPE_ALIVE until its end is marked */
	uint64_t fed;
	uint64_t asker; /* the viewer that passes on what only a terminal knows; 0: none */
	int64_t budget; /* in screen.h's units; below zero: a debt */
	size_t chunk;   /* bytes that are read at once, at most */
	uint64_t checkpoint_spent; /* by the engine until the last checkpoint, in screen.h's units */
	uint64_t checkpoint_cost;  /* of that checkpoint, in the same */
	struct output_sinks sinks;
	bool silent;    /* what is fed was answered already */

	/* a question that was found and is not yet marked */
	uint64_t query_offset;
	uint32_t query_len;
	uint64_t query_viewer;
	bool query_enq;
	uint64_t part; /* up to here a string that is open was marked */
	char answer[512]; /* not yet sent */
	size_t answer_len;
};

/* A new, empty tape. 0 or -errno. */
int output_create(struct output *o, uint64_t ring_size, char const *name, struct output_sinks const *sinks);
/* Goes on with the tape `fd`, taken over on success: the state and the screen as
 * they were at its end. 0 or -errno; -EPROTO, -EPROTONOSUPPORT: this tape will
 * never be of use. *ret_whole: false when no checkpoint was found. */
int output_open(struct output *o, int fd, struct output_sinks const *sinks, bool *ret_whole);
/* After output_open: what was read and not published is looked at again, and
 * with `answers` its questions are answered unless they are noted as answered: by
 * the steps of the rounds that follow. Without, all of it now. */
void output_resume(struct output *o, bool answers);
void output_deinit(struct output *o);

/* At the beginning of a round: what the engine may spend in it. A debt of the
 * last round is paid first. */
void output_budget(struct output *o, int64_t units);
/* Is the budget used up? */
static inline bool output_spent(struct output const *o) { return o->budget <= 0; }
/* One step: the engine goes on with what was taken; when there is no such, one
 * read of at most `most` bytes from the master. *ret_n: bytes that were read. */
enum output_result output_step(struct output *o, int master, uint64_t most, size_t *ret_n);
/* Does the engine have more to do? */
static inline bool output_behind(struct output const *o) { return o->fed < o->tape.taken; }
/* Nothing is held back any more: the program has ended, or another begins. */
void output_settle(struct output *o);

/* Marks: a run begins or ends, the size changes. `state` is as they say then. */
void output_run_begin(struct output *o, struct tape_state const *state);
/* `flags` are those of the end's mark. */
void output_run_end(struct output *o, uint32_t flags, int status, uint64_t now);
/* The last of those has closed it; nothing where the state knows of none. */
void output_closed(struct output *o, uint64_t now);
void output_resize(struct output *o, struct tape_size size);
void output_checkpoint(struct output *o);

#endif
