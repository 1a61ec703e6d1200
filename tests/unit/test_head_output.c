/* SPDX-License-Identifier: ISC */
/* A terminal's output, read from a real pty: budgets, questions and answers, marks,
 * and what the next head makes of the memory that one leaves at any instant. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "headparts.h"
#include "output.h"
#include "reader.h"

#define UNITS 2000000
#define ANSWERS 4096

static struct output out;
static int master, slave;
static struct tape_reader reader;

/* What was answered, and what the tape said at that instant. */
static struct answers {
	char text[ANSWERS];
	size_t len;
	unsigned n;
	uint64_t end;      /* readers saw what was before */
	uint64_t answered; /* noted */
	int snapshot;      /* the tape as it was at the first answer; -1: not wanted */
	bool wanted;
} answers;

/* A copy of the tape as it is at this instant: what a killed head leaves. */
static int snapshot(int fd)
{
	static uint8_t piece[65536];
	struct stat st;
	int const copy = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(copy >= 0 && fstat(fd, &st) == 0 && ftruncate(copy, st.st_size) == 0);
	for (off_t at = 0; (at = lseek(fd, at, SEEK_DATA)) >= 0;) {
		off_t const hole = lseek(fd, at, SEEK_HOLE);
		while (at < hole) {
			size_t const n = hole - at < (off_t)sizeof piece ? (size_t)(hole - at) : sizeof piece;
			CHECK_EQ(pread(fd, piece, n, at), n);
			CHECK_EQ(pwrite(copy, piece, n, at), n);
			at += (off_t)n;
		}
	}
	CHECK(fcntl(copy, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
	return copy;
}

static void on_answer(void *arg, char const *data, size_t len)
{
	CHECK(arg == &answers);
	CHECK(answers.len + len < ANSWERS);
	memcpy(answers.text + answers.len, data, len);
	answers.len += len;
	answers.text[answers.len] = 0;
	answers.n++;
	answers.end = atomic_load(&out.tape.header->end);
	answers.answered = atomic_load(&out.tape.header->answered);
	if (answers.wanted && answers.snapshot < 0) answers.snapshot = snapshot(out.tape.fd);
}

static struct output_sinks const sinks = { .arg = &answers, .answer = on_answer };

static void begin_run(struct output *o, uint32_t run)
{
	output_run_begin(o, &(struct tape_state){ .flags = TAPE_ALIVE, .run = run, .pid = 42, .since = 1, .size = { 24, 80, 0, 0 } });
}

static void set_up_ring(uint64_t size)
{
	master = parts_pty(&slave);
	answers = (struct answers){ .snapshot = -1 };
	CHECK_EQ(output_create(&out, size, "test", &sinks), 0);
	CHECK_EQ(tape_reader_init(&reader, out.tape.fd), 0);
	begin_run(&out, 1);
}

static void set_up(void) { set_up_ring(65536); }

static void tear_down(void)
{
	tape_reader_deinit(&reader);
	output_deinit(&out);
	close(master);
	close(slave);
	if (answers.snapshot >= 0) close(answers.snapshot);
}

static void says(char const *text) { parts_says(slave, master, text, strlen(text)); }

/* Steps until the kernel has no more. The number of steps. */
static unsigned drain(struct output *o)
{
	unsigned steps = 0;
	size_t n;
	output_budget(o, UNITS);
	while (output_step(o, master, UINT64_MAX, &n) == OUTPUT_SOME) {
		steps++;
		output_budget(o, UNITS);
	}
	return steps;
}

/* What the next event of a reader is: `m` for a mark, or the bytes. */
static enum tape_next next(struct tape_event *ret, char *ret_text, size_t size)
{
	enum tape_next const what = tape_reader_next(&reader, (uint8_t *)ret_text, size - 1, ret);
	if (what == TAPE_BYTES) ret_text[ret->len] = 0;
	return what;
}

static void check_bytes(char const *wanted)
{
	struct tape_event e;
	char text[4096];
	CHECK_EQ(next(&e, text, sizeof text), TAPE_BYTES);
	CHECK_STR(text, wanted);
}

static struct tape_mark check_mark(enum tape_mark_type type)
{
	struct tape_event e;
	char text[4096];
	CHECK_EQ(next(&e, text, sizeof text), TAPE_MARK);
	CHECK_EQ(e.mark.type, type);
	return e.mark;
}

static void check_nothing(void)
{
	struct tape_event e;
	char text[4096];
	CHECK_EQ(next(&e, text, sizeof text), TAPE_NOTHING);
}

static void check_row(struct screen const *s, unsigned y, char const *wanted)
{
	struct screen_row const row = screen_row(s, SCREEN_ACTIVE, y);
	char text[128] = "";
	for (unsigned x = 0; x < row.len && x < sizeof text - 1; x++) text[x] = row.cells[x].ch ? (char)row.cells[x].ch : ' ';
	CHECK_STR(text, wanted);
}

/* ---- reading ---- */

TEST(what_is_written_is_on_the_tape_and_on_the_screen)
{
	size_t n;
	set_up();
	output_budget(&out, UNITS);
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_DRY);
	CHECK_EQ(n, 0);
	says("hello");
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
	CHECK_EQ(n, 5);
	CHECK(!output_behind(&out));
	CHECK_EQ(out.tape.end, 5);
	(void)check_mark(TAPE_RUN_START);
	check_bytes("hello");
	check_nothing();
	check_row(out.screen, 0, "hello");
	tear_down();
}

TEST(no_more_is_read_than_may_be)
{
	size_t n;
	set_up();
	says("hello");
	output_budget(&out, UNITS);
	CHECK_EQ(output_step(&out, master, 2, &n), OUTPUT_SOME);
	CHECK_EQ(n, 2);
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
	CHECK_EQ(n, 3);
	tear_down();
}

TEST(a_hang_up_is_told_and_what_was_written_comes_first)
{
	size_t n;
	set_up();
	says("last");
	close(slave);
	output_budget(&out, UNITS);
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
	CHECK_EQ(n, 4);
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_HUNGUP);
	slave = open("/dev/null", O_RDONLY | O_CLOEXEC);
	tear_down();
}

TEST(a_master_that_is_gone_is_lost)
{
	size_t n;
	set_up();
	CHECK_EQ(output_step(&out, -1, UINT64_MAX, &n), OUTPUT_LOST);
	tear_down();
}

/* ---- the budget ---- */

/* A stream that the engine needs long for is taken over many rounds, in each of which
 * it spends no more than its budget and one sequence; readers see only what the engine
 * has had, and in the end all of it. */
TEST(a_costly_stream_takes_many_rounds)
{
	static char flood[3000];
	size_t n;
	unsigned rounds = 0;
	set_up();
	output_resize(&out, (struct tape_size){ 400, 500, 0, 0 });
	for (size_t i = 0; i < sizeof flood; i += 3) memcpy(flood + i, "\033#8", 3);
	parts_says(slave, master, flood, sizeof flood);
	out.budget = 0;
	output_budget(&out, UNITS);
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
	CHECK_EQ(n, sizeof flood);
	CHECK(output_behind(&out));
	while (output_behind(&out)) {
		uint64_t const spent = screen_spent(out.screen);
		uint64_t const fed = out.fed;
		output_budget(&out, UNITS);
		while (output_behind(&out) && !output_spent(&out)) {
			CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
			CHECK_EQ(n, 0); /* what was taken comes before what is to be read */
		}
		CHECK(screen_spent(out.screen) - spent <= UNITS + 2 * 400u * 500u);
		CHECK(out.tape.end <= out.fed && out.fed - out.tape.end <= TAPE_HOLD_MAX);
		if (rounds % 10 == 9) CHECK(out.fed > fed);
		rounds++;
	}
	CHECK(rounds > 50);
	CHECK_EQ(out.tape.end, sizeof flood);
	(void)check_mark(TAPE_RUN_START);
	(void)check_mark(TAPE_SIZE);
	char text[4096];
	struct tape_event e;
	CHECK_EQ(next(&e, text, sizeof text), TAPE_BYTES);
	CHECK_EQ(e.len, sizeof flood);
	CHECK(!memcmp(text, flood, sizeof flood));
	tear_down();
}

TEST(a_debt_is_paid_first)
{
	set_up();
	output_budget(&out, UNITS);
	CHECK(!output_spent(&out));
	out.budget = -3 * UNITS;
	output_budget(&out, UNITS);
	CHECK(output_spent(&out));
	output_budget(&out, UNITS);
	output_budget(&out, UNITS);
	CHECK(output_spent(&out));
	output_budget(&out, UNITS);
	CHECK_EQ(out.budget, UNITS);
	/* What was not spent is not saved up. */
	output_budget(&out, UNITS);
	CHECK_EQ(out.budget, UNITS);
	tear_down();
}

TEST(resizes_and_checkpoints_cost_the_budget_too)
{
	set_up();
	output_budget(&out, UNITS);
	output_resize(&out, (struct tape_size){ 500, 500, 0, 0 });
	CHECK(out.budget <= UNITS - 500 * 500);
	output_budget(&out, UNITS);
	output_checkpoint(&out);
	CHECK(out.budget <= UNITS - 500 * 500);
	tear_down();
}

/* ---- what is held back ---- */

TEST(half_a_sequence_or_character_is_not_shown)
{
	static char const *const halves[][2] = {
		{ "abc\033[3", "1mX" }, { "abc\303", "\244" }, { "abc\033]0;ti", "tle\007" }, { "abc\033", "c" },
	};
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		set_up();
		says(halves[i][0]);
		(void)drain(&out);
		CHECK_EQ(out.tape.end, 3);
		CHECK_EQ(out.tape.taken, strlen(halves[i][0]));
		CHECK(!output_behind(&out));
		says(halves[i][1]);
		(void)drain(&out);
		CHECK_EQ(out.tape.end, strlen(halves[i][0]) + strlen(halves[i][1]));
		tear_down();
	}
}

TEST(a_long_sequence_is_shown_as_it_comes)
{
	char text[TAPE_HOLD_MAX + 200];
	set_up();
	says("\033]0;");
	memset(text, 'x', sizeof text);
	parts_says(slave, master, text, TAPE_HOLD_MAX - 100);
	(void)drain(&out);
	CHECK_EQ(out.tape.end, 0);
	parts_says(slave, master, text, 200);
	(void)drain(&out);
	CHECK_EQ(out.tape.end, TAPE_HOLD_MAX + 104);
	tear_down();
}

TEST(settling_shows_all)
{
	set_up();
	says("abc\033[3");
	(void)drain(&out);
	output_settle(&out);
	CHECK_EQ(out.tape.end, 6);
	tear_down();
}

/* ---- questions ---- */

/* The answer is noted before it is sent, and sent before readers see the question; its
 * mark comes before its bytes. */
TEST(a_question_is_noted_answered_and_only_then_shown)
{
	set_up();
	says("abc\033[cdef");
	(void)drain(&out);
	CHECK_EQ(answers.n, 1);
	CHECK(strstr(answers.text, "\033[?") == answers.text);
	CHECK(answers.end <= 3);
	CHECK_EQ(answers.answered, 6);
	(void)check_mark(TAPE_RUN_START);
	check_bytes("abc");
	struct tape_mark const m = check_mark(TAPE_QUERY);
	CHECK_EQ(m.offset, 3);
	CHECK_EQ(m.u.query.length, 3);
	CHECK_EQ(m.u.query.viewer, 0);
	check_bytes("\033[cdef");
	tear_down();
}

TEST(each_question_of_one_read_is_answered_in_order)
{
	set_up();
	says("\033[3;5H\033[6n\033[7;9H\033[6n\033[5n");
	(void)drain(&out);
	CHECK_EQ(answers.n, 3);
	CHECK_STR(answers.text, "\033[3;5R\033[7;9R\033[0n");
	(void)check_mark(TAPE_RUN_START);
	check_bytes("\033[3;5H");
	CHECK_EQ(check_mark(TAPE_QUERY).offset, 6);
	check_bytes("\033[6n\033[7;9H");
	CHECK_EQ(check_mark(TAPE_QUERY).offset, 16);
	check_bytes("\033[6n");
	CHECK_EQ(check_mark(TAPE_QUERY).offset, 20);
	check_bytes("\033[5n");
	check_nothing();
	tear_down();
}

TEST(questions_of_one_byte_that_touch_have_one_mark)
{
	set_up();
	says("a\005\005\005b\005");
	(void)drain(&out);
	(void)check_mark(TAPE_RUN_START);
	check_bytes("a");
	CHECK_EQ(check_mark(TAPE_QUERY).u.query.length, 3);
	check_bytes("\005\005\005b");
	CHECK_EQ(check_mark(TAPE_QUERY).u.query.length, 1);
	check_bytes("\005");
	check_nothing();
	tear_down();
}

/* What only a terminal knows is one viewer's to ask; without one the engine's own
 * answer must do. */
TEST(a_terminals_question_names_who_passes_it_on)
{
	set_up();
	out.asker = 7;
	says("\033]11;?\033\\");
	(void)drain(&out);
	CHECK_EQ(answers.n, 0);
	(void)check_mark(TAPE_RUN_START);
	CHECK_EQ(check_mark(TAPE_QUERY).u.query.viewer, 7);
	check_bytes("\033]11;?\033\\");
	out.asker = 0;
	says("\033]11;?\033\\");
	(void)drain(&out);
	CHECK_EQ(check_mark(TAPE_QUERY).u.query.viewer, 0);
	CHECK(answers.n <= 1);
	tear_down();
}

/* As many as one read can bring: every one has its mark, and the ring of marks holds. */
TEST(a_read_full_of_questions_is_marked_and_answered_whole)
{
	char text[3 * 1000];
	unsigned marks = 0;
	struct tape_event e;
	char got[8192];
	enum tape_next what;
	set_up();
	for (size_t i = 0; i < sizeof text; i += 3) memcpy(text + i, "\033[c", 3);
	(void)check_mark(TAPE_RUN_START);
	for (unsigned i = 0; i < 6; i++) {
		answers.len = answers.n = 0;
		for (size_t at = 0; at < sizeof text; at += 300) {
			parts_says(slave, master, text + at, 300);
			(void)drain(&out);
			CHECK_EQ(answers.n, 100);
			answers.len = answers.n = 0;
		}
		while ((what = next(&e, got, sizeof got)) != TAPE_NOTHING) {
			CHECK(what == TAPE_MARK || what == TAPE_BYTES);
			marks += what == TAPE_MARK;
		}
	}
	CHECK_EQ(marks, 6000);
	tear_down();
}

/* ---- runs ---- */

TEST(a_run_begins_and_ends_on_the_tape)
{
	set_up();
	says("one\033[3");
	(void)drain(&out);
	output_run_end(&out, TAPE_STATUS_KNOWN, 3 << 8, 99);
	CHECK_EQ(out.tape.end, 6); /* nothing is held back any more */
	CHECK_EQ(out.state.flags, TAPE_ENDED_KNOWN);
	begin_run(&out, 2);
	CHECK_EQ(out.state.flags, TAPE_ALIVE);
	says("two");
	(void)drain(&out);
	struct tape_mark m = check_mark(TAPE_RUN_START);
	CHECK(m.run == 1 && m.u.start.pid == 42 && m.u.start.size.cols == 80);
	check_bytes("one\033[3");
	m = check_mark(TAPE_RUN_END);
	CHECK(m.run == 1 && m.u.end.flags == TAPE_STATUS_KNOWN && m.u.end.status == 3 << 8);
	CHECK_EQ(check_mark(TAPE_RUN_START).run, 2);
	check_bytes("two");
	/* The sequence that the first left open is not the second's. */
	check_row(out.screen, 0, "one");
	check_row(out.screen, 1, "two");
	tear_down();
}

TEST(what_one_run_asked_for_is_not_answered_to_nobody)
{
	set_up();
	says("\033[c");
	(void)drain(&out);
	CHECK_EQ(answers.n, 1);
	output_run_end(&out, 0, 0, 99);
	CHECK_EQ(out.state.flags, 0);
	CHECK_EQ(answers.n, 1);
	tear_down();
}

/* ---- the next head ---- */

/* The state of `a` is that of `b`. */
static void check_same(struct output const *a, struct output const *b)
{
	CHECK(screen_equal(a->screen, b->screen, NULL));
	CHECK_EQ(a->state.run, b->state.run);
	CHECK_EQ(a->state.flags, b->state.flags);
	CHECK(!memcmp(&a->state.size, &b->state.size, sizeof a->state.size));
	CHECK_EQ(a->tape.end, b->tape.end);
	CHECK_EQ(a->tape.taken, b->tape.taken);
	CHECK_EQ(a->fed, b->fed);
}

/* The first rounds after that. */
static void catch_up(struct output *b)
{
	size_t n;
	while (output_behind(b)) {
		output_budget(b, UNITS);
		CHECK_EQ(output_step(b, -1, 0, &n), OUTPUT_SOME);
	}
}

/* The next head's output, on the same memory. */
static void reopen(struct output *b, bool answer)
{
	bool whole = false;
	CHECK_EQ(output_open(b, fcntl(out.tape.fd, F_DUPFD_CLOEXEC, 0), &sinks, &whole), 0);
	CHECK(whole);
	output_resume(b, answer);
	catch_up(b);
}

TEST(the_next_head_goes_on_where_one_was_killed)
{
	static char const *const texts[] = {
		"", "plain", "abc\033[3", "\033[31mred\303", "\033[?1049halt", "q\033[c\033[6nq", "\033]0;unfinished",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bool const open = texts[i][0] && texts[i][1] == ']'; /* a title that does not end */
		struct output b;
		set_up();
		says(texts[i]);
		(void)drain(&out);
		unsigned const n = answers.n;
		reopen(&b, true);
		check_same(&out, &b);
		CHECK_EQ(answers.n, n); /* not a second time */
		says("1mgo on");
		(void)drain(&b);
		CHECK_EQ(b.tape.taken, strlen(texts[i]) + 7);
		CHECK_EQ(b.tape.end, open ? 0 : b.tape.taken);
		output_deinit(&b);
		tear_down();
	}
}

TEST(sizes_and_runs_come_back_too)
{
	struct output b;
	set_up();
	says("abc");
	(void)drain(&out);
	output_resize(&out, (struct tape_size){ 30, 100, 1000, 600 });
	output_run_end(&out, TAPE_STATUS_KNOWN, 9, 99);
	reopen(&b, true);
	check_same(&out, &b);
	CHECK_EQ(b.state.status, 9);
	CHECK_EQ(screen_rows(b.screen), 30);
	output_deinit(&b);
	tear_down();
}

/* What was read and neither parsed nor shown is found, parsed, answered and shown. */
TEST(what_was_read_and_not_parsed_is_parsed_by_the_next)
{
	struct output b;
	size_t room;
	set_up();
	says("abc");
	(void)drain(&out);
	uint8_t *const p = tape_arm(&out.tape, &room);
	memcpy(p, "de\033[cf", 6); /* the kernel's read; killed before tape_take */
	reopen(&b, true);
	CHECK_EQ(answers.n, 1);
	CHECK_EQ(b.tape.end, 9);
	check_row(b.screen, 0, "abcdef");
	(void)check_mark(TAPE_RUN_START);
	check_bytes("abcde");
	CHECK_EQ(check_mark(TAPE_QUERY).offset, 5);
	check_bytes("\033[cf");
	output_deinit(&b);
	tear_down();
}

TEST(without_answers_it_is_silent_until_it_is_there)
{
	struct output b;
	size_t room;
	set_up();
	memcpy(tape_arm(&out.tape, &room), "\033[c", 3);
	reopen(&b, false);
	CHECK_EQ(answers.n, 0);
	CHECK_EQ(b.tape.end, 3);
	says("\033[5n");
	(void)drain(&b);
	CHECK_STR(answers.text, "\033[0n");
	output_deinit(&b);
	tear_down();
}

/* Killed between the note and the answer, or after it: the next head does not answer
 * again, but marks and shows the question. */
TEST(killed_in_the_middle_of_an_answer_it_is_not_answered_again)
{
	struct output b;
	bool whole;
	set_up();
	answers.wanted = true;
	says("abc\033[c\033[6n");
	(void)drain(&out);
	CHECK_EQ(answers.n, 2);
	CHECK(answers.snapshot >= 0);
	answers.len = answers.n = 0;
	CHECK_EQ(output_open(&b, answers.snapshot, &sinks, &whole), 0);
	answers.snapshot = -1;
	answers.wanted = false;
	CHECK_EQ(b.tape.end, 0);
	CHECK_EQ(b.tape.taken, 10);
	output_resume(&b, true);
	catch_up(&b);
	/* The second one was not noted: it is answered now, once. */
	CHECK_STR(answers.text, "\033[1;4R");
	CHECK_EQ(b.tape.end, 10);
	tape_reader_deinit(&reader);
	CHECK_EQ(tape_reader_init(&reader, b.tape.fd), 0);
	(void)check_mark(TAPE_RUN_START);
	check_bytes("abc");
	CHECK_EQ(check_mark(TAPE_QUERY).offset, 3);
	check_bytes("\033[c");
	CHECK_EQ(check_mark(TAPE_QUERY).offset, 6);
	check_bytes("\033[6n");
	check_nothing();
	output_deinit(&b);
	tear_down();
}

/* A head that was killed at any of many instants of a costly stream. */
TEST(killed_between_the_steps_of_a_costly_stream_nothing_is_lost)
{
	static char flood[1200];
	size_t n;
	struct output b;
	bool whole;
	set_up();
	output_resize(&out, (struct tape_size){ 200, 300, 0, 0 });
	for (size_t i = 0; i < sizeof flood; i += 12) memcpy(flood + i, "\033#8\033[2J\033[5n", 11), flood[i + 11] = 'x';
	parts_says(slave, master, flood, sizeof flood);
	for (unsigned i = 0; i < 8; i++) {
		output_budget(&out, 100000);
		while (!output_spent(&out)) CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
		unsigned const before = answers.n;
		CHECK_EQ(output_open(&b, snapshot(out.tape.fd), &sinks, &whole), 0);
		CHECK(whole);
		output_resume(&b, true);
		catch_up(&b);
		CHECK_EQ(answers.n, 100); /* those that were not yet, and no other */
		CHECK_EQ(b.tape.end, sizeof flood);
		output_deinit(&b);
		answers.n = before;
		answers.len = 0;
	}
	CHECK(output_behind(&out));
	tear_down();
}

/* A picture of half blocks: each cell has two colours of its own, so 18 MB restore it. */
TEST(a_picture_whose_checkpoint_is_large_is_recovered)
{
	static char piece[4096];
	enum { ROWS = 500, COLS = 1000, PIECE = 50 };
	struct output b;
	bool whole;
	char why[SCREEN_WHY_MAX];
	set_up_ring(4u << 20);
	output_resize(&out, (struct tape_size){ ROWS, COLS, 0, 0 });
	for (unsigned cell = 0; cell < ROWS * COLS; cell += PIECE) {
		size_t len = 0;
		for (unsigned i = cell; i < cell + PIECE; i++)
			len += (size_t)snprintf(piece + len, sizeof piece - len, "\033[38;2;1%02u;1%02u;100;48;2;200;120;1%02um\u2580",
			                        i % 100, i / 100 % 100, i % 100);
		parts_says(slave, master, piece, len);
		(void)drain(&out);
	}
	CHECK(!output_behind(&out));
	CHECK_EQ(output_open(&b, snapshot(out.tape.fd), &sinks, &whole), 0);
	CHECK(whole);
	CHECK(screen_equal(b.screen, out.screen, why));
	output_deinit(&b);
	tear_down();
}

TEST(what_is_no_tape_is_refused_and_stays_the_callers)
{
	struct output b;
	bool whole;
	int const null = open("/dev/null", O_RDWR | O_CLOEXEC);
	set_up();
	CHECK_EQ(output_open(&b, null, &sinks, &whole), -EPROTO);
	CHECK(fcntl(null, F_GETFD) >= 0);
	close(null);
	int const copy = snapshot(out.tape.fd);
	CHECK_EQ(pwrite(copy, "\377\377\377\377", 4, 8), 4); /* the version */
	CHECK_EQ(output_open(&b, copy, &sinks, &whole), -EPROTONOSUPPORT);
	CHECK(fcntl(copy, F_GETFD) >= 0);
	close(copy);
	tear_down();
}

/* Positions, marks and checkpoints of a damaged tape, one after the other: it is refused
 * or gone on with, never followed out of its memory. */
TEST(a_damaged_tape_is_refused_or_gone_on_with)
{
	struct output b;
	bool whole;
	set_up();
	says("abc\033[31m\033[cdef");
	(void)drain(&out);
	output_run_end(&out, TAPE_STATUS_KNOWN, 0, 99);
	int const copy = snapshot(out.tape.fd);
	static uint64_t const values[] = { 0, 1, 1000, UINT64_MAX / 8, UINT64_MAX / 2, UINT64_MAX };
	/* The words of the header's second page, and what lies behind it. */
	for (off_t at = TAPE_PAGE; at < 2 * (off_t)TAPE_PAGE + 64 * 4; at += at < TAPE_PAGE + 256 ? 8 : at < 2 * (off_t)TAPE_PAGE ? TAPE_PAGE : 4)
		for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
			int const hurt = snapshot(copy);
			CHECK_EQ(pwrite(hurt, &values[i], sizeof values[i], at), sizeof values[i]);
			int const r = output_open(&b, hurt, &sinks, &whole);
			if (r < 0) {
				CHECK(r == -EPROTO || r == -EPROTONOSUPPORT);
				close(hurt);
				continue;
			}
			output_resume(&b, false);
			answers.len = 0;
			(void)drain(&b);
			CHECK(b.tape.end <= b.tape.taken && b.fed == b.tape.taken);
			output_deinit(&b);
		}
	close(copy);
	tear_down();
}

/* ---- what one program may cost ---- */

static char dear[3000]; /* 1,000 times the whole screen */

static void dear_set_up(void)
{
	set_up();
	output_resize(&out, (struct tape_size){ 200, 300, 0, 0 });
	for (size_t i = 0; i < sizeof dear; i += 3) memcpy(dear + i, "\033#8", 3);
}

/* What the rounds' budget makes slow when it is written must not come at once, without a
 * budget, when the next head takes it up: it would be dead before its first round. */
TEST(a_dear_past_is_cheap_to_take_up)
{
	struct output b;
	size_t n;
	dear_set_up();
	for (unsigned i = 0; i < 6; i++) {
		parts_write(slave, dear, sizeof dear);
		do output_budget(&out, UNITS);
		while (output_step(&out, master, UINT64_MAX, &n) == OUTPUT_SOME);
	}
	CHECK_EQ(out.tape.end, 6 * sizeof dear);
	reopen(&b, true);
	CHECK(screen_spent(b.screen) <= 100000000); /* 0.1 s; it took 360,000,000 for 18 KB */
	output_deinit(&b);
	tear_down();
}

/* What was read and not parsed is parsed in the next head's rounds, too. */
TEST(a_dear_read_is_taken_up_in_rounds)
{
	struct output b;
	bool whole;
	size_t n;
	dear_set_up();
	parts_write(slave, dear, sizeof dear);
	output_budget(&out, UNITS);
	CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
	CHECK(output_behind(&out));
	CHECK_EQ(output_open(&b, fcntl(out.tape.fd, F_DUPFD_CLOEXEC, 0), &sinks, &whole), 0);
	output_resume(&b, true);
	CHECK(screen_spent(b.screen) <= 100000000);
	CHECK(output_behind(&b));
	catch_up(&b);
	output_deinit(&b);
	tear_down();
}

/* While a program is dear, little is read at once: so little is behind when its run ends
 * or its size is set. */
TEST(a_dear_program_is_read_in_small_parts)
{
	size_t n, most = 0;
	dear_set_up();
	for (unsigned i = 0; i < 20; i++) {
		parts_write(slave, dear, 300);
		output_budget(&out, UNITS);
		while (!output_spent(&out) && output_step(&out, master, UINT64_MAX, &n) == OUTPUT_SOME) {}
		if (i > 10 && out.tape.taken - out.fed > most) most = out.tape.taken - out.fed;
		while (output_behind(&out)) {
			output_budget(&out, UNITS);
			(void)output_step(&out, master, UINT64_MAX, &n);
		}
	}
	CHECK(most > 0 && most <= 256);
	/* And in large ones again when it is not. */
	for (unsigned i = 0; i < 100 && output_step(&out, master, UINT64_MAX, &n) == OUTPUT_SOME; i++) output_budget(&out, UNITS);
	for (unsigned i = 0; i < 10; i++) {
		parts_write(slave, "plain", 5);
		output_budget(&out, UNITS);
		CHECK_EQ(output_step(&out, master, UINT64_MAX, &n), OUTPUT_SOME);
	}
	CHECK(out.chunk >= 4096);
	tear_down();
}

TEST_MAIN
