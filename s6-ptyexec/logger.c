/* SPDX-License-Identifier: ISC */
#include "logger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctty.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define READY_FD 3 /* descriptor number in the logger */
#define PIDFD_FD 4
#define READY_MS 2000 /* a head that has just answered needs less */

/* For the child; prepared before the fork. */
struct plan {
	char path[PATH_MAX + 16];
	char address[PATH_MAX + PTYHEAD_TERMINAL_MAX + 2];
	char run[24];
	char const *argv[12];
};

/* The ptyhead-log that is installed beside this program; if that is unknown, the one on
 * PATH. */
static void find_program(char *buf, size_t len)
{
	static char const name[] = "ptyhead-log";
	ssize_t const n = readlink("/proc/self/exe", buf, len - sizeof name);
	char *const slash = n > 0 ? memrchr(buf, '/', (size_t)n) : NULL;
	if (slash) memcpy(slash + 1, name, sizeof name);
	if (!slash || access(buf, X_OK) < 0) memcpy(buf, name, sizeof name);
}

static void plan(struct logger const *l, struct plan *p)
{
	static char const ready[] = { '0' + READY_FD, 0 };
	static char const process[] = { '0' + PIDFD_FD, 0 };
	size_t n = 0;
	find_program(p->path, sizeof p->path);
	snprintf(p->address, sizeof p->address, "%s:%s", l->path, l->terminal);
	snprintf(p->run, sizeof p->run, "%llu", (unsigned long long)l->run);
	p->argv[n++] = "ptyhead-log";
	p->argv[n++] = "-fL";
	if (l->run > 0) {
		p->argv[n++] = "--ready";
		p->argv[n++] = ready;
	}
	if (l->pidfd >= 0) {
		p->argv[n++] = "--process";
		p->argv[n++] = process;
	}
	if (l->run > 0) {
		p->argv[n++] = "--run";
		p->argv[n++] = p->run;
	}
	p->argv[n++] = p->address;
	p->argv[n] = NULL;
}

/* ---- in the child's child ------------------------------------------------------ */

/* Moves the given descriptors to READY_FD and PIDFD_FD, and closes the rest from 3 on. */
static int arrange_fds(int ready, int pidfd)
{
	int const high = fcntl(ready, F_DUPFD_CLOEXEC, PIDFD_FD + 1);
	int const high2 = pidfd < 0 ? -1 : fcntl(pidfd, F_DUPFD_CLOEXEC, PIDFD_FD + 1);
	int const null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (high < 0 || (pidfd >= 0 && high2 < 0) || null < 0 || dup2(null, 0) < 0 || dup2(high, READY_FD) < 0) return -1;
	if (pidfd >= 0 && dup2(high2, PIDFD_FD) < 0) return -1;
	if (pidfd < 0) close(PIDFD_FD);
	if (syscall(SYS_close_range, PIDFD_FD + 1, UINT_MAX, 0) == 0) return 0;
	long const most = sysconf(_SC_OPEN_MAX);
	for (int fd = PIDFD_FD + 1; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++) close(fd);
	return 0;
}

static void ignore_signals(void)
{
	static int const numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) signal(numbers[i], SIG_IGN);
}

/* Executes the logger. If that fails, writes the reason to the pipe and exits. With
 * `told` the logger reports itself when it follows the terminal; otherwise the pipe's
 * end means that it runs. */
static void become_logger(struct plan const *p, int ready, int pidfd, bool told)
{
	int tell = ready;
	setsid();
	ignore_signals();
	if (arrange_fds(ready, pidfd) == 0) {
		tell = READY_FD;
		if (!told) fcntl(READY_FD, F_SETFD, FD_CLOEXEC);
		execvp(p->path, (char **)p->argv);
	}
	int const e = errno;
	(void)!write(tell, &e, sizeof e);
	_exit(0);
}

/* ---- in the program-to-be -------------------------------------------------------- */

static int hear(int fd, bool told, char const **ret_what)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char said[sizeof(int)];
	int n, e;
	do n = poll(&p, 1, READY_MS);
	while (n < 0 && errno == EINTR);
	if (n == 0) {
		*ret_what = "hear of ptyhead-log in time";
		return -ETIMEDOUT;
	}
	ssize_t const len = read(fd, said, sizeof said);
	if (len == 1 || (len == 0 && !told)) return 0;
	if (len == sizeof e) {
		memcpy(&e, said, sizeof e);
		return -e;
	}
	*ret_what = "keep ptyhead-log, which has said why";
	return -ECHILD;
}

int logger_start(struct logger const *l, char const **ret_what)
{
	struct plan p;
	int ready[2];

	*ret_what = "start ptyhead-log";
	plan(l, &p);
	if (pipe2(ready, O_CLOEXEC) < 0) return -errno;
	pid_t const pid = ctty_quiet_fork();
	if (pid == 0) {
		/* When this child ends, init adopts its own child. */
		pid_t const logger = ctty_quiet_fork();
		if (logger == 0) become_logger(&p, ready[1], l->pidfd, l->run > 0);
		if (logger < 0) (void)!write(ready[1], &(int){ errno }, sizeof(int));
		_exit(0);
	}
	int r = pid < 0 ? -errno : 0;
	close(ready[1]);
	if (pid > 0) {
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) continue;
		r = hear(ready[0], l->run > 0, ret_what);
	}
	close(ready[0]);
	return r;
}
