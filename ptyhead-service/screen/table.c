/* SPDX-License-Identifier: ISC */
/* Tables of values that are stored once and that cells refer to by number: styles,
 * clusters. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

#define REFUSAL_CELLS 8u /* of a collection's walk, for which one refusal pays */

void *table_grow(struct table *t, void *at, size_t each, uint32_t first, uint32_t max)
{
	uint32_t const cap = t->cap ? t->cap * 2 : first;
	if (cap > max) return NULL;
	uint16_t *const hash = realloc(t->hash, (size_t)cap * 2 * sizeof *hash);
	if (!hash) return NULL;
	t->hash = hash;
	void *const grown = realloc(at, cap * each);
	if (!grown) return NULL;
	t->cap = cap;
	t->hash_cap = cap * 2;
	return grown;
}

uint32_t table_patience(struct screen const *s, uint32_t least)
{
	return umax((unsigned)(grids_cells(s) / REFUSAL_CELLS), least);
}

void table_forget(struct table *t) { memset(t->hash, 0, t->hash_cap * sizeof *t->hash); }

void table_put(struct table *t, uint32_t hash, uint32_t id)
{
	uint32_t i = hash & (t->hash_cap - 1);
	while (t->hash[i]) i = (i + 1) & (t->hash_cap - 1);
	t->hash[i] = (uint16_t)(id + 1);
}
