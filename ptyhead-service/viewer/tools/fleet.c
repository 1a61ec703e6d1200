/* SPDX-License-Identifier: ISC */
#include "fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "json.h"
#include "json_check.h"
#include "printable.h"
#include "remote.h"

#define TEXT_MAX (16u << 20) /* bytes of one machine's list */
#define COMMAND_MAX 8192
#define NAP_MS 10
#define GRACE_MS 500 /* for a command that was told to end */

extern char **environ;

/* ---- one machine ------------------------------------------------------------------------ */

/* Starts a command with empty input. Its output comes from *ret_fd. -errno. */
static int spawn(char *const *argv, pid_t *ret_pid, int *ret_fd)
{
	posix_spawn_file_actions_t files;
	int p[2];
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
	int e = posix_spawn_file_actions_init(&files);
	if (e == 0) {
		e = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
		if (e == 0) e = posix_spawn_file_actions_adddup2(&files, p[1], 1);
		if (e == 0) e = posix_spawnp(ret_pid, argv[0], &files, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&files);
	}
	close(p[1]);
	if (e == 0) *ret_fd = p[0];
	else close(p[0]);
	return -e;
}

static int start(struct fleet_member *m, char const *address, char const *option, pid_t *ret_pid, int *ret_fd)
{
	struct remote there;
	char self[] = "/proc/self/exe";
	char command[COMMAND_MAX] = "exec ptyhead-list";
	char prefix[REMOTE_PREFIX] = "";
	char *args[REMOTE_ARGS] = { self };
	size_t n = 1;

	if (remote_is(address, &there)) {
		bool fits = !option || remote_quote(command, sizeof command, option);
		if (*there.address) fits = fits && remote_quote(command, sizeof command, there.address);
		if (!fits) return -ENAMETOOLONG;
		remote_ssh(&there, false, command, args);
		remote_prefix(&there, prefix, sizeof prefix);
	} else {
		if (option) args[n++] = (char *)(size_t)option;
		args[n] = (char *)(size_t)address;
	}
	m->name = strdup(*prefix ? there.host : address);
	m->prefix = strdup(prefix);
	return m->name && m->prefix ? spawn(args, ret_pid, ret_fd) : -ENOMEM;
}

/* True: there may be more. */
static bool more(struct fleet_member *m, int fd)
{
	char piece[16384];
	ssize_t const n = read(fd, piece, sizeof piece);
	if (n < 0) return errno == EAGAIN || errno == EINTR;
	if (n == 0 || m->len + (size_t)n >= TEXT_MAX) return false;
	char *const text = realloc(m->text, m->len + (size_t)n + 1);
	if (!text) return false;
	memcpy(text + m->len, piece, (size_t)n);
	m->text = text;
	m->len += (size_t)n;
	text[m->len] = 0;
	return true;
}

/* ---- all of them -------------------------------------------------------------------------- */

struct going {
	pid_t pid;
	int fd;
	bool late;
};

static void gather(struct fleet_member *m, struct going *g, size_t n, struct pollfd *p, int64_t until)
{
	for (;;) {
		size_t left = 0;
		for (size_t i = 0; i < n; i++) {
			p[i] = (struct pollfd){ g[i].fd, POLLIN, 0 };
			left += g[i].fd >= 0;
		}
		int64_t const ms = until - clock_ms();
		if (left == 0 || ms <= 0) return;
		if (poll(p, (nfds_t)n, (int)ms) < 0 && errno != EINTR) return;
		for (size_t i = 0; i < n; i++) {
			if (!p[i].revents || more(&m[i], g[i].fd)) continue;
			close(g[i].fd);
			g[i].fd = -1;
		}
	}
}

/* False: it has not ended by that time (CLOCK_MONOTONIC ms). */
static bool ended(pid_t pid, int *ret_status, int64_t until)
{
	for (;;) {
		pid_t const r = waitpid(pid, ret_status, WNOHANG);
		if (r != 0 && !(r < 0 && errno == EINTR)) return true;
		if (clock_ms() >= until) return false;
		(void)poll(NULL, 0, NAP_MS);
	}
}

/* Waits for commands that have closed their output. Tells all others to end. */
static void finish(struct fleet_member *m, struct going *g, int64_t until)
{
	if (g->pid <= 0) return;
	g->late = g->fd >= 0 || !ended(g->pid, &m->status, until);
	if (g->fd >= 0) close(g->fd);
	if (g->late) kill(g->pid, SIGTERM);
}

/* Kills commands that have not ended. */
static void give_up(struct fleet_member *m, struct going const *g, int64_t until)
{
	if (!g->late) return;
	if (!ended(g->pid, &m->status, until)) {
		kill(g->pid, SIGKILL);
		while (waitpid(g->pid, &m->status, 0) < 0 && errno == EINTR) continue;
	}
	m->status = -1;
}

int fleet_run(char *const *addresses, size_t n, char const *option, int ms, struct fleet_member *ret)
{
	struct going *const g = calloc(n, sizeof *g);
	struct pollfd *const p = calloc(n, sizeof *p);
	int r = g && p ? 0 : -ENOMEM;

	memset(ret, 0, n * sizeof *ret);
	for (size_t i = 0; g && i < n; i++) g[i].fd = -1;
	for (size_t i = 0; i < n && r == 0; i++) r = start(&ret[i], addresses[i], option, &g[i].pid, &g[i].fd);
	int64_t const until = r == 0 ? clock_ms() + ms : 0;
	if (r == 0) gather(ret, g, n, p, until);
	for (size_t i = 0; g && i < n; i++) finish(&ret[i], &g[i], until);
	int64_t const grace = clock_ms() + GRACE_MS;
	for (size_t i = 0; g && i < n; i++) give_up(&ret[i], &g[i], grace);
	free(g);
	free(p);
	return r;
}

void fleet_deinit(struct fleet_member *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(m[i].name);
		free(m[i].prefix);
		free(m[i].text);
	}
}

/* ---- merging --------------------------------------------------------------------------------- */

#define MEMBER " {\"address\": \""
#define TITLE "ADDRESS "

/* Calls `each` for each line of the list, without its newline. Only printable lists are
 * used: another machine must not control the user's terminal. */
static void lines(struct fleet_member const *m, void (*each)(void *arg, struct fleet_member const *m, char const *line, size_t len), void *arg)
{
	for (char const *at = m->text, *end; at && (end = strchr(at, '\n')); at = end + 1) {
		size_t const len = (size_t)(end - at);
		if (printable_span(at, len) == len) each(arg, m, at, len);
	}
}

struct merge {
	struct screen_buf *out;
	size_t width; /* of the first column */
	unsigned rows;
	bool titled;
};

/* Another machine speaks for itself alone: the host is what we say, the address is the
 * first member. */
static bool member_ok(void *arg, char const *name, size_t len)
{
	unsigned *const n = arg;
	bool const address = len == strlen("address") && !memcmp(name, "address", len);
	bool const host = len == strlen("host") && !memcmp(name, "host", len);
	return address == (++*n == 1) && !host;
}

static void object(void *arg, struct fleet_member const *m, char const *line, size_t len)
{
	struct merge *const g = arg;
	size_t const head = strlen(MEMBER);
	size_t const scheme = strlen("ssh://");
	size_t const host = strlen(m->prefix) > scheme ? strlen(m->prefix) - scheme - 1 : 0;
	unsigned members = 0;
	if (len < head || memcmp(line, MEMBER, head) != 0) return;
	if (line[len - 1] == ',') len--;
	if (!json_object_is(line, len, member_ok, &members)) return;
	screen_buf_str(g->out, g->rows++ ? ",\n {\"host\": " : "[\n {\"host\": ");
	if (host) json_string(m->prefix + scheme, host, g->out);
	else screen_buf_str(g->out, "null");
	screen_buf_str(g->out, ", \"address\": \"");
	json_feed(&(struct json){ 0 }, m->prefix, strlen(m->prefix), g->out);
	screen_buf_add(g->out, line + head, len - head);
}

/* The first word of a row is its address. */
static void measure(void *arg, struct fleet_member const *m, char const *line, size_t len)
{
	struct merge *const g = arg;
	char const *const space = memchr(line, ' ', len);
	size_t const n = strlen(m->prefix) + (space ? (size_t)(space - line) : len);
	if (n > g->width && (len < strlen(TITLE) || memcmp(line, TITLE, strlen(TITLE)) != 0)) g->width = n;
}

static void row(void *arg, struct fleet_member const *m, char const *line, size_t len)
{
	struct merge *const g = arg;
	char const *const space = memchr(line, ' ', len);
	size_t const word = space ? (size_t)(space - line) : len;
	size_t rest = word;
	bool const title = len >= strlen(TITLE) && !memcmp(line, TITLE, strlen(TITLE));
	if (title && g->titled) return;
	g->titled |= title;
	while (rest < len && line[rest] == ' ') rest++;
	size_t n = word;
	if (!title) {
		n += strlen(m->prefix);
		screen_buf_str(g->out, m->prefix);
		g->rows++;
	}
	screen_buf_add(g->out, line, word);
	for (; rest < len && n <= g->width; n++) screen_buf_str(g->out, " ");
	screen_buf_add(g->out, line + rest, len - rest);
	screen_buf_str(g->out, "\n");
}

void fleet_merge(struct fleet_member const *m, size_t n, bool json, struct screen_buf *out)
{
	struct merge g = { .out = out };
	for (size_t i = 0; i < n && !json; i++) lines(&m[i], measure, &g);
	for (size_t i = 0; i < n; i++) lines(&m[i], json ? object : row, &g);
	if (json) screen_buf_str(out, g.rows ? "\n]\n" : "[]\n");
}
