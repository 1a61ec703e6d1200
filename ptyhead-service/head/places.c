/* SPDX-License-Identifier: ISC */
#include "places.h"

#include <stddef.h>

/* Peers are counted by the lowest bits of their uid. Two uids with the same bits share
 * a counter, which is only a little unfair. */
#define SLOTS 1024u
#define slot(uid) ((unsigned)(uid) & (SLOTS - 1u))

void places_init(struct places *p, unsigned most)
{
	*p = (struct places){ .most = most };
	for (unsigned i = 0; i < PLACE_CLASSES; i++) list_init(&p->of[i]);
}

/* The newest (or oldest) peer of the uid that has most places in the class, if that uid
 * has more than `than`. */
static struct place *most_of(struct places *p, enum place_class class, bool newest, unsigned than)
{
	unsigned count[SLOTS] = { 0 };
	unsigned top = 0;
	struct place *found = NULL;

	list_each(it, &p->of[class]) {
		unsigned const n = ++count[slot(list_entry(it, struct place, link)->uid)];
		if (n > top) top = n;
	}
	if (top <= than) return NULL;
	list_each(it, &p->of[class]) {
		struct place *const place = list_entry(it, struct place, link);
		if (count[slot(place->uid)] != top) continue;
		found = place;
		if (!newest) break;
	}
	return found;
}

static struct place *newest_of(struct places *p, enum place_class class, uid_t uid)
{
	struct place *found = NULL;
	list_each(it, &p->of[class]) {
		struct place *const place = list_entry(it, struct place, link);
		if (place->uid == uid) found = place;
	}
	return found;
}

static unsigned count_of(struct places const *p, enum place_class class, uid_t uid)
{
	unsigned n = 0;
	list_each(it, &p->of[class]) n += slot(list_entry(it, struct place, link)->uid) == slot(uid);
	return n;
}

static bool full(struct places const *p, enum place_class class)
{
	unsigned const viewers = p->taken[PLACE_TYPE] + p->taken[PLACE_WATCH];
	switch (class) {
	case PLACE_WATCH: return p->taken[PLACE_WATCH] >= p->most / 8 * 5 || viewers >= p->most / 8 * 7;
	case PLACE_TYPE: return viewers >= p->most / 8 * 7;
	default: return p->len >= p->most;
	}
}

/* The peer whose place a new peer of `uid` takes: one of the uid that has most places,
 * if that is fair; else one of the same uid, which harms nobody else. */
static struct place *victim_for(struct places *p, enum place_class class, uid_t uid)
{
	struct place *v = NULL;
	if (class == PLACE_SILENT) return most_of(p, PLACE_SILENT, false, 0);
	if (class == PLACE_TYPE) v = most_of(p, PLACE_WATCH, true, 0);
	if (!v) v = most_of(p, class, true, count_of(p, class, uid) + 1);
	return v ? v : newest_of(p, class, uid);
}

bool places_take(struct places *p, struct place *place, enum place_class class, uid_t uid, struct place **ret_victim)
{
	*ret_victim = NULL;
	if (full(p, class)) {
		*ret_victim = victim_for(p, class, uid);
		return false;
	}
	*place = (struct place){ .uid = uid, .class = class };
	list_init(&place->link);
	list_append(&p->of[class], &place->link);
	p->taken[class]++;
	p->len++;
	return true;
}

void places_leave(struct places *p, struct place *place)
{
	if (list_empty(&place->link)) return;
	list_remove(&place->link);
	p->taken[place->class]--;
	p->len--;
}

struct place *places_victim(struct places *p)
{
	struct place *const silent = most_of(p, PLACE_SILENT, false, 0);
	return silent ? silent : most_of(p, PLACE_WATCH, true, 0);
}
