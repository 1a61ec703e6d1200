/* SPDX-License-Identifier: ISC */
/* A property: whatever a program prints, however sizes change, and however often somebody
 * attaches and leaves, the terminal in the user's place holds what it held before, then
 * what the program printed, each once; and its modes, colours and keyboards are what they
 * were, whatever its defaults are. The terminal is the engine, which answers questions. It
 * never pulls a row back from its scrollback, so that its cursor does not tell what became
 * of a line that another width wraps otherwise: its height changes here, and
 * tests/oracle/check-keeps does the same with xterm.js, which pulls, and its width.
 *
 * Sequences are random. One that fails is printed with its seed, without what it fails
 * as well without. KEEPS_SEED and KEEPS_RUNS choose others. */
#include "show.h"

#include "faketape.h"
#include "tokens.h"
#include "unit.h"

#define ROWS 12
#define COLS 40
#define OPS_MAX 40
#define WHY_MAX 400
#define ENOUGH 5000 /* rows of history */

/* ---- chance ------------------------------------------------------------------- */

static uint64_t chance;

static unsigned below(unsigned n)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return (unsigned)(chance * UINT64_C(0x2545f4914f6cdd1d) >> 33) % n;
}

/* ---- what a terminal holds ------------------------------------------------------ */

/* A screen with all that went off its top: the rows' text without blanks, since lines may
 * flow otherwise in another width. */
struct held {
	struct screen *s;
	struct screen_buf above;
	struct screen_buf answers;
	bool forgot;
};

static void squeeze(struct screen const *s, struct screen_row const *row, struct screen_buf *out)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	screen_row_text(s, row, &b);
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] != ' ') screen_buf_add(out, b.data + i, 1);
	screen_buf_deinit(&b);
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct held *const h = arg;
	if (!row->cleared) squeeze(s, row, &h->above);
}

static void on_answer(void *arg, char const *data, size_t len)
{
	struct held *const h = arg;
	screen_buf_add(&h->answers, data, len);
}

/* Here is the real terminal, which has the defaults. */
static void on_query(void *arg, struct screen_span const *q)
{
	struct held *const h = arg;
	if (q->kind == SCREEN_QUERY_TERMINAL) screen_buf_add(&h->answers, q->fallback, q->fallback_len);
}

static void on_forget(void *arg)
{
	struct held *const h = arg;
	h->forgot = true;
	screen_buf_clear(&h->above);
}

static void held_init(struct held *h, unsigned rows, unsigned cols)
{
	memset(h, 0, sizeof *h);
	h->s = screen_new(rows, cols);
	CHECK(h->s);
	screen_sinks_set(h->s, &(struct screen_sinks){ .arg = h, .line = on_line, .answer = on_answer, .query = on_query, .forget = on_forget });
}

static void held_free(struct held *h)
{
	screen_free(h->s);
	screen_buf_deinit(&h->above);
	screen_buf_deinit(&h->answers);
}

/* With a 0 behind it. */
static struct screen_buf held_all(struct held const *h)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	if (h->above.len > 0) screen_buf_add(&b, h->above.data, h->above.len);
	for (unsigned y = 0; y < screen_rows(h->s); y++) {
		struct screen_row const row = screen_row(h->s, SCREEN_MAIN, y);
		squeeze(h->s, &row, &b);
	}
	screen_buf_add(&b, "", 1);
	return b;
}

/* ---- what is done ------------------------------------------------------------------ */

struct op {
	enum { PRINT, RESIZE, FOLLOW, ATTACH, LEAVE, FLOW } what;
	char bytes[160];
	unsigned rows, cols;
	bool off; /* left out */
};

struct plan {
	char user[256]; /* what the user's terminal has before */
	struct op op[OPS_MAX];
	unsigned n;
};

static void op_print(struct op const *o)
{
	static char const *const name[] = { "print", "resize", "follow", "attach", "leave", "flow" };
	printf("#   %s", name[o->what]);
	if (o->what == RESIZE || o->what == FOLLOW) printf(" %ux%u", o->rows, o->cols);
	if (o->what == PRINT) {
		printf(" \"");
		for (char const *p = o->bytes; *p; p++) printf((unsigned char)*p >= ' ' ? "%c" : "\\%03o", (unsigned char)*p);
		printf("\"");
	}
	printf("\n");
}

static void plan_print(struct plan const *p)
{
	printf("#   the terminal: \"");
	for (char const *c = p->user; *c; c++) printf((unsigned char)*c >= ' ' ? "%c" : "\\%03o", (unsigned char)*c);
	printf("\"\n");
	for (unsigned i = 0; i < p->n; i++)
		if (!p->op[i].off) op_print(&p->op[i]);
}

static char const *const defaults[] = {
	"\033[?1007h", "\033[?2027h", "\033[?1036h", "\033[?1034l", "\033[?1042h", "\033[?12h", "\033[?1039h", "\033[?1035l",
	"\033]4;1;#123456\033\\", "\033]4;12;#abcdef\033\\", "\033]10;#c0ffee\033\\", "\033]11;#fdf6e3\033\\",
	"\033]12;#ff0000\033\\", "\033]17;#00ff00\033\\", "\033[5 q", "\033[2 q", "\033[?2004h", "\033[?1004h", "\033[?45h",
	"\033[?1070h", "\033[?67h", "\033[?1043h", "\033[?5h", "\033[?1000h\033[?1006h",
};

static char const *const effects[] = {
	"\033[?1h", "\033[?1l", "\033=", "\033>", "\033[?5h", "\033[?5l", "\033[?12h", "\033[?12l", "\033[?25l", "\033[?25h",
	"\033[?45h", "\033[?67h", "\033[?67l", "\033[?1000h", "\033[?1002h", "\033[?1003h\033[?1006h", "\033[?1000l", "\033[?1006l",
	"\033[?1004h", "\033[?1004l", "\033[?1007h", "\033[?1007l", "\033[?1034h", "\033[?1034l", "\033[?1035h", "\033[?1036h",
	"\033[?1036l", "\033[?1039h", "\033[?1042l", "\033[?1042h", "\033[?2004h", "\033[?2004l", "\033[?2026h\033[?2026l", "\033[?2027h",
	"\033[?2027l", "\033[?2031h", "\033[?2048h", "\033[?7777h", "\033[?7777l", "\033[?9001h", "\033[?9001l", "\033[20h\033[20l",
	"\033]4;1;red\033\\", "\033]4;12;rgb:11/22/33\033\\", "\033]4;200;#010203\033\\", "\033]104\033\\", "\033]104;1\033\\",
	"\033]10;navy\033\\", "\033]11;#000\033\\", "\033]12;red\007", "\033]110\033\\", "\033]112\033\\", "\033]17;blue\033\\",
	"\033]11;whatever\033\\", "\033[3 q", "\033[0 q", "\033[>5u", "\033[<u", "\033[=3u", "\033[>4;2m", "\033[>4m",
	"\033]0;title\033\\", "\033]2;other\033\\", "\033[22t", "\033[22t\033[23t", "\033[31m", "\033[m", "\033[1;44m", "\033(0", "\033(B",
	"\0337", "\0338", "\033[?1s", "\033[?1r", "\033[?1006s", "\033[?1006r", "\033[!p", "\033]7;file://host/tmp\033\\", "\033]133;A\033\\",
	"\033[3g", "\033[10G\033H", "\033[5i\033[4i", "\033[?1049h\033[H\033[2Jalternate\033[?1049l", "\033[?47h\033[?47l",
	"\033]8;;http://x/\033\\link\033]8;;\033\\", "\033[?69h\033[3;20s\033[s\033[?69l", "\033[2;5r\033[r", "\033]9;4;1;50\033\\",
	"\033]22;pointer\033\\", "\033[4h", "\033[4l", "\033[1\"q", "\033[2*x", "\033 F", "\033%G",
};

static void line_make(char *out, size_t size, unsigned serial)
{
	unsigned const kind = below(6);
	if (kind == 0) snprintf(out, size, "<%u>%0*u\r\n", serial, (int)(20 + below(90)), serial);
	else if (kind == 1) snprintf(out, size, "<%u>\r\n<%u.2>\r\n<%u.3>\r\n<%u.4>\r\n<%u.5>\r\n", serial, serial, serial, serial, serial);
	else if (kind == 2) snprintf(out, size, "<%u>\346\274\242\345\255\227\346\274\242\345\255\227\346\274\242\345\255\227\346\274\242\345\255\227\r\n", serial);
	else if (kind == 3) snprintf(out, size, "<%u>", serial);
	else snprintf(out, size, "<%u>\r\n", serial);
}

static void plan_make(struct plan *p, uint64_t seed)
{
	chance = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	memset(p, 0, sizeof *p);
	for (unsigned i = below(5); i > 0; i--) strcat(p->user, defaults[below(sizeof defaults / sizeof *defaults)]);
	/* What a terminal pushes while lines are cut otherwise on it stands there for good. */
	bool const widths = below(2);
	p->n = 6 + below(OPS_MAX - 6);
	for (unsigned i = 0; i < p->n; i++) {
		struct op *const o = &p->op[i];
		unsigned const kind = below(20);
		o->rows = 3 + below(20);
		o->cols = COLS;
		if (kind < 7) line_make(o->bytes, sizeof o->bytes, i + 1);
		else if (kind < 13) strcpy(o->bytes, effects[below(sizeof effects / sizeof *effects)]);
		else if (kind < 15 && !widths) o->what = RESIZE;
		else if (kind < 16) {
			o->what = FOLLOW;
			if (widths) o->cols = 12 + below(COLS - 11);
		}
		else if (kind < 17) o->what = ATTACH;
		else if (kind < 18) o->what = LEAVE;
		else o->what = FLOW;
	}
}

/* ---- the play ------------------------------------------------------------------------ */

struct play {
	struct faketape tape;
	struct held user, program;
	struct show show;
	struct tokens tokens;
	bool attached;
	int out;
	off_t seen;
	int64_t now;
	struct screen_buf before; /* what the terminal held when somebody attached */
	struct screen *was;       /* and its state */
	char why[WHY_MAX];
};

static void never_says(char const *text) { (void)text; }

static void tape_mark_put(struct faketape *t, struct tape_mark const *m)
{
	uint64_t const i = atomic_load(&t->header->marks_end);
	memcpy(t->map + 2 * TAPE_PAGE + (i % FAKE_MARKS) * sizeof *m, m, sizeof *m);
	atomic_store(&t->header->marks_end, i + 1);
}

/* The terminal takes what was written, and answers. */
static void user_reads(struct play *p)
{
	uint8_t data[4096];
	ssize_t n;
	struct token t;

	while ((n = pread(p->out, data, sizeof data, p->seen)) > 0) {
		p->seen += n;
		screen_feed(p->user.s, data, (size_t)n);
	}
	struct screen_buf const b = p->user.answers;
	p->user.answers = (struct screen_buf)SCREEN_BUF_INIT;
	if (b.len > 0) tokens_feed(&p->tokens, (uint8_t const *)b.data, b.len);
	while (b.len > 0 && tokens_next(&p->tokens, &t)) face_answer(&p->show.face, &t, p->now);
	screen_buf_deinit(&(struct screen_buf){ .data = b.data });
}

static void flow(struct play *p)
{
	for (int i = 0; p->attached && i < 1000; i++) {
		show_pump(&p->show, p->now);
		enum out_result const o = show_flush(&p->show);
		CHECK(o == OUT_OK || o == OUT_AGAIN);
		user_reads(p);
		if (!show_idle(&p->show, p->now) || out_pending(&p->show.face.out)) continue;
		int const ms = show_timeout(&p->show, p->now);
		if (ms < 0 || ms > 300) return;
		p->now += ms;
	}
}

static void follow(struct play *p, unsigned rows, unsigned cols)
{
	if (screen_rows(p->program.s) == rows && screen_cols(p->program.s) == cols) return;
	tape_mark_put(&p->tape, &(struct tape_mark){ .type = TAPE_SIZE, .run = 1, .offset = atomic_load(&p->tape.header->end),
	                                             .u.size = { .rows = (uint16_t)rows, .cols = (uint16_t)cols } });
	screen_resize(p->program.s, rows, cols);
}

static void attach(struct play *p)
{
	if (p->attached) return;
	p->before = held_all(&p->user);
	p->was = screen_clone(p->user.s);
	memset(&p->show, 0, sizeof p->show);
	memset(&p->tokens, 0, sizeof p->tokens);
	p->out = memfd_create("out", MFD_CLOEXEC);
	p->seen = 0;
	p->show.face.tty = p->show.face.quiet = true;
	p->show.face.say = never_says;
	p->show.history = ENOUGH;
	CHECK_EQ(show_init(&p->show, p->out, screen_rows(p->user.s), screen_cols(p->user.s)), 0);
	CHECK_EQ(show_tape(&p->show, fcntl(p->tape.fd, F_DUPFD_CLOEXEC, 0), 5), 0);
	p->attached = true;
	/* The head gives it the size. */
	follow(p, screen_rows(p->user.s), screen_cols(p->user.s));
}

static void differs(struct play *p, char const *what, char const *is, char const *want)
{
	size_t i = 0;
	if (p->why[0]) return;
	while (is[i] && is[i] == want[i]) i++;
	i = i > 20 ? i - 20 : 0;
	snprintf(p->why, sizeof p->why, "%s: ...%.100s..., not ...%.100s...", what, is + i, want + i);
}

static void check_text(struct play *p)
{
	struct screen_buf all = held_all(&p->user);
	struct screen_buf program = held_all(&p->program);
	size_t const n = p->before.len - 1;

	if (p->user.forgot) snprintf(p->why, sizeof p->why, "the scrollback was erased");
	if (strncmp(all.data, p->before.data, n) != 0) differs(p, "what was there before", all.data, p->before.data);
	else if (strcmp(all.data + n, program.data) != 0) differs(p, "what the program printed", all.data + n, program.data);
	screen_buf_deinit(&all);
	screen_buf_deinit(&program);
}

/* What a terminal in this state answers when its colours are asked for. */
static struct screen_buf colors_of(struct screen const *s)
{
	struct held h = { .s = screen_clone(s) };
	char text[32];

	screen_sinks_set(h.s, &(struct screen_sinks){ .arg = &h, .answer = on_answer, .query = on_query });
	for (unsigned i = 0; i < 256 + 10; i++) {
		int const n = i < 256 ? snprintf(text, sizeof text, "\033]4;%u;?\033\\", i) : snprintf(text, sizeof text, "\033]1%u;?\033\\", i - 256);
		screen_feed(h.s, text, (size_t)n);
	}
	screen_feed(h.s, "\033P$q q\033\\", 8);
	screen_buf_add(&h.answers, "", 1);
	screen_free(h.s);
	return h.answers;
}

/* What was asked for is made equal, what is shown is wiped off; modes that a program saves
 * in the terminal stay saved there. */
static void level(struct screen *s)
{
	char text[32];
	for (unsigned n = 1; n < 3000; n++) screen_feed(s, text, (size_t)snprintf(text, sizeof text, "\033[?%us", n));
	screen_feed(s, "\033]104\033\\\033]105\033\\", 14);
	for (unsigned n = 110; n < 120; n++) screen_feed(s, text, (size_t)snprintf(text, sizeof text, "\033]%u\033\\", n));
	/* The user's next prompt is marked anew. */
	screen_feed(s, "\033[3J\033[2J\033[H\0337\033]133;D;0\033\\", 25);
}

static void check_state(struct play *p)
{
	char why[SCREEN_WHY_MAX] = "";
	struct screen *const is = screen_clone(p->user.s);

	for (unsigned n = 1; n < 3000 && !p->why[0]; n++) {
		if (n == 3) continue; /* it is not given to a terminal */
		int const a = screen_mode(p->was, true, n), b = screen_mode(is, true, n);
		if (a != b) snprintf(p->why, sizeof p->why, "mode %u: %d, not %d", n, b, a);
	}
	struct screen_buf a = colors_of(p->was), b = colors_of(is);
	if (strcmp(a.data, b.data) != 0) differs(p, "colours", b.data, a.data);
	screen_buf_deinit(&a);
	screen_buf_deinit(&b);
	screen_resize(p->was, screen_rows(is), screen_cols(is));
	level(p->was);
	level(is);
	if (!p->why[0] && !screen_equal(is, p->was, why)) snprintf(p->why, sizeof p->why, "state: %s", why);
	screen_free(is);
}

static void prints(struct play *p, char const *text)
{
	fake_write(&p->tape, text, strlen(text));
	screen_feed(p->program.s, text, strlen(text));
}

static void leave(struct play *p)
{
	if (!p->attached) return;
	/* The rows of a terminal of another size are not all of the program's. */
	follow(p, screen_rows(p->user.s), screen_cols(p->user.s));
	p->now += 1000;
	flow(p);
	/* What the terminal pushed and the program's screen has yet goes up. */
	prints(p, "\030\033\\\033[?6;69l\033[r\033[4l\033[999;1H");
	for (unsigned i = 0; i < 2 * screen_rows(p->user.s); i++) prints(p, "\r\n(more)");
	flow(p);
	face_leave(&p->show.face, NULL, p->now);
	while (show_flush(&p->show) == OUT_AGAIN) continue;
	user_reads(p);
	check_text(p);
	check_state(p);
	show_deinit(&p->show);
	close(p->out);
	screen_free(p->was);
	screen_buf_deinit(&p->before);
	p->before = (struct screen_buf)SCREEN_BUF_INIT;
	p->attached = false;
	/* A shell goes on. */
	screen_feed(p->user.s, "\r\n$ \r\n", 7 - 1);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

static void act(struct play *p, struct op const *o)
{
	switch (o->what) {
	case PRINT: prints(p, o->bytes); break;
	case RESIZE:
		/* What comes later is printed on a screen that has pushed other rows. */
		flow(p);
		screen_resize(p->user.s, o->rows, o->cols);
		if (p->attached) {
			face_resize(&p->show.face, o->rows, o->cols, p->now);
			follow(p, o->rows, o->cols);
			/* Two sizes at once tell too little of a terminal that pulls nothing. */
			flow(p);
		}
		break;
	case FOLLOW:
		/* A terminal that is smaller shows a part, and may push that. */
		follow(p, least(o->rows, screen_rows(p->user.s)), least(o->cols, screen_cols(p->user.s)));
		break;
	case ATTACH: attach(p); break;
	case LEAVE: leave(p); break;
	case FLOW: flow(p); break;
	}
}

static void play(struct plan const *plan, char why[WHY_MAX])
{
	struct play *const p = calloc(1, sizeof *p);
	struct tape_header const h = fake_header();
	struct tape_mark start = { .type = TAPE_RUN_START, .run = 1, .u.start = { .pid = 77, .size = { .rows = ROWS, .cols = COLS } } };

	CHECK(p);
	CHECK_EQ(fake_open(&p->tape, &h, FAKE_SEALS), 0);
	tape_mark_put(&p->tape, &start);
	p->now = 1000;
	held_init(&p->user, ROWS, COLS);
	held_init(&p->program, ROWS, COLS);
	screen_feed(p->user.s, plan->user, strlen(plan->user));
	screen_feed(p->user.s, "(before)\r\n$ attach\r\n", 20);
	for (unsigned i = 0; i < plan->n && !p->why[0]; i++)
		if (!plan->op[i].off) act(p, &plan->op[i]);
	attach(p);
	leave(p);
	memcpy(why, p->why, WHY_MAX);
	held_free(&p->user);
	held_free(&p->program);
	fake_close(&p->tape);
	free(p);
}

static void shrink(struct plan *plan, char why[WHY_MAX])
{
	char other[WHY_MAX];
	for (bool less = true; less;) {
		less = false;
		for (unsigned i = 0; i < plan->n; i++) {
			if (plan->op[i].off) continue;
			plan->op[i].off = true;
			play(plan, other);
			if (other[0]) memcpy(why, other, WHY_MAX), less = true;
			else plan->op[i].off = false;
		}
	}
	struct plan const whole = *plan;
	plan->user[0] = '\0';
	play(plan, other);
	if (other[0]) memcpy(why, other, WHY_MAX);
	else *plan = whole;
}

static unsigned long wanted(char const *name, unsigned long otherwise)
{
	char const *const v = getenv(name);
	return v ? strtoul(v, NULL, 10) : otherwise;
}

TEST(a_terminal_keeps_what_it_had_and_gets_what_the_program_printed)
{
	unsigned long const seed = wanted("KEEPS_SEED", 1);
	unsigned long const runs = wanted("KEEPS_RUNS", 300);
	unsigned long bad = 0;
	char why[WHY_MAX];

	alarm(0);
	for (unsigned long i = seed; i < seed + runs; i++) {
		struct plan plan;
		plan_make(&plan, i);
		play(&plan, why);
		if (!why[0]) continue;
		shrink(&plan, why);
		printf("# seed %lu: %s\n", i, why);
		plan_print(&plan);
		fflush(stdout);
		if (++bad == 5) break;
	}
	printf("# %lu sequences from seed %lu on\n", runs, seed);
	CHECK_EQ(bad, 0);
}

TEST_MAIN
