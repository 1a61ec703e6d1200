/* SPDX-License-Identifier: ISC */
#include "appear.h"

#include <errno.h>
#include <poll.h>

#include "clock.h"

#define AGAIN_MS 100
#define ANSWER_MS 10000

static void seen(void *arg, struct ptyhead_entry const *e)
{
	(void)e;
	*(bool *)arg = true;
}

static int left_of(int64_t until, int most)
{
	int64_t const left = until < 0 ? most : until - clock_ms();
	return left < 0 ? 0 : left < most ? (int)left : most;
}

int appear_wait(struct ptyhead_address const *address, bool look, int64_t until)
{
	bool there = false;

	for (;;) {
		int const r = ptyhead_list(address->path, address->terminal, look, left_of(until, ANSWER_MS), seen, &there);
		if (r < 0 || there) return r;
		if (until >= 0 && clock_ms() >= until) return -ETIMEDOUT;
		(void)poll(NULL, 0, left_of(until, AGAIN_MS));
	}
}
