/* Who asks which terminals there are. The answer is one frame with as many as
 * fit, in the order of their names, so that the next question, on the same
 * connection, begins behind the last of them and nothing need be remembered
 * here. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "peer.h"
#include "terminal.h"

static void entry_of(struct terminal *t, struct wire_entry *ret)
{
	struct tape_state const *const s = &t->state;
	bool const alive = s->flags & TAPE_ALIVE;
	struct tape_state const *const end = alive ? &t->ended : s;

	memset(ret, 0, sizeof *ret);
	ret->terminal = (struct wire_bytes){ (uint8_t const *)t->name, strlen(t->name) };
	if (alive) ret->flags |= WIRE_ENTRY_ALIVE;
	if (end->flags & TAPE_ENDED_KNOWN) ret->flags |= WIRE_ENTRY_STATUS;
	ret->pid = (uint32_t)s->pid;
	ret->status = (uint32_t)end->status;
	ret->run = s->run;
	ret->since = alive ? s->since : 0;
	ret->ended = end->run > 0 ? end->since : 0;
	ret->size = (struct wire_size){ s->size.rows, s->size.cols, s->size.xpixel, s->size.ypixel };
	list_each(it, &t->viewers) {
		if (list_entry(it, struct viewer, link)->watch) ret->watchers++;
		else ret->viewers++;
	}
	ret->bytes = t->tape.end;
	if (s->run > 0) ret->command.data = tape_command(&t->tape, s->run, &ret->command.len);
}

struct chosen {
	struct terminal *terminal;
};

static int by_name(void const *a, void const *b)
{
	struct chosen const *const s = a;
	struct chosen const *const t = b;
	return strcmp(s->terminal->name, t->terminal->name);
}

static void text_of(struct wire_bytes b, char ret[WIRE_TERMINAL_MAX + 1])
{
	if (b.len > 0) memcpy(ret, b.data, b.len);
	ret[b.len] = 0;
}

/* Those that were asked for, sorted. */
static size_t choose(struct head *h, struct wire_list const *l, struct chosen *ret)
{
	char after[WIRE_TERMINAL_MAX + 1], only[WIRE_TERMINAL_MAX + 1];
	size_t n = 0;

	text_of(l->after, after);
	text_of(l->terminal, only);
	list_each(it, &h->terminals) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		if (strcmp(t->name, after) > 0 && (only[0] == 0 || !strcmp(t->name, only))) ret[n++].terminal = t;
	}
	if (n > 1) qsort(ret, n, sizeof *ret, by_name);
	return n;
}

static enum peer_next send_list(struct peer *p, struct wire_list const *l, struct chosen *room, uint8_t *frame)
{
	struct wire_entry e;
	size_t const n = choose(p->head, l, room);
	struct wire_listing listing;
	size_t i;

	wire_listed_begin(&listing, frame, WIRE_LISTED_FRAME);
	for (i = 0; i < n; i++) {
		entry_of(room[i].terminal, &e);
		if (!wire_listed_add(&listing, &e)) break;
	}
	size_t const len = wire_listed_end(&listing, i < n ? WIRE_LISTED_MORE : 0);
	FAULT("listing");
	enum conn_result const r = conn_send(&p->conn, frame, len, NULL, 0);
	if (r != CONN_OK && r != CONN_AGAIN) return PEER_DONE;
	if (conn_pending(&p->conn)) loop_change(&p->head->loop, &p->source, EPOLLIN | EPOLLOUT);
	timeout_set(&p->head->silent, &p->silent); /* for the next question */
	return PEER_STAYS;
}

enum peer_next peer_list(struct peer *p, struct conn_frame const *f, int *fds, size_t nfds)
{
	struct wire_list l;

	while (nfds > 0) close(fds[--nfds]);
	if (!(p->roles & (PEER_ATTACH | PEER_WATCH)))
		return peer_refuse(p, WIRE_R_ROLE, "this socket takes exports only");
	if (wire_get_list(f->payload, f->header.length, &l) < 0)
		return peer_refuse(p, WIRE_R_REQUEST, "a request that is cut short");
	struct chosen *const room = calloc(p->head->terminals_len + 1u, sizeof *room);
	uint8_t *const frame = malloc(WIRE_LISTED_FRAME);
	enum peer_next const next = room && frame ? send_list(p, &l, room, frame)
	                                          : peer_refuse(p, WIRE_R_FAILED, "the head is out of memory");
	free(room);
	free(frame);
	return next;
}
