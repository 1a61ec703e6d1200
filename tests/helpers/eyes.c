/* SPDX-License-Identifier: ISC */
/* eyes [-l] SOCKET STREAMS NAME... : for each of the recorded streams NAME.raw (its
 * size in NAME.size) a program that plays it, slowly and in pieces, on a terminal
 * of the head at SOCKET (which must have been told -s fixed), and four viewers on
 * terminals of their own:
 *
 *     0  of the program's size, there from the start; then made smaller
 *     1  smaller, comes while it plays; then of yet another size
 *     2  larger, may type
 *     3  comes smaller, is then given the program's size
 *
 * At three places of the stream the program stops, and what each viewer's
 * terminal shows, by an engine fed with the viewer's output, is compared: with
 * the program's screen by the tape, and that with the stream itself. Where sizes
 * agree the two must be equal in all that is promised to survive; else in the part
 * that the viewer shows, the cursor, and the modes that input needs. Then the
 * viewers leave, and nothing may be on. TAP, a test a stream. With -l the head
 * lets the program's size follow viewer 2, which changes it at these places.
 *
 * eyes --play FILE CUT... : that program. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "headlink.h"
#include "past.h"
#include "client.h"
#include "reader.h"
#include "screen.h"

#define VIEWERS 4
#define CUTS 3
#define AT_ONCE 6

static bool latest;

static int settle_ms(void)
{
	char const *const s = getenv("EYES_SETTLE_MS");
	return s ? atoi(s) : 8000;
}

struct eye {
	unsigned rows, cols;
	bool types;
	int after_ms; /* when it comes */
	int master;   /* -1: not there yet, or gone */
	pid_t pid;
	struct screen *s;
};

struct stage {
	char const *socket, *name;
	char address[512];
	unsigned rows, cols;
	char *data;
	size_t len;
	size_t cut[CUTS];
	pid_t player;
	struct tape_reader tape;
	struct eye eye[VIEWERS];
	int64_t began;
	char why[1024];
};

static int64_t now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

__attribute__((noreturn)) static void die(char const *what)
{
	printf("# eyes: unable to %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(111);
}

static char *slurp(char const *path, size_t *ret_len)
{
	FILE *const f = fopen(path, "rb");
	if (!f) die(path);
	fseek(f, 0, SEEK_END);
	long const n = ftell(f);
	rewind(f);
	char *const data = malloc((size_t)n + 1);
	if (!data || fread(data, 1, (size_t)n, f) != (size_t)n) die(path);
	fclose(f);
	data[n] = 0;
	*ret_len = (size_t)n;
	return data;
}

/* ---- the program ---------------------------------------------------------------- */

static int play(char const *file, char **cuts)
{
	struct termios t;
	size_t len, at = 0;
	unsigned seed = (unsigned)getpid();
	sigset_t set;
	int number;
	char *const data = slurp(file, &len);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (tcgetattr(1, &t) < 0) die("get the terminal's modes");
	cfmakeraw(&t);
	if (tcsetattr(1, TCSANOW, &t) < 0) die("set the terminal's modes");
	for (; *cuts; cuts++) {
		size_t const cut = strtoul(*cuts, NULL, 10);
		while (at < cut) {
			size_t n = 1 + (size_t)rand_r(&seed) % 3000;
			if (n > cut - at) n = cut - at;
			if (write(1, data + at, n) != (ssize_t)n) return 111;
			at += n;
			usleep((useconds_t)rand_r(&seed) % 4000);
		}
		sigwait(&set, &number);
	}
	free(data);
	return 0;
}

/* ---- viewers ----------------------------------------------------------------------- */

static void eye_open(struct stage *g, struct eye *e)
{
	struct winsize const w = { .ws_row = (unsigned short)e->rows, .ws_col = (unsigned short)e->cols };
	static char const before[] = "\033[32mbefore\033[m\r\n$ ptyhead-attach\r\n";

	e->s = screen_new(e->rows, e->cols);
	if (!e->s) die("make a screen");
	screen_feed(e->s, before, sizeof before - 1);
	e->pid = forkpty(&e->master, NULL, NULL, &w);
	if (e->pid < 0) die("fork");
	if (e->pid == 0) {
		execlp("ptyhead-attach", "ptyhead-attach", e->types ? "-q" : "-qr", g->address, (char *)NULL);
		die("run ptyhead-attach");
	}
	fcntl(e->master, F_SETFD, FD_CLOEXEC);
}

static void eye_size(struct eye *e, unsigned rows, unsigned cols)
{
	struct winsize const w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	e->rows = rows;
	e->cols = cols;
	screen_resize(e->s, rows, cols);
	/* Each terminal has its own way with the content then. */
	screen_feed(e->s, "\033[2;3Hother", 11);
	ioctl(e->master, TIOCSWINSZ, &w);
}

/* Reads what the viewers write, for so long. */
static void look(struct stage *g, int ms)
{
	static char buf[65536];
	int64_t const until = now_ms() + ms;
	for (;;) {
		struct pollfd p[VIEWERS];
		int64_t const now = now_ms();
		for (int i = 0; i < VIEWERS; i++) {
			struct eye *const e = &g->eye[i];
			if (!e->pid && now - g->began >= e->after_ms) eye_open(g, e);
			p[i] = (struct pollfd){ .fd = e->master, .events = POLLIN };
		}
		int const left = until > now ? (int)(until - now) : 0;
		poll(p, VIEWERS, left < 5 ? left : 5);
		for (int i = 0; i < VIEWERS; i++) {
			struct eye *const e = &g->eye[i];
			if (e->master < 0 || !p[i].revents) continue;
			ssize_t const n = read(e->master, buf, sizeof buf);
			if (n > 0) {
				screen_feed(e->s, buf, (size_t)n);
				continue;
			}
			close(e->master);
			e->master = -1;
		}
		if (left == 0) return;
	}
}

__attribute__((format(printf, 2, 3))) static bool wrong(struct stage *g, char const *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(g->why, sizeof g->why, fmt, ap);
	va_end(ap);
	return false;
}

static bool same_char(struct screen const *a, struct screen_cell x, struct screen const *b, struct screen_cell y)
{
	uint32_t ca[SCREEN_CLUSTER_MAX], cb[SCREEN_CLUSTER_MAX];
	unsigned const na = screen_cell_chars(a, x, ca), nb = screen_cell_chars(b, y, cb);
	/* A space and a blank look the same. */
	if (na <= 1 && nb <= 1) return (na && ca[0] != ' ' ? ca[0] : 0) == (nb && cb[0] != ' ' ? cb[0] : 0);
	return na == nb && !memcmp(ca, cb, na * sizeof *ca);
}

static bool same_style(struct screen const *a, uint16_t x, struct screen const *b, uint16_t y, bool empty)
{
	char const *id;
	struct screen_style const p = screen_style_get(a, x), q = screen_style_get(b, y);
	if (p.bg != q.bg) return false;
	if (empty) return true;
	char const *const up = screen_link(a, p.link, &id), *const uq = screen_link(b, q.link, &id);
	if (!up != !uq || (up && strcmp(up, uq) != 0)) return false;
	return p.fg == q.fg && p.ul == q.ul && ((p.attrs ^ q.attrs) & ~(unsigned)SCREEN_PROTECTED) == 0;
}

/* The part that a smaller or larger terminal shows. */
static bool part_equal(struct stage *g, int number, struct screen const *v, struct screen const *m)
{
	unsigned const rows = screen_rows(v), cols = screen_cols(v);
	unsigned y0, x0;
	screen_viewport(m, rows, cols, &y0, &x0);
	for (unsigned y = 0; y < rows; y++) {
		for (unsigned x = 0; x < cols; x++) {
			bool const in = y0 + y < screen_rows(m) && x0 + x < screen_cols(m);
			struct screen_cell const c = screen_cell(v, SCREEN_ACTIVE, y, x);
			struct screen_cell d = { 0, 0, 0 };
			if (in) d = screen_cell(m, SCREEN_ACTIVE, y0 + y, x0 + x);
			if ((d.flags & SCREEN_CELL_SPACER && x == 0) || (d.flags & SCREEN_CELL_WIDE && x + 1 == cols)) d.ch = d.flags = 0;
			bool const empty = !d.ch && !(d.flags & SCREEN_CELL_SPACER);
			if (c.flags != d.flags || !same_char(v, c, m, d) || !same_style(v, c.style, m, d.style, empty))
				return wrong(g, "viewer %d (%ux%u): cell %u,%u is %x flags %u, not %x flags %u (or another style)", number, rows,
				             cols, y, x, c.ch, c.flags, d.ch, d.flags);
		}
	}
	struct screen_cursor const a = screen_cursor(v), b = screen_cursor(m);
	if (a.visible != b.visible || (b.visible && (a.y != b.y - y0 || a.x != b.x - x0)))
		return wrong(g, "viewer %d: the cursor is at %u,%u, not %u,%u", number, a.y, a.x, b.y - y0, b.x - x0);
	struct screen_input const i = screen_input(v), j = screen_input(m);
	if (screen_alt(v) != screen_alt(m) || i.cursor_keys != j.cursor_keys || i.keypad != j.keypad || i.paste != j.paste ||
	    i.focus != j.focus || i.kitty != j.kitty || i.modify_other != j.modify_other || i.mouse != j.mouse ||
	    i.mouse_enc != j.mouse_enc)
		return wrong(g, "viewer %d: modes", number);
	if (strcmp(screen_title(v), screen_title(m)) != 0) return wrong(g, "viewer %d: title", number);
	return true;
}

/* On its title stack is its user's, below what the program keeps there. `real`: as it is
 * painted for a viewer, which may leave the last character without a mark to come. */
static bool equal_restored(struct screen const *v, struct screen const *m, bool real, char why[SCREEN_WHY_MAX])
{
	struct screen *const want = screen_new(screen_rows(m), screen_cols(m));
	struct screen_buf b = SCREEN_BUF_INIT;
	if (!want) die("make a screen");
	screen_buf_str(&b, "\033[22;0t");
	if (real) screen_restore_real(m, want, &b);
	else screen_restore(m, true, &b);
	screen_feed(want, b.data, b.len);
	screen_buf_deinit(&b);
	bool const good = screen_equal(v, want, why);
	screen_free(want);
	return good;
}

static bool eye_shows(struct stage *g, int number, struct screen const *m)
{
	struct screen const *const v = g->eye[number].s;
	char why[SCREEN_WHY_MAX];
	if (!g->eye[number].pid) return wrong(g, "viewer %d is not there yet", number);
	if (g->eye[number].master < 0) return wrong(g, "viewer %d left", number);
	if (screen_ground(v) != screen_total(v)) return wrong(g, "viewer %d: something is printed half", number);
	if (screen_rows(v) != screen_rows(m) || screen_cols(v) != screen_cols(m)) return part_equal(g, number, v, m);
	if (screen_mode(m, true, 2048) == 1) return part_equal(g, number, v, m); /* the one mode that is kept from it */
	/* Unless it took more from its title stack than it put there. */
	return screen_equal(v, m, NULL) || equal_restored(v, m, false, why) || equal_restored(v, m, true, why) ||
	       wrong(g, "viewer %d, of the program's size: %s", number, why);
}

static bool eye_equal(struct stage *g, int number, struct screen const *m)
{
	if (g->eye[number].types) return eye_shows(g, number, m);
	/* Who cannot type has the mouse. */
	struct screen *const less = screen_clone(m);
	if (!less) die("make a screen");
	screen_mouse_drop(less);
	bool good = eye_shows(g, number, less);
	if (!good && screen_input(m).mouse) {
		/* It was taken back after the last character, which no mark can follow then. */
		screen_feed(less, "\033[?1000l", 8);
		good = eye_shows(g, number, less);
	}
	screen_free(less);
	return good;
}

/* As the head does it where no viewer's size counts. */
static void feed_granting(struct screen *s, char const *p, size_t len)
{
	unsigned rows, cols;
	while (len > 0) {
		int64_t units = INT64_MAX / 2;
		size_t const n = screen_feed_some(s, p, len, &units);
		if (screen_size_asked(s, &rows, &cols)) screen_resize(s, rows, cols);
		p += n;
		len -= n;
	}
}

static bool all_equal(struct stage *g, size_t cut)
{
	struct screen *const direct = screen_new(g->rows, g->cols);
	struct tape_reader r = g->tape;
	struct tape_state state;
	char why[SCREEN_WHY_MAX];
	bool good = true;

	if (tape_reader_end(&r) != cut) good = wrong(g, "the tape ends at %llu", (unsigned long long)tape_reader_end(&r));
	struct screen *const m = good ? past_read(&r, NULL, &state) : NULL;
	if (good && !m) good = wrong(g, "no screen on the tape");
	feed_granting(direct, g->data, cut);
	/* What the program asked for before the first viewer came, that one took back. */
	if (good && (screen_rows(m) != screen_rows(direct) || screen_cols(m) != screen_cols(direct)) && latest)
		screen_resize(direct, screen_rows(m), screen_cols(m));
	if (good && latest && (screen_rows(m) != g->eye[2].rows || screen_cols(m) != g->eye[2].cols))
		good = wrong(g, "the program's terminal has not the size of viewer 2");
	if (good && !(latest && cut > g->cut[0]) && !screen_equal(m, direct, why)) good = wrong(g, "the tape's screen is not the stream's: %s", why);
	for (int i = 0; good && i < VIEWERS; i++) good = eye_equal(g, i, m);
	screen_free(m);
	screen_free(direct);
	return good;
}

static bool settle(struct stage *g, size_t cut)
{
	int64_t const until = now_ms() + settle_ms();
	for (;;) {
		look(g, 15);
		if (all_equal(g, cut)) return true;
		if (now_ms() > until) return false;
	}
}

/* ---- leaving ------------------------------------------------------------------------ */

static bool all_off(struct stage *g, int number)
{
	static unsigned const dec[] = { 1, 5, 6, 9, 25, 45, 66, 69, 1000, 1002, 1003, 1004, 1006, 1015, 1049, 2004, 2026, 2027, 2031, 2048, 7, 12 };
	static unsigned const ansi[] = { 2, 4, 20 };
	struct screen const *const s = g->eye[number].s;
	struct screen *const fresh = screen_new(2, 2);
	struct screen_cursor const c = screen_cursor(s);
	struct screen_input const in = screen_input(s);
	uint32_t rgb;
	bool good = true;

	for (size_t i = 0; i < sizeof dec / sizeof *dec; i++)
		if (screen_mode(s, true, dec[i]) != screen_mode(fresh, true, dec[i]))
			good = wrong(g, "viewer %d left mode %u on", number, dec[i]);
	for (size_t i = 0; i < sizeof ansi / sizeof *ansi; i++)
		if (screen_mode(s, false, ansi[i]) != 2) good = wrong(g, "viewer %d left ANSI mode %u on", number, ansi[i]);
	if (*screen_title(s) || *screen_icon(s)) good = wrong(g, "viewer %d left the title %s", number, screen_title(s));
	for (unsigned i = 0; i < 256; i++)
		if (screen_palette(s, i, &rgb)) good = wrong(g, "viewer %d left colour %u set", number, i);
	screen_free(fresh);
	if (in.kitty || in.modify_other || c.shape) good = wrong(g, "viewer %d left the keyboard or the cursor's shape", number);
	if (c.x != 0 || c.pending || c.pen.fg || c.pen.bg || c.pen.attrs || c.pen.link)
		good = wrong(g, "viewer %d left the cursor at %u,%u, or its pen", number, c.y, c.x);
	for (unsigned y = c.y; y < screen_rows(s); y++)
		for (unsigned x = 0; x < screen_cols(s); x++)
			if (screen_cell(s, SCREEN_ACTIVE, y, x).ch) good = wrong(g, "viewer %d left the cursor over content, at %u", number, y);
	return good;
}

static bool leave(struct stage *g)
{
	int status;
	int64_t const until = now_ms() + settle_ms();

	for (int i = 0; i < VIEWERS; i++) {
		if (!g->eye[i].types) kill(g->eye[i].pid, SIGTERM);
		else if (write(g->eye[i].master, "\x1c", 1) != 1) return wrong(g, "viewer %d takes no key", i);
	}
	for (;;) {
		bool gone = true;
		look(g, 10);
		for (int i = 0; i < VIEWERS; i++) gone &= g->eye[i].master < 0;
		if (gone) break;
		if (now_ms() > until) return wrong(g, "a viewer does not leave");
	}
	for (int i = 0; i < VIEWERS; i++) {
		waitpid(g->eye[i].pid, &status, 0);
		if (g->eye[i].types ? status != 0 : !(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM))
			return wrong(g, "viewer %d: wait status %x", i, (unsigned)status);
		if (!all_off(g, i)) return false;
	}
	return true;
}

/* ---- a stream ------------------------------------------------------------------------ */

static void play_start(struct stage *g, char const *self, char const *file)
{
	char size[32], at[CUTS][24];
	snprintf(size, sizeof size, "%ux%u", g->rows, g->cols);
	for (int i = 0; i < CUTS; i++) snprintf(at[i], sizeof at[i], "%zu", g->cut[i]);
	g->player = fork();
	if (g->player < 0) die("fork");
	if (g->player > 0) return;
	setsid();
	execlp("s6-ptyexec", "s6-ptyexec", "-s", size, g->address, self, "--play", file, at[0], at[1], at[2], (char *)NULL);
	die("run s6-ptyexec");
}

/* Places near which the stream is at ground. */
static void cuts(struct stage *g)
{
	struct screen *const s = screen_new(g->rows, g->cols);
	static unsigned const part[CUTS] = { 45, 80, 100 };
	size_t at = 0;
	for (int i = 0; i < CUTS; i++) {
		size_t const to = g->len * part[i] / 100;
		screen_feed(s, g->data + at, to - at);
		at = to;
		g->cut[i] = (size_t)screen_ground(s);
	}
	screen_free(s);
}

static void open_tape(struct stage *g)
{
	static struct headlink link;
	static struct ptyhead_address address;
	char const *why;
	int tape = -1;

	if (ptyhead_address_parse(g->address, &address, &why) < 0) die(why);
	link.address = &address;
	link.watch = true;
	for (int i = 0;; i++) {
		int const r = headlink_open(&link, &tape);
		headlink_close(&link);
		if (r == 0) break;
		errno = -r;
		if (i == 400) die("look at the terminal");
		usleep(10000);
	}
	if (tape_reader_init(&g->tape, tape) < 0) die("read the tape");
	close(tape);
}

static bool stage_run(struct stage *g)
{
	for (int i = 0; i < CUTS; i++) {
		if (!settle(g, g->cut[i])) {
			size_t const n = strlen(g->why);
			snprintf(g->why + n, sizeof g->why - n, " (at byte %zu)", g->cut[i]);
			return false;
		}
		if (i + 1 == CUTS) break;
		if (i == 0) eye_size(&g->eye[3], g->rows, g->cols);
		if (latest && i == 0) eye_size(&g->eye[2], g->rows + 3, g->cols - 7);
		if (latest && i == 1) eye_size(&g->eye[2], g->rows - 4, g->cols + 5);
		if (i == 1) eye_size(&g->eye[0], g->rows - 2, g->cols - 5);
		if (i == 1) eye_size(&g->eye[1], g->rows - 1, g->cols + 3);
		kill(g->player, SIGUSR1);
	}
	return leave(g);
}

static bool stream(char const *self, char const *socket, char const *dir, char const *name)
{
	static struct stage g;
	char path[4096];
	size_t len;
	unsigned seed = 7;

	g.name = name;
	snprintf(g.address, sizeof g.address, "%s:%s", socket, name);
	snprintf(path, sizeof path, "%s/%s.size", dir, name);
	char *const size = slurp(path, &len);
	if (sscanf(size, "%ux%u", &g.cols, &g.rows) != 2) die(path);
	free(size);
	snprintf(path, sizeof path, "%s/%s.raw", dir, name);
	g.data = slurp(path, &g.len);
	cuts(&g);
	for (char const *p = name; *p; p++) seed = seed * 31 + (unsigned char)*p;
	play_start(&g, self, path);
	open_tape(&g);
	g.began = now_ms();
	for (int i = 0; i < VIEWERS; i++) {
		g.eye[i] = (struct eye){ .rows = g.rows, .cols = g.cols, .master = -1, .types = i == 2 };
		g.eye[i].after_ms = i ? rand_r(&seed) % 40 : 0;
	}
	g.eye[1].rows = g.rows > 9 ? g.rows - 7 : g.rows - 1;
	g.eye[1].cols = g.cols - 13;
	if (!latest) g.eye[2].rows += 4;
	if (!latest) g.eye[2].cols += 9;
	g.eye[3].rows = g.rows / 2 + 1;
	g.eye[3].cols = g.cols - 1;
	bool const good = stage_run(&g);
	if (!good) printf("# %s: %s\n", name, g.why);
	for (int i = 0; i < VIEWERS; i++) {
		if (g.eye[i].master >= 0) kill(g.eye[i].pid, SIGKILL);
		screen_free(g.eye[i].s);
	}
	kill(g.player, SIGKILL);
	tape_reader_deinit(&g.tape);
	free(g.data);
	return good;
}

int main(int argc, char **argv)
{
	int failed = 0, running = 0, next = 3, done = 0;
	struct { pid_t pid; char const *name; } job[AT_ONCE] = { { 0, NULL } };
	char self[4096];

	if (argc > 3 && !strcmp(argv[1], "--play")) return play(argv[2], argv + 3);
	if (argc > 1 && !strcmp(argv[1], "-l")) {
		latest = true;
		argv++;
		argc--;
	}
	if (argc < 4) {
		fprintf(stderr, "usage: eyes [-l] SOCKET STREAMS NAME...\n");
		return 100;
	}
	ssize_t const n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0) die("find myself");
	self[n] = 0;
	printf("1..%d\n", argc - 3);
	while (next < argc || running > 0) {
		int status;
		for (int i = 0; i < AT_ONCE && next < argc; i++) {
			if (job[i].pid) continue;
			fflush(stdout);
			job[i].name = argv[next++];
			job[i].pid = fork();
			if (job[i].pid < 0) die("fork");
			if (job[i].pid == 0) exit(!stream(self, argv[1], argv[2], job[i].name));
			running++;
		}
		pid_t const pid = wait(&status);
		for (int i = 0; i < AT_ONCE; i++) {
			if (job[i].pid != pid) continue;
			job[i].pid = 0;
			running--;
			failed += status != 0;
			printf("%s %d - %s\n", status ? "not ok" : "ok", ++done, job[i].name);
		}
	}
	return failed ? 1 : 0;
}
