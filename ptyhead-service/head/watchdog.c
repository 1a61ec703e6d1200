/* SPDX-License-Identifier: ISC */
#include "watchdog.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "loop.h"

#define SECOND_NS 1000000000u

static void interrupt(int sig) { (void)sig; }

int watchdog_init(struct watchdog *w)
{
	struct sigaction sa = { .sa_handler = interrupt }; /* without SA_RESTART, so that it interrupts calls */
	*w = (struct watchdog){ 0 };
	return sigaction(SIGALRM, &sa, NULL) < 0 ? -errno : 0;
}

void watchdog_touch(struct watchdog *w)
{
	w->touched_ns = loop_now();
	if (w->armed) return;
	struct itimerval const every = { .it_interval.tv_usec = WATCHDOG_MS * 1000, .it_value.tv_usec = WATCHDOG_MS * 1000 };
	w->armed = setitimer(ITIMER_REAL, &every, NULL) == 0;
}

void watchdog_rest(void *arg)
{
	struct watchdog *const w = arg;
	/* The timer stays for a while: under load the loop sleeps thousands of times a
	 * second. */
	if (!w->armed || loop_now() - w->touched_ns < SECOND_NS) return;
	struct itimerval const never = { 0 };
	w->armed = setitimer(ITIMER_REAL, &never, NULL) != 0;
}
