/* SPDX-License-Identifier: ISC */
#include "keep.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND_NS UINT64_C(1000000000)
#define WAIT_MAX 16u /* most seconds between two questions */

static char const *const kinds[] = { "tape", "master", "pidfd" };

void keep_name(char buf[KEEP_NAME_MAX], enum keep_kind kind, uint32_t run, char const *terminal)
{
	snprintf(buf, KEEP_NAME_MAX, "%s.%lu.%s", kinds[kind], (unsigned long)run, terminal);
}

bool keep_parse(char const *name, struct keep_item *ret)
{
	char again[KEEP_NAME_MAX];
	for (unsigned kind = KEEP_TAPE; kind <= KEEP_PIDFD; kind++) {
		size_t const len = strlen(kinds[kind]);
		char *end;
		if (strncmp(name, kinds[kind], len) != 0 || name[len] != '.') continue;
		unsigned long const run = strtoul(name + len + 1, &end, 10);
		if (*end != '.' || run > UINT32_MAX || !wire_terminal_ok(end + 1, strlen(end + 1))) return false;
		*ret = (struct keep_item){ .kind = (enum keep_kind)kind, .run = (uint32_t)run, .fd = -1 };
		memcpy(ret->terminal, end + 1, strlen(end + 1));
		keep_name(again, ret->kind, ret->run, ret->terminal);
		return !strcmp(again, name);
	}
	return false;
}

/* ---- away and back ----------------------------------------------------------- */

/* A name to drop later. */
struct drop {
	struct list link;
	char name[KEEP_NAME_MAX];
};

static void drop_later(struct keep *k, char const *name)
{
	struct drop *const d = malloc(sizeof *d);
	if (!d) {
		log_say(k->log, LOG_WARNING, "no memory: %s stays in %s", name, k->where);
		return;
	}
	snprintf(d->name, sizeof d->name, "%s", name);
	list_append(&k->drops, &d->link);
}

static void ask(struct keep *k);

static void away(struct keep *k, int error)
{
	if (k->away) return;
	k->away = true;
	log_say(k->log, LOG_WARNING, k->bereft ? "lost %s (%s): programs go on, what it held is held by this process only, new programs are refused until it is back"
	                                       : "%s does not answer (%s): programs go on, new ones are refused until it does",
	        k->where, strerror(-error));
	ask(k);
}

static void drop_now(struct keep *k, char const *name)
{
	int const r = k->backend->drop(k, name);
	if (r == 0 || r == -ENOENT) return;
	drop_later(k, name);
	away(k, r);
}

static void ask_later(struct keep *k)
{
	k->ticks = k->wait;
	if (k->wait < WAIT_MAX) k->wait *= 2;
	timeout_set(&k->delay, &k->again);
}

/* The store answers but cannot be used: another head owns the names, or it went away
 * again. */
static void not_yet(struct keep *k, int error)
{
	if (error == -EBUSY && !k->others)
		log_say(k->log, LOG_WARNING, "another head holds this head's names in %s: stop one of them; programs go on, new ones are refused", k->where);
	k->others = error == -EBUSY;
	ask_later(k);
}

static void drops_now(struct keep *k)
{
	struct list drops;
	list_init(&drops);
	while (!list_empty(&k->drops)) {
		struct list *const first = k->drops.next;
		list_remove(first);
		list_append(&drops, first);
	}
	while (!list_empty(&drops)) {
		struct drop *const d = list_entry(drops.next, struct drop, link);
		list_remove(&d->link);
		if (k->away) drop_later(k, d->name);
		else if (!k->bereft) drop_now(k, d->name);
		free(d);
	}
}

static void back(struct keep *k)
{
	timeout_clear(&k->again);
	int const r = k->backend->again ? k->backend->again(k) : 0;
	if (r == -ESTALE) k->bereft = true;
	if (r < 0 && r != -ESTALE) {
		not_yet(k, r);
		return;
	}
	k->away = k->others = false;
	k->wait = 1;
	log_say(k->log, LOG_WARNING, "%s answers again", k->where);
	drops_now(k);
	if (k->away || !k->bereft) return;
	k->bereft = false;
	k->held = 0;
	if (k->anew) k->anew(k->anew_arg);
	/* Items that it did not take meanwhile are put when it is back. */
	k->bereft = k->bereft || k->away;
}

static void answered(struct source *s, uint32_t events)
{
	struct keep *const k = list_entry(s, struct keep, question);
	int const fd = s->fd;
	(void)events;
	loop_remove(k->loop, s);
	close(fd);
	back(k);
}

static void ask(struct keep *k)
{
	if (k->question.fd >= 0) return;
	int const fd = k->backend->ask(k);
	if (fd >= 0 && loop_add(k->loop, &k->question, fd, EPOLLIN | EPOLLET, answered) == 0) return;
	if (fd >= 0) close(fd);
	ask_later(k);
}

static void again_expired(struct timeout *x)
{
	struct keep *const k = list_entry(x, struct keep, again);
	if (--k->ticks > 0) timeout_set(&k->delay, x);
	else ask(k);
}

void keep_lost(struct keep *k, int error)
{
	k->bereft = true;
	away(k, error);
}

/* ---- storing ------------------------------------------------------------------- */

static bool no_answer(int r) { return r == -ETIMEDOUT || r == -EAGAIN; }

int keep_store(struct keep *k, struct keep_item const *items, size_t n)
{
	char name[KEEP_NAME_MAX];
	size_t done = 0;
	int r = 0;

	if (!k->where) return 0;
	if (k->away) return -EAGAIN;
	if (k->held > k->most || n > k->most - k->held) return -ENOSPC;
	while (r == 0 && done < n) {
		keep_name(name, items[done].kind, items[done].run, items[done].terminal);
		r = k->backend->put(k, name, items[done].fd);
		if (r == 0) done++;
	}
	if (r == 0) r = k->backend->sync(k);
	k->held += (unsigned)done;
	if (no_answer(r)) away(k, r);
	/* The store may have taken them although it did not answer in time. */
	if (no_answer(r) && done < n) drop_later(k, name);
	if (r < 0)
		while (done-- > 0) keep_drop(k, items[done].kind, items[done].run, items[done].terminal);
	return no_answer(r) || (r < 0 && k->away) ? -EAGAIN : r;
}

void keep_drop(struct keep *k, enum keep_kind kind, uint32_t run, char const *terminal)
{
	char name[KEEP_NAME_MAX];
	if (!k->where || k->held == 0) return;
	keep_name(name, kind, run, terminal);
	k->held--;
	if (k->away) drop_later(k, name);
	else drop_now(k, name);
}

int keep_fetch(struct keep *k, struct keep_item const *item)
{
	char name[KEEP_NAME_MAX];
	if (!k->where || !k->backend->fetch) return -ENOENT;
	if (k->away) return -EAGAIN;
	keep_name(name, item->kind, item->run, item->terminal);
	int const r = k->backend->fetch(k, name);
	if (no_answer(r)) away(k, r);
	return r;
}

char const *keep_fdholder_advice(int error)
{
	switch (error) {
	case -ENOENT:
	case -ECONNREFUSED: return " (start its service before the head's)";
	case -EACCES: return " (this user may not connect to it: look at the modes of the socket and of its folders)";
	case -EPERM: return " (its rules must allow this user what begins with the head's -i: S6_FDHOLDER_STORE_REGEX, S6_FDHOLDER_RETRIEVE_REGEX, S6_FDHOLDER_LIST)";
	case -ECONNRESET:
	case -EPIPE: return " (do its rules let this user in? rules/uid/UID/allow)";
	case -ETIMEDOUT: return " (is it stopped?)";
	default: return "";
	}
}

void keep_init(struct keep *k, struct loop *l, struct log *log)
{
	*k = (struct keep){ .log = log, .loop = l, .most = UINT_MAX, .wait = 1, .question = { .fd = -1 } };
	list_init(&k->drops);
	timeout_init(&k->again, again_expired);
	loop_queue_init(l, &k->delay, SECOND_NS);
}

void keep_deinit(struct keep *k)
{
	if (k->question.fd >= 0) {
		int const fd = k->question.fd;
		loop_remove(k->loop, &k->question);
		close(fd);
	}
	timeout_clear(&k->again);
	while (!list_empty(&k->drops)) {
		struct list *const first = k->drops.next;
		list_remove(first); /* NOLINT(clang-analyzer-unix.Malloc): the one before is off the list */
		free(list_entry(first, struct drop, link));
	}
	if (k->where && k->backend->close) k->backend->close(k);
	k->where = NULL;
}
