/* A connection to the head: from its first frame, which names its role, to its
 * end. A peer that does anything wrong is dropped with one line in the log, and
 * nobody else notices.
 *
 *   state     leaves it by
 *   silent    its first frame; the patience; giving way to another one
 *   viewer    its end; a frame that it must not send
 *   paused    (a viewer) its terminal takes no input now: its socket is not read,
 *             so that it fills and the viewer stops reading its own terminal
 *   orphan    (paused) it hung up: what it typed before goes to the program when
 *             there is room; few are kept */
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

/* Takes `fd`, newly accepted, over. -ENOSPC: no place; another -errno; it is
 * closed then. `roles`: enum role_set. */
int peers_add(struct peers *s, int fd, unsigned roles);
/* Sends somebody away that others need the descriptors of; false: nobody. */
bool peers_evict(struct peers *s);
/* struct terminal_events; the first argument is the struct peers. */
void peers_input(void *set, struct terminal *t, bool over);

#endif
