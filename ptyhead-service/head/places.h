/* SPDX-License-Identifier: ISC */
/* The places for peers: how many peers of each class may connect, and which peer is dropped
 * for a new one. Pure; a peer embeds a struct place.
 *
 * Of `most` places, watchers get at most 5/8, watchers and viewers that type together at
 * most 7/8. So a peer that exports, lists, or has sent nothing yet always finds a place.
 * When a class is full, a new peer takes the place of the newest peer of the uid that has
 * most places in the class, if that uid has at least two more than the new uid; else the
 * newest peer of its own uid. Viewers that type take watchers' places first. No peer is
 * dropped while there is room. */
#ifndef PLACES_H
#define PLACES_H

#include <stdbool.h>
#include <sys/types.h>

#include "linked_list.h"

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
/* Takes a place in `class` for `uid`. False: the class is full. Then *ret_victim is the
 * place to free: remove that peer and call again; NULL: refuse the new peer. */
bool places_take(struct places *p, struct place *place, enum place_class class, uid_t uid, struct place **ret_victim);
/* Gives the place back. */
void places_leave(struct places *p, struct place *place);
/* The peer to drop when something other than places runs out; NULL: none. */
struct place *places_victim(struct places *p);

#endif
