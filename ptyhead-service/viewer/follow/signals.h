/* Signals as descriptors, so that what they do is done in the loop, where
 * everything may be done. */
#ifndef VIEWER_SIGNALS_H
#define VIEWER_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct signals {
	int fd;
	sigset_t before;
};

/* Blocks and watches what ends or stops a program, SIGWINCH and SIGCONT; what
 * was ignored stays so. 0 or -errno. */
int signals_init(struct signals *s);
/* The mask as it was found: what is pending acts from here on. */
void signals_deinit(struct signals *s);
/* The next one that came, 0 for none. */
int signals_next(struct signals *s);
bool signals_fatal(int number);
bool signals_ignored(int number);
/* Stops this process as SIGTSTP would have; returns when it goes on. */
void signals_stop(void);

#endif
