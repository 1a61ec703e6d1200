/* SPDX-License-Identifier: ISC */
/* probe [FILE]: what a program finds when it is started: one fact a line,
 * written to FILE, else to descriptor 1. Then it waits for SIGTERM if its
 * second argument is `stay`. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

static void print_fds(FILE *out)
{
	DIR *const d = opendir("/proc/self/fd");
	int fds[1024];
	int n = 0;
	for (struct dirent *e; d && (e = readdir(d)) && n < 1024;) {
		int const fd = atoi(e->d_name);
		if (e->d_name[0] != '.' && fd != dirfd(d) && (fd == 1 || fd != fileno(out))) fds[n++] = fd;
	}
	fprintf(out, "fds:");
	for (int want = 0; want < 1024; want++)
		for (int i = 0; i < n; i++)
			if (fds[i] == want) fprintf(out, "%d,", want);
	fprintf(out, "\n");
	if (d) closedir(d);
}

static void print_signals(FILE *out)
{
	sigset_t blocked, pending;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigpending(&pending);
	char const *const names[] = {"blocked", "pending", "ignored"};
	for (int what = 0; what < 3; what++) {
		fprintf(out, "%s:", names[what]);
		for (int s = 1; s < 32; s++) {
			struct sigaction sa;
			int const yes = what == 0 ? sigismember(&blocked, s) :
			                what == 1 ? sigismember(&pending, s) :
			                sigaction(s, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
			if (yes) fprintf(out, "%s,", sigabbrev_np(s));
		}
		fprintf(out, "\n");
	}
}

static int same(int a, int b)
{
	struct stat x, y;
	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_rdev == y.st_rdev &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void on_term(int sig) { _exit(sig == SIGTERM ? 0 : 1); }

int main(int argc, char **argv)
{
	struct winsize ws = {0};
	int const tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tty >= 0) close(tty);
	FILE *const out = argc > 1 ? fopen(argv[1], "we") : fdopen(1, "w");
	if (!out) return 111;

	ioctl(0, TIOCGWINSZ, &ws);
	fprintf(out, "tty:%d%d%d\n", isatty(0), isatty(1), isatty(2));
	fprintf(out, "same:%d%d\n", same(0, 1), same(0, 2));
	fprintf(out, "devtty:%d\n", tty >= 0);
	fprintf(out, "pid:%d\nppid:%d\n", getpid(), getppid());
	fprintf(out, "leader:%d%d%d%d\n", getsid(0) == getpid(), getpgrp() == getpid(),
	        tcgetsid(0) == getpid(), tcgetpgrp(0) == getpid());
	fprintf(out, "size:%dx%d\n", ws.ws_row, ws.ws_col);
	fprintf(out, "TERM:%s\n", getenv("TERM") ? getenv("TERM") : "(none)");
	unsigned vars = 0;
	for (char **e = environ; *e; e++) vars++;
	fprintf(out, "vars:%u\n", vars);
	print_fds(out);
	print_signals(out);
	errno = 0;
	fprintf(out, "children:%s\n", waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD ? "none" : "some");
	fprintf(out, "cloexec0:%d nonblock0:%d\n", fcntl(0, F_GETFD), (fcntl(0, F_GETFL) & O_NONBLOCK) != 0);
	fprintf(out, "done\n");
	fclose(out);
	if (argc > 2 && !strcmp(argv[2], "stay")) {
		signal(SIGTERM, on_term);
		for (;;) pause();
	}
	return 0;
}
