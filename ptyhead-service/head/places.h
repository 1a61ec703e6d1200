/* Who may stay when not all can: the places for peers, kept apart by what a peer
 * does and shared out by uid. Pure; peers embed a struct place.
 *
 * Of `most` places, watchers have at most 5 of 8, watchers and those who type 7 of
 * 8. So there is always room for a peer that exports, lists, or has said nothing
 * yet. When a class is full, a newcomer takes the place of the newest peer of the
 * uid that has most there, if that uid has more than the newcomer's, else that of
 * the newest peer of its own uid; those who type take it from watchers first.
 * Nobody is sent away while there is room. */
#ifndef PLACES_H
#define PLACES_H

#include <stdbool.h>
#include <sys/types.h>

#include "list.h"

enum place_class { PLACE_SILENT, PLACE_TYPE, PLACE_WATCH };
#define PLACE_CLASSES 3

struct place {
	struct list link; /* in places->of[class], oldest first */
	uid_t uid;
	enum place_class class;
};

struct places {
	unsigned most;
	unsigned len;
	unsigned taken[PLACE_CLASSES];
	struct list of[PLACE_CLASSES];
};

void places_init(struct places *p, unsigned most);
/* Takes a place in `class` for `uid`. False: there is none, and *ret_victim is
 * whose place can be taken: remove it and ask again; NULL: refuse. */
bool places_take(struct places *p, struct place *place, enum place_class class, uid_t uid, struct place **ret_victim);
/* Gives the place back. */
void places_leave(struct places *p, struct place *place);
/* Who gives way when something else than places runs out; NULL: nobody. */
struct place *places_victim(struct places *p);

#endif
