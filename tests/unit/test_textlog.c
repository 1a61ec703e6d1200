/* Which lines a log has: textlog's rule on a real screen, fed with the samples of
 * tests/log (see the README there). */
#include <dirent.h>

#include "textlog.h"
#include "unit.h"

#ifndef SAMPLES
#define SAMPLES "tests/log"
#endif

struct log {
	struct screen *screen;
	struct textlog rule;
	uint64_t now;
	char got[65536];
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

static void line(void *arg, char const *text, size_t len)
{
	struct log *const l = arg;
	CHECK(l->len + len + 2 < sizeof l->got);
	memcpy(l->got + l->len, text, len);
	l->len += len;
	l->got[l->len++] = '\n';
	l->got[l->len] = 0;
}

static void final(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct log *const l = arg;
	(void)s;
	textlog_final(&l->rule, row);
}

static void begin(struct log *l)
{
	memset(l, 0, sizeof *l);
	l->screen = screen_new(24, 80);
	CHECK(l->screen);
	screen_sinks_set(l->screen, &(struct screen_sinks){ .arg = l, .line = final });
	textlog_init(&l->rule, l->screen, &(struct textlog_sink){ l, offer, line });
	textlog_live(&l->rule);
}

static void end(struct log *l)
{
	textlog_deinit(&l->rule);
	screen_free(l->screen);
}

static void look(struct log *l)
{
	l->now += 20000000;
	(void)textlog_look(&l->rule, l->now);
}

static void size(struct log *l, unsigned rows, unsigned cols)
{
	textlog_resizing(&l->rule, l->now);
	screen_resize(l->screen, rows, cols);
	textlog_resized(&l->rule, l->now);
}

static void feed(struct log *l, char const *s)
{
	screen_feed(l->screen, s, strlen(s));
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
		else if (!strcmp(text, "!wait")) l.now += TEXTLOG_STABLE_NS, look(&l);
		else if (!strcmp(text, "!look")) looked = l.len, at_look = 1;
		else if (!strcmp(text, "!end")) textlog_all(&l.rule);
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
			CHECK_EQ(looked, n);
			at_look = 0;
			continue;
		}
		n += (size_t)snprintf(want + n, sizeof want - n, "%s", text);
	}
	fclose(f);
	printf("# %s\n", name);
	CHECK_STR(l.got, want);
	CHECK(at_look != 1);
	/* It was all said: nothing comes twice, whatever is looked for. */
	l.len = 0;
	textlog_all(&l.rule);
	l.now += 2 * (uint64_t)TEXTLOG_STABLE_NS;
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

struct replay {
	struct log l;
	uint64_t look_at, stable_at; /* 0: not */
};

static void pass(struct replay *r, uint64_t until)
{
	for (;;) {
		uint64_t const at = r->look_at && (!r->stable_at || r->look_at <= r->stable_at) ? r->look_at : r->stable_at;
		if (at == 0 || at > until) break;
		r->l.now = at;
		if (at == r->stable_at) r->stable_at = 0;
		r->look_at = 0;
		if (textlog_look(&r->l.rule, at) && !r->stable_at) r->stable_at = at + TEXTLOG_STABLE_NS;
	}
	r->l.now = until;
}

static uint64_t nanoseconds(char const *text)
{
	char *end;
	uint64_t const s = strtoull(text, &end, 10);
	return (s * 1000000 + strtoull(end + 1, NULL, 10)) * 1000;
}

static FILE *recorded(char const *name, char const *suffix)
{
	char path[512];
	snprintf(path, sizeof path, SAMPLES "/recorded/%s%s", name, suffix);
	FILE *const f = fopen(path, "re");
	CHECK(f);
	return f;
}

static void recording(char const *name)
{
	static char text[65536], want[65536];
	static struct replay r;
	FILE *const timing = recorded(name, ".timing");
	FILE *const out = recorded(name, "");
	FILE *const log = recorded(name, ".log");

	begin(&r.l);
	r.look_at = r.stable_at = 0;
	r.l.now = 1;
	CHECK(fgets(text, sizeof text, out)); /* script's own first line */
	while (fgets(text, sizeof text, timing)) {
		unsigned rows, cols;
		size_t n;
		char delay[32];
		if (sscanf(text, "H 0.000000 LINES %u", &rows) == 1) size(&r.l, rows, screen_cols(r.l.screen));
		if (sscanf(text, "H 0.000000 COLUMNS %u", &cols) == 1) size(&r.l, screen_rows(r.l.screen), cols);
		CHECK(sscanf(text, "%*c %31s", delay) == 1);
		pass(&r, r.l.now + nanoseconds(delay));
		if (sscanf(text, "S %*s SIGWINCH ROWS=%u COLS=%u", &rows, &cols) == 2) size(&r.l, rows, cols);
		if (sscanf(text, "O %*s %zu", &n) != 1) continue;
		CHECK(n <= sizeof text && fread(text, 1, n, out) == n);
		screen_feed(r.l.screen, text, n);
		textlog_fed(&r.l.rule, r.l.now);
		if (!r.look_at) r.look_at = r.l.now + 20000000;
	}
	textlog_all(&r.l.rule);
	size_t const len = fread(want, 1, sizeof want - 1, log);
	want[len] = 0;
	fclose(timing);
	fclose(out);
	fclose(log);
	printf("# recorded/%s\n", name);
	CHECK_STR(r.l.got, want);
	end(&r.l);
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
		screen_feed(l.screen, text, strlen(text));
		seed = seed * 1103515245u + 12345u;
		if (seed >> 28 < 3) look(&l);
		if (seed >> 28 == 3) size(&l, 2 + (seed >> 8) % 40, 30 + (seed >> 16) % 60);
	}
	textlog_all(&l.rule);
	CHECK_STR(l.got, want);
	end(&l);
}

TEST(what_is_refused_is_counted_once)
{
	struct log l;
	begin(&l);
	l.refuse = 1000;
	for (unsigned i = 0; i < 100; i++) screen_feed(l.screen, "some line\r\n", 11);
	look(&l);
	look(&l);
	textlog_all(&l.rule);
	CHECK_EQ(l.refused, 100);
	CHECK_EQ(l.len, 0);
	end(&l);
}

TEST(a_line_without_end_is_logged_in_pieces)
{
	struct log l;
	size_t n = 0;
	begin(&l);
	for (unsigned i = 0; i < 40000; i++) screen_feed(l.screen, "x", 1);
	textlog_all(&l.rule);
	for (size_t i = 0; i < l.len; i++) n += l.got[i] == 'x';
	CHECK_EQ(n, 40000);
	CHECK(l.rule.join.cap < 65536);
	end(&l);
}

/* A head that goes on does not repeat what stood there. */
TEST(replayed_lines_are_not_logged)
{
	struct log l;
	begin(&l);
	l.rule.live = false;
	for (unsigned i = 0; i < 50; i++) screen_feed(l.screen, "old\r\n", 5);
	textlog_live(&l.rule);
	feed(&l, "new\r\n");
	textlog_all(&l.rule);
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
			screen_feed(l.screen, p, strlen(p));
			if (r % 3 == 0) textlog_fed(&l.rule, l.now);
			if (r % 17 == 0) look(&l);
			if (r % 401 == 0) size(&l, 1 + r % 30, 1 + r % 50);
			if (r % 997 == 0) textlog_all(&l.rule);
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

TEST_MAIN
