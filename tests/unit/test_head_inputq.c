/* SPDX-License-Identifier: ISC */
/* The queue of input towards a master, compiled here with an allocator that can
 * fail. */
#include <stdbool.h>

#include "unit.h"

static bool no_memory;

static void *allocate(size_t n) { return no_memory ? NULL : malloc(n); }

#define malloc(n) allocate(n)
#include "../../ptyhead-service/head/inputq.c"
#undef malloc

static uint8_t byte_at(uint64_t at) { return (uint8_t)(at * 2654435761u >> 11); }

/* Offers `n` bytes that go on where the last ones ended. */
static size_t offer(struct inputq *q, uint64_t *put, size_t n)
{
	uint8_t *const data = calloc(n + 1, 1);
	CHECK(data);
	for (size_t i = 0; i < n; i++) data[i] = byte_at(*put + i);
	size_t const took = inputq_put(q, data, n);
	free(data);
	*put += took;
	return took;
}

/* What waits is what was put and not yet written. */
static void check_content(struct inputq const *q, uint64_t put)
{
	uint64_t const from = put - q->len;
	CHECK_EQ(q->total, put);
	CHECK_EQ(inputq_gone(q), from);
	CHECK(q->start + q->len <= INPUTQ_MAX);
	for (size_t i = 0; i < q->len; i++) CHECK_EQ(q->data[q->start + i], byte_at(from + i));
}

TEST(it_takes_what_fits_and_says_how_much)
{
	struct inputq q = { 0 };
	uint64_t put = 0;
	CHECK_EQ(inputq_room(&q), INPUTQ_MAX);
	CHECK_EQ(offer(&q, &put, INPUTQ_MAX + 1000), INPUTQ_MAX);
	CHECK_EQ(inputq_room(&q), 0);
	CHECK_EQ(offer(&q, &put, 1), 0);
	check_content(&q, put);
	inputq_clear(&q);
}

TEST(it_takes_a_part_where_a_part_fits)
{
	struct inputq q = { 0 };
	uint64_t put = 0;
	CHECK_EQ(offer(&q, &put, INPUTQ_MAX - 7), INPUTQ_MAX - 7);
	CHECK_EQ(offer(&q, &put, 8192), 7);
	inputq_written(&q, 100);
	CHECK_EQ(inputq_room(&q), 100);
	CHECK_EQ(offer(&q, &put, 8192), 100);
	check_content(&q, put);
	inputq_clear(&q);
}

TEST(nothing_offered_is_nothing_taken)
{
	struct inputq q = { 0 };
	CHECK_EQ(inputq_put(&q, "", 0), 0);
	CHECK(q.data == NULL);
	CHECK_EQ(q.total, 0);
}

/* Every room, and many turns of the buffer: nothing is lost, doubled or moved. */
TEST(bytes_stay_in_order_however_it_is_filled_and_emptied)
{
	struct inputq q = { 0 };
	uint64_t put = 0;
	uint32_t random = 1;
	for (unsigned i = 0; i < 3000; i++) {
		random = random * 1664525u + 1013904223u;
		size_t const room = inputq_room(&q);
		size_t const n = (random >> 8) % (i % 7 ? 30000 : 2 * INPUTQ_MAX);
		CHECK_EQ(offer(&q, &put, n), n < room ? n : room);
		CHECK(q.start + q.len <= INPUTQ_MAX);
		random = random * 1664525u + 1013904223u;
		size_t const written = (random >> 8) % (q.len + 1);
		inputq_written(&q, i % 11 ? written : q.len);
		CHECK((q.data == NULL) == (q.len == 0));
		if (i % 50 == 0) check_content(&q, put);
	}
	check_content(&q, put);
	inputq_clear(&q);
}

TEST(more_cannot_be_written_than_waits)
{
	struct inputq q = { 0 };
	uint64_t put = 0;
	offer(&q, &put, 10);
	inputq_written(&q, 1000);
	CHECK_EQ(q.len, 0);
	CHECK_EQ(inputq_gone(&q), 10);
	CHECK(q.data == NULL);
	inputq_written(&q, 1);
	CHECK_EQ(inputq_gone(&q), 10);
}

TEST(what_went_past_the_queue_is_counted)
{
	struct inputq q = { 0 };
	uint64_t put = 0;
	inputq_passed(&q, 100);
	CHECK_EQ(inputq_gone(&q), 100);
	put = 100;
	offer(&q, &put, 50);
	CHECK_EQ(q.total, 150);
	CHECK_EQ(inputq_gone(&q), 100);
	inputq_clear(&q);
	CHECK_EQ(inputq_gone(&q), 150);
	CHECK_EQ(q.total, 150);
}

TEST(without_memory_nothing_is_taken_and_later_it_goes_on)
{
	struct inputq q = { 0 };
	uint64_t put = 0;
	no_memory = true;
	CHECK_EQ(offer(&q, &put, 100), 0);
	CHECK_EQ(q.total, 0);
	CHECK_EQ(inputq_room(&q), INPUTQ_MAX);
	no_memory = false;
	CHECK_EQ(offer(&q, &put, 100), 100);
	/* What it has once, it needs not ask for. */
	no_memory = true;
	CHECK_EQ(offer(&q, &put, 100), 100);
	check_content(&q, put);
	inputq_clear(&q);
}

TEST_MAIN
