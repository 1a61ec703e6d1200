/* SPDX-License-Identifier: ISC */
/* A viewer in a loop of poll(2): `viewer ADDRESS`. ^] leaves.
 *   cc viewer.c $(pkg-config --cflags --libs ptyhead) -o viewer */
#include <errno.h>
#include <poll.h>
#include <ptyhead.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static bool over;

static void put(void const *data, size_t len)
{
	for (char const *p = data; len > 0;) {
		ssize_t const n = write(1, p, len);
		if (n < 0 && errno != EINTR) break;
		if (n > 0) p += n, len -= (size_t)n;
	}
}

static void on_begin(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	(void)arg, (void)run, (void)size, (void)missed;
	put("\033c", 2);
	put(bytes, len);
}

static void on_output(void *arg, uint64_t offset, void const *data, size_t len)
{
	(void)arg, (void)offset;
	put(data, len);
}

static void on_ended(void *arg, uint64_t offset, struct ptyhead_run const *run)
{
	(void)arg, (void)offset, (void)run;
	over = true;
}

int main(int argc, char **argv)
{
	struct ptyhead_address address;
	struct ptyhead_viewer *viewer;
	struct winsize ws = { 0 };
	struct termios before, raw;
	char const *why = "usage: viewer ADDRESS";
	if (argc != 2 || ptyhead_address_parse(argv[1], &address, &why) < 0) return fprintf(stderr, "%s\n", why), 100;
	ioctl(0, TIOCGWINSZ, &ws);
	struct ptyhead_view const view = {
		.address = &address,
		.size = { ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel },
		.on_tty = isatty(0),
		.tty_fd = 0,
		.calls = { .begin = on_begin, .output = on_output, .ended = on_ended },
	};
	int r = ptyhead_viewer_new(&viewer, &view);
	if (r < 0) return fprintf(stderr, "%s\n", strerror(-r)), 111;
	bool const tty = tcgetattr(0, &before) == 0;
	if (tty) raw = before, cfmakeraw(&raw), tcsetattr(0, TCSANOW, &raw);
	struct pollfd p[2] = { { ptyhead_viewer_fd(viewer), POLLIN, 0 }, { 0, POLLIN, 0 } };
	while (!over && r == 0 && poll(p, 2, -1) >= 0) {
		char keys[512];
		if (p[0].revents) r = ptyhead_viewer_process(viewer);
		ssize_t const n = p[1].revents ? read(0, keys, sizeof keys) : 0;
		if (n > 0 && memchr(keys, 035, (size_t)n)) break;
		if (n > 0) ptyhead_viewer_input(viewer, keys, (size_t)n);
		if (p[1].revents && n <= 0) p[1].fd = -1;
	}
	if (tty) tcsetattr(0, TCSANOW, &before);
	if (r < 0) fprintf(stderr, "%s: %s %s\n", argv[1], strerror(-r), ptyhead_viewer_reply(viewer)->text);
	ptyhead_viewer_free(viewer);
	return r < 0;
}
