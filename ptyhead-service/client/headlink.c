/* SPDX-License-Identifier: ISC */
#include "headlink.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask_int.h"
#include "clock.h"
#include "convert_int.h"
#include "path_int.h"

#define BACKOFF_MIN 20   /* ms */
#define BACKOFF_MAX 1000

/* ---- connecting and losing the connection --------------------------------- */

static struct ptyhead_attach question(struct headlink const *l)
{
	return (struct ptyhead_attach){
		.terminal = l->address->terminal,
		.watch = l->watch,
		.lossless = l->lossless,
		.size = l->size,
		.tty = l->tty,
		.page = l->page_fd,
	};
}

static int reach(struct headlink const *l, int timeout_ms)
{
	return (l->watch ? ptyhead_connect_to_look : ptyhead_connect)(l->address->path, timeout_ms);
}

/* One attempt. 0 or -errno. */
static int attach_once(struct headlink *l, int64_t until, int *ret_tape)
{
	struct ptyhead_attach const a = question(l);
	int64_t left = until - clock_ms();
	int const sock = reach(l, left > 0 ? (int)left : 0);

	if (sock < 0) return sock;
	l->connected = true;
	conn_init(l->conn, sock);
	left = until - clock_ms();
	int const r = ptyhead_attach(l->conn, &a, left > 0 ? (int)left : 0, &l->attached, ret_tape, &l->reply);
	if (r < 0) conn_deinit(l->conn);
	return r;
}

int headlink_none(struct headlink *l)
{
	l->state = HEADLINK_AWAY;
	l->due = clock_ms() + INT_MAX;
	l->error = 0;
	l->resize = l->moved = l->sent = l->broken = false;
	l->flight = l->in_len = 0;
	l->backoff = BACKOFF_MIN;
	l->page_fd = -1;
	l->connected = false;
	l->conn = malloc(sizeof *l->conn);
	if (!l->conn) return -ENOMEM;
	conn_init(l->conn, -1);
	return page_create(&l->page, &l->page_fd);
}

int headlink_begin(struct headlink *l)
{
	int const r = headlink_none(l);
	l->due = clock_ms();
	return r;
}

int headlink_open(struct headlink *l, int *ret_tape)
{
	int64_t again = 0;

	if (l->answer_ms <= 0 || l->answer_ms > HEADLINK_ANSWER_MS) l->answer_ms = HEADLINK_ANSWER_MS;
	int64_t const until = clock_ms() + l->answer_ms;
	int r = headlink_begin(l);
	if (r < 0) return r;
	do r = attach_once(l, until, ret_tape);
	while (r < 0 && ptyhead_again(r, &again));
	if (r < 0) return r;
	l->state = HEADLINK_UP;
	return 0;
}

void headlink_close(struct headlink *l)
{
	if (!l->conn) return;
	conn_deinit(l->conn);
	free(l->conn);
	l->conn = NULL;
	page_unmap(l->page);
	if (l->page_fd >= 0) close(l->page_fd);
	l->page = NULL;
	l->page_fd = -1;
	l->state = HEADLINK_AWAY;
}

int headlink_tape(struct tape_reader *r, bool *open, uint64_t id[2], int fd)
{
	struct tape_reader other;
	int const e = tape_reader_init(&other, fd);

	close(fd);
	if (e < 0) return e;
	if (*open && !memcmp(id, other.header->id, sizeof other.header->id)) {
		tape_reader_deinit(&other);
		return 0;
	}
	if (*open) tape_reader_deinit(r);
	*r = other;
	*open = true;
	memcpy(id, r->header->id, sizeof r->header->id);
	return 1;
}

/* The old head cannot have read a frame that the socket did not take as a whole. Such a
 * frame goes to the next head. */
static void lose(struct headlink *l, int64_t now)
{
	conn_deinit(l->conn);
	l->flight = 0;
	l->sent = l->broken = false;
	l->state = HEADLINK_AWAY;
	l->due = now + l->backoff;
	l->backoff *= 2;
	if (l->backoff > BACKOFF_MAX) l->backoff = BACKOFF_MAX;
}

static void ask_again(struct headlink *l, int64_t now)
{
	struct ptyhead_attach const a = question(l);
	int const sock = reach(l, 0);

	l->error = sock < 0 ? sock : 0;
	if (sock >= 0) {
		conn_init(l->conn, sock);
		l->error = ptyhead_attach_begin(l->conn, &a);
	}
	if (l->error < 0) {
		lose(l, now);
		return;
	}
	l->state = HEADLINK_ASKED;
	l->due = now + HEADLINK_ANSWER_MS;
}

/* Reads the answer of a head that came back, if it is there. */
static enum headlink_event answered(struct headlink *l, int64_t now, int *ret_tape)
{
	int const r = ptyhead_attach_answer(l->conn, &l->attached, ret_tape, &l->reply);

	if (r == -EAGAIN) return HEADLINK_NOTHING;
	l->error = r;
	if (r == 0) {
		l->state = HEADLINK_UP;
		l->backoff = BACKOFF_MIN;
		l->resize = !l->watch; /* the size may have changed meanwhile */
		return HEADLINK_CAME;
	}
	switch (l->reply.code) {
	case PTYHEAD_REFUSED_VERSION:
	case PTYHEAD_REFUSED_ROLE:
	case PTYHEAD_REFUSED_LOOP: return HEADLINK_REFUSED;
	}
	/* No such terminal: its program will be exported again. Too many peers, or a
	 * failure: these may pass. */
	lose(l, now);
	return HEADLINK_NOTHING;
}

/* ---- sending ------------------------------------------------------------- */

/* False: the connection is gone. */
static bool send_frame(struct headlink *l, uint8_t const *frame, size_t len)
{
	return conn_send(l->conn, frame, len, NULL, 0) == CONN_OK;
}

/* Sends one frame at a time while the socket takes them, so that it is known what was
 * not sent. */
static bool push(struct headlink *l)
{
	uint8_t frame[WIRE_INPUT_FRAME];

	if (l->state != HEADLINK_UP) return true;
	for (;;) {
		if (conn_pending(l->conn)) {
			enum conn_result const r = conn_flush(l->conn);
			if (r == CONN_AGAIN) return true;
			if (r != CONN_OK) return false;
		}
		if (l->flight > 0) {
			l->in_len -= l->flight;
			memmove(l->in, l->in + l->flight, l->in_len);
			l->flight = 0;
		}
		if (l->resize) {
			l->resize = false;
			if (!send_frame(l, frame, wire_put_resize(frame, sizeof frame, wire_from_size(l->size)))) return false;
		} else if (l->moved) {
			l->moved = false;
			if (!send_frame(l, frame, wire_put_empty(frame, sizeof frame, WIRE_MOVED))) return false;
		} else if (l->in_len > 0) {
			l->flight = l->in_len > WIRE_INPUT_MAX ? WIRE_INPUT_MAX : l->in_len;
			if (!send_frame(l, frame, wire_put_input(frame, sizeof frame, l->in, l->flight)))
				return false;
		} else {
			return true;
		}
	}
}

size_t headlink_room(struct headlink const *l)
{
	return l->watch ? HEADLINK_INPUT_MAX : HEADLINK_INPUT_MAX - l->in_len;
}

void headlink_input(struct headlink *l, uint8_t const *data, size_t len)
{
	if (l->watch || len == 0) return;
	if (len > headlink_room(l)) len = headlink_room(l);
	memcpy(l->in + l->in_len, data, len);
	l->in_len += len;
	l->broken |= !push(l);
}

void headlink_resize(struct headlink *l, struct ptyhead_size size)
{
	l->size = size;
	if (l->watch) return;
	l->resize = true;
	l->broken |= !push(l);
}

void headlink_moved(struct headlink *l)
{
	if (l->state != HEADLINK_UP) return;
	l->moved = true;
	l->broken |= !push(l);
}

bool headlink_send(struct headlink *l, uint32_t serial, uint8_t const *data, size_t len)
{
	uint8_t frame[WIRE_SEND_FRAME];

	if (l->state != HEADLINK_UP || l->sent) return false;
	size_t const n = wire_put_send(frame, sizeof frame, serial, data, len);
	/* cppcheck-suppress AssignmentAddressToInteger // it is no pointer */
	l->serial = serial;
	l->sent = send_frame(l, frame, n);
	l->broken |= !l->sent;
	return l->sent;
}

/* ---- running ------------------------------------------------------------- */

int headlink_fd(struct headlink const *l)
{
	return l->conn->fd;
}

short headlink_events(struct headlink const *l)
{
	return conn_pending(l->conn) ? POLLIN | POLLOUT : POLLIN;
}

int headlink_timeout(struct headlink const *l, int64_t now)
{
	if (l->broken) return 0; /* poll(2) need not report an error that a send has returned */
	if (l->state == HEADLINK_UP) return -1;
	return l->due > now ? (int)(l->due - now) : 0;
}

static enum headlink_event gone(struct headlink *l, int64_t now)
{
	bool const up = l->state == HEADLINK_UP;
	if (up) l->backoff = BACKOFF_MIN;
	lose(l, now);
	return up ? HEADLINK_LEFT : HEADLINK_NOTHING;
}

/* Takes WAKE frames, which only say that the tape has more. False: not a valid frame. */
static bool take_frame(struct headlink *l, struct conn_frame const *f, enum headlink_event *event)
{
	struct wire_taken w;
	if (f->header.type != WIRE_TAKEN || !l->sent) return true;
	if (wire_get_taken(f->payload, f->header.length, &w) < 0 || w.serial != l->serial) return false;
	l->taken = taken_from_wire(&w);
	l->sent = false;
	*event = HEADLINK_TAKEN;
	return true;
}

/* Takes frames of the head. One read is enough in state UP: the socket is
 * level-triggered. */
static enum headlink_event receive(struct headlink *l, int64_t now, int *ret_tape)
{
	enum headlink_event event = HEADLINK_NOTHING;
	enum conn_result r = CONN_OK;
	struct conn_frame f;

	if (l->state == HEADLINK_ASKED) {
		event = answered(l, now, ret_tape);
		if (l->state != HEADLINK_UP) return event;
	} else {
		r = conn_fill(l->conn);
	}
	while (r == CONN_OK && (r = conn_frame(l->conn, &f)) == CONN_OK)
		if (!take_frame(l, &f, &event)) return gone(l, now);
	/* After CAME the caller has the tape already: the next call handles the rest. */
	return r == CONN_AGAIN || event == HEADLINK_CAME ? event : gone(l, now);
}

enum headlink_event headlink_run(struct headlink *l, short revents, int64_t now, int *ret_tape)
{
	enum headlink_event event = HEADLINK_NOTHING;

	if (l->state == HEADLINK_AWAY) {
		if (now >= l->due) ask_again(l, now);
		return HEADLINK_NOTHING;
	}
	if (l->broken) return gone(l, now);
	if (revents & (POLLIN | POLLHUP | POLLERR)) event = receive(l, now, ret_tape);
	if (l->state == HEADLINK_ASKED && now >= l->due) {
		l->error = -ETIMEDOUT;
		return gone(l, now);
	}
	if (l->state == HEADLINK_ASKED && conn_pending(l->conn)) {
		enum conn_result const r = conn_flush(l->conn);
		if (r != CONN_OK && r != CONN_AGAIN) return gone(l, now);
	}
	bool const pushed = event == HEADLINK_REFUSED || push(l);
	return pushed || event != HEADLINK_NOTHING ? event : gone(l, now);
}
