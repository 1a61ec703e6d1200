/* SPDX-License-Identifier: ISC */
/* One question and its answer, for a program with its own event loop: a list of
 * terminals, or an export. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask_int.h"
#include "convert_int.h"
#include "path_int.h"
#include "ptypair.h"
#include "waiter.h"

#define RETRY_MS 20 /* interval while the head's backlog is full */

/* Common part of both: a connection. Descriptor -1: not made yet. */
struct question {
	char path[PATH_MAX];
	struct conn conn;
	struct waiter waiter;
	struct ptyhead_reply reply;
	int result; /* 1: not answered yet */
};

static int question_init(struct question *q, char const *path)
{
	if (strnlen(path, sizeof q->path) == sizeof q->path) return -ENAMETOOLONG;
	memcpy(q->path, path, strlen(path) + 1);
	conn_init(&q->conn, -1);
	q->result = 1;
	int const r = waiter_init(&q->waiter);
	return r < 0 ? r : waiter_time(&q->waiter, 0);
}

static void question_deinit(struct question *q)
{
	conn_deinit(&q->conn);
	waiter_deinit(&q->waiter);
}

/* 0: connected; 1: try again later; -errno. */
static int question_connect(struct question *q, bool look)
{
	int const sock = (look ? ptyhead_connect_to_look : ptyhead_connect)(q->path, 0);
	if (sock == -ETIMEDOUT) {
		int const r = waiter_time(&q->waiter, RETRY_MS);
		return r < 0 ? r : 1;
	}
	if (sock < 0) return sock;
	conn_init(&q->conn, sock);
	return waiter_time(&q->waiter, -1);
}

/* Called after the question was sent, and after an answer that is not the last. */
static int question_wait(struct question *q, int r)
{
	if (r != -EAGAIN) return r;
	r = waiter_watch(&q->waiter, q->conn.fd, conn_pending(&q->conn) ? POLLIN | POLLOUT : POLLIN);
	return r < 0 ? r : 1;
}

/* ---- listing ---------------------------------------------------------------------------- */

struct ptyhead_lister {
	struct question q;
	struct listing listing;
	char terminal[PTYHEAD_TERMINAL_MAX + 1];
	bool look;
};

int ptyhead_lister_new(struct ptyhead_lister **ret, char const *path, char const *terminal, bool look,
                       void (*each)(void *arg, struct ptyhead_entry const *e), void *arg)
{
	*ret = NULL;
	if (terminal && !wire_terminal_ok(terminal, strlen(terminal))) return -EINVAL;
	struct ptyhead_lister *const l = calloc(1, sizeof *l);
	if (!l) return -ENOMEM;
	l->look = look;
	if (terminal) memcpy(l->terminal, terminal, strlen(terminal) + 1);
	l->listing = (struct listing){ .terminal = terminal ? l->terminal : NULL, .each = each, .arg = arg };
	int const r = question_init(&l->q, path);
	if (r < 0) ptyhead_lister_free(l);
	else *ret = l;
	return r;
}

void ptyhead_lister_free(struct ptyhead_lister *l)
{
	if (!l) return;
	question_deinit(&l->q);
	free(l);
}

int ptyhead_lister_fd(struct ptyhead_lister const *l) { return l->q.waiter.fd; }
struct ptyhead_reply const *ptyhead_lister_reply(struct ptyhead_lister const *l) { return &l->q.reply; }

static int list_on(struct ptyhead_lister *l)
{
	struct question *const q = &l->q;
	if (q->conn.fd < 0) {
		int r = question_connect(q, l->look);
		if (r == 0) r = listing_begin(&q->conn, &l->listing);
		return question_wait(q, r == 0 ? -EAGAIN : r);
	}
	if (conn_pending(&q->conn)) (void)conn_flush(&q->conn); /* an error shows in the answer */
	return question_wait(q, listing_answer(&q->conn, &l->listing, &q->reply));
}

int ptyhead_lister_process(struct ptyhead_lister *l)
{
	if (l->q.result > 0) l->q.result = list_on(l);
	return l->q.result;
}

/* ---- handing over -------------------------------------------------------------------------- */

struct ptyhead_exporter {
	struct question q;
	struct ptyhead_export e;
	struct ptyhead_exported answer;
	char terminal[PTYHEAD_TERMINAL_MAX + 1];
	char const **argv;
};

/* Copies the pointers and their targets into one allocation. NULL: out of memory. */
static char const **argv_copy(char const *const *argv)
{
	size_t n = 0, len = 0;
	for (; argv && argv[n]; n++) len += strlen(argv[n]) + 1;
	char const **const copy = malloc((n + 1) * sizeof *copy + len);
	if (!copy) return NULL;
	char *text = (char *)(copy + n + 1);
	for (size_t i = 0; i < n; i++) {
		copy[i] = text;
		text = stpcpy(text, argv[i]) + 1;
	}
	copy[n] = NULL;
	return copy;
}

static int offer_copy(struct ptyhead_exporter *x, struct ptyhead_offer const *o)
{
	memcpy(x->terminal, o->address->terminal, sizeof x->terminal);
	x->argv = argv_copy(o->argv);
	x->e.terminal = x->terminal;
	x->e.argv = x->argv;
	x->e.sized = o->sized;
	x->e.size = o->size;
	x->e.tty = ptypair_tty(o->master);
	x->e.master = fcntl(o->master, F_DUPFD_CLOEXEC, 0);
	if (x->e.master < 0) return -errno;
	x->e.pidfd = o->pidfd < 0 ? -1 : fcntl(o->pidfd, F_DUPFD_CLOEXEC, 0);
	return o->pidfd >= 0 && x->e.pidfd < 0 ? -errno : x->argv ? 0 : -ENOMEM;
}

int ptyhead_exporter_new(struct ptyhead_exporter **ret, struct ptyhead_offer const *o)
{
	*ret = NULL;
	int r = ptyhead_address_check(o->address);
	if (r < 0) return r;
	struct ptyhead_exporter *const x = calloc(1, sizeof *x);
	if (!x) return -ENOMEM;
	x->e.master = x->e.pidfd = -1;
	r = question_init(&x->q, o->address->path);
	if (r == 0) r = offer_copy(x, o);
	if (r < 0) ptyhead_exporter_free(x);
	else *ret = x;
	return r;
}

void ptyhead_exporter_free(struct ptyhead_exporter *x)
{
	if (!x) return;
	question_deinit(&x->q);
	if (x->e.master >= 0) close(x->e.master);
	if (x->e.pidfd >= 0) close(x->e.pidfd);
	free(x->argv);
	free(x);
}

int ptyhead_exporter_fd(struct ptyhead_exporter const *x) { return x->q.waiter.fd; }
struct ptyhead_reply const *ptyhead_exporter_reply(struct ptyhead_exporter const *x) { return &x->q.reply; }

static int export_on(struct ptyhead_exporter *x)
{
	struct question *const q = &x->q;
	if (q->conn.fd < 0) {
		int r = question_connect(q, false);
		if (r == 0) r = ptyhead_export_begin(&q->conn, &x->e);
		return question_wait(q, r == 0 ? -EAGAIN : r);
	}
	if (conn_pending(&q->conn)) (void)conn_flush(&q->conn);
	return question_wait(q, ptyhead_export_answer(&q->conn, &x->answer, &q->reply));
}

int ptyhead_exporter_process(struct ptyhead_exporter *x)
{
	if (x->q.result > 0) x->q.result = export_on(x);
	return x->q.result;
}

void ptyhead_exporter_answer(struct ptyhead_exporter const *x, struct ptyhead_size *ret_size, uint64_t *ret_run)
{
	*ret_size = x->answer.size;
	*ret_run = x->answer.run;
}
