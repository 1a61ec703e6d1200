/* SPDX-License-Identifier: ISC */
/* keyecho N PROG... : PROG on a terminal of 80x24; N times a key is typed and its
 * echo awaited. Prints the median and the 99th percentile in microseconds, and how
 * many echoes did not come within a second.
 * keyecho -p : the program that echoes. It says so by "ready>", which the
 * other awaits, and again at SIGWINCH, since dtach shows nothing by itself. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void ready(int number)
{
	(void)number;
	if (write(1, "ready>\r", 7) != 7) _exit(111);
}

static int echo(void)
{
	struct sigaction const winch = { .sa_handler = ready, .sa_flags = SA_RESTART };
	struct termios t;
	sigaction(SIGWINCH, &winch, NULL);
	if (tcgetattr(0, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(0, TCSANOW, &t);
	}
	ready(0);
	char b[2] = { 0, '\r' };
	/* Always in the first column, so that no screen ever scrolls. */
	while (read(0, b, 1) == 1) {
		if (write(1, b, 2) != 2) return 111;
	}
	return 0;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(void const *a, void const *b)
{
	double const x = *(double const *)a;
	double const y = *(double const *)b;
	return (x > y) - (x < y);
}

/* Reads until `what` has come, or for ms; all that comes, if what is NULL. */
static bool await(int fd, char const *what, int ms)
{
	char seen[65536];
	size_t n = 0;
	double const end = now() + ms * 1e3;
	for (;;) {
		double const left = (end - now()) / 1e3;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (left <= 0 || poll(&p, 1, (int)left + 1) <= 0) return false;
		if (n > sizeof seen / 2) n = 0;
		ssize_t const got = read(fd, seen + n, sizeof seen - n);
		if (got <= 0) return false;
		n += (size_t)got;
		if (what && memmem(seen, n, what, strlen(what))) return true;
	}
}

int main(int argc, char **argv)
{
	struct winsize const size = { .ws_row = 24, .ws_col = 80 };
	if (argc == 2 && strcmp(argv[1], "-p") == 0) return echo();
	if (argc < 3) return 100;
	int const n = atoi(argv[1]);
	double *const took = calloc((size_t)(n > 0 ? n : 1), sizeof *took);
	int master;
	int lost = 0;
	int have = 0;
	pid_t const pid = took ? forkpty(&master, NULL, NULL, &size) : -1;
	if (pid < 0) {
		free(took);
		return 111;
	}
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (!await(master, "ready>", 10000)) fprintf(stderr, "keyecho: nothing shown by %s\n", argv[2]);
	await(master, NULL, 300);
	for (int i = 0; i < n; i++) {
		/* Letters that end no escape sequence that a screen is painted with. */
		char const key[2] = { "QWYVNOUE"[i % 8], 0 };
		double const start = now();
		if (write(master, key, 1) != 1) break;
		if (await(master, key, 1000)) took[have++] = now() - start;
		else lost++;
		await(master, NULL, 3);
	}
	qsort(took, (size_t)have, sizeof *took, by_value);
	if (have > 0) printf("%.0f %.0f %d\n", took[have / 2], took[have * 99 / 100], lost);
	kill(pid, SIGTERM);
	close(master);
	waitpid(pid, NULL, 0);
	free(took);
	return have == 0;
}
