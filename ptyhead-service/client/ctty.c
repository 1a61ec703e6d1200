/* SPDX-License-Identifier: ISC */
#include "ctty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- leaving the terminal of a session leader -------------------------------- */

static bool pending_hup(void)
{
	sigset_t set;
	return sigpending(&set) == 0 && sigismember(&set, SIGHUP) == 1;
}

/* TIOCNOTTY works on any descriptor of the terminal. /dev/tty always is one, if /dev is
 * complete. */
static int leave_tty(void)
{
	int const tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int r = tty < 0 ? -1 : ioctl(tty, TIOCNOTTY);
	if (tty >= 0) close(tty);
	for (int fd = 0; r < 0 && fd <= 2; fd++) r = ioctl(fd, TIOCNOTTY);
	return r < 0 ? -EPERM : 0;
}

/* The kernel sends SIGHUP to the foreground group, which includes this process. A
 * blocked signal becomes pending even if it is ignored; but setting it to ignored
 * discards a pending one. So set it before and after. A signal that was pending before
 * belongs to somebody, and is raised again. */
int ctty_leave(void)
{
	struct sigaction const ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;
	bool const pending = pending_hup();

	sigaction(SIGHUP, &ignore, &old);
	int const r = leave_tty();
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGHUP, &old, NULL);
	if (pending) kill(getpid(), SIGHUP);
	return r;
}

/* ---- leaving a group that this process leads --------------------------------- */

pid_t ctty_quiet_fork(void) { return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0); }

/* The child lives until `wait` tells that its parent is done, or dead. */
static _Noreturn void child(int wait)
{
	char c;
	while (read(wait, &c, 1) < 0 && errno == EINTR) continue;
	_exit(0);
}

/* setsid fails for a group leader. So join the group of a child first. */
static int setsid_by_child(char const **ret_hint)
{
	int p[2];
	int r = 0;

	if (pipe2(p, O_CLOEXEC) < 0) return -errno;
	pid_t const pid = ctty_quiet_fork();
	if (pid == 0) {
		close(p[1]);
		child(p[0]);
	}
	if (pid < 0 || setpgid(pid, pid) < 0 || setpgid(0, pid) < 0) {
		r = -errno;
	} else if (setsid() < 0) {
		r = -errno;
		(void)setpgid(0, 0); /* back to the others */
		*ret_hint = "others are in the process group that it leads: it cannot be the "
			    "first command of a pipeline in an interactive shell";
	}
	close(p[0]);
	close(p[1]);
	if (pid > 0)
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) continue;
	return r;
}

/* ---- */

static int become_leader(char const **ret_hint)
{
	pid_t const pid = getpid();
	if (getsid(0) == pid) return 0;
	if (getpgrp() == pid) return setsid_by_child(ret_hint);
	return setsid() < 0 ? -errno : 0;
}

int ctty_take(int slave, char const **ret_what, char const **ret_hint)
{
	*ret_hint = "";
	*ret_what = "become a session leader";
	int r = become_leader(ret_hint);
	if (r < 0) return r;

	*ret_what = "make it the controlling terminal";
	if (ioctl(slave, TIOCSCTTY, 0) == 0) return 0;
	if (errno != EPERM) return -errno;

	*ret_what = "leave the controlling terminal";
	r = ctty_leave();
	if (r < 0) return r;
	*ret_what = "make it the controlling terminal";
	return ioctl(slave, TIOCSCTTY, 0) < 0 ? -errno : 0;
}
