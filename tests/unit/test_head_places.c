/* SPDX-License-Identifier: ISC */
/* Who may stay when not all can. */
#include "places.h"
#include "unit.h"

#define MOST 16u /* of these watchers have 10, watchers and those who type 14 */

static struct places places;
static struct place pool[4096];
static size_t used;

static void set_up(unsigned most)
{
	places_init(&places, most);
	used = 0;
}

/* A place for a newcomer, if need be the victim's; NULL: it was refused. *ret_victim:
 * who went (NULL: nobody). */
static struct place *come(enum place_class class, uid_t uid, struct place **ret_victim)
{
	struct place *const p = &pool[used++];
	struct place *v;
	list_init(&p->link);
	*ret_victim = NULL;
	if (places_take(&places, p, class, uid, &v)) return p;
	if (!v) return NULL;
	*ret_victim = v;
	places_leave(&places, v);
	CHECK(places_take(&places, p, class, uid, &v));
	return p;
}

/* `n` of a uid, for whom there is room. The last of them. */
static struct place *fill(enum place_class class, uid_t uid, unsigned n)
{
	struct place *v;
	struct place *p = NULL;
	while (n-- > 0) {
		p = come(class, uid, &v);
		CHECK(p && !v);
	}
	return p;
}

TEST(places_are_counted)
{
	struct place *v;
	set_up(MOST);
	struct place *const p = fill(PLACE_SILENT, 1, 1);
	CHECK_EQ(places.len, 1);
	CHECK_EQ(places.taken[PLACE_SILENT], 1);
	places_leave(&places, p);
	places_leave(&places, p); /* again: nothing */
	CHECK_EQ(places.len, 0);
	CHECK_EQ(places.taken[PLACE_SILENT], 0);
	CHECK(places_victim(&places) == NULL);
	CHECK(come(PLACE_SILENT, 1, &v) && !v);
}

TEST(nobody_gives_way_while_there_is_room)
{
	set_up(MOST);
	fill(PLACE_WATCH, 1, 10);
	fill(PLACE_TYPE, 1, 4);
	fill(PLACE_SILENT, 1, 2);
	CHECK_EQ(places.len, MOST);
}

/* However many watch and type, somebody can export and list. */
TEST(each_class_leaves_room_for_the_next)
{
	struct place *v;
	set_up(MOST);
	fill(PLACE_WATCH, 1, 10);
	CHECK(!come(PLACE_WATCH, 2, &v) || v); /* no eleventh */
	CHECK_EQ(places.taken[PLACE_WATCH], 10);
	fill(PLACE_TYPE, 2, 4);
	for (unsigned i = 0; i < 50; i++) come(PLACE_TYPE, 3 + i % 5, &v);
	CHECK_EQ(places.taken[PLACE_TYPE] + places.taken[PLACE_WATCH], 14);
	fill(PLACE_SILENT, 3, 2);
}

TEST(who_types_takes_the_place_of_who_watches)
{
	struct place *v;
	set_up(MOST);
	struct place *const newest = fill(PLACE_WATCH, 1, 10);
	fill(PLACE_TYPE, 2, 4);
	CHECK(come(PLACE_TYPE, 2, &v));
	CHECK(v == newest);
	for (unsigned i = 0; i < 9; i++) {
		CHECK(come(PLACE_TYPE, 2, &v));
		CHECK(v && v->class == PLACE_WATCH);
	}
	CHECK_EQ(places.taken[PLACE_WATCH], 0);
	CHECK_EQ(places.taken[PLACE_TYPE], 14);
	/* And no watcher takes one of theirs. */
	CHECK(come(PLACE_WATCH, 1, &v) == NULL);
	CHECK(come(PLACE_WATCH, 2, &v) == NULL);
}

TEST(the_uid_that_has_most_gives_way)
{
	struct place *v;
	set_up(MOST);
	struct place *const of_one = fill(PLACE_TYPE, 1, 12);
	fill(PLACE_TYPE, 2, 2);
	CHECK(come(PLACE_TYPE, 3, &v));
	CHECK(v == of_one); /* the newest of uid 1 */
	/* Until they have about as many each; uid 2 is left alone. */
	for (unsigned i = 0; i < 20; i++) CHECK(come(PLACE_TYPE, 3, &v));
	unsigned n[4] = { 0 };
	list_each(it, &places.of[PLACE_TYPE]) n[list_entry(it, struct place, link)->uid]++;
	CHECK_EQ(n[1], 6);
	CHECK_EQ(n[2], 2);
	CHECK_EQ(n[3], 6);
}

/* One that has no more than others displaces only its own newest: two uids do not
 * push each other out by turns. */
TEST(who_has_as_many_displaces_its_own_newest)
{
	struct place *v;
	set_up(MOST);
	fill(PLACE_TYPE, 1, 7);
	struct place *const newest = fill(PLACE_TYPE, 2, 7);
	CHECK(come(PLACE_TYPE, 2, &v));
	CHECK(v == newest);
	CHECK(come(PLACE_TYPE, 1, &v));
	CHECK(v && v->uid == 1);
	/* Who has none, where nobody has more than one, is refused. */
	set_up(MOST);
	for (uid_t uid = 1; uid <= 14; uid++) fill(PLACE_TYPE, uid, 1);
	CHECK(come(PLACE_TYPE, 99, &v) == NULL);
	CHECK(v == NULL);
}

TEST(a_uid_alone_gets_in_by_its_own_newest_watcher)
{
	struct place *v;
	set_up(MOST);
	struct place *const newest = fill(PLACE_WATCH, 7, 10);
	CHECK(come(PLACE_WATCH, 7, &v));
	CHECK(v == newest);
	CHECK_EQ(places.taken[PLACE_WATCH], 10);
}

TEST(of_the_silent_the_oldest_of_the_greediest_uid_goes)
{
	struct place *v;
	set_up(MOST);
	fill(PLACE_SILENT, 1, 3);
	struct place *const oldest = fill(PLACE_SILENT, 2, 1);
	fill(PLACE_SILENT, 2, 12);
	CHECK(places_victim(&places) == oldest);
	CHECK(come(PLACE_SILENT, 1, &v));
	CHECK(v == oldest);
}

TEST(silent_ones_and_watchers_give_way_to_what_is_needed_and_typists_do_not)
{
	set_up(MOST);
	fill(PLACE_TYPE, 1, 3);
	CHECK(places_victim(&places) == NULL);
	struct place *const watcher = fill(PLACE_WATCH, 2, 2);
	CHECK(places_victim(&places) == watcher);
	struct place *const silent = fill(PLACE_SILENT, 3, 1);
	CHECK(places_victim(&places) == silent);
}

/* One uid with a thousand connections against one that comes for the first time, in
 * each class, at the real number of places. */
TEST(a_flood_of_one_uid_keeps_no_other_one_out)
{
	struct place *v;
	for (enum place_class class = PLACE_SILENT; class <= PLACE_WATCH; class++) {
		set_up(512);
		for (unsigned i = 0; i < 1000; i++) come(class, 1000, &v);
		for (uid_t uid = 1; uid <= 20; uid++) {
			CHECK(come(class, uid, &v));
			CHECK(v == NULL || v->uid == 1000);
		}
	}
}

TEST_MAIN
