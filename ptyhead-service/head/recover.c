/* SPDX-License-Identifier: ISC */
#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master.h"
#include "notify.h"

#define NOTHING_LEFT 1
#define SECOND_NS UINT64_C(1000000000)

static char const *tape_wrong(int error)
{
	return error == -EPROTONOSUPPORT ? "it is of another version of ptyhead" : "it is damaged, or no tape at all";
}

/* The tape can never be used. */
static bool hopeless(int r) { return r == -EPROTO || r == -EPROTONOSUPPORT; }

/* A terminal on a stored tape, or on a new tape if that one cannot be used. The caller
 * keeps the tape's descriptor. -errno: try again later. */
static int terminal_recover(struct terminals *s, struct keep_item const *tape, char const *name, struct terminal **ret)
{
	struct log *const log = &s->env->log;
	bool whole = true;
	int r = -EPROTO;
	if (tape) {
		int const fd = fcntl(tape->fd, F_DUPFD_CLOEXEC, 0);
		if (fd < 0) return -errno;
		r = terminal_new_on(s->env, &s->events, name, fd, ret, &whole);
		if (r < 0) close(fd);
	}
	if (!whole) log_say(log, LOG_WARNING, "%s: no whole checkpoint on its tape: the screen begins with the history", name);
	if (!hopeless(r)) return r;
	if (tape) log_say(log, LOG_WARNING, "%s: its tape is of no use (%s): its history is lost", name, tape_wrong(r));
	return terminal_new(s->env, &s->events, name, ret);
}

static struct keep_item *find(struct recovery *r, enum keep_kind kind, char const *terminal, uint32_t run)
{
	for (size_t i = 0; i < r->n; i++) {
		struct keep_item *const k = &r->items[i];
		if (k->terminal[0] && k->kind == kind && !strcmp(k->terminal, terminal) && (kind == KEEP_TAPE || k->run == run)) return k;
	}
	return NULL;
}

/* The newest run whose master is stored; 0: none. */
static uint32_t newest(struct recovery const *r, char const *terminal)
{
	uint32_t run = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct keep_item const *const k = &r->items[i];
		if (k->terminal[0] && k->kind == KEEP_MASTER && !strcmp(k->terminal, terminal) && k->run > run) run = k->run;
	}
	return run;
}

static void let_go(struct recovery *r, struct keep_item *k)
{
	if (k->fd >= 0) close(k->fd);
	k->fd = -1;
	keep_drop(&r->terminals->env->keep, k->kind, k->run, k->terminal);
	k->terminal[0] = 0;
}

/* The item is obsolete: it belongs to a run before the last one, and its removal was
 * interrupted. */
static void rest(struct recovery *r, char const *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->items[i].terminal, name)) {
			if (r->items[i].fd < 0) r->items[i].terminal[0] = 0;
			else let_go(r, &r->items[i]);
		}
}

/* Returns 0 when all descriptors are here. Forgets items that the store has lost. */
static int fetched(struct recovery *r, char const *name)
{
	int e = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct keep_item *const k = &r->items[i];
		if (strcmp(k->terminal, name) != 0 || k->fd >= 0) continue;
		k->fd = keep_fetch(&r->terminals->env->keep, k);
		if (k->fd == -ENOENT) k->terminal[0] = 0;
		else if (k->fd < 0) e = k->fd;
	}
	return e;
}

static int give(struct keep_item const *k) { return k ? k->fd : -1; }

/* 0, or NOTHING_LEFT, or -errno with nothing changed. */
static int go_on(struct recovery *r, char const *name)
{
	struct terminals *const s = r->terminals;
	struct terminal *t = NULL;
	char const *why;
	int e = fetched(r, name);
	if (e < 0) return e;
	uint32_t run = newest(r, name);
	struct keep_item *master = run ? find(r, KEEP_MASTER, name, run) : NULL;
	struct keep_item *const tape = find(r, KEEP_TAPE, name, 0);
	if (!master && !tape) return NOTHING_LEFT;
	e = master ? master_check(master->fd, &why) : 0;
	if (e < 0 && e != -EBADF) return e;
	if (e < 0) {
		log_say(&s->env->log, LOG_WARNING, "%s: what was kept as the master of run %u: %s", name, run, why);
		let_go(r, master);
		master = NULL;
		run = 0;
	}
	e = terminal_recover(s, tape, name, &t);
	if (e < 0 || !t) return e;
	uint32_t const of = run ? run : t->output.state.run;
	struct keep_item *const pidfd = find(r, KEEP_PIDFD, name, of);
	/* The name in the store now belongs to the new tape. */
	if (tape && !t->tape_kept) let_go(r, tape);
	e = terminal_resume(t, of, give(master), give(pidfd));
	if (e < 0) {
		terminal_free(t, true);
		return e;
	}
	if (tape && tape->fd >= 0) close(tape->fd);
	if (tape) tape->fd = -1;
	if (master) master->fd = -1;
	if (pidfd) pidfd->fd = -1;
	terminals_add(s, t);
	log_say(&s->env->log, LOG_INFO, "%s: gone on with, run %u, at byte %llu", name, t->output.state.run,
	        (unsigned long long)t->output.tape.end);
	return 0;
}

/* A supervisor that waits for READY=1 has a time limit (systemd's TimeoutStartSec=).
 * Many terminals, or a slow store, may take longer. So the head asks for more time
 * while it works. */
static void still_at_work(uint64_t *told)
{
	uint64_t const now = loop_now();
	if (now - *told < SECOND_NS) return;
	*told = now;
	(void)notify_send("EXTEND_TIMEOUT_USEC=30000000", -1);
}

static void try_all(struct recovery *r, bool first)
{
	char name[WIRE_TERMINAL_MAX + 1];
	uint64_t told = loop_now();
	for (size_t i = 0; i < r->n; i++) {
		if (!r->items[i].terminal[0]) continue;
		memcpy(name, r->items[i].terminal, sizeof name);
		if (first) still_at_work(&told);
		int const e = go_on(r, name);
		if (e == NOTHING_LEFT) {
			rest(r, name);
		} else if (e == 0) {
			rest(r, name);
			if (!first) log_say(&r->terminals->env->log, LOG_WARNING, "%s: recovered now", name);
		} else if (first) {
			log_say(&r->terminals->env->log, LOG_WARNING, "%s: unable to go on with it: %s; its program lives, and it is tried again every second",
			        name, strerror(-e));
		}
		/* Try each name once a turn. */
		while (i + 1 < r->n && !strcmp(r->items[i + 1].terminal, name)) i++;
	}
}

static void again_expired(struct timeout *x)
{
	struct recovery *const r = list_entry(x, struct recovery, again);
	try_all(r, false);
	if (recovery_left(r) > 0) timeout_set(&r->delay, &r->again);
}

static int by_terminal(void const *a, void const *b)
{
	return strcmp(((struct keep_item const *)a)->terminal, ((struct keep_item const *)b)->terminal);
}

static bool reserved(void const *arg, char const *name)
{
	struct recovery const *const r = arg;
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->items[i].terminal, name)) return true;
	return false;
}

void recovery_init(struct recovery *r, struct terminals *s)
{
	*r = (struct recovery){ .terminals = s };
	s->reserved = reserved;
	s->reserved_arg = r;
	timeout_init(&r->again, again_expired);
	loop_queue_init(&s->env->loop, &r->delay, SECOND_NS);
}

void recover(struct recovery *r, struct keep_item *items, size_t n)
{
	r->items = items;
	r->n = n;
	if (n > 1) qsort(items, n, sizeof *items, by_terminal);
	try_all(r, true);
	if (recovery_left(r) > 0) timeout_set(&r->delay, &r->again);
}

size_t recovery_left(struct recovery const *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) n += r->items[i].terminal[0] != 0;
	return n;
}

void recovery_deinit(struct recovery *r)
{
	timeout_clear(&r->again);
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].terminal[0] && r->items[i].fd >= 0) close(r->items[i].fd);
	free(r->items);
}
