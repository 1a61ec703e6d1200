/* SPDX-License-Identifier: ISC */
/* When a terminal is painted and when bytes pass, what stands over its last row, and naps. */
#include "banner.h"
#include "nap.h"
#include "pace.h"
#include "unit.h"

TEST(bytes_pass_again_once_less_than_a_screenful_came)
{
	struct pace p = { 0 };
	pace_init(&p);
	pace_came(&p, 5000, 1000);
	pace_painted(&p, 1000);
	CHECK_EQ(pace_join(&p, 2000), 1051);
	pace_came(&p, 10, 1060);
	CHECK_EQ(pace_join(&p, 2000), 1016);
	p.lossless = true;
	pace_came(&p, 5000, 1061);
	CHECK_EQ(pace_join(&p, 2000), pace_frame(&p));
}

TEST(a_terminal_lags_that_wrote_less_than_what_waits)
{
	struct pace p = { .behind = 5000 };
	pace_init(&p);
	CHECK(!pace_lags(&p, 0, 2000, 1000));
	CHECK_EQ(pace_lag_due(&p, 100, 2000), 1250);
	CHECK(!pace_lags(&p, 100, 2000, 1249));
	pace_written(&p, 6000);
	CHECK(!pace_lags(&p, 100, 2000, 1250));
	CHECK(pace_lags(&p, 100, 2000, 1500));
	p.behind = 0;
	CHECK_EQ(pace_lag_due(&p, 100, 2000), PACE_NEVER);
}

TEST(a_text_stands_until_its_time_is_up)
{
	struct banner b = { 0 };
	banner_say(&b, "away", BANNER_OVER, 2000);
	CHECK_EQ(banner_due(&b), BANNER_NEVER);
	banner_over(&b, 1000);
	CHECK_STR(b.over, "[ptyhead-attach: away]");
	CHECK(!b.pending[0] && !banner_tick(&b, 2999) && !banner_hint_end(&b));
	CHECK(banner_tick(&b, 3000) && !b.over[0]);
	banner_say(&b, "^\\ leaves", BANNER_HINT, 0);
	banner_over(&b, 1000);
	CHECK_EQ(banner_due(&b), BANNER_NEVER);
	CHECK(banner_hint_end(&b) && !b.over[0] && !banner_hint_end(&b));
}

TEST(a_nap_is_taken_in_a_flood_alone)
{
	struct nap n = { 0 };
	CHECK_EQ(nap_take(&n, 1 << 20, 1 << 18, 1000), -1); /* a picture, after a pause */
	CHECK_EQ(nap_take(&n, (1 << 20) + (1 << 16), 1 << 18, 1010), 10);
	CHECK_EQ(nap_take(&n, (1 << 20) + (1 << 16), 1 << 18, 1020), -1);
	CHECK_EQ(nap_take(&n, (1 << 20) + (1 << 16) + 5, 1 << 18, 1021), -1);
}

TEST_MAIN
