/* SPDX-License-Identifier: ISC */
#include <time.h>
/* The tape's writer, read back by its reader. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "reader.h"
#include "unit.h"
#include "writer.h"

static uint8_t byte_at(uint64_t o) { return (uint8_t)(o * 2654435761u >> 13); }

/* Writes `n` bytes as a read(2) of the master would. */
static void put(struct tape *t, size_t n)
{
	while (n > 0) {
		size_t room;
		uint8_t *const p = tape_arm(t, &room);
		size_t const now = n < room ? n : room;
		for (size_t i = 0; i < now; i++) p[i] = byte_at(t->end + i);
		tape_take(t, now);
		tape_publish(t, t->taken);
		n -= now;
	}
}

static void open_both(struct tape *t, struct tape_reader *r, uint64_t size)
{
	CHECK_EQ(tape_create(t, size, "test"), 0);
	int const fd = tape_reader_fd(t);
	CHECK(fd >= 0);
	CHECK_EQ(tape_reader_init(r, fd), 0);
	close(fd);
}

/* Everything that the reader has; returns how much, checks each byte. */
static uint64_t take(struct tape_reader *r)
{
	uint8_t buf[5000];
	struct tape_event e;
	uint64_t n = 0;
	while (tape_reader_next(r, buf, sizeof buf, &e) == TAPE_BYTES) {
		for (size_t i = 0; i < e.len; i++) CHECK_EQ(buf[i], byte_at(e.offset + i));
		n += e.len;
	}
	return n;
}

TEST(sizes_are_rounded_to_powers_of_two_within_the_limits)
{
	static uint64_t const cases[][2] = {
		{ 0, TAPE_RING_MIN }, { 65536, 65536 }, { 65537, 131072 },
		{ 256 << 10, 256 << 10 }, { UINT64_MAX, TAPE_RING_MAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tape t;
		CHECK_EQ(tape_create(&t, cases[i][0], "x"), 0);
		CHECK_EQ(t.ring_size, cases[i][1]);
		tape_deinit(&t);
	}
}

TEST(bytes_come_back_in_order_over_many_turns_of_the_ring)
{
	struct tape t;
	struct tape_reader r;
	uint64_t total = 0;
	open_both(&t, &r, 65536);
	for (size_t i = 1; i < 400; i++) {
		put(&t, i * 37 % 9000 + 1);
		total += i * 37 % 9000 + 1;
		CHECK(take(&r) > 0);
		CHECK_EQ(r.pos, total);
	}
	CHECK(total > 10u * 65536);
	CHECK_EQ(tape_reader_end(&r), total);
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(a_reader_that_sleeps_too_long_is_told_and_can_go_on)
{
	struct tape t;
	struct tape_reader r;
	open_both(&t, &r, 65536);
	put(&t, 65536 - TAPE_READ_MAX);
	CHECK_EQ(take(&r), 65536 - TAPE_READ_MAX); /* just not overtaken */
	put(&t, 65536 - TAPE_READ_MAX + 1);
	struct tape_event e;
	uint8_t buf[10];
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_OVERTAKEN);
	tape_reader_oldest_seek(&r);
	CHECK_EQ(take(&r), 65536 - TAPE_READ_MAX);
	CHECK_EQ(r.pos, t.end);
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(tape_limit_is_how_far_a_reader_is_safe)
{
	struct tape t;
	struct tape_reader r;
	open_both(&t, &r, 65536);
	put(&t, 1000);
	CHECK_EQ(take(&r), 1000);
	put(&t, (size_t)(tape_limit(&t, r.pos) - t.end));
	CHECK(take(&r) > 0); /* checks the bytes too */
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(marks_stand_where_they_were_put)
{
	struct tape t;
	struct tape_reader r;
	struct tape_event e;
	uint8_t buf[100];
	open_both(&t, &r, 65536);
	tape_mark(&t, &(struct tape_mark){ .offset = 0, .type = TAPE_RUN_START, .run = 1 });
	put(&t, 50);
	tape_mark(&t, &(struct tape_mark){ .offset = 50, .type = TAPE_RUN_END, .run = 1, .u.end = { 1, 0x300 } });
	tape_mark(&t, &(struct tape_mark){ .offset = 50, .type = TAPE_RUN_START, .run = 2 });
	put(&t, 20);
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_MARK);
	CHECK_EQ(e.mark.type, TAPE_RUN_START);
	CHECK(e.mark.time > UINT64_C(1700000000) * 1000000000);
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_BYTES);
	CHECK_EQ(e.len, 50);
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_MARK);
	CHECK_EQ(e.mark.u.end.status, 0x300);
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_MARK);
	CHECK_EQ(e.mark.run, 2);
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_BYTES);
	CHECK_EQ(e.len, 20);
	CHECK_EQ(tape_reader_next(&r, buf, sizeof buf, &e), TAPE_NOTHING);
	CHECK(tape_reader_idle(&r));
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(too_many_marks_overtake_a_reader_too)
{
	struct tape t;
	struct tape_reader r;
	struct tape_event e;
	uint8_t buf[1];
	open_both(&t, &r, 65536);
	for (unsigned i = 0; i < TAPE_MARKS + 5; i++)
		tape_mark(&t, &(struct tape_mark){ .offset = 0, .type = TAPE_SIZE, .run = i });
	CHECK_EQ(tape_reader_next(&r, buf, 1, &e), TAPE_OVERTAKEN);
	tape_reader_oldest_seek(&r);
	CHECK_EQ(tape_reader_next(&r, buf, 1, &e), TAPE_MARK);
	CHECK(e.mark.run >= 5 && e.mark.run <= 7);
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(ahead_of_the_end_lies_the_fill_and_armed_says_so)
{
	struct tape t;
	struct tape_reader r;
	size_t room;
	open_both(&t, &r, 65536);
	for (int i = 0; i < 40; i++) {
		uint8_t *const p = tape_arm(&t, &room);
		CHECK_EQ(room, TAPE_ROOM_MAX);
		CHECK_EQ(atomic_load(&t.header->armed), t.end);
		for (size_t k = 0; k < room; k++) CHECK_EQ(p[k], tape_fill_byte(t.end + k));
		for (size_t k = 0; k < 4095; k++) p[k] = byte_at(t.end + k);
		tape_take(&t, 4095);
		CHECK(atomic_load(&t.header->armed) != atomic_load(&t.header->taken));
		tape_publish(&t, t.taken);
		CHECK_EQ(take(&r), 4095);
	}
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(what_is_held_back_is_not_seen_and_never_unfilled)
{
	struct tape t;
	struct tape_reader r;
	size_t room;
	open_both(&t, &r, 65536);
	for (size_t i = 1; i < 300; i++) {
		size_t const hold = i * 7 % (TAPE_HOLD_MAX + 1);
		uint8_t *const p = tape_arm(&t, &room);
		CHECK_EQ(room, TAPE_ROOM_MAX); /* what is held back leaves that much */
		CHECK_EQ(atomic_load(&t.header->armed), t.taken);
		for (size_t k = 0; k < room; k++) CHECK_EQ(p[k], tape_fill_byte(t.taken + k));
		size_t const n = 1500 + i;
		for (size_t k = 0; k < n; k++) p[k] = byte_at(t.taken + k);
		tape_take(&t, n);
		tape_publish(&t, t.taken - hold);
		CHECK_EQ(tape_reader_end(&r) + hold, atomic_load(&t.header->taken));
		CHECK(take(&r) > 0);
	}
	/* Published without a read in between: the next arming fills anew. */
	tape_publish(&t, t.taken);
	uint8_t *const p = tape_arm(&t, &room);
	for (size_t k = 0; k < room; k++) CHECK_EQ(p[k], tape_fill_byte(t.taken + k));
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(the_fill_is_no_utf8_and_changes_at_every_byte)
{
	for (uint64_t o = 0; o < 100; o++) {
		uint8_t const b = tape_fill_byte(o);
		CHECK(b == 0xC0 || b == 0xC1 || b >= 0xF5);
		CHECK(b != tape_fill_byte(o + 1));
	}
}

TEST(a_reader_descriptor_gives_no_way_to_write)
{
	struct tape t;
	CHECK_EQ(tape_create(&t, 65536, "x"), 0);
	int const fd = tape_reader_fd(&t);
	char c = 0;
	CHECK(write(fd, &c, 1) < 0 && errno == EBADF);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK(ftruncate(fd, 0) < 0);
	CHECK(ftruncate(t.fd, 0) < 0 && errno == EPERM); /* the seal, even for the writer */
	close(fd);
	tape_deinit(&t);
}

TEST(checkpoints_alternate_and_the_newest_is_found)
{
	struct tape t;
	struct tape_reader r;
	struct tape_state s = { .run = 1, .size = { 24, 80, 0, 0 } };
	struct tape_state got;
	uint8_t *bytes;
	size_t len;
	open_both(&t, &r, 65536);
	CHECK_EQ(tape_reader_checkpoint(&r, false, &got, &bytes, &len), -ENODATA);
	CHECK(tape_checkpoint_due(&t));
	for (unsigned i = 1; i < 6; i++) {
		char text[64];
		put(&t, 30000);
		s.run = i;
		size_t const n = (size_t)snprintf(text, sizeof text, "checkpoint %u", i);
		CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, text, n), 0);
		CHECK(!tape_checkpoint_due(&t));
		CHECK_EQ(tape_reader_checkpoint(&r, false, &got, &bytes, &len), 0);
		CHECK_EQ(got.run, i);
		CHECK_EQ(len, n);
		CHECK(!memcmp(bytes, text, n));
		CHECK_EQ(r.pos, t.end);
		free(bytes);
		if (i > 1) {
			CHECK_EQ(tape_reader_checkpoint(&r, true, &got, &bytes, &len), 0);
			CHECK_EQ(got.run, i - 1);
			free(bytes);
		}
	}
	put(&t, 65536 / 2);
	CHECK(tape_checkpoint_due(&t));
	CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, "x", t.slot_size - TAPE_PAGE + 1), -EFBIG);
	/* Trying again at once would cost as much, and help as little. */
	CHECK(!tape_checkpoint_due(&t));
	put(&t, 65536 / 2);
	CHECK(tape_checkpoint_due(&t));
	/* A reader need not try again, either. */
	put(&t, 65536);
	CHECK_EQ(tape_reader_checkpoint(&r, false, &got, &bytes, &len), -ENODATA);
	CHECK_EQ(tape_reader_checkpoint(&r, true, &got, &bytes, &len), -ENODATA);
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

static uint32_t run_of(struct tape_reader *r, bool older)
{
	struct tape_state got;
	uint8_t *bytes;
	size_t len;
	CHECK_EQ(tape_reader_checkpoint(r, older, &got, &bytes, &len), 0);
	free(bytes);
	return got.run;
}

/* Resizes and ends of runs. */
TEST(of_checkpoints_close_together_the_older_one_stays)
{
	struct tape t, next;
	struct tape_reader r;
	struct tape_state s = { .size = { 24, 80, 0, 0 } };
	open_both(&t, &r, 65536);
	for (s.run = 1; s.run <= 500; s.run++) {
		CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, "x", 1), 0);
		CHECK_EQ(run_of(&r, false), s.run);
		if (s.run > 1) CHECK_EQ(run_of(&r, true), t.end < 65536 / 4 * 3 ? 1 : s.run - 1);
		if (t.end >= 65536 / 4 * 3) break;
		put(&t, 100);
	}
	CHECK(s.run < 500);
	/* A head that dies while it writes the newest one leaves the older one. */
	uint32_t const kept = s.run - 1;
	struct tape_checkpoint *const c = (struct tape_checkpoint *)(void *)(t.slots + (t.serial & 1) * t.slot_size);
	atomic_store(&c->serial, 0);
	CHECK_EQ(tape_open(&next, fcntl(t.fd, F_DUPFD_CLOEXEC, 0)), 0);
	s.run = 1000;
	CHECK_EQ(tape_checkpoint_write(&next, next.end, &s, "x", 1), 0);
	CHECK_EQ(run_of(&r, true), kept);
	CHECK_EQ(run_of(&r, false), 1000);
	tape_deinit(&next);
	tape_reader_deinit(&r);
	tape_deinit(&t);
}

TEST(a_smaller_checkpoint_gives_memory_back)
{
	struct tape t;
	struct stat before, after;
	struct tape_state const s = { .run = 1 };
	char *const big = calloc(1, 1 << 20);
	CHECK_EQ(tape_create(&t, 65536, "x"), 0);
	CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, big, 1 << 20), 0);
	CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, big, 1 << 20), 0);
	put(&t, 65536);
	fstat(t.fd, &before);
	CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, big, 100), 0);
	put(&t, 65536);
	CHECK_EQ(tape_checkpoint_write(&t, t.end, &s, big, 100), 0);
	fstat(t.fd, &after);
	CHECK(before.st_blocks * 512 > 2 << 20);
	CHECK(after.st_blocks * 512 < 256 << 10); /* the ring has its pages now */
	free(big);
	tape_deinit(&t);
}

/* A tape that a stranger, or a fault, has written to: the next head ends its
 * take-up, and touches nothing outside of what the tape says is there. */
/* At most one entry a second, before the bytes that it dates; the next writer begins with
 * one of its own. */
TEST(output_has_times)
{
	struct tape t, next;
	struct tape_reader r;
	size_t room;
	uint64_t came, upto;
	uint64_t const before = (uint64_t)1000000000 * (uint64_t)time(NULL);
	CHECK_EQ(tape_create(&t, 65536, "x"), 0);
	CHECK_EQ(tape_reader_init(&r, t.fd), 0);
	for (unsigned i = 0; i < 10; i++) {
		tape_arm(&t, &room)[0] = 'x';
		tape_take(&t, 1);
		tape_publish(&t, t.taken);
	}
	CHECK(atomic_load(&t.header->times_end) <= 2);
	CHECK(tape_reader_time(&r, 9, &came, &upto));
	CHECK(came + 1000000000 >= before && came < before + UINT64_C(60000000000));
	t.timed -= UINT64_C(1100000000); /* a second passes */
	tape_arm(&t, &room)[0] = 'y';
	tape_take(&t, 1);
	tape_publish(&t, t.taken);
	CHECK(tape_reader_time(&r, 9, &came, &upto));
	CHECK_EQ(upto, 10);
	CHECK_EQ(tape_open(&next, fcntl(t.fd, F_DUPFD_CLOEXEC, 0)), 0);
	uint64_t const n = next.times_end;
	tape_arm(&next, &room)[0] = 'z';
	tape_take(&next, 1);
	tape_publish(&next, next.taken);
	CHECK_EQ(next.times_end, n + 1);
	tape_reader_deinit(&r);
	tape_deinit(&next);
	tape_deinit(&t);
}

TEST(a_hostile_tape_is_taken_up_within_bounds)
{
	struct tape t;
	struct tape again;
	struct tape_state const state = { .size = { .rows = 24, .cols = 80 } };

	CHECK_EQ(tape_create(&t, 1u << 16, "test"), 0);
	put(&t, 1000);
	for (unsigned i = 0; i < TAPE_MARKS; i++)
		tape_mark(&t, &(struct tape_mark){ .offset = UINT64_MAX / 2, .type = TAPE_QUERY });
	/* Marks without end, all of them too early. */
	atomic_store(&t.header->marks_end, UINT64_MAX / 8);
	/* Questions that are answered for all time. */
	atomic_store(&t.header->answered, UINT64_MAX);
	/* A checkpoint whose length reaches over the slot into the ring. */
	CHECK_EQ(tape_checkpoint_write(&t, 10, &state, "abc", 3), 0);
	CHECK_EQ(tape_checkpoint_write(&t, 10, &state, "abc", 3), 0);
	struct tape_checkpoint *const c = (struct tape_checkpoint *)(void *)(t.slots + t.slot_size);
	c->length = UINT32_MAX;
	c->offset = UINT64_MAX;

	CHECK_EQ(tape_open(&again, fcntl(t.fd, F_DUPFD_CLOEXEC, 0)), 0);
	CHECK(again.marks_end > UINT64_MAX / 8 - TAPE_MARKS);
	CHECK_EQ(atomic_load(&again.header->answered), 1000);
	CHECK_EQ(tape_checkpoint_write(&again, 1000, &state, "abc", 3), 0);
	CHECK_EQ(again.ring[999], byte_at(999));
	tape_deinit(&again);
	tape_deinit(&t);
}

TEST_MAIN
