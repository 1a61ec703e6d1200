/* SPDX-License-Identifier: ISC */
/* One program on a terminal, from its export to its end, as its pidfd tells. This module
 * reads no output and wakes nobody: the terminal asks and acts.
 *
 *   state       becomes
 *   RUN_NONE    RUN_ALIVE by run_begin
 *   RUN_ALIVE   RUN_GONE when the pidfd says that the program ended
 *   RUN_GONE    RUN_NONE by run_over, once its output is read and its status is known,
 *               cannot be known, or did not come in time */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

/* The kernel holds less than this for a terminal. So all that the program wrote lies
 * within this many bytes after its end. Other processes may write on; the end does not
 * wait for them. */
#define RUN_GONE_DRAIN ((size_t)128 << 10)

enum run_state { RUN_NONE, RUN_ALIVE, RUN_GONE };

struct run {
	enum run_state state;
	struct source pidfd; /* fd -1: none; then the master's hang-up is the end */
	bool reaped;         /* the parent has fetched the status */
	size_t drained;      /* bytes read since the program ended */
};

void run_init(struct run *r);
/* The program begins. Takes over `pidfd` (-1: none). `ready` is called when the pidfd
 * has news. -errno: nothing was taken over. */
int run_begin(struct run *r, struct loop *l, int pidfd, void (*ready)(struct source *, uint32_t events));
/* Checks the pidfd: true when the program has ended since the last check. */
bool run_look(struct run *r, uint32_t events);
/* `n` bytes of output were read. */
void run_drained(struct run *r, size_t n);

enum run_end {
	RUN_END_NOT,     /* the run goes on, or its output is not read yet */
	RUN_END_KNOWN,   /* ended, *ret_status is a wait(2) status */
	RUN_END_UNKNOWN, /* ended, and its status cannot be known */
	RUN_END_LATER,   /* ended; the status may still come: ask again */
};
/* Is the run over? `dry`: the kernel holds no more output. `hung_up`: no slave is open. */
enum run_end run_end(struct run const *r, bool dry, bool hung_up, int *ret_status);
/* Is the status unknown because the parent has not reaped the program? (Other reasons:
 * the kernel does not tell, or the process is unknown.) */
bool run_unreaped(struct run const *r);
/* The status as known now: RUN_END_KNOWN or RUN_END_UNKNOWN. */
enum run_end run_status(struct run const *r, int *ret_status);
/* The end is marked: the state becomes RUN_NONE. Returns the pidfd, which the caller
 * must close; -1: none. */
int run_over(struct run *r, struct loop *l);

#endif
