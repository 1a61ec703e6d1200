/* Cells of more than one code point, each such sequence kept once. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE 2048

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

static void hash_put(struct clusters *t, uint32_t id)
{
	uint32_t i = t->at[id].hash & (t->hash_cap - 1);
	while (t->hash[i]) i = (i + 1) & (t->hash_cap - 1);
	t->hash[i] = (uint16_t)(id + 1);
}

static void hash_rebuild(struct clusters *t)
{
	memset(t->hash, 0, t->hash_cap * sizeof *t->hash);
	for (uint32_t id = 0; id < t->n; id++)
		if (t->at[id].n) hash_put(t, id);
}

static bool clusters_grow(struct clusters *t)
{
	uint32_t const cap = t->cap ? t->cap * 2 : 16;
	if (cap > SCREEN_CLUSTERS_MAX) return false;
	struct cluster *const at = realloc(t->at, cap * sizeof *at);
	if (!at) return false;
	t->at = at;
	uint16_t *const hash = realloc(t->hash, (size_t)cap * 2 * sizeof *hash);
	if (!hash) return false;
	t->hash = hash;
	t->cap = cap;
	t->hash_cap = cap * 2;
	hash_rebuild(t);
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
	struct clusters *const t = &s->clusters;
	uint8_t *const live = calloc(t->cap, 1);
	if (!live) return;
	mark_grid(s, &s->main, live);
	mark_grid(s, &s->alt, live);
	t->nfree = 0;
	t->next = 0;
	for (uint32_t id = 0; id < t->n; id++) {
		if (live[id]) continue;
		t->at[id].n = 0;
		t->nfree++;
	}
	free(live);
	hash_rebuild(t);
}

static bool cluster_slot(struct screen *s, uint32_t *ret_id)
{
	struct clusters *const t = &s->clusters;
	if (!t->nfree && t->n == t->cap) {
		if (t->patience) {
			t->patience--;
			return false;
		}
		if (t->cap) clusters_collect(s);
		if (t->nfree < t->cap / 4 + 1 && !clusters_grow(t) && !t->nfree) {
			t->patience = PATIENCE;
			return false;
		}
	}
	if (t->nfree) {
		while (t->next < t->n && t->at[t->next].n) t->next++;
		if (t->next == t->n) return false; /* cannot be: nfree counts them */
		t->nfree--;
		*ret_id = t->next++;
		return true;
	}
	*ret_id = t->n++;
	return true;
}

uint32_t cluster_append(struct screen *s, uint32_t ch, uint32_t cp)
{
	struct clusters *const t = &s->clusters;
	uint32_t cps[SCREEN_CLUSTER_MAX];
	unsigned n = cluster_chars(s, ch, cps);
	if (n == 0) cps[n++] = ' ';
	if (n == SCREEN_CLUSTER_MAX) return ch;
	cps[n++] = cp;
	uint32_t const h = cluster_hash(cps, n);
	for (uint32_t i = t->cap ? h & (t->hash_cap - 1) : 0; t->cap && t->hash[i]; i = (i + 1) & (t->hash_cap - 1)) {
		struct cluster const *const c = &t->at[t->hash[i] - 1];
		if (c->hash == h && c->n == n && !memcmp(c->cp, cps, n * sizeof *cps))
			return SCREEN_CLUSTER | (t->hash[i] - 1u);
	}
	uint32_t id;
	if (!cluster_slot(s, &id)) return ch;
	t->at[id].hash = h;
	t->at[id].n = n;
	memcpy(t->at[id].cp, cps, n * sizeof *cps);
	hash_put(t, id);
	return SCREEN_CLUSTER | id;
}
