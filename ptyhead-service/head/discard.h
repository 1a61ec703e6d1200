/* SPDX-License-Identifier: ISC */
/* Closes descriptors that peers sent and nobody uses. close(2) can block for as long as
 * another party likes: for a file of a file system in user space or on a network, and
 * for a socket that lingers. No signal ends that wait. So a thread closes descriptors
 * of unknown kind. It starts with the first of them and does nothing else. */
#ifndef DISCARD_H
#define DISCARD_H

#include <stdint.h>
#include <sys/types.h>

#define DISCARD_MOST 16u                     /* descriptors of one uid that may wait to be closed */
#define DISCARD_SLOW_NS UINT64_C(100000000) /* a close that takes longer is stuck */

enum discard_state {
	DISCARD_FEW,
	DISCARD_BUSY, /* this uid has DISCARD_MOST of them: do not read its peers until it has fewer */
	DISCARD_SLOW, /* the thread is stuck: read its peers, but receive no descriptors from them */
};

struct discard_queue;

struct discard {
	struct discard_queue *queue; /* NULL: the thread is not started yet */
};

void discard_init(struct discard *d);
void discard_deinit(struct discard *d); /* does not wait */

/* Takes over `fd`, which a peer of `uid` sent. */
void discard_fd(struct discard *d, uid_t uid, int fd);

enum discard_state discard_state(struct discard const *d, uid_t uid);

#endif
