/* SPDX-License-Identifier: ISC */
/* The screen at any offset of a tape, forwards and backwards. The tapes are written by
 * tests: a checkpoint here is text that a screen is fed with. */
#include "place.h"
#include "replay.h"

#include "faketape.h"
#include "unit.h"

#define HELD (FAKE_RING - TAPE_READ_MAX)

struct rig {
	struct faketape t;
	struct tape_reader r;
	struct replay p;
};

static struct rig *rig_new(void)
{
	struct tape_header const h = fake_header();
	struct rig *const g = calloc(1, sizeof *g);
	CHECK(g);
	CHECK_EQ(fake_open(&g->t, &h, FAKE_SEALS), 0);
	CHECK_EQ(tape_reader_init(&g->r, g->t.fd), 0);
	g->p.tape = &g->r;
	return g;
}

static void rig_free(struct rig *g)
{
	replay_deinit(&g->p);
	tape_reader_deinit(&g->r);
	fake_close(&g->t);
	free(g);
}

static void put(struct rig *g, char const *text) { fake_write(&g->t, text, strlen(text)); }

static void checkpoint(struct rig *g, char const *text, uint32_t run)
{
	fake_checkpoint(&g->t, text);
	struct tape_checkpoint *const c = fake_slot(&g->t, atomic_load(&g->t.header->checkpoint));
	c->state = (struct tape_state){ .run = run, .flags = TAPE_ALIVE, .size = { .rows = 5, .cols = 40 } };
	fake_sum(c);
}

static uint64_t end(struct rig const *g) { return atomic_load(&g->t.header->end); }

/* A mark of a run that begins here. */
static void run_start(struct rig *g, uint32_t run, uint16_t rows, uint16_t cols)
{
	uint64_t const i = atomic_load(&g->t.header->marks_end);
	fake_mark(&g->t, TAPE_RUN_START, end(g), 0);
	struct tape_mark *const m = (struct tape_mark *)(void *)(g->t.map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof *m);
	m->run = run;
	m->time = run * 1000u;
	m->u.start.pid = 100 + (int32_t)run;
	m->u.start.flags = 0;
	m->u.start.size = (struct tape_size){ .rows = rows, .cols = cols };
}

/* What stands on a row of the replay's screen. */
static char const *row(struct rig const *g, unsigned y)
{
	static char text[256];
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen_row const r = screen_row(g->p.screen, SCREEN_ACTIVE, y);
	screen_row_text(g->p.screen, &r, &b);
	CHECK(b.len < sizeof text);
	memcpy(text, b.data ? b.data : "", b.len);
	text[b.len] = 0;
	screen_buf_deinit(&b);
	return text;
}

/* A tape that is whole: two runs and, at 13 and 20, two checkpoints. */
static struct rig *two_runs(void)
{
	struct rig *const g = rig_new();
	run_start(g, 1, 10, 60);
	put(g, "first\r\nmore\r\n"); /* 0 .. 13 */
	checkpoint(g, "first\r\nmore\r\n", 1);
	put(g, "third\r\n"); /* 13 .. 20 */
	checkpoint(g, "first\r\nmore\r\nthird\r\n", 1);
	put(g, "4"); /* 20 */
	run_start(g, 2, 6, 30);
	put(g, "second"); /* 21 .. 27 */
	return g;
}

TEST(now_is_the_newest_checkpoint_and_what_follows)
{
	struct rig *const g = two_runs();
	CHECK_EQ(replay_to(&g->p, REPLAY_NOW), 0);
	CHECK(g->p.exact);
	CHECK_EQ(g->r.pos, 27);
	CHECK_EQ(screen_total(g->p.screen), 27);
	CHECK_STR(row(g, 0), "first");
	CHECK_STR(row(g, 2), "third");
	CHECK_STR(row(g, 4), "second"); /* a new run has a line of its own */
	CHECK_EQ(screen_rows(g->p.screen), 6);
	CHECK_EQ(screen_cols(g->p.screen), 30);
	CHECK_EQ(g->p.state.run, 2);
	CHECK_EQ(g->p.state.pid, 102);
	rig_free(g);
}

TEST(any_offset_in_either_direction)
{
	struct rig *const g = two_runs();
	CHECK_EQ(replay_to(&g->p, 22), 0);
	CHECK_STR(row(g, 4), "s");
	CHECK_EQ(replay_to(&g->p, 24), 0); /* from where it stands */
	CHECK_STR(row(g, 4), "sec");
	CHECK_EQ(replay_to(&g->p, 16), 0); /* from the older checkpoint */
	CHECK_STR(row(g, 2), "thi");
	CHECK_EQ(g->p.state.run, 1);
	CHECK_EQ(screen_rows(g->p.screen), 5);
	CHECK_EQ(replay_to(&g->p, 3), 0); /* from the first byte */
	CHECK(g->p.exact);
	CHECK_STR(row(g, 0), "fir");
	CHECK_EQ(screen_rows(g->p.screen), 10);
	CHECK_EQ(replay_to(&g->p, REPLAY_NOW), 0);
	CHECK_STR(row(g, 2), "third");
	CHECK_EQ(g->r.pos, 27);
	CHECK_EQ(replay_to(&g->p, 1000), 0); /* beyond the end: the end */
	CHECK_EQ(g->r.pos, 27);
	rig_free(g);
}

/* Marks at an offset come after it has been reached, and before the next byte. */
/* Runs without output: their marks have one offset, and checkpoints lie between them. */
TEST(a_place_is_exact_to_the_mark)
{
	struct rig *const g = rig_new();
	struct tape_place at[4];
	put(g, "before\r\n"); /* 0 .. 8 */
	for (uint32_t run = 1; run <= 3; run++) {
		run_start(g, run, 5, 40);
		fake_mark(&g->t, TAPE_RUN_END, end(g), run);
		if (run > 1) checkpoint(g, "before\r\n", run);
	}
	for (uint32_t run = 1; run <= 3; run++) {
		CHECK(place_run_begin(&g->r, run, 0, &at[run]));
		CHECK_EQ(at[run].offset, 8);
		CHECK_EQ(at[run].mark, 2 * (run - 1));
	}
	CHECK_EQ(place_run_start(&g->r).mark, 4);
	for (uint32_t run = 3; run > 0; run--) { /* from the newer checkpoint, the older one, the first byte */
		CHECK_EQ(replay_to_place(&g->p, at[run]), 0);
		CHECK(g->p.exact);
		CHECK_EQ(g->p.tape->mark, at[run].mark);
		CHECK_STR(row(g, 0), "before");
		CHECK_EQ(replay_step(&g->p, REPLAY_NOW), TAPE_MARK);
		CHECK_EQ(g->p.event.mark.type, TAPE_RUN_START);
		CHECK_EQ(g->p.event.mark.run, run);
		g->p.begun = false;
	}
	CHECK_EQ(replay_to(&g->p, 8), 0); /* of an offset, any of the places there */
	CHECK_EQ(g->p.tape->pos, 8);
	rig_free(g);
}

TEST(a_step_is_bytes_or_one_mark)
{
	struct rig *const g = two_runs();
	CHECK_EQ(replay_begin_oldest(&g->p), 0);
	CHECK_EQ(replay_step(&g->p, REPLAY_NOW), TAPE_MARK);
	CHECK_EQ(g->p.event.mark.run, 1);
	CHECK_EQ(replay_step(&g->p, 21), TAPE_BYTES);
	CHECK_EQ(g->p.event.len, 21);
	CHECK(!memcmp(g->p.data, "first\r\nmore\r\nthird\r\n4", 21));
	CHECK_EQ(replay_step(&g->p, 21), TAPE_NOTHING);
	CHECK_EQ(g->p.state.run, 1);
	CHECK_EQ(replay_step(&g->p, 22), TAPE_MARK);
	CHECK_EQ(g->p.state.run, 2);
	CHECK_EQ(replay_step(&g->p, REPLAY_NOW), TAPE_BYTES);
	CHECK_EQ(replay_step(&g->p, REPLAY_NOW), TAPE_NOTHING);
	put(g, "\r\nnew");
	CHECK_EQ(replay_step(&g->p, REPLAY_NOW), TAPE_BYTES);
	CHECK_STR(row(g, 5), "new");
	rig_free(g);
}

/* Before the oldest checkpoint, when the first byte is gone. */
TEST(what_is_not_known_exactly_begins_empty)
{
	struct rig *const g = rig_new();
	char *const much = calloc(1, HELD);
	CHECK(much);
	memset(much, '.', HELD);
	run_start(g, 1, 10, 60);
	put(g, "gone");
	fake_write(&g->t, much, HELD);
	put(g, "\r\nhere\r\n");
	checkpoint(g, "from the checkpoint", 1);
	put(g, "!");
	free(much);
	uint64_t const before = end(g) - 3;
	CHECK_EQ(replay_to(&g->p, before), 0);
	CHECK(!g->p.exact);
	CHECK_EQ(g->r.pos, before);
	CHECK_EQ(screen_rows(g->p.screen), 5);
	CHECK_EQ(replay_to(&g->p, 2), 0); /* on the tape no more */
	CHECK(!g->p.exact);
	CHECK_EQ(g->r.pos, tape_reader_oldest(&g->r));
	CHECK_EQ(replay_begin_oldest(&g->p), 0);
	CHECK(g->p.exact);
	CHECK_STR(row(g, 0), "from the checkpoint");
	rig_free(g);
}

TEST(without_any_exact_place)
{
	struct rig *const g = rig_new();
	char *const much = calloc(1, HELD + 100);
	CHECK(much);
	memset(much, '.', HELD + 100);
	fake_write(&g->t, much, HELD + 100);
	put(g, "\r\nhere");
	free(much);
	CHECK_EQ(replay_to(&g->p, REPLAY_NOW), -ENODATA);
	g->p.state.size = (struct tape_size){ .rows = 3, .cols = 20 };
	CHECK_EQ(replay_now(&g->p), 0);
	CHECK(!g->p.exact);
	CHECK_STR(row(g, 2), "here");
	CHECK_EQ(g->r.pos, end(g));
	/* A damaged checkpoint is none. */
	checkpoint(g, "damaged", 1);
	fake_slot(&g->t, 1)->crc++;
	CHECK_EQ(replay_to(&g->p, REPLAY_NOW), 0); /* it stands there */
	g->p.begun = false;
	CHECK_EQ(replay_to(&g->p, REPLAY_NOW), -EPROTO);
	rig_free(g);
}

TEST(into_a_screen_of_the_callers)
{
	struct rig *const g = two_runs();
	struct screen *const s = screen_new(2, 2);
	CHECK(s);
	g->p.into = s;
	CHECK_EQ(replay_now(&g->p), 0);
	CHECK(g->p.screen == s);
	CHECK_STR(row(g, 4), "second");
	CHECK_EQ(replay_to(&g->p, 3), 0); /* it is used again */
	CHECK_STR(row(g, 0), "fir");
	CHECK_STR(row(g, 1), "");
	replay_deinit(&g->p);
	screen_free(s);
	rig_free(g);
}

TEST(a_screen_that_is_taken_is_the_callers)
{
	struct rig *const g = two_runs();
	CHECK_EQ(replay_to(&g->p, 3), 0);
	struct screen *const s = replay_take(&g->p);
	CHECK(s && !g->p.screen);
	CHECK_EQ(replay_to(&g->p, 3), 0); /* on another one */
	CHECK(g->p.screen && g->p.screen != s);
	screen_free(s);
	rig_free(g);
}

TEST(the_state_alone)
{
	struct rig *const g = two_runs();
	struct tape_state now;
	place_present(&g->r, &now);
	CHECK_EQ(now.run, 2);
	CHECK_EQ(now.size.rows, 6);
	CHECK_EQ(g->r.pos, 27);
	CHECK(tape_reader_idle(&g->r));
	CHECK_EQ(place_run_start(&g->r).offset, 21);
	CHECK(tape_reader_seek(&g->r, 5));
	CHECK_EQ(place_run(&g->r, 9), 1);
	CHECK_EQ(place_time(&g->r, 9), 2000);
	CHECK(tape_reader_seek(&g->r, 22));
	CHECK_EQ(place_run(&g->r, 9), 9);
	CHECK_EQ(place_time(&g->r, 9), 9);
	rig_free(g);
}

/* Overtaken on the way, it says so and can begin again. */
TEST(overtaken)
{
	struct rig *const g = two_runs();
	char *const much = calloc(1, FAKE_RING);
	CHECK(much);
	CHECK_EQ(replay_begin_oldest(&g->p), 0);
	fake_write(&g->t, much, FAKE_RING);
	free(much);
	CHECK_EQ(replay_advance(&g->p, REPLAY_NOW), -EAGAIN);
	checkpoint(g, "again", 3);
	CHECK_EQ(replay_to(&g->p, REPLAY_NOW), 0);
	CHECK_STR(row(g, 0), "again");
	CHECK_EQ(g->p.state.run, 3);
	rig_free(g);
}

TEST_MAIN
