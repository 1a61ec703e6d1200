/* SPDX-License-Identifier: ISC */
/* The tape's reader: order, validation, overtaking, and tapes that lie. */
#include "reader.h"

#include <limits.h>

#include "faketape.h"
#include "unit.h"

#define HELD (FAKE_RING - TAPE_READ_MAX)

static void open_tape(struct faketape *t, struct tape_reader *r)
{
	struct tape_header const h = fake_header();
	CHECK_EQ(fake_open(t, &h, FAKE_SEALS), 0);
	CHECK_EQ(tape_reader_init(r, t->fd), 0);
}

static void close_tape(struct faketape *t, struct tape_reader *r)
{
	tape_reader_deinit(r);
	fake_close(t);
}

static void expect_bytes(struct tape_reader *r, char const *text)
{
	uint8_t buf[256];
	struct tape_event e;
	uint64_t const pos = r->pos;
	CHECK_EQ(tape_reader_next(r, buf, sizeof buf, &e), TAPE_BYTES);
	CHECK_EQ(e.offset, pos);
	CHECK_EQ(e.len, strlen(text));
	CHECK(memcmp(buf, text, e.len) == 0);
	CHECK_EQ(r->pos, pos + e.len);
}

static void expect_mark(struct tape_reader *r, uint32_t type, uint64_t offset)
{
	uint8_t buf[256];
	struct tape_event e;
	CHECK_EQ(tape_reader_next(r, buf, sizeof buf, &e), TAPE_MARK);
	CHECK_EQ(e.mark.type, type);
	CHECK_EQ(e.offset, offset);
	CHECK_EQ(e.mark.offset, offset);
}

static enum tape_next next(struct tape_reader *r)
{
	uint8_t buf[256];
	struct tape_event e;
	bool const idle = tape_reader_idle(r);
	enum tape_next const n = tape_reader_next(r, buf, sizeof buf, &e);
	CHECK_EQ(idle, n == TAPE_NOTHING);
	return n;
}

static uint8_t byte_of(uint64_t offset)
{
	return (uint8_t)((offset * 0x9E3779B97F4A7C15ull) >> 56);
}

static void write_many(struct faketape *t, uint64_t len)
{
	uint64_t end = atomic_load(&t->header->end);
	for (; len; len--, end++) {
		uint8_t const b = byte_of(end);
		fake_put(t, end, &b, 1);
	}
	fake_publish(t, end);
}

TEST(crc_is_the_usual_one)
{
	CHECK_EQ(tape_crc("123456789", 9), 0xCBF43926u);
	CHECK_EQ(tape_crc("", 0), 0);
}

TEST(bytes_come_in_order)
{
	struct faketape t;
	struct tape_reader r;
	open_tape(&t, &r);
	CHECK_EQ(next(&r), TAPE_NOTHING);
	fake_write(&t, "hello", 5);
	fake_write(&t, " world", 6);
	expect_bytes(&r, "hello world");
	CHECK_EQ(next(&r), TAPE_NOTHING);
	fake_write(&t, "!", 1);
	expect_bytes(&r, "!");
	CHECK_EQ(tape_reader_end(&r), 12);
	CHECK_EQ(tape_reader_oldest(&r), 0);
	close_tape(&t, &r);
}

TEST(marks_come_before_the_bytes_at_their_offset)
{
	struct faketape t;
	struct tape_reader r;
	open_tape(&t, &r);
	fake_mark(&t, TAPE_RUN_START, 0, 0);
	fake_mark(&t, TAPE_SIZE, 0, 0);
	fake_mark(&t, TAPE_QUERY, 3, 2);
	fake_write(&t, "abcdef", 6);
	fake_mark(&t, TAPE_RUN_END, 6, 0);
	expect_mark(&r, TAPE_RUN_START, 0);
	expect_mark(&r, TAPE_SIZE, 0);
	expect_bytes(&r, "abc");
	expect_mark(&r, TAPE_QUERY, 3);
	expect_bytes(&r, "def");
	expect_mark(&r, TAPE_RUN_END, 6);
	CHECK_EQ(next(&r), TAPE_NOTHING);
	close_tape(&t, &r);
}

TEST(a_mark_ahead_of_the_end_waits_for_its_bytes)
{
	struct faketape t;
	struct tape_reader r;
	open_tape(&t, &r);
	fake_write(&t, "ab", 2);
	fake_mark(&t, TAPE_QUERY, 4, 1);
	expect_bytes(&r, "ab");
	CHECK_EQ(next(&r), TAPE_NOTHING);
	fake_write(&t, "cdef", 4);
	expect_bytes(&r, "cd");
	expect_mark(&r, TAPE_QUERY, 4);
	expect_bytes(&r, "ef");
	close_tape(&t, &r);
}

TEST(a_span_over_the_ring_s_edge_is_one_copy)
{
	struct faketape t;
	struct tape_reader r;
	uint8_t *const buf = malloc(FAKE_RING);
	struct tape_event e;
	open_tape(&t, &r);
	write_many(&t, FAKE_RING - 100);
	tape_reader_end_seek(&r);
	write_many(&t, HELD);
	CHECK_EQ(tape_reader_next(&r, buf, FAKE_RING, &e), TAPE_BYTES);
	CHECK_EQ(e.len, HELD);
	for (size_t i = 0; i < e.len; i++) CHECK_EQ(buf[i], byte_of(FAKE_RING - 100 + i));
	free(buf);
	close_tape(&t, &r);
}

/* At every distance around the limit: what is held reads right, what may be
 * under way is never given out. */
TEST(overtaken_exactly_where_the_ring_ends)
{
	for (uint64_t behind = HELD - 3; behind <= HELD + 3; behind++) {
		struct faketape t;
		struct tape_reader r;
		uint8_t b;
		struct tape_event e;
		open_tape(&t, &r);
		write_many(&t, 1000 + behind);
		r.pos = 1000;
		if (behind > HELD) {
			CHECK_EQ(next(&r), TAPE_OVERTAKEN);
			CHECK_EQ(r.pos, 1000);
			CHECK(!tape_reader_seek(&r, 1000));
			tape_reader_oldest_seek(&r);
			CHECK_EQ(r.pos, 1000 + behind - HELD);
		}
		uint64_t const at = r.pos;
		CHECK_EQ(tape_reader_next(&r, &b, 1, &e), TAPE_BYTES);
		CHECK_EQ(b, byte_of(at));
		close_tape(&t, &r);
	}
}

TEST(overtaken_marks_are_told)
{
	for (uint32_t n = FAKE_MARKS - 2; n <= FAKE_MARKS + 2; n++) {
		struct faketape t;
		struct tape_reader r;
		open_tape(&t, &r);
		fake_write(&t, "abc", 3);
		for (uint32_t i = 0; i < n; i++) fake_mark(&t, TAPE_SIZE, 1, 0);
		CHECK_EQ(next(&r), n < FAKE_MARKS ? TAPE_BYTES : TAPE_OVERTAKEN);
		if (n >= FAKE_MARKS) {
			CHECK_EQ(r.pos, 0);
			/* The bytes are still there for who wants them alone. */
			CHECK(tape_reader_seek(&r, 0));
			expect_bytes(&r, "a");
			for (uint32_t i = 0; i < FAKE_MARKS - 1; i++) expect_mark(&r, TAPE_SIZE, 1);
			expect_bytes(&r, "bc");
		}
		close_tape(&t, &r);
	}
}

TEST(seeking)
{
	struct faketape t;
	struct tape_reader r;
	open_tape(&t, &r);
	fake_mark(&t, TAPE_RUN_START, 0, 0);
	fake_write(&t, "abc", 3);
	fake_mark(&t, TAPE_SIZE, 3, 0);
	fake_write(&t, "def", 3);
	fake_mark(&t, TAPE_RUN_END, 6, 0);
	CHECK(tape_reader_seek(&r, 3));
	expect_mark(&r, TAPE_SIZE, 3);
	CHECK(tape_reader_seek(&r, 4));
	expect_bytes(&r, "ef");
	expect_mark(&r, TAPE_RUN_END, 6);
	CHECK(!tape_reader_seek(&r, 7));
	CHECK(tape_reader_seek(&r, 6));
	expect_mark(&r, TAPE_RUN_END, 6);
	tape_reader_oldest_seek(&r);
	expect_mark(&r, TAPE_RUN_START, 0);
	tape_reader_end_seek(&r);
	CHECK_EQ(next(&r), TAPE_NOTHING);
	CHECK_EQ(r.pos, 6);
	/* A query that the writer has announced and not yet published. */
	fake_mark(&t, TAPE_QUERY, 7, 1);
	tape_reader_end_seek(&r);
	fake_write(&t, "gh", 2);
	expect_bytes(&r, "g");
	expect_mark(&r, TAPE_QUERY, 7);
	close_tape(&t, &r);
}

TEST(checkpoints)
{
	struct faketape t;
	struct tape_reader r;
	struct tape_state state;
	uint8_t *bytes;
	size_t len;
	open_tape(&t, &r);
	CHECK_EQ(tape_reader_checkpoint(&r, false, &state, &bytes, &len), -ENODATA);
	fake_write(&t, "old", 3);
	fake_checkpoint(&t, "first");
	CHECK_EQ(tape_reader_checkpoint(&r, true, &state, &bytes, &len), -ENODATA);
	fake_write(&t, "new", 3);
	fake_mark(&t, TAPE_SIZE, 6, 0);
	fake_checkpoint(&t, "second");
	fake_write(&t, "end", 3);

	CHECK_EQ(tape_reader_checkpoint(&r, true, &state, &bytes, &len), 0);
	CHECK_EQ(len, 5);
	CHECK(memcmp(bytes, "first", 5) == 0);
	CHECK_EQ(state.run, 7);
	free(bytes);
	expect_bytes(&r, "new");
	expect_mark(&r, TAPE_SIZE, 6);

	CHECK_EQ(tape_reader_checkpoint(&r, false, &state, &bytes, &len), 0);
	CHECK_EQ(len, 6);
	free(bytes);
	expect_bytes(&r, "end");

	fake_checkpoint(&t, "");
	CHECK_EQ(tape_reader_checkpoint(&r, false, &state, &bytes, &len), 0);
	CHECK_EQ(len, 0);
	CHECK(!bytes);
	close_tape(&t, &r);
}

/* Each of these is one thing wrong with the newest checkpoint. */
TEST(damaged_checkpoints)
{
	for (int what = 0; what < 7; what++) {
		struct faketape t;
		struct tape_reader r;
		struct tape_state state;
		uint8_t *bytes;
		size_t len;
		int want = -EPROTO;
		open_tape(&t, &r);
		fake_write(&t, "abc", 3);
		fake_checkpoint(&t, "text");
		struct tape_checkpoint *const c = fake_slot(&t, 1);
		switch (what) {
		case 0: c->crc++; break;
		case 1: c->length = FAKE_SLOT - TAPE_PAGE + 1; break;
		case 2: c->length = UINT32_MAX; break;
		case 3: c->offset = 4; break;
		case 4: c->mark = 1; break;
		case 5: atomic_store(&c->serial, 3); want = -EAGAIN; break;
		case 6: write_many(&t, HELD + 1); want = -ENODATA; break;
		}
		CHECK_EQ(tape_reader_checkpoint(&r, false, &state, &bytes, &len), want);
		CHECK_EQ(r.pos, 0);
		close_tape(&t, &r);
	}
}

TEST(marks_that_lie_are_put_right)
{
	struct faketape t;
	struct tape_reader r;
	open_tape(&t, &r);
	fake_write(&t, "abcdef", 6);
	fake_mark(&t, TAPE_SIZE, 4, 0);
	fake_mark(&t, TAPE_SIZE, 2, 0);          /* goes back */
	fake_mark(&t, TAPE_SIZE, UINT64_MAX, 0); /* beyond what can be */
	fake_mark(&t, TAPE_RUN_END, 6, 0);
	expect_bytes(&r, "abcd");
	expect_mark(&r, TAPE_SIZE, 4);
	expect_mark(&r, TAPE_SIZE, 4);
	expect_bytes(&r, "ef");
	expect_mark(&r, TAPE_SIZE, 6);
	expect_mark(&r, TAPE_RUN_END, 6);
	CHECK_EQ(next(&r), TAPE_NOTHING);
	close_tape(&t, &r);
}

TEST(positions_that_lie)
{
	struct faketape t;
	struct tape_reader r;
	static uint64_t const lies[] = { UINT64_MAX, UINT64_MAX - TAPE_READ_MAX, INT64_MAX,
		                         UINT64_MAX / 4, 1 };
	open_tape(&t, &r);
	fake_write(&t, "abc", 3);
	expect_bytes(&r, "abc");
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		fake_publish(&t, lies[i]);
		CHECK_EQ(next(&r), lies[i] == 1 ? TAPE_NOTHING : TAPE_OVERTAKEN);
		CHECK_EQ(r.pos, 3);
	}
	fake_publish(&t, 3);
	for (size_t i = 0; i < sizeof lies / sizeof *lies - 1; i++) {
		atomic_store(&t.header->marks_end, lies[i]);
		CHECK_EQ(next(&r), TAPE_OVERTAKEN);
		CHECK(tape_reader_seek(&r, 3)); /* terminates */
		r.mark = 0;
	}
	atomic_store(&t.header->marks_end, 0);
	CHECK_EQ(next(&r), TAPE_NOTHING);
	close_tape(&t, &r);
}

/* ---- what init refuses ----------------------------------------------------- */

static int init_with(struct tape_header const *h, int seals)
{
	struct faketape t;
	struct tape_reader r;
	CHECK_EQ(fake_open(&t, h, seals), 0);
	int const e = tape_reader_init(&r, t.fd);
	if (e == 0) tape_reader_deinit(&r);
	fake_close(&t);
	return e;
}

TEST(seals_are_demanded)
{
	struct tape_header const h = fake_header();
	CHECK_EQ(init_with(&h, FAKE_SEALS), 0);
	CHECK_EQ(init_with(&h, 0), -EPROTO);
	CHECK_EQ(init_with(&h, F_SEAL_GROW | F_SEAL_SEAL), -EPROTO);
	CHECK_EQ(init_with(&h, F_SEAL_SHRINK | F_SEAL_SEAL), -EPROTO);
	CHECK_EQ(init_with(&h, F_SEAL_SHRINK | F_SEAL_GROW), -EPROTO);
}

TEST(every_field_of_the_header_is_checked)
{
	static uint64_t const wrong[] = { 0, 1, 3, 64, TAPE_PAGE - 1, TAPE_PAGE, TAPE_PAGE + 1,
		FAKE_TOTAL - 1, FAKE_TOTAL, FAKE_TOTAL + 1, 1ull << 30, 1ull << 32, 1ull << 58,
		INT64_MAX, 1ull << 63, UINT64_MAX - TAPE_PAGE + 1, UINT64_MAX };
	static size_t const fields[] = { offsetof(struct tape_header, marks_at),
		offsetof(struct tape_header, marks_count), offsetof(struct tape_header, slots_at),
		offsetof(struct tape_header, times_at), offsetof(struct tape_header, times_count),
		offsetof(struct tape_header, slot_size), offsetof(struct tape_header, ring_at),
		offsetof(struct tape_header, ring_size), offsetof(struct tape_header, total_size) };

	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
		for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
			struct tape_header h = fake_header();
			if (memcmp((char *)&h + fields[f], &wrong[i], 8) == 0) continue;
			/* Fewer marks than there is room for are no lie. */
			if (fields[f] == offsetof(struct tape_header, marks_count) &&
			    wrong[i] > 1 && wrong[i] < 64)
				continue;
			if (fields[f] == offsetof(struct tape_header, times_count) && wrong[i] > 1 && wrong[i] <= 64) continue;
			memcpy((char *)&h + fields[f], &wrong[i], 8);
			if (init_with(&h, FAKE_SEALS) != -EPROTO)
				printf("# field at %zu, value %llx\n", fields[f],
				       (unsigned long long)wrong[i]);
			CHECK_EQ(init_with(&h, FAKE_SEALS), -EPROTO);
		}
	}

	struct tape_header h = fake_header();
	h.magic[3] ^= 1;
	CHECK_EQ(init_with(&h, FAKE_SEALS), -EPROTO);
	h = fake_header();
	h.order = 0x04030201;
	CHECK_EQ(init_with(&h, FAKE_SEALS), -EPROTO);
	h = fake_header();
	h.version++;
	CHECK_EQ(init_with(&h, FAKE_SEALS), -EPROTONOSUPPORT);
	/* Parts that lie upon each other. */
	h = fake_header();
	h.slots_at = h.marks_at;
	CHECK_EQ(init_with(&h, FAKE_SEALS), -EPROTO);
	h = fake_header();
	h.ring_at = h.total_size - h.ring_size - TAPE_PAGE;
	CHECK_EQ(init_with(&h, FAKE_SEALS), -EPROTO);
}

/* ---- times ---- */

TEST(each_byte_has_a_time)
{
	struct faketape t;
	struct tape_reader r;
	uint64_t time = 0, next = 0;
	struct tape_header const h = fake_header();
	CHECK_EQ(fake_open(&t, &h, FAKE_SEALS), 0);
	CHECK_EQ(tape_reader_init(&r, t.fd), 0);
	CHECK(!tape_reader_time(&r, 0, &time, &next));
	CHECK_EQ(next, UINT64_MAX);
	CHECK_EQ(tape_reader_at_time(&r, 5), 0);
	fake_write(&t, "0123456789", 10);
	fake_time(&t, 2, 100);
	fake_time(&t, 5, 101);
	fake_time(&t, 5, 102);
	fake_time(&t, 9, 110);
	CHECK(!tape_reader_time(&r, 1, &time, &next)); /* before the first */
	CHECK_EQ(next, 2);
	static uint64_t const is[][3] = { { 2, 100, 5 }, { 4, 100, 5 }, { 5, 102, 9 }, { 8, 102, 9 }, { 9, 110, UINT64_MAX }, { 99, 110, UINT64_MAX } };
	for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
		CHECK(tape_reader_time(&r, is[i][0], &time, &next));
		CHECK_EQ(time, is[i][1]);
		CHECK_EQ(next, is[i][2]);
	}
	CHECK_EQ(tape_reader_at_time(&r, 99), 0);
	CHECK_EQ(tape_reader_at_time(&r, 100), 2);
	CHECK_EQ(tape_reader_at_time(&r, 109), 5);
	CHECK_EQ(tape_reader_at_time(&r, 1000), 9);
	CHECK_EQ(tape_reader_at_time(&r, UINT64_C(1200000000)), 10); /* all came before that */
	/* The clock was set back: the last place at which it read so. */
	fake_time(&t, 10, 50);
	CHECK_EQ(tape_reader_at_time(&r, 60), 10);
	/* Those that are overwritten are not known; nor is one that is being written over. */
	for (unsigned i = 0; i < 2 * FAKE_TIMES; i++) fake_time(&t, 20 + i, 200 + i);
	CHECK(!tape_reader_time(&r, 9, &time, &next));
	CHECK_EQ(next, 20 + FAKE_TIMES + 1);
	CHECK(tape_reader_time(&r, 20 + FAKE_TIMES + 1, &time, &next));
	CHECK_EQ(time, 200 + FAKE_TIMES + 1);
	/* Whatever it holds, an answer comes. */
	unsigned seed = 7;
	for (unsigned i = 0; i < 2000; i++) {
		seed = seed * 1103515245u + 12345u;
		fake_time(&t, seed % 64 ? seed : UINT64_MAX - seed, seed % 3 ? UINT64_MAX - seed : seed);
		if (seed % 29 == 0) atomic_store(&t.header->times_end, UINT64_MAX - i);
		(void)tape_reader_time(&r, seed % 128, &time, &next);
		CHECK(next > seed % 128);
		(void)tape_reader_at_time(&r, seed);
		if (seed % 29 == 0) atomic_store(&t.header->times_end, i);
	}
	tape_reader_deinit(&r);
	fake_close(&t);
}

TEST(other_files_are_no_tapes)
{
	struct tape_reader r;
	int p[2];
	int fd = open("/dev/zero", O_RDONLY);
	CHECK_EQ(tape_reader_init(&r, fd), -EPROTO);
	close(fd);
	CHECK_EQ(pipe(p), 0);
	CHECK_EQ(tape_reader_init(&r, p[0]), -EPROTO);
	close(p[0]);
	close(p[1]);
	CHECK_EQ(tape_reader_init(&r, -1), -EPROTO);
	fd = memfd_create("short", MFD_ALLOW_SEALING);
	CHECK_EQ(ftruncate(fd, 100), 0);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, FAKE_SEALS), 0);
	CHECK_EQ(tape_reader_init(&r, fd), -EPROTO);
	close(fd);
}

/* Random damage in every byte of the positions, marks and slots: any answer
 * will do, as long as there is one. */
TEST(random_damage)
{
	struct faketape t;
	struct tape_reader r;
	uint8_t buf[300];
	struct tape_event e;
	uint32_t seed = 1;
	open_tape(&t, &r);
	for (int round = 0; round < 20000; round++) {
		for (int i = 0; i < 4; i++) {
			seed = seed * 1664525u + 1013904223u;
			uint32_t const at = (seed >> 8) % (4u * TAPE_PAGE + TAPE_SLOTS * FAKE_SLOT - TAPE_PAGE);
			seed = seed * 1664525u + 1013904223u;
			t.map[TAPE_PAGE + at] = (uint8_t)(seed >> 24);
		}
		if (round % 7 == 0) fake_publish(&t, (seed >> 4) % 1000000);
		if (round % 5 == 0) atomic_store(&t.header->marks_end, (seed >> 6) % 1000);
		if (round % 3 == 0) atomic_store(&t.header->checkpoint, seed % 3);
		for (int i = 0; i < 20; i++) {
			uint64_t const pos = r.pos;
			enum tape_next const n = tape_reader_next(&r, buf, sizeof buf, &e);
			CHECK(n != TAPE_BYTES || (e.len > 0 && e.len <= sizeof buf && r.pos == pos + e.len));
			if (n != TAPE_OVERTAKEN) continue;
			struct tape_state state;
			uint8_t *bytes;
			size_t len;
			if (tape_reader_checkpoint(&r, round & 1, &state, &bytes, &len) == 0) free(bytes);
			else tape_reader_oldest_seek(&r);
		}
	}
	close_tape(&t, &r);
}

/* ---- against a writer that runs at the same time --------------------------- */

TEST(a_fast_writer_never_spoils_a_copy)
{
	struct faketape t;
	struct tape_reader r;
	uint8_t *const buf = malloc(HELD);
	struct tape_event e;
	uint64_t const total = 400u << 20;
	uint64_t got = 0, overtaken = 0;
	open_tape(&t, &r);
	pid_t const pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		/* As the head writes: a mark, the bytes, then the end. */
		static uint8_t pattern[1 << 16];
		for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = (uint8_t)(i * 7 >> 3);
		for (uint64_t end = 0; end < total;) {
			size_t const n = 1 + (size_t)(end % TAPE_READ_MAX) / 2;
			uint8_t *const ring = t.map + 4 * TAPE_PAGE + TAPE_SLOTS * FAKE_SLOT;
			for (size_t i = 0; i < n;) {
				size_t const at = (size_t)((end + i) % FAKE_RING);
				size_t m = FAKE_RING - at;
				if (m > n - i) m = n - i;
				memcpy(ring + at, pattern + at, m);
				/* The low bits alone say nothing of laps: spoil some. */
				for (size_t k = 0; k < m; k += 64)
					ring[at + k] = byte_of(end + i + k);
				i += m;
			}
			if (end % 5 == 0) fake_mark(&t, TAPE_QUERY, end + n / 2, (uint32_t)(end + n / 2));
			end += n;
			fake_publish(&t, end);
			if (end % 64 == 0) usleep(1);
		}
		_exit(0);
	}
	uint64_t last = 0;
	for (;;) {
		enum tape_next const n = tape_reader_next(&r, buf, HELD, &e);
		if (n == TAPE_OVERTAKEN) {
			overtaken++;
			tape_reader_oldest_seek(&r);
		} else if (n == TAPE_MARK) {
			CHECK(e.offset >= last);
			CHECK_EQ(e.offset, r.pos);
			CHECK_EQ(e.mark.u.query.length, (uint32_t)e.mark.offset);
			last = e.offset;
		} else if (n == TAPE_BYTES) {
			CHECK(e.offset >= last);
			last = e.offset + e.len;
			got += e.len;
			/* Where the writer put a byte of its own follows from its
			 * steps, which a reader does not know; a byte is either. */
			for (size_t i = 0; i < e.len; i++) {
				uint64_t const o = e.offset + i;
				uint8_t const plain = (uint8_t)(o % FAKE_RING * 7 >> 3);
				CHECK(buf[i] == plain || buf[i] == byte_of(o));
			}
		} else if (r.pos >= total) {
			break;
		}
	}
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK(got > FAKE_RING);
	printf("# %llu MB of %llu read, overtaken %llu times\n", (unsigned long long)got >> 20,
	       (unsigned long long)total >> 20, (unsigned long long)overtaken);
	free(buf);
	close_tape(&t, &r);
}

/* The newest checkpoint, while a writer replaces it without pause. */
TEST(a_checkpoint_is_never_half_another)
{
	struct faketape t;
	struct tape_reader r;
	struct tape_state state;
	uint8_t *bytes;
	size_t len;
	int good = 0;
	open_tape(&t, &r);
	pid_t const pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		char text[2000];
		for (unsigned i = 0;; i++) {
			memset(text, 'a' + (int)(i % 26), sizeof text);
			text[200 + i % 1700] = 0;
			fake_checkpoint(&t, text);
			if (i % 16 == 0) usleep(1); /* or no reader gets anywhere */
		}
	}
	while (good < 5000) {
		int const e = tape_reader_checkpoint(&r, false, &state, &bytes, &len);
		CHECK(e == 0 || e == -EAGAIN || e == -ENODATA);
		if (e < 0) continue;
		good++;
		for (size_t k = 1; k < len; k++) CHECK_EQ(bytes[k], bytes[0]);
		free(bytes);
	}
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	close_tape(&t, &r);
}

TEST_MAIN
