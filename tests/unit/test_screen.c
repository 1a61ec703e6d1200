/* SPDX-License-Identifier: ISC */
/* The screen engine: what sequences do to cells, cursor and modes. */
#include "screen.h"
#include "unit.h"

struct seen {
	struct screen_buf answers, lines, spans, terminal;
	unsigned bells, titles;
	struct screen_buf asides;
};

static void on_answer(void *arg, char const *d, size_t n) { screen_buf_add(&((struct seen *)arg)->answers, d, n); }
static void on_bell(void *arg) { ((struct seen *)arg)->bells++; }
static void on_aside(void *arg, enum screen_aside kind, char const *text, size_t len)
{
	struct seen *const e = arg;
	screen_buf_fmt(&e->asides, "%d:", (int)kind);
	screen_buf_add(&e->asides, text, len);
}
static void on_title(void *arg, struct screen const *s)
{
	(void)s;
	((struct seen *)arg)->titles++;
}
static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct seen *const e = arg;
	screen_row_text(s, row, &e->lines);
	screen_buf_str(&e->lines, row->wrapped ? "\\" : "|");
}
static void on_query(void *arg, struct screen_span const *q)
{
	struct seen *const e = arg;
	screen_buf_fmt(&e->spans, "%llu+%llu%s ", (unsigned long long)q->offset, (unsigned long long)q->len,
		       q->kind == SCREEN_QUERY_TERMINAL ? "T" : "");
	if (q->kind == SCREEN_QUERY_TERMINAL) {
		screen_buf_add(&e->terminal, q->text, q->text_len);
		screen_buf_str(&e->terminal, " -> ");
		screen_buf_add(&e->terminal, q->fallback, q->fallback_len);
		if (!q->whole) screen_buf_str(&e->terminal, " cut");
	}
}

static struct screen *make(unsigned rows, unsigned cols, struct seen *e)
{
	struct screen *const s = screen_new(rows, cols);
	CHECK(s);
	if (e) {
		*e = (struct seen){ .bells = 0 };
		struct screen_sinks const k = { e, on_answer, on_query, on_line, on_bell, on_title, on_aside, NULL };
		screen_sinks_set(s, &k);
	}
	return s;
}

static void feed(struct screen *s, char const *str) { screen_feed(s, str, strlen(str)); }

static void seen_free(struct seen *e)
{
	screen_buf_deinit(&e->answers);
	screen_buf_deinit(&e->lines);
	screen_buf_deinit(&e->spans);
	screen_buf_deinit(&e->terminal);
	screen_buf_deinit(&e->asides);
}

static char const *text_of(struct screen_buf *b)
{
	screen_buf_add(b, "", 1);
	return b->data;
}

/* The screen as text: rows parted by '|', trailing blanks left out. */
static void dump(struct screen const *s, struct screen_buf *b)
{
	for (unsigned y = 0; y < screen_rows(s); y++) {
		struct screen_row const r = screen_row(s, SCREEN_ACTIVE, y);
		if (y) screen_buf_str(b, "|");
		screen_row_text(s, &r, b);
		if (r.wrapped) screen_buf_str(b, "\\");
	}
}

static void expect(struct screen const *s, char const *want, char const *what)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	dump(s, &b);
	if (strcmp(text_of(&b), want) != 0) {
		printf("# after %s\n", what);
		CHECK_STR(b.data, want);
	}
	screen_buf_deinit(&b);
}

/* Every state that a test reaches must survive a restore. */
static void survives(struct screen const *s, char const *what)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	char why[SCREEN_WHY_MAX] = "";
	screen_restore(s, false, &b);
	struct screen *const r = screen_new(screen_rows(s), screen_cols(s));
	CHECK(r && !b.failed);
	screen_feed(r, b.data, b.len);
	if (!screen_equal(s, r, why)) {
		printf("# restored after %s: %s\n", what, why);
		CHECK(screen_equal(s, r, NULL));
	}
	screen_free(r);
	screen_buf_deinit(&b);
}

/* On 4 rows of 10 columns: input, rows, cursor (row, column, from 0). */
struct sequence {
	char const *in, *want;
	unsigned y, x;
};

static void run(struct sequence const *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct screen *const s = make(4, 10, NULL);
		feed(s, t[i].in);
		expect(s, t[i].want, t[i].in + (t[i].in[0] == 033));
		struct screen_cursor const c = screen_cursor(s);
		if (c.y != t[i].y || c.x != t[i].x) printf("# case %zu: cursor %u,%u\n", i, c.y, c.x);
		CHECK_EQ(c.y, t[i].y);
		CHECK_EQ(c.x, t[i].x);
		survives(s, t[i].in + 1);
		screen_free(s);
	}
}
#define RUN(t) run(t, sizeof(t) / sizeof *(t))

TEST(printing)
{
	static struct sequence const t[] = {
		{ "", "|||", 0, 0 },
		{ "hello", "hello|||", 0, 5 },
		{ "0123456789", "0123456789|||", 0, 9 },
		{ "0123456789a", "0123456789\\|a||", 1, 1 },
		{ "\033[?7l0123456789ab", "012345678b|||", 0, 9 },
		{ "\033[?7l0123456789ab\033[?7hXY", "012345678b\\|XY||", 1, 2 },
		{ "0123456789\033[?7lX", "012345678X|||", 0, 9 },
		{ "a\r\nb\nc\033[Ed", "a|b| c|d", 3, 1 },
		{ "1\r\n2\r\n3\r\n4\r\n5", "2|3|4|5", 3, 1 },
		{ "abc\b\bX", "aXc|||", 0, 2 },
		{ "a\tb", "a       b|||", 0, 9 },
		{ "abc\033[1;2H\033[4hXY", "aXYbc|||", 0, 3 },
		{ "ab\033[3b", "abbbb|||", 0, 5 },
		{ "ab\033[m\033[3b", "ab|||", 0, 2 },
		{ "0123456789\033[Kx", "0123456789\\|x||", 1, 1 },
		{ "\033[20ha\nb", "a|b||", 1, 1 },
		{ "\033[10CXY\033[?45h\b\b\b", "         X|Y||", 0, 8 },
	};
	RUN(t);
}

TEST(cursor)
{
	static struct sequence const t[] = {
		{ "\033[3;5Hx", "||    x|", 2, 5 },
		{ "\033[99;99Hx", "|||         x", 3, 9 },
		{ "\033[3;5H\033[A\033[2D", "|||", 1, 2 },
		{ "\033[2;2H\033[9A\033[9D", "|||", 0, 0 },
		{ "\033[9B\033[9C\033[C", "|||", 3, 9 },
		{ "\033[3G\033[2d", "|||", 1, 2 },
		{ "\033[3`\033[2a\033[2e", "|||", 2, 4 },
		{ "\033[2;3H\0337\033[H\0338x", "|  x||", 1, 3 },
		{ "\033[2;3H\033[s\033[H\033[ux", "|  x||", 1, 3 },
		{ "0123456789\0337\033[H\0338x", "0123456789\\|x||", 1, 1 },
		{ "\033[2;3r\033[?6h\033[9;9Hx", "||        x|", 2, 9 },
		{ "\033[2;3r\033[4;1H\033[9A", "|||", 1, 0 },
		{ "\033[5G\033H\r\t\033[gx\r\tx", "    x   x|||", 0, 9 },
		{ "\033[3g\tx", "         x|||", 0, 9 },
		{ "\033[2I\033[Zx", "        x|||", 0, 9 },
		{ "\033[3;3H\033Mx\033D\033Ey", "|  x||y", 3, 1 },
	};
	RUN(t);
}

TEST(erasing)
{
	static struct sequence const t[] = {
		{ "abcdef\033[3G\033[K", "ab|||", 0, 2 },
		{ "abcdef\033[3G\033[1K", "   def|||", 0, 2 },
		{ "abcdef\033[3G\033[2K", "|||", 0, 2 },
		{ "a\r\nb\r\nc\033[2;1H\033[J", "a|||", 1, 0 },
		{ "a\r\nb\r\nc\033[2;1H\033[1J", "||c|", 1, 0 },
		{ "a\r\nb\r\nc\033[2J", "|||", 2, 1 },
		{ "abcdef\033[2G\033[2X", "a  def|||", 0, 1 },
		{ "abcdef\033[2G\033[2P", "adef|||", 0, 1 },
		{ "abcdef\033[2G\033[2@", "a  bcdef|||", 0, 1 },
		{ "ab\033[1\"qcd\033[0\"qef\033[?2K", "  cd|||", 0, 6 },
		{ "ab\033[1\"qcd\033[0\"qef\033[?2J", "  cd|||", 0, 6 },
		{ "ab\033[1\"qcd\033[0\"qef\033[2K", "|||", 0, 6 },
		{ "\033#8\033[2;2H\033[1J", "|  EEEEEEEE|EEEEEEEEEE|EEEEEEEEEE", 1, 1 },
		{ "0123456789ab\033[1;3H\033[K", "01|ab||", 0, 2 },
	};
	RUN(t);
}

TEST(scrolling)
{
	static struct sequence const t[] = {
		{ "1\r\n2\r\n3\r\n4\033[S", "2|3|4|", 3, 1 },
		{ "1\r\n2\r\n3\r\n4\033[2T", "||1|2", 3, 1 },
		{ "1\r\n2\r\n3\r\n4\033[2;1H\033[L", "1||2|3", 1, 0 },
		{ "1\r\n2\r\n3\r\n4\033[2;3H\033[M", "1|3|4|", 1, 0 },
		{ "1\r\n2\r\n3\r\n4\033[2;3r\033[3;1H\n", "1|3||4", 2, 0 },
		{ "1\r\n2\r\n3\r\n4\033[2;3r\033[2;1H\033M", "1||2|4", 1, 0 },
		{ "1\r\n2\r\n3\r\n4\033[2;3r\033[4;1H\n", "1|2|3|4", 3, 0 },
		{ "\033#8\033[?69h\033[3;5s\033[2;3r\033[S", "EEEEEEEEEE|EEEEEEEEEE|EE   EEEEE|EEEEEEEEEE", 0, 0 },
		{ "\033#8\033[?69h\033[3;5s\033[2;1H\033[4C\033[L", "EEEEEEEEEE|EE   EEEEE|EEEEEEEEEE|EEEEEEEEEE", 1, 2 },
		{ "\033[?69h\033[3;5s\033[1;3Habcdef", "  abc|  def||", 1, 4 },
		{ "abcdef\033[1;2H\033['}", "a bcdef|||", 0, 1 },
		{ "abcdef\033[1;2H\033[2'~", "adef|||", 0, 1 },
		{ "abcdef\033[2 @", "cdef|||", 0, 6 },
		{ "abcdef\033[2 A", "  abcdef|||", 0, 6 },
		{ "abcdef\r\0336\033[10G\0339", "abcdef|||", 0, 9 },
	};
	RUN(t);
}

TEST(rectangles)
{
	static struct sequence const t[] = {
		{ "\033#8\033[2;2;3;4$z", "EEEEEEEEEE|E   EEEEEE|E   EEEEEE|EEEEEEEEEE", 0, 0 },
		{ "\033[88;2;2;3;4$x", "| XXX| XXX|", 0, 0 },
		{ "abc\r\ndef\033[1;1;2;2;1;2;4;1$v", "abc|defab|   de|", 1, 3 },
		{ "\033[1\"qab\033[0\"qcd\033[1;1;1;4;${", "ab|||", 0, 4 },
	};
	RUN(t);
	struct screen *const s = make(4, 10, NULL);
	feed(s, "\033#8\033[2*x\033[1;2;2;3;7;4$r\033[1;2;1;2;7$t");
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 0, 0).style).attrs, 0);
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 1, 2).style).attrs,
		 SCREEN_INVERSE | 1 << SCREEN_UL_SHIFT);
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 0, 1).style).attrs, 1 << SCREEN_UL_SHIFT);
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 2, 1).style).attrs, 0);
	survives(s, "DECCARA");
	screen_free(s);
}

TEST(wide_and_combining)
{
	static struct sequence const t[] = {
		{ "\u4e2d\u6587x", "\u4e2d\u6587x|||", 0, 5 },
		{ "012345678\u4e2d", "012345678 \\|\u4e2d||", 1, 2 },
		{ "\033[?7l012345678\u4e2d", "012345678|||", 0, 9 },
		{ "\u4e2d\033[2Gx", " x|||", 0, 2 },
		{ "\u4e2d\033[1Gx", "x|||", 0, 1 },
		{ "\u4e2d\u6587\033[1;2H\033[P", " \u6587|||", 0, 1 },
		{ "e\u0301x", "e\u0301x|||", 0, 2 },
		{ "012345678e\u0301x", "012345678e\u0301\\|x||", 1, 1 },
		{ "\U0001f600x", "\U0001f600x|||", 0, 3 },
		{ "\u2764\ufe0fx", "\u2764\ufe0fx|||", 0, 2 },
		{ "\033[?2027h\u2764\ufe0fx", "\u2764\ufe0fx|||", 0, 3 },
		{ "\033[?2027h\U0001f468\u200d\U0001f469\u200d\U0001f467x", "\U0001f468\u200d\U0001f469\u200d\U0001f467x|||", 0, 3 },
		{ "\033[?2027h\U0001f1e9\U0001f1ea\U0001f1eb", "\U0001f1e9\U0001f1ea\U0001f1eb|||", 0, 3 },
		{ "\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469|||", 0, 4 },
		{ "\033[?2027h\u1100\u1161\u11a8x", "\u1100\u1161\u11a8x|||", 0, 3 },
		{ "\u4e2d\033[2b", "\u4e2d\u4e2d\u4e2d|||", 0, 6 },
		{ "\u00ad", "\u00ad|||", 0, 1 },
	};
	RUN(t);
}

TEST(charsets)
{
	static struct sequence const t[] = {
		{ "\033(0lqk\033(Bq", "\u250c\u2500\u2510q|||", 0, 4 },
		{ "\033)0\016x\017x", "\u2502x|||", 0, 2 },
		{ "\033*0\033Nxx", "\u2502x|||", 0, 2 },
		{ "\033+0\033Oxx", "\u2502x|||", 0, 2 },
		{ "\033(A#", "\u00a3|||", 0, 1 },
		{ "\033(K[", "\u00c4|||", 0, 1 },
		{ "\033*0\033nx", "\u2502|||", 0, 1 },
		{ "\033(0\0337\033(B\0338x", "\u2502|||", 0, 1 },
		{ "\033(%5a#", "a#|||", 0, 2 },
	};
	RUN(t);
}

TEST(utf8)
{
	static struct sequence const t[] = {
		{ "\xc3", "|||", 0, 0 },
		{ "\xffx", "\ufffdx|||", 0, 2 },
		{ "\xc3x", "\ufffdx|||", 0, 2 },
		{ "\xe2\x82x", "\ufffdx|||", 0, 2 },
		{ "\xf0\x80\x80\x80x", "\ufffd\ufffd\ufffd\ufffdx|||", 0, 5 },
		{ "\xed\xa0\x80x", "\ufffd\ufffd\ufffdx|||", 0, 4 },
		{ "\xf1\x80\x80\xe1\x80\xc2x", "\ufffd\ufffd\ufffdx|||", 0, 4 },
		{ "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd|||", 0, 4 },
		{ "\xc2\x9b" "2;2Hx", "| x||", 1, 2 },
		{ "\xc2\x85x", "|x||", 1, 1 },
		{ "\033[\u00e9x", "x|||", 0, 1 },
	};
	for (size_t i = 1; i < sizeof t / sizeof *t; i++) run(&t[i], 1);
	struct screen *const s = make(4, 10, NULL);
	feed(s, "ab\xe4\xb8");
	CHECK_EQ(screen_total(s), 4);
	CHECK_EQ(screen_ground(s), 2);
	feed(s, "\xad");
	CHECK_EQ(screen_ground(s), 5);
	feed(s, "\033[1");
	CHECK_EQ(screen_ground(s), 5);
	feed(s, "m\033]0;x");
	CHECK_EQ(screen_ground(s), 9);
	feed(s, "\007");
	CHECK_EQ(screen_ground(s), 15);
	screen_free(s);
}

TEST(parser_oddities)
{
	static struct sequence const t[] = {
		{ "\033[1;\r\n2Hx", " x|||", 0, 2 },    /* a control inside a sequence acts, then the sequence */
		{ "a\033[5\030b", "ab|||", 0, 2 },      /* CAN */
		{ "a\033[5\033[Cb", "a b|||", 0, 3 },   /* ESC starts anew */
		{ "\033[2:3Hx", "x|||", 0, 1 },        /* a colon where none belongs */
		{ "\033[>5;5Hx", "x|||", 0, 1 },        /* a prefix makes it another sequence */
		{ "\033[5<3mx", "x|||", 0, 1 },
		{ "\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1mx", "x|||", 0, 1 },
		{ "\033[99999999999999999999Bx", "|||x", 3, 1 },
		{ "\033P1;2qabc\ndef\033\\x", "x|||", 0, 1 },
		{ "\033Xabc\033\\x\033^abc\xc2\x9cy", "xy|||", 0, 2 },
		{ "\033]0;abc\033[2;2Hx", "| x||", 1, 2 }, /* ESC ends the string and starts a sequence */
		{ "\033 F\033%Gx\033#3", "x|||", 0, 1 },
		{ "\177x", "x|||", 0, 1 },
	};
	RUN(t);
}

TEST(sgr)
{
	static struct {
		char const *in;
		struct screen_style want;
	} const t[] = {
		{ "1;2;3", { .attrs = SCREEN_BOLD | SCREEN_FAINT | SCREEN_ITALIC } },
		{ "1;22;3;23;7;27;8;28;9;29;53;55;5;25", { .attrs = 0 } },
		{ "7;8;9;53;5", { .attrs = SCREEN_INVERSE | SCREEN_INVISIBLE | SCREEN_STRIKE | SCREEN_OVERLINE | SCREEN_BLINK } },
		{ "4", { .attrs = 1 << SCREEN_UL_SHIFT } },
		{ "21", { .attrs = 2 << SCREEN_UL_SHIFT } },
		{ "4:3", { .attrs = 3 << SCREEN_UL_SHIFT } },
		{ "4:0", { .attrs = 0 } },
		{ "4:5;24", { .attrs = 0 } },
		{ "31;42", { .fg = SCREEN_INDEXED | 1, .bg = SCREEN_INDEXED | 2 } },
		{ "97;100", { .fg = SCREEN_INDEXED | 15, .bg = SCREEN_INDEXED | 8 } },
		{ "38;5;208;48;5;17", { .fg = SCREEN_INDEXED | 208, .bg = SCREEN_INDEXED | 17 } },
		{ "38;2;1;2;3;1", { .fg = SCREEN_RGB | 0x010203, .attrs = SCREEN_BOLD } },
		{ "38:2:1:2:3;1", { .fg = SCREEN_RGB | 0x010203, .attrs = SCREEN_BOLD } },
		{ "38:2::1:2:3;1", { .fg = SCREEN_RGB | 0x010203, .attrs = SCREEN_BOLD } },
		{ "38:5:9;48:2:0:255:0", { .fg = SCREEN_INDEXED | SCREEN_LONG | 9, .bg = SCREEN_RGB | 0x00ff00 } },
		{ "58:5:9", { .ul = SCREEN_INDEXED | SCREEN_LONG | 9 } },
		{ "58;2;1;2;3;4", { .ul = SCREEN_RGB | 0x010203, .attrs = 1 << SCREEN_UL_SHIFT } },
		{ "58:5:9;59", { .ul = 0 } },
		{ "31;39;42;49", { .fg = 0 } },
		{ "1;31;", { .fg = 0 } },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct screen *const s = make(2, 10, NULL);
		char in[64];
		snprintf(in, sizeof in, "\033[%smx", t[i].in);
		feed(s, in);
		struct screen_style const st = screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 0, 0).style);
		if (st.fg != t[i].want.fg || st.bg != t[i].want.bg || st.ul != t[i].want.ul || st.attrs != t[i].want.attrs)
			printf("# SGR %s\n", t[i].in);
		CHECK_EQ(st.fg, t[i].want.fg);
		CHECK_EQ(st.bg, t[i].want.bg);
		CHECK_EQ(st.ul, t[i].want.ul);
		CHECK_EQ(st.attrs, t[i].want.attrs);
		survives(s, t[i].in);
		screen_free(s);
	}
}

TEST(background_erase)
{
	struct screen *const s = make(3, 10, NULL);
	feed(s, "\033[41mab\033[K\r\n\033[2X\033[3;9H\n");
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 2, 0).style).bg, SCREEN_INDEXED | 1);
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 0, 1).style).bg, SCREEN_INDEXED | 1);
	CHECK_EQ(screen_cell(s, SCREEN_ACTIVE, 2, 0).ch, 0);
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 1, 5).style).bg, 0);
	survives(s, "erasing in a background");
	screen_free(s);
}

TEST(alternate_screen)
{
	struct screen *const s = make(4, 10, NULL);
	feed(s, "main\033[31m\033[?1049h");
	CHECK(screen_alt(s));
	expect(s, "|||", "1049h");
	feed(s, "\033[Halt\033[44m");
	survives(s, "the alternate screen");
	CHECK_EQ(screen_cell(s, SCREEN_MAIN, 0, 0).ch, 'm');
	CHECK_EQ(screen_mode(s, true, 1049), 1);
	feed(s, "\033[?1049l");
	expect(s, "main|||", "1049l");
	CHECK_EQ(screen_cursor(s).x, 4);
	CHECK_EQ(screen_cursor(s).pen.fg, SCREEN_INDEXED | 1);
	feed(s, "\033[?47hx\033[?47l");
	CHECK_EQ(screen_cursor(s).x, 5);
	survives(s, "leaving it");
	screen_free(s);
}

TEST(modes_are_kept)
{
	static struct {
		char const *set;
		unsigned number;
	} const t[] = {
		{ "\033[?1h", 1 }, { "\033[?5h", 5 }, { "\033[?6h", 6 }, { "\033[?9h", 9 }, { "\033[?12h", 12 }, { "\033[?45h", 45 },
		{ "\033=", 66 }, { "\033[?66h", 66 }, { "\033[?67h", 67 }, { "\033[?69h", 69 }, { "\033[?1000h", 1000 },
		{ "\033[?1002h", 1002 }, { "\033[?1003h", 1003 }, { "\033[?1004h", 1004 }, { "\033[?1005h", 1005 },
		{ "\033[?1006h", 1006 }, { "\033[?1015h", 1015 }, { "\033[?1016h", 1016 }, { "\033[?2004h", 2004 },
		{ "\033[?2026h", 2026 }, { "\033[?2027h", 2027 }, { "\033[?2031h", 2031 }, { "\033[?2048h", 2048 },
		{ "\033[?1000h\033[?1000s\033[?1000l\033[?1000r", 1000 }, { "\033[?2004h\033[?2004s\033[?2004l\033[?2004r", 2004 },
		{ "\033[?1007h", 1007 }, { "\033[?25l\033[?25s\033[?25h\033[?25r\033[?25h", 25 },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct screen *const s = make(4, 10, NULL);
		feed(s, t[i].set);
		if (screen_mode(s, true, t[i].number) != 1) printf("# mode %u\n", t[i].number);
		CHECK_EQ(screen_mode(s, true, t[i].number), 1);
		survives(s, t[i].set + 1);
		screen_free(s);
	}
	struct screen *const s = make(4, 10, NULL);
	CHECK_EQ(screen_mode(s, true, 12345), 0);
	CHECK_EQ(screen_mode(s, false, 4), 2);
	feed(s, "\033[>5u\033[>1u\033[=2;2u\033[>4;2m\033[4 q\033[?1000;1006h\033=\033[?1h");
	struct screen_input const in = screen_input(s);
	CHECK_EQ(in.kitty, 3);
	CHECK_EQ(in.modify_other, 2);
	CHECK_EQ(in.mouse, 1000);
	CHECK_EQ(in.mouse_enc, 1006);
	CHECK(in.keypad && in.cursor_keys);
	CHECK_EQ(screen_cursor(s).shape, 4);
	survives(s, "keyboard modes");
	feed(s, "\033[<9u\033[>m\033[!p");
	CHECK_EQ(screen_input(s).kitty, 0);
	CHECK_EQ(screen_input(s).modify_other, 0);
	CHECK(!screen_input(s).keypad);
	for (int i = 0; i < 20; i++) feed(s, "\033[>3u");
	survives(s, "a full keyboard stack");
	feed(s, "\033c");
	CHECK_EQ(screen_input(s).kitty, 0);
	CHECK_EQ(screen_input(s).mouse, 0);
	screen_free(s);
}

TEST(titles_and_colours)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	uint32_t rgb;
	feed(s, "\033]0;both\007\033]1;icon\033\\\033]2;title\xc2\x9c");
	CHECK_STR(screen_title(s), "title");
	CHECK_STR(screen_icon(s), "icon");
	CHECK_EQ(e.titles, 3);
	feed(s, "\033[22;0t\033]0;x\007\033[22;2t");
	survives(s, "a title stack");
	feed(s, "\033[23;2t\033[23;0t");
	CHECK_STR(screen_title(s), "title");
	CHECK_STR(screen_icon(s), "icon");
	feed(s, "\033]4;1;#ff0000;2;rgb:00/ff/0000\007\033]10;rgb:f/0/f;#123\007");
	CHECK(screen_palette(s, 1, &rgb) && rgb == 0xff0000);
	CHECK(screen_palette(s, 2, &rgb) && rgb == 0x00ff00);
	CHECK(!screen_palette(s, 3, &rgb));
	CHECK(screen_dynamic(s, 10, &rgb) && rgb == 0xff00ff);
	CHECK(screen_dynamic(s, 11, &rgb) && rgb == 0x102030);
	survives(s, "colours");
	feed(s, "\033]104;1\007\033]110\007\033]4;3;nonsense\007");
	CHECK(!screen_palette(s, 1, &rgb) && screen_palette(s, 2, &rgb) && !screen_palette(s, 3, &rgb));
	CHECK(!screen_dynamic(s, 10, &rgb));
	feed(s, "\033]104\007");
	CHECK(!screen_palette(s, 2, &rgb));
	feed(s, "\033]2;");
	for (int i = 0; i < 3000; i++) feed(s, "\u00e9");
	feed(s, "\007\a");
	CHECK_EQ(strlen(screen_title(s)), SCREEN_TITLE_MAX);
	CHECK_EQ(e.bells, 1);
	survives(s, "a long title");
	seen_free(&e);
	screen_free(s);
}

/* What a terminal may be given as it is: told whole, or not at all. */
TEST(what_is_said_aside)
{
	static struct { char const *in, *want; } const t[] = {
		{ "\033]52;c;aGk=\a", "0:\033]52;c;aGk=\033\\" },
		{ "\033]52;;!\033\\", "0:\033]52;;!\033\\" },
		{ "\033]52;c;?\a", "" }, /* a question */
		{ "\033]9;4;1;50\a", "1:\033]9;4;1;50\033\\" },
		{ "\033]9;4 done\a", "2:\033]9;4 done\033\\" },
		{ "\033]9;hello\033\\", "2:\033]9;hello\033\\" },
		{ "\033]777;notify;a;b\a", "3:\033]777;notify;a;b\033\\" },
		{ "\033]99;i=1;hello\033\\", "4:\033]99;i=1;hello\033\\" },
		{ "\033]99;i=1:p=?;\033\\", "" }, /* another */
		{ "\033]52;c;aG\030k=\a", "" },    /* cancelled */
		{ "\033]52;c;a\001\nG\a", "0:\033]52;c;aG\033\\" },
		{ "\033]7;file:///\a\033]133;A\a\033]52", "" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		for (int split = 0; split < 2; split++) {
			struct seen e;
			struct screen *const s = make(4, 10, &e);
			if (split) for (char const *p = t[i].in; *p; p++) screen_feed(s, p, 1);
			else feed(s, t[i].in);
			CHECK_STR(text_of(&e.asides), t[i].want);
			seen_free(&e);
			screen_free(s);
		}
}

TEST(how_much_is_said_aside)
{
	static struct { char const *before; size_t most; } const t[] = {
		{ "52;c;", SCREEN_CLIPBOARD_MAX }, { "9;", SCREEN_STRING_MAX }, { "520;", 0 },
	};
	static char many[SCREEN_CLIPBOARD_MAX + 1];
	memset(many, 'A', sizeof many);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		for (size_t over = 0; over < 2; over++)
			for (size_t piece = 1; piece <= sizeof many; piece *= 4096) {
				struct seen e;
				struct screen *const s = make(4, 10, &e);
				size_t const before = screen_memory(s);
				size_t const n = (t[i].most ? t[i].most : SCREEN_STRING_MAX) - strlen(t[i].before) + over;
				feed(s, "\033]");
				feed(s, t[i].before);
				for (size_t at = 0; at < n; at += piece) screen_feed(s, many, n - at < piece ? n - at : piece);
				CHECK(screen_memory(s) <= before + 2 * SCREEN_CLIPBOARD_MAX);
				struct screen *const copy = screen_clone(s);
				feed(copy, "more\a");
				screen_free(copy);
				feed(s, "\a");
				CHECK_EQ(e.asides.len, t[i].most && !over ? 2 + 2 + t[i].most + 2 : 0);
				CHECK(screen_memory(s) <= before + 2 * SCREEN_STRING_MAX);
				seen_free(&e);
				screen_free(s);
			}
}

TEST(hyperlinks)
{
	struct screen *const s = make(4, 10, NULL);
	char const *id;
	feed(s, "\033]8;a=b:id=q;http://x;y\033\\ab\033]8;;\033\\c");
	uint16_t const link = screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 0, 1).style).link;
	CHECK_STR(screen_link(s, link, &id), "http://x;y");
	CHECK_STR(id, "q");
	CHECK_EQ(screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, 0, 2).style).link, 0);
	survives(s, "links");
	for (unsigned i = 0; i < 5000; i++) {
		char b[64];
		snprintf(b, sizeof b, "\033]8;;http://%u\007x\033]8;;\007", i);
		feed(s, b);
	}
	CHECK_STR(screen_link(s, screen_style_get(s, screen_cell(s, SCREEN_ACTIVE, screen_cursor(s).y,
								 screen_cursor(s).x - !screen_cursor(s).pending).style).link, NULL),
		  "http://4999");
	CHECK(screen_memory(s) < 300000);
	survives(s, "many links");
	screen_free(s);
}

TEST(queries)
{
	static struct {
		char const *in, *answer, *spans;
	} const t[] = {
		{ "ab\033[c", "\033[?64;6;21;22;28c", "2+3 " },
		{ "\033[>c", "\033[>41;354;0c", "0+4 " },
		{ "\033[=c", "\033P!|00000000\033\\", "0+4 " },
		{ "\033Z", "\033[?64;6;21;22;28c", "0+2 " },
		{ "\033[5n", "\033[0n", "0+4 " },
		{ "\033[2;3H\033[6n", "\033[2;3R", "6+4 " },
		{ "\033[2;3H\033[?6n", "\033[?2;3;1R", "6+5 " },
		{ "\033[2;3r\033[?6h\033[6n", "\033[1;1R", "11+4 " },
		{ "\033[?2004$p\033[?2004h\033[?2004$p", "\033[?2004;2$y\033[?2004;1$y", "0+9 17+9 " },
		{ "\033[4$p\033[999$p", "\033[4;2$y\033[999;0$y", "0+5 5+7 " },
		{ "\033[1;31m\033P$qm\033\\", "\033P1$r0;1;31m\033\\", "7+7 " },
		{ "\033[2;3r\033P$qr\033\\", "\033P1$r2;3r\033\\", "6+7 " },
		{ "\033[4 q\033P$q q\033\\", "\033P1$r4 q\033\\", "5+8 " },
		{ "\033P$q\"q\033\\", "\033P1$r0\"q\033\\", "0+8 " },
		{ "\033P$qz\033\\", "\033P0$r\033\\", "0+7 " },
		{ "\033[18t", "\033[8;4;10t", "0+5 " },
		{ "\033[14t\033[16t", "\033[4;64;80t\033[6;16;8t", "0+5 5+5 " },
		{ "\033]2;evil\007\033[21t", "\033]l\033\\", "9+5 " },
		{ "\033[>1u\033[?u", "\033[?1u", "5+4 " },
		{ "\033[x", "\033[2;1;1;128;128;1;0x", "0+3 " },
		{ "\033[>4;2m\033[?4m", "\033[>4;2m", "7+5 " },
		{ "\033[?996n", "\033[?997;1n", "0+7 " },
		{ "a\005b", "", "1+1 " },
		{ "\033[5\033[c", "\033[?64;6;21;22;28c", "0+6 " },
		{ "\033[3;", "", "" },
		{ "\033[?2048h", "\033[48;4;10;64;80t", "0+8 " },
		{ "\033[?1;2048h\033[?2048l", "\033[48;4;10;64;80t", "0+10 10+8 " },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct seen e;
		struct screen *const s = make(4, 10, &e);
		screen_pixels_set(s, 8, 16);
		for (char const *p = t[i].in; *p; p++) screen_feed(s, p, 1); /* split as finely as can be */
		CHECK_STR(text_of(&e.answers), t[i].answer);
		CHECK_STR(text_of(&e.spans), t[i].spans);
		seen_free(&e);
		screen_free(s);
	}
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, "\033[>q");
	CHECK(!strncmp(text_of(&e.answers), "\033P>|ptyhead(", 12));
	seen_free(&e);
	screen_free(s);
}

TEST(queries_for_the_terminal)
{
	static struct {
		char const *in, *spans, *text;
	} const t[] = {
		{ "\033]11;?\007", "0+7T ", "\033]11;?\033\\ -> \033]11;rgb:0000/0000/0000\033\\" },
		{ "\033]4;1;?\033\\", "0+9T ", "\033]4;1;?\033\\ -> \033]4;1;rgb:cdcd/0000/0000\033\\" },
		{ "\033]11;#abcdef\007\033]11;?\007", "13+7T ", "\033]11;?\033\\ -> \033]11;rgb:abab/cdcd/efef\033\\" },
		{ "\033]52;c;?\007", "0+9T ", "\033]52;c;?\033\\ -> " },
		{ "\033]52;c;aGk=\007", "", "" },
		{ "\033P+q544e\033\\", "0+10T ", "\033P+q544e\033\\ -> \033P0+r\033\\" },
		{ "\033_Gi=1,a=q;AAAA\033\\", "0+17T ", "\033_Gi=1,a=q;AAAA\033\\ -> " },
		{ "\033_Gi=1,a=T;AAAA\033\\", "", "" },
		{ "\033[?1;1;0S", "0+9T ", "\033[?1;1;0S -> \033[?1;3;0S" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct seen e;
		struct screen *const s = make(4, 10, &e);
		feed(s, t[i].in);
		CHECK_STR(text_of(&e.spans), t[i].spans);
		CHECK_STR(text_of(&e.terminal), t[i].text);
		CHECK_STR(text_of(&e.answers), "");
		seen_free(&e);
		screen_free(s);
	}
}

TEST_MAIN
