/* Signals as descriptors, so that what they do is done in the loop, where
 * everything may be done. */
#ifndef VIEWER_SIGNALS_H
#define VIEWER_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct signals {
	int fd;
	uint64_t before; /* the mask as it was found; bit n - 1 is signal n */
};

/* Blocks and watches SIGTSTP, SIGCONT, SIGWINCH and every signal whose default is to end
 * the process, the real-time ones too; what was ignored stays so. Not SIGKILL, and not
 * SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV and SIGSYS, which a fault of the
 * process's own raises, and which cannot wait. 0 or -errno. */
int signals_init(struct signals *s);
/* The mask as it was found: what is pending acts from here on. */
void signals_deinit(struct signals *s);
/* The next one that came, 0 for none. */
int signals_next(struct signals *s);
bool signals_fatal(int number);
bool signals_ignored(int number);
/* Stops this process as SIGTSTP would have; returns when it goes on. */
void signals_stop(void);
/* Ends this process by that signal, as if it had not been caught; returns only when it
 * ends no process. Async-signal-safe. */
void signals_die(int number);

#endif
