/* O_NONBLOCK belongs to the open file description, which whoever exported a
 * master may have kept: it could clear the flag and so stop the head inside a
 * read or write. While the head is busy a timer interrupts such a call within
 * WATCHDOG_MS; an idle head has no timer. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#define WATCHDOG_MS 100

struct watchdog {
	bool armed;
	uint64_t touched_ns;
};

int watchdog_init(struct watchdog *w); /* takes SIGALRM; -errno */
void watchdog_touch(struct watchdog *w);      /* before the first read or write of a round */
void watchdog_rest(void *w);                  /* before the loop sleeps */

#endif
