/* SPDX-License-Identifier: ISC */
/* Whether the next run may begin. An export waits until the output of the previous one
 * is read. */
#include "terminal_int.h"

/* An export waits for the end of a run whose program has ended, or for the last output
 * of a program's children. The master is dropped afterwards. */
static enum terminal_place last_words(struct terminal *t)
{
	struct run const *const r = &t->run;
	bool const over = loop_now() - t->asked_ns >= PUMP_GONE_MS * UINT64_C(1000000) ||
	                  t->output.tape.taken - t->asked_taken >= RUN_GONE_DRAIN;
	bool const behind = output_behind(&t->output);

	/* A lossless reader that the head waits for keeps its run open: the output is
	 * not read yet. */
	if (t->audience.waiting) return r->state == RUN_NONE ? TERMINAL_FREE : TERMINAL_TAKEN;
	if (r->state == RUN_NONE) {
		if (!behind && (over || !t->readable)) return TERMINAL_FREE;
		t->shut = over;
		return TERMINAL_LATER;
	}
	if (!over && (behind || t->readable)) return TERMINAL_LATER;
	if (r->pidfd.fd < 0 && !t->hung_up) return TERMINAL_TAKEN;
	/* Unread output keeps it open, and output that the engine has not parsed. */
	if (t->readable && r->drained < RUN_GONE_DRAIN) return TERMINAL_TAKEN;
	if (behind) return TERMINAL_LATER;
	terminal_end(t);
	return TERMINAL_FREE;
}

/* No export waits any more: read on for the processes that still write. */
static void asked_over(struct terminal *t)
{
	timeout_clear(&t->asked);
	if (t->run.state != RUN_NONE || !t->shut) return;
	t->shut = false;
	loop_defer(&t->env->loop, &t->pump);
}

static void asked_expired(struct timeout *x) { asked_over(list_entry(x, struct terminal, asked)); }

/* The first export that asks starts the time limit. So does one that asks after another
 * was denied, unless both ask at the same time. */
static bool asks_first(struct terminal const *t)
{
	if (!timeout_pending(&t->asked)) return true;
	return t->denied_round > 0 && t->env->loop.rounds - t->denied_round > 1;
}

enum terminal_place terminal_place(struct terminal *t)
{
	struct run *const r = &t->run;
	(void)run_look(r, 0);
	if (r->state == RUN_ALIVE && r->pidfd.fd >= 0) return TERMINAL_TAKEN;
	if (asks_first(t)) {
		t->asked_ns = loop_now();
		t->asked_taken = t->output.tape.taken;
		pump_catch_up(t, RUN_GONE_DRAIN, PUMP_ASKED_MS);
		terminal_settle(t);
	}
	enum terminal_place const p = r->state == RUN_NONE && t->master.fd < 0 ? TERMINAL_FREE : last_words(t);
	t->denied_round = p == TERMINAL_TAKEN ? t->env->loop.rounds : 0;
	if (p == TERMINAL_FREE) asked_over(t);
	else timeout_set(&t->env->asked, &t->asked);
	return p;
}

void terminal_place_init(struct terminal *t) { timeout_init(&t->asked, asked_expired); }
