/* SPDX-License-Identifier: ISC */
/* fakehead MODE SOCKET [ARGUMENT]: a head that does one thing, to test what
 * meets it. It binds, says `ready` on standard output, and then:
 *
 *   ok ROWSxCOLS  takes every export, answers with that size (and leaves it to
 *                 the exporter to set it), prints what it got, and copies what
 *                 the program writes until its end (end)
 *   refuse TEXT   answers REFUSED (busy) with TEXT
 *   early TEXT    the same, before it has read anything, and closes
 *   silent        takes connections and says nothing
 *   close         closes each connection at once
 *   garbage       answers as a web server might
 *   frame HEX     answers with that frame
 *   version       answers EXPORTED, in version 2
 *   backlog       listens with a full backlog and never accepts
 *   deaf          listens and never accepts, until SIGUSR1; then as ok 24x80
 *
 * One line a fact, flushed, so that a test can wait for it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conn.h"

static _Noreturn void die(char const *what)
{
	fprintf(stderr, "fakehead: %s: %s\n", what, strerror(errno));
	exit(111);
}

static int listen_at(char const *path, int backlog)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	/* In its folder, so that the path may be long. */
	char const *const slash = strrchr(path, '/');
	char dir[4096];
	snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	char const *const base = slash ? slash + 1 : path;
	if (chdir(dir) < 0 || strlen(base) >= sizeof sa.sun_path) die(dir);
	memcpy(sa.sun_path, base, strlen(base) + 1);
	unlink(base);
	int const s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s, (struct sockaddr *)&sa, sizeof sa) < 0 || listen(s, backlog) < 0) die(path);
	return s;
}

static void fill_backlog(int s)
{
	struct sockaddr_un sa;
	socklen_t len = sizeof sa;
	getsockname(s, (struct sockaddr *)&sa, &len);
	for (;;) {
		int const c = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (connect(c, (struct sockaddr *)&sa, len) < 0) break;
	}
}

static void print_bytes(char const *what, struct wire_bytes b)
{
	printf("%s:", what);
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == 0) printf("|");
		else printf("%c", b.data[i]);
	printf("\n");
}

static long pid_of(int pidfd)
{
	char name[64], line[128];
	long pid = -1;
	snprintf(name, sizeof name, "/proc/self/fdinfo/%d", pidfd);
	FILE *const f = fopen(name, "re");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "Pid: %ld", &pid) == 1) break;
	if (f) fclose(f);
	return pid;
}

static void print_export(struct wire_export const *w, int const *fds, size_t nfds)
{
	struct winsize ws = {0};
	unsigned ptn = 0;
	struct stat st;
	printf("flags:%u\nsize:%ux%u\n", w->flags, w->size.rows, w->size.cols);
	print_bytes("terminal", w->terminal);
	print_bytes("command", w->command);
	printf("fds:%zu\n", nfds);
	if (nfds > 0 && ioctl(fds[0], TIOCGPTN, &ptn) == 0) {
		char name[64];
		struct pollfd p = {.fd = fds[0], .events = POLLIN};
		poll(&p, 1, 0);
		ioctl(fds[0], TIOCGWINSZ, &ws);
		snprintf(name, sizeof name, "/dev/pts/%u", ptn);
		int const ok = stat(name, &st) == 0 && st.st_rdev == w->tty.rdev && st.st_dev == w->tty.dev;
		printf("pty:%s hup:%d winsize:%ux%u tty:%s\n", name, (p.revents & POLLHUP) != 0,
		       ws.ws_row, ws.ws_col, ok ? "right" : "wrong");
		if (ok)
			printf("owner:%u:%u mode:%o\n", st.st_uid, st.st_gid, st.st_mode & 07777);
	}
	/* As a viewer would that came at this instant. */
	char const *const sets = getenv("FAKEHEAD_SETS");
	if (sets && nfds > 0 && sscanf(sets, "%hux%hu", &ws.ws_row, &ws.ws_col) == 2) ioctl(fds[0], TIOCSWINSZ, &ws);
	if (nfds > 1) printf("pidfd:%ld\n", pid_of(fds[1]));
	fflush(stdout);
}

/* What the program writes, until its end; then `end`. */
static void drain(int master, int pidfd)
{
	struct pollfd p[2] = {{.fd = master, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
	int running = 1;
	while (running) {
		char buf[4096];
		poll(p, 2, -1);
		if (p[1].revents) running = 0;
		while (poll(p, 1, 0) > 0) {
			ssize_t const n = read(master, buf, sizeof buf);
			if (n <= 0) {
				p[0].fd = -1;
				break;
			}
			fwrite(buf, 1, (size_t)n, stdout);
			fflush(stdout);
		}
	}
	printf("end\n");
	fflush(stdout);
}

static void take_export(int s, struct wire_size size)
{
	struct conn c;
	struct conn_frame f;
	struct wire_export w;
	uint8_t buf[WIRE_EXPORTED_FRAME];
	int fds[WIRE_FDS_MAX] = {-1, -1};
	enum conn_result r;

	conn_init(&c, s);
	while ((r = conn_frame(&c, &f)) == CONN_AGAIN) {
		struct pollfd p = {.fd = s, .events = POLLIN};
		poll(&p, 1, -1);
		if (conn_fill(&c) != CONN_OK) break;
	}
	size_t const nfds = conn_take_fds(&c, fds);
	if (r != CONN_OK || f.header.type != WIRE_EXPORT ||
	    wire_get_export(f.payload, f.header.length, &w) < 0) {
		printf("no export\n");
		fflush(stdout);
	} else {
		print_export(&w, fds, nfds);
		conn_send(&c, buf, wire_put_exported(buf, sizeof buf, &(struct wire_exported){size, 1}), NULL, 0);
		drain(fds[0], fds[1]);
	}
	for (size_t i = 0; i < nfds; i++) close(fds[i]);
	conn_deinit(&c);
}

static void wait_for_frame(int s)
{
	char buf[8192];
	if (recv(s, buf, sizeof buf, 0) < 0) die("recv");
}

static size_t bytes_of_hex(char const *hex, uint8_t *buf, size_t room)
{
	size_t n = 0;
	for (; n < room && sscanf(hex, "%2hhx", &buf[n]) == 1; n++) hex += 2;
	return n;
}

static void answer(int s, char const *mode, char const *arg)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct wire_size size = {24, 80, 0, 0};
	size_t len = 0;

	if (!strcmp(mode, "ok") || !strcmp(mode, "deaf")) {
		if (arg) sscanf(arg, "%hux%hu", &size.rows, &size.cols);
		take_export(s, size);
		return;
	}
	if (!strcmp(mode, "close")) {
		close(s);
		return;
	}
	if (!strcmp(mode, "silent")) return; /* and leave it open */
	if (!strcmp(mode, "refuse") || !strcmp(mode, "early"))
		len = wire_put_refused(buf, sizeof buf, WIRE_R_BUSY, arg ? arg : "");
	if (!strcmp(mode, "garbage")) len = (size_t)sprintf((char *)buf, "HTTP/1.0 400 Bad Request\r\n\r\n");
	if (!strcmp(mode, "frame")) len = bytes_of_hex(arg ? arg : "", buf, sizeof buf);
	if (!strcmp(mode, "version")) {
		len = wire_put_exported(buf, sizeof buf, &(struct wire_exported){size, 1});
		buf[1] = 2;
	}
	if (strcmp(mode, "early") != 0) wait_for_frame(s);
	if (send(s, buf, len, MSG_NOSIGNAL) < 0) die("send");
	close(s);
}

static void on_usr1(int sig) { (void)sig; }

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "fakehead: usage: fakehead MODE SOCKET [ARGUMENT]\n");
		return 100;
	}
	char const *const mode = argv[1];
	int const backlog = !strcmp(mode, "backlog");
	sigset_t set, old;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGUSR1, on_usr1);
	int const s = listen_at(argv[2], backlog ? 0 : 16);
	if (backlog) fill_backlog(s);
	printf("ready\n");
	fflush(stdout);
	while (backlog) pause();
	if (!strcmp(mode, "deaf")) sigsuspend(&old);
	for (;;) {
		int const c = accept4(s, NULL, NULL, SOCK_CLOEXEC);
		if (c < 0) die("accept");
		answer(c, mode, argv[3]);
	}
}
