/* SPDX-License-Identifier: ISC */
/* What the unit tests of head/ share: an environment with a log that is kept, a
 * loop that runs until something is so, and terminals to read and write. */
#ifndef HEADPARTS_H
#define HEADPARTS_H

#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>

#include "env.h"
#include "unit.h"

/* A part of a test's time limit: nothing here takes a tenth of it. */
#define PARTS_NS UINT64_C(20000000000)

/* ---- the log ---- */

struct heard {
	char text[16384]; /* each line with a newline */
	size_t len;
};

static inline void hear(void *arg, enum log_level level, char const *text)
{
	struct heard *const h = arg;
	(void)level;
	if (h->len + strlen(text) + 2 > sizeof h->text) return;
	h->len += (size_t)sprintf(h->text + h->len, "%s\n", text);
}

/* How often the log says this. */
static inline unsigned heard(struct heard const *h, char const *what)
{
	unsigned n = 0;
	for (char const *p = h->text; (p = strstr(p, what)); p++) n++;
	return n;
}

/* ---- the loop ---- */

/* Looks every millisecond whether it is so; ends the loop then, or at the limit. */
struct until {
	struct timeout_queue delay;
	struct timeout tick;
	struct loop *loop;
	bool (*so)(void *);
	void *arg;
	uint64_t limit;
	bool was;
};

static inline void until_expired(struct timeout *x)
{
	struct until *const u = list_entry(x, struct until, tick);
	u->was = u->so(u->arg);
	if (u->was || loop_now() >= u->limit) u->loop->stop = true;
	else timeout_set(&u->delay, x);
}

/* Runs the loop until `so` says true; false: it did not within the limit. */
static inline bool loop_until(struct loop *l, bool (*so)(void *), void *arg)
{
	struct until u = { .loop = l, .so = so, .arg = arg, .limit = loop_now() + PARTS_NS };
	loop_queue_init(l, &u.delay, 1000000);
	timeout_init(&u.tick, until_expired);
	timeout_set(&u.delay, &u.tick);
	l->stop = false;
	CHECK_EQ(loop_run(l), 0);
	timeout_clear(&u.tick);
	list_remove(&u.delay.link);
	return u.was;
}

static inline bool rounds_are_over(void *arg)
{
	unsigned *const n = arg;
	return (*n)-- == 0;
}

/* A few rounds and milliseconds, in which something must not happen. */
static inline void loop_some(struct loop *l)
{
	unsigned n = 20;
	CHECK(loop_until(l, rounds_are_over, &n));
}

/* ---- the environment ---- */

/* SIGALRM is the head's from here on: the test's own limit is another signal. */
static inline void parts_limit(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGABRT };
	struct itimerspec const at = { .it_value.tv_sec = UNIT_SECONDS };
	timer_t t;
	CHECK(timer_create(CLOCK_MONOTONIC, &ev, &t) == 0 && timer_settime(t, 0, &at, NULL) == 0);
	alarm(0);
}

static inline void parts_env(struct env *e, struct heard *h)
{
	struct env_limits const limits = {
		.ring_size = 65536, .terminals = 8, .peers = 64, .descriptors = 1000000, .patience_s = 10, .grace_s = 1,
	};
	parts_limit();
	h->len = 0;
	h->text[0] = 0;
	log_init(&e->log, hear, h, LOG_INFO);
	CHECK_EQ(env_init(e, &limits), 0);
}

/* ---- terminals ---- */

/* A master, non-blocking, and its slave, in raw mode without echo. */
static inline int parts_pty(int *ret_slave)
{
	struct termios m;
	int const master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	*ret_slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(*ret_slave >= 0);
	CHECK(tcgetattr(*ret_slave, &m) == 0);
	cfmakeraw(&m);
	CHECK(tcsetattr(*ret_slave, TCSANOW, &m) == 0);
	return master;
}

static inline void parts_write(int fd, void const *data, size_t len)
{
	CHECK_EQ(write(fd, data, len), len);
}

/* Writes to the slave, and waits until the master has it: one read brings it all, if
 * the master had been read to its end. At most 4,095 bytes. */
static inline void parts_says(int slave, int master, void const *data, size_t len)
{
	uint64_t const limit = loop_now() + PARTS_NS;
	int there = 0;
	parts_write(slave, data, len);
	while ((size_t)there < len) {
		CHECK(ioctl(master, FIONREAD, &there) == 0 && loop_now() < limit);
		struct timespec const nap = { .tv_nsec = 100000 };
		if ((size_t)there < len) nanosleep(&nap, NULL);
	}
}

/* ---- processes ---- */

/* A child that lives until the write end of *ret_pipe is closed, and then ends by
 * `signal`, or with `status` if that is 0. */
static inline pid_t parts_child(int *ret_pipe, int status, int signal)
{
	int ends[2];
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid_t const pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		char byte;
		/* Not the other children's pipes, nor anybody's terminal. */
		for (int fd = 3; fd < 1024; fd++)
			if (fd != ends[0]) close(fd);
		(void)!read(ends[0], &byte, 1);
		if (signal) raise(signal);
		_exit(status);
	}
	close(ends[0]);
	*ret_pipe = ends[1];
	return pid;
}

static inline int parts_pidfd(pid_t pid)
{
	int const fd = (int)syscall(SYS_pidfd_open, pid, 0); /* O_CLOEXEC by itself */
	CHECK(fd >= 0);
	return fd;
}

#endif
