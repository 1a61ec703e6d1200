/* SPDX-License-Identifier: ISC */
#include "terminals.h"

#include <errno.h>
#include <string.h>

#include "clock.h"

#define SECOND_NS UINT64_C(1000000000)

static void old_expired(struct timeout *x);

void terminals_init(struct terminals *s, struct env *e, struct terminal_events const *ev)
{
	/* A number that no viewer of an earlier head has. */
	*s = (struct terminals){ .env = e, .events = *ev, .next_viewer = loop_now() };
	list_init(&s->list);
	timeout_init(&s->old, old_expired);
	/* Check so often that a terminal is forgotten at most a quarter too late. */
	unsigned const quarter = e->limits.ended_s / 4;
	loop_queue_init(&e->loop, &s->old_delay, (quarter ? quarter : 1) * SECOND_NS);
}

static void forget(struct terminals *s, struct terminal *t)
{
	terminal_free(t, false);
	s->len--;
}

void terminals_deinit(struct terminals *s)
{
	timeout_clear(&s->old);
	list_remove(&s->old_delay.link);
	while (!list_empty(&s->list)) forget(s, list_entry(s->list.next, struct terminal, link));
}

struct terminal *terminals_find(struct terminals *s, char const *name)
{
	list_each(it, &s->list) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		if (!strcmp(t->name, name)) return t;
	}
	return NULL;
}

/* Of two idle terminals, which one to give up first: one whose last process has closed
 * it before one that is still open, then the one whose run ended first. */
static bool before(struct terminal const *a, struct terminal const *b)
{
	bool const a_open = a->master.fd >= 0, b_open = b->master.fd >= 0;
	return a_open == b_open ? a->output.state.since < b->output.state.since : b_open;
}

/* Makes room for one terminal by forgetting an idle one. */
static bool evict(struct terminals *s)
{
	struct terminal *first = NULL;
	list_each(it, &s->list) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		if (terminal_idle(t) && (!first || before(t, first))) first = t;
	}
	if (!first) return false;
	if (first->output.state.run > 0)
		log_news(&s->env->log, "%s: forgotten, to make room for another terminal (see -n)", first->name);
	forget(s, first);
	return true;
}

/* ---- what ended long ago ---------------------------------------------------------------- */

/* Is it forgotten by itself after some time? */
static bool passing(struct terminal const *t)
{
	return t->run.state == RUN_NONE && t->output.state.run > 0 && strcmp(t->name, TERMINAL_MAIN) != 0;
}

void terminals_changed(struct terminals *s)
{
	if (s->env->limits.ended_s == 0 || timeout_pending(&s->old)) return;
	list_each(it, &s->list)
		if (passing(list_entry(it, struct terminal, link))) {
			timeout_set(&s->old_delay, &s->old);
			return;
		}
}

/* Children of the program may write after its end, and viewers may look. */
static bool is_old(struct terminal const *t, unsigned seconds)
{
	uint64_t const now = clock_wall_ns();
	uint64_t const ended = t->output.state.since;
	return passing(t) && terminal_idle(t) && t->master.fd < 0 && now > ended && now - ended >= seconds * SECOND_NS;
}

static void old_expired(struct timeout *x)
{
	struct terminals *const s = list_entry(x, struct terminals, old);
	struct list *next;
	for (struct list *it = s->list.next; it != &s->list; it = next) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		next = it->next;
		if (is_old(t, s->env->limits.ended_s)) forget(s, t);
	}
	terminals_changed(s);
}

void terminals_add(struct terminals *s, struct terminal *t)
{
	list_append(&s->list, &t->link);
	s->len++;
}

bool terminals_reserved(struct terminals const *s, char const *name)
{
	return s->reserved && s->reserved(s->reserved_arg, name);
}

int terminals_new(struct terminals *s, char const *name, struct terminal **ret)
{
	if (terminals_reserved(s, name)) return -EBUSY;
	if (s->len >= s->env->limits.terminals && !evict(s)) return -EMFILE;
	int const r = terminal_new(s->env, &s->events, name, ret);
	if (r == 0) terminals_add(s, *ret);
	return r;
}

void terminals_keep(void *set)
{
	struct terminals *const s = set;
	list_each(it, &s->list) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		int const r = terminal_keep(t);
		if (r < 0) log_news(&s->env->log, "%s: not in %s any more: %s", t->name, s->env->keep.where, strerror(-r));
	}
}

unsigned terminals_programs(struct terminals const *s)
{
	unsigned n = 0;
	list_each(it, &s->list) n += terminal_used(list_entry(it, struct terminal, link));
	return n;
}

unsigned terminals_viewers(struct terminals const *s)
{
	unsigned n = 0;
	list_each(it, &s->list) {
		struct terminal const *const t = list_entry(it, struct terminal, link);
		list_each(jt, &t->audience.viewers) n++;
	}
	return n;
}

/* ---- loops ---------------------------------------------------------------------------- */

static bool same_tty(struct wire_tty a, struct wire_tty b)
{
	return a.rdev != 0 && a.rdev == b.rdev && a.dev == b.dev;
}

static struct wire_tty tty_of(struct terminal const *t)
{
	return (struct wire_tty){ t->output.state.tty_dev, t->output.state.tty_rdev };
}

/* Does a trusted viewer run on `tty` and show `t`? */
static bool shown_on(struct terminal const *t, struct wire_tty tty, uid_t uid)
{
	list_each(it, &t->audience.viewers) {
		struct viewer const *const v = list_entry(it, struct viewer, link);
		if (same_tty(v->tty, tty) && (v->uid == uid || v->uid == 0)) return true;
	}
	return false;
}

/* Terminal A shows terminal B if a viewer that runs on A looks at B. Walks this
 * relation from `t`; visits each terminal once. */
bool terminals_loop(struct terminals *s, struct terminal *t, struct wire_tty tty, uid_t uid)
{
	bool ours = false;
	list_each(it, &s->list) {
		struct terminal *const other = list_entry(it, struct terminal, link);
		other->seen = false;
		ours = ours || same_tty(tty_of(other), tty);
	}
	/* Most viewers run on no terminal of this head. */
	if (!ours) return false;
	t->seen = true;
	t->next = NULL;
	for (struct terminal *todo = t; todo;) {
		struct wire_tty const own = tty_of(todo);
		if (same_tty(own, tty)) return true;
		todo = todo->next;
		list_each(it, &s->list) {
			struct terminal *const other = list_entry(it, struct terminal, link);
			if (other->seen || !shown_on(other, own, uid)) continue;
			other->seen = true;
			other->next = todo;
			todo = other;
		}
	}
	return false;
}
