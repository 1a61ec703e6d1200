/* SPDX-License-Identifier: ISC */
/* The two forms of a recording, byte for byte. */
#include "recording.h"
#include "unit.h"

static struct tape_size const size = {24, 80, 0, 0};
#define T0 UINT64_C(1700000000000000000)
#define MS UINT64_C(1000000)

static void check_text(struct screen_buf *b, char const *want)
{
	screen_buf_add(b, "", 1);
	CHECK(!b->failed);
	CHECK_STR(b->data, want);
}

TEST(asciicast)
{
	struct recording r;
	recording_begin(&r, RECORDING_ASCIICAST, size, T0, "a \"title\"");
	recording_marker(&r, T0, "run 1 started");
	recording_output(&r, T0 + 1500 * MS, "a\xe4\xb8", 3);
	recording_resize(&r, T0 + 1500 * MS, (struct tape_size){50, 132, 0, 0});
	recording_output(&r, T0 + 1000 * MS, "\x96\033[m", 4); /* a clock that was set back */
	recording_output(&r, T0 + 2000 * MS, "\xe4", 1);       /* nothing yet */
	recording_output(&r, T0 + 2000 * MS, "", 0);
	recording_end(&r);
	check_text(&r.out, "{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 1700000000, \"title\": \"a \\\"title\\\"\","
	                   " \"env\": {\"TERM\": \"xterm-256color\"}}\n"
	                   "[0.000000, \"m\", \"run 1 started\"]\n"
	                   "[1.500000, \"o\", \"a\"]\n"
	                   "[1.500000, \"r\", \"132x50\"]\n"
	                   "[1.500000, \"o\", \"世\\u001b[m\"]\n"
	                   "[2.000000, \"o\", \"\\ufffd\"]\n");
	CHECK_EQ(r.timing.len, 0);
	recording_deinit(&r);
}

TEST(typescript)
{
	struct recording r;
	recording_begin(&r, RECORDING_SCRIPT, size, T0, "");
	recording_marker(&r, T0 + 1, "run 1 started");
	recording_output(&r, T0 + 1500 * MS + 999, "a\xe4\xb8", 3);
	recording_resize(&r, T0 + 1600 * MS, (struct tape_size){50, 132, 0, 0});
	recording_output(&r, T0, "\x96\0", 2);
	for (int i = 1; i <= 3; i++) recording_output(&r, T0 + 1600 * MS + (uint64_t)i * 700, "x", 1); /* less than a microsecond each */
	recording_end(&r);
	check_text(&r.timing, "H 0.000000 START_TIME 1700000000\nH 0.000000 COLUMNS 80\nH 0.000000 LINES 24\n"
	                      "H 0.000000 MARKER run 1 started\n"
	                      "O 1.500000 3\n"
	                      "S 0.100000 SIGWINCH ROWS=50 COLS=132\n"
	                      "O 0.000000 2\n"
	                      "O 0.000000 1\nO 0.000001 1\nO 0.000001 1\n");
	char const *const line = memchr(r.out.data, '\n', r.out.len);
	CHECK(line);
	CHECK_EQ(r.out.len - (size_t)(line + 1 - r.out.data), 8);
	CHECK(!memcmp(line + 1, "a\xe4\xb8\x96\0xxx", 8));
	recording_deinit(&r);
}

TEST_MAIN
