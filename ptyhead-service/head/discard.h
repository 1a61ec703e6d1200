/* SPDX-License-Identifier: ISC */
/* Closes what peers have sent and nobody wants. close(2) of a file in user space or on a
 * network waits for whoever serves it, which no signal ends; so does that of a socket
 * that lingers. Descriptors of unknown kind are therefore closed by a thread, which begins
 * with the first of them and does nothing else. */
#ifndef DISCARD_H
#define DISCARD_H

#include <stdint.h>
#include <sys/types.h>

#define DISCARD_MOST 16u                     /* of one uid, still to be closed */
#define DISCARD_SLOW_NS UINT64_C(100000000) /* what no close takes */

enum discard_state {
	DISCARD_FEW,
	DISCARD_BUSY, /* of this uid there are so many: its peers are read when there are fewer */
	DISCARD_SLOW, /* and they do not become fewer: no descriptor of theirs is received */
};

struct discard_queue;

struct discard {
	struct discard_queue *queue; /* NULL: no thread yet */
};

void discard_init(struct discard *d);
void discard_deinit(struct discard *d); /* waits for nothing */

/* Takes `fd` over, which a peer of `uid` has sent. */
void discard_fd(struct discard *d, uid_t uid, int fd);

enum discard_state discard_state(struct discard const *d, uid_t uid);

#endif
