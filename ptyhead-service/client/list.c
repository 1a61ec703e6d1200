/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>

#include "ask_int.h"
#include "convert_int.h"

/* Gives out the entries of a frame. 1: more terminals follow; 0; -errno. */
static int give_out(struct listing *l, struct conn_frame const *f)
{
	struct wire_listed w;
	struct wire_entry e;
	struct ptyhead_entry given;
	int r;

	if (wire_get_listed(f->payload, f->header.length, &w) < 0) return -EPROTO;
	while ((r = wire_listed_next(&w, &e)) == 0) {
		if (!wire_terminal_ok(e.terminal.data, e.terminal.len)) return -EPROTO;
		entry_from_wire(&e, &given);
		/* Names must increase; otherwise this would never end. */
		if (strcmp(given.terminal, l->after) <= 0) return -EPROTO;
		memcpy(l->after, given.terminal, sizeof l->after);
		if (l->each) l->each(l->arg, &given);
	}
	if (r < 0) return -EPROTO;
	return w.flags & WIRE_LISTED_MORE ? 1 : 0;
}

int listing_begin(struct conn *c, struct listing *l)
{
	uint8_t buf[WIRE_LIST_FRAME];
	struct wire_list const w = {.after = wire_from_text(l->after), .terminal = wire_from_text(l->terminal)};
	struct ask const q = {
		.frame = buf,
		.len = wire_put_list(buf, sizeof buf, &w),
		.wanted = WIRE_LISTED,
	};
	return ask_begin(c, &q);
}

int listing_answer(struct conn *c, struct listing *l, struct ptyhead_reply *ret_reply)
{
	char before[sizeof l->after];
	struct conn_frame f;

	memcpy(before, l->after, sizeof before);
	int r = ask_answer(c, WIRE_LISTED, &f, ret_reply);
	if (r == 0) r = give_out(l, &f);
	if (r <= 0) return r;
	if (strcmp(before, l->after) == 0) return -EPROTO;
	r = listing_begin(c, l);
	return r < 0 ? r : -EAGAIN;
}
