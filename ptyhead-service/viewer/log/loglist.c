/* SPDX-License-Identifier: ISC */
#include "loglist.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64u

struct loglist_line const *loglist_at(struct loglist const *l, unsigned i) { return &l->line[(l->first + i) % l->room]; }

void loglist_clear(struct loglist *l)
{
	for (unsigned i = 0; i < l->len; i++) free(l->line[(l->first + i) % l->room].text);
	free(l->line);
	*l = (struct loglist){ .max = l->max };
}

static void drop_first(struct loglist *l)
{
	free(l->line[l->first].text);
	l->first = (l->first + 1) % l->room;
	l->len--;
}

static void grow(struct loglist *l)
{
	unsigned room = l->room ? 2 * l->room : ROOM_FIRST;
	if (l->max && room > l->max) room = l->max;
	struct loglist_line *const line = room > l->room ? calloc(room, sizeof *line) : NULL;
	if (!line) return;
	for (unsigned i = 0; i < l->len; i++) line[i] = *loglist_at(l, i);
	free(l->line);
	l->line = line;
	l->first = 0;
	l->room = room;
}

void loglist_add(struct loglist *l, char const *text, size_t len, uint64_t wall, bool notice)
{
	if (l->len == l->room) grow(l);
	if (l->room == 0) return;
	if (l->len == l->room) drop_first(l);
	struct loglist_line *const to = &l->line[(l->first + l->len) % l->room];
	*to = (struct loglist_line){ malloc(len + 1), len, wall, notice };
	if (!to->text) return;
	memcpy(to->text, text, len);
	to->text[len] = '\0';
	l->len++;
}
