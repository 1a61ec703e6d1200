#include "replay.h"

#include <errno.h>
#include <stdlib.h>

#define TRIES 8

static void screen_mark(struct screen *s, struct tape_mark const *m)
{
	struct tape_size const *const z = m->type == TAPE_RUN_START ? &m->u.start.size : &m->u.size;
	if (m->type == TAPE_RUN_START) screen_new_run(s);
	if ((m->type == TAPE_RUN_START || m->type == TAPE_SIZE) && z->rows && z->cols) screen_resize(s, z->rows, z->cols);
}

void replay_mark(struct screen *s, struct tape_state *state, struct tape_mark const *m)
{
	tape_state_mark(state, m);
	if (s) screen_mark(s, m);
}

/* Feeds up to `limit`. -EAGAIN: overtaken. */
static int feed_to(struct follow *f, uint64_t limit, bool marks_too, struct screen *s, struct tape_state *state)
{
	uint8_t buf[16384];
	struct tape_event e;

	for (;;) {
		uint64_t const left = limit > f->tape.pos ? limit - f->tape.pos : 0;
		if (left == 0 && !marks_too) return 0;
		/* With no room for bytes it gives marks alone. */
		switch (tape_reader_next(&f->tape, buf, left < sizeof buf ? (size_t)left : sizeof buf, &e)) {
		case TAPE_BYTES: screen_feed(s, buf, e.len); break;
		case TAPE_MARK: replay_mark(s, state, &e.mark); break;
		case TAPE_NOTHING: return 0;
		case TAPE_OVERTAKEN: return -EAGAIN;
		}
	}
}

static int replay_once(struct follow *f, uint64_t offset, struct screen **ret, struct tape_state *ret_state, uint64_t *ret_at)
{
	bool const now = offset == REPLAY_NOW;
	uint8_t *bytes;
	size_t len;

	int r = follow_checkpoint(f, offset, ret_state, &bytes, &len);
	if (r < 0) return r;
	/* Before the oldest checkpoint there may be bytes: what they meant before
	 * is not known, what they say is. */
	bool const bare = f->tape.pos > offset;
	if (bare && !tape_reader_seek(&f->tape, offset)) {
		tape_reader_oldest_seek(&f->tape);
		offset = f->tape.pos;
	}
	struct screen *const s = screen_new(ret_state->size.rows, ret_state->size.cols);
	if (s && len > 0 && !bare) screen_feed(s, bytes, len);
	free(bytes);
	if (!s) return -ENOMEM;
	uint64_t const limit = now ? tape_reader_end(&f->tape) : offset;
	r = feed_to(f, limit, now, s, ret_state);
	if (r < 0) {
		screen_free(s);
		return r;
	}
	*ret = s;
	*ret_at = f->tape.pos;
	return 0;
}

int replay_to(struct follow *f, uint64_t offset, struct screen **ret, struct tape_state *ret_state, uint64_t *ret_at)
{
	int r = -EAGAIN;
	for (int i = 0; i < TRIES && r == -EAGAIN; i++) r = replay_once(f, offset, ret, ret_state, ret_at);
	return r;
}
