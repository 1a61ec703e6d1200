/* SPDX-License-Identifier: ISC */
/* A terminal's turns, its place for the next run, and input without memory. */
#include "headparts.h"

#include <sys/wait.h>

#include "terminals.h"
#include "terminal_int.h"

static bool no_memory;
static void *allocate(size_t n) { return no_memory ? NULL : malloc(n); }

/* In place of the library's. */
#define malloc(n) allocate(n)
#include "../../ptyhead-service/head/inputq.c"
#undef malloc

static struct env env;
static struct heard said;
static struct terminals set;
static struct terminal *t;
static int slave, life;
static pid_t pid;

static void on_input(void *arg, struct terminal *which, bool over)
{
	(void)arg;
	(void)which;
	(void)over;
}

/* A program on a terminal of 200x400. */
static void set_up(void)
{
	struct terminal_events const ev = { .input = on_input };
	struct wire_size size;
	no_memory = false;
	parts_env(&env, &said);
	terminals_init(&set, &env, &ev);
	CHECK_EQ(terminals_new(&set, "main", &t), 0);
	int const master = parts_pty(&slave);
	pid = parts_child(&life, 0, 0);
	struct terminal_run const run = {
		.master = master, .pidfd = parts_pidfd(pid), .pid = pid, .size = { 200, 400, 0, 0 }, .sized = true,
	};
	CHECK_EQ(terminal_start(t, &run, &size), 0);
	loop_some(&env.loop);
}

static void program_end(void)
{
	if (life < 0) return;
	close(life);
	life = -1;
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

static void tear_down(void)
{
	program_end();
	close(slave);
	env.closing = true;
	terminals_deinit(&set);
	env_deinit(&env);
}

/* As much as the kernel takes of what is dear to parse, 80 us each. */
static void flood(void)
{
	static char dear[3000];
	for (size_t i = 0; i < sizeof dear; i += 3) memcpy(dear + i, "\033#8", 3);
	CHECK(fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK) == 0);
	while (write(slave, dear, sizeof dear) > 0) continue;
}

/* ---- turns ---- */

/* However often the kernel tells that there is more: else many of them would be read once
 * more each before anybody else is. */
TEST(who_has_work_left_waits_for_its_next_turn)
{
	set_up();
	flood();
	t->master.ready(&t->master, EPOLLIN);
	CHECK(deferred_pending(&t->pump));
	uint64_t const spent = screen_spent(t->output.screen);
	for (unsigned i = 0; i < 100; i++) t->master.ready(&t->master, EPOLLIN);
	CHECK_EQ(screen_spent(t->output.screen), spent);
	t->pump.run(&t->pump);
	CHECK(t->readable && deferred_pending(&t->pump));
	tear_down();
}

/* Its last turn was cut short though it had little: that is no reason to wait. */
TEST(who_has_little_is_read_at_once)
{
	set_up();
	parts_says(slave, t->master.fd, "one", 3);
	t->master.ready(&t->master, EPOLLIN);
	CHECK_EQ(t->output.tape.end, 3);
	loop_defer(&env.loop, &t->pump);
	parts_says(slave, t->master.fd, "two", 3);
	t->master.ready(&t->master, EPOLLIN);
	CHECK_EQ(t->output.tape.end, 6);
	tear_down();
}

/* ---- the place ---- */

static bool is_over(void *arg)
{
	(void)arg;
	return t->run.state == RUN_NONE;
}

static bool is_decided(void *arg)
{
	enum terminal_place *const p = arg;
	flood();
	/* Others had many rounds meanwhile. */
	env.loop.rounds += 10;
	*p = terminal_place(t);
	return *p != TERMINAL_LATER;
}

TEST(children_that_write_on_get_a_time_and_not_more)
{
	enum terminal_place p;
	set_up();
	flood();
	program_end();
	CHECK(loop_until(&env.loop, is_over, NULL));
	flood();
	CHECK_EQ(terminal_place(t), TERMINAL_LATER);
	CHECK(loop_until(&env.loop, is_decided, &p));
	CHECK_EQ(p, TERMINAL_FREE);
	CHECK(!output_behind(&t->output));
	/* Nobody takes it: they are read on. */
	CHECK(!t->shut && deferred_pending(&t->pump));
	tear_down();
}

static bool is_read(void *arg)
{
	(void)arg;
	return t->output.tape.taken > 0;
}

/* As when somebody else reads the master at that moment. */
TEST(output_that_is_told_of_once_and_not_found_is_looked_for_again)
{
	set_up();
	t->pump.run(&t->pump);
	deferred_clear(&t->pump);
	CHECK(t->output.tape.taken == 0);
	/* From here on the kernel tells nothing. */
	CHECK(epoll_ctl(env.loop.epoll, EPOLL_CTL_DEL, t->master.fd, NULL) == 0);
	t->master.ready(&t->master, EPOLLIN);
	CHECK(write(slave, "x", 1) == 1);
	CHECK(loop_until(&env.loop, is_read, NULL));
	tear_down();
}

TEST(a_program_that_lives_has_its_place)
{
	set_up();
	CHECK_EQ(terminal_place(t), TERMINAL_TAKEN);
	program_end();
	close(slave);
	slave = -1;
	/* This instant: no round was since. */
	enum terminal_place p = terminal_place(t);
	if (p == TERMINAL_LATER) CHECK(loop_until(&env.loop, is_over, NULL));
	CHECK_EQ(terminal_place(t), TERMINAL_FREE);
	tear_down();
}

/* ---- what a program leaves behind ---- */

static char got[64];

static bool hears(void *arg)
{
	size_t const len = strlen(got);
	ssize_t const n = read(slave, got + len, sizeof got - 1 - len);
	if (n > 0) got[len + (size_t)n] = 0;
	return strstr(got, arg) != NULL;
}

/* It has ended, and a process of it holds the terminal: this one. */
static void leave_behind(void)
{
	got[0] = 0;
	CHECK(fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK) == 0);
	program_end();
	CHECK(loop_until(&env.loop, is_over, NULL));
}

static bool master_is_gone(void *arg)
{
	(void)arg;
	return t->master.fd < 0;
}

TEST(who_was_left_behind_is_typed_to_and_answered)
{
	uint64_t offset;
	set_up();
	leave_behind();
	CHECK(terminal_open(t) && terminal_used(t) && !terminal_idle(t));
	CHECK_EQ(terminals_programs(&set), 1);
	CHECK_EQ(terminal_type(t, (uint8_t const *)"typed", 5), 5);
	CHECK(loop_until(&env.loop, hears, "typed"));
	CHECK_EQ(terminal_send(t, (uint8_t const *)"sent", 4, &offset), WIRE_T_TAKEN);
	CHECK(loop_until(&env.loop, hears, "sent"));
	parts_write(slave, "\033[6n", 4);
	CHECK(loop_until(&env.loop, hears, "\033[1;1R"));
	tear_down();
}

TEST(what_was_typed_before_the_end_goes_to_who_was_left_behind)
{
	static uint8_t a[30000], some[4096];
	size_t all = 0;
	set_up();
	CHECK_EQ(terminal_type(t, a, sizeof a), sizeof a);
	CHECK(t->input.len > 0);
	leave_behind();
	CHECK(t->input.len > 0);
	for (uint64_t const limit = loop_now() + PARTS_NS; all < sizeof a && loop_now() < limit; loop_some(&env.loop))
		for (ssize_t n; (n = read(slave, some, sizeof some)) > 0;) all += (size_t)n;
	CHECK_EQ(all, sizeof a);
	tear_down();
}

TEST(it_is_over_when_that_closes_the_terminal)
{
	uint64_t offset;
	set_up();
	leave_behind();
	uint64_t const marks = t->output.tape.marks_end;
	CHECK(t->output.state.flags & TAPE_OPEN);
	close(slave);
	slave = -1;
	CHECK(loop_until(&env.loop, master_is_gone, NULL));
	CHECK_EQ(t->output.tape.marks_end, marks + 1);
	CHECK_EQ(t->output.state.flags & (TAPE_OPEN | TAPE_ENDED_KNOWN | TAPE_ALIVE), t->output.state.flags & TAPE_ENDED_KNOWN);
	CHECK(!terminal_used(t) && terminal_idle(t));
	CHECK_EQ(terminal_send(t, (uint8_t const *)"x", 1, &offset), WIRE_T_PROGRAM);
	CHECK_EQ(heard(&said, "what run 1 left behind has closed the terminal"), 1);
	tear_down();
}

TEST(one_that_leaves_nobody_behind_has_no_such_mark)
{
	set_up();
	uint64_t const marks = t->output.tape.marks_end;
	close(slave);
	slave = -1;
	program_end();
	CHECK(loop_until(&env.loop, is_over, NULL));
	CHECK(loop_until(&env.loop, master_is_gone, NULL));
	CHECK_EQ(t->output.tape.marks_end, marks + 1);
	CHECK(!(t->output.state.flags & TAPE_OPEN));
	tear_down();
}

/* What holds the terminal of a program that failed is no reason to keep others out. */
TEST(a_terminal_that_was_left_to_others_is_not_forgotten_but_for_one_that_failed)
{
	struct terminal *other;
	set_up();
	env.limits.terminals = 1;
	leave_behind();
	CHECK_EQ(terminals_new(&set, "other", &other), -EMFILE);
	t->output.state.flags |= TAPE_ENDED_KNOWN;
	t->output.state.status = 9;
	CHECK(terminal_open(t) && !terminal_used(t));
	CHECK_EQ(terminals_new(&set, "other", &other), 0);
	CHECK(!terminals_find(&set, "main"));
	tear_down();
}

TEST(the_next_run_takes_the_terminal_and_what_was_typed_for_the_last_is_dropped)
{
	static uint8_t a[30000];
	struct wire_size size;
	int next;
	set_up();
	leave_behind();
	CHECK_EQ(terminal_type(t, a, sizeof a), sizeof a);
	CHECK(t->input.len > 0);
	int const master = parts_pty(&next);
	enum terminal_place p = terminal_place(t);
	if (p == TERMINAL_LATER) CHECK(loop_until(&env.loop, is_decided, &p));
	CHECK_EQ(p, TERMINAL_FREE);
	struct terminal_run const run = { .master = master, .pidfd = -1, .size = { 24, 80, 0, 0 } };
	CHECK_EQ(terminal_start(t, &run, &size), 0);
	CHECK_EQ(t->input.len, 0);
	CHECK(!(t->output.state.flags & TAPE_OPEN));
	close(next);
	tear_down();
}

/* ---- input ---- */

static size_t heard_b;

/* The program reads on until a c comes. */
static bool hears_c(void *arg)
{
	char some[4096];
	ssize_t n;
	(void)arg;
	while ((n = read(slave, some, sizeof some)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (some[i] == 'c') return true;
			heard_b += some[i] == 'b';
		}
	return false;
}

TEST(a_send_is_taken_whole_or_not_at_all_without_memory_too)
{
	static uint8_t a[500], b[WIRE_INPUT_MAX];
	uint64_t offset;
	set_up();
	heard_b = 0;
	memset(a, 'a', sizeof a);
	memset(b, 'b', sizeof b);
	CHECK(fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK) == 0);
	/* So full that the line would take a part. */
	while (write(t->master.fd, a, sizeof a) == sizeof a) continue;
	no_memory = true;
	CHECK(terminal_send(t, b, sizeof b, &offset) != WIRE_T_TAKEN);
	CHECK(read(slave, a, sizeof a) == sizeof a);
	CHECK(terminal_send(t, b, sizeof b, &offset) != WIRE_T_TAKEN);
	no_memory = false;
	CHECK_EQ(terminal_send(t, (uint8_t const *)"c", 1, &offset), WIRE_T_TAKEN);
	CHECK(loop_until(&env.loop, hears_c, NULL));
	CHECK_EQ(heard_b, 0);
	tear_down();
}

TEST_MAIN
