/* SPDX-License-Identifier: ISC */
/* A viewer for a program with its own event loop. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "convert_int.h"
#include "headlink.h"
#include "waiter.h"

#define ROUND_MAX (256u << 10) /* bytes of output in one call of _process */
#define PIECE 16384u
#define FIRST_MS 10000 /* how long to look for a head that died while it was asked */

struct ptyhead_viewer {
	struct ptyhead_address address;
	unsigned flags;
	struct ptyhead_viewer_calls calls;
	struct headlink link;
	struct waiter waiter;
	struct tape_reader tape;
	struct tape_state state;
	uint64_t id[2];
	bool open;       /* the tape is open */
	bool away;       /* the head is away, and the caller knows it */
	bool inside;     /* ptyhead_viewer_process is running */
	int64_t until;   /* CLOCK_MONOTONIC ms: time limit of the first attempt */
	uint64_t hidden; /* output before this offset is a question that the head answers */
	int over;        /* -errno: the viewer has ended */
};

/* ---- calls to the caller ----------------------------------------------------------- */

static struct ptyhead_run run_of(struct tape_state const *s)
{
	bool const alive = s->flags & TAPE_ALIVE;
	return (struct ptyhead_run){
		.number = s->run,
		.since = s->since,
		.pid = alive ? s->pid : 0,
		.status = s->status,
		.alive = alive,
		.status_known = !alive && s->flags & TAPE_ENDED_KNOWN,
	};
}

static struct ptyhead_size size_of(struct tape_size s)
{
	return size_from_wire((struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel });
}

static void tell_begin(struct ptyhead_viewer *v, void const *bytes, size_t len, uint64_t missed)
{
	struct ptyhead_run const run = run_of(&v->state);
	bool const wanted = !(v->flags & PTYHEAD_NO_OUTPUT);
	if (v->calls.begin) v->calls.begin(v->calls.arg, &run, size_of(v->state.size), wanted ? bytes : NULL, wanted ? len : 0, missed);
}

/* Gives out output, without the bytes before `hidden`. */
static void tell_output(struct ptyhead_viewer *v, uint64_t offset, uint8_t const *data, size_t len)
{
	if (offset < v->hidden) {
		size_t const skip = v->hidden - offset < len ? (size_t)(v->hidden - offset) : len;
		offset += skip;
		data += skip;
		len -= skip;
	}
	if (len > 0 && v->calls.output && !(v->flags & PTYHEAD_NO_OUTPUT)) v->calls.output(v->calls.arg, offset, data, len);
}

static void tell_mark(struct ptyhead_viewer *v, struct tape_mark const *m)
{
	struct ptyhead_viewer_calls const *const c = &v->calls;
	tape_state_mark(&v->state, m);
	struct ptyhead_run const run = run_of(&v->state);
	switch (m->type) {
	case TAPE_RUN_START:
		if (c->started) c->started(c->arg, m->offset, &run, size_of(m->u.start.size));
		break;
	case TAPE_RUN_END:
		if (c->ended) c->ended(c->arg, m->offset, &run);
		break;
	case TAPE_SIZE:
		if (c->resized) c->resized(c->arg, m->offset, size_of(m->u.size));
		break;
	case TAPE_QUERY:
		/* A question for a real terminal is passed on by one viewer only. */
		if (m->u.query.viewer != v->link.attached.viewer || !m->u.query.viewer) v->hidden = m->offset + m->u.query.length;
		break;
	default: break;
	}
}

static void tell_taken(struct ptyhead_viewer *v, int result, uint64_t offset)
{
	if (v->calls.taken) v->calls.taken(v->calls.arg, v->link.serial, result, offset);
}

/* ---- reading ---------------------------------------------------------------------- */

/* The marks between are gone. What they said of runs is told all the same: the end of the
 * run that was alive, and the newest run that began. */
static void tell_missed_runs(struct ptyhead_viewer *v, struct tape_state const *before)
{
	struct ptyhead_viewer_calls const *const c = &v->calls;
	struct ptyhead_run const now = run_of(&v->state);
	struct ptyhead_run const old = { .number = before->run };

	if (now.number < before->run) return; /* it is not known */
	bool const another = now.number > before->run;
	if (another && before->flags & TAPE_ALIVE && c->ended) c->ended(c->arg, v->tape.pos, &old);
	if (another && c->started) c->started(c->arg, v->tape.pos, &now, size_of(v->state.size));
	if ((another || before->flags & TAPE_ALIVE) && !now.alive && c->ended) c->ended(c->arg, v->tape.pos, &now);
}

/* Starts at a checkpoint of the tape or, without one, at its oldest byte. The bytes
 * from an overtaken reader's position up to there are missed. */
static int begin(struct ptyhead_viewer *v, bool overtaken)
{
	uint64_t const at = v->tape.pos;
	struct tape_state const before = v->state;
	uint8_t *bytes = NULL;
	size_t len = 0;
	bool const history = v->flags & PTYHEAD_HISTORY && !overtaken;

	v->hidden = 0;
	v->state = (struct tape_state){ .size = { .rows = 24, .cols = 80 } };
	tape_reader_oldest_seek(&v->tape);
	bool const whole = history && v->tape.pos == 0 && v->tape.mark == 0;
	if (!whole) {
		int r = tape_reader_checkpoint(&v->tape, history, &v->state, &bytes, &len);
		if (r < 0 && history) r = tape_reader_checkpoint(&v->tape, false, &v->state, &bytes, &len);
		if (r == -ENOMEM) return r;
		if (r < 0) tape_reader_oldest_seek(&v->tape);
	}
	if (overtaken) tell_missed_runs(v, &before);
	tell_begin(v, bytes, len, overtaken && v->tape.pos > at ? v->tape.pos - at : 0);
	free(bytes);
	return 0;
}

/* Reads for one round. 1: there is more; 0: nothing more; -errno. */
static int read_on(struct ptyhead_viewer *v)
{
	uint8_t piece[PIECE];
	struct tape_event e;
	size_t done = 0;

	while (done < ROUND_MAX) {
		switch (tape_reader_next(&v->tape, piece, sizeof piece, &e)) {
		case TAPE_NOTHING: return 0;
		case TAPE_BYTES:
			tell_output(v, e.offset, piece, e.len);
			done += e.len;
			break;
		case TAPE_MARK:
			tell_mark(v, &e.mark);
			done += sizeof e.mark;
			break;
		case TAPE_OVERTAKEN: {
			int const r = begin(v, true);
			if (r < 0) return r;
			done += PIECE;
			break;
		}
		}
	}
	return 1;
}

static int came(struct ptyhead_viewer *v, int tape)
{
	int r = headlink_tape(&v->tape, &v->open, v->id, tape);
	if (r < 0) return r;
	if (v->away && v->calls.back) v->calls.back(v->calls.arg);
	v->away = false;
	return r == 1 ? begin(v, false) : 0;
}

/* Handles what the connection reports. 0 or -errno. */
static int listen_to_head(struct ptyhead_viewer *v)
{
	bool const sent = v->link.sent;
	int64_t const now = clock_ms();
	int tape = -1;
	short const revents = waiter_ready(&v->waiter, headlink_events(&v->link));

	/* This may close the socket. A child process may still hold it open, so stop
	 * watching it first. */
	(void)waiter_watch(&v->waiter, -1, 0);
	switch (headlink_run(&v->link, revents, now, &tape)) {
	case HEADLINK_NOTHING: break;
	case HEADLINK_CAME: return came(v, tape);
	case HEADLINK_TAKEN: tell_taken(v, v->link.taken.result, v->link.taken.offset); return 0;
	case HEADLINK_REFUSED: return v->link.error;
	case HEADLINK_LEFT:
		if (sent) tell_taken(v, -ECONNRESET, 0);
		v->away = true;
		if (v->calls.away) v->calls.away(v->calls.arg);
		return 0;
	}
	/* A failed first attempt ends the viewer, unless the head died meanwhile: then
	 * the next one comes soon. */
	if (v->open || v->link.state != HEADLINK_AWAY || v->link.error == 0) return 0;
	bool const near = v->link.error == -ECONNRESET || v->link.error == -EPIPE || v->link.error == -ETIMEDOUT;
	if (near && v->until == 0) v->until = now + FIRST_MS;
	return v->until == 0 || now >= v->until ? v->link.error : 0;
}

/* Updates the events that the descriptor stands for. */
static int wait_on(struct ptyhead_viewer *v, bool more)
{
	if (v->open && !more) {
		page_sleep(v->link.page);
		more = !tape_reader_idle(&v->tape);
		if (more) page_awake(v->link.page);
	}
	int const r = waiter_watch(&v->waiter, headlink_fd(&v->link), headlink_events(&v->link));
	if (r < 0) return r;
	return waiter_time(&v->waiter, more ? 0 : headlink_timeout(&v->link, clock_ms()));
}

/* ---- the functions of ptyhead.h ------------------------------------------------------- */

int ptyhead_viewer_new(struct ptyhead_viewer **ret, struct ptyhead_view const *view)
{
	*ret = NULL;
	int r = ptyhead_address_check(view->address);
	if (r < 0) return r;
	struct ptyhead_viewer *const v = calloc(1, sizeof *v);
	if (!v) return -ENOMEM;
	v->address = *view->address;
	v->flags = view->flags;
	v->calls = view->calls;
	v->link.address = &v->address;
	v->link.watch = view->flags & PTYHEAD_WATCH_ONLY;
	v->link.lossless = view->flags & PTYHEAD_LOSSLESS;
	v->link.size = view->size;
	if (view->on_tty) v->link.tty = ptyhead_tty_of(view->tty_fd);
	r = waiter_init(&v->waiter);
	if (r == 0) {
		r = headlink_begin(&v->link);
		if (r == 0) r = waiter_time(&v->waiter, 0);
		if (r < 0) headlink_close(&v->link);
		if (r < 0) waiter_deinit(&v->waiter);
	}
	if (r < 0) free(v);
	else *ret = v;
	return r;
}

void ptyhead_viewer_free(struct ptyhead_viewer *v)
{
	if (!v) return;
	headlink_close(&v->link);
	if (v->open) tape_reader_deinit(&v->tape);
	waiter_deinit(&v->waiter);
	free(v);
}

int ptyhead_viewer_fd(struct ptyhead_viewer const *v) { return v->waiter.fd; }

static int process(struct ptyhead_viewer *v)
{
	page_awake(v->link.page);
	int r = listen_to_head(v);
	if (r == 0 && v->open) {
		r = read_on(v);
		if (r >= 0 && v->link.lossless && page_move(v->link.page, v->tape.pos)) headlink_moved(&v->link);
	}
	return r < 0 ? r : wait_on(v, r > 0);
}

int ptyhead_viewer_process(struct ptyhead_viewer *v)
{
	if (v->over < 0) return v->over;
	if (v->inside) return -EBUSY;
	v->inside = true;
	v->over = process(v);
	v->inside = false;
	return v->over;
}

struct ptyhead_reply const *ptyhead_viewer_reply(struct ptyhead_viewer const *v) { return &v->link.reply; }

/* The data may have to wait for the socket, or the send may have failed. */
static void sent(struct ptyhead_viewer *v)
{
	(void)waiter_watch(&v->waiter, headlink_fd(&v->link), headlink_events(&v->link));
	if (headlink_timeout(&v->link, clock_ms()) == 0) (void)waiter_time(&v->waiter, 0);
}

size_t ptyhead_viewer_input(struct ptyhead_viewer *v, void const *data, size_t len)
{
	size_t const room = headlink_room(&v->link);
	if (v->link.watch || v->over < 0 || len == 0) return 0;
	if (len > room) len = room;
	headlink_input(&v->link, data, len);
	sent(v);
	return len;
}

int ptyhead_viewer_send(struct ptyhead_viewer *v, uint32_t serial, void const *data, size_t len)
{
	if (v->link.watch) return -EPERM;
	if (len > PTYHEAD_SEND_MAX) return -EMSGSIZE;
	if (v->over < 0 || v->link.state != HEADLINK_UP) return -ENOTCONN;
	if (v->link.sent) return -EBUSY;
	bool const gone = headlink_send(&v->link, serial, data, len);
	sent(v);
	return gone ? 0 : -ENOTCONN;
}

void ptyhead_viewer_resize(struct ptyhead_viewer *v, struct ptyhead_size size)
{
	headlink_resize(&v->link, size);
	sent(v);
}
