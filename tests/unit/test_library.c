/* SPDX-License-Identifier: ISC */
/* libptyhead against heads that are hostile, slow, away, or refuse; and with descriptors
 * that are none. Each handle is driven as its user's loop would: poll its descriptor, call
 * _process. */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "playhead.h"
#include "ptypair.h"
#include "unit.h"

/* Calls `process` when the handle's descriptor says so, until it returns something other
 * than `again`, or nothing was to do for `ms`: then `again`. */
static int drive(int fd, int (*process)(void *), void *handle, int again, int ms)
{
	int r = again;
	while (r == again && readable(fd, ms)) r = process(handle);
	return r;
}
static int process_viewer(void *v) { return ptyhead_viewer_process(v); }
static int process_lister(void *l) { return ptyhead_lister_process(l); }
static int process_exporter(void *x) { return ptyhead_exporter_process(x); }

static unsigned begun, gone;
static void on_begin(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	(void)arg, (void)run, (void)size, (void)bytes, (void)len, (void)missed;
	begun++;
}
static void on_away(void *arg)
{
	(void)arg;
	gone++;
}

static struct ptyhead_viewer *viewer(unsigned flags)
{
	struct ptyhead_view const view = { .address = &address, .flags = flags, .calls = { .begin = on_begin, .away = on_away } };
	struct ptyhead_viewer *v;
	CHECK_EQ(ptyhead_viewer_new(&v, &view), 0);
	return v;
}

static struct ptyhead_lister *lister(void)
{
	struct ptyhead_lister *l;
	CHECK_EQ(ptyhead_lister_new(&l, address.path, NULL, false, NULL, NULL), 0);
	return l;
}

TEST(no_head_there)
{
	set_up(-1);
	struct ptyhead_viewer *const v = viewer(0);
	CHECK_EQ(drive(ptyhead_viewer_fd(v), process_viewer, v, 0, 5000), -ENOENT);
	CHECK_EQ(ptyhead_viewer_process(v), -ENOENT); /* it stays so */
	CHECK_EQ(ptyhead_viewer_input(v, "x", 1), 0);
	CHECK_EQ(ptyhead_viewer_send(v, 1, "x", 1), -ENOTCONN);
	CHECK_EQ(ptyhead_viewer_reply(v)->code, 0);
	ptyhead_viewer_free(v);
	struct ptyhead_lister *const l = lister();
	CHECK_EQ(drive(ptyhead_lister_fd(l), process_lister, l, 1, 5000), -ENOENT);
	ptyhead_lister_free(l);
	ptyhead_viewer_free(NULL);
	ptyhead_lister_free(NULL);
	ptyhead_exporter_free(NULL);
	CHECK_EQ(ptyhead_give_back(NULL), 0);
	tear_down();
}

TEST(names_that_are_none)
{
	struct ptyhead_viewer *v;
	struct ptyhead_exporter *x;
	struct ptyhead_lister *l;
	set_up(4);
	strcpy(address.terminal, "../x");
	CHECK_EQ(ptyhead_viewer_new(&v, &(struct ptyhead_view){ .address = &address }), -EINVAL);
	CHECK_EQ(ptyhead_exporter_new(&x, &(struct ptyhead_offer){ .address = &address, .master = 0, .pidfd = -1 }), -EINVAL);
	CHECK_EQ(ptyhead_lister_new(&l, address.path, "a b", false, NULL, NULL), -EINVAL);
	memset(address.terminal, 'x', sizeof address.terminal); /* not even ended */
	CHECK_EQ(ptyhead_viewer_new(&v, &(struct ptyhead_view){ .address = &address }), -EINVAL);
	CHECK(!v && !x && !l);
	tear_down();
}

TEST(descriptors_that_are_none)
{
	struct ptyhead_exporter *x;
	set_up(4);
	int const closed = fcntl(0, F_DUPFD_CLOEXEC, 500);
	close(closed);
	CHECK_EQ(ptyhead_exporter_new(&x, &(struct ptyhead_offer){ .address = &address, .master = closed, .pidfd = -1 }), -EBADF);
	CHECK_EQ(ptyhead_exporter_new(&x, &(struct ptyhead_offer){ .address = &address, .master = 0, .pidfd = closed }), -EBADF);
	CHECK_EQ(ptyhead_exporter_new(&x, &(struct ptyhead_offer){ .address = &address, .master = -1, .pidfd = -1 }), -EBADF);
	tear_down();
}

/* What a head answers that is none, or is another's. */
static struct {
	char const *bytes;
	size_t len;
	int error;
} const answers[] = {
	{ "HTTP/1.1 400 Bad Request\r\n", 26, -EPROTO },
	{ "\xf5\x01\x00\x42\x00\x00\x00\x08\x00\x03\x00\x04none", 16, -ENOENT },       /* REFUSED, no such terminal */
	{ "\xf5\x01\x00\x42\x00\x00\x00\x08\x00\x02\x00\x04role", 16, -EACCES },
	{ "\xf5\x02\x00\x41\x00\x00\x00\x00", 8, -EPROTONOSUPPORT },
	{ "\xf5\x01\x00\x41\x00\x00\x00\x0c\0\0\0\0\0\0\0\0\0\0\0\1", 20, -EPROTO },   /* ATTACHED without a tape */
	{ "\xf5\x01\x00\x41\xff\xff\xff\xff", 8, -EPROTO },
};

TEST(answers_of_hostile_heads_end_a_viewer)
{
	set_up(4);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct ptyhead_viewer *const v = viewer(PTYHEAD_WATCH_ONLY);
		CHECK_EQ(drive(ptyhead_viewer_fd(v), process_viewer, v, 0, 50), 0);
		int const head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		CHECK(head >= 0 && write(head, answers[i].bytes, answers[i].len) == (ssize_t)answers[i].len);
		int const r = drive(ptyhead_viewer_fd(v), process_viewer, v, 0, 5000);
		if (r != answers[i].error) printf("# answer %zu\n", i);
		CHECK_EQ(r, answers[i].error);
		ptyhead_viewer_free(v);
		close(head);
	}
	CHECK_EQ(begun, 0);
	tear_down();
}

TEST(a_refusal_has_its_words)
{
	set_up(4);
	struct ptyhead_lister *const l = lister();
	CHECK_EQ(drive(ptyhead_lister_fd(l), process_lister, l, 1, 50), 1);
	int const head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK_EQ(write(head, "\xf5\x01\x00\x42\x00\x00\x00\x09\x00\x02\x00\x05no\x1b[m", 17), 17);
	CHECK_EQ(drive(ptyhead_lister_fd(l), process_lister, l, 1, 5000), -EACCES);
	CHECK_EQ(ptyhead_lister_reply(l)->code, PTYHEAD_REFUSED_ROLE);
	CHECK_STR(ptyhead_lister_reply(l)->text, "no\\x1b[m");
	ptyhead_lister_free(l);
	close(head);
	tear_down();
}

/* It neither answers nor reads; the caller's loop goes on, and does not spin. */
TEST(a_silent_head_costs_no_time)
{
	set_up(4);
	struct ptyhead_viewer *const v = viewer(0);
	struct ptyhead_lister *const l = lister();
	CHECK_EQ(drive(ptyhead_viewer_fd(v), process_viewer, v, 0, 50), 0);
	CHECK_EQ(drive(ptyhead_lister_fd(l), process_lister, l, 1, 50), 1);
	CHECK(!readable(ptyhead_viewer_fd(v), 300) && !readable(ptyhead_lister_fd(l), 0));
	ptyhead_viewer_free(v);
	ptyhead_lister_free(l);
	tear_down();
}

/* Its backlog is full: connecting would wait. */
TEST(a_full_backlog_is_tried_again)
{
	set_up(0);
	int held[8];
	unsigned n = 0;
	while (n < 8 && (held[n] = ptyhead_connect(address.path, 0)) >= 0) n++;
	struct ptyhead_lister *const l = lister();
	CHECK(readable(ptyhead_lister_fd(l), 1000));
	CHECK_EQ(ptyhead_lister_process(l), 1);
	int const other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	for (unsigned i = 0; i < n; i++) close(held[i]);
	CHECK_EQ(drive(ptyhead_lister_fd(l), process_lister, l, 1, 200), 1);
	/* Its question is there now. */
	for (int head = other;;) {
		uint8_t c;
		bool const asked = recv(head, &c, 1, 0) == 1;
		close(head);
		if (asked) break;
		CHECK(readable(listener, 5000));
		head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	}
	CHECK_EQ(drive(ptyhead_lister_fd(l), process_lister, l, 1, 5000), -ECONNRESET);
	ptyhead_lister_free(l);
	tear_down();
}

/* A head that dies while it is asked has a successor soon: a viewer looks for it. */
TEST(a_head_that_dies_while_it_is_asked_is_looked_for)
{
	set_up(4);
	struct ptyhead_viewer *const v = viewer(0);
	CHECK_EQ(drive(ptyhead_viewer_fd(v), process_viewer, v, 0, 50), 0);
	close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	CHECK_EQ(drive(ptyhead_viewer_fd(v), process_viewer, v, 0, 300), 0);
	CHECK(readable(listener, 5000)); /* it has connected again */
	CHECK_EQ(gone, 0);               /* it had not been there yet */
	ptyhead_viewer_free(v);
	tear_down();
}

TEST(a_master_is_handed_over_with_what_belongs_to_it)
{
	char const *what;
	struct pty p;
	struct ptyhead_size size = { 0 };
	struct ptyhead_exporter *x;
	struct conn c;
	struct conn_frame f;
	struct wire_export e;
	uint8_t buf[WIRE_EXPORTED_FRAME];
	uint64_t run;
	int fds[WIRE_FDS_MAX];
	char const *argv[] = { "prog", "a b", NULL };
	set_up(4);
	CHECK_EQ(pty_open(&p, &what), 0);
	struct ptyhead_offer const offer = { .address = &address, .master = p.master, .pidfd = -1, .sized = true, .size = { 9, 33, 0, 0 }, .argv = argv };
	CHECK_EQ(ptyhead_exporter_new(&x, &offer), 0);
	argv[0] = "other"; /* all was copied */
	CHECK_EQ(drive(ptyhead_exporter_fd(x), process_exporter, x, 1, 50), 1);
	conn_init(&c, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	CHECK_EQ(conn_fill(&c), CONN_OK);
	CHECK_EQ(conn_frame(&c, &f), CONN_OK);
	CHECK_EQ(f.header.type, WIRE_EXPORT);
	CHECK_EQ(wire_get_export(f.payload, f.header.length, &e), 0);
	CHECK(e.size.rows == 9 && e.size.cols == 33 && e.flags == WIRE_EXPORT_SIZED);
	CHECK(e.command.len == 9 && !memcmp(e.command.data, "prog\0a b", 9));
	CHECK(e.tty.rdev == ptyhead_tty_of(p.slave).rdev && e.tty.rdev != 0);
	CHECK_EQ(conn_take_fds(&c, fds), 1);
	CHECK_EQ(ioctl(fds[0], TIOCGPTN, &(unsigned){ 0 }), 0);
	close(fds[0]);
	struct wire_exported const answer = { .size = { 50, 100, 0, 0 }, .run = 7 };
	CHECK_EQ(conn_send(&c, buf, wire_put_exported(buf, sizeof buf, &answer), NULL, 0), CONN_OK);
	CHECK_EQ(drive(ptyhead_exporter_fd(x), process_exporter, x, 1, 5000), 0);
	/* cppcheck-suppress invalidLifetime // it is of this function */
	ptyhead_exporter_answer(x, &size, &run);
	CHECK(size.rows == 50 && size.cols == 100 && run == 7);
	ptyhead_exporter_free(x);
	conn_deinit(&c);
	close(p.master);
	close(p.slave);
	tear_down();
}

static bool same_file(int a, int b)
{
	struct stat x, y;
	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Nothing is touched where no head is; where one refuses, the descriptors are as they
 * were, and the session's terminal going away sends no SIGHUP. */
TEST(a_process_that_gets_no_terminal_is_as_it_was)
{
	struct ptyhead_adopted *t;
	struct ptyhead_reply reply;
	set_up(-1);
	pid_t const session = getsid(0);
	CHECK_EQ(ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address }, &reply), -ENOENT);
	CHECK(!t && reply.code == 0 && getsid(0) == session);
	CHECK_EQ(ptyhead_adopt_self("a:"), -EINVAL);
	tear_down();

	set_up(4);
	int const out = fcntl(1, F_DUPFD_CLOEXEC, 3);
	pid_t const head = fork();
	if (head == 0) {
		int const s = accept(listener, NULL, NULL);
		char c[512];
		bool const ok = recv(s, c, sizeof c, 0) > 0 && write(s, "\xf5\x01\x00\x42\x00\x00\x00\x08\x00\x04\x00\x04""busy", 16) == 16;
		_exit(!ok);
	}
	close(0); /* what was closed stays closed */
	CHECK_EQ(ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address }, &reply), -EBUSY);
	CHECK_STR(reply.text, "busy");
	CHECK(same_file(out, 1));
	CHECK(fcntl(0, F_GETFD) < 0 && errno == EBADF);
	CHECK_EQ(open("/dev/null", O_RDONLY), 0);
	int status;
	CHECK(waitpid(head, &status, 0) == head && status == 0);
	close(out);
	tear_down();
}

TEST_MAIN
