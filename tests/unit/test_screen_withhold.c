/* SPDX-License-Identifier: ISC */
/* What viewers leave out, a class at a time: the same list as in ARCHITECTURE.md, "What
 * viewers withhold". */
#include "screen.h"
#include "unit.h"

struct seen {
	unsigned n;
	uint64_t from, to; /* of the last span */
};

static void on_query(void *arg, struct screen_span const *span)
{
	struct seen *const e = arg;
	CHECK_EQ(span->kind, SCREEN_QUERY_ANSWERED);
	e->n++;
	e->from = span->offset;
	e->to = span->offset + span->len;
}

static struct screen *make(struct seen *e)
{
	struct screen *const s = screen_new(24, 80);
	struct screen_sinks const sinks = { .arg = e, .query = on_query };
	CHECK(s);
	*e = (struct seen){ 0 };
	screen_sinks_set(s, &sinks);
	return s;
}

/* As one span, between two characters, however it is cut into pieces. */
static void withheld(char const *class, char const *bytes, size_t len)
{
	for (size_t piece = 1; piece <= len; piece++) {
		struct seen e;
		struct screen *const s = make(&e);
		screen_feed(s, "a", 1);
		for (size_t i = 0; i < len; i += piece) screen_feed(s, bytes + i, len - i < piece ? len - i : piece);
		screen_feed(s, "b", 1);
		if (e.n != 1) printf("# %s: %u spans\n", class, e.n);
		CHECK_EQ(e.n, 1u);
		CHECK(e.from == 1 && e.to == 1 + len);
		screen_free(s);
		if (len > 64) piece = len;
	}
}

static void passes(char const *class, char const *bytes)
{
	struct seen e;
	struct screen *const s = make(&e);
	screen_feed(s, bytes, strlen(bytes));
	if (e.n) printf("# %s is withheld\n", class);
	CHECK_EQ(e.n, 0u);
	screen_free(s);
}

TEST(what_changes_a_terminal_for_good_is_withheld)
{
	static struct { char const *class, *bytes; } const t[] = {
		/* escape sequences */
		{ "S7C1T", "\033 F" }, { "S8C1T", "\033 G" }, { "conformance", "\033 L" },
		{ "UTF-8 off", "\033%@" }, { "UTF-8 on", "\033%G" }, { "UTF-8 for good", "\033%/G" },
		{ "double height", "\033#3" }, { "double width", "\033#6" },
		{ "technical set", "\033(>" }, { "supplemental set", "\033)%5" }, { "Latin-1 as a 96-character set", "\033-A" },
		{ "GR", "\033~" }, { "memory lock", "\033l" }, { "lower left", "\033F" }, { "screen's title", "\033k" },
		{ "RIS", "\033c" }, { "three intermediates", "\033 !\"F" },
		/* modes */
		{ "VT52", "\033[?2l" }, { "132 columns", "\033[?3h" }, { "among others", "\033[?1;3;25l" },
		{ "saved", "\033[?1046s" }, { "restored", "\033[?1046r" }, { "unknown and saved", "\033[?7727s" }, { "unknown and restored", "\033[?1;7727r" }, { "fonts", "\033[?35h" }, { "Tektronix", "\033[?38h" },
		{ "a log file", "\033[?46h" }, { "highlight tracking", "\033[?1001h" }, { "scrolling", "\033[?1010l" },
		{ "no alternate screen", "\033[?1046l" }, { "function keys", "\033[?1052h" }, { "sizes in-band", "\033[?2048h" },
		{ "C1", "\xc2\x9b?3h" }, { "more than are kept", "\033[?1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;46h" },
		{ "unknown and reset", "\033[?7727l" }, { "the same among others", "\033[?25;7727l" }, { "ANSI's, unknown and reset", "\033[33l" },
		/* control sequences */
		{ "printing", "\033[i" }, { "all to the printer", "\033[5i" }, { "each line to it", "\033[?5i" },
		{ "lamps", "\033[1q" }, { "scrollback", "\033[3J" }, { "the same, selectively", "\033[?3J" },
		{ "minimized", "\033[2t" }, { "moved", "\033[3;0;0t" }, { "pixels", "\033[4;100;100t" }, { "rows and columns", "\033[8;10;10t" },
		{ "maximized", "\033[9;1t" }, { "full screen", "\033[10;1t" }, { "DECSLPP", "\033[48t" },
		{ "DECSCPP", "\033[132$|" }, { "DECSNLS", "\033[48*|" }, { "form of titles", "\033[>0t" }, { "the same, back", "\033[>0T" },
		{ "pointer", "\033[>1p" }, { "shifted escapes", "\033[>1s" }, { "keys' formats", "\033[>4;1f" }, { "keys", "\033[>8;1m" },
		{ "pen pushed", "\033[#{" }, { "pen popped", "\033[#}" }, { "colours pushed", "\033[#P" }, { "colours popped", "\033[#Q" },
		{ "checksums", "\033[1#y" }, { "status line", "\033[1$}" }, { "its type", "\033[1$~" },
		{ "bell", "\033[1 t" }, { "margin bell", "\033[1 u" }, { "locator", "\033[1'z" }, { "its events", "\033[1'{" },
		{ "sound", "\033[1;1;5,~" }, { "colours assigned", "\033[1;2;3,|" }, { "a macro", "\033[1*z" }, { "secure reset", "\033[1+p" },
		{ "tests", "\033[2;1y" }, { "mouse highlighting", "\033[1;1;1;1;1T" }, { "graphics", "\033[?1;3;256S" },
		{ "unknown", "\033[1;2=v" }, { "a colon where none belongs", "\033[1:2H" }, { "malformed", "\033[1?h" },
		{ "cursor of a later day", "\033[9 r" },
		/* strings */
		{ "DECUDK", "\033P1;1|17/41\033\\" }, { "soft font", "\033P1;1{ @???\033\\" }, { "XTSETTCAP", "\033P+p544E\033\\" },
		{ "DECRSPS", "\033P1$t1\033\\" }, { "DECDMAC", "\033P1!z41\033\\" }, { "DECAUPSS", "\033P0!u%5\033\\" },
		{ "tmux", "\033Ptmux;x\033\\" }, { "synchronized update", "\033P=1s\033\\" }, { "malformed string", "\033P1?|x\033\\" },
		{ "cancelled", "\033P1|17/41\030" }, { "privacy message", "\033^x\033\\" }, { "SOS", "\033Xx\033\\" },
		{ "another application's", "\033_x\033\\" }, { "nothing at all", "\033_\033\\" },
		{ "X property", "\033]3;a=b\007" }, { "special colours on", "\033]6;0;1\007" }, { "fonts by name", "\033]50;fixed\007" },
		{ "log file by name", "\033]46;/tmp/x\007" }, { "kitty's colours", "\033]21;foreground=red\007" }, { "pointer's shape", "\033]22;wait\007" },
		{ "tab colour", "\033]30;x\007" }, { "allowed operations", "\033]60;x\007" }, { "text sizes", "\033]66;s=2;x\007" },
		{ "locale", "\033]701;C\007" }, { "file transfer", "\033]5113;ac=send\007" }, { "Sun's title", "\033]lx\033\\" },
		{ "empty", "\033]\007" }, { "ConEmu sleeps", "\033]9;1;9999\007" }, { "ConEmu runs", "\033]9;7;cmd\007" },
		{ "urxvt's extension", "\033]777;x\007" }, { "iTerm2's profile", "\033]1337;SetProfile=x\007" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) withheld(t[i].class, t[i].bytes, strlen(t[i].bytes));
}

TEST(what_is_restored_and_undone_or_leaves_nothing_passes)
{
	static struct { char const *class, *bytes; } const t[] = {
		{ "line drawing", "\033(0x\033(B" }, { "tabs", "\033[3g\033H" }, { "margins", "\033[2;5r\033[?69h\033[2;5s" },
		{ "levels", "\033[62;1\"p\033[64;1\"p" }, { "soft reset", "\033[!p" }, { "allow 132", "\033[?40h" },
		{ "modes that are not known", "\033[?7727h\033[?12345h\033[?7727l" }, { "mouse", "\033[?1000;1006h" },
		{ "keys", "\033[>4;2m\033[>1u\033[<u" }, { "titles", "\033]0;a\007\033[22;0t\033[23;0t" }, { "cursor", "\033[4 q" },
		{ "colours", "\033]4;1;red\007\033]11;red\007\033]104\007\033]111\007\033]5;0;red\007\033]105\007" },
		{ "links", "\033]8;;http://x\007x\033]8;;\007" }, { "clipboard", "\033]52;c;eA==\007" },
		{ "notifications", "\033]9;hello\007\033]9;5 left\007\033]777;notify;a;b\007\033]99;;x\007" }, { "progress", "\033]9;4;1;50\007" },
		{ "directory and prompts", "\033]7;file:///\007\033]133;A\007\033]633;A\007\033]3008;start=x\007\033]9;9;C:\007" },
		{ "iTerm2's pictures", "\033]1337;File=inline=1:eA==\007\033]1337;SetMark\007" },
		{ "kitty's pictures", "\033_Gf=24;eA==\033\\" }, { "sixel", "\033Pq#0~\033\\" }, { "ReGIS", "\033P0p\033\\" },
		{ "a lone ST", "\033\\" }, { "rectangles", "\033[65;1;1;2;2$x\033[1;1;2;2$z\033[2*x" }, { "cancelled", "\033[1\030" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) passes(t[i].class, t[i].bytes);
}

static void on_question(void *arg, struct screen_span const *span)
{
	if (span->kind == SCREEN_QUERY_TERMINAL) ++*(unsigned *)arg;
}

/* Whichever sequence asks it. */
TEST(what_only_a_terminal_knows_is_a_question_for_it)
{
	static char const *const t[] = {
		"\033]10;?\007", "\033]4;1;?\007", "\033]52;c;?\007", "\033]5522;type=read\007", "\033]21;cursor=?\007",
		"\033]22;?\007", "\033]22;?__current__\007", "\033]22;?text,pointer\007", "\033]50;?\007", "\033]60\007",
		"\033]61;allowColorOps\007", "\033]99;i=1:p=?;\007", "\033]1337;ReportCellSize\007", "\033P+q544e\033\\",
		"\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\", "\033[14t", "\033[15t", "\033[16t", "\033[?1;1;0S",
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct screen *const s = screen_new(24, 80);
		unsigned n = 0;
		screen_sinks_set(s, &(struct screen_sinks){ .arg = &n, .query = on_question });
		screen_feed(s, t[i], strlen(t[i]));
		if (n != 1) printf("# %s\n", t[i] + 1);
		CHECK_EQ(n, 1);
		screen_free(s);
	}
}

/* It is known from its beginning, so that it need not be held back to its end. */
TEST(a_string_that_will_be_withheld_is_known_while_it_is_open)
{
	static struct { char const *begin; bool yes; } const t[] = {
		{ "\033P1;1|17", true }, { "\033P1;1{", true }, { "\033Pq#0", false }, { "\033P+q54", false }, { "\033^x", true },
		{ "\033]50;a", true }, { "\033]52;c;", false }, { "\033]1337;File=", false }, { "\033]1337;SetProfile=x", true },
		{ "\033_Gf", false }, { "\033_x", true }, { "\033P1?", true }, { "\033[1;2", false }, { "\033]0;x", false }, { "x", false },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct seen e;
		struct screen *const s = make(&e);
		screen_feed(s, t[i].begin, strlen(t[i].begin));
		if (screen_withholding(s) != t[i].yes) printf("# %s\n", t[i].begin + 1);
		CHECK_EQ(screen_withholding(s), t[i].yes);
		screen_feed(s, "\030", 1);
		CHECK(!screen_withholding(s));
		screen_free(s);
	}
}

/* What a terminal does not get, the engine does not keep for one that comes later. */
TEST(modes_that_are_withheld_are_not_kept)
{
	struct seen e;
	struct screen *const s = make(&e), *const fresh = make(&e);
	static char const modes[] = "\033[?2;46;1001;1046;1060;2006h\033[?1046l";
	screen_feed(s, modes, sizeof modes - 1);
	CHECK(screen_equal(s, fresh, NULL));
	screen_free(s);
	screen_free(fresh);
}

/* Nor does one that comes later get what was saved of them. */
TEST(a_saved_mode_that_is_withheld_is_not_given_to_a_terminal)
{
	struct seen e;
	struct screen *const s = make(&e), *const live = make(&e);
	struct screen_buf b = SCREEN_BUF_INIT;
	static char const modes[] = "\033[?40;3h\033[?3;1001;1006;2048s", given[] = "\033[?40h\033[?1006s";
	screen_feed(s, modes, sizeof modes - 1);
	screen_feed(live, given, sizeof given - 1);
	screen_restore_real(s, NULL, &b);
	screen_buf_add(&b, "", 1);
	CHECK(strstr(b.data, "\033[?1006s"));
	CHECK(!strstr(b.data, "?3h") && !strstr(b.data, "?3s") && !strstr(b.data, "?1001") && !strstr(b.data, "?2048"));
	screen_resize(s, 24, 80);
	CHECK(screen_equal(s, live, NULL));
	screen_buf_deinit(&b);
	screen_free(s);
	screen_free(live);
}

TEST_MAIN
