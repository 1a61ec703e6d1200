/* SPDX-License-Identifier: ISC */
/* Puts this process on a terminal of its own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client.h"
#include "ctty.h"
#include "deadline.h"
#include "ptypair.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define ANSWER_MS 10000
#define STANDARD 3 /* descriptors 0, 1 and 2 */

struct ptyhead_adopted {
	int before[STANDARD]; /* -1: was closed; -2: was not changed */
	bool filled;          /* descriptor 2 was closed, and must be closed again */
	bool session;         /* the terminal is the controlling one */
};

/* The argv of this process; NULL: not known. The result points into `buf`. */
static size_t own_argv(char *buf, size_t room, char const **argv, size_t max)
{
	size_t n = 0;
	int const fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t const len = fd < 0 ? 0 : read(fd, buf, room - 1);
	if (fd >= 0) close(fd);
	buf[len > 0 ? len : 0] = 0;
	for (char *p = buf; len > 0 && p < buf + len && n < max - 1; p += strlen(p) + 1) argv[n++] = p;
	argv[n] = NULL;
	return n;
}

/* Saves the standard descriptors under higher numbers. A closed one is filled, so that
 * no descriptor opened here gets its number. */
static int keep_standard(struct ptyhead_adopted *t, unsigned flags)
{
	for (int fd = 0; fd < STANDARD; fd++) t->before[fd] = -2;
	for (int fd = 0; fd < STANDARD; fd++) {
		int const kept = fcntl(fd, F_DUPFD_CLOEXEC, STANDARD);
		if (kept < 0 && (errno != EBADF || open("/dev/null", O_RDWR | O_CLOEXEC) != fd)) return -errno;
		t->before[fd] = kept;
	}
	if (!(flags & PTYHEAD_ADOPT_KEEP_STDERR)) return 0;
	if (t->before[2] >= 0) close(t->before[2]);
	t->filled = t->before[2] == -1;
	t->before[2] = -2;
	return 0;
}

static void drop_standard(struct ptyhead_adopted *t)
{
	for (int fd = 0; fd < STANDARD; fd++)
		if (t->before[fd] >= 0) close(t->before[fd]); /* NOLINT(clang-analyzer-core.*): t is there */
}

/* Restores them. 0, or -errno of the last one that could not be restored. */
static int restore_standard(struct ptyhead_adopted *t)
{
	int r = 0;
	for (int fd = 0; fd < STANDARD; fd++) {
		if (t->before[fd] == -1) close(fd);
		if (t->before[fd] >= 0 && dup2(t->before[fd], fd) < 0) r = -errno;
	}
	return r;
}

static int take_standard(struct ptyhead_adopted const *t, int slave)
{
	for (int fd = 0; fd < STANDARD; fd++)
		if (t->before[fd] != -2 && dup2(slave, fd) < 0) return -errno;
	return 0;
}

/* The session comes first: the head must not get a run that then fails to start. */
static int take_session(struct ptyhead_adopted *t, struct ptyhead_adoption const *a, int slave)
{
	char const *what, *hint;
	if (a->flags & PTYHEAD_ADOPT_KEEP_SESSION) return 0;
	int const r = ctty_take(slave, &what, &hint);
	t->session = r == 0;
	return r;
}

static int hand_over(struct ptyhead_adoption const *a, int sock, struct pty const *p, struct deadline const *d,
                     struct ptyhead_reply *ret_reply)
{
	char text[PTYHEAD_COMMAND_MAX];
	char const *argv[64];
	struct ptyhead_exported answer;
	bool const sized = ptyhead_size_ok(a->size);
	struct ptyhead_export e = {
		.terminal = a->address->terminal,
		.master = p->master,
		.pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0), /* O_CLOEXEC is implied */
		.size = sized ? a->size : (struct ptyhead_size){ 24, 80, 0, 0 },
		.sized = sized,
		.tty = ptyhead_tty_of(p->slave),
		.argv = a->argv,
	};
	if (!e.argv && own_argv(text, sizeof text, argv, sizeof argv / sizeof *argv) > 0) e.argv = argv;
	int r = pty_set_size(p->slave, e.size);
	if (r == 0) r = ptyhead_export(sock, &e, deadline_left(d), &answer, ret_reply);
	if (r == 0) pty_follow_size(p->slave, e.size, answer.size);
	if (e.pidfd >= 0) close(e.pidfd);
	return r;
}

static int adopt(struct ptyhead_adopted *t, struct ptyhead_adoption const *a, struct ptyhead_reply *ret_reply)
{
	struct deadline d;
	struct pty p = { -1, -1 };
	char const *what;

	deadline_init(&d, a->timeout_ms == 0 ? ANSWER_MS : a->timeout_ms);
	/* If there is no head, nothing has been changed. */
	int const sock = ptyhead_connect(a->address->path, deadline_left(&d));
	if (sock < 0) return sock;
	int r = pty_open(&p, &what);
	if (r == 0) r = take_session(t, a, p.slave);
	if (r == 0) r = hand_over(a, sock, &p, &d, ret_reply);
	if (r == 0) r = take_standard(t, p.slave);
	/* This may close the last master, and a session leader would get SIGHUP. */
	if (r < 0 && t->session) (void)ctty_leave();
	close(sock);
	if (p.master >= 0) close(p.master);
	if (p.slave >= 0) close(p.slave);
	return r;
}

static int take_terminal(struct ptyhead_adopted *t, struct ptyhead_adoption const *a, struct ptyhead_reply *ret_reply)
{
	int r = keep_standard(t, a->flags);
	if (r == 0) r = adopt(t, a, ret_reply);
	if (r < 0) (void)restore_standard(t);
	if (t->filled) close(2);
	return r;
}

int ptyhead_adopt(struct ptyhead_adopted **ret, struct ptyhead_adoption const *a, struct ptyhead_reply *ret_reply)
{
	struct ptyhead_reply reply = { 0 };

	*ret = NULL;
	if (ret_reply) *ret_reply = reply;
	int r = ptyhead_address_check(a->address);
	struct ptyhead_adopted *const t = r < 0 ? NULL : calloc(1, sizeof *t);
	if (!t) return r < 0 ? r : -ENOMEM;
	r = take_terminal(t, a, &reply);
	if (ret_reply) *ret_reply = reply;
	if (r < 0) {
		drop_standard(t);
		free(t);
		return r;
	}
	*ret = t;
	return 0;
}

int ptyhead_adopt_self(char const *address)
{
	struct ptyhead_address a;
	struct ptyhead_adopted *t = NULL;
	char const *why;

	int r = ptyhead_address_parse(address, &a, &why);
	if (r == 0) r = ptyhead_adopt(&t, &(struct ptyhead_adoption){ .address = &a }, NULL);
	if (r < 0) return r;
	drop_standard(t);
	free(t);
	return 0;
}

int ptyhead_give_back(struct ptyhead_adopted *t)
{
	if (!t) return 0;
	if (t->session) (void)ctty_leave();
	int const r = restore_standard(t);
	drop_standard(t);
	free(t);
	return r;
}
