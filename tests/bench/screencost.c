/* What the dearest sequences cost the screen engine: nanoseconds of processor time,
 * and the units that screen_feed_some counts, so that both can be compared.
 *
 *   screencost [ROWS COLS [CONTEXTS [SEED]]]   each kind of sequence, its worst over so
 *                                              many random states of the screen
 *   screencost -g ROWS COLS GROUPS [SEED]      random groups of sequences, over and over:
 *                                              the worst a byte and the worst a unit
 *   screencost -r ROWS COLS                    resizes from that size to others */
#include "screen.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned seed = 1;
static unsigned rnd(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* %d a number that is another each time (up to 255), %e its next digit to that base,
 * %k a combining mark, %l a letter, %R the last row, %C the last column, %H a row in the
 * middle, %M a large number. */
static struct {
	char const *name, *text;
} const kinds[] = {
	{ "letter", "x" }, { "letters", "the quick brown fox jumps over the lazy dog" }, { "line feed", "\n" }, { "CR LF", "x\r\n" },
	{ "wide", "\xe4\xb8\xad" }, { "mark", "%l%k" }, { "marks", "a%k%k%k%k%k%k%k%k%k%k%k" }, { "cluster", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb" },
	{ "HT", "\r\t" }, { "BS", "\b" }, { "CUP", "\033[%R;%CH" }, { "CHT", "\r\033[%MI" }, { "CBT", "\033[%CG\033[%MZ" },
	{ "TBC 3 HT", "\033[3g\r\t" }, { "RI", "\033M" }, { "RI at top", "\033[H\033M" }, { "IND at end", "\033[%RH\033D" }, { "NEL at end", "\033[%RH\033E" },
	{ "DECBI", "\r\0336" }, { "DECFI", "\033[%CG\0339" },
	{ "ED 0", "\033[H\033[J" }, { "ED 1", "\033[%R;%CH\033[1J" }, { "ED 2", "\033[2J" }, { "ED 3", "\033[3J" }, { "DECSED", "\033[?2J" },
	{ "EL 2", "\033[2K" }, { "DECSEL", "\033[?2K" }, { "ECH", "\r\033[%MX" }, { "IL", "\033[H\033[%HL" }, { "IL 1", "\033[H\033[L" },
	{ "DL", "\033[H\033[%HM" }, { "DL 1", "\033[H\033[M" }, { "SU", "\033[%HS" }, { "SU 1", "\033[S" }, { "SD", "\033[%HT" }, { "SD 1", "\033[T" },
	{ "ICH", "\r\033[@" }, { "DCH", "\r\033[P" }, { "DECIC", "\033[H\033['}" }, { "DECDC", "\033[H\033['~" }, { "SL", "\033[ @" }, { "SR", "\033[ A" },
	{ "REP", "%l\033[%Mb" }, { "REP from home", "\033[Hx\033[%Mb" }, { "REP at end", "\033[%R;%CHx\033[%Mb" }, { "REP wide", "\033[H\xe4\xb8\xad\033[%Mb" },
	{ "DECALN", "\033#8" }, { "DECERA", "\033[;;;$z" }, { "DECSERA", "\033[;;;${" }, { "DECFRA", "\033[88;;;;$x" },
	{ "DECCRA", "\033[;;;;;2;2$v" }, { "DECCRA up", "\033[2;2;;;;1;1$v" }, { "DECCARA", "\033[2*x\033[;;;;1;7$r" },
	{ "DECCARA stream", "\033[;;;;0;4;5$r" }, { "DECRARA", "\033[;;;;1;5;7;8$t" }, { "DECRQCRA", "\033[1;1;;;;*y" },
	{ "alternate 1049", "\033[?1049h\033[?1049l" }, { "alternate 1047", "\033[?1047h\033[?1047l" }, { "alternate bg", "\033[41m\033[?47h\033[?47l" },
	{ "RIS", "\033c" }, { "DECSTR", "\033[!p" }, { "DECCOLM", "\033[?40h\033[?3h\033[?3l" }, { "DECSC DECRC", "\0337\0338" },
	{ "SGR new", "\033[38;2;%d;%e;9m" }, { "SGR new, printed", "\033[38;2;%d;%e;9m\033[48;2;%e;%d;7mx" }, { "SGR 32", "\033[1;2;3;4;5;6;7;8;9;21;22;23;24;25;27;28m" },
	{ "SGR bg, EL", "\033[48;2;%d;%e;1m\033[K" }, { "OSC 8 new", "\033]8;;x:%d%e\033\\" }, { "OSC 8 new, printed", "\033]8;;x:%d/%e\033\\x" },
	{ "OSC 8 long", "\033]8;id=%d;http://example.org/a/long/path/that/goes/on/and/on/and/on/and/on/%e\033\\x" },
	{ "title", "\033]0;%d\a" }, { "title empty", "\033]2;\a" }, { "XTPUSHTITLE", "\033[22t" }, { "XTPUSH XTPOP", "\033[22t\033[23t" },
	{ "OSC 4", "\033]4;1;#123\a" }, { "OSC 4 many", "\033]4;1;#123;2;#123;3;#123;4;#123;5;rgb:1/2/3;6;?;7;?;8;?;9;?\a" }, { "OSC 4 ?", "\033]4;1;?\a" },
	{ "OSC 104", "\033]104\a" }, { "OSC 10 named", "\033]10;lightgoldenrod4\a" }, { "OSC 52", "\033]52;c;YWJj\a" }, { "OSC 9", "\033]9;4;1;%d\a" }, { "OSC 7", "\033]7;file://h/%d\a" },
	{ "OSC 133", "\033]133;A\a" }, { "DSR", "\033[6n" }, { "ENQ", "\005" }, { "DA", "\033[c" }, { "DECRQM", "\033[?2026$p" }, { "DECRQSS m", "\033P$qm\033\\" },
	{ "XTGETTCAP", "\033P+q544e\033\\" }, { "XTWINOPS 18", "\033[18t" }, { "mode 2048", "\033[?2048h" }, { "modes", "\033[?1;7;25;2004h" },
	{ "modes, 32", "\033[?9999;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;9h" }, { "XTSAVE 32", "\033[?9;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;9s" },
	{ "XTRESTORE", "\033[?25;1;7;2004;1000;1006s\033[?25;1;7;2004;1000;1006r" }, { "DECST8C", "\033[?5W" }, { "kitty", "\033[>1u" }, { "kitty graphics", "\033_Ga=T,f=24,s=1,v=1;AAAA\033\\" },
	{ "sixel", "\033Pq#0~~@@vv@@~~$-\033\\" }, { "DECSTBM", "\033[2;%Hr" }, { "DECSLRM", "\033[?69h\033[2;3s" }, { "DECSCUSR", "\033[2 q" }, { "C1 in UTF-8", "\xc2\x9b\x6d" },
	{ "bad UTF-8", "\xff" }, { "CAN", "\033[1\030" }, { "HTS", "\033H" }, { "OSC 66", "\033]66;s=2;x\a" },
};
#define KINDS (sizeof kinds / sizeof *kinds)

struct text {
	char *data;
	size_t len, cap;
};

static void add(struct text *t, void const *data, size_t len)
{
	if (t->len + len > t->cap) {
		t->cap = (t->len + len) * 2;
		t->data = realloc(t->data, t->cap);
		if (!t->data) exit(111);
	}
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

static void add_num(struct text *t, unsigned n)
{
	char b[16];
	add(t, b, (size_t)snprintf(b, sizeof b, "%u", n));
}

static void instance(struct text *t, size_t kind, unsigned rows, unsigned cols)
{
	static unsigned turn;
	turn++;
	for (char const *p = kinds[kind].text; *p; p++) {
		char const mark[2] = { '\xcc', (char)(0x80 + (turn * 7 + (unsigned)(p - kinds[kind].text) * 5) % 0x30) };
		if (*p != '%') {
			add(t, p, 1);
			continue;
		}
		switch (*++p) {
		case 'd': add_num(t, turn % 256); break;
		case 'e': add_num(t, turn / 256 % 256); break;
		case 'k': add(t, mark, 2); break;
		case 'l': add(t, &(char){ (char)('a' + turn / 40 % 26) }, 1); break;
		case 'R': add_num(t, rows); break;
		case 'C': add_num(t, cols); break;
		case 'H': add_num(t, rows / 2 + 1); break;
		default: add_num(t, 65535); break;
		}
	}
}

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* ---- states of a screen --------------------------------------------------- */

static void feed(struct screen *s, char const *str) { screen_feed(s, str, strlen(str)); }

static void content(struct screen *s, unsigned what)
{
	struct text t = { 0 };
	char b[64];
	unsigned const rows = screen_rows(s);
	unsigned const cols = screen_cols(s);
	if (what == 1) feed(s, "\033#8");
	if (what == 2) feed(s, "\033[44m\033[2J\033[m");
	if (what == 3) { /* more styles than there can be */
		for (unsigned i = 0; i < 34000 && i < rows * cols; i++) add(&t, b, (size_t)sprintf(b, "\033[38;2;%u;%u;1mx", i % 256, i / 256));
		screen_feed(s, t.data, t.len);
		unsigned const have = 34000 / cols;
		for (unsigned y = have; have && y < rows; y += have) {
			sprintf(b, "\033[1;1;%u;%u;1;%u;1$v", have, cols, y + 1);
			feed(s, b);
		}
	}
	if (what == 4) /* wide characters */
		for (unsigned i = 0; i < rows * cols / 2; i++) feed(s, "\xe4\xb8\xad");
	if (what == 5) /* two styles by turns, marks */
		for (unsigned i = 0; i < rows * cols / 2; i++) feed(s, i % 2 ? "\033[1;41mx" : "\033[0;7my\xcc\x81");
	if (what == 6) feed(s, "\033[1\"q\033#8\033[88;;;;$x");
	feed(s, "\033[m");
	free(t.data);
}

static struct screen *context(unsigned rows, unsigned cols)
{
	static char const *const margins[] = { "", "", "\033[2r", "\033[?69h\033[2;3s", "\033[?69h\033[2s", "\033[?69h\033[2;3s\033[2r", "\033[?69h\033[2s\033[2r" };
	static char const *const more[] = { "\033[4h", "\033[48;5;9m", "\033[?6h", "\033[?2027h", "\033[?1049h", "\033[1\"q", "\033[3g", "\033[?2048h", "\033[?45h" };
	struct screen *const s = screen_new(rows, cols);
	if (!s) exit(111);
	if (rnd(4) == 0) feed(s, "\033[?1049h");
	content(s, rnd(7));
	feed(s, margins[rnd(7)]);
	for (unsigned i = 0; i < 9; i++)
		if (rnd(4) == 0) feed(s, more[i]);
	char b[40];
	sprintf(b, "\033[%u;%uH", 1 + rnd(3) * (rows - 1) / 2, 1 + rnd(3) * (cols - 1) / 2);
	feed(s, b);
	return s;
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	(void)arg;
	(void)s;
	(void)row;
}
static void on_answer(void *arg, char const *data, size_t len)
{
	(void)arg;
	(void)data;
	(void)len;
}
static void on_query(void *arg, struct screen_span const *q)
{
	(void)arg;
	(void)q;
}
static void on_aside(void *arg, enum screen_aside kind, char const *text, size_t len)
{
	(void)arg;
	(void)kind;
	(void)text;
	(void)len;
}
static struct screen_sinks const sinks = { NULL, on_answer, on_query, on_line, NULL, NULL, on_aside };

/* ---- measuring -------------------------------------------------------------- */

struct cost {
	double ns, bytes; /* a sequence, or a group of them */
	uint64_t units;
};

static struct cost time_of(struct screen *s, struct text const *t, unsigned n)
{
	uint64_t const units = screen_spent(s);
	double const start = now();
	screen_feed(s, t->data, t->len);
	return (struct cost){ (now() - start) / n, (double)t->len / n, (screen_spent(s) - units) / n };
}

/* The same several times, and the cheapest: another process may have come between. */
static struct cost steady(struct screen const *from, struct text const *t, unsigned n)
{
	struct cost best = { 0 };
	for (unsigned i = 0; i < 3; i++) {
		struct screen *const s = screen_clone(from);
		if (!s) exit(111);
		screen_sinks_set(s, &sinks);
		struct cost const c = time_of(s, t, n);
		if (i == 0 || c.ns < best.ns) best = c;
		screen_free(s);
	}
	return best;
}

/* One, and many in a row: the dearer. */
static struct cost cost_of(struct screen *s, size_t const *group, unsigned ngroup)
{
	static unsigned const times[] = { 1, 8, 64, 512 };
	struct cost worst = { 0 };
	struct text t = { 0 };
	for (unsigned i = 0; i < 4; i++) {
		t.len = 0;
		for (unsigned k = 0; k < times[i] * ngroup; k++) instance(&t, group[k % ngroup], screen_rows(s), screen_cols(s));
		struct cost const c = steady(s, &t, times[i]);
		if (c.ns > worst.ns && (times[i] >= 64 || c.ns > 20000)) worst = c;
		if (c.ns * times[i] > 5e6) break;
	}
	free(t.data);
	return worst;
}

static void each_kind(unsigned rows, unsigned cols, unsigned contexts)
{
	printf("%-20s %12s %12s %9s %9s\n", "sequence", "ns", "units", "ns/unit", "ns/byte");
	struct cost dearest = { 0 };
	double ratio = 0;
	for (size_t k = 0; k < KINDS; k++) {
		struct cost worst = { 0 };
		double r = 0;
		for (unsigned i = 0; i < contexts; i++) {
			struct screen *const s = context(rows, cols);
			struct cost const c = cost_of(s, &k, 1);
			if (c.ns > worst.ns) worst = c;
			if (c.ns > 100 && c.ns / (double)(c.units + 1) > r) r = c.ns / (double)(c.units + 1);
			screen_free(s);
		}
		printf("%-20s %12.0f %12llu %9.2f %9.1f\n", kinds[k].name, worst.ns, (unsigned long long)worst.units, r, worst.ns / worst.bytes);
		fflush(stdout);
		if (worst.ns / worst.bytes > dearest.ns / (dearest.bytes + 1e-9)) dearest = worst;
		if (r > ratio) ratio = r;
	}
	printf("worst: %.0f ns/byte, %.2f ns/unit\n", dearest.ns / dearest.bytes, ratio);
}

static void groups(unsigned rows, unsigned cols, unsigned n)
{
	double per_byte = 0;
	double per_unit = 0;
	for (unsigned i = 0; i < n; i++) {
		size_t group[4];
		unsigned const len = 2 + rnd(3);
		for (unsigned k = 0; k < len; k++) group[k] = rnd(KINDS);
		struct screen *const s = context(rows, cols);
		struct cost const c = cost_of(s, group, len);
		screen_free(s);
		double const b = c.ns / c.bytes;
		double const u = c.ns / (double)(c.units + 1);
		if (b <= per_byte && (u <= per_unit || c.ns < 200)) continue;
		if (b > per_byte) per_byte = b;
		if (u > per_unit && c.ns >= 200) per_unit = u;
		printf("%9.0f ns, %6.0f ns/byte, %9llu units, %5.2f ns/unit:", c.ns, b, (unsigned long long)c.units, u);
		for (unsigned k = 0; k < len; k++) printf(" %s%s", kinds[group[k]].name, k + 1 < len ? "," : "\n");
		fflush(stdout);
	}
}

static void resizes(unsigned rows, unsigned cols)
{
	static unsigned const to[][2] = { { 1, 1 }, { 1000, 1 }, { 1, 1000 }, { 24, 80 }, { 1000, 1000 }, { 500, 3 } };
	for (size_t i = 0; i < sizeof to / sizeof *to; i++)
		for (unsigned what = 0; what < 7; what++) {
			struct screen *const s = screen_new(rows, cols);
			if (!s) exit(111);
			screen_sinks_set(s, &sinks);
			content(s, what);
			uint64_t const units = screen_spent(s);
			double const start = now();
			screen_resize(s, to[i][0], to[i][1]);
			double const ns = now() - start;
			printf("%ux%u content %u to %ux%u: %.0f us, %llu units, %.2f ns/unit\n", rows, cols, what, to[i][0], to[i][1], ns / 1e3,
			       (unsigned long long)(screen_spent(s) - units), ns / (double)(screen_spent(s) - units + 1));
			screen_free(s);
		}
}

int main(int argc, char **argv)
{
	char const mode = argc > 1 && argv[1][0] == '-' ? argv[1][1] : 0;
	if (mode) argv++, argc--;
	unsigned const rows = argc > 2 ? (unsigned)atoi(argv[1]) : 24;
	unsigned const cols = argc > 2 ? (unsigned)atoi(argv[2]) : 80;
	unsigned const n = argc > 3 ? (unsigned)atoi(argv[3]) : 20;
	if (argc > 4) seed = (unsigned)atoi(argv[4]);
	if (mode == 'g') groups(rows, cols, n);
	else if (mode == 'r') resizes(rows, cols);
	else each_kind(rows, cols, n);
	return 0;
}
