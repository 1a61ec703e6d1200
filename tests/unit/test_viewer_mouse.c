/* SPDX-License-Identifier: ISC */
/* Reports of the mouse, in every encoding, from a terminal that shows a part of the
 * program's screen. */
#include "mouse.h"

#include <string.h>

#include "unit.h"

static struct mouse_view const cropped = { .y = 10, .x = 40, .rows = 24, .cols = 80 };

/* The one token of `in`, moved: its bytes; NULL: it is no report. */
static char const *moved(struct mouse_view const *v, char const *in, size_t len)
{
	static char out[MOUSE_MAX + 1];
	struct tokens t = { .mouse = true, .mouse_utf8 = v->utf8 };
	struct token token;
	size_t n = 0;
	tokens_feed(&t, (uint8_t const *)in, len);
	CHECK(tokens_next(&t, &token));
	if (!mouse_moved(v, &token, (uint8_t *)out, &n)) return NULL;
	CHECK(n < sizeof out);
	out[n] = '\0';
	return out;
}

#define MOVED(v, in, want) CHECK_STR(moved((v), (in), sizeof (in) - 1), (want))

TEST(every_encoding_is_moved_to_the_cell_that_is_shown)
{
	static struct mouse_view const pixels = { .y = 10, .x = 40, .rows = 24, .cols = 80, .cell_h = 20, .cell_w = 10, .pixels = true };
	static struct mouse_view const utf8 = { .y = 10, .x = 140, .rows = 24, .cols = 280, .utf8 = true };
	static struct mouse_view const wide = { .y = 10, .x = 240, .rows = 24, .cols = 280 };
	MOVED(&cropped, "\033[<0;3;5M", "\033[<0;43;15M");
	MOVED(&cropped, "\033[<0;3;5m", "\033[<0;43;15m");
	MOVED(&cropped, "\033[<35;3;5M", "\033[<35;43;15M");
	MOVED(&cropped, "\033[32;3;5M", "\033[32;43;15M");
	MOVED(&cropped, "\033[M #%", "\033[M K/");
	MOVED(&pixels, "\033[<0;25;81M", "\033[<0;425;281M");
	MOVED(&utf8, "\033[M #%", "\033[M \xc2\xaf/");
	MOVED(&utf8, "\033[M \xc2\x80%", "\033[M \xc4\x8c/");
	MOVED(&wide, "\033[M #%", "\033[M \xff/"); /* as far as the encoding goes */
}

TEST(outside_there_is_nothing_but_a_release_at_the_edge)
{
	static struct mouse_view const small = { .rows = 5, .cols = 20 };
	MOVED(&small, "\033[<0;20;5M", "\033[<0;20;5M");
	MOVED(&small, "\033[<0;21;5M", "");
	MOVED(&small, "\033[<0;1;6M", "");
	MOVED(&small, "\033[<65;1;6M", "");
	MOVED(&small, "\033[<0;21;9m", "\033[<0;20;5m");
	MOVED(&small, "\033[M Z!", "");
	MOVED(&small, "\033[M#Z!", "\033[M#4!");
	MOVED(&small, "\033[35;99;99M", "\033[35;20;5M");
	MOVED(&small, "\033[32;99;1M", "");
}

/* A click beside the program's screen is not a click, and no half of one. */
TEST(what_follows_a_press_outside_is_dropped)
{
	unsigned lost = 0;
	struct mouse_view const small = { .rows = 5, .cols = 20, .lost = &lost };
	MOVED(&small, "\033[<0;21;5M", "");
	MOVED(&small, "\033[<32;20;5M", "");
	MOVED(&small, "\033[<0;21;5m", "");
	MOVED(&small, "\033[<0;20;5M", "\033[<0;20;5M");
	MOVED(&small, "\033[<2;21;5M", "");
	MOVED(&small, "\033[<0;21;5m", "\033[<0;20;5m");
	MOVED(&small, "\033[<2;1;1m", "");
	MOVED(&small, "\033[<65;1;6M", "");
	MOVED(&small, "\033[<35;1;1M", "\033[<35;1;1M");
	MOVED(&small, "\033[M Z!", "");
	MOVED(&small, "\033[M#Z!", "");
	MOVED(&small, "\033[M !!", "\033[M !!");
	MOVED(&small, "\033[M#Z!", "\033[M#4!");
	MOVED(&small, "\033[32;99;1M", "");
	MOVED(&small, "\033[35;1;1M", "");
	MOVED(&small, "\033[35;1;1M", "\033[35;1;1M");
}

TEST(pixels_of_a_terminal_that_does_not_tell_its_cells_are_dropped)
{
	static struct mouse_view const v = { .rows = 5, .cols = 20, .pixels = true };
	MOVED(&v, "\033[<0;25;81M", "");
}

TEST(what_is_no_report_is_left_alone)
{
	static char const *const rows[] = { "a", "\033[A", "\033[1;2M", "\033[I", "\033[?1;2;3M", "\033[97;5u", "\033OM" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK(!moved(&cropped, rows[i], strlen(rows[i])));
}

TEST_MAIN
