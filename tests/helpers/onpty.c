/* SPDX-License-Identifier: ISC */
/* onpty ROWSxCOLS OUTPUT COMMAND... : COMMAND as the first process on a
 * terminal of its own. What it writes there is appended to the file OUTPUT.
 * stdin brings orders, a line each:
 *
 *     send HEX...     the bytes, typed in one write
 *     file PATH       a file's bytes, typed as they are taken
 *     hold, go        stop reading the terminal; go on
 *     kill SIGNAL     a number, to the command
 *     size ROWSxCOLS
 *     hangup          the terminal goes
 *
 * When the command ends it says `modes same` or `modes differ`, as the
 * terminal's modes are those from before, and exits as it did (128 and the
 * signal's number). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define QUEUE_MAX (4u << 20)

struct onpty {
	int master;
	int slave;
	int out;
	pid_t pid;
	bool held;
	unsigned char *queue;
	size_t start, len;
	char line[65536];
	size_t line_len;
};

static void die(char const *what)
{
	fprintf(stderr, "onpty: fatal: unable to %s: %s\n", what, strerror(errno));
	exit(111);
}

static struct winsize size_of(char const *s)
{
	unsigned rows = 0, cols = 0;
	if (sscanf(s, "%ux%u", &rows, &cols) != 2) die("read a size");
	return (struct winsize){ .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
}

static void type(struct onpty *o, unsigned char const *p, size_t n)
{
	if (o->start + o->len + n > QUEUE_MAX) die("keep so much");
	memcpy(o->queue + o->start + o->len, p, n);
	o->len += n;
}

static void type_hex(struct onpty *o, char const *p)
{
	unsigned char buf[32768];
	size_t n = 0;
	for (char *end; n < sizeof buf; p = end) {
		unsigned long const b = strtoul(p, &end, 16);
		if (end == p) break;
		buf[n++] = (unsigned char)b;
	}
	type(o, buf, n);
}

static void type_file(struct onpty *o, char const *path)
{
	unsigned char buf[65536];
	ssize_t n;
	int const fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) die("open the file to type");
	while ((n = read(fd, buf, sizeof buf)) > 0) type(o, buf, (size_t)n);
	close(fd);
}

static void order(struct onpty *o, char const *l)
{
	if (!strncmp(l, "send ", 5)) {
		type_hex(o, l + 5);
	} else if (!strncmp(l, "file ", 5)) {
		type_file(o, l + 5);
	} else if (!strcmp(l, "hold")) {
		o->held = true;
	} else if (!strcmp(l, "go")) {
		o->held = false;
	} else if (!strncmp(l, "kill ", 5)) {
		kill(o->pid, atoi(l + 5));
	} else if (!strncmp(l, "size ", 5)) {
		struct winsize const w = size_of(l + 5);
		ioctl(o->master, TIOCSWINSZ, &w);
	} else if (!strcmp(l, "hangup")) {
		close(o->master);
		close(o->slave);
		o->master = o->slave = -1;
	}
}

static bool orders(struct onpty *o)
{
	ssize_t const n = read(0, o->line + o->line_len, sizeof o->line - 1 - o->line_len);
	char *nl;
	if (n <= 0) return false;
	o->line_len += (size_t)n;
	o->line[o->line_len] = 0;
	while ((nl = strchr(o->line, '\n'))) {
		*nl = 0;
		order(o, o->line);
		o->line_len -= (size_t)(nl + 1 - o->line);
		memmove(o->line, nl + 1, o->line_len + 1);
	}
	return true;
}

static void copy_out(struct onpty *o)
{
	char buf[65536];
	ssize_t const n = read(o->master, buf, sizeof buf);
	if (n > 0 && write(o->out, buf, (size_t)n) != n) die("write the output");
}

static bool same_modes(struct termios const *a, struct termios const *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
	       a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

static void loop(struct onpty *o, int pidfd)
{
	bool in = true;
	for (;;) {
		struct pollfd p[3] = {
			{ in ? 0 : -1, POLLIN, 0 },
			{ pidfd, POLLIN, 0 },
			{ o->master, (short)((o->held ? 0 : POLLIN) | (o->len > 0 ? POLLOUT : 0)), 0 },
		};
		if (poll(p, 3, -1) < 0) die("poll");
		if (p[2].revents & POLLIN) copy_out(o);
		if (p[2].revents & POLLOUT) {
			ssize_t const n = write(o->master, o->queue + o->start, o->len);
			if (n > 0) {
				o->start += (size_t)n;
				o->len -= (size_t)n;
				if (o->len == 0) o->start = 0;
			}
		}
		if (p[1].revents) break;
		if (p[0].revents) in = orders(o);
	}
	/* What it wrote last. */
	struct pollfd last = { o->master, POLLIN, 0 };
	while (o->master >= 0 && poll(&last, 1, 0) > 0 && (last.revents & POLLIN)) copy_out(o);
}

int main(int argc, char **argv)
{
	static struct onpty o;
	struct termios before, after;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: onpty ROWSxCOLS OUTPUT COMMAND...\n");
		return 100;
	}
	struct winsize const w = size_of(argv[1]);
	o.out = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	o.queue = malloc(QUEUE_MAX);
	if (o.out < 0 || !o.queue) die("start");
	if (openpty(&o.master, &o.slave, NULL, NULL, &w) < 0) die("open a terminal");
	fcntl(o.master, F_SETFD, FD_CLOEXEC);
	fcntl(o.slave, F_SETFD, FD_CLOEXEC);
	fcntl(o.master, F_SETFL, O_NONBLOCK);
	tcgetattr(o.slave, &before);
	signal(SIGPIPE, SIG_IGN);
	o.pid = fork();
	if (o.pid < 0) die("fork");
	if (o.pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		setsid();
		ioctl(o.slave, TIOCSCTTY, 0);
		dup2(o.slave, 0);
		dup2(o.slave, 1);
		dup2(o.slave, 2);
		execvp(argv[3], argv + 3);
		die("run the command");
	}
	int const pidfd = (int)syscall(SYS_pidfd_open, o.pid, 0);
	if (pidfd < 0) die("watch the command");
	loop(&o, pidfd);
	if (waitpid(o.pid, &status, 0) < 0) die("wait");
	if (o.slave >= 0 && tcgetattr(o.slave, &after) == 0)
		printf("modes %s\n", same_modes(&before, &after) ? "same" : "differ");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
