/* SPDX-License-Identifier: ISC */
#include "role.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

static struct outcome find(struct terminals *s, struct wire_bytes name, struct terminal **ret)
{
	char text[WIRE_TERMINAL_MAX + 1] = "";
	if (wire_terminal_ok(name.data, name.len)) memcpy(text, name.data, name.len);
	*ret = terminals_find(s, text);
	if (*ret) return role_outcome(ROLE_STAYS);
	if (terminals_reserved(s, text)) return role_refusal(WIRE_R_FAILED, "the head has not recovered this terminal yet (its log says why)");
	return role_refusal(WIRE_R_TERMINAL, "no such terminal on this head");
}

static struct outcome own_trouble(int r)
{
	if (r == -EMFILE || r == -ENFILE) return role_refusal(WIRE_R_FAILED, "the head is out of descriptors");
	return role_refusal(WIRE_R_FAILED, "the head failed: %s", strerror(-r));
}

/* The steps that may fail. *ret_tape: a descriptor for the viewer; the caller closes
 * it. */
static struct outcome check(struct terminals *s, struct caller *c, struct conn_frame const *f, int const *fds,
                            size_t nfds, struct wire_attach *ret, struct terminal **ret_t, int *ret_tape)
{
	bool const watch = f->header.type == WIRE_WATCH;
	if (!(c->roles & (watch ? ROLE_WATCH : ROLE_ATTACH)))
		return role_refusal(WIRE_R_ROLE, c->roles & ROLE_WATCH ? "this socket is for watching only (ptyhead-attach -r)"
		                                                       : "this socket takes exports only");
	if (wire_get_attach(f->payload, f->header.length, ret) < 0) return role_refusal(WIRE_R_REQUEST, "the request is incomplete");
	struct outcome const found = find(s, ret->terminal, ret_t);
	if (found.next == ROLE_REFUSED) return found;
	if (nfds != 1) return role_refusal(WIRE_R_FD, "a viewer must send one sealed page");
	if (terminals_loop(s, *ret_t, ret->tty, c->uid)) return role_refusal(WIRE_R_LOOP, "the viewer runs on the terminal that it would show");
	*ret_tape = tape_reader_fd(&(*ret_t)->output.tape);
	if (*ret_tape < 0) return own_trouble(*ret_tape);
	int const r = page_map(&c->viewer->page, fds[0]);
	if (r == 0) return role_outcome(ROLE_STAYS);
	close(*ret_tape);
	if (r == -EPROTO) return role_refusal(WIRE_R_FD, "a viewer must send one sealed page");
	return own_trouble(r);
}

struct outcome role_view(struct terminals *s, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds)
{
	struct viewer *const v = c->viewer;
	struct wire_attach a;
	struct terminal *t = NULL;
	int tape = -1;

	struct outcome const o = check(s, c, f, fds, nfds, &a, &t, &tape);
	conn_discard(c->conn, fds, nfds);
	if (o.next == ROLE_REFUSED) return o;

	v->id = s->next_viewer++;
	v->uid = c->uid;
	v->conn = c->conn;
	v->watch = f->header.type == WIRE_WATCH;
	v->size = a.size;
	v->tty = a.tty;
	v->lossless = !v->watch && (a.flags & WIRE_ATTACH_LOSSLESS); /* NOLINT(clang-analyzer-core.*): all of `a` was decoded */
	/* Before the answer: the reader may start at once, and the head must already
	 * wait for it then. */
	terminal_viewer_add(t, v);

	uint8_t frame[WIRE_ATTACHED_FRAME];
	struct wire_attached const done = { .flags = WIRE_ATTACHED_SCHEME | (v->lossless ? WIRE_ATTACH_LOSSLESS : 0), .viewer = v->id };
	FAULT("attaching");
	enum conn_result const r = conn_send(c->conn, frame, wire_put_attached(frame, sizeof frame, &done), &tape, 1);
	close(tape);
	return role_outcome(r == CONN_OK || r == CONN_AGAIN ? ROLE_STAYS : ROLE_DONE);
}
