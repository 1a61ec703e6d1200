/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "client.h"

static struct wire_bytes bytes_of(char const *s)
{
	return (struct wire_bytes){(uint8_t const *)s, s ? strlen(s) : 0};
}

/* Gives out the entries of a frame. 1: more terminals follow; 0; -errno. */
static int give_out(struct listing *l, struct conn_frame const *f)
{
	struct wire_listed w;
	struct wire_entry e;
	int r;

	if (wire_get_listed(f->payload, f->header.length, &w) < 0) return -EPROTO;
	while ((r = wire_listed_next(&w, &e)) == 0) {
		char name[WIRE_TERMINAL_MAX + 1];
		if (!wire_terminal_ok(e.terminal.data, e.terminal.len)) return -EPROTO;
		memcpy(name, e.terminal.data, e.terminal.len);
		name[e.terminal.len] = '\0';
		/* Names must increase; otherwise this would never end. */
		if (strcmp(name, l->after) <= 0) return -EPROTO;
		memcpy(l->after, name, e.terminal.len + 1);
		l->each(l->arg, &e);
	}
	if (r < 0) return -EPROTO;
	return w.flags & WIRE_LISTED_MORE ? 1 : 0;
}

int listing_begin(struct conn *c, struct listing *l)
{
	uint8_t buf[WIRE_LIST_FRAME];
	struct ptyhead_reply none;
	struct wire_list const w = {.after = bytes_of(l->after), .terminal = bytes_of(l->terminal)};
	struct ask const q = {
		.frame = buf,
		.len = wire_put_list(buf, sizeof buf, &w),
		.wanted = WIRE_LISTED,
	};
	return ask_begin(c, &q, &none);
}

int listing_answer(struct conn *c, struct listing *l, struct ptyhead_reply *ret_reply)
{
	char before[WIRE_TERMINAL_MAX + 1];
	struct conn_frame f;

	memset(ret_reply, 0, sizeof *ret_reply);
	memcpy(before, l->after, sizeof before);
	int r = ask_answer(c, WIRE_LISTED, &f, ret_reply);
	if (r == 0) r = give_out(l, &f);
	if (r <= 0) return r;
	if (strcmp(before, l->after) == 0) return -EPROTO;
	r = listing_begin(c, l);
	return r < 0 ? r : -EAGAIN;
}

int ptyhead_list(struct conn *c, char const *terminal, int timeout_ms,
                 void (*each)(void *arg, struct wire_entry const *e), void *arg,
                 struct ptyhead_reply *ret_reply)
{
	struct listing l = {.terminal = terminal, .each = each, .arg = arg};
	struct deadline d;

	memset(ret_reply, 0, sizeof *ret_reply);
	deadline_init(&d, timeout_ms);
	int r = listing_begin(c, &l);
	while (r == 0) {
		r = ask_flush(c, &d);
		if (r < 0 && r != -EPIPE) return r;
		r = listing_answer(c, &l, ret_reply);
		if (r != -EAGAIN) return r;
		r = ask_wait(c, &d);
	}
	return r;
}
