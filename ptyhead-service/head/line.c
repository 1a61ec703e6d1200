/* SPDX-License-Identifier: ISC */
#include "line.h"

#include <termios.h>

#include "wire.h"

/* After this many bytes without a line end, check whether the line is canonical. */
#define LINE_LOOK 1024u

/* False if the line is not canonical, or cannot be asked. */
static bool canonical(int master, struct termios *ret)
{
	return master >= 0 && tcgetattr(master, ret) == 0 && (ret->c_lflag & ICANON);
}

enum line_shows line_shows(int master)
{
	struct termios m;
	if (master < 0 || tcgetattr(master, &m) < 0 || (m.c_lflag & ECHO)) return LINE_SHOWN;
	return m.c_lflag & ICANON ? LINE_SILENT : LINE_PROGRAM;
}

static bool is_char(struct termios const *m, unsigned which, uint8_t b)
{
	return m->c_cc[which] == b && b != 0; /* 0 means that there is no such character */
}

/* Does `b` end the line, or erase what it holds? */
static bool ends_line(struct termios const *m, uint8_t b)
{
	if (b == '\n' || (b == '\r' && (m->c_iflag & ICRNL))) return true;
	if (is_char(m, VEOF, b) || is_char(m, VEOL, b) || is_char(m, VEOL2, b)) return true;
	return (m->c_lflag & ISIG) && !(m->c_lflag & NOFLSH) &&
	       (is_char(m, VINTR, b) || is_char(m, VQUIT, b) || is_char(m, VSUSP, b));
}

static void line_begin(struct line *l, uint32_t run)
{
	if (l->run == run) return;
	l->run = run;
	l->held = 0;
}

void line_count(struct line *l, uint32_t run, int master, uint8_t const *data, size_t len)
{
	struct termios m;

	line_begin(l, run);
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\r' || data[i] == '\n' || data[i] == 3 || data[i] == 4) l->held = 0;
		else l->held++;
	}
	if (l->held > LINE_LOOK && !canonical(master, &m)) l->held = 0;
}

bool line_take(struct line *l, uint32_t run, int master, uint8_t const *data, size_t len)
{
	struct termios m;
	size_t held;

	line_begin(l, run);
	if (!canonical(master, &m)) {
		l->held = 0;
		return true;
	}
	held = l->held;
	for (size_t i = 0; i < len; i++) {
		if (ends_line(&m, data[i])) held = 0;
		else if (++held > WIRE_LINE_MAX) return false;
	}
	l->held = held;
	return true;
}
