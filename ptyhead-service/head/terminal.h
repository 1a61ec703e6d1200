/* One named line of a head: its output, its audience, its run and its input,
 * and the only place where they meet. What happens is told upwards by the
 * callbacks of struct terminal_events.
 *
 * terminal_pump.c   moves bytes: master to tape, input to master, size, wake-ups
 * terminal_run.c    a run's start, end, and take-up by the next head
 * terminal_place.c  whether the next run may begin
 * terminal.c        birth and death, viewers, their input
 *
 * Each of these calls only those above it. The master stays open after a run's
 * end, and in the store, for others whom the program left behind: they are read, typed
 * to and answered until the last of them has closed the terminal, or the next run takes
 * its place. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "audience.h"
#include "env.h"
#include "inputq.h"
#include "line.h"
#include "list.h"
#include "output.h"
#include "run.h"

struct terminal;

struct terminal_events {
	void *arg;
	/* The input queue moved: SENDs may be answered, and peers that waited for
	 * room go on. `over`: what waited is thrown away. */
	void (*input)(void *arg, struct terminal *t, bool over);
	/* A run began or ended, or went on no more; or a viewer came or went. */
	void (*changed)(void *arg);
};

struct terminal {
	struct list link; /* in the set of terminals */
	struct env *env;
	struct terminal_events const *events;
	char name[WIRE_TERMINAL_MAX + 1];

	struct output output;
	struct audience audience;
	struct run run;
	struct inputq input;
	struct line line;
	struct tape_state ended; /* of the run before the one that is alive */

	bool tape_kept;       /* the store has the tape */
	uint32_t master_run;  /* whose master it is: that of the run, or of the last */
	struct source master; /* edge-triggered: see terminal_pump.c */
	bool readable;        /* the kernel may hold more output */
	bool hung_up;         /* no slave is open */
	bool heavy;           /* its last turn brought more than a little */
	unsigned blocked;     /* how often its exporter made the master blocking */
	char const *lost;     /* why the master is to be given up; NULL: it is not */
	bool shut;            /* nothing more is read: the run ends, or the next one begins, when the
	                       * engine has caught up */
	uint64_t asked_ns;    /* when an export first asked for the place; `asked`: one waits for it */
	uint64_t asked_taken; /* bytes that were taken then */
	uint64_t denied_round; /* the loop's round in which one was last told that it is taken; 0: none */
	uint64_t caught_round; /* the loop's round in which pump_catch_up last worked, */
	uint64_t caught_ns;    /* and for how long in it */
	bool retried;         /* a write that the kernel refused was tried again */
	bool size_due;        /* another size is wanted: see pump_size */
	bool unfocused;       /* the program was told that its terminal has lost the focus */
	uint64_t size_round;  /* the loop's round in which the size was last set */

	struct deferred pump;
	struct timeout reap;
	struct timeout asked;
	struct timeout waited;
	struct timeout pace;
	struct timeout grace;
	struct timeout retry;
	struct timeout reread; /* the kernel told of output, and a read found none */

	bool seen;               /* terminals_loop: looked at */
	struct terminal *next;   /* and the list of those to be looked at */
};

/* ---- terminal.c ---- */

/* A new one, without a run, on a new tape. 0 or -errno. */
int terminal_new(struct env *e, struct terminal_events const *ev, char const *name, struct terminal **ret);
/* The same on a tape that is there: taken over on success. As output_open. */
int terminal_new_on(struct env *e, struct terminal_events const *ev, char const *name, int tape,
                    struct terminal **ret, bool *ret_whole);
/* What is in the store goes, too, unless the head is closing or `keep`. */
void terminal_free(struct terminal *t, bool keep);
/* Has a process the terminal open, as far as was read: the program, or others that it
 * left behind? */
static inline bool terminal_open(struct terminal const *t) { return t->master.fd >= 0 && !t->hung_up; }
/* A program is on it, or has left it to others (tape_state_left). */
bool terminal_used(struct terminal const *t);
/* Neither that, nor does anybody look. */
bool terminal_idle(struct terminal const *t);

void terminal_viewer_add(struct terminal *t, struct viewer *v);
void terminal_viewer_active(struct terminal *t, struct viewer *v);
/* The same for what it typed, which may be something that its terminal says by itself:
 * then it does not count. False: this is not for the program. */
bool terminal_viewer_typed(struct terminal *t, struct viewer *v, uint8_t const *data, size_t len);
void terminal_viewer_size(struct terminal *t, struct viewer *v, struct wire_size size);
void terminal_viewer_moved(struct terminal *t, struct viewer *v); /* a lossless reader says so */
/* It hung up, but what it typed is still to come: it has no size any more, and
 * nobody waits for it. */
void terminal_viewer_left(struct terminal *t, struct viewer *v);
void terminal_viewer_remove(struct viewer *v);

/* May `n` bytes of input come now? Not while the queue is full, nor while a size
 * that was wanted before them is not set. */
bool terminal_takes(struct terminal const *t, size_t n);
/* Typed bytes. Returns how many were taken, in order: all of them where there is
 * nobody to read them, since they are dropped then. */
size_t terminal_type(struct terminal *t, uint8_t const *data, size_t len);
/* How its program wants keys to be sent, by what it has written until now. */
struct screen_input terminal_input_mode(struct terminal *t);
/* Input that is answered, all or nothing: an enum wire_taken_code; -EAGAIN: there
 * is no room now, offer it again. */
int terminal_send(struct terminal *t, uint8_t const *data, size_t len, uint64_t *ret_offset);

/* ---- terminal_run.c ---- */

struct terminal_run {
	int master; /* taken over; non-blocking */
	int pidfd;  /* taken over; -1: none */
	pid_t pid;
	struct wire_size size;
	bool sized;
	struct wire_tty tty;
};
/* Begins a run; the terminal must be free. *ret_size: as set on the
 * master. On -errno nothing was taken over. */
int terminal_start(struct terminal *t, struct terminal_run const *run, struct wire_size *ret_size);
/* Goes on, after its output was opened, with the run `run` of another head, whose
 * master and pidfd (taken over on success; -1: none) were kept. 0 or -errno. */
int terminal_resume(struct terminal *t, uint32_t run, int master, int pidfd);
/* The store came back empty: puts what is this terminal's into it. -errno. */
int terminal_keep(struct terminal *t);

/* ---- terminal_place.c ---- */

enum terminal_place {
	TERMINAL_FREE,  /* a run may begin */
	TERMINAL_TAKEN, /* a program is on it */
	TERMINAL_LATER, /* the last words of what was on it are read: ask again in the next round */
};
/* May a run begin? Looks at the pidfd itself, so that a program that ended this
 * instant does not stand in its successor's way. LATER lasts for PUMP_GONE_MS and
 * as long as the engine needs for one read. To be asked once, and acted on at once:
 * FREE means that no run is there (run.state), and the next question begins anew. */
enum terminal_place terminal_place(struct terminal *t);

#endif
