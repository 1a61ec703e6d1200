#include "type.h"

#include <errno.h>
#include <poll.h>

#include "clock.h"

static enum type_result result_of(uint16_t code)
{
	switch (code) {
	case WIRE_T_TAKEN: return TYPE_OK;
	case WIRE_T_LINE: return TYPE_LINE;
	case WIRE_T_PROGRAM: return TYPE_PROGRAM;
	case WIRE_T_CLOSED: return TYPE_CLOSED;
	default: return TYPE_FAILED;
	}
}

/* Takes frames until there is the answer. True: *ret holds it. */
static bool answered(struct typist const *t, struct conn *c, struct wire_taken *ret, bool *ret_bad)
{
	struct conn_frame f;
	enum conn_result r;

	while ((r = conn_frame(c, &f)) == CONN_OK) {
		if (f.header.type != WIRE_TAKEN) continue; /* a wake-up */
		*ret_bad = wire_get_taken(f.payload, f.header.length, ret) < 0 || ret->serial != t->serial;
		return !*ret_bad;
	}
	*ret_bad = r != CONN_AGAIN;
	return false;
}

static enum type_result wait_for_answer(struct typist *t, struct wire_taken *ret)
{
	struct conn *const c = &t->f->link.conn;
	int64_t const until = t->patience < 0 ? -1 : clock_ms() + t->patience;
	bool bad;

	while (!answered(t, c, ret, &bad)) {
		if (bad) return TYPE_GONE;
		int64_t const left = until < 0 ? -1 : until - clock_ms();
		struct pollfd p = { c->fd, (short)(POLLIN | (conn_pending(c) ? POLLOUT : 0)), 0 };
		int const n = until >= 0 && left <= 0 ? 0 : poll(&p, 1, left > 3600000 ? 3600000 : (int)left);
		if (n == 0 && (until >= 0 && clock_ms() >= until)) return TYPE_TIMEOUT;
		if (n < 0 && errno != EINTR) return TYPE_GONE;
		if (n <= 0) continue;
		if (p.revents & POLLOUT) {
			enum conn_result const r = conn_flush(c);
			if (r != CONN_OK && r != CONN_AGAIN) return TYPE_GONE;
		}
		if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
			enum conn_result const r = conn_fill(c);
			if (r != CONN_OK && r != CONN_AGAIN) return TYPE_GONE;
		}
	}
	return TYPE_OK;
}

static enum type_result type_piece(struct typist *t, uint8_t const *data, size_t len)
{
	uint8_t frame[WIRE_SEND_FRAME];
	struct wire_taken w;

	t->serial++;
	size_t const n = wire_put_send(frame, sizeof frame, t->serial, data, len);
	if (conn_send(&t->f->link.conn, frame, n, NULL, 0) != CONN_OK) return TYPE_GONE;
	enum type_result const r = wait_for_answer(t, &w);
	if (r != TYPE_OK) return r;
	if (!t->began) t->offset = w.offset;
	t->began = true;
	if (w.code == WIRE_T_TAKEN) t->taken += len;
	return result_of(w.code);
}

/* As many whole lines as one frame takes. */
static size_t piece_of(uint8_t const *data, size_t len)
{
	if (len <= WIRE_SEND_MAX) return len;
	for (size_t n = WIRE_SEND_MAX; n > 0; n--)
		if (data[n - 1] == '\r' || data[n - 1] == '\n') return n;
	return WIRE_SEND_MAX;
}

/* A piece that was refused since one of its lines is too long: up to that line
 * it can be typed. */
static enum type_result type_lines(struct typist *t, uint8_t const *data, size_t len)
{
	enum type_result r = TYPE_LINE;
	size_t begin = 0;

	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\r' && data[i] != '\n') continue;
		r = type_piece(t, data + begin, i + 1 - begin);
		if (r != TYPE_OK) return r;
		begin = i + 1;
	}
	return begin < len ? type_piece(t, data + begin, len - begin) : r;
}

enum type_result type_bytes(struct typist *t, uint8_t const *data, size_t len)
{
	do {
		size_t const n = piece_of(data, len);
		enum type_result r = type_piece(t, data, n);
		if (r == TYPE_LINE) r = type_lines(t, data, n);
		if (r != TYPE_OK) return r;
		data += n;
		len -= n;
	} while (len > 0);
	return TYPE_OK;
}
