/* SPDX-License-Identifier: ISC */
#include "loop.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

uint64_t loop_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int loop_init(struct loop *l)
{
	*l = (struct loop){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	list_init(&l->queues);
	list_init(&l->deferred);
	return l->epoll < 0 ? -errno : 0;
}

void loop_deinit(struct loop *l)
{
	if (l->epoll >= 0) close(l->epoll);
	l->epoll = -1;
}

int loop_add(struct loop *l, struct source *s, int fd, uint32_t events, void (*ready)(struct source *, uint32_t))
{
	struct epoll_event ev = { .events = events, .data = { .ptr = s } };
	s->fd = -1;
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) return -errno;
	*s = (struct source){ .fd = fd, .events = events, .ready = ready };
	return 0;
}

void loop_change(struct loop *l, struct source *s, uint32_t events)
{
	if (s->fd < 0 || s->events == events) return;
	struct epoll_event ev = { .events = events, .data = { .ptr = s } };
	if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, s->fd, &ev) == 0) s->events = events;
}

void loop_remove(struct loop *l, struct source *s)
{
	if (s->fd < 0) return;
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, s->fd, NULL);
	s->fd = -1;
	for (int i = 0; i < l->batch_len; i++)
		if (l->batch[i].data.ptr == s) l->batch[i].data.ptr = NULL;
}

void loop_queue_init(struct loop *l, struct timeout_queue *q, uint64_t delay_ns)
{
	list_init(&q->queue);
	list_init(&q->link);
	q->delay_ns = delay_ns;
	list_append(&l->queues, &q->link);
}

void timeout_init(struct timeout *t, void (*expired)(struct timeout *))
{
	list_init(&t->link);
	t->expired = expired;
}

void timeout_set(struct timeout_queue *q, struct timeout *t)
{
	list_remove(&t->link);
	t->at_ns = loop_now() + q->delay_ns;
	list_append(&q->queue, &t->link);
}

void timeout_clear(struct timeout *t) { list_remove(&t->link); }
bool timeout_pending(struct timeout const *t) { return !list_empty(&t->link); }

void deferred_init(struct deferred *d, void (*run)(struct deferred *))
{
	list_init(&d->link);
	d->run = run;
}

void loop_defer(struct loop *l, struct deferred *d)
{
	if (list_empty(&d->link)) list_append(&l->deferred, &d->link);
}

bool deferred_pending(struct deferred const *d) { return !list_empty(&d->link); }

void deferred_clear(struct deferred *d) { list_remove(&d->link); }

/* Runs the expired timeouts. Returns the milliseconds until the next one, or -1. */
static int loop_timeouts(struct loop *l)
{
	uint64_t const now = loop_now();
	uint64_t next = UINT64_MAX;

	list_each(it, &l->queues) {
		struct timeout_queue *const q = list_entry(it, struct timeout_queue, link);
		while (!list_empty(&q->queue)) {
			struct timeout *const t = list_entry(q->queue.next, struct timeout, link);
			if (t->at_ns > now) {
				if (t->at_ns < next) next = t->at_ns;
				break;
			}
			list_remove(&t->link);
			t->expired(t);
		}
	}
	if (next == UINT64_MAX) return -1;
	uint64_t const ms = (next - now + 999999u) / 1000000u;
	return ms > 60000 ? 60000 : (int)ms;
}

/* Runs only work that was deferred before this round, and only for a limited time. So
 * work that defers itself again, or takes long, cannot delay the descriptors. */
#define DEFERRED_NS 10000000u

static void loop_deferred(struct loop *l)
{
	struct list round;
	if (list_empty(&l->deferred)) return;
	list_init(&round);
	round.next = l->deferred.next;
	round.prev = l->deferred.prev;
	round.next->prev = round.prev->next = &round;
	list_init(&l->deferred);
	uint64_t const until = loop_now() + DEFERRED_NS;
	while (!list_empty(&round)) {
		struct deferred *const d = list_entry(round.next, struct deferred, link);
		list_remove(&d->link);
		d->run(d);
		if (loop_now() >= until) break;
	}
	/* What is left runs first in the next round. */
	while (!list_empty(&round)) {
		struct list *const last = round.prev;
		list_remove(last);
		list_prepend(&l->deferred, last);
	}
}

/* In a flood, sleep this long without waiting in the kernel for events: a wake-up for
 * each piece would cost the senders more than it is worth. */
#define NAP_NS 20000
#define NAP_SLACK_NS 1000ul

static void loop_nap(struct loop *l)
{
	struct timespec const nap = { .tv_nsec = NAP_NS };
	if (!l->nap) return;
	l->nap = false;
	nanosleep(&nap, NULL);
}

int loop_run(struct loop *l)
{
	prctl(PR_SET_TIMERSLACK, NAP_SLACK_NS, 0, 0, 0); /* otherwise a nap takes 70 us */
	while (!l->stop) {
		int wait = loop_timeouts(l);
		if (l->stop) break;
		if (!list_empty(&l->deferred)) wait = 0;
		if (wait != 0) {
			loop_nap(l);
			if (l->before_sleep) l->before_sleep(l->before_sleep_arg);
		}
		int const n = epoll_wait(l->epoll, l->batch, LOOP_BATCH, wait);
		if (n < 0 && errno != EINTR) return -errno;
		l->batch_len = n < 0 ? 0 : n;
		for (int i = 0; i < l->batch_len; i++) {
			struct source *const s = l->batch[i].data.ptr;
			if (s) s->ready(s, l->batch[i].events);
		}
		l->batch_len = 0;
		l->rounds++;
		loop_deferred(l);
	}
	return 0;
}
