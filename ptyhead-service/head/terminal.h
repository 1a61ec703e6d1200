/* SPDX-License-Identifier: ISC */
/* One terminal of a head: its output, its audience, its run and its input. Only this
 * module connects these parts. It reports events by the callbacks of struct
 * terminal_events.
 *
 * terminal_pump.c   moves bytes: master to tape, input to master, size, wake-ups
 * terminal_run.c    begins and ends runs, and takes up a run of the previous head
 * terminal_place.c  says whether the next run may begin
 * terminal.c        creates and frees a terminal; its viewers and their input
 *
 * Each file calls only the files above it. The master stays open (and stored) after the
 * end of a run, for processes that the program left behind: the head reads them, types to
 * them and answers them until the last one closes the terminal or the next run begins. */
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
#include "linked_list.h"
#include "output.h"
#include "run.h"

struct terminal;

struct terminal_events {
	void *arg;
	/* Input was written: SENDs may be answered, and peers that wait for room
	 * continue. `over`: the waiting input was dropped. */
	void (*input)(void *arg, struct terminal *t, bool over);
	/* A run began or ended, the last process closed the terminal, or a viewer came
	 * or went. */
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

	bool tape_kept;       /* the store has the tape */
	uint32_t master_run;  /* the run that the master belongs to: the present one or the last one */
	struct source master; /* edge-triggered: see terminal_pump.c */
	bool readable;        /* the kernel may hold more output */
	bool hung_up;         /* no slave is open */
	bool heavy;           /* its last turn read more than a few lines */
	unsigned blocked;     /* how often its exporter made the master blocking */
	char const *lost;     /* why to give the master up; NULL: keep it */
	bool shut;            /* no more is read; the run ends, or the next one begins,
	                       * when the engine has caught up */
	uint64_t asked_ns;    /* when an export first asked for the terminal; `asked`: one is waiting */
	uint64_t asked_taken; /* value of `taken` at that time */
	uint64_t denied_round; /* the loop round in which an export was last denied; 0: none */
	uint64_t caught_round; /* the loop round in which pump_catch_up last worked, */
	uint64_t caught_ns;    /* and the time that it used in that round */
	bool retried;         /* a refused write was retried once */
	bool size_due;        /* a size change is pending: see pump_size */
	bool unfocused;       /* the program was told that its terminal lost the focus */
	uint64_t size_round;  /* the loop round in which the size was last set */

	struct deferred pump;
	struct timeout reap;
	struct timeout asked;
	struct timeout waited;
	struct timeout pace;
	struct timeout grace;
	struct timeout retry;
	struct timeout reread; /* the kernel reported output, but a read found none: read again */

	bool seen;               /* terminals_loop: visited */
	struct terminal *next;   /* terminals_loop: next one to visit */
};

/* ---- terminal.c ---- */

/* A new terminal without a run, on a new tape. 0 or -errno. */
int terminal_new(struct env *e, struct terminal_events const *ev, char const *name, struct terminal **ret);
/* The same on an existing tape, which is taken over on success. Errors as output_open. */
int terminal_new_on(struct env *e, struct terminal_events const *ev, char const *name, int tape,
                    struct terminal **ret, bool *ret_whole);
/* Also drops it from the store, unless the head is closing or `keep` is set. */
void terminal_free(struct terminal *t, bool keep);
/* Does a process have the terminal open, as far as the output read so far tells: the
 * program, or processes that it left behind? */
static inline bool terminal_open(struct terminal const *t) { return t->master.fd >= 0 && !t->hung_up; }
/* A program is on it, or has left it to others (tape_state_left). */
bool terminal_used(struct terminal const *t);
/* Not used, and without viewers. */
bool terminal_idle(struct terminal const *t);

void terminal_viewer_add(struct terminal *t, struct viewer *v);
void terminal_viewer_active(struct terminal *t, struct viewer *v);
/* The viewer typed. Reports that its terminal sends by itself do not make it the active
 * viewer. False: these bytes are not for the program. */
bool terminal_viewer_typed(struct terminal *t, struct viewer *v, uint8_t const *data, size_t len);
void terminal_viewer_size(struct terminal *t, struct viewer *v, struct wire_size size);
void terminal_viewer_moved(struct terminal *t, struct viewer *v); /* a lossless reader reported a move */
/* The viewer hung up while its input waits. Its size no longer counts, and nobody waits
 * for it. */
void terminal_viewer_left(struct terminal *t, struct viewer *v);
void terminal_viewer_remove(struct viewer *v);

/* Can the terminal take `n` bytes of input now? No while the queue is full, or while a
 * size change that was requested earlier is pending. */
bool terminal_takes(struct terminal const *t, size_t n);
/* Types bytes. Returns how many were taken, in order. Without a program all of them are
 * taken and dropped. */
size_t terminal_type(struct terminal *t, uint8_t const *data, size_t len);
/* The input modes that the program has set in its output so far. */
struct screen_input terminal_input_mode(struct terminal *t);
/* Types input that gets an answer, all of it or nothing. Returns an enum
 * wire_taken_code; -EAGAIN: no room now, call again. */
int terminal_send(struct terminal *t, uint8_t const *data, size_t len, uint64_t *ret_offset);

/* ---- terminal_run.c ---- */

struct terminal_run {
	int master; /* taken over; must be non-blocking */
	int pidfd;  /* taken over; -1: none */
	pid_t pid;
	struct wire_size size;
	bool sized;
	struct wire_tty tty;
};
/* Begins a run. The terminal must be free. *ret_size: the size set on the master. On
 * -errno nothing is taken over. */
int terminal_start(struct terminal *t, struct terminal_run const *run, struct wire_size *ret_size);
/* Continues the run `run` of the previous head, after the output was opened. Takes over
 * its stored master and pidfd on success (-1: none). 0 or -errno. */
int terminal_resume(struct terminal *t, uint32_t run, int master, int pidfd);
/* The store came back empty: stores the items of this terminal again. 0 or -errno. */
int terminal_keep(struct terminal *t);

/* ---- terminal_place.c ---- */

enum terminal_place {
	TERMINAL_FREE,  /* a run may begin */
	TERMINAL_TAKEN, /* a program is on it */
	TERMINAL_LATER, /* the end of the previous output is being read: ask again in the next round */
};
/* May a run begin? Checks the pidfd itself, so a program that has just ended does not
 * block the next one. LATER lasts for at most PUMP_GONE_MS and the time that the engine
 * needs for one read. FREE means that run.state is RUN_NONE: act on it at once, since
 * the next call starts over. */
enum terminal_place terminal_place(struct terminal *t);

#endif
