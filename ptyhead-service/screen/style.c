/* Styles, each kept once; cells name them by number. When the table is full,
 * the numbers that no cell, pen or saved cursor uses are taken back. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE 2048 /* interns refused after a collection that found too little */

bool style_eq(struct screen_style const *a, struct screen_style const *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->ul == b->ul && a->attrs == b->attrs && a->link == b->link;
}

static uint32_t style_hash(struct screen_style const *st)
{
	uint64_t a = ((uint64_t)st->fg << 32) | st->bg;
	uint64_t b = ((uint64_t)st->ul << 32) | ((uint32_t)st->attrs << 16) | st->link;
	a *= UINT64_C(0x9e3779b97f4a7c15);
	b *= UINT64_C(0xc2b2ae3d27d4eb4f);
	a ^= b;
	a ^= a >> 29;
	a *= UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(a >> 32);
}

static void hash_put(struct styles *t, uint32_t id)
{
	uint32_t i = style_hash(&t->at[id]) & (t->hash_cap - 1);
	while (t->hash[i]) i = (i + 1) & (t->hash_cap - 1);
	t->hash[i] = (uint16_t)(id + 1);
}

static void hash_rebuild(struct styles *t)
{
	memset(t->hash, 0, t->hash_cap * sizeof *t->hash);
	for (uint32_t id = 0; id < t->n; id++)
		if (t->at[id].attrs != STYLE_FREE) hash_put(t, id);
}

int styles_init(struct screen *s)
{
	struct styles *const t = &s->styles;
	t->cap = 32;
	t->hash_cap = 64;
	t->at = calloc(t->cap, sizeof *t->at);
	t->hash = calloc(t->hash_cap, sizeof *t->hash);
	if (!t->at || !t->hash) return -1;
	t->n = t->used = 1;
	hash_put(t, 0);
	return 0;
}

static bool styles_grow(struct styles *t)
{
	uint32_t const cap = t->cap * 2;
	if (cap > SCREEN_STYLES_MAX) return false;
	struct screen_style *const at = realloc(t->at, cap * sizeof *at);
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

static void mark(uint8_t *live, uint32_t id) { live[id / 8] = (uint8_t)(live[id / 8] | 1u << (id % 8)); }

static void mark_grid(struct screen const *s, struct grid const *g, uint8_t *live)
{
	for (unsigned y = 0; g->rows && y < s->rows; y++) {
		struct row const *const r = &g->rows[y];
		for (unsigned x = 0; x < r->len; x++) mark(live, r->cells[x].style);
	}
}

static void styles_collect(struct screen *s)
{
	struct styles *const t = &s->styles;
	uint8_t *const live = calloc(t->cap / 8 + 1, 1);
	if (!live) return;
	mark(live, 0);
	if (!s->pen_dirty) mark(live, s->pen_id);
	mark_grid(s, &s->main, live);
	mark_grid(s, &s->alt, live);
	t->free_head = 0;
	t->used = 0;
	for (uint32_t id = t->n; id-- > 0;) {
		if (live[id / 8] >> (id % 8) & 1) {
			t->used++;
			continue;
		}
		t->at[id].attrs = STYLE_FREE;
		t->at[id].fg = t->free_head;
		t->free_head = id + 1;
	}
	free(live);
	hash_rebuild(t);
	memset(s->sgr_memo, 0, sizeof s->sgr_memo);
}

uint16_t style_intern(struct screen *s, struct screen_style const *st)
{
	struct styles *const t = &s->styles;
	uint32_t const h = style_hash(st);
	for (uint32_t i = h & (t->hash_cap - 1); t->hash[i]; i = (i + 1) & (t->hash_cap - 1)) {
		uint32_t const id = t->hash[i] - 1u;
		if (style_eq(&t->at[id], st)) return (uint16_t)id;
	}
	if (!t->free_head && t->n == t->cap) {
		if (t->patience) {
			t->patience--;
			return 0;
		}
		styles_collect(s);
		if (t->used > t->cap - t->cap / 4 && !styles_grow(t) && !t->free_head) {
			t->patience = PATIENCE;
			return 0;
		}
	}
	uint32_t id;
	if (t->free_head) {
		id = t->free_head - 1;
		t->free_head = t->at[id].fg;
	} else {
		if (t->n == t->cap) return 0;
		id = t->n++;
	}
	t->at[id] = *st;
	t->used++;
	hash_put(t, id);
	return (uint16_t)id;
}

uint16_t style_pen(struct screen *s)
{
	if (s->pen_dirty) {
		s->pen_id = style_intern(s, &s->pen);
		s->pen_dirty = false;
	}
	return s->pen_id;
}

uint16_t style_erase(struct screen *s)
{
	if (!s->pen.bg) return 0;
	struct screen_style const st = { .bg = s->pen.bg };
	return style_intern(s, &st);
}

bool style_same(struct screen const *a, uint16_t x, struct screen const *b, uint16_t y)
{
	struct screen_style const *const sa = &a->styles.at[x];
	struct screen_style const *const sb = &b->styles.at[y];
	if (sa->fg != sb->fg || sa->bg != sb->bg || sa->ul != sb->ul || sa->attrs != sb->attrs) return false;
	if (!sa->link && !sb->link) return true;
	char const *ia;
	char const *ib;
	char const *const ua = screen_link(a, sa->link, &ia);
	char const *const ub = screen_link(b, sb->link, &ib);
	if (!ua || !ub) return ua == ub;
	return !strcmp(ua, ub) && !strcmp(ia, ib);
}
