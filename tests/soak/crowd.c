/* SPDX-License-Identifier: ISC */
/* crowd SOCKET SECONDS TERMINALS VIEWERS : so many terminals on which programs begin and
 * end, and so many viewers that come, go, stop, go on and die, for so long; then the
 * programs end by themselves and the viewers are ended.
 *
 * A program lives for some seconds, writes now and then, and exits 7; a fifth of them is
 * killed. A line for each that ended otherwise, and for each viewer that crashed. At the
 * end `crowd: P programs, B hand-overs cut by a kill, V viewers, F failures`; exits 1 if there was one.
 *
 * crowd program MS : such a program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 2000
#define LIFE_MS 8000

struct child {
	pid_t pid; /* 0: none */
	bool killed, stopped;
};

static struct child programs[MOST], viewers[MOST];
static long terminals, viewers_wanted;
static unsigned long begun, come, failures;
static unsigned long broken; /* hand-overs to a head that was killed meanwhile: s6-ptyexec exits 111 */
static char const *self, *address;

static uint64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

static long any(long n) { return n > 0 ? random() % n : 0; }

static void nap(long ms)
{
	struct timespec const t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

/* ---- the program ------------------------------------------------------------ */

static void on_signal(int sig)
{
	(void)sig;
	_exit(99);
}

static int run_program(long ms)
{
	static char line[8192];
	uint64_t const end = now_ms() + (uint64_t)ms;
	signal(SIGHUP, on_signal);
	signal(SIGPIPE, on_signal);
	srandom((unsigned)getpid());
	memset(line, 'x', sizeof line);
	while (now_ms() < end) {
		long const n = any(4) == 0 ? (long)sizeof line : 1 + any(100);
		line[n - 1] = '\n';
		if (write(1, line, (size_t)n) < 0) return 98;
		line[n - 1] = 'x';
		if (any(8) == 0 && write(1, "\033[2J\033[1;32m\033[3;4H", 18) < 0) return 98;
		nap(any(100));
	}
	return 7;
}

/* ---- children ----------------------------------------------------------------- */

static pid_t spawn(char const *const *argv)
{
	pid_t const pid = fork();
	if (pid != 0) return pid;
	int const null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void begin_program(long i)
{
	char name[32], ms[32];
	snprintf(name, sizeof name, "crowd-%ld", i);
	snprintf(ms, sizeof ms, "%ld", 100 + any(LIFE_MS));
	char const *const argv[] = { "s6-ptyexec", "-t", "120000", "-n", name, address, self, "program", ms, NULL };
	programs[i] = (struct child){ .pid = spawn(argv) };
	begun++;
}

static void come_viewer(long i)
{
	char where[4200];
	snprintf(where, sizeof where, "%s:crowd-%ld", address, any(terminals));
	char const *const look[] = { "ptyhead-attach", "-r", where, NULL };
	char const *const lossless[] = { "ptyhead-attach", "-L", "-1", where, NULL };
	char const *const show[] = { "ptyhead-show", where, NULL };
	char const *const type[] = { "ptyhead-send", "-t", "1", where, "typed", "Enter", NULL };
	char const *const list[] = { "ptyhead-list", address, NULL };
	long const which = any(20);
	viewers[i] = (struct child){ .pid = spawn(which == 0 ? lossless : which == 1 ? show : which == 2 ? type : which == 3 ? list : look) };
	come++;
}

static void told(char const *what, long i, int status)
{
	printf("%s %ld: wait status 0x%04x\n", what, i, (unsigned)status);
	fflush(stdout);
	failures++;
}

static void reap(void)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		for (long i = 0; i < terminals; i++) {
			struct child *const c = &programs[i];
			if (c->pid != pid) continue;
			bool const well = (WIFEXITED(status) && WEXITSTATUS(status) == 7) || (c->killed && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
			bool const cut = WIFEXITED(status) && WEXITSTATUS(status) == 111;
			broken += cut;
			if (!well && !cut) told("program", i, status);
			c->pid = 0;
		}
		for (long i = 0; i < viewers_wanted; i++) {
			struct child *const c = &viewers[i];
			if (c->pid != pid) continue;
			int const sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
			if (sig != 0 && sig != SIGKILL && sig != SIGTERM && sig != SIGHUP) told("viewer", i, status);
			c->pid = 0;
		}
	}
}

/* Something happens to one of them. */
static void event(void)
{
	struct child *const p = &programs[any(terminals)];
	struct child *const v = &viewers[any(viewers_wanted)];
	if (any(50) == 0 && p->pid > 0 && !p->killed) {
		p->killed = true;
		kill(p->pid, SIGKILL);
	}
	if (v->pid <= 0) return;
	switch (any(8)) {
	case 0: kill(v->pid, SIGKILL); break;
	case 1: kill(v->pid, SIGTERM); break;
	case 2:
	case 3:
	case 4: kill(v->pid, v->stopped ? SIGCONT : SIGSTOP); v->stopped = !v->stopped; break;
	default: break;
	}
}

static bool left(struct child const *c, long n)
{
	for (long i = 0; i < n; i++)
		if (c[i].pid > 0) return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "program")) return run_program(atol(argv[2]));
	if (argc != 5) return 100;
	self = argv[0];
	address = argv[1];
	uint64_t const end = now_ms() + strtoull(argv[2], NULL, 10) * 1000u;
	terminals = atol(argv[3]);
	viewers_wanted = atol(argv[4]);
	if (terminals < 1 || terminals > MOST || viewers_wanted < 1 || viewers_wanted > MOST) return 100;
	srandom((unsigned)now_ms());
	while (now_ms() < end) {
		long const p = any(terminals), v = any(viewers_wanted);
		reap();
		if (programs[p].pid == 0) begin_program(p);
		if (viewers[v].pid == 0) come_viewer(v);
		event();
		nap(5);
	}
	/* The stopped ones too, or a lossless one would hold its program up. */
	for (long i = 0; i < viewers_wanted; i++) {
		if (viewers[i].pid <= 0) continue;
		kill(viewers[i].pid, SIGTERM);
		kill(viewers[i].pid, SIGCONT);
	}
	uint64_t const limit = now_ms() + 120000u;
	while (now_ms() < limit && (left(programs, terminals) || left(viewers, viewers_wanted))) {
		reap();
		nap(20);
	}
	for (long i = 0; i < terminals; i++)
		if (programs[i].pid > 0) told("program that does not end", i, 0), kill(programs[i].pid, SIGKILL);
	for (long i = 0; i < viewers_wanted; i++)
		if (viewers[i].pid > 0) told("viewer that does not end", i, 0), kill(viewers[i].pid, SIGKILL);
	printf("crowd: %lu programs, %lu hand-overs cut by a kill, %lu viewers, %lu failures\n", begun, broken, come, failures);
	return failures > 0;
}
