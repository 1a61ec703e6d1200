#include "keep.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int keep_store(struct keep *k, struct keep_item const *items, size_t n)
{
	char name[KEEP_NAME_MAX];
	size_t done = 0;
	int r = 0;

	if (!k->where) return 0;
	if (n > k->most - k->held) return -ENOSPC;
	while (r == 0 && done < n) {
		keep_name(name, items[done].kind, items[done].run, items[done].terminal);
		r = k->put(k, name, items[done].fd);
		if (r == 0) done++;
	}
	if (r == 0) r = k->sync(k);
	k->held += (unsigned)done;
	if (r < 0)
		while (done-- > 0) keep_drop(k, items[done].kind, items[done].run, items[done].terminal);
	return r;
}

void keep_drop(struct keep *k, enum keep_kind kind, uint32_t run, char const *terminal)
{
	char name[KEEP_NAME_MAX];
	if (!k->where || k->held == 0) return;
	keep_name(name, kind, run, terminal);
	k->drop(k, name);
	k->held--;
}

void keep_none(struct keep *k, struct log *log) { *k = (struct keep){ .log = log, .most = UINT_MAX }; }

void keep_deinit(struct keep *k)
{
	if (k->where && k->close) k->close(k);
	k->where = NULL;
}
