/* SPDX-License-Identifier: ISC */
/* What gives the terminal back at a fault. */
#include "rescue.h"

#include <poll.h>

#include "unit.h"

static struct rescue rescue;
static int fds[2];
static volatile sig_atomic_t told;

static void on_fault(int number, siginfo_t *fault, void *context)
{
	(void)number;
	(void)context;
	if (rescue_waits(&rescue, fault)) return;
	told++;
	rescue_now(&rescue);
}

/* On a pipe, whose modes are of no account. */
static void arm(void)
{
	struct sigaction const a = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	struct termios const modes = { 0 };
	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	rescue_init(&rescue);
	rescue_arm(&rescue, fds[0], fds[1], &modes);
	CHECK(sigaction(SIGSEGV, &a, NULL) == 0);
}

static void disarm(void)
{
	rescue_deinit(&rescue);
	close(fds[0]);
	close(fds[1]);
}

static void fault_from_outside(void)
{
	int status;
	pid_t const child = fork();
	CHECK(child >= 0);
	if (child == 0) _exit(kill(getppid(), SIGSEGV) < 0);
	while (waitpid(child, &status, 0) < 0) CHECK_EQ(errno, EINTR);
	CHECK_EQ(status, 0);
}

static void offer(char const *text)
{
	struct screen_buf *const b = rescue_text(&rescue);
	screen_buf_str(b, text);
	rescue_ready(&rescue, b);
}

static void came_out(char const *want)
{
	char buf[64] = "";
	struct pollfd p = { fds[0], POLLIN, 0 };
	if (poll(&p, 1, 0) == 1) CHECK(read(fds[0], buf, sizeof buf - 1) > 0);
	CHECK_STR(buf, want);
}

TEST(a_fault_from_outside_waits_until_what_undoes_the_write_is_ready)
{
	arm();
	offer("before");
	rescue_hold(&rescue);
	fault_from_outside();
	CHECK_EQ(told, 0);
	came_out("");
	offer("after");
	rescue_release(&rescue);
	CHECK_EQ(told, 1);
	came_out("after");
	rescue_hold(&rescue);
	rescue_release(&rescue);
	CHECK_EQ(told, 1);
	disarm();
}

TEST(a_fault_of_its_own_does_not_wait)
{
	arm();
	offer("ready");
	rescue_hold(&rescue);
	CHECK(raise(SIGSEGV) == 0);
	CHECK_EQ(told, 1);
	came_out("ready");
	disarm();
}

TEST_MAIN
