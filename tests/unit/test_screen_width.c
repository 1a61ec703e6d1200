/* SPDX-License-Identifier: ISC */
/* Where grapheme clusters end, by Unicode's own tests: as the engine's rules say,
 * and as cells. */
#include "screen_int.h"

#include "grapheme_break_test.h"
#include "unit.h"

#define COUNT (sizeof grapheme_break_test / sizeof *grapheme_break_test)

struct sample {
	uint32_t cp[16];
	bool joins[16]; /* to the one before */
	unsigned n;
};

static struct sample sample(char const *text)
{
	struct sample s = { .n = 0 };
	char *end;
	for (bool join = false;; join = *end++ == '+') {
		CHECK(s.n < 16);
		s.joins[s.n] = join;
		s.cp[s.n++] = (uint32_t)strtoul(text, &end, 16);
		while (*end == ' ') end++;
		if (!*end) return s;
		text = end + 1;
	}
}

/* Controls do something and are in no cell, so that CR LF is no cluster here. */
static bool excused(uint32_t a, uint32_t b)
{
	return a == '\r' && b == '\n';
}

TEST(every_boundary_of_the_test)
{
	unsigned excuses = 0;
	CHECK_EQ(COUNT, 602);
	for (size_t i = 0; i < COUNT; i++) {
		struct sample const s = sample(grapheme_break_test[i]);
		unsigned start = 0;
		for (unsigned k = 1; k < s.n; k++) {
			if (excused(s.cp[k - 1], s.cp[k])) {
				CHECK(s.joins[k] && !width_joins(s.cp + start, k - start, s.cp[k]));
				excuses++;
			} else if (width_joins(s.cp + start, k - start, s.cp[k]) != s.joins[k]) {
				printf("# %s, before %X\n", grapheme_break_test[i], (unsigned)s.cp[k]);
				CHECK(false);
			}
			if (!s.joins[k]) start = k;
		}
	}
	CHECK_EQ(excuses, 2);
}

/* Those that come to be in cells: each cluster that begins with a character of
 * some width is a cell's. */
TEST(clusters_are_cells)
{
	unsigned shown = 0;
	for (size_t i = 0; i < COUNT; i++) {
		struct sample const s = sample(grapheme_break_test[i]);
		bool cells = true;
		for (unsigned k = 0; k < s.n; k++)
			if (s.cp[k] < 0x20 || (s.cp[k] >= 0x7f && s.cp[k] < 0xa0) || (!s.joins[k] && width_of(s.cp[k]) == 0)) cells = false;
		if (!cells) continue;
		shown++;
		struct screen *const t = screen_new(2, 80);
		struct screen_buf b = SCREEN_BUF_INIT;
		screen_feed(t, "\033[?2027h", 8);
		for (unsigned k = 0; k < s.n; k++) paint_utf8(&b, s.cp[k]);
		screen_feed(t, b.data, b.len);
		unsigned k = 0;
		for (unsigned x = 0; x < screen_cursor(t).x;) {
			uint32_t cps[SCREEN_CLUSTER_MAX];
			struct screen_cell const c = screen_cell(t, SCREEN_ACTIVE, 0, x);
			unsigned const n = screen_cell_chars(t, c, cps);
			CHECK(k + n <= s.n && !s.joins[k] && memcmp(cps, s.cp + k, n * sizeof *cps) == 0);
			for (unsigned j = 1; j < n; j++) CHECK(s.joins[k + j]);
			k += n;
			x += screen_cell_width(c);
		}
		CHECK_EQ(k, s.n);
		screen_buf_deinit(&b);
		screen_free(t);
	}
	printf("# %u of %zu are cells\n", shown, COUNT);
	CHECK(shown > 200);
}

TEST_MAIN
