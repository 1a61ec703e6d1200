/* SPDX-License-Identifier: ISC */
/* What the screen engine gives out: restoring, undoing, painting, lines, sizes. */
#include "screen.h"
#include "unit.h"

static struct screen *make(unsigned rows, unsigned cols)
{
	struct screen *const s = screen_new(rows, cols);
	CHECK(s);
	return s;
}

static void feed(struct screen *s, char const *str) { screen_feed(s, str, strlen(str)); }

static char const *text_of(struct screen_buf *b)
{
	screen_buf_add(b, "", 1);
	b->len--;
	return b->data;
}

static void expect(struct screen const *s, char const *want)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	for (unsigned y = 0; y < screen_rows(s); y++) {
		struct screen_row const r = screen_row(s, SCREEN_ACTIVE, y);
		if (y) screen_buf_str(&b, "|");
		screen_row_text(s, &r, &b);
		if (r.wrapped) screen_buf_str(&b, "\\");
	}
	CHECK_STR(text_of(&b), want);
	screen_buf_deinit(&b);
}

static void same(struct screen const *a, struct screen const *b)
{
	char why[SCREEN_WHY_MAX] = "";
	if (!screen_equal(a, b, why)) printf("# %s\n", why);
	CHECK(screen_equal(a, b, NULL));
}

static void survives(struct screen const *s)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	screen_restore(s, false, &b);
	struct screen *const r = make(screen_rows(s), screen_cols(s));
	screen_feed(r, b.data, b.len);
	same(s, r);
	screen_free(r);
	screen_buf_deinit(&b);
}

static char const busy[] =
	"one\r\ntwo\033[1;31;44mred\033[K\033[0m\r\n\033]8;;http://x\033\\link\033]8;;\033\\ \u4e2d\u6587 e\u0301"
	"\033[5;1H0123456789012345678\u4e2dxyz\033[7;2H\0337"
	"\033[?1h\033=\033[?1002h\033[?1006h\033[?2004h\033[?1004h\033[>5u\033[>4;2m\033[3 q\033[?25l"
	"\033]0;title\007\033]4;1;#123456\007\033]11;#654321\007\033[2;6r\033[?6h\033(0\033[4h\033[3g\033[2;5H\033H";
static char const busy_alt[] = "\033[?1049h\033[2;3Halt\033[7m\033[3;7r\033[>1u\0337\033[5;5H";

TEST(restore_says_all)
{
	struct screen *const s = make(8, 20);
	survives(s);
	struct screen_buf b = SCREEN_BUF_INIT;
	screen_restore(s, false, &b);
	CHECK(b.len < 16);
	screen_buf_deinit(&b);
	feed(s, busy);
	survives(s);
	feed(s, busy_alt);
	survives(s);
	screen_free(s);
}

/* The equality that all this rests on must see a difference. */
TEST(equal_sees_differences)
{
	static char const *const changes[] = {
		"x", "\033[1;1Hy", "\033[31m", "\033[?1h", "\033=", "\033[?1000h", "\033[?1006h", "\033[>1u", "\033[>4;1m",
		"\033[2;3r", "\033[?69h", "\033[?69h\033[2;4s", "\033[3g", "\033[4G\033H\033[H", "\033(0", "\016", "\033N", "\033]0;t\007",
		"\033]1;t\007", "\033[22t", "\033]4;1;#111\007", "\033]12;#111\007", "\033[3 q", "\0337\033[4;4H\0337\033[H",
		"\033[?2004s", "\033[?1049h", "\033]8;;u\033\\", "\033[1\"q", "\033[2*x", "\033[?25l", "\033[1;2H", "\033[41m\033[K",
		"01234567890123456789\r", "0123456789012345678901\033[H\033[2X\033[2;1H\033[2X\033[H",
	};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct screen *const a = make(4, 20);
		struct screen *const b = make(4, 20);
		char why[SCREEN_WHY_MAX] = "";
		feed(a, changes[i]);
		if (screen_equal(a, b, why)) printf("# change %zu is not seen\n", i);
		CHECK(!screen_equal(a, b, why));
		CHECK(why[0]);
		screen_free(a);
		screen_free(b);
	}
	struct screen *const a = make(4, 20);
	struct screen *const b = make(4, 21);
	CHECK(!screen_equal(a, b, NULL));
	screen_free(a);
	screen_free(b);
}

TEST(restore_over_a_used_terminal)
{
	struct screen *const s = make(8, 20);
	struct screen *const t = make(8, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\033[3;3Hhello\033[31m\033[?2004h");
	feed(t, "$ ls\r\nfile\033[1;4m\033[2;5r\033[?6h\033[4h");
	screen_restore(s, true, &b);
	screen_feed(t, b.data, b.len);
	same(s, t);
	feed(t, "\033[31;44mdirt\033[5;8r\033[?6h\033[4h\033(0\033[?7l\033[?1003h\033[>3u\033[?1049hmore\033[>1u\033[3g\033]4;1;#123\007");
	screen_feed(t, b.data, b.len);
	same(s, t);
	screen_buf_deinit(&b);
	screen_free(s);
	screen_free(t);
}

TEST(clone_is_equal_and_apart)
{
	struct screen *const s = make(8, 20);
	feed(s, busy);
	feed(s, busy_alt);
	struct screen *const c = screen_clone(s);
	CHECK(c);
	same(s, c);
	feed(c, "\033[31;42mmore e\u0302\033]8;;http://y\007z");
	CHECK(!screen_equal(s, c, NULL));
	screen_free(s);
	survives(c);
	screen_free(c);
}

TEST(undo_switches_off)
{
	static char const *const states[] = { "", busy, "\033[?1003h\033[?1016h\033[?7l\033[?45h\033[20h\033[?5h", "\033N", "\033[?1h" };
	for (size_t i = 0; i < 2 * sizeof states / sizeof *states; i++) {
		struct screen *const s = make(8, 20);
		struct screen_buf b = SCREEN_BUF_INIT;
		feed(s, "shell$ \r\n");
		feed(s, states[i / 2]);
		if (i % 2) feed(s, busy_alt);
		screen_undo(s, &b);
		CHECK(!strstr(text_of(&b), "\033c"));
		if (i == 0) CHECK_STR(b.data, "\033[2;1H"); /* nothing on: nothing switched */
		if (i == 8) CHECK(strstr(b.data, "\033[?1l") && !strstr(b.data, "1049") && !strstr(b.data, "2004"));
		screen_feed(s, b.data, b.len);
		struct screen_input const in = screen_input(s);
		CHECK(!screen_alt(s) && !in.cursor_keys && !in.keypad && !in.paste && !in.focus && !in.kitty && !in.modify_other &&
		      !in.mouse && !in.mouse_enc && !in.newline);
		CHECK_EQ(screen_mode(s, true, 7), 1);
		CHECK_EQ(screen_mode(s, true, 6), 2);
		CHECK_EQ(screen_mode(s, true, 69), 2);
		struct screen_cursor const c = screen_cursor(s);
		CHECK(c.visible && c.shape == 0 && c.x == 0 && c.pen.fg == 0 && c.pen.attrs == 0 && c.pen.link == 0);
		uint32_t rgb;
		CHECK(!screen_palette(s, 1, &rgb) && !screen_dynamic(s, 11, &rgb));
		for (unsigned x = 0; x < 20; x++) CHECK_EQ(screen_cell(s, SCREEN_ACTIVE, c.y, x).ch == 0 ||
							   screen_cell(s, SCREEN_ACTIVE, c.y, x).ch == ' ', 1);
		screen_buf_deinit(&b);
		screen_free(s);
	}
}

TEST(undo_leaves_a_full_screen_by_scrolling)
{
	struct screen *const s = make(3, 10);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "1\r\n2\r\n3");
	screen_undo(s, &b);
	screen_feed(s, b.data, b.len);
	expect(s, "2|3|");
	CHECK_EQ(screen_cursor(s).y, 2);
	screen_buf_deinit(&b);
	screen_free(s);
}

/* The viewer's terminal after a diff shows what the screen does. */
static void painted(struct screen const *from, struct screen const *to, unsigned rows, unsigned cols, struct screen *t)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	unsigned y0;
	unsigned x0;
	screen_diff(from, to, rows, cols, &b);
	screen_feed(t, b.data, b.len);
	screen_buf_deinit(&b);
	screen_viewport(to, rows, cols, &y0, &x0);
	for (unsigned y = 0; y < rows; y++)
		for (unsigned x = 0; x < cols; x++) {
			struct screen_cell const a = screen_cell(to, SCREEN_ACTIVE, y0 + y, x0 + x);
			struct screen_cell const c = screen_cell(t, SCREEN_ACTIVE, y, x);
			if (a.ch & SCREEN_CLUSTER || a.flags) continue;
			if (a.ch != c.ch) printf("# cell %u,%u\n", y, x);
			CHECK_EQ(a.ch, c.ch);
			CHECK_EQ(screen_style_get(to, a.style).bg, screen_style_get(t, c.style).bg);
			CHECK_EQ(screen_style_get(to, a.style).fg, screen_style_get(t, c.style).fg);
		}
	struct screen_cursor const want = screen_cursor(to);
	struct screen_cursor const got = screen_cursor(t);
	CHECK_EQ(got.y, want.y - y0);
	CHECK_EQ(got.x, want.x - x0);
	CHECK_EQ(got.visible, want.visible);
	CHECK_EQ(screen_alt(t), screen_alt(to));
	CHECK_EQ(screen_input(t).mouse, screen_input(to).mouse);
	CHECK_EQ(screen_input(t).kitty, screen_input(to).kitty);
	CHECK_EQ(screen_input(t).paste, screen_input(to).paste);
	CHECK_STR(screen_title(t), screen_title(to));
}

TEST(diff_paints)
{
	static unsigned const sizes[][2] = { { 8, 20 }, { 24, 80 }, { 3, 7 }, { 1, 1 }, { 8, 5 }, { 2, 40 } };
	static char const *const steps[] = {
		"", busy, "\033[?6l\033[r\r\n\n\n\nscrolled\r\n\n", busy_alt, "more\033[?25h", "\033[?1049l\033[?1002l", "\033[<u\033[2J",
		"\033[99;99H\u4e2d\u6587",
	};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct screen *const s = make(8, 20);
		struct screen *const t = make(sizes[i][0], sizes[i][1]);
		struct screen *before = NULL;
		for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
			feed(s, steps[k]);
			painted(before, s, sizes[i][0], sizes[i][1], t);
			screen_free(before);
			before = screen_clone(s);
			CHECK(before);
		}
		screen_free(before);
		screen_free(s);
		screen_free(t);
	}
}

TEST(diff_is_small)
{
	struct screen *const s = make(24, 80);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\033[?1049h");
	for (unsigned i = 0; i < 23; i++) {
		char line[100];
		snprintf(line, sizeof line, "line number %u and some text on it to make it long\r\n", i);
		feed(s, line);
	}
	struct screen *const before = screen_clone(s);
	CHECK(before);
	screen_diff(before, s, 24, 80, &b);
	CHECK(b.len < 40); /* nothing changed */
	screen_buf_clear(&b);
	feed(s, "x\r\ny\r\nz");
	screen_diff(before, s, 24, 80, &b);
	CHECK(b.len < 120); /* scrolled, not repainted */
	screen_buf_deinit(&b);
	screen_free(before);
	screen_free(s);
}

/* ---- widths that terminals disagree about ------------------------------------- */

/* Of what follows a sign: was it preceded by a movement to (y, x), from 1? */
static void moved(struct screen_buf *b, char const *sign, char const *then)
{
	char const *const at = strstr(text_of(b), sign);
	CHECK(at);
	if (strncmp(at + strlen(sign), then, strlen(then)) != 0) printf("# %s\n", at + strlen(sign));
	CHECK(strncmp(at + strlen(sign), then, strlen(then)) == 0);
}

TEST(the_cursor_is_placed_after_a_disputed_character)
{
	struct screen *const s = make(4, 20);
	struct screen *const at = make(4, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\U0001f44d\U0001f3fd ok\r\n\u2764\ufe0f x\u0301y");
	screen_diff(NULL, s, 4, 20, &b);
	moved(&b, "\U0001f44d", "\033[1;3H");
	moved(&b, "\U0001f3fd", "\033[1;5H ok");
	moved(&b, "\u2764\ufe0f", "\033[2;2H x\u0301y"); /* an accent is no matter of dispute */
	screen_buf_clear(&b);
	screen_restore_real(s, at, &b);
	moved(&b, "\U0001f3fd", "\033[1;5H ok");
	screen_buf_deinit(&b);
	screen_free(at);
	screen_free(s);
}

/* The last character is printed again for a mark that may follow, but not one after
 * which the cursor of some terminal is elsewhere. */
TEST(a_disputed_character_is_printed_once)
{
	struct screen *const s = make(4, 20);
	struct screen *const at = make(4, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "ok \U0001f44d");
	screen_restore_real(s, at, &b);
	char const *const first = strstr(text_of(&b), "\U0001f44d");
	CHECK(first && !strstr(first + 1, "\U0001f44d") && strstr(first, "\033[1;6H"));
	screen_buf_clear(&b);
	screen_restore(s, false, &b);
	feed(at, text_of(&b));
	same(s, at);
	screen_buf_deinit(&b);
	screen_free(at);
	screen_free(s);
}

/* Where it takes more columns it neither wraps nor scrolls, and what it was written
 * over is written again. */
TEST(a_disputed_character_at_the_edge)
{
	struct screen *const s = make(2, 8);
	struct screen *const t = make(2, 8);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\033[?2027hone\r\n......\U0001f44d\U0001f3fd");
	screen_diff(NULL, s, 2, 8, &b);
	feed(t, text_of(&b));
	expect(t, "one|......\U0001f44d\U0001f3fd");
	/* A terminal that does not know the mode. */
	feed(t, "\033[?2027l\033[2J");
	for (char *p = b.data; (p = strstr(p, "\033[?2027"));) memcpy(p, "\033[?9999", 7);
	feed(t, text_of(&b));
	struct screen_row const top = screen_row(t, SCREEN_ACTIVE, 0);
	struct screen_buf row = SCREEN_BUF_INIT;
	screen_row_text(t, &top, &row);
	CHECK_STR(text_of(&row), "one");
	CHECK_EQ(screen_mode(t, true, 7), 1);
	screen_buf_deinit(&row);
	screen_buf_deinit(&b);
	screen_free(t);
	screen_free(s);
}

TEST(what_a_disputed_character_covered_is_painted)
{
	struct screen *const from = make(2, 12);
	struct screen *const to = make(2, 12);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(from, "x|ok");
	feed(to, "\u2764\ufe0f|ok");
	screen_diff(from, to, 2, 12, &b);
	moved(&b, "\u2764\ufe0f", "\033[1;2H|");
	screen_buf_deinit(&b);
	screen_free(to);
	screen_free(from);
}

/* In cells of their own the letters of a flag are written together. */
TEST(flags_are_written_at_one_go)
{
	struct screen *const from = make(1, 12);
	struct screen *const to = make(1, 12);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(from, "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7|");
	feed(to, "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1ee|");
	screen_diff(from, to, 1, 12, &b);
	moved(&b, "\U0001f1e9\U0001f1ea", "\033[1;3H");
	moved(&b, "\U0001f1eb\U0001f1ee", "\033[1;5H|");
	screen_buf_deinit(&b);
	screen_free(to);
	screen_free(from);
}

/* Which is what it is after a reset, and when another run begins. */
TEST(clusters_from_the_start)
{
	struct screen *const s = make(2, 12);
	struct screen *const t = make(2, 12);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\U0001f44d\U0001f3fd");
	CHECK_EQ(screen_cursor(s).x, 4);
	screen_clusters_set(s, true);
	CHECK_EQ(screen_mode(s, true, 2027), 2);
	screen_new_run(s);
	feed(s, "\U0001f44d\U0001f3fd");
	CHECK_EQ(screen_cursor(s).x, 2);
	feed(s, "\033c\U0001f44d\U0001f3fd");
	CHECK_EQ(screen_cursor(s).x, 2);
	feed(s, "\033[?2027l\r\U0001f44d\U0001f3fd");
	CHECK_EQ(screen_cursor(s).x, 4);
	screen_clusters_set(t, true);
	screen_reset(t);
	screen_restore(s, false, &b);
	feed(t, text_of(&b));
	same(s, t);
	screen_new_run(s);
	CHECK_EQ(screen_mode(s, true, 2027), 1);
	screen_clusters_set(s, false);
	screen_new_run(s);
	CHECK_EQ(screen_mode(s, true, 2027), 2);
	screen_buf_deinit(&b);
	screen_free(t);
	screen_free(s);
}

/* ---- lines ------------------------------------------------------------------- */

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	screen_row_text(s, row, arg);
	screen_buf_str(arg, row->wrapped ? "\\" : "|");
}

static struct screen *logged(unsigned rows, unsigned cols, struct screen_buf *b)
{
	struct screen *const s = make(rows, cols);
	struct screen_sinks const k = { .arg = b, .line = on_line };
	screen_sinks_set(s, &k);
	return s;
}

TEST(lines_become_final)
{
	static struct {
		char const *in, *lines;
	} const t[] = {
		{ "1\r\n2\r\n3\r\n4\r\n5", "1|2|/3|4|5|" },
		{ "12345678\r\nab\r\nc\r\nd", "12345\\/678|ab|c|d|" },
		{ "1\r\n2\033[2J\033[Hx", "1|2|/x|" },
		{ "1\r\n2\033[H\033[Jx", "1|2|/x|" },
		{ "1\r\n2\033cx", "1|2|/x|" },
		{ "1\r\n2\033[?1049ha\r\nb\r\nc\r\nd\r\ne\r\nf", "/1|2|" },
		{ "1\r\n2\r\n3\033[2;3r\033[3;1H\n\n", "/1|" },
		{ "1\r\n2\r\n3\033[1;2r\033[2;1H\n", "1|/2||3|" },
		{ "1\r\n2\r\n3\033[2S", "1|2|/3|" },
		{ "1\r\n2\r\n3\033[H\033[M", "/2|3|" },
		{ "\033[?69h\033[1;3s1\r\n2\r\n3\r\n4\r\n5\r\n6", "/3|4|5|6|" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct screen_buf b = SCREEN_BUF_INIT;
		struct screen *const s = logged(i == 6 || i == 7 ? 3 : 4, 5, &b);
		if (i == 0 || i == 5) screen_resize(s, 3, 5);
		feed(s, t[i].in);
		screen_buf_str(&b, "/");
		screen_reset(s); /* gives what is left on the screen */
		size_t const n = b.len;
		screen_reset(s); /* once is enough */
		CHECK_EQ(b.len, n);
		if (strcmp(text_of(&b), t[i].lines) != 0) printf("# case %zu\n", i);
		CHECK_STR(b.data, t[i].lines);
		screen_buf_deinit(&b);
		screen_free(s);
	}
}

TEST(rows_as_text)
{
	struct screen *const s = make(2, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "a \033[1;31mb\033[0m\u4e2d\033]8;id=i;http://x\033\\l\033]8;;\033\\ e\u0301  \033[44m\033[K");
	struct screen_row const r = screen_row(s, SCREEN_ACTIVE, 0);
	screen_row_text(s, &r, &b);
	CHECK_STR(text_of(&b), "a b\u4e2dl e\u0301");
	screen_buf_clear(&b);
	screen_row_sgr(s, &r, &b);
	CHECK_STR(text_of(&b), "a \033[0;1;31mb\033[m\u4e2d\033]8;id=i;http://x\033\\l\033]8;;\033\\ e\u0301  \033[0;44m          \033[m");
	screen_buf_deinit(&b);
	screen_free(s);
}

/* ---- sizes -------------------------------------------------------------------- */

static bool has_c1(char const *p, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (p[i] == '\xc2' && (unsigned char)p[i + 1] < 0xa0) return true;
	return false;
}

/* U+009B is CSI. What a program put into a title or a link is written to other
 * terminals, which may obey it there. */
TEST(no_control_is_written_out_of_a_string)
{
	static char const c1[] = "\xc2\x9b" "2J\xc2\x90\xff\xc3";
	struct screen *const s = make(4, 20);
	struct screen_buf b = SCREEN_BUF_INIT;
	char const *id;

	feed(s, "\033]0;a");
	feed(s, c1);
	feed(s, "z\033\\\033]8;id=i");
	feed(s, c1);
	feed(s, ";http://x/\xc3\xa9");
	feed(s, c1);
	feed(s, "\033\\link");
	CHECK_STR(screen_title(s), "a\ufffd2J\ufffd\ufffd\ufffdz");
	CHECK_STR(screen_link(s, screen_cursor(s).pen.link, &id), "http://x/\xc3\xa9%C2%9B2J%C2%90%FF%C3");
	CHECK_STR(id, "i%C2%9B2J%C2%90%FF%C3");
	survives(s);

	struct screen_row const r = screen_row(s, SCREEN_ACTIVE, 0);
	screen_row_sgr(s, &r, &b);
	screen_restore(s, true, &b);
	screen_diff(NULL, s, 4, 20, &b);
	CHECK(b.len > 0 && !has_c1(b.data, b.len));
	screen_buf_deinit(&b);
	screen_free(s);
}

/* What is made longer by that stays within its bound. */
TEST(a_title_and_a_link_of_controls_stay_within_their_bounds)
{
	struct screen *const s = make(4, 20);

	feed(s, "\033]2;");
	for (int i = 0; i < 2000; i++) feed(s, "\xc2\x9b");
	feed(s, "\033\\");
	CHECK_EQ(strlen(screen_title(s)), SCREEN_TITLE_MAX / 3 * 3);
	feed(s, "\033]8;;");
	for (int i = 0; i < 600; i++) feed(s, "\xc2\x9b");
	feed(s, "\033\\");
	CHECK_EQ(strlen(screen_link(s, screen_cursor(s).pen.link, NULL)), 3600u);
	feed(s, "\033]8;;");
	for (int i = 0; i < 700; i++) feed(s, "\xc2\x9b");
	feed(s, "\033\\");
	CHECK_EQ(screen_cursor(s).pen.link, 0);
	screen_free(s);
}

TEST(reflow)
{
	static struct {
		unsigned rows, cols;
		char const *in;
		unsigned rows2, cols2;
		char const *want;
		unsigned y, x;
		char const *lines;
	} const t[] = {
		{ 3, 5, "abcdefgh", 3, 10, "abcdefgh||", 0, 8, "" },
		{ 3, 10, "abcdefgh", 3, 5, "abcde\\|fgh|", 1, 3, "" },
		{ 3, 10, "1\r\nabcdefgh\r\n2", 3, 4, "abcd\\|efgh|2", 2, 1, "1|" },
		{ 4, 5, "12345\r\nab", 4, 4, "1234\\|5|ab|", 2, 2, "" },
		{ 4, 6, "ab\u4e2dcd", 4, 3, "ab \\|\u4e2dc\\|d|", 2, 1, "" },
		{ 4, 3, "ab\u4e2dcd", 4, 6, "ab\u4e2dcd|||", 0, 5, "" },
		{ 4, 5, "1\r\n2\r\n3\r\n4", 2, 5, "3|4", 1, 1, "1|2|" },
		{ 4, 5, "1\r\n2\033[1;2H", 2, 5, "1|2", 0, 1, "" },
		{ 2, 5, "1\r\n2", 4, 5, "1|2||", 1, 1, "" },
		{ 3, 5, "abcde", 3, 8, "abcde||", 0, 5, "" },
		{ 3, 5, "abcde", 3, 3, "abc\\|de|", 1, 2, "" },
		{ 2, 5, "\033[?1049habcdefg", 2, 3, "abc|fg", 1, 2, "" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct screen_buf b = SCREEN_BUF_INIT;
		struct screen *const s = logged(t[i].rows, t[i].cols, &b);
		feed(s, t[i].in);
		screen_resize(s, t[i].rows2, t[i].cols2);
		expect(s, t[i].want);
		CHECK_EQ(screen_cursor(s).y, t[i].y);
		CHECK_EQ(screen_cursor(s).x, t[i].x);
		CHECK_STR(text_of(&b), t[i].lines);
		survives(s);
		screen_buf_deinit(&b);
		screen_free(s);
	}
}

TEST(sizes_are_clamped)
{
	struct screen *const s = make(0, 100000);
	CHECK_EQ(screen_rows(s), 1);
	CHECK_EQ(screen_cols(s), SCREEN_SIZE_MAX);
	screen_resize(s, 100000, 0);
	CHECK_EQ(screen_rows(s), SCREEN_SIZE_MAX);
	CHECK_EQ(screen_cols(s), 1);
	feed(s, "a\u4e2db");
	survives(s);
	screen_free(s);
}

/* ---- bounds ------------------------------------------------------------------- */

TEST(memory_is_bounded)
{
	struct screen *const s = make(24, 80);
	for (unsigned y = 0; y < 50; y++) feed(s, "0123456789012345678901234567890123456789012345678901234567890123456789012345678\r\n");
	feed(s, "\033[?1049h");
	for (unsigned y = 0; y < 50; y++) feed(s, "0123456789012345678901234567890123456789012345678901234567890123456789012345678\r\n");
	CHECK(screen_memory(s) <= 64 * 1024);
	printf("# %zu bytes with both screens full\n", screen_memory(s));
	/* Every cell another colour, many times over: styles are collected. */
	for (unsigned i = 0; i < 100000; i++) {
		char b[64];
		snprintf(b, sizeof b, "\033[38;2;%u;%u;%umx%c\xcc%c", i >> 16, i >> 8 & 255, i & 255, 'a' + i % 26, (char)(0x80 + i / 26 % 64));
		feed(s, b);
	}
	CHECK(screen_memory(s) < 1 << 20);
	survives(s);
	feed(s, "\033]0;");
	for (unsigned i = 0; i < 100000; i++) feed(s, "xxxxxxxxxxxxxxxx");
	feed(s, "\007\033P");
	for (unsigned i = 0; i < 100000; i++) feed(s, "1;xxxxxxxxxxxxxxxx");
	CHECK(screen_memory(s) < 1 << 20);
	screen_free(s);
}

TEST(offsets)
{
	struct screen *const s = make(2, 10);
	screen_offset_set(s, UINT64_C(1) << 40);
	CHECK_EQ(screen_total(s), 1LL << 40);
	CHECK_EQ(screen_ground(s), 1LL << 40);
	feed(s, "ab\033[");
	CHECK_EQ(screen_total(s), (1LL << 40) + 4);
	CHECK_EQ(screen_ground(s), (1LL << 40) + 2);
	screen_reset(s);
	CHECK_EQ(screen_ground(s), (1LL << 40) + 4);
	expect(s, "|");
	screen_free(s);
}

TEST(buffers_are_bounded)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	static char const chunk[1 << 16];
	for (unsigned i = 0; i < SCREEN_BUF_MAX / sizeof chunk; i++) screen_buf_add(&b, chunk, sizeof chunk);
	CHECK(!b.failed);
	screen_buf_add(&b, chunk, 1);
	CHECK(b.failed && b.len == SCREEN_BUF_MAX);
	screen_buf_deinit(&b);
}

/* tmux discards a sequence whose parameters are longer than its buffer of 64. */
TEST(no_sequence_is_too_long_for_tmux)
{
	struct screen *const s = screen_new(24, 80);
	struct screen_buf b = SCREEN_BUF_INIT;
	static char const on[] = "\033[?1;5;6;9;12;45;66;67;1004;1005;1006;1007;2004;2026;2027;2031;2048h\033[?1003h"
	                         "\033[>5u\033[>4;2m\033[1;2;3;4;5;7;9;53;38;2;1;2;3;48;2;4;5;6mx";
	CHECK(s);
	screen_feed(s, on, sizeof on - 1);
	screen_restore(s, true, &b);
	screen_undo(s, &b);
	size_t run = 0;
	for (size_t i = 0; i < b.len; i++) {
		run = (b.data[i] >= '0' && b.data[i] <= '9') || b.data[i] == ';' || b.data[i] == ':' ? run + 1 : 0;
		CHECK(run < 64);
	}
	screen_buf_deinit(&b);
	screen_free(s);
}

TEST_MAIN
