#include "signals.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int const watched[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM,
	SIGPROF, SIGIO, SIGTSTP, SIGCONT, SIGWINCH,
};

bool signals_ignored(int number)
{
	struct sigaction a;
	return sigaction(number, NULL, &a) == 0 && a.sa_handler == SIG_IGN;
}

int signals_init(struct signals *s)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
		/* A blocked signal is queued even where it is ignored. */
		if (!signals_ignored(watched[i])) sigaddset(&set, watched[i]);
	}
	if (sigprocmask(SIG_BLOCK, &set, &s->before) < 0) return -errno;
	s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd >= 0) return 0;
	int const e = -errno;
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	return e;
}

void signals_deinit(struct signals *s)
{
	close(s->fd);
	s->fd = -1;
	sigprocmask(SIG_SETMASK, &s->before, NULL);
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
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
