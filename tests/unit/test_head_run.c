/* SPDX-License-Identifier: ISC */
/* A run's states, with real children and their pidfds. */
#include <poll.h>

#include "headparts.h"
#include "pidfd.h"
#include "run.h"

static struct loop loop;
static struct run run;
static unsigned events_seen;

static void ready(struct source *s, uint32_t events)
{
	CHECK(list_entry(s, struct run, pidfd) == &run);
	events_seen |= events;
	(void)run_look(&run, events);
}

static void set_up(void)
{
	CHECK_EQ(loop_init(&loop), 0);
	run_init(&run);
	events_seen = 0;
}

static void tear_down(void)
{
	int const fd = run_over(&run, &loop);
	if (fd >= 0) close(fd);
	loop_deinit(&loop);
}

/* A child, and its run. *ret_pipe ends it. */
static pid_t begin(int *ret_pipe, int status, int signal)
{
	pid_t const pid = parts_child(ret_pipe, status, signal);
	CHECK_EQ(run_begin(&run, &loop, parts_pidfd(pid), ready), 0);
	return pid;
}

static bool is_gone(void *arg)
{
	(void)arg;
	return run.state == RUN_GONE;
}

static void reap(pid_t pid)
{
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
}

TEST(at_first_there_is_none)
{
	int status = 7;
	set_up();
	CHECK_EQ(run.state, RUN_NONE);
	CHECK_EQ(run_end(&run, true, true, &status), RUN_END_NOT);
	CHECK_EQ(status, 0);
	CHECK(!run_look(&run, EPOLLIN));
	run_drained(&run, 100);
	CHECK_EQ(run.drained, 0);
	CHECK_EQ(run_over(&run, &loop), -1);
	tear_down();
}

TEST(it_is_alive_while_its_program_is)
{
	int pipe, status;
	set_up();
	pid_t const pid = begin(&pipe, 0, 0);
	CHECK_EQ(run.state, RUN_ALIVE);
	loop_some(&loop);
	CHECK_EQ(run.state, RUN_ALIVE);
	CHECK(!run_look(&run, 0));
	/* Neither silence nor a hang-up is its end. */
	CHECK_EQ(run_end(&run, true, true, &status), RUN_END_NOT);
	run_drained(&run, RUN_GONE_DRAIN);
	CHECK_EQ(run.drained, 0);
	close(pipe);
	reap(pid);
	tear_down();
}

TEST(the_loop_tells_its_end_once)
{
	int pipe;
	set_up();
	pid_t const pid = begin(&pipe, 0, 0);
	close(pipe);
	CHECK(loop_until(&loop, is_gone, NULL));
	CHECK(events_seen & EPOLLIN);
	CHECK(!run_look(&run, EPOLLIN)); /* only what happened since the last look */
	reap(pid);
	tear_down();
}

TEST(a_look_needs_no_loop)
{
	int pipe;
	set_up();
	pid_t const pid = begin(&pipe, 0, 0);
	struct pollfd p = { .fd = run.pidfd.fd, .events = POLLIN };
	close(pipe);
	CHECK_EQ(poll(&p, 1, 10000), 1);
	CHECK(run_look(&run, 0));
	CHECK_EQ(run.state, RUN_GONE);
	CHECK(!run_look(&run, 0));
	reap(pid);
	tear_down();
}

TEST(its_end_waits_for_its_output)
{
	int pipe, status;
	set_up();
	pid_t const pid = begin(&pipe, 0, 0);
	close(pipe);
	CHECK(loop_until(&loop, is_gone, NULL));
	CHECK_EQ(run_end(&run, false, false, &status), RUN_END_NOT);
	run_drained(&run, RUN_GONE_DRAIN - 1);
	CHECK_EQ(run_end(&run, false, false, &status), RUN_END_NOT);
	/* The rest is another's: a child that writes on does not delay it. */
	run_drained(&run, 1);
	CHECK(run_end(&run, false, false, &status) != RUN_END_NOT);
	reap(pid);
	tear_down();
}

/* What the kernel tells of a process that its parent has reaped: since Linux 6.15 its
 * status. *ret: false where it is older. */
static bool kernel_tells(void)
{
	int pipe, status;
	pid_t const pid = parts_child(&pipe, 0, 0);
	int const fd = parts_pidfd(pid);
	close(pipe);
	reap(pid);
	bool const tells = pidfd_status(fd, &status) == PIDFD_KNOWN;
	close(fd);
	return tells;
}

static void check_status(int exit_status, int signal, int wanted)
{
	int pipe, status;
	set_up();
	bool const tells = kernel_tells();
	pid_t const pid = begin(&pipe, exit_status, signal);
	CHECK_EQ(run_status(&run, &status), RUN_END_UNKNOWN);
	close(pipe);
	CHECK(loop_until(&loop, is_gone, NULL));
	/* Its parent has not reaped it: nobody knows. */
	if (tells) CHECK_EQ(run_end(&run, true, false, &status), RUN_END_LATER);
	CHECK_EQ(run_status(&run, &status), RUN_END_UNKNOWN);
	reap(pid);
	CHECK_EQ(run_end(&run, true, false, &status), tells ? RUN_END_KNOWN : RUN_END_UNKNOWN);
	CHECK_EQ(status, tells ? wanted : 0);
	CHECK_EQ(run_status(&run, &status), tells ? RUN_END_KNOWN : RUN_END_UNKNOWN);
	CHECK_EQ(status, tells ? wanted : 0);
	tear_down();
}

TEST(its_status_is_the_kernels_once_it_is_reaped) { check_status(3, 0, 3 << 8); }
TEST(its_status_tells_a_signal) { check_status(0, SIGKILL, SIGKILL); }

/* A parent that has reaped it and a kernel that tells nothing: no more is to come. */
TEST(a_status_that_cannot_come_is_not_waited_for)
{
	int pipe, status;
	set_up();
	pid_t const pid = begin(&pipe, 0, 0);
	close(pipe);
	CHECK(loop_until(&loop, is_gone, NULL));
	(void)run_look(&run, EPOLLIN | EPOLLHUP);
	CHECK(run.reaped);
	CHECK(run_end(&run, true, false, &status) != RUN_END_LATER);
	reap(pid);
	tear_down();
}

TEST(one_that_is_reaped_already_is_gone_at_once)
{
	int pipe;
	set_up();
	pid_t const pid = parts_child(&pipe, 0, 0);
	int const fd = parts_pidfd(pid);
	close(pipe);
	reap(pid);
	CHECK_EQ(run_begin(&run, &loop, fd, ready), 0);
	CHECK(loop_until(&loop, is_gone, NULL));
	tear_down();
}

TEST(without_a_pidfd_the_hang_up_is_the_end)
{
	int status;
	set_up();
	CHECK_EQ(run_begin(&run, &loop, -1, ready), 0);
	CHECK_EQ(run.state, RUN_ALIVE);
	CHECK(!run_look(&run, EPOLLIN | EPOLLHUP));
	CHECK_EQ(run_end(&run, true, false, &status), RUN_END_NOT);
	CHECK_EQ(run_end(&run, false, true, &status), RUN_END_NOT);
	CHECK_EQ(run_end(&run, true, true, &status), RUN_END_UNKNOWN);
	CHECK_EQ(run_status(&run, &status), RUN_END_UNKNOWN);
	CHECK_EQ(run_over(&run, &loop), -1);
	CHECK_EQ(run.state, RUN_NONE);
	tear_down();
}

TEST(when_it_is_over_the_pidfd_is_the_callers)
{
	int pipe;
	set_up();
	pid_t const pid = begin(&pipe, 0, 0);
	close(pipe);
	CHECK(loop_until(&loop, is_gone, NULL));
	int const fd = run_over(&run, &loop);
	CHECK(fd >= 0);
	CHECK_EQ(run.state, RUN_NONE);
	CHECK_EQ(run.pidfd.fd, -1);
	events_seen = 0;
	reap(pid);
	loop_some(&loop);
	CHECK_EQ(events_seen, 0); /* the loop has forgotten it */
	close(fd);
	tear_down();
}

TEST(what_cannot_be_watched_is_not_taken_over)
{
	set_up();
	int const fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	/* A plain file cannot be polled. */
	int const plain = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	CHECK(run_begin(&run, &loop, plain, ready) < 0);
	CHECK_EQ(run.state, RUN_NONE);
	CHECK_EQ(run.pidfd.fd, -1);
	close(plain);
	close(fd);
	tear_down();
}

/* ---- who leads the terminal's session ---- */

TEST(the_leader_of_a_terminals_session_is_known_while_it_leads)
{
	int slave, status;
	int ends[2];
	char byte;
	pid_t who = 0;
	int const master = parts_pty(&slave);
	CHECK_EQ(pidfd_leader(master, &who), -ENOTTY);
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid_t const pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0) _exit(1);
		(void)!write(ends[1], "x", 1);
		pause();
		_exit(0);
	}
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	int const fd = pidfd_leader(master, &who);
	CHECK(fd >= 0);
	CHECK_EQ(who, pid);
	CHECK(!pidfd_gone(fd));
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(pidfd_gone(fd));
	CHECK_EQ(pidfd_leader(master, &who), -ENOTTY);
	CHECK_EQ(pidfd_leader(ends[0], &who), -ENOTTY);
	close(fd);
	close(ends[0]);
	close(ends[1]);
	close(slave);
	close(master);
}

TEST(why_a_status_is_not_known)
{
	int pipe;
	set_up();
	CHECK(!run_unreaped(&run));
	pid_t const pid = begin(&pipe, 0, 0);
	close(pipe);
	CHECK(loop_until(&loop, is_gone, NULL));
	if (kernel_tells()) CHECK(run_unreaped(&run));
	reap(pid);
	CHECK(!run_unreaped(&run));
	tear_down();
}

TEST_MAIN
