/* One program on a terminal, from its export to its end: what its pidfd tells.
 * Drains nothing and resumes nobody; the terminal asks and acts.
 *
 *   state       becomes
 *   RUN_NONE    RUN_ALIVE by run_begin
 *   RUN_ALIVE   RUN_GONE when the pidfd says that the program ended
 *   RUN_GONE    RUN_NONE by run_over, once its output is drained and its status
 *               is known, cannot be known, or was waited for long enough */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

/* The kernel holds less than this for a terminal. So after the program's end
 * everything that it wrote lies within; what comes later is from others, who
 * need not stop writing for the end to be told. */
#define RUN_GONE_DRAIN ((size_t)128 << 10)

enum run_state { RUN_NONE, RUN_ALIVE, RUN_GONE };

struct run {
	enum run_state state;
	struct source pidfd; /* fd -1: there is none, the master's hang-up is the end */
	bool reaped;         /* the parent has fetched the status */
	size_t drained;      /* bytes since the program was gone */
};

void run_init(struct run *r);
/* The program begins. Takes `pidfd` (-1: none) over; `ready` is called when it
 * has something to tell. -errno: nothing was taken over. */
int run_begin(struct run *r, struct loop *l, int pidfd, void (*ready)(struct source *, uint32_t events));
/* Looks at the pidfd: true when the program has ended since the last look. */
bool run_look(struct run *r, uint32_t events);
/* Bytes of output came. */
void run_drained(struct run *r, size_t n);

enum run_end {
	RUN_END_NOT,     /* it goes on, or its output is not drained */
	RUN_END_KNOWN,   /* ended, *ret_status is a wait(2) status */
	RUN_END_UNKNOWN, /* ended, and its status cannot be known */
	RUN_END_LATER,   /* ended; the status may come: ask again */
};
/* Is the run over? `dry`: the kernel holds no more output; `hung_up`: no slave
 * is open. */
enum run_end run_end(struct run const *r, bool dry, bool hung_up, int *ret_status);
/* Why a status is not known: its parent has not fetched it. (Else the kernel does not
 * tell, or nobody told which process it is.) */
bool run_unreaped(struct run const *r);
/* What is known of the status now: RUN_END_KNOWN or RUN_END_UNKNOWN. */
enum run_end run_status(struct run const *r, int *ret_status);
/* The end is marked: RUN_NONE. Returns the pidfd, which is the caller's to
 * close; -1: none. */
int run_over(struct run *r, struct loop *l);

#endif
