/* SPDX-License-Identifier: ISC */
#include "type.h"

#include <errno.h>

#include "clock.h"

static enum type_result result_of(int error)
{
	switch (error) {
	case 0: return TYPE_OK;
	case -EMSGSIZE: return TYPE_LINE;
	case -ESRCH: return TYPE_PROGRAM;
	case -ENXIO: return TYPE_CLOSED;
	default: return TYPE_FAILED;
	}
}

/* Between two frames a new head may have come; it gets the next frame. */
static enum type_result wait_for_head(struct typist *t, int64_t until)
{
	while (t->f->link.state != HEADLINK_UP) {
		switch (follow_wait(t->f, until)) {
		case FOLLOW_TIME: return TYPE_TIMEOUT;
		case FOLLOW_REFUSED:
		case FOLLOW_FAILED: return TYPE_GONE;
		default: t->output(t->arg);
		}
	}
	return TYPE_OK;
}

static enum type_result wait_for_answer(struct typist *t, int64_t until)
{
	for (;;) {
		switch (follow_wait(t->f, until)) {
		case FOLLOW_TAKEN: return TYPE_OK;
		case FOLLOW_TIME: return TYPE_TIMEOUT;
		case FOLLOW_UNANSWERED:
		case FOLLOW_NEW:
		case FOLLOW_REFUSED:
		case FOLLOW_FAILED: return TYPE_GONE;
		case FOLLOW_MORE:
		case FOLLOW_ALSO: break;
		}
		t->output(t->arg);
		/* Needed here too: in a flood the loop never becomes idle. */
		if (until >= 0 && clock_ms() >= until) return TYPE_TIMEOUT;
	}
}

static enum type_result type_piece(struct typist *t, uint8_t const *data, size_t len)
{
	struct ptyhead_taken const *const w = &t->f->link.taken;
	int64_t const until = t->patience < 0 ? -1 : clock_ms() + t->patience;

	enum type_result r = wait_for_head(t, until);
	if (r != TYPE_OK) return r;
	t->typed(t->arg, data, len);
	if (!headlink_send(&t->f->link, ++t->serial, data, len)) return TYPE_GONE;
	r = wait_for_answer(t, until);
	if (r != TYPE_OK) return r;
	if (!t->began) {
		t->began = true;
		t->offset = w->offset;
		t->begins(t->arg, w);
	}
	if (w->result == 0) t->taken += len;
	else t->untyped(t->arg);
	return result_of(w->result);
}

/* As many whole lines as fit into one frame. */
static size_t piece_of(uint8_t const *data, size_t len)
{
	if (len <= PTYHEAD_SEND_MAX) return len;
	for (size_t n = PTYHEAD_SEND_MAX; n > 0; n--)
		if (data[n - 1] == '\r' || data[n - 1] == '\n') return n;
	return PTYHEAD_SEND_MAX;
}

/* A piece was refused since one of its lines is too long. The lines before it can be
 * typed. */
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
