/* SPDX-License-Identifier: ISC */
/* Signals as a descriptor, so that the loop handles them, where every function may be
 * called. */
#ifndef VIEWER_SIGNALS_H
#define VIEWER_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct signals {
	int fd;
	uint64_t before; /* the old mask; bit n - 1 is signal n */
};

/* Blocks and watches SIGTSTP, SIGCONT, SIGWINCH and every signal that ends a process by
 * default, real-time signals included. Ignored signals stay ignored. Exceptions:
 * SIGKILL; and SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV and SIGSYS, which
 * report a fault of this process and cannot wait. 0 or -errno. */
int signals_init(struct signals *s);
/* Restores the old mask: pending signals act then. */
void signals_deinit(struct signals *s);
/* The next signal that came; 0: none. */
int signals_next(struct signals *s);
bool signals_fatal(int number);
bool signals_ignored(int number);
/* Stops this process as SIGTSTP does; returns when it is continued. */
void signals_stop(void);
/* Ends this process by that signal, as if it was not caught. Returns only if the signal
 * does not end a process. Async-signal-safe. */
void signals_die(int number);

#endif
