/* SPDX-License-Identifier: ISC */
#include "ptypair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PTY_FLAGS (O_RDWR | O_NOCTTY | O_CLOEXEC)

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

/* Opens the slave through the master, which works in a private devpts and without
 * /dev/pts; by its name on kernels older than 4.13. */
static int open_slave(int master)
{
	char name[64];
	int const fd = ioctl(master, TIOCGPTPEER, PTY_FLAGS);
	if (fd >= 0 || (errno != EINVAL && errno != ENOTTY)) return fd;
	return ptsname_r(master, name, sizeof name) == 0 ? open(name, PTY_FLAGS) : -1;
}

struct ptyhead_tty ptypair_tty(int master)
{
	int const slave = open_slave(master);
	struct ptyhead_tty const t = ptyhead_tty_of(slave);
	if (slave >= 0) close(slave);
	return t;
}

int pty_open(struct pty *ret, char const **ret_what)
{
	*ret_what = "open a terminal (/dev/ptmx)";
	ret->slave = -1;
	ret->master = posix_openpt(PTY_FLAGS);
	if (ret->master < 0) return -errno;
	if (unlockpt(ret->master) == 0) {
		ret->slave = open_slave(ret->master);
		if (ret->slave >= 0) return 0;
	}
	int const e = errno;
	*ret_what = "open the terminal's other side";
	close(ret->master);
	ret->master = -1;
	return -e;
}

void pty_follow_size(int fd, struct ptyhead_size ours, struct ptyhead_size answered)
{
	struct winsize now;
	if (!ptyhead_size_ok(answered) || ioctl(fd, TIOCGWINSZ, &now) < 0) return;
	if (now.ws_row == ours.rows && now.ws_col == ours.cols) (void)pty_set_size(fd, answered);
}

int pty_set_size(int fd, struct ptyhead_size size)
{
	struct winsize const ws = {
		.ws_row = size.rows,
		.ws_col = size.cols,
		.ws_xpixel = size.xpixel,
		.ws_ypixel = size.ypixel,
	};
	return ioctl(fd, TIOCSWINSZ, &ws) < 0 ? -errno : 0;
}
