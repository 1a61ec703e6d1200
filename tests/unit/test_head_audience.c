/* SPDX-License-Identifier: ISC */
/* The viewers of a terminal: who leads, whose size it has, who is waited for, when
 * they are woken. On a real tape, with real pages and sockets. */
#include <sys/socket.h>

#include "audience.h"
#include "conn.h"
#include "unit.h"

#define VIEWERS 8

static struct audience audience;
static struct tape tape;
static struct seat {
	struct viewer viewer;
	struct conn conn;
	int peer; /* the viewer's end */
} seats[VIEWERS];
static unsigned seats_len;

static void set_up(void)
{
	CHECK_EQ(tape_create(&tape, TAPE_RING_MIN, "test"), 0);
	audience_init(&audience);
	seats_len = 0;
}

static void tear_down(void)
{
	for (unsigned i = 0; i < seats_len; i++) {
		audience_remove(&audience, &seats[i].viewer);
		page_unmap(seats[i].viewer.page);
		conn_deinit(&seats[i].conn);
		close(seats[i].peer);
	}
	CHECK(list_empty(&audience.viewers));
	CHECK_EQ(audience.lossless, 0);
	tape_deinit(&tape);
}

static struct viewer *come(bool watch, uint16_t rows, uint16_t cols)
{
	struct seat *const s = &seats[seats_len++];
	int sv[2], fd;
	CHECK(seats_len <= VIEWERS);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == 0);
	*s = (struct seat){ .peer = sv[0], .viewer = { .id = seats_len, .watch = watch, .size = { rows, cols, 0, 0 } } };
	conn_init(&s->conn, sv[1]);
	CHECK_EQ(page_create(&s->viewer.page, &fd), 0);
	close(fd);
	s->viewer.conn = &s->conn;
	audience_add(&audience, &s->viewer);
	return &s->viewer;
}

static struct viewer *come_lossless(void)
{
	struct viewer *const v = come(false, 0, 0);
	v->lossless = true;
	audience_lossless_begin(&audience, v, &tape);
	return v;
}

/* Output of `n` bytes, published. */
static void put(size_t n)
{
	while (n > 0) {
		size_t room;
		uint8_t *const p = tape_arm(&tape, &room);
		size_t const now = n < room ? n : room;
		memset(p, 'x', now);
		tape_take(&tape, now);
		tape_publish(&tape, tape.taken);
		n -= now;
	}
}

static void mark(void)
{
	tape_mark(&tape, &(struct tape_mark){ .offset = tape.end, .type = TAPE_QUERY, .run = 1 });
}

static uint64_t room(void) { return audience_room(&audience, &tape); }
static void moves(struct viewer *v, uint64_t pos) { (void)page_move(v->page, pos); }

/* ---- who leads ---- */

TEST(who_came_or_typed_last_leads)
{
	set_up();
	CHECK(audience_leader(&audience) == NULL);
	struct viewer *const a = come(false, 24, 80);
	CHECK(audience_leader(&audience) == a);
	struct viewer *const b = come(false, 30, 90);
	CHECK(audience_leader(&audience) == b);
	audience_active(&audience, a);
	CHECK(audience_leader(&audience) == a);
	audience_active(&audience, a);
	CHECK(audience_leader(&audience) == a);
	audience_remove(&audience, a);
	CHECK(audience_leader(&audience) == b);
	tear_down();
}

TEST(a_watcher_never_leads)
{
	set_up();
	struct viewer *const w = come(true, 50, 50);
	CHECK(audience_leader(&audience) == NULL);
	struct viewer *const a = come(false, 24, 80);
	audience_active(&audience, w);
	CHECK(audience_leader(&audience) == a);
	tear_down();
}

/* A pipe has none: it neither leads nor counts. */
TEST(one_without_a_size_does_not_lead)
{
	set_up();
	struct viewer *const a = come(false, 24, 80);
	(void)come(false, 0, 0);
	(void)come(false, 1001, 80);
	CHECK(audience_leader(&audience) == a);
	tear_down();
}

/* ---- sizes ---- */

static struct wire_size size_by(enum size_policy policy)
{
	struct wire_size z = { 0 };
	CHECK(audience_size(&audience, policy, &z));
	return z;
}

TEST(each_policy_has_its_size)
{
	struct wire_size z;
	set_up();
	(void)come(false, 24, 100);
	(void)come(false, 50, 90);
	struct viewer *const last = come(false, 30, 80);
	(void)come(true, 10, 300);
	(void)come(false, 0, 0);
	z = size_by(SIZE_LATEST);
	CHECK(z.rows == 30 && z.cols == 80);
	z = size_by(SIZE_SMALLEST);
	CHECK(z.rows == 24 && z.cols == 80);
	z = size_by(SIZE_LARGEST);
	CHECK(z.rows == 50 && z.cols == 100);
	CHECK(!audience_size(&audience, SIZE_FIXED, &z));
	last->size.rows = 20;
	z = size_by(SIZE_LATEST);
	CHECK(z.rows == 20 && z.cols == 80);
	tear_down();
}

TEST(with_watchers_alone_the_size_stays)
{
	struct wire_size z;
	set_up();
	(void)come(true, 10, 300);
	for (enum size_policy p = SIZE_LATEST; p <= SIZE_FIXED; p++) CHECK(!audience_size(&audience, p, &z));
	tear_down();
}

TEST(a_cells_pixels_are_the_leaders)
{
	struct wire_size z;
	set_up();
	(void)come(false, 40, 100);
	struct viewer *const lead = come(false, 20, 80);
	lead->size.xpixel = 805; /* cells of 10, and 5 left over */
	lead->size.ypixel = 400;
	z = size_by(SIZE_LATEST);
	CHECK(z.xpixel == 805 && z.ypixel == 400);
	z = size_by(SIZE_LARGEST);
	CHECK(z.rows == 40 && z.cols == 100);
	CHECK_EQ(z.xpixel, 1000);
	CHECK_EQ(z.ypixel, 800);
	z = size_by(SIZE_SMALLEST);
	CHECK(z.xpixel == 805 && z.ypixel == 400);
	tear_down();
}

/* ---- lossless readers ---- */

TEST(nobody_is_waited_for_unless_somebody_is_lossless)
{
	set_up();
	(void)come(false, 24, 80);
	(void)come(true, 24, 80);
	put(300000);
	CHECK_EQ(room(), UINT64_MAX);
	tear_down();
}

TEST(the_hindmost_reader_says_how_much_may_be_read)
{
	set_up();
	struct viewer *const a = come_lossless();
	struct viewer *const b = come_lossless();
	uint64_t const all = tape.ring_size - TAPE_READ_MAX;
	CHECK_EQ(room(), all);
	put(10000);
	CHECK_EQ(room(), all - 10000);
	moves(a, 10000);
	CHECK_EQ(room(), all - 10000); /* b has not moved */
	moves(b, 4000);
	CHECK_EQ(room(), all - 6000);
	CHECK_EQ(atomic_load(&tape.header->waited_pos), 4000);
	put((size_t)room());
	CHECK_EQ(room(), 0);
	moves(b, 5000);
	CHECK_EQ(room(), 1000);
	/* A position goes neither back nor past the end. */
	moves(b, 10);
	CHECK_EQ(room(), 1000);
	moves(b, UINT64_MAX);
	CHECK_EQ(b->pos, 5000);
	(void)room();
	CHECK_EQ(b->pos, tape.end);
	audience_lossless_end(&audience, a);
	audience_lossless_end(&audience, a);
	CHECK_EQ(audience.lossless, 1);
	CHECK_EQ(room(), all);
	tear_down();
}

/* Nothing that a reader was told of is overwritten while the head keeps to it. */
TEST(who_reads_within_the_room_loses_nothing)
{
	struct tape_header const *h;
	set_up();
	struct viewer *const v = come_lossless();
	h = tape.header;
	uint64_t pos = 0;
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t const n = room();
		put((size_t)(n < 4000 ? n : 4000));
		CHECK(tape_oldest(atomic_load(&h->end), tape.ring_size) <= pos);
		if (i % 3 == 0) moves(v, pos += (tape.end - pos) / 2);
	}
	CHECK(pos > 10u * tape.ring_size);
	tear_down();
}

TEST(marks_are_waited_for_as_bytes_are)
{
	set_up();
	struct viewer *const v = come_lossless();
	put(100);
	for (unsigned i = 0; i < TAPE_MARKS; i++) mark();
	put(100);
	CHECK_EQ(room(), 0);
	moves(v, 100); /* it stands at those marks */
	CHECK_EQ(room(), 0);
	moves(v, 101);
	CHECK(room() > 0);
	tear_down();
}

TEST(a_new_one_begins_at_the_oldest_byte_or_where_its_page_says)
{
	set_up();
	put(200000);
	uint64_t const oldest = tape_oldest(tape.end, tape.ring_size);
	CHECK_EQ(come_lossless()->pos, oldest);
	struct viewer *const v = come(false, 0, 0);
	moves(v, tape.end - 5);
	v->lossless = true;
	audience_lossless_begin(&audience, v, &tape);
	CHECK_EQ(v->pos, tape.end - 5);
	tear_down();
}

TEST(patience_counts_from_when_it_is_waited_for)
{
	set_up();
	struct viewer *const slow = come_lossless();
	struct viewer *const done = come_lossless();
	put((size_t)room());
	moves(done, tape.end);
	slow->moved_ns = done->moved_ns = 1; /* long ago, when nobody minded */
	audience_wait(&audience);
	CHECK(audience.waiting);
	CHECK_EQ(atomic_load(&slow->page->head_waits), 1);
	CHECK_EQ(atomic_load(&done->page->head_waits), 1);
	CHECK(audience_impatient(&audience, &tape, UINT64_C(60000000000)) == NULL);
	slow->moved_ns -= UINT64_C(60000000000);
	audience_wait(&audience); /* again: it does not begin anew */
	CHECK(audience_impatient(&audience, &tape, UINT64_C(60000000000)) == slow);
	CHECK(!slow->lossless);
	CHECK_EQ(audience.lossless, 1);
	/* One that has read all is not in the way, however long it stands there. */
	done->moved_ns = 1;
	CHECK(audience_impatient(&audience, &tape, 1) == NULL);
	CHECK(room() > 0);
	tear_down();
}

TEST(one_that_moves_at_the_last_moment_keeps_its_right)
{
	set_up();
	struct viewer *const v = come_lossless();
	put((size_t)room());
	audience_wait(&audience);
	v->moved_ns = 1;
	CHECK(page_move(v->page, 10)); /* the head is to be told */
	CHECK(audience_impatient(&audience, &tape, UINT64_C(60000000000)) == NULL);
	CHECK_EQ(room(), 10);
	tear_down();
}

TEST(those_of_the_head_before_are_waited_for)
{
	set_up();
	put(100000);
	audience.absent = 2;
	audience.absent_pos = tape.end - 1000;
	uint64_t const all = tape.ring_size - TAPE_READ_MAX;
	CHECK_EQ(room(), all - 1000);
	/* Where the hindmost was stays noted until they are back. */
	atomic_store(&tape.header->waited_pos, 77);
	struct viewer *const v = come_lossless();
	moves(v, tape.end);
	CHECK_EQ(room(), all - 1000);
	CHECK_EQ(atomic_load(&tape.header->waited_pos), 77);
	audience_note(&audience, &tape);
	CHECK_EQ(atomic_load(&tape.header->waited), 3);
	audience.absent = 0;
	CHECK_EQ(room(), all);
	CHECK_EQ(atomic_load(&tape.header->waited_pos), tape.end);
	audience_note(&audience, &tape);
	CHECK_EQ(atomic_load(&tape.header->waited), 1);
	tear_down();
}

/* ---- waking ---- */

/* WAKE frames that came to a seat since the last look. */
static unsigned wakes(unsigned i)
{
	uint8_t buf[4096];
	ssize_t const n = recv(seats[i].peer, buf, sizeof buf, MSG_DONTWAIT);
	CHECK(n < 0 || n % (ssize_t)WIRE_EMPTY_FRAME == 0);
	return n < 0 ? 0 : (unsigned)n / WIRE_EMPTY_FRAME;
}

TEST(those_asleep_are_woken_once_and_others_not)
{
	set_up();
	struct viewer *const asleep = come(false, 24, 80);
	(void)come(true, 24, 80);
	CHECK(!audience_wake(&audience, &tape)); /* nothing came */
	page_sleep(asleep->page);
	put(10);
	CHECK(!audience_wake(&audience, &tape));
	CHECK_EQ(wakes(0), 1);
	CHECK_EQ(wakes(1), 0);
	CHECK_EQ(atomic_load(&asleep->page->asleep), 0);
	audience.wake_cost_ns = 0;
	put(10);
	CHECK(!audience_wake(&audience, &tape)); /* it is awake */
	CHECK_EQ(wakes(0), 0);
	tear_down();
}

TEST(a_mark_alone_wakes_too)
{
	set_up();
	struct viewer *const v = come(true, 24, 80);
	page_sleep(v->page);
	mark();
	CHECK(!audience_wake(&audience, &tape));
	CHECK_EQ(wakes(0), 1);
	CHECK(!audience_wake(&audience, &tape));
	tear_down();
}

TEST(nobody_there_is_nobody_to_wake)
{
	set_up();
	put(10);
	CHECK(!audience_wake(&audience, &tape));
	CHECK_EQ(audience.woken_end, 0);
	tear_down();
}

/* After `bytes` of output, is a waking that last cost `cost` put off? Tried again where
 * this process itself lost the tenth of a second that is the most it is put off by. */
static bool is_put_off(struct viewer *v, uint64_t cost, size_t bytes)
{
	for (unsigned i = 0; i < 50; i++) {
		page_sleep(v->page);
		put(bytes);
		audience.wake_cost_ns = cost;
		audience.woken_ns = loop_now();
		if (audience_wake(&audience, &tape)) return true;
	}
	return false;
}

/* Waking takes no more than its part of the time: what it cost last time says when
 * the next is due, in time or (in a flood) in bytes. */
TEST(waking_is_put_off_by_what_it_costs)
{
	set_up();
	struct viewer *const v = come(false, 24, 80);
	CHECK(is_put_off(v, 40000000, 10)); /* 250 times that is 10 s */
	(void)wakes(0);
	CHECK_EQ(atomic_load(&v->page->asleep), 1);
	audience.woken_ns = loop_now() - UINT64_C(100000000);
	CHECK(!audience_wake(&audience, &tape));
	CHECK_EQ(wakes(0), 1);
	CHECK(audience.wake_cost_ns <= 4100);

	CHECK(is_put_off(v, 40000000, AUDIENCE_WAKE_BYTES)); /* 200 MB would pay for it */
	put(1);
	audience.wake_cost_ns = 13000; /* 65,000 bytes do */
	audience.woken_ns = loop_now();
	CHECK(!audience_wake(&audience, &tape));
	CHECK(is_put_off(v, 1000000, AUDIENCE_WAKE_BYTES - 1)); /* never fewer than 64 KiB */
	tear_down();
}

/* A viewer that does not read its socket costs nothing: it has something to read. */
TEST(a_full_socket_is_left_alone)
{
	static uint8_t const junk[4096];
	uint8_t buf[4096];
	set_up();
	struct viewer *const v = come(false, 24, 80);
	while (send(seats[0].conn.fd, junk, sizeof junk, MSG_DONTWAIT) > 0) { }
	page_sleep(v->page);
	put(10);
	CHECK(!audience_wake(&audience, &tape));
	CHECK(!conn_pending(&seats[0].conn));
	while (recv(seats[0].peer, buf, sizeof buf, MSG_DONTWAIT) > 0) { }
	CHECK_EQ(atomic_load(&v->page->asleep), 0);
	tear_down();
}

TEST_MAIN
