/* SPDX-License-Identifier: ISC */
#include "signals.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All signals of Linux. glibc hides two of them (32 and 33) in its functions, but
 * kill(2) can send them. So this file uses system calls, and sets in the kernel's
 * form. */
#define SIGNALS 64
#define SET_SIZE (SIGNALS / 8)

static uint64_t bit(int number) { return UINT64_C(1) << (number - 1); }

static int mask(int how, uint64_t const *set, uint64_t *before)
{
	return (int)syscall(SYS_rt_sigprocmask, how, set, before, (size_t)SET_SIZE);
}

/* Signals that cannot be caught, that end nothing by default, or that report a fault. */
static uint64_t not_watched(void)
{
	static int const others[] = {
		SIGKILL, SIGSTOP, SIGCHLD, SIGURG, SIGTTIN, SIGTTOU,
		SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS,
	};
	uint64_t set = 0;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) set |= bit(others[i]);
	return set;
}

bool signals_ignored(int number)
{
	struct sigaction a;
	return sigaction(number, NULL, &a) == 0 && a.sa_handler == SIG_IGN;
}

int signals_init(struct signals *s)
{
	uint64_t set = ~not_watched();

	/* A blocked signal is queued even if it is ignored. */
	for (int i = 1; i <= SIGNALS; i++)
		if (signals_ignored(i)) set &= ~bit(i);
	if (mask(SIG_BLOCK, &set, &s->before) < 0) return -errno;
	s->fd = (int)syscall(SYS_signalfd4, -1, &set, (size_t)SET_SIZE, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd >= 0) return 0;
	int const e = -errno;
	mask(SIG_SETMASK, &s->before, NULL);
	return e;
}

void signals_deinit(struct signals *s)
{
	close(s->fd);
	s->fd = -1;
	mask(SIG_SETMASK, &s->before, NULL);
}

int signals_next(struct signals *s)
{
	struct signalfd_siginfo info;
	ssize_t n;

	do
		n = read(s->fd, &info, sizeof info);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

bool signals_fatal(int number)
{
	return number != SIGTSTP && number != SIGCONT && number != SIGWINCH;
}

void signals_stop(void)
{
	uint64_t const set = bit(SIGTSTP);
	uint64_t before;

	raise(SIGTSTP);
	mask(SIG_UNBLOCK, &set, &before);
	mask(SIG_SETMASK, &before, NULL);
}

void signals_die(int number)
{
	uint64_t const set = bit(number);

	signal(number, SIG_DFL);
	kill(getpid(), number);
	mask(SIG_UNBLOCK, &set, NULL);
}
