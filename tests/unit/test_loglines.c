/* SPDX-License-Identifier: ISC */
/* Which lines a log has: loglines' rules on a real screen, fed with the samples of
 * tests/log (see the README there). */
#include <dirent.h>

#include "logreplay.h"
#include "unit.h"

#ifndef SAMPLES
#define SAMPLES "tests/log"
#endif

struct log {
	struct screen *screen;
	struct loglines *lines;
	uint64_t now;
	char got[200000];
	size_t len;
	unsigned refuse, refused; /* offers to be turned down, and that were */
};

static bool offer(void *arg)
{
	struct log *const l = arg;
	if (l->refuse == 0) return true;
	l->refuse--;
	l->refused++;
	return false;
}

static void line(void *arg, char const *text, size_t len, uint64_t since)
{
	struct log *const l = arg;
	CHECK(since <= l->now);
	CHECK(l->len + len + 2 < sizeof l->got);
	memcpy(l->got + l->len, text, len);
	l->len += len;
	l->got[l->len++] = '\n';
	l->got[l->len] = 0;
}

static void begin(struct log *l)
{
	memset(l, 0, sizeof *l);
	l->now = 1;
	l->screen = screen_new(24, 80);
	CHECK(l->screen);
	l->lines = loglines_new(l->screen, &(struct loglines_sink){ .arg = l, .offer = offer, .line = line });
	CHECK(l->lines);
	loglines_live(l->lines, true);
}

static void end(struct log *l)
{
	loglines_free(l->lines);
	screen_free(l->screen);
}

/* Lets the time pass, looking when it is wanted. */
static void pass(struct log *l, uint64_t ns)
{
	uint64_t const until = l->now + ns;
	uint64_t at = l->now;
	do {
		l->now = at;
		at = loglines_look(l->lines, at);
		CHECK(at == 0 || at > l->now);
	} while (at && at <= until);
	l->now = until;
}

static void look(struct log *l)
{
	l->now += LOGLINES_LOOK_NS;
	(void)loglines_look(l->lines, l->now);
}

static void size(struct log *l, unsigned rows, unsigned cols) { loglines_resize(l->lines, rows, cols, l->now); }

static void write_text(struct log *l, char const *s) { loglines_feed(l->lines, s, strlen(s), l->now); }

static void feed(struct log *l, char const *s)
{
	write_text(l, s);
	look(l);
}

/* C's escapes, as far as the samples use them. */
static void unescape(char *to, char const *s)
{
	for (; *s; s++) {
		char const *const at = *s == '\\' ? strchr("rnbat\\", s[1]) : NULL;
		if (*s != '\\') *to++ = *s;
		else if (s[1] >= '0' && s[1] <= '3') *to++ = (char)strtol((char[]){ s[1], s[2], s[3], 0 }, NULL, 8), s += 3;
		else if (s[1] == 'u') {
			unsigned const c = (unsigned)strtoul((char[]){ s[2], s[3], s[4], s[5], 0 }, NULL, 16);
			s += 5;
			if (c < 0x800) *to++ = (char)(0xc0 | c >> 6);
			else *to++ = (char)(0xe0 | c >> 12), *to++ = (char)(0x80 | (c >> 6 & 0x3f));
			*to++ = (char)(0x80 | (c & 0x3f));
		} else {
			CHECK(at && s[1]);
			*to++ = "\r\n\b\a\t\\"[at - "rnbat\\"];
			s++;
		}
	}
	*to = 0;
}

static void repeat(struct log *l, char *args)
{
	char *text;
	unsigned long const n = strtoul(args, &text, 10);
	for (unsigned long i = 1; i <= n; i++) {
		char raw[1024], out[1024] = "";
		size_t len = 0;
		for (char const *p = text + 1; *p; p++)
			if (*p == '#') len += (size_t)snprintf(out + len, sizeof out - len, "%lu", i);
			else out[len++] = *p;
		out[len] = 0;
		unescape(raw, out);
		feed(l, raw);
	}
}

static void sample(char const *name)
{
	static char text[65536], want[65536];
	struct log l;
	size_t looked = 0;
	int at_look = -1;
	char path[512];
	snprintf(path, sizeof path, SAMPLES "/%s", name);
	FILE *const f = fopen(path, "re");
	CHECK(f);
	begin(&l);
	while (fgets(text, sizeof text, f) && strcmp(text, "---\n") != 0) {
		unsigned rows, cols;
		text[strcspn(text, "\n")] = 0;
		if (sscanf(text, "!size %u %u", &rows, &cols) == 2) size(&l, rows, cols);
		else if (!strncmp(text, "!repeat ", 8)) repeat(&l, text + 8);
		else if (!strcmp(text, "!wait")) pass(&l, LOGLINES_STABLE_NS + LOGLINES_LOOK_NS);
		else if (!strcmp(text, "!pause")) pass(&l, LOGLINES_SETTLE_NS + LOGLINES_LOOK_NS);
		else if (!strcmp(text, "!look")) looked = l.len, at_look = 1;
		else if (!strcmp(text, "!end")) loglines_all(l.lines, l.now);
		else {
			char raw[4096];
			unescape(raw, text);
			feed(&l, raw);
		}
	}
	size_t n = 0;
	while (fgets(text, sizeof text, f)) {
		if (!strcmp(text, "!look\n")) {
			printf("# %s, at !look\n", name);
			if (looked != n) printf("# got:\n%s", l.got);
			CHECK_EQ(looked, n);
			at_look = 0;
			continue;
		}
		n += (size_t)snprintf(want + n, sizeof want - n, "%s", text);
	}
	want[n] = 0;
	fclose(f);
	printf("# %s\n", name);
	CHECK_STR(l.got, want);
	CHECK(at_look != 1);
	/* It was all said: nothing comes twice, whatever is looked for. */
	l.len = 0;
	loglines_all(l.lines, l.now);
	l.now += 2 * (uint64_t)LOGLINES_STABLE_NS;
	look(&l);
	CHECK_EQ(l.len, 0);
	end(&l);
}

/* What else is in that folder. */
static bool is_none(char const *name)
{
	static char const *const others[] = { "README", "anew", "demo", "programs", "recorded" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!strcmp(name, others[i])) return true;
	return false;
}

TEST(samples)
{
	unsigned n = 0;
	DIR *const d = opendir(SAMPLES);
	CHECK(d);
	for (struct dirent const *e; (e = readdir(d));) {
		if (e->d_name[0] == '.' || is_none(e->d_name)) continue;
		sample(e->d_name);
		n++;
	}
	closedir(d);
	CHECK(n >= 10);
}

/* ---- recordings: the log looks as the head does, by time ------------------------ */

static void recorded_line(void *arg, uint64_t now, uint64_t since, char const *text, size_t len)
{
	struct log *const l = arg;
	l->now = now;
	line(arg, text, len, since);
}

static void recording(char const *name)
{
	static char path[512], want[65536];
	static struct log l;
	struct logreplay r = { .line = recorded_line, .arg = &l };
	snprintf(path, sizeof path, SAMPLES "/recorded/%s", name);
	printf("# recorded/%s\n", name);
	l.len = 0;
	l.got[0] = 0;
	CHECK(logreplay_run(&r, path));
	logreplay_end(&r);
	FILE *const log = logreplay_open(path, ".log");
	CHECK(log);
	want[fread(want, 1, sizeof want - 1, log)] = 0;
	fclose(log);
	CHECK_STR(l.got, want);
}

TEST(recordings)
{
	static char const suffix[] = ".timing";
	unsigned n = 0;
	DIR *const d = opendir(SAMPLES "/recorded");
	CHECK(d);
	for (struct dirent *e; (e = readdir(d));) {
		size_t const len = strlen(e->d_name);
		if (len < sizeof suffix || strcmp(e->d_name + len - (sizeof suffix - 1), suffix) != 0) continue;
		e->d_name[len - (sizeof suffix - 1)] = 0;
		recording(e->d_name);
		n++;
	}
	closedir(d);
	CHECK(n >= 20);
}

/* However its rows move, each of many lines comes once, in order. */
TEST(each_line_once_at_any_size)
{
	struct log l;
	char text[64], want[65536];
	size_t n = 0;
	unsigned seed = 1;
	begin(&l);
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(text, sizeof text, "number %u of many lines\r\n", i);
		n += (size_t)snprintf(want + n, sizeof want - n, "number %u of many lines\n", i);
		write_text(&l, text);
		seed = seed * 1103515245u + 12345u;
		if (seed >> 28 < 3) look(&l);
		if (seed >> 28 == 3) size(&l, 2 + (seed >> 8) % 40, 30 + (seed >> 16) % 60);
	}
	loglines_all(l.lines, l.now);
	CHECK_STR(l.got, want);
	end(&l);
}

TEST(what_is_refused_is_counted_once)
{
	struct log l;
	begin(&l);
	l.refuse = 1000;
	for (unsigned i = 0; i < 100; i++) write_text(&l, "some line\r\n");
	look(&l);
	look(&l);
	loglines_all(l.lines, l.now);
	CHECK_EQ(l.refused, 100);
	CHECK_EQ(l.len, 0);
	end(&l);
}

TEST(a_line_without_end_is_logged_in_pieces)
{
	struct log l;
	size_t n = 0;
	begin(&l);
	for (unsigned i = 0; i < 40000; i++) write_text(&l, "x");
	loglines_all(l.lines, l.now);
	for (size_t i = 0; i < l.len; i++) n += l.got[i] == 'x';
	CHECK_EQ(n, 40000);
	end(&l);
}

/* A head that goes on does not repeat what stood there. */
TEST(replayed_lines_are_not_logged)
{
	struct log l;
	begin(&l);
	loglines_free(l.lines);
	l.lines = loglines_new(l.screen, &(struct loglines_sink){ .arg = &l, .offer = offer, .line = line });
	CHECK(l.lines);
	for (unsigned i = 0; i < 50; i++) write_text(&l, "old\r\n");
	loglines_live(l.lines, true);
	feed(&l, "new\r\n");
	loglines_all(l.lines, l.now);
	CHECK_STR(l.got, "new\n");
	end(&l);
}

/* Whatever is written, and at whatever sizes: it holds together, and what was
 * said is not said again while nothing changes. */
TEST(anything_goes)
{
	static char const *const pieces[] = {
		"text ", "a longer piece of text that wraps at most sizes ", "\r\n", "\n", "\r", "\033[A", "\033[5B",
		"\033[H", "\033[J", "\033[2J", "\033[K", "\033[2K", "\033[L", "\033[3M", "\033[2;4r", "\033[r", "\033M",
		"\033[2S", "\033[T", "\033[?1049h", "\033[?1049l", "\033c", "\t", "\b", "\u4e2d\u6587", "\033[10;10H",
		"\033[?69h\033[3;9s", "\033[?69l", "\033[4P", "\033[9@", "\033[8X", "\0337", "\0338", "\033#8",
		"\033[?1h\033=", "\033[?1l\033>", "\033[?25l", "\033[?25h", "\033[?1000h", "\033[?1000l",
	};
	unsigned seed = 7;
	for (unsigned round = 0; round < 30; round++) {
		struct log l;
		begin(&l);
		for (unsigned i = 0; i < 3000; i++) {
			seed = seed * 1103515245u + 12345u;
			unsigned const r = seed >> 16;
			char const *const p = pieces[r % (sizeof pieces / sizeof *pieces)];
			write_text(&l, p);
			if (r % 17 == 0) look(&l);
			if (r % 401 == 0) size(&l, 1 + r % 30, 1 + r % 50);
			if (r % 997 == 0) loglines_all(l.lines, l.now);
			if (r % 331 == 0) {
				look(&l);
				l.len = 0;
				look(&l);
				CHECK_EQ(l.len, 0);
			}
			l.len = 0;
		}
		end(&l);
	}
}

/* Text of a row that begins a line and is all of it. */
static bool whole_row(struct log const *l, unsigned y, char buf[256])
{
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen_row const row = screen_row(l->screen, SCREEN_MAIN, y);
	bool const whole = !row.wrapped && (y == 0 || !screen_row(l->screen, SCREEN_MAIN, y - 1).wrapped);
	screen_row_text(l->screen, &row, &b);
	snprintf(buf, 256, "%.*s", (int)b.len, b.data ? b.data : "");
	bool const some = b.len > 0;
	screen_buf_deinit(&b);
	return whole && some;
}

/* Whatever is redrawn, inserted, moved and erased: what the cursor has left and what
 * stays as it is was logged after LOGLINES_STABLE_NS. */
TEST(nothing_is_withheld_for_longer)
{
	static char const *const words[] = { "| ", "/ ", "step ", "ok", "12%", " 3 ", "[==>  ]", "done ", "part ", "a", "b" };
	static char const *const moves[] = { "\r\n", "\r\n", "\r\n", "\033[A", "\033[3A\033[J", "\033[K", "\r", "\033[2B", "\033[H", "\033[2J\033[H", "\033[M", "\033[L" };
	unsigned seed = 11;
	for (unsigned round = 0; round < 200; round++) {
		static struct log l;
		char text[256];
		begin(&l);
		size(&l, 3 + round % 12, 40);
		for (unsigned i = 0; i < 60; i++) {
			seed = seed * 1103515245u + 12345u;
			unsigned const r = seed >> 12;
			write_text(&l, words[r % 11]);
			write_text(&l, words[r / 11 % 11]);
			write_text(&l, moves[r / 121 % 12]);
			if (r % 5 == 0) pass(&l, (uint64_t)(r % 7) * 20000000u);
		}
		pass(&l, LOGLINES_STABLE_NS + LOGLINES_LOOK_NS);
		for (unsigned y = 0; y < screen_cursor(l.screen).y; y++)
			if (whole_row(&l, y, text) && !strpbrk(text, "|/")) CHECK(strstr(l.got, text));
		end(&l);
	}
}

/* The order of the screen, whatever moved up and was changed above it. */
TEST(a_result_comes_before_the_summary_at_once)
{
	struct log l;
	begin(&l);
	feed(&l, "bar 10%\r\n");
	for (unsigned i = 2; i <= 10; i++) {
		char text[64];
		snprintf(text, sizeof text, "\033[A\033[Kbar %u0%%\r\n", i);
		feed(&l, text);
		l.now += 30000000;
	}
	feed(&l, "summary\r\n");
	pass(&l, 100000000 - LOGLINES_LOOK_NS);
	CHECK_STR(l.got, "bar 10%\nbar 100%\nsummary\n");
	end(&l);
}

/* A text file with CR LF on a terminal that adds one more CR. */
TEST(returns_before_a_newline_split_no_line)
{
	struct log l;
	char text[128], want[512] = "";
	begin(&l);
	for (int c = 'a'; c <= 'd'; c++) {
		memset(text, c, 100);
		strcpy(text + 100, "\n");
		strcat(want, text);
		strcpy(text + 100, "\r\r\n");
		write_text(&l, text);
	}
	look(&l);
	CHECK_STR(l.got, want);
	end(&l);
}

/* What the sink counts and gets does not depend on whether a flood is only counted. */
struct flood {
	struct log log;
	bool full;
	unsigned long counted, skimmed;
};

static bool flood_offer(void *arg)
{
	struct flood *const f = arg;
	f->counted++;
	return !f->full;
}

static bool flood_refuse(void *arg, uint64_t lines)
{
	struct flood *const f = arg;
	if (!f->full) return false;
	f->counted += lines;
	f->skimmed += lines;
	return true;
}

static void flood_line(void *arg, char const *text, size_t len, uint64_t since)
{
	struct flood *const f = arg;
	line(&f->log, text, len, since);
}

static void flood_begin(struct flood *f, unsigned rows, bool skims)
{
	memset(f, 0, sizeof *f);
	f->log.now = 1;
	f->log.screen = screen_new(rows, 40);
	CHECK(f->log.screen);
	f->log.lines = loglines_new(f->log.screen, &(struct loglines_sink){
		.arg = f, .offer = flood_offer, .refuse = skims ? flood_refuse : NULL, .line = flood_line });
	CHECK(f->log.lines);
	loglines_live(f->log.lines, true);
}

/* A chunk of a flood, with `odd` of 256 lines that are not plain. */
static size_t flood_text(char *buf, size_t cap, unsigned *seed, unsigned odd)
{
	static char const *const odds[] = {
		"\033[31mred\033[m\r\n", "\r\n", "   \r\n", "a line that is longer than the terminal is wide, by far\r\n",
		"bar 10%\rbar 20%\r\n", "no return\n", "\033[2A\033[Kup\033[2B\r\n", "\033[2;5r", "\033[r", "\033[?1049h", "\033[?1049l",
		"\tab\r\n", "\033[3;1H", "\033[99;1H", "\033[2J", "exactly forty columns of text, to the end\r\n", "\303\251\r\n", "\033[?7l", "\033[?7h",
		"\033[31;1m", "\033[0;44m   \r\n", "\033[m", "\r\r\n", "two\r\r\n", "\033[7mthe rest is reversed\r\n", "\033[38;5;200mpink", "\302\240\r\n", "\342\200\213\r\n",
		"\t\t\t\t\t\t\r\n", "\t\t\t\t\t\tbeyond the last stop\r\n", "\033(0____\r\n", "\033(B", "\033[4h", "\033[4l", "\r\033[31mover a line\r\n", ("\302\233" "5;6H"), "\033%G", "\342\233\204 \342\226\204\r\n", "\342\233\0045;6H",
		"\033[10M", "\033[5L", "\033[?69h\033[5;30s", "\033[?69l", "\033[H", "\0337", "\0338",
	};
	size_t len = 0;
	while (len + 128 < cap) {
		*seed = *seed * 1103515245u + 12345u;
		unsigned const r = *seed >> 8;
		int const n = r % 256 < odd ? snprintf(buf + len, cap - len, "%s", odds[(r >> 8) % (sizeof odds / sizeof *odds)]) :
		              snprintf(buf + len, cap - len, "%.*s %u\r\n", (int)(r >> 8) % 30, "of the same kind, as they come", r % 1000);
		len += (size_t)n;
	}
	return len;
}

TEST(a_flood_is_counted_to_the_line)
{
	static struct flood with, without;
	static char text[40000];
	unsigned long skimmed = 0;
	unsigned seed = 5;
	for (unsigned round = 0; round < 60; round++) {
		unsigned const rows = 1 + round % 30;
		unsigned const odd = round % 4 == 0 ? 0 : round % 4 == 1 ? 1 : round % 4 == 2 ? 4 : 40;
		flood_begin(&with, rows, true);
		flood_begin(&without, rows, false);
		for (unsigned i = 0; i < 12; i++) {
			size_t const len = flood_text(text, 10000 + 30000 * (i % 2), &seed, odd) - i % 3;
			with.full = without.full = i > 0 && i % 5 != 0;
			for (struct flood *f = &with;; f = &without) {
				loglines_feed(f->log.lines, text, len, f->log.now);
				f->log.len = 0;
				if (i % 2) look(&f->log);
				if (f == &without) break;
			}
			CHECK(with.counted == without.counted);
			CHECK_STR(with.log.got, without.log.got);
		}
		char why[SCREEN_WHY_MAX];
		CHECK(screen_equal(with.log.screen, without.log.screen, why));
		pass(&with.log, LOGLINES_STABLE_NS + LOGLINES_LOOK_NS);
		pass(&without.log, LOGLINES_STABLE_NS + LOGLINES_LOOK_NS);
		CHECK_STR(with.log.got, without.log.got);
		CHECK(with.counted == without.counted);
		skimmed += with.skimmed;
		end(&with.log);
		end(&without.log);
	}
	CHECK(skimmed > 10000);
}

TEST_MAIN
