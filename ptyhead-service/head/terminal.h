/* One named line of a head: its tape, its present or last run, who looks.
 *
 *   state of a run     what ends it
 *   none               terminal_start
 *   alive              its pidfd says that the program ended (without a pidfd:
 *                      the master hangs up)
 *   gone               output drained, and the status known, given up after a
 *                      while, or unknowable; then the end is marked: none
 *
 * The master stays open after the end, for what children of the program still
 * write, until it hangs up or the next run takes its place.
 *
 * terminal.c    birth, death, names        run.c    start, end, status
 * drain.c       master to tape, wake-ups   input.c  viewers to master, size
 * engine.c      the screen: queries, checkpoints
 * send.c        input that is answered */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "head.h"
#include "list.h"
#include "loop.h"
#include "viewer.h"
#include "wire.h"
#include "writer.h"

#define TERMINAL_INPUT_MAX 65536u

struct terminal {
	struct list link; /* in head->terminals */
	struct head *head;
	char name[WIRE_TERMINAL_MAX + 1];
	struct tape tape;
	struct textlog_line *textlog; /* NULL: none */
	struct screen *screen; /* in the state at the tape's `taken` */
	struct tape_state state; /* of the run; flags TAPE_ALIVE until its end is marked */
	bool tape_kept;          /* the store has the tape */

	uint32_t master_run;  /* whose master it is: that of the run, or of the last */
	struct source master; /* edge-triggered: see drain.c */
	bool readable;        /* the kernel may hold more output */
	bool hung_up;         /* no slave is open */
	struct deferred drain;

	struct source pidfd;
	bool gone;            /* the program ended, the end is not yet marked */
	bool reaped;
	size_t gone_drained;  /* bytes since */
	struct timeout reap;

	struct list viewers; /* most recently active first; watchers last */
	unsigned lossless;   /* how many of them are waited for */
	/* After a recovery: lossless readers of the head before that are not back. */
	unsigned absent;
	uint64_t absent_pos;
	struct timeout grace;
	struct timeout waited; /* pending: output stands until a reader moves */

	uint64_t woken_end;  /* the tape's end when viewers were last woken */
	uint64_t woken_mark;
	uint64_t woken_ns;
	uint64_t wake_cost_ns; /* of that waking */
	struct timeout pace;

	uint8_t *input; /* TERMINAL_INPUT_MAX while anything waits, else NULL */
	size_t input_start;
	size_t input_len;
	uint64_t input_total; /* ever taken, what waits included */
	size_t line;          /* of it: bytes since the last end of a line */
	uint32_t line_run;    /* the run that this counts for */

	struct tape_state ended; /* of the run before the one that is alive */

	uint64_t query_offset; /* found and not yet marked: engine.c */
	uint32_t query_len;
	uint64_t query_viewer;
	bool query_enq;
	char answer[512]; /* not yet sent: engine.c */
	size_t answer_len;
	bool replaying;

	bool visited; /* terminal_shows */
};

struct terminal *terminal_find(struct head *h, char const *name);
/* A new one, without a run. When the head holds as many as it may, the one
 * whose run ended longest ago and which nobody looks at goes. -EMFILE when
 * there is none such, -errno. */
int terminal_new(struct head *h, char const *name, struct terminal **ret);
/* The same on a tape that is there already (taken over on success); -1: none. */
int terminal_new_on(struct head *h, char const *name, int tape, struct terminal **ret);
void terminal_free(struct terminal *t);

/* run.c */
struct terminal_run {
	int master; /* taken over; non-blocking */
	int pidfd;  /* taken over; -1: none */
	pid_t pid;
	struct wire_size size;
	bool sized;
	struct wire_tty tty;
};
/* Is a program on it? Looks at the pidfd itself, so that a program that ended
 * this instant does not stand in its successor's way. */
bool terminal_alive(struct terminal *t);
/* Begins a run; the terminal must not be alive. *ret_size: as set on the
 * master. On -errno nothing was taken over. */
int terminal_start(struct terminal *t, struct terminal_run const *run, struct wire_size *ret_size);
/* Goes on, after the tape was replayed, with the run `run` of another head,
 * whose master and pidfd (taken over; -1: none) were kept. */
void terminal_resume(struct terminal *t, uint32_t run, int master, int pidfd);
/* After a drain: marks the end of a run that is over, when that is due. */
void terminal_settle(struct terminal *t);
/* The run is over now, whatever is known of it. */
void terminal_end(struct terminal *t);

/* drain.c */
void terminal_master_add(struct terminal *t, int master);
void terminal_master_drop(struct terminal *t);
void terminal_drain_deferred(struct deferred *d);
/* Reads what is there now, within a bound: before a size is marked, or an end. */
void terminal_drain(struct terminal *t, size_t most);
/* Viewers asleep learn that there is more: at once or at the next pace. */
void terminal_wake(struct terminal *t);
void terminal_pace_expired(struct timeout *x);
void terminal_waited_expired(struct timeout *x);
void terminal_grace_expired(struct timeout *x);
void terminal_lossless_changed(struct terminal *t);
void terminal_moved(struct terminal *t); /* a lossless reader says so */

/* engine.c */
int engine_init(struct terminal *t); /* -1: no memory */
/* After a replay up to the tape's `end`: what was taken and not published, with
 * its queries answered if so wished. */
void engine_resume(struct terminal *t, bool answers);
void engine_deinit(struct terminal *t);
void engine_feed(struct terminal *t, void const *data, size_t len); /* just taken */
void engine_settle(struct terminal *t); /* the program has ended: nothing is held back */
void engine_resize(struct terminal *t); /* to state.size */
void engine_run(struct terminal *t);    /* a new run, of state.size */
void terminal_checkpoint(struct terminal *t);

/* input.c */
size_t terminal_input_room(struct terminal const *t);
void terminal_input(struct terminal *t, void const *data, size_t len); /* at most the room */
void terminal_input_flush(struct terminal *t);
void terminal_input_drop(struct terminal *t);
/* The terminal has this size from here on; nothing if it had before. */
void terminal_resize(struct terminal *t, struct wire_size size);

/* send.c */
/* Keeps count of what an input line holds. */
void line_count(struct terminal *t, uint8_t const *data, size_t len);
/* Answers each SEND that the line has taken; those that wait are lost when
 * `over`. */
void sends_settle(struct terminal *t, bool over);

/* terminal.c: a viewer's coming, activity and going. */
void terminal_viewer_add(struct terminal *t, struct viewer *v);
void terminal_viewer_active(struct terminal *t, struct viewer *v);
void terminal_viewer_remove(struct viewer *v);
/* Whose terminal answers what only a terminal can; NULL: nobody is there. */
struct viewer *terminal_leader(struct terminal *t);
/* The size that those who look want, by the head's policy: watchers never count.
 * False: it stays what it is, since nobody is there, or it is fixed. */
bool terminal_wants_size(struct terminal *t, struct wire_size *ret);
void terminal_follow_size(struct terminal *t);
/* Would a viewer on the terminal `tty` that shows `t` see itself? */
bool terminal_shows(struct terminal *t, struct wire_tty tty);

#endif
