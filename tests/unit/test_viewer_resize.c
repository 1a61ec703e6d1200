/* SPDX-License-Identifier: ISC */
/* A terminal that pulls rows from its scrollback when it grows, and that tells its size late,
 * as tmux does: between two words of the viewer it has another size already. No line of the
 * program is lost and none is there twice, and the cursor is the program's. */
#include "show.h"

#include "faketape.h"
#include "tokens.h"
#include "unit.h"

#define ROWS 24
#define COLS 80
#define HELD_MAX 4000
#define TEXT_MAX 96

struct stage {
	struct faketape tape;
	struct screen *program;
	struct show show;
	struct tokens tokens;
	int out;
	off_t seen;
	int64_t now;
	unsigned printed;

	/* the terminal */
	struct screen *s;
	char held[HELD_MAX][TEXT_MAX]; /* its scrollback */
	unsigned n;
	struct screen_buf answers;
	/* these sizes it takes one by one, each at once after it told where its cursor is */
	unsigned next[8];
	unsigned nexts;
	bool told_place;
};

static void row_text(struct screen const *s, struct screen_row const *row, char out[TEXT_MAX])
{
	struct screen_buf b = SCREEN_BUF_INIT;
	screen_row_text(s, row, &b);
	while (b.len > 0 && b.data[b.len - 1] == ' ') b.len--;
	CHECK(b.len < TEXT_MAX);
	if (b.len > 0) memcpy(out, b.data, b.len);
	out[b.len] = 0;
	screen_buf_deinit(&b);
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct stage *const t = arg;
	if (row->cleared) return;
	CHECK(t->n < HELD_MAX);
	row_text(s, row, t->held[t->n++]);
}

static void on_answer(void *arg, char const *data, size_t len)
{
	struct stage *const t = arg;
	if (data[len - 1] == 'R') t->told_place = true;
	screen_buf_add(&t->answers, data, len);
}

static void on_query(void *arg, struct screen_span const *q)
{
	struct stage *const t = arg;
	if (q->kind == SCREEN_QUERY_TERMINAL) screen_buf_add(&t->answers, q->fallback, q->fallback_len);
}

static void listen(struct stage *t)
{
	screen_sinks_set(t->s, &(struct screen_sinks){ .arg = t, .line = on_line, .answer = on_answer, .query = on_query });
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* As tmux: grown, it pulls as many rows as it has; else rows below its cursor go, and if
 * these are too few, rows from the top into the scrollback. Text only. */
static void terminal_resize(struct stage *t, unsigned rows)
{
	static char text[HELD_MAX][TEXT_MAX];
	unsigned const was = screen_rows(t->s);
	struct screen_cursor const c = screen_cursor(t->s);
	unsigned const pulled = rows > was ? least(rows - was, t->n) : 0;
	unsigned const fewer = was > rows ? was - rows : 0;
	unsigned const pushed = fewer - least(fewer, was - 1 - c.y);
	unsigned all = 0;
	char go[32];

	for (unsigned i = 0; i < pulled; i++) memcpy(text[all++], t->held[t->n - pulled + i], TEXT_MAX);
	t->n -= pulled;
	for (unsigned y = 0; y < was; y++) {
		struct screen_row const row = screen_row(t->s, SCREEN_MAIN, y);
		row_text(t->s, &row, text[all++]);
	}
	for (unsigned i = 0; i < pushed; i++) memcpy(t->held[t->n++], text[i], TEXT_MAX);
	screen_free(t->s);
	t->s = screen_new(rows, COLS);
	CHECK(t->s);
	for (unsigned y = 0; y < rows && y + pushed < all; y++) {
		screen_feed(t->s, go, (size_t)snprintf(go, sizeof go, "\033[%uH", y + 1));
		screen_feed(t->s, text[y + pushed], strlen(text[y + pushed]));
	}
	screen_feed(t->s, go, (size_t)snprintf(go, sizeof go, "\033[%u;%uH", c.y + pulled - pushed + 1, c.x + 1));
	listen(t);
}

/* It takes what was written, a sequence at a time, and answers. */
static void terminal_reads(struct stage *t)
{
	uint8_t byte;
	struct token k;

	while (pread(t->out, &byte, 1, t->seen) == 1) {
		t->seen++;
		screen_feed(t->s, &byte, 1);
		/* DA1 ends a set of questions. */
		if (byte == 'c' && t->told_place && t->nexts > 0) {
			terminal_resize(t, t->next[0]);
			t->nexts--;
			memmove(t->next, t->next + 1, t->nexts * sizeof *t->next);
		}
		if (byte == 'c') t->told_place = false;
	}
	struct screen_buf const b = t->answers;
	t->answers = (struct screen_buf)SCREEN_BUF_INIT;
	if (b.len > 0) tokens_feed(&t->tokens, (uint8_t const *)b.data, b.len);
	while (b.len > 0 && tokens_next(&t->tokens, &k)) face_answer(&t->show.face, &k, t->now);
	screen_buf_deinit(&(struct screen_buf){ .data = b.data });
}

static void flow(struct stage *t, int64_t ms)
{
	int64_t const until = t->now + ms;

	for (int i = 0; i < 10000; i++) {
		show_pump(&t->show, t->now);
		enum out_result const o = show_flush(&t->show);
		CHECK(o == OUT_OK || o == OUT_AGAIN);
		terminal_reads(t);
		if (!show_idle(&t->show, t->now) || out_pending(&t->show.face.out)) continue;
		int const wait = show_timeout(&t->show, t->now);
		if (wait < 0 || t->now + wait > until) break;
		t->now += wait;
	}
	t->now = until;
}

static void mark_put(struct faketape *t, struct tape_mark const *m)
{
	uint64_t const i = atomic_load(&t->header->marks_end);
	memcpy(t->map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof *m, m, sizeof *m);
	atomic_store(&t->header->marks_end, i + 1);
}

static void program_resize(struct stage *t, unsigned rows)
{
	if (screen_rows(t->program) == rows) return;
	mark_put(&t->tape, &(struct tape_mark){ .type = TAPE_SIZE, .run = 1, .offset = atomic_load(&t->tape.header->end),
	                                        .u.size = { .rows = (uint16_t)rows, .cols = COLS } });
	screen_resize(t->program, rows, COLS);
}

static void program_prints(struct stage *t, unsigned lines)
{
	char text[32];
	for (unsigned i = 0; i < lines; i++) {
		int const n = snprintf(text, sizeof text, "<%u>\r\n", ++t->printed);
		fake_write(&t->tape, text, (size_t)n);
		screen_feed(t->program, text, (size_t)n);
	}
}

/* The viewer hears of the size, and the head does what it wants. */
static void told(struct stage *t)
{
	face_resize(&t->show.face, screen_rows(t->s), COLS, t->now);
	program_resize(t, screen_rows(t->s));
}

static void never_says(char const *text) { (void)text; }

static struct stage *stage_new(unsigned lines)
{
	struct stage *const t = calloc(1, sizeof *t);
	struct tape_header const h = fake_header();
	struct tape_mark const start = { .type = TAPE_RUN_START, .run = 1, .u.start = { .pid = 77, .size = { .rows = ROWS, .cols = COLS } } };

	CHECK(t);
	CHECK_EQ(fake_open(&t->tape, &h, FAKE_SEALS), 0);
	mark_put(&t->tape, &start);
	t->now = 1000;
	t->program = screen_new(ROWS, COLS);
	t->s = screen_new(ROWS, COLS);
	CHECK(t->program && t->s);
	listen(t);
	screen_feed(t->s, "(before)\r\n", 10);
	program_prints(t, lines);
	t->out = memfd_create("out", MFD_CLOEXEC);
	t->show.face.tty = t->show.face.quiet = true;
	t->show.face.say = never_says;
	t->show.history = 5000;
	CHECK_EQ(show_init(&t->show, t->out, ROWS, COLS), 0);
	CHECK_EQ(show_tape(&t->show, fcntl(t->tape.fd, F_DUPFD_CLOEXEC, 0), 5), 0);
	flow(t, 2000);
	return t;
}

static void stage_free(struct stage *t)
{
	show_deinit(&t->show);
	close(t->out);
	screen_free(t->program);
	screen_free(t->s);
	screen_buf_deinit(&t->answers);
	fake_close(&t->tape);
	free(t);
}

static unsigned count(struct stage const *t, char const *what)
{
	char text[TEXT_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++) n += strcmp(t->held[i], what) == 0;
	for (unsigned y = 0; y < screen_rows(t->s); y++) {
		struct screen_row const row = screen_row(t->s, SCREEN_MAIN, y);
		row_text(t->s, &row, text);
		n += strcmp(text, what) == 0;
	}
	return n;
}

static void expect(struct stage *t, char const *when)
{
	char want[32];
	unsigned lost = 0, doubled = 0;

	for (unsigned i = 1; i <= t->printed; i++) {
		snprintf(want, sizeof want, "<%u>", i);
		unsigned const n = count(t, want);
		lost += n == 0;
		doubled += n > 1;
	}
	if (lost || doubled) printf("# %s: %u lost, %u doubled\n", when, lost, doubled);
	CHECK_EQ(lost, 0);
	CHECK_EQ(doubled, 0);
	CHECK_EQ(count(t, "(before)"), 1);
	CHECK_EQ(screen_cursor(t->s).y, screen_cursor(t->program).y);
	CHECK_EQ(screen_cursor(t->s).x, screen_cursor(t->program).x);
}

/* The first size is told; the next ones are taken behind an answer, and told 250 ms later. */
static void late(unsigned lines, unsigned first, unsigned const *next, unsigned nexts)
{
	struct stage *const t = stage_new(lines);

	expect(t, "attached");
	terminal_resize(t, first);
	memcpy(t->next, next, nexts * sizeof *next);
	t->nexts = nexts;
	told(t);
	flow(t, 250);
	CHECK_EQ(t->nexts, 0);
	told(t);
	flow(t, 2000);
	if (screen_rows(t->s) > ROWS) expect(t, "resized");
	program_prints(t, 100);
	flow(t, 2000);
	expect(t, "when more came");
	stage_free(t);
}

TEST(grown_again_behind_the_answer)
{
	late(60, 40, (unsigned[]){ 60 }, 1);
	late(60, 30, (unsigned[]){ 31 }, 1);
	late(60, 25, (unsigned[]){ 60 }, 1);
	late(200, 40, (unsigned[]){ 100 }, 1);
}

TEST(grown_more_than_there_is_above)
{
	late(30, 28, (unsigned[]){ 60 }, 1);
	late(5, 28, (unsigned[]){ 60 }, 1);
	late(60, 60, (unsigned[]){ 100 }, 1);
}

TEST(grown_and_shrunk_behind_the_answer)
{
	late(60, 60, (unsigned[]){ 24 }, 1);
}

TEST(shrunk_and_changed_again_behind_the_answer)
{
	late(60, 20, (unsigned[]){ 10 }, 1);
	late(60, 12, (unsigned[]){ 40 }, 1);
}

TEST_MAIN
