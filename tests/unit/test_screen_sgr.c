/* SPDX-License-Identifier: ISC */
/* SGR sequences that are looked up since they were seen before: what they do must
 * never depend on that. Fed byte by byte nothing is looked up. */
#include "screen.h"

#include "unit.h"

static void feed(struct screen *s, char const *str) { screen_feed(s, str, strlen(str)); }

static void feed_bytes(struct screen *s, char const *str)
{
	for (; *str; str++) screen_feed(s, str, 1);
}

static struct screen *make(unsigned rows, unsigned cols)
{
	struct screen *const s = screen_new(rows, cols);
	CHECK(s);
	return s;
}

static void same(struct screen const *a, struct screen const *b, char const *what)
{
	char why[SCREEN_WHY_MAX] = "";
	if (screen_equal(a, b, why)) return;
	printf("# %s: %s\n", what, why);
	CHECK(false);
}

#define REST "and then some text" /* what is looked up needs bytes after it */

/* Learned, then its styles are taken back and given to others: were it still
 * looked up, the pen would be one of those. */
TEST(what_was_learned_is_forgotten_when_styles_are_taken_back)
{
	static char const *const learned[] = { "\033[38;2;1;2;3m", "\033[1;4m", "\033[48;5;200m", "\033[3;9;31m" };
	struct screen *const s = make(4, 40);
	for (int i = 0; i < 3; i++)
		for (size_t k = 0; k < sizeof learned / sizeof *learned; k++) {
			feed(s, "\033[m");
			feed(s, learned[k]);
			feed(s, "\033[H" REST);
		}
	/* Other colours in their place, by sequences too long to be looked up, until
	 * each number was another's. */
	for (unsigned i = 0; i < 500; i++) {
		char b[64];
		snprintf(b, sizeof b, "\033[H\033[0;38;2;%03u;%03u;007m" REST, 100 + i / 250, i % 250);
		feed(s, b);
	}
	for (size_t k = 0; k < sizeof learned / sizeof *learned; k++) {
		struct screen *const slow = make(4, 40);
		char b[64];
		snprintf(b, sizeof b, "\033[m\033[H%s" REST, learned[k]);
		feed(s, b);
		feed_bytes(slow, b);
		same(s, slow, b + 1);
		screen_free(slow);
	}
	screen_free(s);
}

/* With many styles, what begins with a reset is looked up whatever the pen before; but a
 * reset leaves a link and protection. */
TEST(a_reset_is_looked_up_for_all_pens)
{
	static char const *const pens[] = { "", "\033[31m", "\033]8;;http://x/\033\\", "\033]8;;\033\\\033[1\"q", "\033[0\"q" };
	struct screen *const s = make(24, 80);
	struct screen *const slow = make(24, 80);
	char b[256];
	for (unsigned i = 0; i < 256; i++) /* all stay in use */
		for (unsigned k = 0; k < 5; k++) {
			snprintf(b, sizeof b, "\033[%u;%uH%sx\033[0;38;5;%umy\033[24H" REST, i / 16 + 1, i % 16 * 4 + 1, pens[k], i);
			feed(s, b);
			feed_bytes(slow, b);
			same(s, slow, b + 1);
		}
	screen_free(s);
	screen_free(slow);
}

/* Wherever a feed ends, within a sequence or behind it; again and again. */
TEST(a_sequence_cut_at_the_end_of_a_feed)
{
	static char const stream[] =
		"\033[1ma\033[31mb\033[mc\033[38;5;123md\033[48;2;1;2;3me\033[0;1;4;38;5;9mf\033[4:3mg\033[m"
		"\033[38;2;255;255;255mh\033[>4;1mi\033[?1mj\033[1 mk\033[;ml\033[01;02m\033[1\nm\033[2\030m\033[3\033[4mn";
	size_t const len = sizeof stream - 1;
	struct screen *const slow = make(5, 40);
	for (int i = 0; i < 4; i++) feed_bytes(slow, stream);
	for (size_t cut = 0; cut <= len; cut++)
		for (size_t more = 0; more < 20 && cut + more <= len; more++) {
			struct screen *const s = make(5, 40);
			/* Copies, so that ASan sees what is read past them. */
			char *const a = malloc(cut + 1), *const b = malloc(more + 1), *const c = malloc(len - cut - more + 1);
			memcpy(a, stream, cut);
			memcpy(b, stream + cut, more);
			memcpy(c, stream + cut + more, len - cut - more);
			char *const exact = realloc(a, cut ? cut : 1);
			for (int i = 0; i < 4; i++) {
				screen_feed(s, exact, cut);
				screen_feed(s, b, more);
				screen_feed(s, c, len - cut - more);
			}
			same(s, slow, "cut");
			free(exact);
			free(b);
			free(c);
			screen_free(s);
		}
	screen_free(slow);
}

/* More styles on the screen than there may be: some characters come in the default
 * one, but the same ones. */
TEST(the_same_whether_or_not_styles_are_used_up)
{
	static char const *const tail[] = { "\033[1m", "\033[m", "\033[3m", "\033[31m", "\033[0;1m", "\033[22;4m", "\033[39m" };
	unsigned const rows = 300, cols = 200;
	struct screen *const s = make(rows, cols), *const slow = make(rows, cols);
	unsigned seed = 1;
	struct screen_buf b = SCREEN_BUF_INIT;
	for (unsigned i = 0; i < 3 * rows * cols / 2; i++) {
		unsigned const n = i % 37 == 0 ? 1 : i * 40503u & 0xffff;
		if (i % 50000 == 40000) screen_buf_str(&b, "\033[20;1H\033[m\033[5M\033[1;1H");
		screen_buf_fmt(&b, "\033[38;2;%u;%u;%umx", n >> 16, n >> 8 & 255, n & 255);
		for (unsigned k = 0; k < 3 && i % 3 == 0; k++) {
			seed = seed * 1664525u + 1013904223u;
			screen_buf_str(&b, tail[(seed >> 16) % 7]);
			if (seed >> 24 & 1) screen_buf_str(&b, "y");
		}
	}
	CHECK(!b.failed);
	screen_feed(s, b.data, b.len);
	for (size_t i = 0; i < b.len; i++) screen_feed(slow, b.data + i, 1);
	unsigned plain = 0;
	for (unsigned y = 0; y < rows; y++)
		for (unsigned x = 0; x < cols; x++) plain += screen_cell(slow, SCREEN_ACTIVE, y, x).style == 0;
	printf("# %u of %u cells in the default style, %zu bytes\n", plain, rows * cols, screen_memory(slow));
	same(s, slow, "many colours");
	screen_buf_deinit(&b);
	screen_free(s);
	screen_free(slow);
}

TEST_MAIN
