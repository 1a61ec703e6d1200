/* SPDX-License-Identifier: ISC */
#include "nowait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* The handler only interrupts. */
static void on_tick(int number) { (void)number; }

/* A repeating timer: the first signal may come before write(2) has begun. */
static ssize_t write_interrupted(int fd, void const *data, size_t len)
{
	struct timespec const tick = { .tv_nsec = NOWAIT_MS * 1000000L };
	struct itimerspec const every = { tick, tick };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0) return -1;
	timer_settime(timer, 0, &every, NULL);
	ssize_t const n = write(fd, data, len);
	int const e = errno;
	timer_delete(timer);
	errno = e == EINTR ? EAGAIN : e;
	return n;
}

ssize_t nowait_write(int fd, void const *data, size_t len)
{
	struct pollfd p = { fd, POLLOUT, 0 };
	struct sigaction const tick = { .sa_handler = on_tick };
	struct sigaction before;
	sigset_t urgent, mask;

	if (poll(&p, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	sigemptyset(&urgent);
	sigaddset(&urgent, SIGURG);
	sigaction(SIGURG, &tick, &before);
	sigprocmask(SIG_UNBLOCK, &urgent, &mask);
	ssize_t const n = write_interrupted(fd, data, len);
	int const e = errno;
	if (sigismember(&mask, SIGURG)) sigprocmask(SIG_BLOCK, &urgent, NULL);
	sigaction(SIGURG, &before, NULL);
	errno = e;
	return n;
}
