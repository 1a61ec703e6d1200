/* SPDX-License-Identifier: ISC */
#include "term.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void term_init(struct term *t, int in, int out)
{
	memset(t, 0, sizeof *t);
	t->in = in;
	t->out = out;
	t->ours = isatty(in) && isatty(out);
}

static bool same(struct termios const *a, struct termios const *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
	       a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

int term_raw(struct term *t)
{
	struct termios found;

	if (tcgetattr(t->in, &found) < 0) return -errno;
	/* After a stop, the modes found may be our own. */
	if (!t->raw || !same(&found, &t->set)) t->saved = found;
	t->set = found;
	cfmakeraw(&t->set);
	t->set.c_cc[VMIN] = 1;
	t->set.c_cc[VTIME] = 0;
	/* TCSADRAIN could wait for a terminal that is stopped. */
	if (tcsetattr(t->in, TCSANOW, &t->set) < 0) return -errno;
	t->raw = true;
	return 0;
}

void term_restore(struct term *t)
{
	int unsent = 0;

	if (!t->raw) return;
	t->raw = false;
	/* The last output should be shown in the modes it was written for, if that
	 * needs no waiting. */
	int const how = ioctl(t->out, TIOCOUTQ, &unsent) == 0 && unsent == 0 ? TCSADRAIN : TCSANOW;
	tcflush(t->in, TCIFLUSH);
	/* A signal may interrupt that wait. */
	if (tcsetattr(t->in, how, &t->saved) < 0) tcsetattr(t->in, TCSANOW, &t->saved);
}

bool term_foreground(struct term const *t)
{
	pid_t const group = tcgetpgrp(t->in);
	/* Not our controlling terminal, so there is no foreground to be in. */
	return group < 0 || group == getpgrp();
}

struct ptyhead_size term_size(struct term const *t)
{
	struct winsize w;
	struct ptyhead_size s = {0, 0, 0, 0};

	if (!t->ours || ioctl(t->out, TIOCGWINSZ, &w) < 0) return s;
	s = (struct ptyhead_size){w.ws_row, w.ws_col, w.ws_xpixel, w.ws_ypixel};
	return ptyhead_size_ok(s) ? s : (struct ptyhead_size){0, 0, 0, 0};
}
