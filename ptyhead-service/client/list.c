#include <errno.h>
#include <string.h>

#include "ask.h"
#include "ptyhead.h"

struct listing {
	char const *terminal;
	char after[WIRE_TERMINAL_MAX + 1];
	void (*each)(void *arg, struct wire_entry const *e);
	void *arg;
};

static struct wire_bytes bytes_of(char const *s)
{
	return (struct wire_bytes){(uint8_t const *)s, s ? strlen(s) : 0};
}

/* Gives out a frame's entries. 1 when there are more behind them, 0, -errno. */
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
		/* What goes back would go round for ever. */
		if (strcmp(name, l->after) <= 0) return -EPROTO;
		memcpy(l->after, name, e.terminal.len + 1);
		l->each(l->arg, &e);
	}
	if (r < 0) return -EPROTO;
	return w.flags & WIRE_LISTED_MORE ? 1 : 0;
}

int ptyhead_list(struct conn *c, char const *terminal, int timeout_ms,
                 void (*each)(void *arg, struct wire_entry const *e), void *arg,
                 struct ptyhead_reply *ret_reply)
{
	uint8_t buf[WIRE_LIST_FRAME];
	struct listing l = {.terminal = terminal, .each = each, .arg = arg};
	struct deadline d;
	struct conn_frame f;
	int r;

	memset(ret_reply, 0, sizeof *ret_reply);
	deadline_init(&d, timeout_ms);
	do {
		char before[WIRE_TERMINAL_MAX + 1];
		struct wire_list const w = {.after = bytes_of(l.after), .terminal = bytes_of(terminal)};
		struct ask const q = {
			.frame = buf,
			.len = wire_put_list(buf, sizeof buf, &w),
			.wanted = WIRE_LISTED,
		};
		memcpy(before, l.after, sizeof before);
		r = ask(c, &q, &d, &f, ret_reply);
		if (r == 0) r = give_out(&l, &f);
		if (r > 0 && strcmp(before, l.after) == 0) r = -EPROTO;
	} while (r > 0);
	return r;
}
