/* SPDX-License-Identifier: ISC */
/* The event loop: descriptors (epoll), timeouts with constant delays, and work deferred
 * to the next round. It knows no terminals and no peers. */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "linked_list.h"

#define LOOP_BATCH 64

struct source {
	int fd; /* -1: not in a loop */
	uint32_t events;
	void (*ready)(struct source *, uint32_t events);
};

/* All timeouts of a queue have the same delay, so they expire in the order in which
 * they were set, and no heap is needed. The head has one queue for each delay. */
struct timeout_queue {
	struct list queue;
	struct list link; /* in the loop's queues */
	uint64_t delay_ns;
};

struct timeout {
	struct list link;
	uint64_t at_ns;
	void (*expired)(struct timeout *);
};

struct deferred {
	struct list link;
	void (*run)(struct deferred *);
};

struct loop {
	int epoll;
	bool stop;
	struct list queues;
	struct list deferred;
	struct epoll_event batch[LOOP_BATCH];
	int batch_len;
	uint64_t rounds; /* number of rounds begun */
	bool nap; /* set this in a flood, when more is expected soon; see loop_run */
	/* Called before the loop sleeps, and after it wakes up. */
	void (*before_sleep)(void *);
	void *before_sleep_arg;
};

uint64_t loop_now(void); /* CLOCK_MONOTONIC, ns */

int loop_init(struct loop *l); /* 0 or -errno */
void loop_deinit(struct loop *l);
/* Runs until l->stop; 0 or -errno. */
int loop_run(struct loop *l);

/* The caller keeps the descriptor. A source may be removed, and its memory freed, at
 * any time, even while events for it are pending. 0 or -errno. */
int loop_add(struct loop *l, struct source *s, int fd, uint32_t events, void (*ready)(struct source *, uint32_t));
void loop_change(struct loop *l, struct source *s, uint32_t events);
void loop_remove(struct loop *l, struct source *s); /* call this before closing the descriptor */

void loop_queue_init(struct loop *l, struct timeout_queue *q, uint64_t delay_ns);
void timeout_init(struct timeout *t, void (*expired)(struct timeout *));
void timeout_set(struct timeout_queue *q, struct timeout *t); /* counts from now, also if it was set before */
void timeout_clear(struct timeout *t);
bool timeout_pending(struct timeout const *t);

void deferred_init(struct deferred *d, void (*run)(struct deferred *));
void loop_defer(struct loop *l, struct deferred *d); /* no effect if it is deferred already */
void deferred_clear(struct deferred *d);
bool deferred_pending(struct deferred const *d);

#endif
