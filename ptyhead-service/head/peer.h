/* SPDX-License-Identifier: ISC */
/* A connection to the head, from its first frame, which names its role, to its end. A
 * peer that breaks the protocol is dropped with one log line. Other peers do not notice.
 *
 *   state     leaves it by
 *   silent    its first frame; the patience; giving its place to another peer
 *   viewer    its end; a frame that it must not send
 *   paused    (a viewer) its terminal takes no input now. Its socket is not read, so the
 *             socket fills and the viewer stops reading its own terminal
 *   orphan    (was paused) it hung up. What it typed before goes to the program when there
 *             is room. Only a few orphans are kept */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "conn.h"
#include "env.h"
#include "places.h"
#include "role.h"
#include "terminals.h"

struct peers {
	struct env *env;
	struct terminals *terminals;
	struct places places;
	struct list orphans; /* oldest first */
	unsigned orphans_len;
};

void peers_init(struct peers *s, struct env *e, struct terminals *t);
void peers_deinit(struct peers *s);

/* Takes over `fd`, a new connection. -ENOSPC: no place. On any -errno `fd` is closed.
 * `roles`: enum role_set. */
int peers_add(struct peers *s, int fd, unsigned roles);
/* Drops a peer to free descriptors for others. False: there is no peer to drop. */
bool peers_evict(struct peers *s);
/* For struct terminal_events. The first argument is the struct peers. */
void peers_input(void *set, struct terminal *t, bool over);

#endif
