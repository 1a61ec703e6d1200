/* SPDX-License-Identifier: ISC */
/* From a tape to what a terminal shows: the output is fed to a screen, which is
 * compared with what it should be. */
#include "show.h"

#include "faketape.h"
#include "tokens.h"
#include "unit.h"

#define HELD (FAKE_RING - TAPE_READ_MAX)

struct rig {
	struct faketape t;
	struct show s;
	int out;
	int64_t now;
	char said[1024];
};

static char *said; /* where say puts it: the tests' own */

static void say(char const *text)
{
	size_t const n = strlen(said);
	snprintf(said + n, 1024 - n, "%s\n", text);
}

static struct rig *rig_new(bool tty, bool once)
{
	struct tape_header const h = fake_header();
	struct rig *const r = calloc(1, sizeof *r);
	CHECK(r);
	CHECK_EQ(fake_open(&r->t, &h, FAKE_SEALS), 0);
	r->out = memfd_create("out", MFD_CLOEXEC);
	CHECK(r->out >= 0);
	r->now = 1000;
	r->s.face.tty = tty;
	r->s.face.say = say;
	r->s.once = once;
	said = r->said;
	CHECK_EQ(show_init(&r->s, r->out, 24, 80), 0);
	return r;
}

static void rig_attach(struct rig *r)
{
	CHECK_EQ(show_tape(&r->s, fcntl(r->t.fd, F_DUPFD_CLOEXEC, 0), 5), 0);
}

static void rig_free(struct rig *r)
{
	show_deinit(&r->s);
	fake_close(&r->t);
	close(r->out);
	free(r);
}

/* Everything that can go, goes; what takes a moment is waited for. */
#define MOMENT 100
static void drive(struct rig *r)
{
	for (int i = 0; i < 1000; i++) {
		show_pump(&r->s, r->now);
		enum out_result const o = show_flush(&r->s);
		CHECK(o == OUT_OK || o == OUT_AGAIN);
		if (!show_idle(&r->s, r->now) || out_pending(&r->s.face.out)) continue;
		int const ms = show_timeout(&r->s, r->now);
		if (ms < 0 || ms > MOMENT) return;
		r->now += ms;
	}
	CHECK(r->now < 0); /* it never comes to an end */
}

static char *output(struct rig *r, size_t *ret_len)
{
	off_t const len = lseek(r->out, 0, SEEK_END);
	char *const data = malloc((size_t)len + 1);
	CHECK(data && pread(r->out, data, (size_t)len, 0) == len);
	data[len] = 0;
	*ret_len = (size_t)len;
	return data;
}

static struct screen *shown(struct rig *r)
{
	size_t len;
	char *const data = output(r, &len);
	struct screen *const s = screen_new(24, 80);
	CHECK(s);
	/* What the user had on the screen before. */
	screen_feed(s, "\033[31mprompt$ attach\r\n", 21);
	screen_feed(s, data, len);
	free(data);
	return s;
}

static void expect_output(struct rig *r, char const *want)
{
	size_t len;
	char *const data = output(r, &len);
	CHECK_STR(data, want);
	free(data);
}

#define TITLE_KEPT "\033[22;0t"

/* The terminal shows what `stream` gives, fed to a fresh one that keeps the
 * user's title. */
static void expect_screen(struct rig *r, char const *stream)
{
	char why[SCREEN_WHY_MAX] = "";
	struct screen *const is = shown(r);
	struct screen *const want = screen_new(24, 80);
	screen_feed(want, TITLE_KEPT, strlen(TITLE_KEPT));
	screen_feed(want, stream, strlen(stream));
	if (!screen_equal(is, want, why)) printf("# %s\n", why);
	CHECK(screen_equal(is, want, NULL));
	screen_free(is);
	screen_free(want);
}

static unsigned times(struct rig *r, char const *what)
{
	size_t len;
	unsigned n = 0;
	char *const data = output(r, &len);
	for (char *p = data; (p = memmem(p, len - (size_t)(p - data), what, strlen(what))); p++) n++;
	free(data);
	return n;
}

static void row_is(struct screen *s, unsigned y, char const *want)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen_row const row = screen_row(s, SCREEN_ACTIVE, y);
	screen_row_text(s, &row, &b);
	screen_buf_add(&b, "", 1);
	CHECK_STR(b.data, want);
	screen_buf_deinit(&b);
}

static void run_mark(struct rig *r, uint32_t type, uint32_t run, uint32_t flags, int32_t status)
{
	uint64_t const i = atomic_load(&r->t.header->marks_end);
	struct tape_mark m;
	memset(&m, 0, sizeof m);
	m.type = type;
	m.offset = atomic_load(&r->t.header->end);
	m.run = run;
	if (type == TAPE_RUN_START) {
		m.u.start.pid = 77;
	} else {
		m.u.end.flags = flags;
		m.u.end.status = status;
	}
	memcpy(r->t.map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof m, &m, sizeof m);
	atomic_store(&r->t.header->marks_end, i + 1);
}

#define START(r, run) run_mark(r, TAPE_RUN_START, run, 0, 0)
#define END(r, run, status) run_mark(r, TAPE_RUN_END, run, TAPE_STATUS_KNOWN, status)

static void text(struct rig *r, char const *t)
{
	fake_write(&r->t, t, strlen(t));
}

static void put_mark(struct rig *r, struct tape_mark const *m)
{
	uint64_t const i = atomic_load(&r->t.header->marks_end);
	memcpy(r->t.map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof *m, m, sizeof *m);
	atomic_store(&r->t.header->marks_end, i + 1);
}

static void size_mark(struct rig *r, uint16_t rows, uint16_t cols)
{
	put_mark(r, &(struct tape_mark){ .type = TAPE_SIZE, .run = 1, .offset = atomic_load(&r->t.header->end),
	                                 .u.size = { .rows = rows, .cols = cols } });
}

/* ---- a pipe -------------------------------------------------------------------- */

TEST(a_pipe_gets_the_bytes_as_they_came)
{
	struct rig *const r = rig_new(false, false);
	START(r, 1);
	text(r, "\033[?1049hone\033[c");
	fake_mark(&r->t, TAPE_QUERY, 11, 3);
	rig_attach(r);
	text(r, "two");
	drive(r);
	END(r, 1, 3 << 8);
	drive(r);
	expect_output(r, "\033[?1049hone\033[ctwo");
	CHECK_STR(r->said, "the program ended with exit code 3\n");
	rig_free(r);
}

TEST(a_pipe_that_was_overtaken_counts_what_it_lost)
{
	struct rig *const r = rig_new(false, false);
	char *const many = malloc(FAKE_RING);
	memset(many, 'x', FAKE_RING);
	START(r, 1);
	text(r, "begin");
	rig_attach(r);
	drive(r);
	fake_write(&r->t, many, FAKE_RING);
	drive(r);
	char want[100];
	snprintf(want, sizeof want, "%d bytes of output were lost, since they were not read in time\n",
	         (int)TAPE_READ_MAX);
	CHECK_STR(r->said, want);
	size_t len;
	free(output(r, &len));
	CHECK_EQ(len, 5 + HELD);
	free(many);
	rig_free(r);
}

/* Marks go first where a program asks much: the bytes are still whole. */
TEST(a_pipe_whose_marks_were_overtaken_loses_nothing)
{
	struct rig *const r = rig_new(false, false);
	START(r, 1);
	rig_attach(r);
	drive(r);
	text(r, "abc");
	for (unsigned i = 0; i < FAKE_MARKS + 10; i++) fake_mark(&r->t, TAPE_SIZE, 3, 0);
	text(r, "def");
	drive(r);
	expect_output(r, "abcdef");
	CHECK_STR(r->said, "");
	rig_free(r);
}

/* ---- one run ------------------------------------------------------------------- */

TEST(one_run_is_the_one_alive_from_its_beginning)
{
	struct rig *const r = rig_new(false, true);
	START(r, 1);
	text(r, "first");
	END(r, 1, 0);
	START(r, 2);
	text(r, "second ");
	rig_attach(r);
	text(r, "more");
	END(r, 2, 7 << 8);
	START(r, 3);
	text(r, "third");
	drive(r);
	expect_output(r, "second more");
	CHECK(r->s.over && r->s.known);
	CHECK_EQ(notice_code(r->s.status), 7);
	rig_free(r);
}

TEST(one_run_is_the_next_where_none_is_alive)
{
	struct rig *const r = rig_new(false, true);
	START(r, 1);
	text(r, "first");
	END(r, 1, 0);
	rig_attach(r);
	text(r, "its children");
	drive(r);
	CHECK(!r->s.over);
	START(r, 2);
	text(r, "second");
	run_mark(r, TAPE_RUN_END, 2, 0, 0);
	drive(r);
	expect_output(r, "second");
	CHECK(r->s.over && !r->s.known);
	rig_free(r);
}

TEST(one_run_whose_end_was_missed_is_over_all_the_same)
{
	struct rig *const r = rig_new(false, true);
	START(r, 1);
	text(r, "first");
	rig_attach(r);
	drive(r);
	END(r, 1, 0);
	START(r, 2);
	fake_checkpoint(&r->t, "");
	for (unsigned i = 0; i < FAKE_MARKS / 2; i++) fake_mark(&r->t, TAPE_SIZE, 5, 0);
	fake_checkpoint(&r->t, "");
	for (unsigned i = 0; i < FAKE_MARKS / 2; i++) fake_mark(&r->t, TAPE_SIZE, 5, 0);
	drive(r);
	CHECK(r->s.over && !r->s.known);
	rig_free(r);
}

/* ---- a terminal ------------------------------------------------------------------ */

TEST(a_terminal_begins_with_the_picture)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "old");
	fake_checkpoint(&r->t, "A\033[31mB\033[?2004h\r\n\033[44mC");
	atomic_store(&fake_slot(&r->t, 1)->serial, 0);
	fake_slot(&r->t, 1)->state.flags = TAPE_ALIVE;
	fake_sum(fake_slot(&r->t, 1));
	atomic_store(&fake_slot(&r->t, 1)->serial, 1);
	text(r, "D\033[mE");
	rig_attach(r);
	drive(r);
	expect_screen(r, "A\033[31mB\033[?2004h\r\n\033[44mCD\033[mE");
	rig_free(r);
}

TEST(a_terminal_without_a_picture_begins_at_the_oldest_byte)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "one\r\n\033[1mtwo");
	rig_attach(r);
	drive(r);
	expect_screen(r, "one\r\n\033[1mtwo");
	rig_free(r);
}

TEST(queries_do_not_reach_a_terminal_however_they_are_split)
{
	for (unsigned at = 0; at <= 7; at++) {
		struct rig *const r = rig_new(true, false);
		START(r, 1);
		rig_attach(r);
		drive(r);
		fake_mark(&r->t, TAPE_QUERY, 2, 3);
		fake_write(&r->t, "ab\033[cde", at);
		drive(r);
		fake_write(&r->t, &"ab\033[cde"[at], 7 - at);
		drive(r);
		expect_screen(r, "abde");
		CHECK_EQ(times(r, "\033[c"), 1); /* the viewer's own */
		rig_free(r);
	}
}

TEST(a_terminal_that_was_overtaken_gets_the_newest_picture)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "\033[?1000h\033[?1049hbegin \033]0;cut");
	rig_attach(r);
	drive(r);
	char *const many = malloc(FAKE_RING);
	memset(many, 'x', FAKE_RING);
	fake_write(&r->t, many, FAKE_RING);
	free(many);
	fake_checkpoint(&r->t, "new\033[?2004h");
	text(r, "er");
	drive(r);
	expect_screen(r, "new\033[?2004her");
	rig_free(r);
}

TEST(what_is_on_is_undone)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "main\r\n\033[?1049h\033[?1000h\033[?1006h\033[?2004h\033[?1004h\033[?1h\033=\033[>5u"
	        "\033[5 q\033[?25l\033[31;1mX\033[2;5r\033[4h\033]2;cut");
	rig_attach(r);
	drive(r);
	face_leave(&r->s.face, NULL, r->now);
	while (out_pending(&r->s.face.out)) show_flush(&r->s);
	struct screen *const s = shown(r);
	struct screen_input const in = screen_input(s);
	CHECK(!screen_alt(s));
	CHECK(!in.cursor_keys && !in.keypad && !in.paste && !in.focus);
	CHECK_EQ(in.kitty, 0);
	CHECK_EQ(in.mouse, 0);
	struct screen_cursor const c = screen_cursor(s);
	CHECK(c.visible);
	CHECK_EQ(c.shape, 0);
	CHECK_EQ(c.x, 0);
	CHECK_EQ(c.pen.attrs, 0);
	CHECK_EQ(c.pen.fg, SCREEN_DEFAULT);
	CHECK_EQ(screen_mode(s, false, 4), 2);
	CHECK_EQ(screen_ground(s), screen_total(s));
	row_is(s, 0, "main");
	size_t len;
	char *const data = output(r, &len);
	CHECK(!memmem(data, len, "\033c", 2)); /* no RIS */
	free(data);
	screen_free(s);
	rig_free(r);
}

TEST(nothing_shown_nothing_undone)
{
	struct rig *const r = rig_new(true, false);
	face_leave(&r->s.face, NULL, r->now);
	CHECK(!out_pending(&r->s.face.out));
	rig_free(r);
}

static void flush(struct rig *r)
{
	while (out_pending(&r->s.face.out)) show_flush(&r->s);
}

TEST(left_and_returned_to_it_shows_the_same)
{
	struct rig *const r = rig_new(true, false);
	static char const stream[] = "one\033[?1049h\033[?1002h\033[3;3H\033[35mtwo\033[>1u";
	START(r, 1);
	text(r, stream);
	rig_attach(r);
	drive(r);
	face_leave(&r->s.face, NULL, r->now);
	flush(r);
	face_return(&r->s.face);
	drive(r);
	expect_screen(r, stream);
	rig_free(r);
}

/* A terminal with a title of its user's, and what it got: its title then, and what
 * is on its title stack (NULL: anything). */
static void expect_title(struct rig *r, char const *want, char const *kept)
{
	size_t len;
	char *const data = output(r, &len);
	struct screen *const s = screen_new(24, 80);
	static char const before[] = "\033]0;user's\a", after[] = "\033]0;none\a\033[23;0t";
	screen_feed(s, before, sizeof before - 1);
	screen_feed(s, data, len);
	CHECK_STR(screen_title(s), want);
	CHECK_STR(screen_icon(s), want);
	screen_feed(s, after, sizeof after - 1);
	if (kept) CHECK_STR(screen_title(s), kept);
	screen_free(s);
	free(data);
}

TEST(the_title_is_given_back)
{
	static char const *const streams[] = {
		"one", "\033]0;program\a", "\033]0;program\a\033[22;0t\033]0;pro", "\033[22;2t\033[22;0t\033]0;program\a",
	};
	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
		for (int how = 0; how < 5; how++) {
			struct rig *const r = rig_new(true, false);
			START(r, 1);
			if (how == 1) size_mark(r, 10, 40); /* painted */
			if (how != 2) text(r, streams[i]);
			rig_attach(r);
			drive(r);
			if (how == 2) text(r, streams[i]); /* passes */
			drive(r);
			expect_title(r, strstr(streams[i], "program") ? "program" : "user's", how == 1 || i < 2 ? "user's" : NULL);
			if (how >= 3) face_return(&r->s.face); /* it was stopped, and gave nothing back */
			if (how != 4) drive(r);
			face_leave(&r->s.face, NULL, r->now);
			flush(r);
			if (how < 3 || i < 2) expect_title(r, "user's", "none");
			face_return(&r->s.face);
			drive(r);
			face_leave(&r->s.face, NULL, r->now);
			flush(r);
			if (how < 3 || i < 2) expect_title(r, "user's", "none");
			rig_free(r);
		}
}

/* Wherever what keeps it is cut, by leaving or by a new picture. */
TEST(the_title_is_given_back_if_it_was_kept)
{
	for (size_t cut = 0; cut < 12; cut++)
		for (int again = 0; again < 2; again++) {
			struct rig *const r = rig_new(true, false);
			struct out *const o = &r->s.face.out;
			START(r, 1);
			text(r, "\033]0;program\atext");
			rig_attach(r);
			show_pump(&r->s, r->now);
			CHECK(out_pending(o));
			size_t const all = o->blob_len;
			r->s.face.joining = false; /* not all of it comes to be written */
			o->blob_len = cut;
			if (cut > 0) face_flush(&r->s.face);
			o->blob_len = all - cut;
			if (again) {
				face_return(&r->s.face);
				drive(r);
				expect_title(r, "program", "user's");
			}
			face_leave(&r->s.face, NULL, r->now);
			flush(r);
			expect_title(r, "user's", "none");
			rig_free(r);
		}
}

/* A stream with a colour for each cell. */
static char *coloured(void)
{
	char *const data = malloc(24 * 80 * 24);
	size_t n = 0;
	CHECK(data);
	for (unsigned i = 0; i < 24 * 80 - 1; i++)
		n += (size_t)sprintf(data + n, "\033[38;2;%u;%u;1m%c", i & 255, i >> 8, 'A' + i % 26);
	return data;
}

TEST(the_first_picture_is_written_while_it_is_made)
{
	for (int leaves = 0; leaves < 2; leaves++) {
		struct rig *const r = rig_new(true, false);
		char *const stream = coloured();
		size_t len;
		START(r, 1);
		text(r, stream);
		rig_attach(r);
		while (!out_pending(&r->s.face.out)) show_pump(&r->s, r->now);
		char *const data = output(r, &len); /* without a flush */
		CHECK(strstr(data, "38;2;0;0;1mA"));
		CHECK(!strstr(data, "38;2;126;7;1m"));
		free(data);
		if (leaves) {
			face_leave(&r->s.face, NULL, r->now);
			flush(r);
			struct screen *const s = shown(r);
			CHECK_EQ(screen_cursor(s).pen.fg, SCREEN_DEFAULT);
			CHECK_EQ(screen_ground(s), screen_total(s));
			screen_free(s);
			face_return(&r->s.face);
		}
		drive(r);
		expect_screen(r, stream);
		free(stream);
		rig_free(r);
	}
}

/* What was put out and not written when it left is on the picture later. */
TEST(left_with_output_waiting)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "one ");
	rig_attach(r);
	drive(r);
	text(r, "two ");
	show_pump(&r->s, r->now); /* and no flush */
	CHECK(out_pending(&r->s.face.out));
	face_leave(&r->s.face, NULL, r->now);
	drive(r);
	face_return(&r->s.face);
	text(r, "three");
	drive(r);
	expect_screen(r, "one two three");
	rig_free(r);
}

/* ---- notices ---------------------------------------------------------------------- */

TEST(an_end_is_told_in_the_flow)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	text(r, "\033[31mlast words");
	END(r, 1, 9);
	text(r, "\033[42mlater");
	drive(r);
	expect_screen(r, "\033[31mlast words\033[m\r\n[ptyhead-attach: the program was killed by SIGKILL "
	                 "(signal 9)]\r\n\033[42mlater");
	rig_free(r);
}

TEST(an_end_in_the_middle_of_a_sequence)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	text(r, "words\033]0;tit");
	END(r, 1, 0);
	START(r, 2);
	text(r, "more");
	drive(r);
	struct screen *const s = shown(r);
	row_is(s, 0, "words");
	row_is(s, 1, "[ptyhead-attach: the program ended with exit code 0]");
	row_is(s, 2, "[ptyhead-attach: the program started again (pid 77)]");
	row_is(s, 3, "more");
	screen_free(s);
	rig_free(r);
}

TEST(a_head_that_is_away_is_told_over_the_last_row_and_leaves_no_trace)
{
	struct rig *const r = rig_new(true, false);
	static char const stream[] = "\033[?1049hpicture\033[24;1Hlast row\0337\033[5;5H\033[1;32mX\033[?6h\033[2;20r";
	START(r, 1);
	text(r, stream);
	rig_attach(r);
	drive(r);
	show_away(&r->s);
	drive(r);
	struct screen *s = shown(r);
	row_is(s, 23, "[ptyhead-attach: the head is away, waiting for it]");
	row_is(s, 0, "picture");
	screen_free(s);
	show_back(&r->s);
	drive(r);
	s = shown(r);
	row_is(s, 23, "[ptyhead-attach: the head is back]");
	screen_free(s);
	CHECK(show_timeout(&r->s, r->now) > 0);
	r->now += show_timeout(&r->s, r->now);
	CHECK(!show_idle(&r->s, r->now));
	drive(r);
	expect_screen(r, stream);
	CHECK_EQ(show_timeout(&r->s, r->now), -1);
	rig_free(r);
}

TEST(a_notice_breaks_no_sequence)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "ab\033[3");
	rig_attach(r);
	drive(r);
	show_away(&r->s);
	drive(r);
	struct screen *const s = shown(r);
	row_is(s, 0, "ab");
	row_is(s, 23, "[ptyhead-attach: the head is away, waiting for it]");
	CHECK_EQ(screen_ground(s), screen_total(s));
	screen_free(s);
	text(r, "1mc\xe2\x82");
	drive(r);
	text(r, "\xac");
	drive(r);
	show_back(&r->s);
	drive(r);
	r->now += 10000;
	drive(r);
	expect_screen(r, "ab\033[31mc\xe2\x82\xac");
	rig_free(r);
}

TEST(the_same_tape_again_changes_nothing)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "one");
	rig_attach(r);
	drive(r);
	size_t before, after;
	free(output(r, &before));
	rig_attach(r);
	drive(r);
	free(output(r, &after));
	CHECK_EQ(before, after);
	text(r, "two");
	drive(r);
	expect_screen(r, "onetwo");
	rig_free(r);
}

TEST(quiet_is_quiet)
{
	struct rig *const r = rig_new(true, false);
	r->s.face.quiet = true;
	START(r, 1);
	rig_attach(r);
	text(r, "one");
	END(r, 1, 0);
	drive(r);
	show_away(&r->s);
	drive(r);
	expect_screen(r, "one");
	rig_free(r);
}

/* ---- painting ---------------------------------------------------------------------- */

/* What is written next is a query that viewer `who` passes on. */
static void query(struct rig *r, char const *bytes, uint64_t who)
{
	put_mark(r, &(struct tape_mark){ .type = TAPE_QUERY, .run = 1, .offset = atomic_load(&r->t.header->end),
	                                 .u.query = { .length = (uint32_t)strlen(bytes), .viewer = who } });
	text(r, bytes);
}

TEST(another_size_is_painted_and_the_same_one_passes_again)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	text(r, "one\033[2;5r\033[?1000h");
	drive(r);
	CHECK(!face_painting(&r->s.face));
	size_mark(r, 30, 100);
	text(r, "\033[30;98Hcor");
	drive(r);
	CHECK(face_painting(&r->s.face));
	struct screen *const s = shown(r);
	row_is(s, 23, "                                                                             cor");
	CHECK_EQ(screen_cursor(s).y, 23);
	CHECK_EQ(screen_cursor(s).x, 79);
	CHECK_EQ(screen_input(s).mouse, 1000);
	screen_free(s);
	size_mark(r, 24, 80);
	text(r, "\033[H\033[2Jtwo");
	drive(r);
	CHECK(!face_painting(&r->s.face));
	struct screen *const want = screen_new(24, 80);
	static char const a[] = "one\033[2;5r\033[?1000h", b[] = "\033[30;98Hcor", c[] = "\033[H\033[2Jtwo";
	char why[SCREEN_WHY_MAX] = "";
	screen_feed(want, TITLE_KEPT, strlen(TITLE_KEPT));
	screen_feed(want, a, sizeof a - 1);
	screen_resize(want, 30, 100);
	screen_feed(want, b, sizeof b - 1);
	screen_resize(want, 24, 80);
	screen_feed(want, c, sizeof c - 1);
	struct screen *const is = shown(r);
	if (!screen_equal(is, want, why)) printf("# %s\n", why);
	CHECK(screen_equal(is, want, NULL));
	screen_free(is);
	screen_free(want);
	rig_free(r);
}

TEST(its_own_size_changes)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	text(r, "\033[?1049hone\033[?1h");
	drive(r);
	face_resize(&r->s.face, 10, 40, r->now);
	drive(r);
	CHECK(face_painting(&r->s.face));
	face_resize(&r->s.face, 24, 80, r->now);
	drive(r);
	CHECK(!face_painting(&r->s.face));
	expect_screen(r, "\033[?1049hone\033[?1h");
	rig_free(r);
}

/* The user's terminal answers. */
static void answer(struct rig *r, char const *bytes)
{
	struct tokens tokens = { 0 };
	struct token t;

	tokens_feed(&tokens, (uint8_t const *)bytes, strlen(bytes));
	while (tokens_next(&tokens, &t)) CHECK(face_answer(&r->s.face, &t, r->now));
}

static void count_row(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	screen_row_text(s, row, &b);
	for (size_t i = 0; i < b.len; i++) *(unsigned *)arg += b.data[i] == 'x';
	screen_buf_deinit(&b);
}

/* It is made narrower together with the program's, and its cursor is in row `y` then. */
static void narrow(struct rig *r, unsigned rows, unsigned cols, unsigned y)
{
	char b[80];

	face_resize(&r->s.face, rows, cols, r->now);
	size_mark(r, (uint16_t)rows, (uint16_t)cols);
	drive(r);
	CHECK(r->s.face.resizing.asking);
	snprintf(b, sizeof b, "\033[0n\033[%u;1R\033[%u;%uR\033[?1;2c", y + 1, rows, cols);
	answer(r, b);
	drive(r);
	/* The picture ends with a question, too. */
	snprintf(b, sizeof b, "\033[0n\033[%u;1R\033[%u;%uR\033[?1;2c", rows, rows, cols);
	answer(r, b);
	drive(r);
}

/* It shows a line of 103 cells. */
static struct rig *rig_long_line(void)
{
	struct rig *const r = rig_new(true, false);
	char line[106];

	memset(line, 'x', 103);
	memcpy(line + 103, "\r\n", 3);
	START(r, 1);
	rig_attach(r);
	text(r, line);
	drive(r);
	CHECK(!face_painting(&r->s.face));
	r->s.face.answers.rtt_ms = 1;
	return r;
}

/* How many cells of it are put into the scrollback of a terminal of this size. */
static unsigned cells_up(struct rig *r, unsigned rows, unsigned cols)
{
	off_t const before = lseek(r->out, 0, SEEK_END);
	struct screen *const s = screen_clone(r->s.face.canvas.term);
	uint8_t data[4096];
	unsigned cells = 0;

	CHECK_EQ(screen_rows(s), rows);
	CHECK_EQ(screen_cols(s), cols);
	text(r, "\033[999;1H\r\n\r\n\r\n\r\n");
	drive(r);
	CHECK(!face_painting(&r->s.face));
	ssize_t const n = pread(r->out, data, sizeof data, before);
	CHECK(n > 0 && n < (ssize_t)sizeof data);
	screen_sinks_set(s, &(struct screen_sinks){ .arg = &cells, .line = count_row });
	screen_feed(s, data, (size_t)n);
	screen_free(s);
	return cells;
}

/* As xterm.js does where something is in its scrollback, it puts what the line has more rows by
 * there: 92 cells, which were cut at 80 and are cut at 46 now. */
TEST(what_a_narrower_terminal_has_pushed_of_a_line_does_not_go_up_twice)
{
	struct rig *const r = rig_long_line();
	narrow(r, 16, 46, 1);
	CHECK(face_painting(&r->s.face));
	CHECK_EQ(cells_up(r, 16, 46), 103 - 2 * 46);
	rig_free(r);
}

/* What was pushed ends where the picture begins, and does not flow together with it. */
TEST(what_was_pushed_of_a_line_and_what_is_painted_do_not_flow_together)
{
	struct rig *const r = rig_long_line();
	narrow(r, 19, 33, 2);
	CHECK(face_painting(&r->s.face));
	/* The picture's rows are one line of 103 cells, which needs three rows. */
	narrow(r, 16, 46, 3);
	CHECK(face_painting(&r->s.face));
	CHECK_EQ(cells_up(r, 16, 46), 103 - 2 * 33);
	rig_free(r);
}

/* It pulls rows when lines need fewer rows, and is busy with that. */
TEST(a_terminal_that_is_made_wider_and_does_not_answer_loses_no_row)
{
	struct rig *const r = rig_new(true, false);
	char line[106];
	size_t before;
	size_t len;

	memset(line, 'x', 103);
	memcpy(line + 103, "\r\n", 3);
	START(r, 1);
	rig_attach(r);
	for (int i = 0; i < 12; i++) text(r, line);
	drive(r);
	r->s.face.answers.rtt_ms = 1;
	free(output(r, &before));
	face_resize(&r->s.face, 24, 120, r->now);
	size_mark(r, 24, 120);
	drive(r);
	CHECK(r->s.face.resizing.asking);
	r->now += 800; /* an answer would still count */
	drive(r);
	CHECK(r->s.face.resizing.asking);
	r->now += 300;
	drive(r);
	CHECK(!r->s.face.resizing.asking);
	char *const data = output(r, &len);
	/* The cursor has stayed in the last row: eleven older rows are above the twelve lines. */
	CHECK(strstr(data + before, "\033[1000;1H\n\n\n\n\n\n\n\n\n\n\n\033"));
	free(data);
	rig_free(r);
}

/* As tmux does after ?1047h: the cursor stays where it was on the alternate screen. */
TEST(a_terminal_that_restores_no_cursor_loses_no_row)
{
	struct rig *const r = rig_new(true, false);
	size_t before;
	size_t len;

	START(r, 1);
	rig_attach(r);
	for (int i = 0; i < 5; i++) text(r, "line\r\n");
	text(r, "\033[?1047h\033[Halternate");
	drive(r);
	r->s.face.answers.rtt_ms = 1;
	face_resize(&r->s.face, 30, 100, r->now);
	size_mark(r, 30, 100);
	drive(r);
	text(r, "\033[?1047l");
	drive(r);
	CHECK(r->s.face.resizing.asking);
	free(output(r, &before));
	answer(r, "\033[0n\033[30;100R\033[30;100R\033[?1;2c");
	drive(r);
	char *const data = output(r, &len);
	CHECK(strstr(data, "\033[1000;1000H\033[?1049l"));
	CHECK(strstr(data + before, "\033[1000;1H\n\n\n\n\n\n\033")); /* as many rows as it has grown by */
	free(data);
	rig_free(r);
}

/* No more than a picture a frame, and none while one is under way. */
TEST(pictures_come_at_a_pace)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	size_mark(r, 10, 40);
	drive(r);
	unsigned const before = times(r, "\033[?25l");
	int64_t const until = r->now + 1000;
	while (r->now < until) {
		text(r, "x");
		show_pump(&r->s, r->now);
		while (out_pending(&r->s.face.out)) show_flush(&r->s);
		r->now++;
	}
	unsigned const n = times(r, "\033[?25l") - before;
	CHECK(n >= 30 && n <= 63);
	rig_free(r);
}

TEST(a_terminal_that_lags_is_painted)
{
	struct rig *const r = rig_new(true, false);
	static char line[] = "a line of much output that nobody reads\r\n";
	START(r, 1);
	rig_attach(r);
	drive(r);
	/* Its output is not flushed: it stands. */
	for (int i = 0; i < 20; i++) {
		for (int k = 0; k < 50; k++) text(r, line);
		show_pump(&r->s, r->now);
		r->now += 50;
	}
	CHECK(face_painting(&r->s.face));
	text(r, "\033[2J\033[Hlast");
	drive(r);
	CHECK(!face_painting(&r->s.face));
	struct screen *const s = shown(r);
	row_is(s, 0, "last");
	row_is(s, 1, "");
	CHECK(times(r, "a line") < 100);
	screen_free(s);
	rig_free(r);
}

TEST(a_terminal_that_is_to_get_all_gets_it_late)
{
	struct rig *const r = rig_new(true, false);
	r->s.lossless = r->s.face.pace.lossless = true;
	START(r, 1);
	rig_attach(r);
	drive(r);
	for (int i = 0; i < 20; i++) {
		for (int k = 0; k < 50; k++) text(r, "a line\r\n");
		show_pump(&r->s, r->now);
		r->now += 50;
	}
	CHECK(!face_painting(&r->s.face));
	drive(r);
	CHECK_EQ(times(r, "a line"), 1000);
	rig_free(r);
}

/* ---- bells and the like -------------------------------------------------------------- */

#define CLIP(what) "\033]52;c;" what "\033\\"

/* Rung before we came, it is not heard; then once a painting, and of the
 * clipboard the newest. */
TEST(a_painting_rings_once_and_sets_the_clipboard_once)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	size_mark(r, 10, 40);
	text(r, "\a" CLIP("b2xk") "\033]9;old\a");
	rig_attach(r);
	drive(r);
	CHECK(face_painting(&r->s.face));
	CHECK_EQ(times(r, "\a"), 0);
	CHECK_EQ(times(r, "\033]52") + times(r, "\033]9;"), 0);
	text(r, "\a\a" CLIP("b25l") "x\a" CLIP("dHdv") "\033]52;c;dGh");
	drive(r);
	CHECK_EQ(times(r, "\a"), 1);
	CHECK_EQ(times(r, CLIP("b25l")), 0);
	CHECK_EQ(times(r, CLIP("dHdv")), 1);
	text(r, "yZWU=\a\033]9;4;1;50\a\033]9;note\a\033]777;notify;a;b\a");
	text(r, "\033]99;i=1:d=0;first\a\033]99;i=1:d=1:p=body;second\a");
	drive(r);
	CHECK_EQ(times(r, "\a"), 1);
	CHECK_EQ(times(r, CLIP("dGhyZWU=")), 1);
	CHECK_EQ(times(r, "\033]9;4;1;50\033\\"), 1);
	CHECK_EQ(times(r, "\033]9;note\033\\"), 1);
	CHECK_EQ(times(r, "\033]777;notify;a;b\033\\"), 1);
	CHECK_EQ(times(r, "\033]99;i=1:d=0;first\033\\\033]99;i=1:d=1:p=body;second\033\\"), 1);
	/* And nothing of it again. */
	text(r, "\033]99;i=2;third\a");
	drive(r);
	CHECK_EQ(times(r, "second"), 1);
	CHECK_EQ(times(r, "\a"), 1);
	CHECK_EQ(times(r, "\033]52"), 2);
	size_mark(r, 24, 80);
	drive(r);
	CHECK(!face_painting(&r->s.face));
	text(r, "\a" CLIP("cGFzcw=="));
	drive(r);
	CHECK_EQ(times(r, "\a"), 2);
	CHECK_EQ(times(r, CLIP("cGFzcw==")), 1);
	rig_free(r);
}

/* A piece of the tape that is half of before we came. */
TEST(a_terminal_without_a_picture_does_not_ring_for_the_past)
{
	struct rig *const r = rig_new(true, false);
	char *const many = malloc(FAKE_RING);
	memset(many, 'x', FAKE_RING);
	START(r, 1);
	fake_write(&r->t, many, FAKE_RING);
	size_mark(r, 10, 40);
	text(r, "\a" CLIP("b2xk"));
	rig_attach(r);
	CHECK(face_painting(&r->s.face));
	text(r, "\033]9;new\a");
	drive(r);
	CHECK_EQ(times(r, "\a"), 0);
	CHECK_EQ(times(r, "\033]52"), 0);
	CHECK_EQ(times(r, "\033]9;new\033\\"), 1);
	free(many);
	rig_free(r);
}

TEST(what_rings_and_is_not_written_when_painting_begins_rings_all_the_same)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	drive(r);
	text(r, "before\a" CLIP("aGk="));
	show_pump(&r->s, r->now); /* and no flush */
	CHECK(out_pending(&r->s.face.out));
	size_mark(r, 10, 40);
	drive(r);
	CHECK_EQ(times(r, "\a"), 1);
	CHECK_EQ(times(r, CLIP("aGk=")), 1);
	rig_free(r);
}

/* ---- queries ------------------------------------------------------------------------- */

TEST(a_query_for_us_is_passed_on_once)
{
	for (int painted = 0; painted < 2; painted++) {
		struct rig *const r = rig_new(true, false);
		START(r, 1);
		query(r, "\033]4;1;?\033\\", 5); /* before we came */
		rig_attach(r);
		if (painted) size_mark(r, 10, 40);
		query(r, "\033]10;?\033\\", 4); /* another's */
		query(r, "\033]11;?\033\\", 5);
		text(r, "text");
		drive(r);
		CHECK_EQ(face_painting(&r->s.face), painted);
		/* The viewer itself asks for each once. */
		CHECK_EQ(times(r, "\033]11;?\033\\"), 2);
		CHECK_EQ(times(r, "]10;?"), 1);
		CHECK_EQ(times(r, "]4;1;?"), 1);
		struct screen *const s = shown(r);
		row_is(s, 0, "text");
		screen_free(s);
		rig_free(r);
	}
}

TEST(a_query_that_waits_when_painting_begins_is_passed_on_all_the_same)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	rig_attach(r);
	drive(r);
	text(r, "before");
	query(r, "\033]11;?\033\\", 5);
	text(r, "after");
	show_pump(&r->s, r->now); /* and no flush */
	CHECK(out_pending(&r->s.face.out));
	size_mark(r, 10, 40);
	drive(r);
	CHECK_EQ(times(r, "]11;?"), 2); /* one is the viewer's own */
	struct screen *const s = shown(r);
	row_is(s, 0, "beforeafter");
	screen_free(s);
	rig_free(r);
}

TEST(in_band_reports_are_not_asked_for)
{
	static struct { char const *span, *passed; } const t[] = {
		{ "\033[?2048h", "" }, { "\033[?1000;2048h", "\033[?1000h" }, { "\033[?2048;1006h", "\033[?1006h" },
		{ "\033[?1000;2048;2004;2048h", "\033[?1000;2004h" }, { "\033[3\033[?7;2048h", "\033[?7h" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct rig *const r = rig_new(true, false);
		size_t before, len;
		START(r, 1);
		rig_attach(r);
		drive(r);
		free(output(r, &before));
		query(r, t[i].span, 0);
		text(r, "text");
		drive(r);
		char *const data = output(r, &len);
		char want[64];
		snprintf(want, sizeof want, "%stext", t[i].passed);
		CHECK_STR(data + before, want);
		free(data);
		rig_free(r);
	}
}

TEST(what_is_withheld_costs_a_terminal_nothing_else)
{
	static struct { char const *span, *passed; } const t[] = {
		{ "\033[5i", "" }, { "\033[5\r\ni", "\r\n" }, { "\033[?46;25l", "\033[?25l" }, { "\xc2\x9b?46;1h", "\033[?1h" },
		{ "\033[?1046;1047;7s", "\033[?7s" }, { "\033(>", "\033(B" }, { "\033-A", "" }, { "\033%@", "" },
		{ "\033P1|17/41\033\\", "" }, { "\033P1\033(>", "\033(B" }, { "\033]50;fixed\a", "" }, { "\005\005", "" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct rig *const r = rig_new(true, false);
		size_t before, len;
		START(r, 1);
		rig_attach(r);
		drive(r);
		free(output(r, &before));
		query(r, t[i].span, 0);
		text(r, "text");
		drive(r);
		char *const data = output(r, &len);
		char want[64];
		snprintf(want, sizeof want, "%stext", t[i].passed);
		CHECK_STR(data + before, want);
		free(data);
		rig_free(r);
	}
}

/* These change the screen, too: that is painted. */
TEST(what_a_reset_does_to_the_screen_is_painted)
{
	static struct { char const *before, *span; } const t[] = {
		{ "\033[31mred\033[?1h\033[?1049halt", "\033c" }, { "\033[?40hwide\033[2;5r", "\033[?3l" }, { "\033[?40h\033[5;20Hat", "\033[?3;7l" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct rig *const r = rig_new(true, false);
		char stream[128];
		START(r, 1);
		rig_attach(r);
		text(r, t[i].before);
		drive(r);
		query(r, t[i].span, 0);
		text(r, "text");
		r->now += MOMENT;
		drive(r);
		snprintf(stream, sizeof stream, "%s%stext", t[i].before, t[i].span);
		expect_screen(r, stream);
		CHECK_EQ(times(r, t[i].span), 0u);
		/* And bytes pass again. */
		r->now += MOMENT;
		drive(r);
		CHECK(!face_painting(&r->s.face));
		rig_free(r);
	}
}

/* ---- runs ------------------------------------------------------------------------------- */

TEST(another_run_begins_with_nothing_on)
{
	struct rig *const r = rig_new(true, false);
	r->s.face.quiet = true;
	START(r, 1);
	rig_attach(r);
	text(r, "one\033[?1000h\033[5;10r\033[?1049h\033[31malt\033]0;cut");
	drive(r);
	END(r, 1, 0);
	START(r, 2);
	text(r, "two");
	drive(r);
	struct screen *const s = shown(r);
	row_is(s, 0, "one");
	row_is(s, 1, "two");
	CHECK(!screen_alt(s));
	CHECK_EQ(screen_input(s).mouse, 0);
	CHECK_EQ(screen_cursor(s).pen.fg, SCREEN_DEFAULT);
	screen_free(s);
	rig_free(r);
}

/* ---- what went before ------------------------------------------------------------------- */

TEST(rows_above_go_into_the_scrollback)
{
	struct rig *const r = rig_new(true, false);
	r->s.history = 10;
	START(r, 1);
	size_mark(r, 24, 80);
	for (int i = 1; i <= 50; i++) {
		char line[32];
		snprintf(line, sizeof line, "\033[3%dmrow-%d\033[m\r\n", i % 8, i);
		text(r, line);
	}
	text(r, "end");
	rig_attach(r);
	drive(r);
	CHECK_EQ(times(r, "row-17\033"), 0);
	for (int i = 18; i <= 50; i++) {
		char name[16];
		snprintf(name, sizeof name, "row-%d\033", i);
		CHECK_EQ(times(r, name), 1);
	}
	struct screen *const s = shown(r);
	row_is(s, 0, "row-28");
	row_is(s, 23, "end");
	screen_free(s);
	rig_free(r);
}

/* The oldest checkpoint is of just after the program's terminal grew. */
TEST(no_rows_are_missing_where_the_size_changed_before_the_oldest_checkpoint)
{
	struct rig *const r = rig_new(true, false);
	struct screen *const s = screen_new(24, 80);
	struct screen_buf b = SCREEN_BUF_INIT;
	char line[32];
	int i = 1;
	r->s.history = 10000;
	START(r, 1);
	for (; i <= 8000; i++) {
		snprintf(line, sizeof line, "row-%05d\r\n", i);
		text(r, line);
		screen_feed(s, line, strlen(line));
	}
	size_mark(r, 30, 80);
	screen_resize(s, 30, 80);
	screen_restore(s, false, &b);
	screen_buf_add(&b, "", 1);
	fake_checkpoint(&r->t, b.data);
	fake_slot(&r->t, 1)->state.size = (struct tape_size){ .rows = 30, .cols = 80 };
	fake_sum(fake_slot(&r->t, 1));
	for (; i <= 8050; i++) {
		snprintf(line, sizeof line, "row-%05d\r\n", i);
		text(r, line);
		screen_feed(s, line, strlen(line));
	}
	screen_buf_clear(&b);
	screen_restore(s, false, &b);
	screen_buf_add(&b, "", 1);
	fake_checkpoint(&r->t, b.data);
	fake_slot(&r->t, 2)->state.size = (struct tape_size){ .rows = 30, .cols = 80 };
	fake_sum(fake_slot(&r->t, 2));
	rig_attach(r);
	drive(r);
	CHECK_EQ(times(r, "row-02000"), 0);
	/* The 30 newest are the program's screen, of which this terminal shows 24. */
	for (i = 3000; i <= 8021; i++) {
		snprintf(line, sizeof line, "row-%05d", i);
		if (times(r, line) != 1) printf("# %s\n", line);
		CHECK_EQ(times(r, line), 1);
		if (i == 3100) i = 7900;
	}
	screen_buf_deinit(&b);
	screen_free(s);
	rig_free(r);
}

TEST(left_while_a_picture_is_half_written)
{
	struct rig *const r = rig_new(true, false);
	START(r, 1);
	text(r, "\033[?1049h\033[?1000h\033[41mred\033[K");
	rig_attach(r);
	show_pump(&r->s, r->now);
	CHECK(out_pending(&r->s.face.out));
	/* Some of it only. */
	struct out *const o = &r->s.face.out;
	size_t const all = o->blob_len;
	o->blob_len = all / 2;
	face_flush(&r->s.face);
	o->blob_len = all - all / 2;
	face_leave(&r->s.face, NULL, r->now);
	while (out_pending(o)) face_flush(&r->s.face);
	struct screen *const s = shown(r);
	CHECK(!screen_alt(s));
	CHECK_EQ(screen_input(s).mouse, 0);
	CHECK_EQ(screen_cursor(s).pen.bg, SCREEN_DEFAULT);
	CHECK_EQ(screen_ground(s), screen_total(s));
	screen_free(s);
	rig_free(r);
}

TEST_MAIN
