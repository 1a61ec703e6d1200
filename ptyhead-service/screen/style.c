/* SPDX-License-Identifier: ISC */
/* Styles. Each is stored once; cells refer to it by number. When the table is full,
 * numbers that no cell, pen or saved cursor uses are freed. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

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

static void rehash(struct styles *st)
{
	table_forget(&st->t);
	for (uint32_t id = 0; id < st->t.n; id++)
		if (st->at[id].attrs != STYLE_FREE) table_put(&st->t, style_hash(&st->at[id]), id);
}

static bool styles_grow(struct styles *st)
{
	struct screen_style *const at = table_grow(&st->t, st->at, sizeof *at, 32, SCREEN_STYLES_MAX);
	if (!at) return false;
	st->at = at;
	rehash(st);
	return true;
}

int styles_init(struct screen *s)
{
	struct styles *const st = &s->styles;
	if (!styles_grow(st)) return -1;
	st->at[0] = (struct screen_style){ 0 };
	st->t.n = st->used = 1;
	rehash(st);
	return 0;
}

static void mark_grid(struct screen const *s, struct grid const *g, uint8_t *live)
{
	for (unsigned y = 0; g->rows && y < s->rows; y++) {
		struct row const *const r = &g->rows[y];
		for (unsigned x = 0; x < r->len; x++) live[r->cells[x].style] = 1;
	}
}

static void styles_collect(struct screen *s)
{
	struct styles *const st = &s->styles;
	/* A byte for each: a bit would wait for the one set before it. */
	uint8_t *const live = calloc(st->t.cap, 1);
	if (!live) return;
	spend(s, 2 * grids_cells(s) + 8 * st->t.cap);
	live[0] = 1;
	if (!s->pen_dirty) live[s->pen_id] = 1;
	mark_grid(s, &s->main, live);
	mark_grid(s, &s->alt, live);
	st->free_head = 0;
	st->used = 0;
	for (uint32_t id = st->t.n; id-- > 0;) {
		if (live[id]) {
			st->used++;
			continue;
		}
		st->at[id].attrs = STYLE_FREE;
		st->at[id].fg = st->free_head;
		st->free_head = id + 1;
	}
	free(live);
	rehash(st);
	sgr_forget(s);
}

/* The number of an existing style; else -1. */
static int32_t find(struct screen *s, struct screen_style const *style, uint32_t h)
{
	struct styles const *const st = &s->styles;
	struct table const *const t = &st->t;
	for (uint32_t i = h & (t->hash_cap - 1); t->hash[i]; i = (i + 1) & (t->hash_cap - 1)) {
		uint32_t const id = t->hash[i] - 1u;
		if (style_eq(&st->at[id], style)) return (int32_t)id;
		spend(s, COST_PROBE);
	}
	return -1;
}

int32_t style_find(struct screen *s, struct screen_style const *style)
{
	return find(s, style, style_hash(style));
}

uint16_t style_intern(struct screen *s, struct screen_style const *style)
{
	struct styles *const st = &s->styles;
	struct table *const t = &st->t;
	uint32_t const h = style_hash(style);
	int32_t const there = find(s, style, h);
	if (there >= 0) return (uint16_t)there;
	if (!st->free_head && t->n == t->cap) {
		if (t->patience) {
			t->patience--;
			return 0;
		}
		styles_collect(s);
		if (st->used > t->cap - t->cap / 4 && !styles_grow(st)) t->patience = table_patience(s, TABLE_PATIENCE);
		if (!st->free_head && t->n == t->cap) return 0;
	}
	uint32_t id;
	if (st->free_head) {
		id = st->free_head - 1;
		st->free_head = st->at[id].fg;
	} else {
		if (t->n == t->cap) return 0;
		id = t->n++;
	}
	st->at[id] = *style;
	st->used++;
	table_put(t, h, id);
	return (uint16_t)id;
}

uint16_t style_pen_intern(struct screen *s)
{
	s->pen_id = style_intern(s, &s->pen);
	s->pen_dirty = false;
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
