/* SPDX-License-Identifier: ISC */
/* libptyhead used as it should not be, or where things are short: a tape that goes on while
 * nobody reads, functions called from within others, no descriptors left, a fork. */
#include <sys/resource.h>
#include <time.h>

#include "faketape.h"
#include "playhead.h"
#include "unit.h"

static int settle(struct ptyhead_viewer *v)
{
	int r = 0;
	while (r == 0 && readable(ptyhead_viewer_fd(v), 100)) r = ptyhead_viewer_process(v);
	return r;
}

/* What a viewer was told. */
static struct heard {
	struct ptyhead_viewer *v;
	unsigned begun, outputs, depth, deepest;
	uint64_t missed, at;
	int process;
} heard;

static void on_begin(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	struct heard *const h = arg;
	(void)run, (void)size, (void)bytes, (void)len;
	h->begun++;
	h->missed += missed;
}

static void on_output(void *arg, uint64_t offset, void const *data, size_t len)
{
	struct heard *const h = arg;
	(void)data;
	CHECK_EQ(offset, h->at + h->missed); /* nothing twice, nothing left out that is not told */
	h->at += len;
	h->outputs++;
	if (++h->depth > h->deepest) h->deepest = h->depth;
	if (h->deepest < 4) h->process = ptyhead_viewer_process(h->v);
	h->depth--;
}

/* A head that has answered: its side of the connection. */
static int attached(struct faketape const *t, struct ptyhead_view const *view)
{
	uint8_t buf[WIRE_ATTACHED_FRAME];
	struct conn c;
	memset(&heard, 0, sizeof heard);
	CHECK_EQ(ptyhead_viewer_new(&heard.v, view), 0);
	CHECK_EQ(settle(heard.v), 0);
	conn_init(&c, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	CHECK_EQ(conn_send(&c, buf, wire_put_attached(buf, sizeof buf, &(struct wire_attached){ .viewer = 1 }), &t->fd, 1), CONN_OK);
	CHECK_EQ(settle(heard.v), 0);
	CHECK_EQ(heard.begun, 1);
	return c.fd;
}

static void tape_open_with(struct faketape *t, size_t len)
{
	static char const text[FAKE_RING];
	struct tape_header const h = fake_header();
	CHECK_EQ(fake_open(t, &h, FAKE_SEALS), 0);
	fake_write(t, text, len);
}

#define VIEW(...) (&(struct ptyhead_view){ .address = &address, .flags = PTYHEAD_WATCH_ONLY | PTYHEAD_HISTORY, .calls = { .arg = &heard, __VA_ARGS__ } })

TEST(what_was_missed_is_what_the_next_output_is_ahead)
{
	struct faketape t;
	static char const more[40000];
	set_up(4);
	tape_open_with(&t, 100);
	int const head = attached(&t, VIEW(.begin = on_begin, .output = on_output));
	CHECK_EQ(heard.at, 100);
	fake_write(&t, more, sizeof more);
	fake_publish(&t, atomic_load(&t.header->end) + 3 * FAKE_RING);
	fake_checkpoint(&t, "screen");
	fake_write(&t, more, 50);
	CHECK_EQ(send(head, "\xf5\x01\x00\x43\x00\x00\x00\x00", 8, 0), 8); /* any frame wakes */
	CHECK_EQ(settle(heard.v), 0);
	CHECK_EQ(heard.begun, 2);
	CHECK_EQ(heard.missed, sizeof more + 3 * FAKE_RING);
	CHECK_EQ(heard.at + heard.missed, atomic_load(&t.header->end));
	ptyhead_viewer_free(heard.v);
	close(head);
	fake_close(&t);
	tear_down();
}

static char runs[64];

static void on_started(void *arg, uint64_t offset, struct ptyhead_run const *run, struct ptyhead_size size)
{
	(void)arg, (void)offset, (void)size;
	snprintf(runs + strlen(runs), sizeof runs - strlen(runs), " +%u", (unsigned)run->number);
}

static void on_ended(void *arg, uint64_t offset, struct ptyhead_run const *run)
{
	(void)arg, (void)offset;
	snprintf(runs + strlen(runs), sizeof runs - strlen(runs), " -%u%s", (unsigned)run->number, run->status_known ? "" : "?");
}

static void begin_among_runs(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	(void)arg, (void)size, (void)bytes, (void)len, (void)missed;
	heard.begun++;
	snprintf(runs + strlen(runs), sizeof runs - strlen(runs), " =%u", (unsigned)run->number);
}

/* Who waits for the end of a program that writes fast must not wait for ever. */
TEST(the_end_of_a_run_is_told_though_its_mark_was_overwritten)
{
	struct faketape t;
	set_up(4);
	tape_open_with(&t, 100);
	fake_mark(&t, TAPE_RUN_START, 100, 0);
	int const head = attached(&t, VIEW(.begin = begin_among_runs, .started = on_started, .ended = on_ended));
	fake_publish(&t, atomic_load(&t.header->end) + 3 * FAKE_RING);
	fake_checkpoint(&t, "screen"); /* of run 7, which has ended */
	CHECK_EQ(send(head, "\xf5\x01\x00\x43\x00\x00\x00\x00", 8, 0), 8);
	CHECK_EQ(settle(heard.v), 0);
	CHECK_STR(runs, " =0 +1 -1? +7 -7? =7");
	ptyhead_viewer_free(heard.v);
	close(head);
	fake_close(&t);
	tear_down();
}

/* Its stack would grow with what the terminal has to say, and what comes later would be
 * told first. */
TEST(a_viewer_is_not_processed_within_itself)
{
	struct faketape t;
	set_up(4);
	tape_open_with(&t, 40000);
	int const head = attached(&t, VIEW(.begin = on_begin, .output = on_output));
	CHECK(heard.outputs > 1);
	CHECK_EQ(heard.process, -EBUSY);
	CHECK_EQ(heard.deepest, 1);
	CHECK_EQ(ptyhead_viewer_process(heard.v), 0);
	ptyhead_viewer_free(heard.v);
	close(head);
	fake_close(&t);
	tear_down();
}

/* Its copy of the socket keeps that open; the viewer's descriptor must not tell of it. */
TEST(a_child_does_not_keep_a_viewer_busy_whose_head_has_gone)
{
	struct faketape t;
	int p[2];
	set_up(4);
	tape_open_with(&t, 10);
	int const head = attached(&t, VIEW(.begin = on_begin));
	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	pid_t const child = fork();
	if (child == 0) {
		char c;
		close(p[1]);
		close(head);
		_exit(read(p[0], &c, 1) != 0);
	}
	close(p[0]);
	close(head);
	close(listener);
	CHECK_EQ(unlink(address.path), 0);
	unsigned rounds = 0;
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	do {
		if (readable(ptyhead_viewer_fd(heard.v), 100)) rounds++;
		CHECK_EQ(ptyhead_viewer_process(heard.v), 0);
		clock_gettime(CLOCK_MONOTONIC, &b);
	} while (b.tv_sec - a.tv_sec < 2 && rounds < 100);
	CHECK(rounds < 100);
	ptyhead_viewer_free(heard.v);
	close(p[1]);
	int status;
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	fake_close(&t);
	listener = -1;
	CHECK(rmdir(dir) == 0);
}

static void on_taken(void *arg, uint32_t serial, int result, uint64_t offset)
{
	(void)arg;
	CHECK(serial == 7 && offset == 3);
	heard.process = result;
}

TEST(an_answer_to_input_tells_why_nothing_was_taken)
{
	static struct {
		uint16_t code;
		int result;
	} const answers[] = {
		{ WIRE_T_TAKEN, 0 }, { WIRE_T_LINE, -EMSGSIZE }, { WIRE_T_PROGRAM, -ESRCH },
		{ WIRE_T_CLOSED, -ENXIO }, { WIRE_T_FAILED, -EIO }, { 999, -EIO },
	};
	struct ptyhead_view const view = { .address = &address, .calls = { .arg = &heard, .begin = on_begin, .taken = on_taken } };
	uint8_t buf[WIRE_TAKEN_FRAME];
	struct faketape t;
	set_up(4);
	tape_open_with(&t, 10);
	int const head = attached(&t, &view);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		size_t const len = wire_put_taken(buf, sizeof buf, &(struct wire_taken){ .serial = 7, .code = answers[i].code, .offset = 3 });
		heard.process = 1;
		CHECK_EQ(ptyhead_viewer_send(heard.v, 7, "x", 1), 0);
		CHECK_EQ(send(head, buf, len, 0), (ssize_t)len);
		CHECK_EQ(settle(heard.v), 0);
		CHECK_EQ(heard.process, answers[i].result);
	}
	ptyhead_viewer_free(heard.v);
	close(head);
	fake_close(&t);
	tear_down();
}

static void on_entry(void *arg, struct ptyhead_entry const *e)
{
	CHECK(!strcmp(e->terminal, "main") && e->open && !e->run.alive && e->size.rows == 0);
	CHECK(e->command_len == 4 && !memcmp(e->command, "a\0b", 4));
	++*(unsigned *)arg;
}

/* The head answers with this entry. Returns the head's end of the connection. */
static int answer_list(struct ptyhead_lister *l, struct wire_entry const *e)
{
	uint8_t buf[WIRE_LISTED_FRAME];
	struct wire_listing w;
	CHECK_EQ(ptyhead_lister_process(l), 1);
	int const head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	wire_listed_begin(&w, buf, sizeof buf);
	CHECK(wire_listed_add(&w, e));
	size_t const len = wire_listed_end(&w, 0);
	CHECK_EQ(send(head, buf, len, 0), (ssize_t)len);
	CHECK(readable(ptyhead_lister_fd(l), 5000));
	CHECK_EQ(ptyhead_lister_process(l), 0);
	return head;
}

TEST(an_entry_of_the_list)
{
	struct ptyhead_lister *l;
	struct wire_entry const e = {
		.terminal = { (uint8_t const *)"main", 4 },
		.flags = WIRE_ENTRY_OPEN,
		.size = { 24, 0, 0, 0 }, /* which is none */
		.command = { (uint8_t const *)"a\0b", 4 },
	};
	unsigned entries = 0;
	set_up(4);
	CHECK_EQ(ptyhead_lister_new(&l, address.path, "main", false, on_entry, &entries), 0);
	int const head = answer_list(l, &e);
	CHECK_EQ(entries, 1);
	ptyhead_lister_free(l);
	close(head);
	tear_down();
}

TEST(nothing_to_type_and_nobody_to_tell)
{
	struct ptyhead_lister *l;
	struct ptyhead_viewer *v;
	struct wire_entry const e = { .terminal = { (uint8_t const *)"main", 4 } };
	set_up(4);
	CHECK_EQ(ptyhead_viewer_new(&v, &(struct ptyhead_view){ .address = &address }), 0);
	CHECK_EQ(ptyhead_viewer_input(v, NULL, 0), 0);
	ptyhead_viewer_free(v);
	CHECK_EQ(ptyhead_lister_new(&l, address.path, NULL, false, NULL, NULL), 0);
	int const head = answer_list(l, &e);
	ptyhead_lister_free(l);
	close(head);
	memset(address.path, 'x', sizeof address.path); /* not even ended */
	CHECK_EQ(ptyhead_viewer_new(&v, &(struct ptyhead_view){ .address = &address }), -ENAMETOOLONG);
	snprintf(address.path, sizeof address.path, "%s/s", dir);
	tear_down();
}

/* In a child: the test's own stay. */
static int adopting(int (*does)(void))
{
	int status = -1;
	pid_t const pid = fork();
	if (pid == 0) _exit(does());
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static bool is_closed(int fd) { return fcntl(fd, F_GETFD) < 0 && errno == EBADF; }

static int at_each_limit(void)
{
	struct ptyhead_adopted *t;
	int bad = 0;
	close(0);
	for (rlim_t n = 3; n < 16; n++) {
		struct rlimit const l = { n, 1024 };
		if (setrlimit(RLIMIT_NOFILE, &l) < 0) return 99;
		(void)ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address, .timeout_ms = 50 }, NULL);
		if (t || !is_closed(0)) bad++;
		close(0);
	}
	return bad;
}

static int without_stderr(void)
{
	struct ptyhead_adopted *t;
	close(2);
	int const r = ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address, .flags = PTYHEAD_ADOPT_KEEP_STDERR, .timeout_ms = 50 }, NULL);
	return r == 0 || !is_closed(2);
}

static int bad_name(void)
{
	struct ptyhead_adopted *t;
	pid_t const session = getsid(0);
	strcpy(address.terminal, "../x");
	return ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address }, NULL) != -EINVAL || getsid(0) != session;
}

TEST(a_process_that_gets_no_terminal_keeps_what_it_had)
{
	set_up(4);
	CHECK_EQ(adopting(at_each_limit), 0);
	CHECK_EQ(adopting(without_stderr), 0);
	CHECK_EQ(adopting(bad_name), 0);
	tear_down();
}

TEST_MAIN
