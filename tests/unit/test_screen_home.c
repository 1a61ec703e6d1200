/* SPDX-License-Identifier: ISC */
/* What the user's terminal had on by itself: left alone, and put back. */
#include "screen.h"

#include <string.h>

#include "unit.h"

/* A terminal that says of itself what is in `answers`. */
static struct screen *terminal(char const *const *answers)
{
	struct screen *const s = screen_new(5, 20);
	CHECK(s);
	for (; *answers; answers++) CHECK(screen_home_answer(s, *answers, strlen(*answers)));
	return s;
}

static char const *undone(struct screen *s, struct screen_buf *b)
{
	screen_buf_clear(b);
	screen_undo(s, b);
	screen_buf_add(b, "", 1);
	return b->data;
}

static void feed(struct screen *s, char const *text)
{
	screen_feed(s, text, strlen(text));
}

static char const *const vte[] = { "\033[?1007;1$y", "\033[?2027;1$y", "\033[?1036;1$y", "\033[?12;2$y", "\033[?2004;2$y", NULL };

TEST(what_is_on_by_itself_and_was_not_touched_is_left_alone)
{
	struct screen *const s = terminal(vte);
	struct screen *const prog = screen_new(5, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(prog, "text");
	screen_diff(s, prog, 5, 20, &b);
	screen_feed(s, b.data, b.len);
	CHECK(!memmem(b.data, b.len, "1007", 4) && !memmem(b.data, b.len, "2027", 4) && !memmem(b.data, b.len, "1036", 4));
	CHECK(!strstr(undone(s, &b), "1007") && !strstr(b.data, "2027") && !strstr(b.data, "1036"));
	screen_buf_deinit(&b);
	screen_free(prog);
	screen_free(s);
}

TEST(what_was_touched_is_put_back)
{
	static struct { char const *in, *has, *has_not; } const rows[] = {
		{ "\033[?1007l", "\033[?1007h", "1036" },
		{ "\033[?1007h", "", "1007" },
		{ "\033[?1036h", "", "1036" },
		{ "\033[?1036l", "\033[?1036h", "1007" },
		{ "\033[?2027h\033[?2027l", "\033[?2027h", "1007" },
		{ "\033[?2004h", "\033[?2004l", "1007" },
		{ "\033[?12h", "\033[?12l", "1007" },
		{ "\033[?1007l\033[?2031h", "\033[?2031l", "2027" },
	};
	struct screen_buf b = SCREEN_BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct screen *const s = terminal(vte);
		feed(s, rows[i].in);
		CHECK(strstr(undone(s, &b), rows[i].has));
		CHECK(!strstr(b.data, rows[i].has_not));
		/* And then nothing is left to be undone. */
		feed(s, b.data);
		undone(s, &b);
		CHECK(!strstr(b.data, "?1007") && !strstr(b.data, "?1036") && !strstr(b.data, "?2027"));
		screen_free(s);
	}
	screen_buf_deinit(&b);
}

/* What one viewer's terminal has on by itself must go where the program wants it off. */
TEST(a_mode_that_a_program_switched_off_is_off_for_who_comes_later)
{
	struct screen *const s = terminal(vte);
	struct screen *const prog = screen_new(5, 20);
	struct screen *const later = screen_new(5, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(prog, "\033[?1007l");
	screen_restore(prog, false, &b);
	screen_feed(later, b.data, b.len);
	screen_buf_clear(&b);
	screen_diff(s, later, 5, 20, &b);
	CHECK(memmem(b.data, b.len, "\033[?1007l", 8));
	screen_buf_deinit(&b);
	screen_free(later);
	screen_free(prog);
	screen_free(s);
}

static char const *const themed[] = { "\033]4;1;rgb:aaaa/1111/2222\033\\", "\033]11;rgb:1212/3434/5656\a", "\033]12;rgb:ff/00/ff\033\\",
	                              "\033P1$r4 q\033\\", NULL };

TEST(colours_and_the_cursors_shape_are_put_back)
{
	static struct { char const *in, *has, *has_not; } const rows[] = {
		{ "", "", "]" },
		{ "\033[3 q", "\033[4 q", "]" },
		{ "\033[4 q", "", " q" },
		{ "\033]4;1;#123456\a", "\033]4;1;rgb:aa/11/22\033\\", "]11" },
		{ "\033]12;red\a", "\033]12;rgb:ff/00/ff\033\\", "]11" },
		{ "\033]12;nonesuch\a", "\033]12;rgb:ff/00/ff\033\\", "]11" },
		{ "\033]11;navy\a", "\033]11;rgb:12/34/56\033\\", "]12" },
		{ "\033]10;navy\a", "\033]110\033\\", "]12" },
		{ "\033]11;navy\a\033]111\a", "\033]11;rgb:12/34/56\033\\", "]12" },
		{ "\033]4;1;red\a\033]104\a", "\033]4;1;rgb:aa/11/22\033\\", "]104" },
		{ "\033]4;2;red;200;blue\a", "\033]104;2;200\033\\", "]4;1" },
	};
	struct screen_buf b = SCREEN_BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct screen *const s = terminal(themed);
		feed(s, rows[i].in);
		if (!strstr(undone(s, &b), rows[i].has) || strstr(b.data, rows[i].has_not)) printf("# row %zu\n", i);
		CHECK(strstr(b.data, rows[i].has) && !strstr(b.data, rows[i].has_not));
		screen_free(s);
	}
	screen_buf_deinit(&b);
}

TEST(a_progress_bar_goes_with_its_program)
{
	struct screen *const s = screen_new(5, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\033]9;4;1;50\033\\");
	CHECK(strstr(undone(s, &b), "\033]9;4;0\033\\"));
	feed(s, "\033]9;4;0\033\\");
	CHECK(!strstr(undone(s, &b), "]9;4"));
	feed(s, "\033]9;4;3\a\033]2;title\a");
	screen_new_run(s);
	CHECK(!strstr(undone(s, &b), "]9;4"));
	CHECK_STR(screen_title(s), "");
	screen_buf_deinit(&b);
	screen_free(s);
}

TEST(the_mouse_is_put_back)
{
	static char const *const answers[] = { "\033[?1000;1$y", "\033[?1006;1$y", "\033[?1002;2$y", NULL };
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen *const s = terminal(answers);
	screen_home_default(&b);
	screen_feed(s, b.data, b.len);
	CHECK(strstr(undone(s, &b), "\033[?1000h") && strstr(b.data, "\033[?1006h"));
	feed(s, "\033[?1003h");
	CHECK(strstr(undone(s, &b), "\033[?1003l") && strstr(b.data, "\033[?1000h"));
	screen_buf_deinit(&b);
	screen_free(s);
}

TEST(what_is_no_answer)
{
	static char const *const bad[] = { "\033[?1007;1$", "\033[?1007$y", "\033[A", "\033]52;c;YQ==\a", "\033]11", "\033P>|xterm\033\\",
		                           "\033[?1;2c", "\033]4;rgb:1/1/1\a" };
	struct screen *const s = screen_new(5, 20);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!screen_home_answer(s, bad[i], strlen(bad[i])));
	screen_free(s);
}

TEST_MAIN
