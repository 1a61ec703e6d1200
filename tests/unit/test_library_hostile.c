/* SPDX-License-Identifier: ISC */
/* libptyhead against a head that lies: tapes damaged at random, frames and descriptors at
 * random, sizes that are none; and processes that are in the way of their own adoption. */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

#include "faketape.h"
#include "playhead.h"
#include "ptypair.h"
#include "unit.h"

/* The same ones each time. */
static uint64_t state = 88172645463325252u;
static uint32_t dice(uint32_t sides)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 20) % sides;
}

static void noise(void *to, size_t len)
{
	for (size_t i = 0; i < len; i++) ((uint8_t *)to)[i] = (uint8_t)dice(256);
}

static uint64_t any_number(void)
{
	static uint64_t const odd[] = { 0, 1, UINT64_MAX, UINT64_MAX / 4, UINT64_MAX / 2 + 1, FAKE_RING, FAKE_RING + 1, FAKE_MARKS, TAPE_PAGE };
	return dice(3) ? odd[dice(sizeof odd / sizeof *odd)] + dice(3) - 1 : ((uint64_t)dice(1u << 31) << dice(33));
}

/* ---- what a viewer is told -------------------------------------------------------- */

static struct told {
	uint64_t at;
	size_t bytes;
	unsigned sizes;
} told;

static void check_size(struct ptyhead_size s)
{
	bool const none = s.rows == 0 && s.cols == 0;
	CHECK(none || ptyhead_size_ok(s));
	told.sizes++;
}

static void on_begin(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	uint8_t sum = 0;
	(void)arg, (void)run, (void)missed;
	check_size(size);
	for (size_t i = 0; i < len; i++) sum = (uint8_t)(sum + ((uint8_t const *)bytes)[i]);
	told.bytes += len + (sum == 1);
	told.at = 0;
}

static void on_output(void *arg, uint64_t offset, void const *data, size_t len)
{
	(void)arg, (void)data;
	CHECK(offset >= told.at);
	told.at = offset + len;
	told.bytes += len;
}

static void on_started(void *arg, uint64_t offset, struct ptyhead_run const *run, struct ptyhead_size size)
{
	(void)arg, (void)offset, (void)run;
	check_size(size);
}

static void on_resized(void *arg, uint64_t offset, struct ptyhead_size size)
{
	(void)arg, (void)offset;
	check_size(size);
}

static struct ptyhead_viewer *viewer(unsigned flags)
{
	struct ptyhead_viewer *v;
	struct ptyhead_view const view = {
		.address = &address,
		.flags = flags,
		.calls = { .begin = on_begin, .output = on_output, .started = on_started, .resized = on_resized },
	};
	CHECK_EQ(ptyhead_viewer_new(&v, &view), 0);
	CHECK(readable(ptyhead_viewer_fd(v), 1000));
	CHECK_EQ(ptyhead_viewer_process(v), 0); /* it has connected and asked */
	return v;
}

static void answer(int head, int tape)
{
	uint8_t buf[WIRE_ATTACHED_FRAME];
	struct conn c;
	conn_init(&c, head);
	CHECK_EQ(conn_send(&c, buf, wire_put_attached(buf, sizeof buf, &(struct wire_attached){ .viewer = 1 }), &tape, 1), CONN_OK);
}

static void wake(int head) { (void)!send(head, "\xf5\x01\x00\x43\x00\x00\x00\x00", 8, MSG_NOSIGNAL); }

/* ---- tapes --------------------------------------------------------------------------- */

static void damage(struct faketape *t)
{
	struct tape_checkpoint *const c = fake_slot(t, dice(2));
	struct tape_mark m;
	switch (dice(6)) {
	case 0: atomic_store(&t->header->end, any_number()); break;
	case 1: atomic_store(&t->header->marks_end, any_number()); break;
	case 2: atomic_store(&t->header->checkpoint, any_number()); break;
	case 3:
		noise(&m, sizeof m);
		m.type = dice(12);
		if (dice(2)) m.offset = atomic_load(&t->header->end);
		memcpy(t->map + 2 * TAPE_PAGE + dice(FAKE_MARKS) * sizeof m, &m, sizeof m);
		break;
	case 4: noise(t->map + dice(FAKE_TOTAL - 64), 64); break;
	default:
		noise(&c->state, sizeof c->state);
		c->offset = dice(2) ? any_number() : atomic_load(&t->header->end);
		c->mark = dice(2) ? any_number() : atomic_load(&t->header->marks_end);
		c->length = dice(2) ? dice(FAKE_SLOT) : (uint32_t)any_number();
		if (c->length <= FAKE_SLOT - TAPE_PAGE) fake_sum(c);
		atomic_store(&c->serial, atomic_load(&t->header->checkpoint));
		break;
	}
}

TEST(a_tape_damaged_at_random_while_it_is_read)
{
	static char const text[3000];
	set_up(200);
	for (unsigned round = 0; round < 300; round++) {
		struct faketape t;
		struct tape_header const h = fake_header();
		struct ptyhead_viewer *const v = viewer(PTYHEAD_WATCH_ONLY | (round & 1 ? PTYHEAD_HISTORY : 0));
		int const head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		CHECK_EQ(fake_open(&t, &h, FAKE_SEALS), 0);
		for (unsigned i = 0; i < 5; i++) {
			fake_write(&t, text, sizeof text);
			fake_mark(&t, 1 + dice(8), atomic_load(&t.header->end), dice(100000));
			if (dice(2)) fake_checkpoint(&t, "screen");
		}
		if (round % 3) damage(&t);
		answer(head, t.fd);
		for (unsigned i = 0; i < 40; i++) {
			struct timespec a, b;
			size_t const before = told.bytes;
			damage(&t);
			wake(head);
			clock_gettime(CLOCK_MONOTONIC, &a);
			if (ptyhead_viewer_process(v) < 0) break;
			clock_gettime(CLOCK_MONOTONIC, &b);
			/* For a loop it must come back soon. */
			CHECK(told.bytes - before < (1u << 20));
			CHECK(b.tv_sec - a.tv_sec < 3);
		}
		ptyhead_viewer_free(v);
		close(head);
		fake_close(&t);
	}
	CHECK(told.sizes > 300);
	tear_down();
}

/* ---- frames ---------------------------------------------------------------------------- */

static int any_descriptor(void)
{
	struct faketape t;
	struct tape_header const h = fake_header();
	switch (dice(6)) {
	case 0: return open("/dev/null", O_RDWR | O_CLOEXEC);
	case 1: return open("/", O_PATH | O_CLOEXEC);
	case 2: return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	case 3: return epoll_create1(EPOLL_CLOEXEC);
	case 4: return posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	default:
		CHECK_EQ(fake_open(&t, &h, FAKE_SEALS), 0);
		munmap(t.map, FAKE_TOTAL);
		return t.fd;
	}
}

/* A frame of a type that a head sends, or any, with descriptors or none. */
static void say_anything(int head)
{
	static uint8_t const types[] = { WIRE_EXPORTED, WIRE_REFUSED, WIRE_ATTACHED, WIRE_TAKEN, WIRE_LISTED, WIRE_WAKE };
	uint8_t frame[8 + 600] = { 0xf5, 1, 0 };
	int fds[4];
	size_t const nfds = dice(3) ? dice(2) : dice(5);
	size_t const len = dice(4) ? dice(40) : dice(600);
	struct conn c;
	noise(frame + 8, sizeof frame - 8);
	frame[3] = dice(4) ? types[dice(sizeof types)] : (uint8_t)dice(256);
	if (!dice(20)) frame[1] = (uint8_t)dice(256);
	frame[6] = (uint8_t)(len >> 8);
	frame[7] = (uint8_t)len;
	if (!dice(10)) noise(frame, 8);
	for (size_t i = 0; i < len && dice(2); i += 2) frame[8 + i] = 0;
	for (size_t i = 0; i < nfds; i++) fds[i] = any_descriptor();
	conn_init(&c, head);
	(void)fcntl(head, F_SETFL, O_NONBLOCK);
	(void)conn_send(&c, frame, 8 + (dice(10) ? len : dice(600)), fds, nfds);
	for (size_t i = 0; i < nfds; i++) close(fds[i]);
	c.fd = -1;
	conn_deinit(&c);
}

TEST(frames_and_descriptors_at_random)
{
	struct pty p;
	char const *what;
	signal(SIGPIPE, SIG_IGN);
	set_up(200);
	CHECK_EQ(pty_open(&p, &what), 0);
	for (unsigned round = 0; round < 1500; round++) {
		struct ptyhead_viewer *v = NULL;
		struct ptyhead_lister *l = NULL;
		struct ptyhead_exporter *x = NULL;
		struct ptyhead_offer const offer = { .address = &address, .master = p.master, .pidfd = -1 };
		switch (round % 3) {
		case 0: v = viewer(0); break;
		case 1: CHECK_EQ(ptyhead_lister_new(&l, address.path, NULL, false, NULL, NULL), 0); break;
		default: CHECK_EQ(ptyhead_exporter_new(&x, &offer), 0); break;
		}
		if (l) CHECK_EQ(ptyhead_lister_process(l), 1);
		if (x) CHECK_EQ(ptyhead_exporter_process(x), 1);
		int const head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (v && dice(2)) {
			int const tape = any_descriptor();
			answer(head, tape);
			close(tape);
		}
		for (unsigned i = 0; i < 8; i++) {
			say_anything(head);
			if (v && dice(2)) (void)ptyhead_viewer_send(v, dice(5), "typed", 5);
			if (v && ptyhead_viewer_process(v) < 0) break;
			if (l && ptyhead_lister_process(l) < 1) break;
			if (x && ptyhead_exporter_process(x) < 1) break;
		}
		if (v) CHECK(strlen(ptyhead_viewer_reply(v)->text) <= PTYHEAD_TEXT_MAX);
		ptyhead_viewer_free(v);
		ptyhead_lister_free(l);
		ptyhead_exporter_free(x);
		close(head);
		/* A viewer that was left looks for the next head. */
		while (readable(listener, 0)) close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	}
	close(p.master);
	close(p.slave);
	tear_down();
}

/* What a head sends along with frames that carry nothing must not pile up. */
TEST(descriptors_that_nobody_asked_for_do_not_pile_up)
{
	struct faketape t;
	struct tape_header const h = fake_header();
	set_up(200);
	CHECK_EQ(fake_open(&t, &h, FAKE_SEALS), 0);
	struct ptyhead_viewer *const v = viewer(0);
	int const head = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	answer(head, t.fd);
	CHECK_EQ(ptyhead_viewer_process(v), 0);
	int const before = fcntl(0, F_DUPFD_CLOEXEC, 3);
	close(before);
	for (unsigned i = 0; i < 300; i++) {
		struct conn c;
		conn_init(&c, head);
		if (conn_send(&c, "\xf5\x01\x00\x43\x00\x00\x00\x00", 8, &t.fd, 1) != CONN_OK) break;
		CHECK_EQ(ptyhead_viewer_process(v), 0);
	}
	int const after = fcntl(0, F_DUPFD_CLOEXEC, 3);
	close(after);
	CHECK(after - before < 2 * (int)WIRE_FDS_MAX);
	ptyhead_viewer_free(v);
	close(head);
	fake_close(&t);
	tear_down();
}

/* ---- adoptions --------------------------------------------------------------------------- */

/* A head in a child: takes `n` exports, and keeps the masters until its input ends. */
static pid_t taker(unsigned n, int *ret_until)
{
	int p[2];
	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	pid_t const pid = fork();
	if (pid == 0) {
		char c;
		close(p[1]);
		while (n-- > 0) {
			struct conn k;
			struct conn_frame f;
			uint8_t buf[WIRE_EXPORTED_FRAME];
			struct wire_exported const e = { .size = { 24, 80, 0, 0 }, .run = 1 };
			conn_init(&k, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
			while (conn_frame(&k, &f) == CONN_AGAIN)
				if (!readable(k.fd, 5000) || conn_fill(&k) != CONN_OK) _exit(1);
			int fds[WIRE_FDS_MAX];
			(void)conn_take_fds(&k, fds); /* kept */
			if (conn_send(&k, buf, wire_put_exported(buf, sizeof buf, &e), NULL, 0) != CONN_OK) _exit(1);
		}
		_exit(read(p[0], &c, 1) != 0);
	}
	close(p[0]);
	*ret_until = p[1];
	return pid;
}

/* Runs `does` in a child, with a head that takes `n`. */
static void adopting(unsigned n, int (*does)(void))
{
	int until, status = -1;
	set_up(200);
	pid_t const head = taker(n, &until);
	pid_t const pid = fork();
	if (pid == 0) {
		alarm(20);
		_exit(does());
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	close(until);
	kill(head, SIGKILL);
	waitpid(head, NULL, 0);
	tear_down();
}

static struct ptyhead_adopted *adopted(void)
{
	struct ptyhead_adopted *t;
	int const r = ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address, .timeout_ms = 5000 }, NULL);
	if (r < 0) printf("# adopt: %s\n", strerror(-r)), fflush(stdout);
	return t;
}

static int twice(void)
{
	struct ptyhead_adopted *const a = adopted();
	if (!a || !isatty(0) || tcgetsid(0) != getpid()) return 1;
	struct ptyhead_tty const first = ptyhead_tty_of(0);
	struct ptyhead_adopted *const b = adopted();
	if (!b || tcgetsid(0) != getpid() || ptyhead_tty_of(0).rdev == first.rdev) return 2;
	if (ptyhead_give_back(b) < 0 || ptyhead_tty_of(0).rdev != first.rdev) return 3;
	if (ptyhead_give_back(a) < 0 || ptyhead_tty_of(0).rdev == first.rdev) return 4;
	return 0;
}
TEST(adopted_twice_and_given_back_twice) { adopting(2, twice); }

static int closed(void)
{
	for (int fd = 0; fd < 3; fd++) close(fd);
	struct ptyhead_adopted *const a = adopted();
	if (!a || !isatty(0) || !isatty(1) || !isatty(2)) return 1;
	if (ptyhead_give_back(a) < 0) return 2;
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) >= 0) return 3;
	return 0;
}
TEST(adopted_with_nothing_open) { adopting(1, closed); }

static void *sleeps(void *arg)
{
	sigset_t all;
	int number;
	(void)arg;
	sigfillset(&all);
	(void)sigwait(&all, &number);
	return NULL;
}

static int threads(void)
{
	pthread_t t[4];
	sigset_t all;
	sigfillset(&all);
	sigdelset(&all, SIGALRM);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, sleeps, NULL) != 0) return 1;
	struct ptyhead_adopted *const a = adopted();
	if (!a || tcgetsid(0) != getpid()) return 2;
	return ptyhead_give_back(a) < 0 ? 3 : 0;
}
TEST(adopted_with_threads) { adopting(1, threads); }

static int leads_a_group(void)
{
	if (setpgid(0, 0) < 0) return 1;
	struct ptyhead_adopted *const a = adopted();
	return a && getsid(0) == getpid() && tcgetsid(0) == getpid() && ptyhead_give_back(a) == 0 ? 0 : 2;
}
TEST(adopted_as_the_leader_of_a_group) { adopting(1, leads_a_group); }

/* It cannot become a session's leader; it stays where it was: in another group a shell's
 * job would be stopped when it reads. */
static int leads_others(void)
{
	int p[2];
	struct ptyhead_adopted *t;
	if (setpgid(0, 0) < 0 || pipe2(p, O_CLOEXEC) < 0) return 1;
	pid_t const group = getpgrp(), session = getsid(0);
	pid_t const other = fork();
	if (other == 0) {
		char c;
		close(p[1]);
		_exit(read(p[0], &c, 1) != 0);
	}
	int const r = ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &address, .timeout_ms = 5000 }, NULL);
	pid_t const after = getpgrp();
	close(p[1]);
	waitpid(other, NULL, 0);
	return r == -EPERM && !t && after == group && getsid(0) == session ? 0 : 2;
}
TEST(the_leader_of_a_group_of_others_is_as_it_was) { adopting(1, leads_others); }

TEST_MAIN
