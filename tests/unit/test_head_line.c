/* SPDX-License-Identifier: ISC */
/* How much a terminal's input line holds, against the kernel's own line. */
#include "headparts.h"
#include "line.h"
#include "wire.h"

static int master, slave;
static uint8_t text[WIRE_LINE_MAX + 1000];

static void set_up(tcflag_t iflag, tcflag_t lflag)
{
	struct termios m;
	master = parts_pty(&slave);
	CHECK(tcgetattr(slave, &m) == 0);
	m.c_iflag = iflag;
	m.c_lflag = lflag;
	m.c_cc[VINTR] = 3;
	m.c_cc[VEOF] = 4;
	m.c_cc[VQUIT] = 28;
	m.c_cc[VSUSP] = 26;
	m.c_cc[VEOL] = 0;
	m.c_cc[VEOL2] = 0;
	CHECK(tcsetattr(slave, TCSANOW, &m) == 0);
	memset(text, 'a', sizeof text);
}

static void tear_down(void)
{
	close(master);
	close(slave);
}

static bool take(struct line *l, size_t len) { return line_take(l, 1, master, text, len); }

TEST(a_canonical_line_holds_so_much_and_no_more)
{
	struct line l = { 0 };
	set_up(0, ICANON);
	CHECK(take(&l, WIRE_LINE_MAX));
	CHECK(!take(&l, 1));
	CHECK_EQ(l.held, WIRE_LINE_MAX); /* what was refused is not counted */
	CHECK(line_take(&l, 1, master, (uint8_t const *)"\n", 1));
	CHECK_EQ(l.held, 0);
	CHECK(!take(&l, WIRE_LINE_MAX + 1));
	CHECK_EQ(l.held, 0);
	tear_down();
}

/* The kernel gives back whole what it was said to hold, and not what was refused. */
TEST(the_limit_is_the_kernels)
{
	uint8_t got[sizeof text];
	for (size_t more = 0; more < 2; more++) {
		struct line l = { 0 };
		size_t const len = WIRE_LINE_MAX + more;
		set_up(0, ICANON);
		text[len] = '\n';
		CHECK_EQ(line_take(&l, 1, master, text, len + 1), more == 0);
		parts_write(master, text, len + 1);
		ssize_t const n = read(slave, got, sizeof got);
		CHECK_EQ((size_t)n == len + 1, more == 0);
		tear_down();
	}
}

TEST(many_lines_may_come_at_once)
{
	struct line l = { 0 };
	set_up(0, ICANON);
	memset(text, '\n', sizeof text);
	CHECK(take(&l, sizeof text));
	memset(text, 'a', sizeof text);
	text[3000] = '\n';
	CHECK(take(&l, sizeof text));
	CHECK_EQ(l.held, sizeof text - 3001);
	tear_down();
}

/* What ends a line goes by the terminal's settings. */
static size_t held_after(tcflag_t iflag, tcflag_t lflag, uint8_t byte)
{
	struct line l = { 0 };
	set_up(iflag, lflag);
	text[100] = byte;
	CHECK(take(&l, 101));
	tear_down();
	return l.held;
}

TEST(the_end_of_a_line_is_what_the_terminal_says)
{
	CHECK_EQ(held_after(0, ICANON, '\r'), 101);
	CHECK_EQ(held_after(ICRNL, ICANON, '\r'), 0);
	CHECK_EQ(held_after(0, ICANON, 4), 0);
	CHECK_EQ(held_after(0, ICANON, 0), 101); /* VEOL is 0: there is none */
	CHECK_EQ(held_after(0, ICANON, 3), 101);
	CHECK_EQ(held_after(0, ICANON | ISIG, 3), 0);
	CHECK_EQ(held_after(0, ICANON | ISIG, 28), 0);
	CHECK_EQ(held_after(0, ICANON | ISIG, 26), 0);
	CHECK_EQ(held_after(0, ICANON | ISIG | NOFLSH, 3), 101);
}

TEST(a_raw_line_takes_anything)
{
	struct line l = { 0 };
	set_up(0, 0);
	line_count(&l, 1, master, text, 1000);
	CHECK_EQ(l.held, 1000);
	CHECK(take(&l, sizeof text));
	CHECK_EQ(l.held, 0);
	/* What is typed there is looked at after a while, and forgotten. */
	for (unsigned i = 0; i < 100; i++) line_count(&l, 1, master, text, 100);
	CHECK(l.held <= 1100);
	tear_down();
}

TEST(what_was_typed_counts_for_what_is_sent)
{
	struct line l = { 0 };
	set_up(0, ICANON);
	for (unsigned i = 0; i < 40; i++) line_count(&l, 1, master, text, 100);
	CHECK_EQ(l.held, 4000);
	CHECK(!take(&l, WIRE_LINE_MAX - 4000 + 1));
	CHECK(take(&l, WIRE_LINE_MAX - 4000));
	line_count(&l, 1, master, (uint8_t const *)"x\rabc", 5);
	CHECK_EQ(l.held, 3);
	tear_down();
}

TEST(another_run_begins_with_an_empty_line)
{
	struct line l = { 0 };
	set_up(0, ICANON);
	CHECK(take(&l, WIRE_LINE_MAX));
	CHECK(line_take(&l, 2, master, text, WIRE_LINE_MAX));
	CHECK_EQ(l.run, 2);
	line_count(&l, 3, master, text, 5);
	CHECK_EQ(l.held, 5);
	tear_down();
}

TEST(a_master_that_cannot_be_asked_takes_anything)
{
	struct line l = { 0 };
	set_up(0, ICANON);
	CHECK(line_take(&l, 1, -1, text, sizeof text));
	CHECK_EQ(l.held, 0);
	tear_down();
}

TEST_MAIN
