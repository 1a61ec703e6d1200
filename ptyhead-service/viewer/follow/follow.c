/* SPDX-License-Identifier: ISC */
#include "follow.h"

#include <errno.h>
#include <poll.h>

#include "clock.h"

int follow_open(struct follow *f)
{
	int tape = -1;

	f->open = false;
	f->link.address = f->address;
	f->link.watch = f->watch;
	f->link.lossless = f->lossless;
	f->link.answer_ms = f->answer_ms;
	int r = headlink_open(&f->link, &tape);
	if (r == 0) r = headlink_tape(&f->tape, &f->open, f->id, tape);
	if (r < 0) {
		headlink_close(&f->link);
		return r;
	}
	return 0;
}

int follow_open_tape(struct follow *f, int tape)
{
	f->open = f->lossless = false;
	f->link.address = f->address;
	f->link.watch = true;
	int r = headlink_none(&f->link);
	if (r == 0) r = headlink_tape(&f->tape, &f->open, f->id, tape);
	if (r < 0) headlink_close(&f->link);
	return r < 0 ? r : 0;
}

void follow_close(struct follow *f)
{
	headlink_close(&f->link);
	if (f->open) tape_reader_deinit(&f->tape);
	f->open = false;
}

void follow_moved(struct follow *f)
{
	if (f->lossless && page_move(f->link.page, f->tape.pos)) headlink_moved(&f->link);
}

void follow_skip(struct follow *f)
{
	struct tape_reader *const t = &f->tape;
	uint64_t const keep = t->ring_size / 2;

	tape_reader_end_seek(t);
	if (!f->lossless || !page_move(f->link.page, t->pos > keep ? t->pos - keep : 0)) return;
	/* The head waits anyway, since there are too many marks. */
	(void)page_move(f->link.page, t->pos);
	headlink_moved(&f->link);
}

/* ---- waiting ---------------------------------------------------------------- */

static enum follow_event head_says(struct follow *f, short revents)
{
	bool const sent = f->link.sent;
	int tape = -1;

	switch (headlink_run(&f->link, revents, clock_ms(), &tape)) {
	case HEADLINK_NOTHING: return FOLLOW_MORE;
	case HEADLINK_LEFT: return sent ? FOLLOW_UNANSWERED : FOLLOW_MORE;
	case HEADLINK_REFUSED: return FOLLOW_REFUSED;
	case HEADLINK_TAKEN: return FOLLOW_TAKEN;
	case HEADLINK_CAME: break;
	}
	int const r = headlink_tape(&f->tape, &f->open, f->id, tape);
	if (r < 0) errno = -r;
	return r < 0 ? FOLLOW_FAILED : r > 0 ? FOLLOW_NEW : FOLLOW_MORE;
}

static int left_of(int64_t until, int64_t now)
{
	if (until < 0) return -1;
	if (until <= now) return 0;
	return until - now > 3600000 ? 3600000 : (int)(until - now);
}

static int timeout_of(struct follow const *f, int64_t until)
{
	int64_t const now = clock_ms();
	return clock_earlier(left_of(until, now), headlink_timeout(&f->link, now));
}

/* While a lossless reader naps, the program must not fill the ring: it would wait. */
static int nap_of(struct follow *f)
{
	int const ms = nap_take(&f->nap, f->tape.pos, f->tape.ring_size, clock_ms());
	return f->lossless && f->tape.ring_size < TAPE_RING_DEFAULT ? -1 : ms;
}

enum follow_event follow_wait(struct follow *f, int64_t until)
{
	for (;;) {
		int const nap = nap_of(f);
		struct pollfd p[2] = {
			{ headlink_fd(&f->link), headlink_events(&f->link), 0 },
			{ f->also, POLLIN, 0 },
		};

		if (nap < 0) page_sleep(f->link.page);
		/* Even if the tape has more, check the other events: in a flood it
		 * always has more. */
		bool const idle = tape_reader_idle(&f->tape);
		if (!idle) page_awake(f->link.page);
		int const n = poll(p, 2, idle ? clock_earlier(timeout_of(f, until), nap) : 0);
		page_awake(f->link.page);
		if (n < 0 && errno != EINTR) return FOLLOW_FAILED;
		if (n < 0) p[0].revents = p[1].revents = 0;
		if (p[0].revents || headlink_timeout(&f->link, clock_ms()) == 0) {
			int const was = (int)f->link.state;
			enum follow_event const e = head_says(f, p[0].revents);
			if (e != FOLLOW_MORE || (int)f->link.state != was) return e;
		}
		if (p[1].revents) return FOLLOW_ALSO;
		if (!tape_reader_idle(&f->tape)) return FOLLOW_MORE;
		if (until >= 0 && clock_ms() >= until) return FOLLOW_TIME;
	}
}
