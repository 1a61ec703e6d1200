/* SPDX-License-Identifier: ISC */
/* The past, gone through by keys: on tapes that tests write, without a terminal. */
#include "rewind.h"

#include <stdio.h>

#include "face.h"

#include "faketape.h"
#include "unit.h"

#define HELD (FAKE_RING - TAPE_READ_MAX)
#define SECOND UINT64_C(1000000000)
#define NOON (UINT64_C(1700000000) * SECOND)

struct rig {
	struct faketape t;
	struct tape_reader r;
	struct rewind w;
	int64_t now;
	char line[REWIND_LINE_MAX];
};

static struct rig *rig_new(void)
{
	struct tape_header const h = fake_header();
	struct rig *const g = calloc(1, sizeof *g);
	CHECK(g);
	CHECK_EQ(fake_open(&g->t, &h, FAKE_SEALS), 0);
	CHECK_EQ(tape_reader_init(&g->r, g->t.fd), 0);
	g->w.live = &g->r;
	g->now = 1000;
	return g;
}

static void rig_free(struct rig *g)
{
	rewind_end(&g->w);
	tape_reader_deinit(&g->r);
	fake_close(&g->t);
	free(g);
}

static uint64_t end(struct rig const *g) { return atomic_load(&g->t.header->end); }

static void put(struct rig *g, char const *text) { fake_write(&g->t, text, strlen(text)); }

static void put_at(struct rig *g, uint64_t second, char const *text)
{
	fake_time(&g->t, end(g), NOON + second * SECOND);
	put(g, text);
}

static struct tape_mark *mark(struct rig *g, uint32_t type, uint32_t run)
{
	uint64_t const i = atomic_load(&g->t.header->marks_end);
	fake_mark(&g->t, type, end(g), 0);
	struct tape_mark *const m = (struct tape_mark *)(void *)(g->t.map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof *m);
	m->run = run;
	m->time = NOON;
	memset(&m->u, 0, sizeof m->u);
	return m;
}

static void run_start(struct rig *g, uint32_t run, uint16_t rows, uint16_t cols)
{
	struct tape_mark *const m = mark(g, TAPE_RUN_START, run);
	m->time += (run - 1) * 90 * SECOND;
	m->u.start.pid = 100;
	m->u.start.size = (struct tape_size){ .rows = rows, .cols = cols };
}

/* The live viewer has read all, and goes into the past. */
static void enter(struct rig *g)
{
	tape_reader_end_seek(&g->r);
	CHECK(rewind_begin(&g->w));
}

static void keys(struct rig *g, char const *text)
{
	struct token const t = { .kind = TOKEN_TEXT, .data = (uint8_t const *)text, .len = strlen(text) };
	rewind_take(&g->w, &t, g->now);
}

static void sequence(struct rig *g, char const *text)
{
	struct token const t = { .kind = TOKEN_CSI, .data = (uint8_t const *)text, .len = strlen(text) };
	rewind_take(&g->w, &t, g->now);
}

static char const *row(struct rig const *g, unsigned y)
{
	static char text[4096];
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen *const s = rewind_still(&g->w);
	struct screen_row const r = screen_row(s, SCREEN_ACTIVE, y);
	screen_row_text(s, &r, &b);
	CHECK(b.len < sizeof text);
	memcpy(text, b.data ? b.data : "", b.len);
	text[b.len] = 0;
	screen_buf_deinit(&b);
	screen_free(s);
	return text;
}

static char const *line(struct rig *g, unsigned cols)
{
	rewind_line(&g->w, cols, NOON + 3600 * SECOND, g->line);
	return g->line;
}

static bool says(struct rig *g, char const *what) { return strstr(line(g, 200), what) != NULL; }

static void finish_search(struct rig *g)
{
	for (int i = 0; i < 1000 && g->w.doing == REWIND_SEARCHES; i++) {
		CHECK_EQ(rewind_timeout(&g->w), 0);
		rewind_tick(&g->w, g->now);
	}
	CHECK(g->w.doing != REWIND_SEARCHES);
}

static struct rig *lines(void)
{
	struct rig *const g = rig_new();
	run_start(g, 1, 10, 40);
	put_at(g, 0, "one\r\ntwo\r\n"); /* 0 .. 10 */
	put_at(g, 2, "three\r\n"); /* 10 .. 17 */
	put_at(g, 90, "four"); /* 17 .. 21 */
	mark(g, TAPE_RUN_END, 1)->time += 90 * SECOND;
	run_start(g, 2, 10, 40);
	put_at(g, 91, "five\r\n"); /* 21 .. 27 */
	put_at(g, 92, "six"); /* 27 .. 30 */
	enter(g);
	return g;
}

TEST(it_begins_with_what_is_shown)
{
	struct rig *const g = lines();
	CHECK(g->w.on && g->w.news);
	CHECK_EQ(g->w.at, 30);
	CHECK_STR(row(g, 5), "six"); /* a new run has a line of its own */
	CHECK(says(g, "run 2 @30"));
	CHECK_EQ(rewind_timeout(&g->w), -1);
	rig_free(g);
}

/* A run's end and the next one's beginning are a step: what the run left is seen. */
TEST(steps_go_from_rest_to_rest)
{
	static struct { char const *key; uint64_t at; bool after; } const way[] = {
		{ "h", 27, false }, { "h", 21, true }, { "h", 21, false }, { "h", 17, false }, { "h", 10, false }, { "h", 5, false },
		{ "h", 0, true }, { "h", 0, false }, { "h", 0, true }, { "h", 0, false }, { "l", 0, true }, { "l", 5, false },
		{ "l", 10, false }, { "l", 17, false }, { "l", 21, false }, { "l", 21, true }, { "l", 27, false }, { "l", 30, false },
		{ "l", 30, false },
	};
	struct rig *const g = lines();
	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		keys(g, way[i].key);
		CHECK_EQ(g->w.at, way[i].at);
		if (way[i].at != 0) CHECK_EQ(g->w.after, way[i].after);
	}
	CHECK(says(g, "this is the newest output"));
	sequence(g, "\033[D");
	CHECK_EQ(g->w.at, 27);
	sequence(g, "\033[C");
	CHECK_EQ(g->w.at, 30);
	rig_free(g);
}

TEST(seconds_minutes_and_runs)
{
	struct rig *const g = lines();
	keys(g, "k");
	CHECK_EQ(g->w.at, 27); /* as it was when the last second with output began */
	keys(g, "k");
	CHECK_EQ(g->w.at, 21);
	keys(g, "k");
	CHECK_EQ(g->w.at, 17);
	keys(g, "k");
	CHECK_EQ(g->w.at, 10);
	sequence(g, "\033[B");
	CHECK_EQ(g->w.at, 17);
	keys(g, "G");
	CHECK_EQ(g->w.at, 30);
	sequence(g, "\033[5~"); /* a minute before 12:01:32 */
	CHECK_EQ(g->w.at, 17);
	keys(g, "b"); /* the last of that came at 12:00:02 */
	CHECK_EQ(g->w.at, 0);
	keys(g, "f"); /* no output for more than a minute: the next that there is */
	CHECK_EQ(g->w.at, 17);
	keys(g, "G");
	sequence(g, "\033[H");
	CHECK_EQ(g->w.at, 21);
	CHECK(says(g, "run 2"));
	keys(g, "g");
	CHECK_EQ(g->w.at, 0);
	CHECK(says(g, "run 1"));
	rig_free(g);
}

/* A program that was started again and again, and said nothing. */
TEST(runs_without_output_do_not_hold_it_up)
{
	struct rig *const g = rig_new();
	run_start(g, 1, 10, 40);
	put_at(g, 0, "one\r\n"); /* 0 .. 5 */
	mark(g, TAPE_RUN_END, 1);
	for (uint32_t run = 2; run <= 3; run++) {
		run_start(g, run, 10, 40);
		mark(g, TAPE_RUN_END, run);
	}
	enter(g);
	CHECK_EQ(g->w.at, 5);
	sequence(g, "\033[H");
	CHECK_EQ(g->w.at, 0);
	CHECK(says(g, "run 1"));
	rig_free(g);
}

TEST(the_clock_set_back_does_not_hold_it_up)
{
	struct rig *const g = rig_new();
	run_start(g, 1, 10, 40);
	put_at(g, 1000, "a\r\n");
	put_at(g, 10, "b\r\n");
	put_at(g, 11, "c\r\n");
	enter(g);
	for (int i = 0; i < 5; i++) keys(g, "k");
	CHECK_EQ(g->w.at, 0);
	for (int i = 0; i < 5; i++) keys(g, "j");
	CHECK_EQ(g->w.at, 9);
	keys(g, "g ");
	for (int i = 0; i < 200 && g->w.doing == REWIND_PLAYS; i++) {
		g->now += 40;
		rewind_tick(&g->w, g->now);
	}
	CHECK_EQ(g->w.at, 9);
	rig_free(g);
}

/* How long it takes to come there. */
static int64_t played(struct rig *g, uint64_t to)
{
	int64_t const from = g->now;
	for (int i = 0; i < 100000 && g->w.at < to; i++) {
		int const ms = rewind_timeout(&g->w);
		CHECK(ms >= 0);
		g->now += ms > 0 ? ms : 1;
		rewind_tick(&g->w, g->now);
	}
	CHECK_EQ(g->w.at, to);
	return g->now - from;
}

TEST(plays_at_true_speed_and_faster)
{
	struct rig *const g = lines();
	keys(g, "gg ");
	CHECK(g->w.doing == REWIND_PLAYS);
	CHECK(says(g, "plays x1"));
	int64_t ms = played(g, 10);
	CHECK(ms >= 900 && ms <= 1100);
	ms = played(g, 17); /* two seconds after the first */
	CHECK(ms >= 1800 && ms <= 2200);
	CHECK(says(g, "next in 1:2"));
	keys(g, "++++");
	CHECK(g->w.doing == REWIND_PLAYS);
	ms = played(g, 21); /* 88 s at 16 times */
	CHECK(ms >= 5000 && ms <= 5700);
	(void)played(g, 30);
	CHECK(g->w.doing == REWIND_STILL);
	CHECK_EQ(rewind_timeout(&g->w), -1);
	keys(g, "gg ");
	(void)played(g, 17);
	keys(g, "j"); /* the pause is skipped, and it goes on */
	CHECK_EQ(g->w.at, 21);
	CHECK(g->w.doing == REWIND_PLAYS);
	keys(g, " ");
	CHECK(g->w.doing == REWIND_STILL);
	keys(g, "-----");
	CHECK_EQ(g->w.speed, 1);
	rig_free(g);
}

TEST(finds_when_a_text_came_onto_the_screen)
{
	struct rig *const g = rig_new();
	run_start(g, 1, 3, 10);
	put(g, "Error 1\r\n"); /* 0 .. 9 */
	put(g, "a\r\nb\r\nc\r\nd\r\n"); /* .. 21 */
	put(g, "error 2 is long\r\n"); /* .. 38: on two rows */
	put(g, "e\r\n");
	enter(g);
	keys(g, "/error\r");
	finish_search(g);
	CHECK_EQ(g->w.at, 38);
	keys(g, "n");
	finish_search(g);
	CHECK_EQ(g->w.at, 9);
	keys(g, "n");
	finish_search(g);
	CHECK_EQ(g->w.at, 9);
	CHECK(says(g, "not found further back"));
	keys(g, "G/2 IS\177\177is lo\r");
	finish_search(g);
	CHECK_EQ(g->w.at, 38);
	struct screen *const s = rewind_still(&g->w);
	CHECK_EQ(screen_cursor(s).x, 6); /* the cursor stands on it */
	screen_free(s);
	keys(g, "G/Error\r"); /* a capital letter counts */
	finish_search(g);
	CHECK_EQ(g->w.at, 9);
	keys(g, "G/\025q\003"); /* no command while it is typed */
	CHECK(g->w.on && g->w.doing == REWIND_STILL);
	CHECK_EQ(g->w.at, end(g));
	rig_free(g);
}

TEST(goes_to_an_offset_or_a_time)
{
	struct rig *const g = lines();
	keys(g, "t16\r");
	CHECK_EQ(g->w.at, 16);
	CHECK_STR(row(g, 2), "three");
	keys(g, "t1000\r");
	CHECK_EQ(g->w.at, 30);
	CHECK(says(g, "not reached yet"));
	keys(g, "tsoon\r");
	CHECK(says(g, "neither an offset nor a time"));
	CHECK_EQ(g->w.at, 30);
	keys(g, "t2023-11-14T22:14:00Z\r"); /* 40 s after noon */
	CHECK_EQ(g->w.at, 17);
	rig_free(g);
}

TEST(what_is_overwritten_is_told_and_left)
{
	struct rig *const g = lines();
	char *const much = malloc(HELD);
	CHECK(much);
	memset(much, '.', HELD);
	keys(g, "g");
	for (int i = 0; i < 3; i++) fake_write(&g->t, much, HELD / 2);
	free(much);
	rewind_tick(&g->w, g->now);
	CHECK(g->w.on);
	CHECK(g->w.at >= tape_reader_oldest(&g->r) && g->w.at < end(g));
	CHECK(says(g, "overwritten"));
	CHECK(says(g, "about")); /* no checkpoint leads there */
	keys(g, "h");
	CHECK(g->w.on);
	CHECK(!says(g, "overwritten"));
	keys(g, "gG/nothing\r");
	finish_search(g);
	CHECK(g->w.on);
	rig_free(g);
}

/* A head that lost its store gives another tape, and the mapping of this one is gone. */
TEST(another_tape_ends_it)
{
	struct rig *const g = lines();
	struct tape_reader const old = g->r;
	struct faketape other;
	struct tape_header h = fake_header();
	h.id[0] = 99;
	CHECK_EQ(fake_open(&other, &h, FAKE_SEALS), 0);
	CHECK_EQ(tape_reader_init(&g->r, other.fd), 0);
	rewind_tick(&g->w, g->now);
	CHECK(!g->w.on && g->w.lost);
	keys(g, "h");
	struct tape_reader gone = old;
	tape_reader_deinit(&gone);
	fake_close(&other);
	rig_free(g);
}

TEST(keys_that_leave)
{
	static char const *const all[] = { "q", "\003" };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct rig *const g = lines();
		keys(g, all[i]);
		CHECK(!g->w.on);
		keys(g, "h");
		rewind_tick(&g->w, g->now);
		CHECK_EQ(rewind_timeout(&g->w), -1);
		CHECK(rewind_begin(&g->w));
		rig_free(g);
	}
}

TEST(the_line_fits_any_width)
{
	struct rig *const g = lines();
	for (unsigned cols = 1; cols < 300; cols++) {
		CHECK_EQ(strlen(line(g, cols)), cols);
		keys(g, "?");
		CHECK_EQ(strlen(line(g, cols)), cols);
		keys(g, "?");
	}
	keys(g, "/\xc3\xa4\xe2\x82\xac");
	CHECK_EQ(strlen(line(g, 40)), 40);
	keys(g, "\003s");
	CHECK_STR(line(g, 80), "");
	keys(g, "/");
	CHECK_EQ(strlen(line(g, 10)), 10);
	rig_free(g);
}

/* On the alternate screen ncurses' line feeds are no steps; a cursor that is shown is. */
TEST(full_screen_programs_rest_where_they_show_the_cursor)
{
	struct rig *const g = rig_new();
	run_start(g, 1, 5, 20);
	put(g, "\033[?1049h\033[?25l\033[Ha\nb\nc\033[?25h"); /* 0 .. 31 */
	uint64_t const first = end(g);
	put(g, "\033[?25l\033[2;2Hx\n\ny\033[?25h");
	uint64_t const second = end(g);
	put(g, "\033[?2026hz\033[?2026lw");
	enter(g);
	keys(g, "h");
	CHECK_EQ(g->w.at, end(g) - 1);
	keys(g, "h");
	CHECK_EQ(g->w.at, second);
	keys(g, "h");
	CHECK_EQ(g->w.at, first);
	rig_free(g);
}

/* ---- the picture ---------------------------------------------------------------------- */

/* What a terminal shows that gets the still as the first picture: the cells and the cursor
 * of the screen, whatever of it is alive, and none of the modes. */
static void still_is_shown(struct screen const *s)
{
	unsigned const rows = screen_rows(s), cols = screen_cols(s);
	struct screen *const still = screen_still(s);
	struct canvas c;
	struct screen_buf b = SCREEN_BUF_INIT;
	CHECK(still);
	CHECK_EQ(canvas_init(&c, rows, cols), 0);
	CHECK_EQ(canvas_split(&c, NULL, 0, &(struct screen_sinks){ 0 }), 0);
	CHECK(canvas_paint_still(&c, still, NULL, &b));
	canvas_written(&c, (uint8_t *)b.data, b.len);
	for (unsigned y = 0; y < rows; y++) {
		struct screen_buf want = SCREEN_BUF_INIT, is = SCREEN_BUF_INIT;
		struct screen_row const rw = screen_row(s, SCREEN_ACTIVE, y);
		struct screen_row const ri = screen_row(c.term, SCREEN_ACTIVE, y);
		screen_row_sgr(s, &rw, &want);
		screen_row_sgr(c.term, &ri, &is);
		screen_buf_add(&want, "", 1);
		screen_buf_add(&is, "", 1);
		CHECK_STR(is.data, want.data);
		screen_buf_deinit(&want);
		screen_buf_deinit(&is);
	}
	struct screen_cursor const cw = screen_cursor(s), ci = screen_cursor(c.term);
	CHECK_EQ(ci.y, cw.y);
	CHECK_EQ(ci.x, cw.x);
	CHECK_EQ(ci.visible, cw.visible);
	struct screen_input const in = screen_input(c.term);
	CHECK(!in.mouse && !in.kitty && !in.paste && !in.cursor_keys && !in.focus && !in.keypad && in.modify_other == 0);
	CHECK(screen_alt(c.term));
	/* And back: as if it had never been there. */
	screen_buf_clear(&b);
	canvas_take(&c, screen_clone(s));
	CHECK(canvas_join(&c, &b));
	canvas_written(&c, (uint8_t *)b.data, b.len);
	canvas_merge(&c);
	char why[SCREEN_WHY_MAX] = "";
	struct screen *const live = screen_clone(s);
	if (canvas_ground(live) && !screen_equal(c.term, live, why)) {
		printf("# %s\n", why);
		CHECK(strstr(why, "title")); /* the user's is kept below it */
	}
	screen_free(live);
	screen_free(still);
	screen_buf_deinit(&b);
	canvas_deinit(&c);
}

static void stream(char const *name, unsigned rows, unsigned cols)
{
	char path[256];
	snprintf(path, sizeof path, "tests/oracle/streams/%s.raw", name);
	int const fd = open(path, O_RDONLY | O_CLOEXEC);
	static char data[65536];
	CHECK(fd >= 0);
	ssize_t const len = read(fd, data, sizeof data);
	close(fd);
	CHECK(len > 0 && (size_t)len < HELD);
	struct rig *const g = rig_new();
	run_start(g, 1, (uint16_t)rows, (uint16_t)cols);
	fake_write(&g->t, data, (size_t)len);
	enter(g);
	uint32_t seed = 5;
	for (int i = 0; i < 50; i++) {
		char go[32];
		seed = seed * 1664525u + 1013904223u;
		size_t const at = 1 + (seed >> 8) % (size_t)len;
		snprintf(go, sizeof go, "t%zu\r", at);
		keys(g, go);
		CHECK_EQ(g->w.at, at);
		struct screen *const s = screen_new(rows, cols);
		screen_feed(s, data, at);
		char why[SCREEN_WHY_MAX];
		if (!screen_equal(g->w.replay->screen, s, why)) printf("# %s\n", why);
		CHECK(screen_equal(g->w.replay->screen, s, NULL));
		still_is_shown(s);
		screen_free(s);
	}
	rig_free(g);
}

TEST(any_offset_of_a_session_of_vim) { stream("vim", 24, 80); }
TEST(any_offset_of_a_session_of_htop) { stream("htop", 24, 80); }
TEST(any_offset_of_a_session_of_bash) { stream("bash", 24, 80); }

TEST_MAIN
