/* SPDX-License-Identifier: ISC */
#include "env.h"

#define MS_NS UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)

int env_init(struct env *e, struct env_limits const *limits)
{
	struct log const log = e->log;
	*e = (struct env){ .log = log, .limits = *limits };
	int const r = loop_init(&e->loop);
	if (r < 0) return r;
	loop_queue_init(&e->loop, &e->silent, limits->patience_s * SECOND_NS);
	loop_queue_init(&e->loop, &e->pace, 2 * MS_NS);
	loop_queue_init(&e->loop, &e->reap, 5 * SECOND_NS);
	loop_queue_init(&e->loop, &e->asked, 5 * SECOND_NS);
	loop_queue_init(&e->loop, &e->grace, 3 * SECOND_NS);
	loop_queue_init(&e->loop, &e->lossless, 20 * MS_NS);
	loop_queue_init(&e->loop, &e->retry, 100 * MS_NS);
	discard_init(&e->discard);
	keep_init(&e->keep, &e->loop, &e->log);
	e->loop.before_sleep = watchdog_rest;
	e->loop.before_sleep_arg = &e->watchdog;
	return watchdog_init(&e->watchdog);
}

void env_deinit(struct env *e)
{
	discard_deinit(&e->discard);
	keep_deinit(&e->keep);
	loop_deinit(&e->loop);
}
