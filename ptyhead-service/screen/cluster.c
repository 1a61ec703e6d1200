/* SPDX-License-Identifier: ISC */
/* Cells of more than one code point. Each such sequence is stored once. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

unsigned cluster_chars(struct screen const *s, uint32_t ch, uint32_t ret[SCREEN_CLUSTER_MAX])
{
	if (!ch) return 0;
	if (!(ch & SCREEN_CLUSTER)) {
		ret[0] = ch;
		return 1;
	}
	struct cluster const *const c = &s->clusters.at[ch & ~SCREEN_CLUSTER];
	memcpy(ret, c->cp, c->n * sizeof *ret);
	return c->n;
}

static uint32_t cluster_hash(uint32_t const *cp, unsigned n)
{
	uint32_t h = n;
	for (unsigned i = 0; i < n; i++) h = (h ^ cp[i]) * 0x9e3779b1u, h ^= h >> 15;
	return h;
}

static void rehash(struct clusters *c)
{
	table_forget(&c->t);
	for (uint32_t id = 0; id < c->t.n; id++)
		if (c->at[id].n) table_put(&c->t, c->at[id].hash, id);
}

static bool clusters_grow(struct clusters *c)
{
	struct cluster *const at = table_grow(&c->t, c->at, sizeof *at, 16, SCREEN_CLUSTERS_MAX);
	if (!at) return false;
	c->at = at;
	rehash(c);
	return true;
}

static void mark_grid(struct screen const *s, struct grid const *g, uint8_t *live)
{
	for (unsigned y = 0; g->rows && y < s->rows; y++) {
		struct row const *const r = &g->rows[y];
		for (unsigned x = 0; x < r->len; x++)
			if (r->cells[x].ch & SCREEN_CLUSTER) live[r->cells[x].ch & ~SCREEN_CLUSTER] = 1;
	}
}

static void clusters_collect(struct screen *s)
{
	struct clusters *const c = &s->clusters;
	uint8_t *const live = calloc(c->t.cap, 1);
	if (!live) return;
	spend(s, 2 * grids_cells(s) + 8 * c->t.cap);
	mark_grid(s, &s->main, live);
	mark_grid(s, &s->alt, live);
	c->nfree = 0;
	c->next = 0;
	for (uint32_t id = 0; id < c->t.n; id++) {
		if (live[id]) continue;
		c->at[id].n = 0;
		c->nfree++;
	}
	free(live);
	rehash(c);
}

static bool cluster_slot(struct screen *s, uint32_t *ret_id)
{
	struct clusters *const c = &s->clusters;
	struct table *const t = &c->t;
	if (!c->nfree && t->n == t->cap) {
		if (t->patience) {
			t->patience--;
			return false;
		}
		if (t->cap) clusters_collect(s);
		if (c->nfree < t->cap / 4 + 1 && !clusters_grow(c)) t->patience = table_patience(s, TABLE_PATIENCE);
		if (!c->nfree && t->n == t->cap) return false;
	}
	if (c->nfree) {
		while (c->next < t->n && c->at[c->next].n) c->next++;
		if (c->next == t->n) return false; /* impossible: nfree counts them */
		c->nfree--;
		*ret_id = c->next++;
		return true;
	}
	*ret_id = t->n++;
	return true;
}

uint32_t cluster_append(struct screen *s, uint32_t ch, uint32_t cp)
{
	struct clusters *const c = &s->clusters;
	struct table *const t = &c->t;
	uint32_t cps[SCREEN_CLUSTER_MAX];
	unsigned n = cluster_chars(s, ch, cps);
	if (n == 0) cps[n++] = ' ';
	if (n == SCREEN_CLUSTER_MAX) return ch;
	cps[n++] = cp;
	uint32_t const h = cluster_hash(cps, n);
	for (uint32_t i = t->cap ? h & (t->hash_cap - 1) : 0; t->cap && t->hash[i]; i = (i + 1) & (t->hash_cap - 1)) {
		struct cluster const *const k = &c->at[t->hash[i] - 1];
		spend(s, 2 * COST_PROBE);
		if (k->hash == h && k->n == n && !memcmp(k->cp, cps, n * sizeof *cps))
			return SCREEN_CLUSTER | (t->hash[i] - 1u);
	}
	uint32_t id;
	if (!cluster_slot(s, &id)) return ch;
	c->at[id].hash = h;
	c->at[id].n = n;
	memcpy(c->at[id].cp, cps, n * sizeof *cps);
	table_put(t, h, id);
	return SCREEN_CLUSTER | id;
}
