/* SPDX-License-Identifier: ISC */
/* The screen engine within a budget: how it stops, and what a sequence may cost. */
#include "dear.h"
#include "unit.h"

static struct screen *make(unsigned rows, unsigned cols)
{
	struct screen *const s = screen_new(rows, cols);
	CHECK(s);
	return s;
}

TEST(without_budget_nothing_is_taken)
{
	struct screen *const s = make(4, 10);
	int64_t cost = 0;
	CHECK_EQ(screen_feed_some(s, "abc", 3, &cost), 0);
	CHECK_EQ(cost, 0);
	cost = -5;
	CHECK_EQ(screen_feed_some(s, "abc", 3, &cost), 0);
	CHECK_EQ(cost, -5);
	CHECK_EQ(screen_total(s), 0);
	screen_free(s);
}

TEST(a_small_budget_takes_one_step)
{
	struct screen *const s = make(4, 10);
	int64_t cost = 1;
	CHECK_EQ(screen_feed_some(s, "\n\n\n", 3, &cost), 1);
	CHECK_EQ(screen_total(s), 1);
	CHECK(cost < 0); /* a debt */
	screen_free(s);
}

TEST(what_is_spent_is_what_the_budget_lost)
{
	struct screen *const s = make(24, 80);
	int64_t cost = 1000000;
	uint64_t const before = screen_spent(s);
	CHECK_EQ(screen_feed_some(s, "\033#8\033[2J", 7, &cost), 7);
	CHECK_EQ(1000000 - cost, (int64_t)(screen_spent(s) - before));
	CHECK(screen_spent(s) - before >= 24 * 80);
	screen_free(s);
}

TEST(a_resize_is_counted)
{
	struct screen *const s = make(100, 100);
	dear_feed(s, "\033#8");
	uint64_t const before = screen_spent(s);
	screen_resize(s, 100, 50);
	CHECK(screen_spent(s) - before >= 100 * 100);
	CHECK(screen_spent(s) - before <= 100 * 100 * 100);
	screen_free(s);
}

/* Each cell of a large screen in a colour of its own, of so many. */
static void fill(struct screen *s, unsigned colours)
{
	char one[64];
	for (unsigned y = 0; y < 1000; y++) {
		dear_feed(s, "\r\n");
		for (unsigned x = 0; x < 1000; x++) {
			unsigned const c = (y * 1000 + x) % colours;
			snprintf(one, sizeof one, "\033[38;2;%u;%u;%umx", c >> 16, c >> 8 & 255, c & 255);
			dear_feed(s, one);
		}
	}
}

TEST(more_colours_than_are_kept_do_not_cost_a_walk_over_the_screen_each)
{
	struct screen *const s = make(1000, 1000);
	uint64_t const start = screen_spent(s);
	fill(s, 256);
	uint64_t const few = screen_spent(s) - start;
	fill(s, 1000000);
	CHECK(screen_spent(s) - start - few <= 3 * few);
	screen_free(s);
}

TEST(colours_after_an_erased_screen_are_kept_at_once)
{
	struct screen *const s = make(1000, 1000);
	fill(s, 1000000);
	dear_feed(s, "\033[m\033[2J\033[H\033[38;2;1;2;3mred");
	struct screen_row const row = screen_row(s, SCREEN_MAIN, 0);
	CHECK(row.len >= 3);
	CHECK(row.cells[0].style != 0);
	CHECK_EQ(row.cells[0].style, row.cells[2].style);
	screen_free(s);
}

/* A stream of whole-screen sequences is cut off within the budget and one sequence. */
TEST(a_flood_ends_with_its_budget)
{
	static char const *const floods[] = { "\033[1;1;;;;*y", "\033#8", "\033[44m\033[2J", "\033[88;;;;$x", "\033[;;;;1$t", "\033[?47h\033[?47l", "x\033[65535b" };
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
		struct screen *const s = make(1000, 1000);
		size_t const n = strlen(floods[i]);
		size_t const total = 131072 / n * n;
		char *const flood = malloc(total);
		CHECK(flood);
		for (size_t at = 0; at < total; at += n) memcpy(flood + at, floods[i], n);
		size_t at = 0;
		for (unsigned round = 0; round < 5; round++) {
			int64_t cost = 2000000;
			size_t const took = screen_feed_some(s, flood + at, total - at, &cost);
			CHECK(took > 0);
			CHECK(took < total / 16);
			CHECK(cost > -SCREEN_COST_MAX);
			at += took;
		}
		free(flood);
		screen_free(s);
	}
}

/* Each sequence in many states of the largest screen. */
TEST(no_sequence_costs_more_than_is_stated)
{
	for (unsigned i = 0; i < 40; i++) {
		struct screen *const s = dear_context(1000, 1000);
		for (unsigned n = 0; n < 12; n++) {
			struct dear_text t = { 0 };
			dear_instance(&t, dear_rnd(DEAR_KINDS), 1000, 1000);
			for (size_t at = 0; at < t.len; at++) {
				uint64_t const before = screen_spent(s);
				screen_feed(s, t.data + at, 1);
				if (screen_spent(s) - before <= SCREEN_COST_MAX) continue;
				printf("# %.*s: %llu units\n", (int)t.len - 1, t.data + 1, (unsigned long long)(screen_spent(s) - before));
				CHECK(screen_spent(s) - before <= SCREEN_COST_MAX);
			}
			free(t.data);
		}
		screen_free(s);
	}
}

/* Each style once, again and again, when more are on the screen than there can be:
 * the cells must not be looked through for each of them. */
TEST(a_full_table_of_styles_is_not_searched_for_each)
{
	struct screen *const s = make(100, 1000);
	char b[64];
	dear_content(s, 3);
	uint64_t const before = screen_spent(s);
	for (unsigned i = 0; i < 4000; i++) {
		sprintf(b, "\033[H\033[48;2;%u;%u;9mx", i % 256, i / 256);
		dear_feed(s, b);
	}
	CHECK((screen_spent(s) - before) / 4000 < 2000);
	screen_free(s);
}

/* A narrow screen's rows are many: that each of them goes off the top must not
 * move all others. */
TEST(a_resize_to_one_column_is_linear)
{
	struct screen *const s = make(1000, 1000);
	dear_feed(s, "\033#8");
	uint64_t const before = screen_spent(s);
	screen_resize(s, 1000, 1);
	CHECK(screen_spent(s) - before < 400 * 1000000ull);
	CHECK_EQ(screen_cell(s, SCREEN_MAIN, 0, 0).ch, 'E');
	screen_free(s);
}

TEST_MAIN
