/* SPDX-License-Identifier: ISC */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "out.h"
#include "ptypair.h"
#include "screen.h"
#include "signals.h"
#include "term.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define ROWS 24 /* for a terminal that states no size */
#define COLS 80
#define KEYS_MAX 4096
#define CTRL_C 0x03
#define CTRL_D 0x04
#define ESC 0x1b

extern char **environ;

struct relay {
	struct term term;
	struct signals signals;
	struct screen *screen; /* what the user's terminal shows */
	struct out out;
	int master;
	int pidfd;
	pid_t pid;
	size_t keys_len;
	char keys[KEYS_MAX]; /* input for the master */
	struct relay_result *result;
};

/* ---- the program ------------------------------------------------------------------- */

/* In a new session, so that the first terminal it opens becomes its controlling
 * terminal. */
static int spawn(struct relay *r, char *const *argv, char const *slave)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;

	sigemptyset(&none);
	int e = posix_spawnattr_init(&attr);
	if (e != 0) return -e;
	e = posix_spawn_file_actions_init(&files);
	if (e == 0) {
		e = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
		if (e == 0) e = posix_spawnattr_setsigmask(&attr, &none);
		if (e == 0) e = posix_spawn_file_actions_addopen(&files, 0, slave, O_RDWR, 0);
		if (e == 0) e = posix_spawn_file_actions_adddup2(&files, 0, 1);
		if (e == 0) e = posix_spawn_file_actions_adddup2(&files, 0, 2);
		if (e == 0) e = posix_spawnp(&r->pid, argv[0], &files, &attr, argv, environ);
		posix_spawn_file_actions_destroy(&files);
	}
	posix_spawnattr_destroy(&attr);
	return -e;
}

static int start(struct relay *r, char *const *argv)
{
	struct ptyhead_size const found = term_size(&r->term);
	struct ptyhead_size const size = found.rows ? found : (struct ptyhead_size){ ROWS, COLS, 0, 0 };
	struct pty p;
	char slave[64];

	int e = pty_open(&p, &r->result->what);
	if (e < 0) return e;
	r->master = p.master;
	r->result->what = argv[0];
	e = ptsname_r(p.master, slave, sizeof slave) != 0 ? -errno : pty_set_size(p.slave, size);
	if (e == 0 && fcntl(p.master, F_SETFL, O_RDWR | O_NONBLOCK) < 0) e = -errno;
	if (e == 0) e = spawn(r, argv, slave);
	close(p.slave);
	if (e < 0) return e;
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd < 0) return -errno;
	r->screen = screen_new(size.rows, size.cols);
	return r->screen ? 0 : -ENOMEM;
}

/* ---- both ways ----------------------------------------------------------------------- */

static void resized(struct relay *r)
{
	struct ptyhead_size const size = term_size(&r->term);
	if (!size.rows) return;
	(void)pty_set_size(r->master, size);
	screen_resize(r->screen, size.rows, size.cols);
}

/* 1: the program has closed its side; 0; -errno. */
static int from_program(struct relay *r)
{
	size_t const room = out_room(&r->out);
	if (room == 0) return 0;
	ssize_t const n = read(r->master, out_tail(&r->out), room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
	if (n <= 0) return 1;
	r->result->entered |= memchr(out_tail(&r->out), ESC, (size_t)n) != NULL;
	out_added(&r->out, (size_t)n);
	return 0;
}

/* Follows the written bytes on `screen`. 1: nobody reads the output any more. */
static int to_user(struct relay *r)
{
	uint8_t const *data;
	size_t len;
	enum out_result const e = out_flush(&r->out, &data, &len);
	if (len > 0) screen_feed(r->screen, data, len);
	return e == OUT_CLOSED || e == OUT_FAILED;
}

/* 1: the user's terminal is gone. */
static int from_user(struct relay *r)
{
	ssize_t const n = read(r->term.in, r->keys + r->keys_len, sizeof r->keys - r->keys_len);
	if (n > 0) r->keys_len += (size_t)n;
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void to_program(struct relay *r)
{
	ssize_t const n = write(r->master, r->keys, r->keys_len);
	if (n < 0 && errno != EAGAIN && errno != EINTR) r->keys_len = 0;
	if (n <= 0) return;
	r->keys_len -= (size_t)n;
	memmove(r->keys, r->keys + n, r->keys_len);
}

static void take_signals(struct relay *r)
{
	for (int n; (n = signals_next(&r->signals));) {
		if (n == SIGWINCH) resized(r);
		else if (signals_fatal(n)) r->result->signal = n;
	}
}

/* Until the program has ended and its output is written, or a signal comes. */
static void go_on(struct relay *r)
{
	bool closed = false, ended = false;
	while (r->result->signal == 0) {
		bool const pending = out_pending(&r->out);
		if ((closed || ended) && !pending) break;
		struct pollfd p[] = {
			{ r->keys_len < sizeof r->keys ? r->term.in : -1, POLLIN, 0 },
			{ closed ? -1 : r->master, (short)((out_room(&r->out) > 0 ? POLLIN : 0) | (r->keys_len > 0 ? POLLOUT : 0)), 0 },
			{ pending ? r->out.fd : -1, POLLOUT, 0 },
			{ r->signals.fd, POLLIN, 0 },
			{ ended ? -1 : r->pidfd, POLLIN, 0 },
		};
		if (poll(p, sizeof p / sizeof *p, -1) < 0 && errno != EINTR) break;
		take_signals(r);
		if (p[0].revents && from_user(r)) r->result->signal = SIGHUP;
		if (p[1].revents & POLLOUT) to_program(r);
		if (p[1].revents & (POLLIN | POLLHUP | POLLERR)) closed = from_program(r) == 1;
		/* The remaining output of a program that has ended is available at
		 * once. */
		if (p[4].revents) ended = !(p[1].revents & POLLIN);
		if (out_pending(&r->out) && to_user(r)) r->result->signal = SIGHUP;
	}
}

/* ---- the end ---------------------------------------------------------------------------- */

static void end_program(struct relay *r)
{
	if (r->pid <= 0) return;
	close(r->master);
	r->master = -1;
	if (r->result->signal) kill(r->pid, SIGHUP);
	while (waitpid(r->pid, &r->result->status, 0) < 0 && errno == EINTR) continue;
}

/* Switches off all that is on, since the remote viewer could not do it. */
static void give_back(struct relay *r)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	out_drop(&r->out);
	screen_buf_str(&b, "\030");
	screen_undo(r->screen, &b);
	screen_buf_str(&b, "\033[m");
	if (!b.failed && out_add(&r->out, b.data, b.len)) (void)to_user(r);
	screen_buf_deinit(&b);
}

int relay_run(char *const *argv, struct relay_result *ret)
{
	struct relay *const r = malloc(sizeof *r);

	*ret = (struct relay_result){ .what = "watch signals" };
	if (!r) return -ENOMEM;
	*r = (struct relay){ .master = -1, .pidfd = -1, .result = ret };
	term_init(&r->term, STDIN_FILENO, STDOUT_FILENO);
	int e = signals_init(&r->signals);
	if (e < 0) {
		free(r);
		return e;
	}
	out_init(&r->out, STDOUT_FILENO);
	e = start(r, argv);
	if (e == 0) {
		ret->what = "set the terminal's modes";
		e = term_raw(&r->term);
	}
	if (e == 0) {
		go_on(r);
		end_program(r);
		bool const lost = !WIFEXITED(ret->status) || WEXITSTATUS(ret->status) == 255;
		if (ret->signal || (ret->entered && lost)) give_back(r);
		term_restore(&r->term);
	}
	if (r->pidfd >= 0) close(r->pidfd);
	if (r->master >= 0) close(r->master);
	screen_free(r->screen);
	out_deinit(&r->out);
	signals_deinit(&r->signals);
	free(r);
	return e;
}

bool relay_pause(int ms, int *ret_signal)
{
	struct signals s;
	struct term t;
	int64_t const until = clock_ms() + ms;
	bool go = true;

	*ret_signal = 0;
	term_init(&t, STDIN_FILENO, STDOUT_FILENO);
	if (signals_init(&s) < 0) return false;
	(void)term_raw(&t);
	for (int64_t left; go && (left = until - clock_ms()) > 0;) {
		struct pollfd p[2] = { { t.in, POLLIN, 0 }, { s.fd, POLLIN, 0 } };
		char keys[256];
		if (poll(p, 2, (int)left) < 0 && errno != EINTR) break;
		ssize_t const n = p[0].revents ? read(t.in, keys, sizeof keys) : 0;
		if (p[0].revents && n <= 0) go = false;
		for (ssize_t i = 0; i < n; i++)
			if (keys[i] == CTRL_C || keys[i] == CTRL_D || keys[i] == '\\' - '@' || keys[i] == 'q') go = false;
		for (int k; (k = signals_next(&s));)
			if (signals_fatal(k)) *ret_signal = k;
		go = go && *ret_signal == 0;
	}
	term_restore(&t);
	signals_deinit(&s);
	return go;
}
