/* SPDX-License-Identifier: ISC */
/* What xterm's control sequences say beside the cells, which tests/oracle compares:
 * answers, modes, colours, sizes, and what is undone and restored of them. */
#include "screen.h"
#include "unit.h"

struct seen {
	struct screen_buf answers, asked;
	unsigned forgotten;
};

static void on_answer(void *arg, char const *d, size_t n) { screen_buf_add(&((struct seen *)arg)->answers, d, n); }
static void on_forget(void *arg) { ((struct seen *)arg)->forgotten++; }
static void on_query(void *arg, struct screen_span const *q)
{
	struct seen *const e = arg;
	if (q->kind != SCREEN_QUERY_TERMINAL) return;
	screen_buf_add(&e->asked, q->text, q->text_len);
	screen_buf_str(&e->asked, ">");
	screen_buf_add(&e->asked, q->fallback, q->fallback_len);
}

static struct screen *make(unsigned rows, unsigned cols, struct seen *e)
{
	struct screen *const s = screen_new(rows, cols);
	CHECK(s);
	*e = (struct seen){ .forgotten = 0 };
	struct screen_sinks const k = { .arg = e, .answer = on_answer, .query = on_query, .forget = on_forget };
	screen_sinks_set(s, &k);
	return s;
}

static void feed(struct screen *s, char const *str) { screen_feed(s, str, strlen(str)); }

static void drop(struct screen *s, struct seen *e)
{
	screen_buf_deinit(&e->answers);
	screen_buf_deinit(&e->asked);
	screen_free(s);
}

static char const *text_of(struct screen_buf *b)
{
	screen_buf_add(b, "", 1);
	return b->data;
}

/* A screen made from what restores it must be equal. */
static void survives(struct screen const *s)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	char why[SCREEN_WHY_MAX] = "";
	screen_restore(s, false, &b);
	struct screen *const r = screen_new(screen_rows(s), screen_cols(s));
	CHECK(r && !b.failed);
	screen_feed(r, b.data, b.len);
	screen_equal(s, r, why);
	CHECK_STR(why, "");
	screen_free(r);
	screen_buf_deinit(&b);
}

/* What `in` makes 4 rows of 10 columns answer. */
static void answers(char const *in, char const *want)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, in);
	if (strcmp(text_of(&e.answers), want) != 0) printf("# after %s\n", in + 1);
	CHECK_STR(e.answers.data, want);
	survives(s);
	drop(s, &e);
}

static void asks(char const *in, char const *want)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, in);
	CHECK_STR(text_of(&e.asked), want);
	drop(s, &e);
}

/* Far back, by whole screens too: it stays on the screen. */
TEST(reverse_wraparound_stays_on_the_screen)
{
	for (unsigned n = 1; n < 100; n++) {
		struct seen e;
		struct screen *const s = make(4, 5, &e);
		char in[32];
		snprintf(in, sizeof in, "\033[?45h\033[1;2H\033[%uDx", n);
		feed(s, in);
		CHECK(screen_cursor(s).y < 4 && screen_cursor(s).x < 5);
		survives(s);
		drop(s, &e);
	}
}

/* ---- answers --------------------------------------------------------------- */

TEST(checksums_are_xterms)
{
	answers("\033[1;1;1;1;1;1*y", "\033P1!~FFE0\033\\");            /* a blank is 0x20, when it is the first */
	answers("a\033[2;1;1;1;1;3*y", "\033P2!~FF9F\033\\");           /* and is left out behind it */
	answers("a\033[41m\033[K\033[3;1;1;1;1;2*y", "\033P3!~FF7F\033\\"); /* but for one erased in a colour */
	answers("a \033[4;1;1;1;1;2*y", "\033P4!~FF7F\033\\");          /* and a space that was written */
	answers("\033[1;4;5;7ma\033[5;1;1;1;1;1*y", "\033P5!~FEAF\033\\"); /* attributes: 80 10 40 20 */
	answers("\303\251\033[6;1;1;1;1;1*y", "\033P6!~FF17\033\\");    /* the low byte */
	answers("x\033[7;1;3;1;2*y", "\033P7!~0000\033\\");             /* no rectangle */
}

TEST(modes_that_cannot_be_set_are_told_as_such)
{
	answers("\033[1$p\033[5$p\033[7$p\033[10$p\033[19$p", "\033[1;4$y\033[5;4$y\033[7;4$y\033[10;4$y\033[19;4$y");
	answers("\033[?8$p\033[?60$p\033[?9999$p\033[99$p", "\033[?8;4$y\033[?60;4$y\033[?9999;0$y\033[99;0$y");
	answers("\033[?18;19;41;42;1045h\033[?18$p\033[?19$p\033[?41$p\033[?42$p\033[?1045$p",
		"\033[?18;1$y\033[?19;1$y\033[?41;1$y\033[?42;1$y\033[?1045;1$y");
	answers("\033[?3h\033[?3$p\033[?40h\033[?3h\033[?3$p", "\033[?3;2$y\033[?3;1$y");
}

TEST(levels_of_decscl)
{
	answers("\033P$q\"p\033\\", "\033P1$r64;1\"p\033\\");
	answers("\033[63;1\"p\033P$q\"p\033\\", "\033P1$r63;1\"p\033\\");
	answers("\033[65\"p\033P$q\"p\033\\", "\033P1$r64;1\"p\033\\");
	answers("\033[62;1\"p\033[4$p\033[6n", "\033[1;1R");          /* no DECRQM, as a VT200 */
	answers("\033[63;1\"p\033[?69h\033[?69$p", "\033[?69;0$y");   /* no margins, as a VT300 */
	answers("\033[2;3r\033[?1h\033[63;1\"p\033[?1$p\033P$qr\033\\", "\033[?1;2$y\033P1$r1;4r\033\\"); /* a soft reset */
	answers("\033[61\"p\033c\033P$q\"p\033\\", "\033P1$r64;1\"p\033\\");
}

TEST(a_soft_reset_resets_what_xterms_does)
{
	answers("\033[?69;45h\033[2;5s\033[!p\033[?69$p\033[?45$p", "\033[?69;2$y\033[?45;2$y");
}

TEST(there_is_no_status_line)
{
	answers("\033P$q$}\033\\\033P$q$~\033\\", "\033P1$r0$}\033\\\033P1$r0$~\033\\");
}

TEST(what_only_a_terminal_knows_is_asked_of_one)
{
	/* With nobody there nothing is said: sizes in pixels are not zero. */
	asks("\033[14t", "\033[14t>");
	asks("\033[16t", "\033[16t>");
	asks("\033[15;2t", "\033[15;2t>");
	asks("\033[1#R", "\033[1#R>");
	asks("\033P+q436F\033\\", "\033P+q436F\033\\>\033P1+r436F=323536\033\\");
	asks("\033P+q544e\033\\", "\033P+q544e\033\\>\033P0+r\033\\");
	answers("\033[14t\033[16t\033[18t", "\033[8;4;10t");
}

TEST(sizes_in_pixels_are_told_where_they_are_known)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	screen_pixels_set(s, 8, 16);
	feed(s, "\033[14t\033[16t");
	CHECK_STR(text_of(&e.answers), "\033[4;64;80t\033[6;16;8t");
	drop(s, &e);
}

/* ---- sizes that a program asks for ---------------------------------------------- */

static void asks_size(char const *in, unsigned rows, unsigned cols)
{
	struct seen e;
	struct screen *const s = make(24, 80, &e);
	unsigned r = 0;
	unsigned c = 0;
	int64_t cost = 1000000;
	screen_pixels_set(s, 8, 16);
	size_t const len = strlen(in);
	size_t n = 0;
	while (n < len && !screen_size_asked(s, &r, &c)) n += screen_feed_some(s, in + n, len - n, &cost);
	if (!r) screen_size_asked(s, &r, &c);
	if (r != rows || c != cols) printf("# after %s: %ux%u\n", in + 1, r, c);
	CHECK_EQ(r, rows);
	CHECK_EQ(c, cols);
	CHECK(!screen_size_asked(s, &r, &c)); /* told once */
	drop(s, &e);
}

TEST(sizes_that_are_asked_for)
{
	asks_size("\033[8;30;90tX", 30, 90);
	asks_size("\033[8;;90tX", 24, 90);
	asks_size("\033[8;0;0tX", 0, 0);
	asks_size("\033[8;24;80tX", 0, 0); /* it is so */
	asks_size("\033[8;60000;60000t", SCREEN_SIZE_MAX, SCREEN_SIZE_MAX);
	asks_size("\033[4;320;640tX", 20, 80);
	asks_size("\033[48tX", 48, 80);
	asks_size("\033[30*|X", 30, 80);
	asks_size("\033[132$|X", 24, 132);
	asks_size("\033[?3hX", 0, 0); /* mode 40 is off */
	asks_size("\033[?40h\033[?3hX", 24, 132);
	asks_size("\033[62\"p\033[30*|X", 0, 0); /* DECSNLS is a VT400's */
}

TEST(feeding_stops_behind_what_asks_for_a_size)
{
	struct seen e;
	struct screen *const s = make(24, 80, &e);
	static char const in[] = "ab\033[8;30;90tcd";
	int64_t cost = 1000000;
	unsigned rows;
	unsigned cols;
	CHECK_EQ(screen_feed_some(s, in, sizeof in - 1, &cost), sizeof in - 3);
	CHECK(cost > 900000);
	CHECK(screen_size_asked(s, &rows, &cols));
	screen_resize(s, rows, cols);
	CHECK_EQ(screen_feed_some(s, "cd\033[18t", 7, &cost), 7);
	CHECK_STR(text_of(&e.answers), "\033[8;30;90t");
	feed(s, "\033[8;10;10tX"); /* screen_feed goes on, and grants nothing */
	CHECK(!screen_size_asked(s, &rows, &cols));
	CHECK_EQ(screen_rows(s), 30);
	drop(s, &e);
}

TEST(columns_change_clears_and_homes)
{
	struct seen e;
	struct screen *const s = make(4, 80, &e);
	feed(s, "abc\033[2;3r\033[?69h\033[2;5s\033[3;3H\033[?40h\033[?3h");
	CHECK_EQ(screen_cell(s, SCREEN_ACTIVE, 0, 0).ch, 0);
	CHECK_EQ(screen_cursor(s).x, 0);
	CHECK_EQ(screen_mode(s, true, 69), 2);
	survives(s);
	/* A reset leaves it again. */
	int64_t cost = 1000000;
	unsigned rows;
	unsigned cols;
	screen_resize(s, 4, 132);
	screen_feed_some(s, "\033c", 2, &cost);
	CHECK(screen_size_asked(s, &rows, &cols) && cols == 80);
	drop(s, &e);
}

/* ---- colours -------------------------------------------------------------------- */

static void colour(char const *spec, uint32_t want)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	char in[128];
	uint32_t rgb = 0;
	snprintf(in, sizeof in, "\033]4;7;%s\033\\\033]11;%s\a", spec, spec);
	feed(s, in);
	if (!screen_palette(s, 7, &rgb) || rgb != want) printf("# %s: %06x\n", spec, rgb);
	CHECK(screen_palette(s, 7, &rgb) && rgb == want);
	CHECK(screen_dynamic(s, 11, &rgb) && rgb == want);
	survives(s);
	drop(s, &e);
}

TEST(colours_by_every_form)
{
	colour("red", 0xff0000);
	colour("Navy", 0x000080);
	colour("LightGoldenrod4", 0x8b814c);
	colour("light goldenrod", 0xeedd82);
	colour("#123", 0x102030);
	colour("#123456", 0x123456);
	colour("RGB:1/22/333", 0x112233);
	/* As XParseColor(3) has them on a screen that is not described. */
	colour("rgbi:0.5/0.5/.5", 0xc1bbbb);
	colour("rgbi:1/1/1", 0xffffff);
	colour("CIEXYZ:0.5/0.5/0.5", 0xddb5a0);
	colour("CIEXYZ:1/1/1", 0xffffff);
	colour("CIEuvY:0.5/0.5/0.5", 0xffa3ae);
	colour("ciexyy:0.5/0.5/0.5", 0xf7b30e);
	colour("CIELab:1/1/1", 0x6c6767);
	colour("CIELuv:0.5/0.5/0.5", 0x0e130e);
	colour("CIELuv:60/0.1/-0.1", 0xa78e9c);
	colour("TekHVC:1/1/1", 0x1a130f);
	colour("TekHVC:120/60/20.5e0", 0x7c9e7b);
}

/* "red" and the like were passed on to viewers, and stayed after they had left. */
TEST(a_colour_that_is_not_understood_is_undone)
{
	static char const *const specs[] = { "oklch(0.5 0.1 20)", "rgba:ff/ff/ff/80", "no such colour", "rgbi:2/0/0", "CIELab:nan/1/1" };
	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		struct seen e;
		struct screen *const s = make(4, 10, &e);
		struct screen_buf b = SCREEN_BUF_INIT;
		char in[128];
		uint32_t rgb;
		snprintf(in, sizeof in, "\033]4;3;%s\a\033]12;%s\a\033]5;1;%s\a", specs[i], specs[i], specs[i]);
		feed(s, in);
		CHECK(!screen_palette(s, 3, &rgb) && !screen_dynamic(s, 12, &rgb));
		survives(s);
		screen_undo(s, &b);
		CHECK(strstr(text_of(&b), "\033]104;3\033\\") && strstr(b.data, "\033]112\033\\") && strstr(b.data, "\033]105\033\\"));
		screen_buf_deinit(&b);
		drop(s, &e);
	}
}

TEST(special_colours)
{
	asks("\033]5;0;#aaaabbbbcccc\a\033]5;0;?;1;?\a", "\033]5;0;?;1;?\033\\>\033]5;0;rgb:aaaa/bbbb/cccc\033\\\033]5;1;rgb:e5e5/e5e5/e5e5\033\\");
	asks("\033]4;257;red\a\033]5;1;?\a", "\033]5;1;?\033\\>\033]5;1;rgb:ffff/0000/0000\033\\");
	asks("\033]5;1;red\a\033]105;1\a\033]4;257;?\a", "\033]4;257;?\033\\>\033]4;257;rgb:e5e5/e5e5/e5e5\033\\");
}

/* Terminals that brighten bold text show 31 and 38;5;1 differently. */
TEST(palette_colours_stay_as_they_were_written)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\033[31ma\033[38;5;1mb\033[38;5;9;48;5;3mc\033[38:5:12md\033[38;5;16me");
	struct screen_row const r = screen_row(s, SCREEN_ACTIVE, 0);
	screen_row_sgr(s, &r, &b);
	CHECK_STR(text_of(&b), "\033[0;31ma\033[0;38;5;1mb\033[0;38;5;9;48;5;3mc\033[0;38;5;12;48;5;3md\033[0;38;5;16;48;5;3me\033[m");
	CHECK_EQ(SCREEN_COLOR_KIND(screen_style_get(s, r.cells[1].style).fg), SCREEN_INDEXED);
	CHECK_EQ(SCREEN_COLOR_VALUE(screen_style_get(s, r.cells[1].style).fg), 1);
	survives(s);
	screen_buf_deinit(&b);
	drop(s, &e);
}

/* ---- state that is none of the screen's own ---------------------------------------- */

TEST(modes_that_the_engine_does_not_know_are_undone)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	struct screen_buf b = SCREEN_BUF_INIT;
	feed(s, "\033[?7710;7727h\033[33h\033[?7727l\033[?7711l");
	survives(s);
	screen_undo(s, &b);
	CHECK(strstr(text_of(&b), "\033[?7710l") && strstr(b.data, "\033[33l"));
	CHECK(!strstr(b.data, "7727") && !strstr(b.data, "7711"));
	screen_buf_deinit(&b);
	for (unsigned i = 3000; i < 3100; i++) {
		char in[16];
		snprintf(in, sizeof in, "\033[?%uh", i);
		feed(s, in);
	}
	survives(s);
	feed(s, "\033c");
	survives(s);
	drop(s, &e);
}

TEST(the_saved_cursor_of_the_alternate_screen_stays)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, "\033[2;3H\0337\033[?1049h\033[3;6H\033[1m\0337\033[?1049l");
	survives(s);
	feed(s, "\033[?1049h\033[H\033[m\0338");
	CHECK_EQ(screen_cursor(s).y, 2);
	CHECK_EQ(screen_cursor(s).x, 5);
	CHECK_EQ(screen_cursor(s).pen.attrs, SCREEN_BOLD);
	drop(s, &e);
}

TEST(protection_by_spa_survives)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, "a\033Vb");
	survives(s);
	feed(s, "\033Wc\033[H\033[J");
	survives(s);
	CHECK_EQ(screen_cell(s, SCREEN_ACTIVE, 0, 1).ch, 'b');
	CHECK_EQ(screen_cell(s, SCREEN_ACTIVE, 0, 2).ch, 0);
	drop(s, &e);
}

TEST(erasing_the_saved_lines_is_told)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, "text\033[2J\033[H");
	CHECK_EQ(e.forgotten, 0);
	feed(s, "text\033[3J");
	CHECK_EQ(e.forgotten, 1);
	CHECK_EQ(screen_cell(s, SCREEN_ACTIVE, 0, 0).ch, 't');
	feed(s, "\033[?3J");
	CHECK_EQ(e.forgotten, 1);
	drop(s, &e);
}

TEST(directory)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	CHECK_STR(screen_directory(s), "");
	feed(s, "\033]7;file://host/tmp/\303\274\302\2332J\377\a");
	CHECK_STR(screen_directory(s), "file://host/tmp/\303\2742J"); /* no control, nothing but UTF-8 */
	survives(s);
	feed(s, "\033c");
	CHECK_STR(screen_directory(s), "file://host/tmp/\303\2742J");
	feed(s, "\033]7;\a");
	CHECK_STR(screen_directory(s), "");
	feed(s, "\033]7;file:///x\a");
	screen_new_run(s);
	CHECK_STR(screen_directory(s), "");
	drop(s, &e);
}

TEST(prompts)
{
	struct seen e;
	struct screen *const s = make(6, 10, &e);
	int status;
	CHECK_EQ(screen_prompt(s, &status), SCREEN_PROMPT_NONE);
	feed(s, "\033]133;A;k=i\a$ \033]133;B\a");
	CHECK_EQ(screen_prompt(s, &status), SCREEN_PROMPT_INPUT);
	CHECK(screen_row(s, SCREEN_ACTIVE, 0).prompt && !screen_row(s, SCREEN_ACTIVE, 1).prompt);
	survives(s);
	feed(s, "false\r\n\033]133;C\a");
	CHECK_EQ(screen_prompt(s, &status), SCREEN_PROMPT_OUTPUT);
	CHECK_EQ(status, -1);
	survives(s);
	feed(s, "\033]133;D;1;aid=7\a");
	CHECK_EQ(screen_prompt(s, &status), SCREEN_PROMPT_DONE);
	CHECK_EQ(status, 1);
	survives(s);
	feed(s, "\033]133;A\a$ ");
	CHECK_EQ(screen_prompt(s, &status), SCREEN_PROMPT_START);
	CHECK_EQ(status, 1);
	survives(s);
	/* Marks go with their rows, and with what erases them. */
	feed(s, "\033[6;1H\n");
	CHECK(screen_row(s, SCREEN_ACTIVE, 0).prompt && !screen_row(s, SCREEN_ACTIVE, 1).prompt);
	feed(s, "\033[2J");
	CHECK(!screen_row(s, SCREEN_ACTIVE, 0).prompt);
	survives(s);
	/* Not what means something else. */
	feed(s, "\033]133;AB\a\033]133;Z\a\033]133;\a");
	CHECK_EQ(screen_prompt(s, &status), SCREEN_PROMPT_START);
	drop(s, &e);
}

TEST(a_prompt_in_a_wrapped_line_survives)
{
	struct seen e;
	struct screen *const s = make(4, 10, &e);
	feed(s, "0123456789ab\033]133;A\acd");
	survives(s);
	screen_resize(s, 4, 7);
	survives(s);
	drop(s, &e);
}

/* ---- pictures ------------------------------------------------------------------------ */

/* On 6 rows of 10 columns, cells of 8 by 16 pixels, from row 1 and column 2: row and
 * column of the cursor after it. */
static void moves(char const *in, unsigned y, unsigned x)
{
	struct seen e;
	struct screen *const s = make(6, 10, &e);
	struct screen *const bytes = make(6, 10, &e);
	screen_pixels_set(s, 8, 16);
	screen_pixels_set(bytes, 8, 16);
	feed(s, "top\033[2;3H");
	feed(s, in);
	feed(bytes, "top\033[2;3H");
	for (size_t i = 0; in[i]; i++) screen_feed(bytes, in + i, 1);
	struct screen_cursor const c = screen_cursor(s);
	if (c.y != y || c.x != x) printf("# after %s: %u %u\n", in + 1, c.y, c.x);
	CHECK(c.y == y && c.x == x);
	CHECK(screen_equal(s, bytes, NULL));
	survives(s);
	screen_free(bytes);
	drop(s, &e);
}

TEST(sixels_move_the_cursor_as_in_xterm)
{
	moves("\033Pq#0;2;0;0;0#0~~~~\033\\", 1, 2);             /* 6 pixels high: one row */
	moves("\033Pq~-~-~\033\\", 2, 2);                        /* 18: two */
	moves("\033Pq~-~-~-\033\\", 2, 2);
	moves("\033Pq~-~-A\033\\", 1, 2);                        /* 14, by the lowest pixel */
	moves("\033Pq~-?-?\033\\", 1, 2);
	moves("\033P0;1q\"1;1;40;48~\033\\", 3, 2);             /* 48, as it says */
	moves("\033[?80h\033Pq~-~-~\033\\", 1, 2);              /* DECSDM */
	moves("\033[?8452h\033Pq!20~\033\\", 1, 5);
	moves("\033[?8452h\033Pq!80~-!9~\033\\", 2, 0);         /* past the edge */
	moves("\033Pq\"1;1;8;200~\033\\", 5, 2);                /* it scrolls */
	moves("\033Pq~-~-~-~-~-~-~-~-~-~-~-~-~-~-~-~-~-~-\033\\", 4, 2); /* ends with a new row of sixels */
	moves("\033Pq\030", 1, 2);
}

TEST(kitty_graphics_move_the_cursor)
{
	moves("\033_Ga=T,f=24,s=20,v=40;AAAA\033\\", 3, 5);      /* 3 columns, 3 rows */
	moves("\033_Ga=T,f=24,s=20,v=40,C=1;AAAA\033\\", 1, 2);
	moves("\033_Ga=T,f=24,s=20,v=40,U=1;AAAA\033\\", 1, 2);
	moves("\033_Ga=T,f=24,s=20,v=40,c=4,r=2;AAAA\033\\", 2, 6);
	moves("\033_Ga=T,f=24,s=16,v=16,c=4;AAAA\033\\", 2, 6);  /* its shape stays */
	moves("\033_Ga=t,f=24,s=20,v=40,i=7;AAAA\033\\", 1, 2);  /* not shown */
	moves("\033_Ga=t,f=24,s=20,v=40,i=7;AAAA\033\\\033_Ga=p,i=7\033\\", 3, 5);
	moves("\033_Ga=p,i=8\033\\", 1, 2);                      /* nobody knows it */
	moves("\033_Ga=p,i=8,c=2,r=1\033\\", 1, 4);
	moves("\033_Ga=T,f=24,s=20,v=40,m=1;AAAA\033\\", 1, 2);  /* more is to come */
	moves("\033_Ga=T,f=24,s=20,v=40,m=1;AAAA\033\\\033_Gm=1;AAAA\033\\\033_Gm=0;AAAA\033\\", 3, 5);
	moves("\033_Ga=T,f=100;iVBORw0KGgoAAAANSUhEUgAAABgAAAAhCAIAAAA=\033\\", 3, 5); /* a PNG of 24 by 33 */
	moves("\033_Ga=T,f=100;bm90IGEgcG5nIGF0IGFsbCwgbm90IG9uZQ==\033\\", 1, 2);
	moves("\033_Ga=T,s=1000,v=1000;\033\\", 5, 0);           /* it scrolls, and goes past the edge */
	moves("\033_Ga=q,s=20,v=40;AAAA\033\\", 1, 2);
}

TEST(pictures_of_unknown_cells_move_nothing)
{
	struct seen e;
	struct screen *const s = make(6, 10, &e);
	feed(s, "\033Pq~-~-~-~-~-~\033\\\033_Ga=T,s=100,v=100;\033\\\033_Ga=T,s=100,v=100,c=2;\033\\");
	CHECK_EQ(screen_cursor(s).y, 0);
	feed(s, "\033_Ga=T,c=2,r=3;\033\\");
	CHECK_EQ(screen_cursor(s).y, 2);
	drop(s, &e);
}

TEST_MAIN
