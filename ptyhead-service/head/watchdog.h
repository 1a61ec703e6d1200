/* SPDX-License-Identifier: ISC */
/* Protects the head from masters made blocking. O_NONBLOCK belongs to the open file
 * description. The exporter may have kept the master, so it can clear the flag and
 * block the head in a read or write. While the head is busy, a timer interrupts such a
 * call within WATCHDOG_MS. An idle head has no timer. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#define WATCHDOG_MS 100

struct watchdog {
	bool armed;
	uint64_t touched_ns;
};

int watchdog_init(struct watchdog *w); /* installs a handler for SIGALRM; 0 or -errno */
void watchdog_touch(struct watchdog *w);      /* call before the first read or write of a round */
void watchdog_rest(void *w);                  /* call before the loop sleeps */

#endif
