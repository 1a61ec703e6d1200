/* SPDX-License-Identifier: ISC */
/* A unit test is a function; each one runs in a process of its own, under a
 * time limit, and fails when it leaves a file descriptor open that it did not
 * find open. Output is TAP, so that tests/run can count it.
 *
 *     TEST(ring_wraps) { CHECK(tape_...); }
 *     TEST_MAIN
 *
 * CHECK ends the test at the first failure. Compare with CHECK_EQ (integers)
 * and CHECK_STR, which print both sides. */
#ifndef UNIT_H
#define UNIT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIT_SECONDS 60
#define UNIT_MAX 512

struct unit_test {
	char const *name;
	void (*run)(void);
};

static struct unit_test unit_tests[UNIT_MAX];
static int unit_count;

static inline void unit_register(char const *name, void (*run)(void))
{
	if (unit_count == UNIT_MAX) abort();
	unit_tests[unit_count].name = name;
	unit_tests[unit_count++].run = run;
}

#define TEST(name)                                                             \
	static void test_##name(void);                                         \
	__attribute__((constructor)) static void unit_reg_##name(void)         \
	{                                                                      \
		unit_register(#name, test_##name);                             \
	}                                                                      \
	static void test_##name(void)

#define CHECK(cond)                                                            \
	do {                                                                   \
		if (!(cond)) {                                                 \
			printf("# %s:%d: failed: %s (errno: %s)\n", __FILE__,  \
			       __LINE__, #cond, strerror(errno));              \
			fflush(stdout);                                        \
			_exit(1);                                              \
		}                                                              \
	} while (0)

#define CHECK_EQ(a, b)                                                         \
	do {                                                                   \
		long long const unit_a = (long long)(a);                       \
		long long const unit_b = (long long)(b);                       \
		if (unit_a != unit_b) {                                        \
			printf("# %s:%d: %s is %lld, expected %s, %lld\n",     \
			       __FILE__, __LINE__, #a, unit_a, #b, unit_b);    \
			fflush(stdout);                                        \
			_exit(1);                                              \
		}                                                              \
	} while (0)

#define CHECK_STR(a, b)                                                        \
	do {                                                                   \
		char const *const unit_a = (a);                                \
		char const *const unit_b = (b);                                \
		if (strcmp(unit_a, unit_b) != 0) {                             \
			printf("# %s:%d: %s is \"%s\", expected \"%s\"\n",     \
			       __FILE__, __LINE__, #a, unit_a, unit_b);        \
			fflush(stdout);                                        \
			_exit(1);                                              \
		}                                                              \
	} while (0)

static inline int unit_open_fds(void)
{
	int n = 0;
	DIR *const d = opendir("/proc/self/fd");
	if (!d) abort();
	while (readdir(d)) n++;
	closedir(d);
	return n;
}

static inline int unit_run(struct unit_test const *t)
{
	int status;
	fflush(stdout);
	pid_t const pid = fork();
	if (pid < 0) abort();
	if (pid == 0) {
		int const before = unit_open_fds();
		alarm(UNIT_SECONDS);
		t->run();
		int const after = unit_open_fds();
		if (after != before) {
			printf("# %s: %d descriptors open before, %d after\n",
			       t->name, before, after);
			fflush(stdout);
			_exit(1);
		}
		fflush(stdout);
		exit(0); /* not _exit: the leak checker runs at exit */
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) abort();
	if (WIFSIGNALED(status))
		printf("# %s: killed by signal %d\n", t->name, WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* With arguments, only the tests named run. */
static inline int unit_main(int argc, char **argv)
{
	int failed = 0;
	int ran = 0;
	printf("1..%d\n", argc > 1 ? argc - 1 : unit_count);
	for (int i = 0; i < unit_count; i++) {
		int wanted = argc < 2;
		for (int a = 1; a < argc; a++)
			if (!strcmp(argv[a], unit_tests[i].name)) wanted = 1;
		if (!wanted) continue;
		int const ok = unit_run(&unit_tests[i]);
		failed += !ok;
		printf("%s %d %s\n", ok ? "ok" : "not ok", ++ran, unit_tests[i].name);
	}
	return failed ? 1 : 0;
}

#define TEST_MAIN                                                              \
	int main(int argc, char **argv) { return unit_main(argc, argv); }

#endif
