/* A screen that is in the state that a terminal had at an offset of its tape,
 * and goes on from there. */
#ifndef VIEWER_REPLAY_H
#define VIEWER_REPLAY_H

#include "follow.h"
#include "screen.h"

/* What a mark does to the screen (NULL: none) and to what is known of the run. */
void replay_mark(struct screen *s, struct tape_state *state, struct tape_mark const *m);

#define REPLAY_NOW UINT64_MAX

/* A new screen as it was at `offset`, or now (then with all marks till now); the
 * tape's position is there. *ret_at is the offset reached, above the one asked
 * for when that is on the tape no more. Before the oldest checkpoint the screen
 * begins empty.
 * -ENOMEM, -EAGAIN, -EPROTO, -ENODATA as tape_reader_checkpoint. */
int replay_to(struct follow *f, uint64_t offset, struct screen **ret, struct tape_state *ret_state, uint64_t *ret_at);

#endif
