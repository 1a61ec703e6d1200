/* SPDX-License-Identifier: ISC */
#include "banner.h"

#include <stdio.h>

void banner_say(struct banner *b, char const *text, enum banner_where where, int64_t ms)
{
	snprintf(b->pending, sizeof b->pending, "%s", text);
	b->where = where;
	b->ms = ms;
}

void banner_over(struct banner *b, int64_t now)
{
	snprintf(b->over, sizeof b->over, "[ptyhead-attach: %.*s]", (int)NOTICE_MAX - 20, b->pending);
	b->until = b->ms ? now + b->ms : BANNER_NEVER;
	b->pending[0] = '\0';
}

void banner_placed(struct banner *b)
{
	b->pending[0] = b->over[0] = '\0';
}

bool banner_tick(struct banner *b, int64_t now)
{
	if (!b->over[0] || now < b->until) return false;
	b->over[0] = '\0';
	return true;
}

bool banner_hint_end(struct banner *b)
{
	if (b->where != BANNER_HINT || !(b->pending[0] || b->over[0])) return false;
	b->pending[0] = b->over[0] = '\0';
	return true;
}

int64_t banner_due(struct banner const *b)
{
	return b->over[0] ? b->until : BANNER_NEVER;
}
