/* SPDX-License-Identifier: ISC */
/* Answers the question which terminals there are. The answer is one frame with as many
 * as fit, in the order of their names. The next question, on the same connection,
 * continues after the last name, so the head need not remember anything. */
#include "role.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"

/* `all`: the peer may do more than watch, so it also sees the pid and the arguments. */
static void entry_of(struct terminal *t, bool all, struct wire_entry *ret)
{
	struct tape_state const *const s = &t->output.state;
	bool const alive = t->run.state != RUN_NONE;
	struct tape_state const *const end = alive ? &t->output.ended : s;

	memset(ret, 0, sizeof *ret);
	ret->terminal = (struct wire_bytes){ (uint8_t const *)t->name, strlen(t->name) };
	if (alive) ret->flags |= WIRE_ENTRY_ALIVE;
	else if (terminal_open(t)) ret->flags |= WIRE_ENTRY_OPEN;
	if (end->flags & TAPE_ENDED_KNOWN) ret->flags |= WIRE_ENTRY_STATUS;
	ret->status = (uint32_t)end->status;
	ret->run = s->run;
	ret->since = alive ? s->since : 0;
	ret->ended = end->run > 0 ? end->since : 0;
	ret->size = (struct wire_size){ s->size.rows, s->size.cols, s->size.xpixel, s->size.ypixel };
	list_each(it, &t->audience.viewers) {
		if (list_entry(it, struct viewer, link)->watch) ret->watchers++;
		else ret->viewers++;
	}
	ret->bytes = t->output.tape.end;
	if (!all) return;
	ret->pid = (uint32_t)s->pid;
	if (s->run > 0) ret->command.data = tape_command(&t->output.tape, s->run, &ret->command.len);
}

static int by_name(void const *a, void const *b)
{
	struct terminal *const *const s = a;
	struct terminal *const *const t = b;
	return strcmp((*s)->name, (*t)->name);
}

static void text_of(struct wire_bytes b, char ret[WIRE_TERMINAL_MAX + 1])
{
	if (b.len > 0) memcpy(ret, b.data, b.len);
	ret[b.len] = 0;
}

/* The requested terminals, sorted. A terminal on which nothing ever happened is listed
 * only if it is asked for by name. */
static size_t choose(struct terminals *s, struct wire_list const *l, struct terminal **ret)
{
	char after[WIRE_TERMINAL_MAX + 1], only[WIRE_TERMINAL_MAX + 1];
	size_t n = 0;

	text_of(l->after, after);
	text_of(l->terminal, only);
	list_each(it, &s->list) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		if (strcmp(t->name, after) <= 0) continue;
		if (only[0] ? strcmp(t->name, only) != 0 : t->output.state.run == 0 && terminal_idle(t)) continue;
		ret[n++] = t;
	}
	if (n > 1) qsort(ret, n, sizeof *ret, by_name); /* NOLINT(bugprone-sizeof-expression): pointers are sorted */
	return n;
}

static struct outcome send_list(struct terminals *s, struct caller *c, struct wire_list const *l,
                                struct terminal **room, uint8_t *frame)
{
	struct wire_entry e;
	size_t const n = choose(s, l, room);
	struct wire_listing listing;
	size_t i;

	wire_listed_begin(&listing, frame, WIRE_LISTED_FRAME);
	for (i = 0; i < n; i++) {
		entry_of(room[i], (c->roles & ROLE_ATTACH) != 0, &e);
		if (!wire_listed_add(&listing, &e)) break;
	}
	size_t const len = wire_listed_end(&listing, i < n ? WIRE_LISTED_MORE : 0);
	FAULT("listing");
	enum conn_result const r = conn_send(c->conn, frame, len, NULL, 0);
	return role_outcome(r == CONN_OK || r == CONN_AGAIN ? ROLE_STAYS : ROLE_DONE);
}

struct outcome role_list(struct terminals *s, struct caller *c, struct conn_frame const *f)
{
	struct wire_list l;

	if (!(c->roles & (ROLE_ATTACH | ROLE_WATCH))) return role_refusal(WIRE_R_ROLE, "this socket takes exports only");
	if (wire_get_list(f->payload, f->header.length, &l) < 0) return role_refusal(WIRE_R_REQUEST, "the request is incomplete");
	/* A watcher is told only of the terminal that it names. */
	if (!(c->roles & ROLE_ATTACH) && l.terminal.len == 0) l.terminal = (struct wire_bytes){ (uint8_t const *)TERMINAL_MAIN, sizeof TERMINAL_MAIN - 1 };
	struct terminal **const room = calloc(s->len + 1u, sizeof *room); /* NOLINT(bugprone-sizeof-expression): of pointers */
	uint8_t *const frame = malloc(WIRE_LISTED_FRAME);
	struct outcome const o = room && frame ? send_list(s, c, &l, room, frame)
	                                       : role_refusal(WIRE_R_FAILED, "the head is out of memory");
	free((void *)room);
	free(frame);
	return o;
}
