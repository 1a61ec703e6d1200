/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ask_int.h"
#include "convert_int.h"

/* The answer must carry exactly one descriptor. */
static int take_tape(struct conn *c, int *ret_tape)
{
	int fds[WIRE_FDS_MAX];
	size_t n = conn_take_fds(c, fds);
	if (n == 1) {
		*ret_tape = fds[0];
		return 0;
	}
	while (n > 0) close(fds[--n]);
	return -EPROTO;
}

/* Writes the question to `buf`. */
static struct ask question(struct ptyhead_attach const *a, uint8_t *buf, size_t room)
{
	struct wire_attach const w = {
		.flags = a->lossless ? WIRE_ATTACH_LOSSLESS : 0u,
		.size = wire_from_size(a->size),
		.tty = wire_from_tty(a->tty),
		.terminal = wire_from_text(a->terminal),
	};
	return (struct ask){
		.frame = buf,
		.len = wire_put_attach(buf, room, a->watch, &w),
		.fds = &a->page,
		.nfds = a->page < 0 ? 0 : 1,
		.wanted = WIRE_ATTACHED,
	};
}

static int answer_of(struct conn *c, struct conn_frame const *f, struct ptyhead_attached *ret, int *ret_tape)
{
	struct wire_attached w;
	if (wire_get_attached(f->payload, f->header.length, &w) < 0) return -EPROTO;
	*ret = attached_from_wire(&w);
	return take_tape(c, ret_tape);
}

int ptyhead_attach(struct conn *c, struct ptyhead_attach const *a, int timeout_ms,
                   struct ptyhead_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply)
{
	uint8_t buf[WIRE_ATTACH_FRAME];
	struct deadline d;
	struct conn_frame f;

	memset(ret, 0, sizeof *ret);
	memset(ret_reply, 0, sizeof *ret_reply);
	*ret_tape = -1;
	if (!wire_terminal_ok(a->terminal, strlen(a->terminal))) return -EINVAL;
	deadline_init(&d, timeout_ms);
	struct ask const q = question(a, buf, sizeof buf);
	int const r = ask(c, &q, &d, &f, ret_reply);
	return r < 0 ? r : answer_of(c, &f, ret, ret_tape);
}

int ptyhead_attach_begin(struct conn *c, struct ptyhead_attach const *a)
{
	uint8_t buf[WIRE_ATTACH_FRAME];

	if (!wire_terminal_ok(a->terminal, strlen(a->terminal))) return -EINVAL;
	struct ask const q = question(a, buf, sizeof buf);
	return ask_begin(c, &q);
}

int ptyhead_attach_answer(struct conn *c, struct ptyhead_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply)
{
	struct conn_frame f;

	*ret_tape = -1;
	int const r = ask_answer(c, WIRE_ATTACHED, &f, ret_reply);
	return r < 0 ? r : answer_of(c, &f, ret, ret_tape);
}
