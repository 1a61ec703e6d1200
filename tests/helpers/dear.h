/* SPDX-License-Identifier: ISC */
/* What is dear for the screen engine, for tests/bench/screencost.c and the unit test:
 * kinds of sequences, and states of a screen in which they are fed. */
#ifndef DEAR_H
#define DEAR_H

#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned dear_seed = 1;
static unsigned dear_rnd(unsigned n)
{
	dear_seed = dear_seed * 1103515245u + 12345u;
	return (dear_seed >> 16) % n;
}

/* %d a number that is another each time (up to 255), %e its next digit to that base,
 * %k a combining mark, %l a letter, %R the last row, %C the last column, %H a row in the
 * middle, %M a large number. */
static struct {
	char const *name, *text;
} const dear_kinds[] = {
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
#define DEAR_KINDS (sizeof dear_kinds / sizeof *dear_kinds)

struct dear_text {
	char *data;
	size_t len, cap;
};

static void dear_add(struct dear_text *t, void const *data, size_t len)
{
	if (len == 0) return;
	if (t->len + len > t->cap) {
		t->cap = (t->len + len) * 2;
		t->data = realloc(t->data, t->cap);
		if (!t->data) exit(111);
	}
	memcpy(t->data + t->len, data, len); /* NOLINT(clang-analyzer-core.*): without memory it has ended */
	t->len += len;
}

static void dear_add_num(struct dear_text *t, unsigned n)
{
	char b[16] = "";
	dear_add(t, b, (size_t)snprintf(b, sizeof b, "%u", n));
}

static void dear_instance(struct dear_text *t, size_t kind, unsigned rows, unsigned cols)
{
	static unsigned turn;
	turn++;
	for (char const *p = dear_kinds[kind].text; *p; p++) {
		char const mark[2] = { '\xcc', (char)(0x80 + (turn * 7 + (unsigned)(p - dear_kinds[kind].text) * 5) % 0x30) };
		if (*p != '%') {
			dear_add(t, p, 1);
			continue;
		}
		switch (*++p) {
		case 'd': dear_add_num(t, turn % 256); break;
		case 'e': dear_add_num(t, turn / 256 % 256); break;
		case 'k': dear_add(t, mark, 2); break;
		case 'l': dear_add(t, &(char){ (char)('a' + turn / 40 % 26) }, 1); break;
		case 'R': dear_add_num(t, rows); break;
		case 'C': dear_add_num(t, cols); break;
		case 'H': dear_add_num(t, rows / 2 + 1); break;
		default: dear_add_num(t, 65535); break;
		}
	}
}

/* ---- states of a screen --------------------------------------------------- */

static void dear_feed(struct screen *s, char const *str) { screen_feed(s, str, strlen(str)); }

static void dear_content(struct screen *s, unsigned what)
{
	struct dear_text t = { 0 };
	char b[64];
	unsigned const rows = screen_rows(s);
	unsigned const cols = screen_cols(s);
	if (what == 1) dear_feed(s, "\033#8");
	if (what == 2) dear_feed(s, "\033[44m\033[2J\033[m");
	if (what == 3) { /* more styles than there can be */
		for (unsigned i = 0; i < 34000 && i < rows * cols; i++) dear_add(&t, b, (size_t)sprintf(b, "\033[38;2;%u;%u;1mx", i % 256, i / 256));
		screen_feed(s, t.data, t.len);
		unsigned const have = 34000 / cols;
		for (unsigned y = have; have && y < rows; y += have) {
			sprintf(b, "\033[1;1;%u;%u;1;%u;1$v", have, cols, y + 1);
			dear_feed(s, b);
		}
	}
	if (what == 4) /* wide characters */
		for (unsigned i = 0; i < rows * cols / 2; i++) dear_feed(s, "\xe4\xb8\xad");
	if (what == 5) /* two styles by turns, marks */
		for (unsigned i = 0; i < rows * cols / 2; i++) dear_feed(s, i % 2 ? "\033[1;41mx" : "\033[0;7my\xcc\x81");
	if (what == 6) dear_feed(s, "\033[1\"q\033#8\033[88;;;;$x");
	dear_feed(s, "\033[m");
	free(t.data);
}

static struct screen *dear_context(unsigned rows, unsigned cols)
{
	static char const *const margins[] = { "", "", "\033[2r", "\033[?69h\033[2;3s", "\033[?69h\033[2s", "\033[?69h\033[2;3s\033[2r", "\033[?69h\033[2s\033[2r" };
	static char const *const more[] = { "\033[4h", "\033[48;5;9m", "\033[?6h", "\033[?2027h", "\033[?1049h", "\033[1\"q", "\033[3g", "\033[?2048h", "\033[?45h" };
	struct screen *const s = screen_new(rows, cols);
	if (!s) exit(111);
	if (dear_rnd(4) == 0) dear_feed(s, "\033[?1049h");
	dear_content(s, dear_rnd(7));
	dear_feed(s, margins[dear_rnd(7)]);
	for (unsigned i = 0; i < 9; i++)
		if (dear_rnd(4) == 0) dear_feed(s, more[i]);
	char b[40];
	sprintf(b, "\033[%u;%uH", 1 + dear_rnd(3) * (rows - 1) / 2, 1 + dear_rnd(3) * (cols - 1) / 2);
	dear_feed(s, b);
	return s;
}

#endif
