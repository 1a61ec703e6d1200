/* SPDX-License-Identifier: ISC */
/* A head that takes up what another one left: real terminals, and a store that is a
 * table of descriptors here. The first head is not ended but left as it is, as a
 * SIGKILL leaves it. */
#include <sys/mman.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "headparts.h"
#include "recover.h"

#define STORED 16

/* ---- the store, which both heads use ---- */

static struct stored {
	char name[KEEP_NAME_MAX];
	int fd; /* -1: nothing here */
} store[STORED];
static int fetch_error; /* 0, or what a fetch says */
static int fetch_ms;    /* how long each one takes */

static int find_stored(char const *name)
{
	for (int i = 0; i < STORED; i++)
		if (store[i].fd >= 0 && !strcmp(store[i].name, name)) return i;
	return -1;
}

static int put(struct keep *k, char const *name, int fd)
{
	int i = 0;
	(void)k;
	CHECK(find_stored(name) < 0);
	while (store[i].fd >= 0) i++;
	snprintf(store[i].name, sizeof store[i].name, "%s", name);
	store[i].fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return store[i].fd < 0 ? -errno : 0;
}
static int sync_all(struct keep *k)
{
	(void)k;
	return 0;
}
static int drop(struct keep *k, char const *name)
{
	int const i = find_stored(name);
	(void)k;
	if (i < 0) return -ENOENT;
	close(store[i].fd);
	store[i].fd = -1;
	return 0;
}
static int fetch(struct keep *k, char const *name)
{
	int const i = find_stored(name);
	(void)k;
	(void)poll(NULL, 0, fetch_ms);
	if (fetch_error < 0) return fetch_error;
	int const fd = i < 0 ? -ENOENT : fcntl(store[i].fd, F_DUPFD_CLOEXEC, 0);
	return fd == -1 ? -errno : fd;
}
static int ask(struct keep *k)
{
	(void)k;
	return -ECONNREFUSED;
}
static struct keep_backend const backend = { .put = put, .sync = sync_all, .drop = drop, .fetch = fetch, .ask = ask };

static unsigned stored(void)
{
	unsigned n = 0;
	for (int i = 0; i < STORED; i++) n += store[i].fd >= 0;
	return n;
}

/* ---- two heads ---- */

static struct head {
	struct env env;
	struct heard said;
	struct terminals terminals;
	struct recovery recovery;
} one, two;

static void on_input(void *arg, struct terminal *t, bool over)
{
	(void)arg;
	(void)t;
	(void)over;
}

static void head_begin(struct head *h)
{
	struct terminal_events const ev = { .input = on_input };
	parts_env(&h->env, &h->said);
	h->env.keep.where = "the store";
	h->env.keep.most = STORED;
	h->env.keep.backend = &backend;
	terminals_init(&h->terminals, &h->env, &ev);
	recovery_init(&h->recovery, &h->terminals);
}

static void head_end(struct head *h)
{
	h->env.closing = true;
	terminals_deinit(&h->terminals);
	recovery_deinit(&h->recovery);
	env_deinit(&h->env);
}

/* A program on a terminal of the first head. */
static struct program {
	int slave;
	int life; /* closed: the program ends */
	pid_t pid;
} program;

static struct terminal *start(char const *name)
{
	struct terminal *t = terminals_find(&one.terminals, name);
	struct wire_size size;
	if (!t) CHECK_EQ(terminals_new(&one.terminals, name, &t), 0);
	int const master = parts_pty(&program.slave);
	program.pid = parts_child(&program.life, 0, 0);
	struct terminal_run const run = {
		.master = master, .pidfd = parts_pidfd(program.pid), .pid = program.pid, .size = { 30, 90, 0, 0 }, .sized = true,
	};
	CHECK_EQ(terminal_start(t, &run, &size), 0);
	return t;
}

static void program_end(void)
{
	close(program.life);
	CHECK_EQ(waitpid(program.pid, NULL, 0), program.pid);
	close(program.slave);
}

static bool has_read(void *arg)
{
	struct terminal const *const t = arg;
	return t->output.tape.end >= 5;
}

static void set_up(void)
{
	for (int i = 0; i < STORED; i++) store[i].fd = -1;
	fetch_error = 0;
	fetch_ms = 0;
	head_begin(&one);
}

/* A first head with a program on "main" that wrote five bytes. */
static void one_runs(void)
{
	set_up();
	struct terminal *const t = start("main");
	parts_write(program.slave, "hello", 5);
	CHECK(loop_until(&one.env.loop, has_read, t));
	CHECK_EQ(stored(), 3);
}

/* The second head begins with what the store has, by `fetched` or to be fetched. */
static void take_up(bool fetched)
{
	struct keep_item *const items = calloc(STORED, sizeof *items);
	size_t n = 0;
	head_begin(&two);
	for (int i = 0; i < STORED; i++) {
		if (store[i].fd < 0) continue;
		CHECK(keep_parse(store[i].name, &items[n]));
		items[n++].fd = fetched ? fcntl(store[i].fd, F_DUPFD_CLOEXEC, 0) : -1;
	}
	two.env.keep.held = (unsigned)n;
	recover(&two.recovery, items, n);
}

static void tear_down(void)
{
	head_end(&two);
	head_end(&one);
	for (int i = 0; i < STORED; i++)
		if (store[i].fd >= 0) close(store[i].fd);
}

static struct terminal *taken_up(char const *name)
{
	struct terminal *const t = terminals_find(&two.terminals, name);
	CHECK(t);
	return t;
}

/* ---- */

TEST(an_empty_store_gives_nothing)
{
	set_up();
	take_up(true);
	CHECK_EQ(two.terminals.len, 0);
	CHECK_EQ(recovery_left(&two.recovery), 0);
	CHECK(!terminals_reserved(&two.terminals, "main"));
	tear_down();
}

static bool more_is_read(void *arg)
{
	struct terminal const *const t = arg;
	return t->output.tape.end >= 10;
}

static bool run_is_over(void *arg)
{
	struct terminal const *const t = arg;
	return t->run.state == RUN_NONE;
}

TEST(a_run_goes_on)
{
	one_runs();
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK_EQ(recovery_left(&two.recovery), 0);
	CHECK_EQ(t->run.state, RUN_ALIVE);
	CHECK_EQ(t->output.state.run, 1);
	CHECK_EQ(t->output.state.pid, program.pid);
	CHECK_EQ(t->output.state.size.cols, 90);
	CHECK_EQ(t->output.tape.end, 5);
	parts_write(program.slave, "again", 5);
	CHECK(loop_until(&two.env.loop, more_is_read, t));
	CHECK_EQ(stored(), 3);
	program_end();
	CHECK(loop_until(&two.env.loop, run_is_over, t));
	CHECK_EQ(stored(), 1); /* the tape */
	tear_down();
}

TEST(many_terminals_go_on_each_with_its_own)
{
	struct program p[3];
	static char const *const names[] = { "b", "a", "main" };
	set_up();
	for (int i = 0; i < 3; i++) {
		(void)start(names[i]);
		p[i] = program;
	}
	CHECK_EQ(stored(), 9);
	take_up(true);
	CHECK_EQ(two.terminals.len, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(taken_up(names[i])->output.state.pid, p[i].pid);
		program = p[i];
		program_end();
	}
	tear_down();
}

/* systemd gives up a service that is not ready in time, and its store with it. */
TEST(a_long_take_up_asks_for_more_time)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char said[64] = "";
	struct program p[2];
	set_up();
	snprintf(sa.sun_path, sizeof sa.sun_path, "/tmp/ptyhead-notify.%ld", (long)getpid());
	int const sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK(bind(sock, (struct sockaddr *)&sa, sizeof sa) == 0 && setenv("NOTIFY_SOCKET", sa.sun_path, 1) == 0);
	for (int i = 0; i < 2; i++) {
		(void)start(i ? "b" : "a");
		p[i] = program;
	}
	take_up(true);
	CHECK_EQ(recv(sock, said, sizeof said - 1, 0), -1); /* it did not take long */
	head_end(&two);
	fetch_ms = 400;
	take_up(false);
	CHECK(recv(sock, said, sizeof said - 1, 0) > 0);
	CHECK(strncmp(said, "EXTEND_TIMEOUT_USEC=", 20) == 0 && atol(said + 20) >= 10000000);
	CHECK(unsetenv("NOTIFY_SOCKET") == 0 && unlink(sa.sun_path) == 0);
	close(sock);
	for (int i = 0; i < 2; i++) {
		program = p[i];
		program_end();
	}
	tear_down();
}

/* The limit is of new terminals: what exists is never given up for it. */
TEST(more_than_the_limit_go_on)
{
	one_runs();
	head_begin(&two);
	two.env.limits.terminals = 0;
	struct keep_item *const items = calloc(3, sizeof *items);
	for (int i = 0; i < 3; i++) {
		CHECK(keep_parse(store[i].name, &items[i]));
		items[i].fd = fcntl(store[i].fd, F_DUPFD_CLOEXEC, 0);
	}
	recover(&two.recovery, items, 3);
	CHECK_EQ(taken_up("main")->run.state, RUN_ALIVE);
	program_end();
	tear_down();
}

TEST(a_program_that_ended_meanwhile_has_ended)
{
	one_runs();
	program_end();
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK(loop_until(&two.env.loop, run_is_over, t));
	CHECK_EQ(stored(), 1);
	tear_down();
}

static bool is_closed(void *arg)
{
	struct terminal const *const t = arg;
	return t->master.fd < 0 && !terminal_used(t);
}

/* A child of the program holds the slave when the run is over: its master goes on. */
TEST(an_ended_runs_master_is_read_on)
{
	one_runs();
	int const child = fcntl(program.slave, F_DUPFD_CLOEXEC, 0);
	program_end();
	struct terminal *t = terminals_find(&one.terminals, "main");
	CHECK(loop_until(&one.env.loop, run_is_over, t));
	CHECK_EQ(stored(), 2);
	take_up(true);
	t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_NONE);
	CHECK(t->master.fd >= 0);
	parts_write(child, "after", 5);
	CHECK(loop_until(&two.env.loop, more_is_read, t));
	/* It is typed to, and its end is told, as by the head before. */
	uint64_t offset;
	char heard_now[8];
	CHECK(terminal_used(t));
	CHECK_EQ(terminal_send(t, (uint8_t const *)"typed", 5, &offset), WIRE_T_TAKEN);
	CHECK_EQ(read(child, heard_now, sizeof heard_now), 5);
	close(child);
	CHECK(loop_until(&two.env.loop, is_closed, t));
	CHECK_EQ(stored(), 1);
	tear_down();
}

static void left_and_closed(bool store_lost)
{
	one_runs();
	int const child = fcntl(program.slave, F_DUPFD_CLOEXEC, 0);
	program_end();
	struct terminal *t = terminals_find(&one.terminals, "main");
	CHECK(loop_until(&one.env.loop, run_is_over, t));
	CHECK(t->output.state.flags & TAPE_OPEN);
	if (store_lost) {
		char name[KEEP_NAME_MAX];
		keep_name(name, KEEP_MASTER, 1, "main");
		CHECK_EQ(drop(NULL, name), 0);
	}
	close(child);
	take_up(true);
	t = taken_up("main");
	CHECK(loop_until(&two.env.loop, is_closed, t));
	CHECK(!(t->output.state.flags & (TAPE_OPEN | TAPE_ALIVE)));
	CHECK_EQ(stored(), 1);
	tear_down();
}

TEST(what_was_left_behind_and_closed_the_terminal_meanwhile_is_gone) { left_and_closed(false); }
TEST(what_was_left_behind_is_gone_with_its_master) { left_and_closed(true); }

/* The head before was killed after it stored a run and before it marked it. */
TEST(a_run_that_the_tape_does_not_know_goes_on_too)
{
	one_runs();
	/* As if run 1 were the second. */
	snprintf(store[find_stored("master.1.main")].name, KEEP_NAME_MAX, "master.2.main");
	snprintf(store[find_stored("pidfd.1.main")].name, KEEP_NAME_MAX, "pidfd.2.main");
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_ALIVE);
	CHECK_EQ(t->output.state.run, 2);
	CHECK(!(t->output.state.flags & TAPE_CONTINUED));
	CHECK(t->run.pidfd.fd >= 0);
	program_end();
	tear_down();
}

/* ---- damage ---- */

/* The tape of "main" has other bytes at an offset of its header. */
static void hurt(size_t at, void const *bytes, size_t len)
{
	int const i = find_stored("tape.0.main");
	CHECK(i >= 0);
	CHECK_EQ(pwrite(store[i].fd, bytes, len, (off_t)at), len);
}

static void check_history_lost(char const *why)
{
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_ALIVE);
	CHECK_EQ(t->output.state.run, 1);
	CHECK(t->output.state.flags & TAPE_CONTINUED);
	CHECK_EQ(t->output.tape.end, 0);
	CHECK_EQ(t->output.state.size.rows, 30); /* by the master */
	CHECK_EQ(heard(&two.said, why), 1);
	CHECK_EQ(heard(&two.said, "its history is lost"), 1);
	/* The new tape has the old one's name in the store. */
	CHECK_EQ(stored(), 3);
	struct stat mine, theirs;
	CHECK(fstat(t->output.tape.fd, &mine) == 0 && fstat(store[find_stored("tape.0.main")].fd, &theirs) == 0);
	CHECK_EQ(mine.st_ino, theirs.st_ino);
	parts_write(program.slave, "still here", 10);
	CHECK(loop_until(&two.env.loop, more_is_read, t));
	program_end();
	tear_down();
}

TEST(a_damaged_tape_costs_its_history_and_no_program)
{
	one_runs();
	hurt(offsetof(struct tape_header, magic), "PTYTAPE\n", 8);
	check_history_lost("it is damaged, or no tape at all");
}

TEST(a_tape_of_another_version_costs_its_history_and_no_program)
{
	one_runs();
	uint32_t const version = TAPE_VERSION + 1;
	hurt(offsetof(struct tape_header, version), &version, sizeof version);
	check_history_lost("it is of another version of ptyhead");
}

TEST(positions_that_contradict_each_other_are_damage)
{
	one_runs();
	uint64_t const end = UINT64_MAX / 2;
	hurt(offsetof(struct tape_header, end), &end, sizeof end);
	check_history_lost("it is damaged, or no tape at all");
}

TEST(no_tape_at_all_costs_the_history_too)
{
	one_runs();
	CHECK_EQ(drop(NULL, "tape.0.main"), 0);
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_ALIVE);
	CHECK(t->output.state.flags & TAPE_CONTINUED);
	CHECK_EQ(stored(), 3);
	program_end();
	tear_down();
}

TEST(what_is_no_master_is_let_go_and_the_tape_stays)
{
	one_runs();
	int const i = find_stored("master.1.main");
	close(store[i].fd);
	store[i].fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_NONE);
	CHECK_EQ(t->master.fd, -1);
	CHECK_EQ(t->output.tape.end, 5);
	CHECK_EQ(heard(&two.said, "what was kept as the master of run 1"), 1);
	CHECK_EQ(stored(), 1);
	program_end();
	tear_down();
}

TEST(a_tape_alone_is_a_terminal_whose_run_ended)
{
	one_runs();
	CHECK_EQ(drop(NULL, "master.1.main"), 0);
	take_up(true);
	struct terminal *const t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_NONE);
	CHECK(!(t->output.state.flags & TAPE_ALIVE));
	CHECK_EQ(stored(), 1);
	program_end();
	tear_down();
}

/* Of a run before, whose removal was under way. */
TEST(what_is_left_of_an_older_run_is_let_go)
{
	one_runs();
	int slave;
	int const other = parts_pty(&slave);
	CHECK_EQ(put(NULL, "master.0.main", other), 0);
	CHECK_EQ(put(NULL, "pidfd.0.main", other), 0);
	close(other);
	close(slave);
	take_up(true);
	CHECK_EQ(taken_up("main")->run.state, RUN_ALIVE);
	CHECK_EQ(stored(), 3);
	CHECK(find_stored("master.1.main") >= 0);
	program_end();
	tear_down();
}

/* ---- the head's own trouble ---- */

static bool is_taken_up(void *arg)
{
	(void)arg;
	return terminals_find(&two.terminals, "main") != NULL;
}

static void check_kept(void)
{
	struct terminal *t;
	CHECK(terminals_find(&two.terminals, "main") == NULL);
	CHECK_EQ(recovery_left(&two.recovery), 3);
	CHECK_EQ(stored(), 3);
	CHECK_EQ(heard(&two.said, "unable to go on with it"), 1);
	/* Its name is nobody else's meanwhile. */
	CHECK(terminals_reserved(&two.terminals, "main"));
	CHECK_EQ(terminals_new(&two.terminals, "main", &t), -EBUSY);
	CHECK(!terminals_reserved(&two.terminals, "other"));
}

static void check_taken_up_later(void)
{
	CHECK(loop_until(&two.env.loop, is_taken_up, NULL));
	struct terminal *const t = taken_up("main");
	CHECK_EQ(t->run.state, RUN_ALIVE);
	CHECK_EQ(t->output.tape.end, 5);
	CHECK_EQ(stored(), 3);
	CHECK_EQ(heard(&two.said, "main: recovered now"), 1);
	CHECK_EQ(recovery_left(&two.recovery), 0);
	CHECK(!terminals_reserved(&two.terminals, "main"));
	program_end();
}

TEST(what_cannot_be_fetched_stays_and_is_fetched_later)
{
	one_runs();
	fetch_error = -EMFILE;
	take_up(false);
	check_kept();
	fetch_error = 0;
	check_taken_up_later();
	tear_down();
}

TEST(a_store_that_does_not_answer_is_asked_again)
{
	one_runs();
	fetch_error = -ETIMEDOUT;
	take_up(false);
	check_kept();
	CHECK(two.env.keep.away);
	fetch_error = 0;
	two.env.keep.away = false;
	check_taken_up_later();
	tear_down();
}

/* Each number of descriptors that is too small for the whole: all is kept, and taken up
 * once there is room. */
TEST(without_descriptors_everything_is_kept)
{
	struct rlimit all, few;
	CHECK(getrlimit(RLIMIT_NOFILE, &all) == 0);
	one_runs();
	bool refused = false;
	bool went = false;
	struct keep_item *items = calloc(3, sizeof *items);
	head_begin(&two);
	for (int i = 0; i < 3; i++) {
		CHECK(keep_parse(store[i].name, &items[i]));
		items[i].fd = fcntl(store[i].fd, F_DUPFD_CLOEXEC, 0);
	}
	int const lowest = fcntl(0, F_DUPFD_CLOEXEC, 0);
	close(lowest);
	few = all;
	two.env.keep.held = 3;
	few.rlim_cur = (rlim_t)lowest;
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	recover(&two.recovery, items, 3);
	check_kept();
	for (unsigned more = 0; more < 8 && !went; more++) {
		few.rlim_cur = (rlim_t)lowest + more;
		CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
		loop_some(&two.env.loop); /* it opens nothing */
		two.recovery.again.at_ns = loop_now(); /* now, not in a second */
		loop_some(&two.env.loop);
		went = is_taken_up(NULL);
		refused = refused || !went;
		if (!went) CHECK_EQ(stored(), 3);
	}
	CHECK(refused && went);
	CHECK(setrlimit(RLIMIT_NOFILE, &all) == 0);
	check_taken_up_later();
	tear_down();
}

TEST(what_cannot_be_watched_is_kept)
{
	one_runs();
	/* epoll refuses a plain file, as it would anything at its limit of watches. */
	int const i = find_stored("pidfd.1.main");
	int const pidfd = store[i].fd;
	store[i].fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	take_up(true);
	check_kept();
	/* The master was not given up on the way: the program can write. */
	parts_write(program.slave, "more", 4);
	close(store[i].fd);
	store[i].fd = pidfd;
	program_end();
	tear_down();
}

TEST(the_end_closes_what_was_not_taken_up_and_drops_nothing)
{
	one_runs();
	fetch_error = -EMFILE;
	take_up(false);
	fetch_error = 0;
	program_end();
	tear_down();
	/* The descriptors are counted when the test ends. */
}

/* The store has died meanwhile, and what it held with it: the program is gone, and its name
 * is free for its successor. */
TEST(what_is_no_more_in_the_store_is_not_waited_for)
{
	struct terminal *t;
	one_runs();
	fetch_error = -EMFILE;
	take_up(false);
	check_kept();
	fetch_error = -ENOENT;
	two.recovery.again.at_ns = loop_now();
	loop_some(&two.env.loop);
	CHECK_EQ(recovery_left(&two.recovery), 0);
	CHECK_EQ(terminals_new(&two.terminals, "main", &t), 0);
	program_end();
	tear_down();
}

TEST_MAIN
