/* SPDX-License-Identifier: ISC */
/* badprog ORDER... : a program that treats its terminal badly, as told:
 *
 *     raw                    make the terminal raw, without echo
 *     write N TEXT           TEXT, N times
 *     flood TEXT             the same without end
 *     turns FILE MS NAME TEXT NAME TEXT ...   each TEXT for so long, as fast as it goes;
 *                            the NAME of the present one is in FILE
 *     await FILE             until it is there
 *     touch FILE
 *     read FILE              copy what it gets there, without end
 *     ask FILE               ask for the cursor's position again and again, and
 *                            keep in FILE how soon the answers come (below)
 *     orphan FILE TEXT       a child that writes TEXT without end and survives the program's end;
 *                            its pid is in FILE. Goes on when the terminal takes no more
 *     sleep                  without end
 *
 * `ask` writes one line to FILE: how often SIGUSR1 has asked it to begin
 * counting anew, how many answers came since then, and the median and the worst
 * time of them in ms, of which the worst holds the time for which the present
 * question has waited; and what FILE.turn said when the worst one came. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TIMES 65536

static volatile sig_atomic_t anew;
static void on_usr1(int sig) { anew += sig != 0; }

static void die(char const *what)
{
	fprintf(stderr, "badprog: fatal: unable to %s: %s\n", what, strerror(errno));
	exit(111);
}

static void raw(void)
{
	struct termios t;
	if (tcgetattr(0, &t) < 0) die("ask for the terminal's modes");
	cfmakeraw(&t);
	if (tcsetattr(0, TCSANOW, &t) < 0) die("set the terminal's modes");
}

static void put(char const *p, size_t len)
{
	while (len > 0) {
		ssize_t const n = write(1, p, len);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) die("write");
		p += n;
		len -= (size_t)n;
	}
}

/* TEXT n times, in writes of some 16 KiB; without end if n is 0. */
static void put_many(unsigned long n, char const *text)
{
	static char block[16384];
	size_t const len = strlen(text);
	if (len == 0 || len > sizeof block) exit(100);
	size_t fit = sizeof block / len;
	for (size_t i = 0; i < fit; i++) memcpy(block + i * len, text, len);
	for (unsigned long done = 0; n == 0 || done < n; done += fit) {
		if (n > 0 && n - done < fit) fit = n - done;
		put(block, fit * len);
	}
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void save(char const *file, char const *text, size_t len)
{
	char other[4096];
	snprintf(other, sizeof other, "%s.new", file);
	int const fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd) < 0 || rename(other, file) < 0) die("write how it is");
}

static void turns(char const *file, double ms, char **args)
{
	for (; args[0] && args[1]; args += 2) {
		double const end = now_ms() + ms;
		save(file, args[0], strlen(args[0]));
		while (now_ms() < end) put_many(1024 / strlen(args[1]) + 1, args[1]);
	}
}

static void copy(char const *file)
{
	char buf[4096];
	int const fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) die("open the file to copy to");
	for (ssize_t n; (n = read(0, buf, sizeof buf)) > 0;)
		if (write(fd, buf, (size_t)n) != n) die("copy");
}

/* A session leader's end hangs up whoever has the terminal open. So the child opens it
 * again, once: nothing but the head's closing of the master is its end then. */
static void orphan_write(char const *name, char const *text)
{
	static char block[4096];
	size_t const len = strlen(text);
	int fd = 1;
	int again = 0;
	for (size_t i = 0; i + len <= sizeof block; i += len) memcpy(block + i, text, len);
	for (;;) {
		if (write(fd, block, sizeof block / len * len) > 0 || errno == EINTR) continue;
		if (again++ > 0 || (fd = open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC)) < 0) _exit(0);
	}
}

static void orphan(char const *file, char const *text)
{
	char pid[24];
	char const *const name = ttyname(1);
	if (!name || !*text) die("find the terminal");
	signal(SIGHUP, SIG_IGN);
	pid_t const child = fork();
	if (child < 0) die("fork");
	if (child == 0) orphan_write(name, text);
	save(file, pid, (size_t)snprintf(pid, sizeof pid, "%d\n", (int)child));
	/* Full: what is in the kernel now lasts until the child has opened it again. */
	for (struct pollfd p = { .fd = 1, .events = POLLOUT }; poll(&p, 1, 0) > 0;) usleep(2000);
}

/* ---- ask ------------------------------------------------------------------ */

static double times[TIMES];
static size_t times_len;
static int generation;

static int by_size(void const *a, void const *b)
{
	double const x = *(double const *)a, y = *(double const *)b;
	return (x > y) - (x < y);
}

static char worst_at[64];
static double worst_ms;

/* A time that has come, or that still grows. */
static void count(char const *file, double ms)
{
	char turn[4096];
	if (ms <= worst_ms) return;
	worst_ms = ms;
	snprintf(turn, sizeof turn, "%s.turn", file);
	memset(worst_at, 0, sizeof worst_at);
	int const fd = open(turn, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return;
	(void)!read(fd, worst_at, sizeof worst_at - 1);
	close(fd);
}

static void tell(char const *file)
{
	static double sorted[TIMES];
	char line[256];
	size_t const n = times_len < TIMES ? times_len : TIMES;
	memcpy(sorted, times, n * sizeof *times);
	qsort(sorted, n, sizeof *sorted, by_size);
	int const len = snprintf(line, sizeof line, "%d %zu %.2f %.2f %s\n", generation, times_len, n > 0 ? sorted[n / 2] : 0, worst_ms, worst_at);
	save(file, line, (size_t)len);
}

/* An answer ends in R; true when one has come within `ms`. */
static int answer(int ms)
{
	char buf[256];
	struct pollfd p = { .fd = 0, .events = POLLIN };
	if (poll(&p, 1, ms) <= 0) return 0;
	ssize_t const n = read(0, buf, sizeof buf);
	if (n == 0 || (n < 0 && errno != EINTR)) die("read the answer");
	return n > 0 && memchr(buf, 'R', (size_t)n) != NULL;
}

static void ask(char const *file)
{
	struct sigaction const sa = { .sa_handler = on_usr1 };
	struct timespec const pause_5ms = { .tv_nsec = 5000000 };
	double told = 0;
	sigaction(SIGUSR1, &sa, NULL);
	for (;;) {
		double const began = now_ms();
		int came = 0;
		put("\033[6n", 4);
		while (!came) {
			came = answer(50);
			if (anew != generation) {
				generation = anew;
				times_len = 0;
				worst_ms = told = 0;
				worst_at[0] = 0;
			}
			double const now = now_ms();
			if (came) times[times_len++ % TIMES] = now - began;
			count(file, now - began);
			if (now - told < 50) continue;
			tell(file);
			told = now;
		}
		nanosleep(&pause_5ms, NULL);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char const *const verb = argv[i];
		if (!strcmp(verb, "raw")) raw();
		else if (!strcmp(verb, "sleep")) for (;;) pause();
		else if (i + 1 == argc) return 100; /* NOLINT(bugprone-branch-clone): what is below has an argument */
		else if (!strcmp(verb, "flood")) put_many(0, argv[++i]);
		else if (!strcmp(verb, "read")) copy(argv[++i]);
		else if (!strcmp(verb, "ask")) ask(argv[++i]);
		else if (!strcmp(verb, "touch")) close(open(argv[++i], O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
		else if (!strcmp(verb, "await")) for (i++; access(argv[i], F_OK) < 0;) usleep(2000);
		else if (i + 2 < argc && !strcmp(verb, "turns")) return turns(argv[i + 1], atof(argv[i + 2]), argv + i + 3), 0;
		else if (i + 2 < argc && !strcmp(verb, "orphan")) {
			orphan(argv[i + 1], argv[i + 2]);
			i += 2;
		} else if (i + 2 < argc && !strcmp(verb, "write")) {
			put_many(strtoul(argv[i + 1], NULL, 10), argv[i + 2]);
			i += 2;
		} else return 100;
	}
	return 0;
}
