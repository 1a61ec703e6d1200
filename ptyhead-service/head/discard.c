/* SPDX-License-Identifier: ISC */
#include "discard.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

/* Uids with equal lowest bits share a counter. */
#define SLOTS 1024u
#define STACK ((size_t)256 * 1024)

struct item {
	struct item *next;
	int fd;
	unsigned slot;
};

/* The queue needs no descriptors of its own: it matters most when none are left. */
struct discard_queue {
	pthread_mutex_t lock; /* protects all members below; never held during a close */
	pthread_cond_t more;
	struct item *first, **last;
	bool over;      /* the head has ended: the thread frees the queue */
	uint64_t since; /* start of the present close; 0: none is under way */
	unsigned held[SLOTS];
};

static void queue_free(struct discard_queue *q)
{
	pthread_cond_destroy(&q->more);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* ---- the thread ------------------------------------------------------------------- */

/* The next descriptor; NULL: there will be no more. */
static struct item *next(struct discard_queue *q)
{
	while (!q->first && !q->over) pthread_cond_wait(&q->more, &q->lock);
	struct item *const it = q->first;
	if (!it) return NULL;
	q->first = it->next;
	if (!q->first) q->last = &q->first;
	return it;
}

static void *closes(void *arg)
{
	struct discard_queue *const q = arg;
	struct item *it;
	pthread_mutex_lock(&q->lock);
	while ((it = next(q))) {
		q->since = loop_now();
		pthread_mutex_unlock(&q->lock);
		close(it->fd);
		pthread_mutex_lock(&q->lock);
		q->since = 0;
		q->held[it->slot]--;
		free(it);
	}
	pthread_mutex_unlock(&q->lock);
	queue_free(q);
	return NULL;
}

/* The thread blocks all signals: they are for the loop and the watchdog. */
static bool thread_start(struct discard_queue *q)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, was;

	if (pthread_attr_init(&attr) != 0) return false;
	(void)pthread_attr_setstacksize(&attr, STACK);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	int const r = pthread_create(&thread, &attr, closes, q);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	pthread_attr_destroy(&attr);
	return r == 0;
}

/* ---- the head ---------------------------------------------------------------------- */

void discard_init(struct discard *d) { d->queue = NULL; }

void discard_deinit(struct discard *d)
{
	struct discard_queue *const q = d->queue;
	if (!q) return;
	d->queue = NULL;
	pthread_mutex_lock(&q->lock);
	q->over = true;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
}

static bool queue_start(struct discard *d)
{
	struct discard_queue *const q = calloc(1, sizeof *q);
	if (!q) return false;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->more, NULL);
	q->last = &q->first;
	if (thread_start(q)) d->queue = q;
	else queue_free(q);
	return d->queue != NULL;
}

/* A descriptor with only memory behind it is closed at once. */
static bool harmless(int fd) { return fcntl(fd, F_GET_SEALS) >= 0; }

void discard_fd(struct discard *d, uid_t uid, int fd)
{
	struct linger const none = { 0 };
	struct item *const it = harmless(fd) || (!d->queue && !queue_start(d)) ? NULL : malloc(sizeof *it);

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	if (!it) {
		close(fd);
		return;
	}
	*it = (struct item){ .fd = fd, .slot = (unsigned)uid % SLOTS };
	struct discard_queue *const q = d->queue;
	pthread_mutex_lock(&q->lock);
	*q->last = it;
	q->last = &it->next;
	q->held[it->slot]++;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
}

enum discard_state discard_state(struct discard const *d, uid_t uid)
{
	struct discard_queue *const q = d->queue;
	if (!q) return DISCARD_FEW;
	pthread_mutex_lock(&q->lock);
	unsigned const held = q->held[(unsigned)uid % SLOTS];
	uint64_t const since = q->since;
	pthread_mutex_unlock(&q->lock);
	if (held < DISCARD_MOST) return DISCARD_FEW;
	return since > 0 && loop_now() - since >= DISCARD_SLOW_NS ? DISCARD_SLOW : DISCARD_BUSY;
}
