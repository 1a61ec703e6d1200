/* SPDX-License-Identifier: ISC */
/* Hyperlinks (OSC 8). Each pair of id and URI is stored once; styles refer to it by
 * number, from 1. Bounded by SCREEN_LINKS_MAX strings of SCREEN_STRING_MAX bytes. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE 64

static uint32_t hash_bytes(uint32_t h, char const *p, size_t n)
{
	for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)p[i]) * 16777619u;
	return h;
}

static void mark_grid(struct screen const *s, struct grid const *g, uint8_t *live)
{
	for (unsigned y = 0; g->rows && y < s->rows; y++) {
		struct row const *const r = &g->rows[y];
		for (unsigned x = 0; x < r->len; x++) live[s->styles.at[r->cells[x].style].link] = 1;
	}
}

/* Styles that no cell uses any more may refer to a link that is removed here. They do
 * no harm: a new style with the reused number would be equal to them, and would mean
 * the new link, which is right. */
static unsigned links_collect(struct screen *s)
{
	struct links *const t = &s->links;
	uint8_t live[SCREEN_LINKS_MAX + 1] = { 0 };
	unsigned freed = 0;
	live[s->pen.link] = 1;
	spend(s, 3 * grids_cells(s));
	mark_grid(s, &s->main, live);
	mark_grid(s, &s->alt, live);
	for (uint32_t i = 0; i < t->n; i++) {
		if (live[i + 1] || !t->at[i].uri) continue;
		free(t->at[i].uri);
		t->at[i].uri = NULL;
		freed++;
	}
	return freed;
}

static struct link *link_slot(struct screen *s)
{
	struct links *const t = &s->links;
	if (t->n < t->cap) return &t->at[t->n++];
	if (t->cap < SCREEN_LINKS_MAX) {
		uint32_t const cap = t->cap ? t->cap * 2 : 8;
		struct link *const at = realloc(t->at, cap * sizeof *at);
		if (!at) return NULL;
		memset(at + t->cap, 0, (cap - t->cap) * sizeof *at);
		t->at = at;
		t->cap = cap;
		return &t->at[t->n++];
	}
	for (unsigned pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < t->n; i++)
			if (!t->at[i].uri) return &t->at[i];
		if (t->patience) {
			t->patience--;
			return NULL;
		}
		if (links_collect(s) < SCREEN_LINKS_MAX / 4) t->patience = table_patience(s, PATIENCE);
	}
	return NULL;
}

uint16_t link_intern(struct screen *s, char const *id, size_t id_len, char const *uri, size_t uri_len)
{
	struct links *const t = &s->links;
	uint32_t const h = hash_bytes(hash_bytes(2166136261u, uri, uri_len) + 1, id, id_len);
	spend(s, t->n + COST_STRING);
	for (uint32_t i = 0; i < t->n; i++) {
		struct link const *const l = &t->at[i];
		if (l->uri && l->hash == h && !strncmp(l->uri, uri, uri_len) && !l->uri[uri_len] &&
		    !strncmp(l->id, id, id_len) && !l->id[id_len])
			return (uint16_t)(i + 1);
	}
	char *const text = malloc(uri_len + id_len + 2);
	if (!text) return 0;
	struct link *const l = link_slot(s);
	if (!l) {
		free(text);
		return 0;
	}
	memcpy(text, uri, uri_len);
	text[uri_len] = 0;
	memcpy(text + uri_len + 1, id, id_len);
	text[uri_len + 1 + id_len] = 0;
	*l = (struct link){ .uri = text, .id = text + uri_len + 1, .hash = h };
	return (uint16_t)(l - t->at + 1);
}

char const *screen_link(struct screen const *s, uint16_t link, char const **ret_id)
{
	if (ret_id) *ret_id = "";
	if (!link || link > s->links.n || !s->links.at[link - 1].uri) return NULL;
	if (ret_id) *ret_id = s->links.at[link - 1].id;
	return s->links.at[link - 1].uri;
}

void links_deinit(struct links *l)
{
	for (uint32_t i = 0; i < l->n; i++) free(l->at[i].uri);
	free(l->at);
	*l = (struct links){ 0 };
}

int links_clone(struct links *to, struct links const *from)
{
	*to = (struct links){ 0 };
	if (!from->cap) return 0;
	to->at = calloc(from->cap, sizeof *to->at);
	if (!to->at) return -1;
	to->cap = from->cap;
	to->n = from->n;
	for (uint32_t i = 0; i < from->n; i++) {
		struct link const *const l = &from->at[i];
		if (!l->uri) continue;
		size_t const n = (size_t)(l->id - l->uri) + strlen(l->id) + 1;
		char *const text = malloc(n);
		if (!text) return -1;
		memcpy(text, l->uri, n);
		to->at[i] = (struct link){ .uri = text, .id = text + (l->id - l->uri), .hash = l->hash };
	}
	return 0;
}
