/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "loglines_int.h"

void logrows_deinit(struct logrows *r) { free(r->row); }

void logrows_forget(struct logrows *r)
{
	if (r->row) memset(r->row, 0, r->cap * sizeof *r->row);
	r->used = 0;
}

void logrows_fit(struct logrows *r, unsigned rows)
{
	unsigned cap = 64;
	while (cap < 2 * rows) cap *= 2;
	if (cap <= r->cap) return;
	struct logrow *const row = calloc(cap, sizeof *row);
	if (!row) return;
	struct logrow *const old = r->row;
	unsigned const n = r->cap;
	r->row = row;
	r->cap = cap;
	r->used = 0;
	for (unsigned i = 0; i < n; i++) {
		struct logrow *const to = old[i].cells ? logrows_find(r, old[i].cells, true) : NULL;
		if (to) *to = old[i];
	}
	free(old);
}

struct logrow *logrows_find(struct logrows *r, struct screen_cell const *cells, bool add)
{
	if (r->cap == 0 || !cells) return NULL;
	uint64_t const h = (uintptr_t)cells * UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned i = (unsigned)(h >> 32) & (r->cap - 1);; i = (i + 1) & (r->cap - 1)) {
		struct logrow *const row = &r->row[i];
		if (row->cells == cells) return row;
		if (row->cells) continue;
		if (!add || r->used >= r->cap * 3 / 4) return NULL;
		r->used++;
		row->cells = cells;
		return row;
	}
}

void logrows_clear(struct logrow *row) { *row = (struct logrow){ .cells = row->cells }; }

void logrows_leave(struct logrows *r, struct logrow const *row, uint64_t now)
{
	if (row->logged == LOGFORM_NONE) return;
	struct logrow *const g = &r->gone[r->gone_next++ % LOGROWS_GONE_MAX];
	*g = *row;
	g->since = now;
	r->any_gone = true;
}

bool logrows_waits(struct logrows *r, uint64_t now)
{
	struct logrow const *const newest = &r->gone[(r->gone_next - 1) % LOGROWS_GONE_MAX];
	if (now - newest->since >= LOGLINES_STABLE_NS) r->any_gone = false;
	return r->any_gone;
}

bool logrows_return(struct logrows *r, uint64_t text, uint64_t now)
{
	if (!logrows_waits(r, now)) return false;
	for (unsigned i = 0; i < LOGROWS_GONE_MAX; i++) {
		struct logrow *const g = &r->gone[i];
		if (g->logged != text || g->seen.text != text || now - g->since >= LOGLINES_STABLE_NS) continue;
		g->logged = LOGFORM_NONE;
		return true;
	}
	return false;
}
