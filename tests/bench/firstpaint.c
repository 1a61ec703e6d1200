/* SPDX-License-Identifier: ISC */
/* firstpaint N PROG... : N times PROG, a viewer, on a new terminal of 80x24;
 * prints the median and the worst of the milliseconds from its exec until the last
 * line of the full screen was shown, the bytes that this took (median), and how
 * often it never came.
 * firstpaint -p : the program that fills the screen, and again at SIGWINCH. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LAST "the-last-of-all"

static void ignore(int number) { (void)number; }

static _Noreturn void paint(void)
{
	struct sigaction const winch = { .sa_handler = ignore };
	struct termios t;
	sigaction(SIGWINCH, &winch, NULL);
	if (tcgetattr(0, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(0, TCSANOW, &t);
	}
	for (;;) {
		printf("\033[H\033[2J");
		for (int row = 1; row <= 24; row++) {
			printf("\033[%d;1H\033[3%dm%02d ", row, row % 8, row);
			for (int i = 0; i < 6; i++) printf("\033[%dmtext %d%d ", 1 + i % 4, row, i);
			printf("\033[m");
		}
		printf("\033[24;60H" LAST);
		fflush(stdout);
		pause();
	}
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(void const *a, void const *b)
{
	double const x = *(double const *)a;
	double const y = *(double const *)b;
	return (x > y) - (x < y);
}

/* The milliseconds, or below 0; *ret_bytes what came until then. */
static double once(char **argv, double *ret_bytes)
{
	static char seen[1u << 20];
	struct winsize const size = { .ws_row = 24, .ws_col = 80 };
	int master;
	double const start = now();
	double took = -1;
	size_t n = 0;
	pid_t const pid = forkpty(&master, NULL, NULL, &size);
	if (pid < 0) exit(111);
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (took < 0 && now() - start < 5000 && n < sizeof seen) {
		struct pollfd p = { .fd = master, .events = POLLIN };
		if (poll(&p, 1, 1000) <= 0) break;
		ssize_t const got = read(master, seen + n, sizeof seen - n);
		if (got <= 0) break;
		n += (size_t)got;
		if (memmem(seen, n, LAST, sizeof LAST - 1)) took = now() - start;
	}
	*ret_bytes = (double)n;
	kill(pid, SIGHUP);
	close(master);
	waitpid(pid, NULL, 0);
	return took;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "-p") == 0) paint();
	if (argc < 3) return 100;
	int const n = atoi(argv[1]);
	double *const took = calloc((size_t)(n > 0 ? n : 1), sizeof *took);
	double *const bytes = calloc((size_t)(n > 0 ? n : 1), sizeof *bytes);
	if (!took || !bytes) exit(111);
	int have = 0;
	struct timespec const pause = { 0, 20000000 };
	for (int i = 0; i < n; i++) {
		took[have] = once(argv + 2, &bytes[have]);
		if (took[have] >= 0) have++;
		nanosleep(&pause, NULL);
	}
	qsort(took, (size_t)have, sizeof *took, by_value);
	qsort(bytes, (size_t)have, sizeof *bytes, by_value);
	if (have > 0) printf("%.2f %.2f %.0f %d\n", took[have / 2], took[have - 1], bytes[have / 2], n - have);
	free(took);
	free(bytes);
	return have == 0;
}
