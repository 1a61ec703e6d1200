/* SPDX-License-Identifier: ISC */
/* Output as text: lines joined where they were wrapped, what stood for a moment,
 * and JSON that is valid whatever it is made of. */
#include "json.h"
#include "text.h"
#include "unit.h"

struct seen {
	char log[8192];
	size_t len;
	char const *stop;
};

static bool note(void *arg, char const *line, size_t len, bool settled)
{
	struct seen *const s = arg;
	s->len += (size_t)snprintf(s->log + s->len, sizeof s->log - s->len, "%.*s%s", (int)len, line, settled ? "|" : "/");
	return s->stop && memmem(line, len, s->stop, strlen(s->stop));
}

static void run(struct text *t, char const *bytes, struct seen *s)
{
	memset(s, 0, sizeof *s);
	CHECK(!text_feed(t, (uint8_t const *)bytes, strlen(bytes), note, s));
	CHECK(!text_rest(t, note, s));
	CHECK(!text_rest(t, note, s)); /* nothing new */
}

static void begin(struct text *t, unsigned rows, unsigned cols, char const *bytes, bool blank)
{
	struct screen *const s = screen_new(rows, cols);
	CHECK(s);
	screen_feed(s, bytes, strlen(bytes));
	text_init(t, s, blank);
}

TEST(lines_as_they_come)
{
	struct text t;
	struct seen s;
	begin(&t, 4, 20, "", true);
	run(&t, "one\r\n\033[31mtwo\033[m three\r\n$ ", &s);
	CHECK_STR(s.log, "one|two/two three|$ /");
	text_deinit(&t);
}

TEST(what_is_written_over_was_seen)
{
	struct text t;
	struct seen s;
	begin(&t, 4, 20, "", true);
	run(&t, "10%\r20%\033[2K\rdone", &s);
	CHECK(strstr(s.log, "10%|"));
	CHECK(strstr(s.log, "20%/"));
	CHECK(strstr(s.log, "done/"));
	text_deinit(&t);
}

TEST(wrapped_lines_are_one)
{
	struct text t;
	struct seen s;
	begin(&t, 3, 5, "", true);
	run(&t, "abc  fghijklmnopqrstuvwxyz", &s); /* more than the screen */
	CHECK_STR(s.log, "abc  fghijklmnopqrstuvwxyz/");
	run(&t, "\r\nx\r\n", &s);
	CHECK_STR(s.log, "abc  fghijklmnopqrstuvwxyz|x|"); /* once more: now it is whole */
	run(&t, "1234世56", &s); /* a wide one does not fit into the last column */
	CHECK_STR(s.log, "1234世56/");
	text_deinit(&t);
}

TEST(blank_is_what_was_there)
{
	struct text t;
	struct seen s;
	begin(&t, 4, 20, "old\r\n$ ", true);
	run(&t, "new", &s);
	CHECK_STR(s.log, "  new/");
	memset(&s, 0, sizeof s);
	text_screen(&t, note, &s);
	CHECK(!strstr(s.log, "old"));
	text_deinit(&t);
	begin(&t, 4, 20, "old\r\n$ ", false);
	memset(&s, 0, sizeof s);
	text_screen(&t, note, &s);
	CHECK_STR(s.log, "old|$ /||");
	text_deinit(&t);
}

TEST(it_stops_where_it_was_told)
{
	struct text t;
	struct seen s = {.stop = "two"};
	begin(&t, 4, 20, "", true);
	CHECK(text_feed(&t, (uint8_t const *)"one\r\ntwo\r\nthree\r\n", 17, note, &s));
	CHECK(!strstr(s.log, "three"));
	text_deinit(&t);
}

TEST(a_line_that_never_ends_is_bounded)
{
	static char many[65536];
	struct text t;
	struct seen s;
	begin(&t, 4, 20, "", true);
	memset(many, 'x', sizeof many - 1);
	for (int i = 0; i < 8; i++) run(&t, many, &s);
	CHECK(t.above.len <= TEXT_LINE_MAX);
	text_deinit(&t);
}

/* ---- JSON ------------------------------------------------------------------- */

static void check_json(char const *bytes, size_t len, char const *want)
{
	/* At every split, and a byte at a time. */
	for (size_t at = 0; at <= len; at++) {
		struct screen_buf b = SCREEN_BUF_INIT;
		struct json j = {.len = 0};
		json_feed(&j, bytes, at, &b);
		json_feed(&j, bytes + at, len - at, &b);
		json_end(&j, &b);
		screen_buf_add(&b, "", 1);
		CHECK_STR(b.data, want);
		screen_buf_deinit(&b);
	}
}

TEST(json_is_valid)
{
	check_json("a\"b\\c", 5, "a\\\"b\\\\c");
	check_json("\r\n\t\033\177\0", 6, "\\r\\n\\t\\u001b\\u007f\\u0000");
	check_json("ä世😀", 9, "ä世😀");
	check_json("\xff\xc0\x80", 3, "\\ufffd\\ufffd\\ufffd");
	check_json("\xe4\xb8x", 3, "\\ufffdx");
	check_json("\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd"); /* a surrogate */
	check_json("\xf4\x90\x80\x80", 4, "\\ufffd\\ufffd\\ufffd\\ufffd");
	check_json("\xe4\xb8", 2, "\\ufffd");
	check_json("\xc2\x9b", 2, "\\u009b");
	check_json("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", 9, "\\u2028\\u2029\\u202a"); /* what breaks lines or turns them */
	check_json("\xd8\x9c\xe2\x80\x8f\xe2\x81\xa9", 8, "\\u061c\\u200f\\u2069");
	check_json("\xf0\x9f\xf0\x9f\x98\x80", 6, "\\ufffd😀");
}

TEST(whole_characters)
{
	CHECK_EQ(json_whole((uint8_t const *)"ab", 2), 2);
	CHECK_EQ(json_whole((uint8_t const *)"a\xe4", 2), 1);
	CHECK_EQ(json_whole((uint8_t const *)"a\xe4\xb8", 3), 1);
	CHECK_EQ(json_whole((uint8_t const *)"a\xe4\xb8\x96", 4), 4);
	CHECK_EQ(json_whole((uint8_t const *)"\xf0\x9f\x98", 3), 0);
	CHECK_EQ(json_whole((uint8_t const *)"\x80\x80\x80\x80", 4), 4);
	CHECK_EQ(json_whole((uint8_t const *)"", 0), 0);
}

TEST_MAIN
