#include "head.h"

#include "listener.h"
#include "peer.h"
#include "terminal.h"

#define MS_NS 1000000u
#define SECOND_NS 1000000000u

int head_init(struct head *h, struct head_limits const *limits)
{
	h->limits = *limits;
	h->terminals_len = h->peers_len = 0;
	/* No viewer of a head before has this number. */
	h->next_viewer = loop_now();
	h->closing = false;
	h->textlog = NULL;
	keep_none(&h->keep, &h->log);
	list_init(&h->terminals);
	list_init(&h->peers);
	list_init(&h->listeners);
	int r = loop_init(&h->loop);
	if (r < 0) return r;
	loop_queue_init(&h->loop, &h->silent, (uint64_t)limits->patience_s * SECOND_NS);
	loop_queue_init(&h->loop, &h->pace, 2 * MS_NS);
	loop_queue_init(&h->loop, &h->reap, 5ull * SECOND_NS);
	loop_queue_init(&h->loop, &h->grace, 3ull * SECOND_NS);
	loop_queue_init(&h->loop, &h->lossless, 20 * MS_NS);
	loop_queue_init(&h->loop, &h->accept, 100 * MS_NS);
	r = watchdog_init(&h->watchdog);
	h->loop.before_sleep = watchdog_rest;
	h->loop.before_sleep_arg = &h->watchdog;
	return r;
}

/* A terminal holds its tape, its master and a pidfd. */
#define TERMINAL_FDS 3u

bool head_full(struct head const *h)
{
	return h->peers_len >= h->limits.peers ||
	       h->peers_len + TERMINAL_FDS * h->terminals_len >= h->limits.descriptors;
}

void head_deinit(struct head *h)
{
	h->closing = true;
	while (!list_empty(&h->listeners)) listener_free(list_entry(h->listeners.next, struct listener, link));
	while (!list_empty(&h->peers)) peer_free(list_entry(h->peers.next, struct peer, link));
	while (!list_empty(&h->terminals)) terminal_free(list_entry(h->terminals.next, struct terminal, link));
	keep_deinit(&h->keep);
	loop_deinit(&h->loop);
}
