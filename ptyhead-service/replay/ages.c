/* SPDX-License-Identifier: ISC */
#include "ages.h"

#include <stdlib.h>
#include <string.h>

static enum screen_which const which[2] = { SCREEN_MAIN, SCREEN_ALT };

static uint64_t hash_of(struct screen const *s, struct screen_row const *row)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	screen_row_text(s, row, &b);
	for (size_t i = 0; i < b.len; i++) h = (h ^ (unsigned char)b.data[i]) * UINT64_C(0x100000001b3);
	screen_buf_deinit(&b);
	return h;
}

static uint64_t hash_at(struct screen const *s, unsigned i, unsigned y)
{
	struct screen_row const row = screen_row(s, which[i], y);
	return hash_of(s, &row);
}

static void drop(struct ages_screen *g)
{
	free(g->time);
	free(g->hash);
	*g = (struct ages_screen){ 0 };
}

/* First call, or another size: all rows are of `now`. */
static void anew(struct ages *a, struct screen const *s, unsigned i)
{
	struct ages_screen *const g = &a->of[i];
	unsigned const rows = screen_rows(s);

	drop(g);
	g->time = calloc(rows, sizeof *g->time);
	g->hash = calloc(rows, sizeof *g->hash);
	if (!g->time || !g->hash) {
		drop(g);
		return;
	}
	g->rows = rows;
	for (unsigned y = 0; y < rows; y++) {
		g->time[y] = a->now;
		g->hash[y] = hash_at(s, i, y);
	}
}

void ages_before(struct ages *a, struct screen const *s, uint64_t now)
{
	a->now = now;
	a->up = 0;
	for (unsigned i = 0; i < 2; i++)
		if (a->of[i].rows != screen_rows(s) && (i == 0 || screen_alt(s))) anew(a, s, i);
}

void ages_after(struct ages *a, struct screen const *s)
{
	for (unsigned i = 0; i < 2; i++) {
		struct ages_screen *const g = &a->of[i];
		if (i == 1 && !screen_alt(s)) continue;
		if (g->rows != screen_rows(s)) {
			anew(a, s, i);
			continue;
		}
		unsigned const up = i == 0 ? a->up : 0;
		for (unsigned y = 0; y < g->rows; y++) {
			uint64_t const h = hash_at(s, i, y);
			bool const same = up < g->rows && y < g->rows - up && g->hash[y + up] == h;
			g->time[y] = same ? g->time[y + up] : a->now;
			g->hash[y] = h;
		}
	}
}

uint64_t ages_up(struct ages *a, struct screen const *s, struct screen_row const *row)
{
	struct ages_screen const *const g = &a->of[0];
	unsigned const y = a->up++;
	return y < g->rows && g->hash[y] == hash_of(s, row) ? g->time[y] : a->now;
}

uint64_t ages_row(struct ages const *a, struct screen const *s, unsigned y)
{
	struct ages_screen const *const g = &a->of[screen_alt(s)];
	return y < g->rows ? g->time[y] : 0;
}

void ages_deinit(struct ages *a)
{
	drop(&a->of[0]);
	drop(&a->of[1]);
}
