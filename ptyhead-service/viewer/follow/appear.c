/* SPDX-License-Identifier: ISC */
#include "appear.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "clock.h"

#define AGAIN_MS 100
#define ANSWER_MS 10000

static void seen(void *arg, struct wire_entry const *e)
{
	(void)e;
	*(bool *)arg = true;
}

/* 1: it exists; 0: it does not; -errno. */
static int ask(struct conn *c, char const *terminal, int ms)
{
	struct ptyhead_reply reply;
	bool there = false;
	int const r = ptyhead_list(c, terminal, ms, seen, &there, &reply);
	return r < 0 ? r : there;
}

static int left_of(int64_t until, int most)
{
	int64_t const left = until < 0 ? most : until - clock_ms();
	return left < 0 ? 0 : left < most ? (int)left : most;
}

int appear_wait(struct ptyhead_address const *address, bool look, int64_t until)
{
	struct conn c;
	int const sock = (look ? ptyhead_connect_to_look : ptyhead_connect)(address->path, left_of(until, ANSWER_MS));
	int r;

	if (sock < 0) return sock;
	conn_init(&c, sock);
	while ((r = ask(&c, address->terminal, left_of(until, ANSWER_MS))) == 0) {
		if (until >= 0 && clock_ms() >= until) {
			r = -ETIMEDOUT;
			break;
		}
		(void)poll(NULL, 0, left_of(until, AGAIN_MS));
	}
	conn_deinit(&c);
	return r < 0 ? r : 0;
}
