/* SPDX-License-Identifier: ISC */
/* compare [-r DIR] [-d] [-t] DATA [NAME...]: feed the recorded streams and the
 * hand-written cases to the engine, say what it shows in the format of
 * README.md, and compare that with what the oracle said (DATA is tests/oracle).
 * Each stream goes in four times: whole up to each cut, in random pieces, byte by
 * byte, and within random budgets; at each cut the state is restored into a fresh
 * screen, which must show the same then and at the next cut; and painting from cut
 * to cut must come to the same cells, on terminals of other sizes to those of the
 * part that these show. TAP, one test a file.
 *
 *   -r DIR  no comparing: write what restores each cut to DIR/NAME.CUT.GROUND, and
 *           what paints it over the cut before to DIR/NAME.CUT.paint, or, on
 *           terminals of other sizes, to DIR/NAME.CUT.COLSxROWS.X.Y.crop, whose
 *           first cell is the screen's at X, Y
 *   -d      no comparing: print our own dumps
 *   -t      no comparing: print the text of each stream's last screen
 *
 * What is listed in DATA/differences may differ; the list gives the reasons. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"

#define HEADS 4
#define PROBE "\x18" "A\x1b" "8B\n\n\nC\tD"
#define LEAVE "\x18\x1b[?1049l"

static void die(char const *what, char const *which)
{
	fprintf(stderr, "compare: fatal: unable to %s %s: %s\n", what, which, strerror(errno));
	exit(111);
}

/* ---- a dump ---------------------------------------------------------- */

struct dump {
	unsigned cols, rows;
	char *head[HEADS]; /* cursor, modes, pen, title */
	char **row;
};

static char *text(char const *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0) die("print", fmt);
	va_end(ap);
	return s;
}

static void dump_init(struct dump *d, unsigned cols, unsigned rows)
{
	d->cols = cols;
	d->rows = rows;
	for (int i = 0; i < HEADS; i++) d->head[i] = text("%s", "");
	d->row = calloc(rows, sizeof *d->row);
	if (!d->row) die("allocate", "a dump");
	for (unsigned y = 0; y < rows; y++) d->row[y] = text("%02u|", y);
}

static void dump_deinit(struct dump *d)
{
	for (int i = 0; i < HEADS; i++) free(d->head[i]);
	for (unsigned y = 0; y < d->rows; y++) free(d->row[y]);
	free(d->row);
}

static void put_utf8(struct screen_buf *b, uint32_t c)
{
	char u[4];
	size_t n = 1;
	if (c < 0x80) {
		u[0] = (char)c;
	} else if (c < 0x800) {
		u[0] = (char)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		u[0] = (char)(0xe0 | c >> 12);
		n = 3;
	} else {
		u[0] = (char)(0xf0 | c >> 18);
		n = 4;
	}
	for (size_t i = 1; i < n; i++) u[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
	screen_buf_add(b, u, n);
}

static void put_color(struct screen_buf *b, char const *word, uint32_t c)
{
	if (SCREEN_COLOR_KIND(c) == SCREEN_INDEXED) screen_buf_fmt(b, " %s=%u", word, SCREEN_COLOR_VALUE(c));
	if (SCREEN_COLOR_KIND(c) == SCREEN_RGB) screen_buf_fmt(b, " %s=#%06x", word, SCREEN_COLOR_VALUE(c));
}

static void put_style(struct screen_buf *b, struct screen const *s, struct screen_style st)
{
	static struct { unsigned bit; char const *word; } const words[] = {
		{ SCREEN_BLINK, "blink" }, { SCREEN_INVERSE, "inv" }, { SCREEN_INVISIBLE, "hid" },
		{ SCREEN_STRIKE, "strike" }, { SCREEN_OVERLINE, "over" }, { SCREEN_PROTECTED, "prot" },
	};
	if (st.attrs & SCREEN_BOLD) screen_buf_str(b, " bold");
	if (st.attrs & SCREEN_FAINT) screen_buf_str(b, " dim");
	if (st.attrs & SCREEN_ITALIC) screen_buf_str(b, " it");
	unsigned const ul = SCREEN_UNDERLINE(st.attrs);
	if (ul == 1) screen_buf_str(b, " ul");
	if (ul > 1) screen_buf_fmt(b, " ul%u", ul);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (st.attrs & words[i].bit) screen_buf_fmt(b, " %s", words[i].word);
	put_color(b, "fg", st.fg);
	put_color(b, "bg", st.bg);
	put_color(b, "ulc", st.ul);
	if (st.link) {
		char const *id;
		char const *uri = screen_link(s, st.link, &id);
		screen_buf_str(b, " link=");
		for (; uri && *uri; uri++) {
			unsigned char const c = (unsigned char)*uri;
			if (c > 32 && c < 127 && !strchr("\"%<>[\\]^`{|}", c)) screen_buf_add(b, uri, 1);
			else screen_buf_fmt(b, "%%%02X", c);
		}
	}
}

/* What decides how a cell is described, but for its characters. */
struct look {
	unsigned style, width, more;
	bool orphan;
};

static void put_run(struct screen_buf *b, struct screen const *s, struct look const *l, unsigned first, unsigned last)
{
	struct screen_buf words = SCREEN_BUF_INIT;
	put_style(&words, s, screen_style_get(s, (uint16_t)l->style));
	if (l->orphan) screen_buf_str(&words, " orphan");
	if (l->width == 2) screen_buf_str(&words, " W");
	if (l->more) screen_buf_fmt(&words, " +%u", l->more);
	if (words.len) {
		screen_buf_fmt(b, "%s%u", b->len ? "; " : "", first);
		if (last > first) screen_buf_fmt(b, "-%u", last);
		screen_buf_add(b, words.data, words.len);
	}
	screen_buf_deinit(&words);
}

/* What a terminal shows of a screen: from row y and column x on. */
struct part {
	unsigned y, x, cols;
};

/* A character that the part's edge cuts is a space there. */
static struct screen_cell part_cell(struct screen const *s, struct part const *p, unsigned y, unsigned x)
{
	struct screen_cell c = screen_cell(s, SCREEN_ACTIVE, p->y + y, p->x + x);
	if ((c.flags & SCREEN_CELL_SPACER && x == 0) || (c.flags & SCREEN_CELL_WIDE && x + 1 == p->cols)) {
		c.ch = ' ';
		c.flags = 0;
	}
	return c;
}

/* One row: its text without trailing spaces, and below it the runs of cells
 * that are not plain. */
static char *part_dump(struct screen const *s, struct part const *p, unsigned y)
{
	struct screen_buf line = SCREEN_BUF_INIT, runs = SCREEN_BUF_INIT;
	struct look look = { 0, 1, 0, false };
	unsigned start = 0, before = 1;
	for (unsigned x = 0; x < p->cols; x++) {
		struct screen_cell const c = part_cell(s, p, y, x);
		unsigned const width = screen_cell_width(c);
		uint32_t cps[SCREEN_CLUSTER_MAX];
		bool const tail = width == 0 && before == 2;
		before = width;
		if (tail) continue; /* a head and its tail are one */
		unsigned const chars = screen_cell_chars(s, c, cps);
		if (chars == 0) screen_buf_str(&line, " ");
		for (unsigned i = 0; i < chars; i++) put_utf8(&line, cps[i]);
		struct look const now = { c.style, width, chars > 1 ? chars - 1 : 0, width == 0 };
		if (now.style != look.style || now.width != look.width || now.more != look.more ||
		    now.orphan != look.orphan) {
			if (x > start) put_run(&runs, s, &look, start, x - 1);
			start = x;
			look = now;
		}
	}
	put_run(&runs, s, &look, start, p->cols - 1);
	while (line.len > 0 && line.data[line.len - 1] == ' ') line.len--;
	char *const all = text("%02u|%.*s%s%.*s", y, (int)line.len, line.data, runs.len ? "\n  :" : "", (int)runs.len,
			       runs.len ? runs.data : "");
	screen_buf_deinit(&line);
	screen_buf_deinit(&runs);
	return all;
}

static char *row_dump(struct screen const *s, unsigned y)
{
	struct part const all = { 0, 0, screen_cols(s) };
	return part_dump(s, &all, y);
}

static char *modes_dump(struct screen const *s)
{
	static char const *const shapes[] = { "", "block-blink", "block", "underline-blink", "underline", "bar-blink",
					      "bar" };
	struct screen_input const in = screen_input(s);
	struct screen_cursor const c = screen_cursor(s);
	char *out = NULL;
	size_t len = 0;
	FILE *const f = open_memstream(&out, &len);
	if (!f) die("open", "a stream");
	fputs("modes", f);
	if (screen_mode(s, false, 4) == 1) fputs(" irm", f);
	if (in.newline) fputs(" lnm", f);
	if (in.cursor_keys) fputs(" ckm", f);
	if (screen_mode(s, true, 6) == 1) fputs(" om", f);
	if (screen_mode(s, true, 7) == 2) fputs(" noawm", f);
	if (screen_mode(s, true, 45) == 1) fputs(" rw", f);
	if (in.keypad) fputs(" kpam", f);
	if (in.paste) fputs(" paste", f);
	if (in.focus) fputs(" focus", f);
	if (!c.visible) fputs(" nocursor", f);
	if (in.mouse)
		fprintf(f, " mouse=%s", in.mouse == 9 ? "x10" : in.mouse == 1000 ? "vt200" : in.mouse == 1001 ? "hilite"
				: in.mouse == 1002 ? "drag" : "any");
	if (in.mouse_enc)
		fprintf(f, " enc=%s", in.mouse_enc == 1005 ? "utf8" : in.mouse_enc == 1006 ? "sgr"
				: in.mouse_enc == 1015 ? "urxvt" : "sgr_pixels");
	if (in.kitty) fprintf(f, " kitty=%u", in.kitty);
	if (c.shape > 0 && c.shape < 7) fprintf(f, " shape=%s", shapes[c.shape]);
	fclose(f);
	return out;
}

static char *title_dump(struct screen const *s)
{
	char *out = NULL;
	size_t len = 0;
	FILE *const f = open_memstream(&out, &len);
	if (!f) die("open", "a stream");
	fputs("title \"", f);
	for (char const *p = screen_title(s); *p; p++) {
		unsigned char const c = (unsigned char)*p;
		if (c == '"' || c == '\\') fprintf(f, "\\%c", c);
		else if (c < 32) fprintf(f, "\\u%04x", c);
		else fputc(c, f);
	}
	fputc('"', f);
	fclose(f);
	return out;
}

static void dump_take(struct dump *d, struct screen const *s)
{
	struct screen_cursor const c = screen_cursor(s);
	struct screen_buf pen = SCREEN_BUF_INIT;
	put_style(&pen, s, c.pen);
	d->cols = screen_cols(s);
	d->rows = screen_rows(s);
	d->head[0] = text("cursor %u %u%s%s", c.x, c.y, c.pending ? " wrap" : "", screen_alt(s) ? " alt" : "");
	d->head[1] = modes_dump(s);
	d->head[2] = text("pen%.*s", (int)pen.len, pen.len ? pen.data : "");
	screen_buf_deinit(&pen);
	d->head[3] = title_dump(s);
	d->row = calloc(d->rows, sizeof *d->row);
	if (!d->row) die("allocate", "a dump");
	for (unsigned y = 0; y < d->rows; y++) d->row[y] = row_dump(s, y);
}

static void dump_print(struct dump const *d, char const *name)
{
	printf("== %s %ux%u\n", name, d->cols, d->rows);
	for (int i = 0; i < HEADS; i++) puts(d->head[i]);
	for (unsigned y = 0; y < d->rows; y++)
		if (d->row[y][3]) puts(d->row[y]);
}

/* ---- what the oracle said -------------------------------------------- */

struct section {
	char *name;
	struct dump dump;
};

struct expected {
	struct section *section;
	size_t len;
};

static char *slurp(char const *path, size_t *ret_len)
{
	FILE *const f = fopen(path, "rb");
	if (!f) return NULL;
	char *data = NULL;
	size_t len = 0, cap = 0;
	for (;;) {
		if (len + 65536 > cap) {
			char *const more = realloc(data, cap = 2 * cap + 65537);
			if (!more) die("read", path);
			data = more;
		}
		size_t const n = fread(data + len, 1, cap - len - 1, f);
		if (n == 0) break;
		len += n;
	}
	fclose(f);
	data[len] = 0;
	*ret_len = len;
	return data;
}

static void expected_read(struct expected *e, char const *path)
{
	static char const *const words[HEADS] = { "cursor", "modes", "pen", "title" };
	size_t len;
	char *const data = slurp(path, &len);
	if (!data) die("read", path);
	struct dump *d = NULL;
	unsigned y = 0;
	for (char *line = strtok(data, "\n"); line; line = strtok(NULL, "\n")) {
		char name[256];
		unsigned cols, rows;
		if (line[0] == '#') continue;
		if (sscanf(line, "== %255s %ux%u", name, &cols, &rows) == 3) {
			e->section = realloc(e->section, (e->len + 1) * sizeof *e->section);
			if (!e->section) die("allocate", "a section");
			struct section *const s = &e->section[e->len++];
			s->name = text("%s", name);
			dump_init(&s->dump, cols, rows);
			/* Rows as in a stream's dump before are left out; a case starts blank. */
			bool const stream = (name[0] >= '0' && name[0] <= '9') || !strcmp(name, "main") ||
					    !strcmp(name, "probe");
			if (stream && e->len > 1)
				for (unsigned i = 0; i < rows; i++) {
					free(s->dump.row[i]);
					s->dump.row[i] = text("%s", e->section[e->len - 2].dump.row[i]);
				}
			d = &s->dump;
		} else if (d && !strncmp(line, "  :", 3)) {
			char *const both = text("%s\n%s", d->row[y], line);
			free(d->row[y]);
			d->row[y] = both;
		} else if (d && sscanf(line, "%u|", &y) == 1 && y < d->rows) {
			free(d->row[y]);
			d->row[y] = text("%s", line);
		} else if (d) {
			for (int i = 0; i < HEADS; i++)
				if (!strncmp(line, words[i], strlen(words[i]))) {
					free(d->head[i]);
					d->head[i] = text("%s", line);
				}
		}
	}
	free(data);
}

static void expected_deinit(struct expected *e)
{
	for (size_t i = 0; i < e->len; i++) {
		free(e->section[i].name);
		dump_deinit(&e->section[i].dump);
	}
	free(e->section);
}

/* ---- what may differ ------------------------------------------------- */

/* A line `FILE SECTION WHAT reason`: WHAT is a row's number, cursor, modes, pen,
 * title or '*', or modes:WORD for a mode that only we have; SECTION may be '*'. */
static char *differences;

static bool listed(char const *file, char const *section, char const *what)
{
	for (char const *p = differences; p && *p;) {
		char f[128], s[128], w[64];
		if (*p != '#' && sscanf(p, "%127s %127s %63s", f, s, w) == 3 && !strcmp(f, file) &&
		    (!strcmp(s, "*") || !strcmp(s, section)) && (!strcmp(w, "*") || !strcmp(w, what)))
			return true;
		p = strchr(p, '\n');
		if (p) p++;
	}
	return false;
}

/* ---- comparing ------------------------------------------------------- */

struct count {
	unsigned screens, cells, restored, painted, differ, excused;
};

/* The first column at which two row dumps' texts part, counted in code points. */
static unsigned parting(char const *a, char const *b)
{
	unsigned x = 0;
	for (; *a && *a == *b; a++, b++)
		if ((*a & 0xc0) != 0x80) x++;
	return x > 3 ? x - 3 : 0;
}

static void tell(struct count *c, char const *file, char const *section, char const *how, char const *what,
		 char const *got, char const *want)
{
	if (listed(file, section, what)) {
		c->excused++;
		return;
	}
	if (c->differ++ >= (strncmp(file, "cases/", 6) ? 8 : 40)) return;
	printf("# %s at %s (%s), %s, from character %u\n#  got: ", file, section, how, what, parting(got, want));
	for (; *got; got++) printf(*got == '\n' ? "\n#    " : "%c", *got);
	printf("\n# want: ");
	for (; *want; want++) printf(*want == '\n' ? "\n#    " : "%c", *want);
	putchar('\n');
}

/* Modes that differ by one word that is listed. */
static bool only_ours(struct count *c, char const *file, char const *section, char const *got, char const *want)
{
	char word[64];
	for (char const *p = strchr(got, ' '); p; p = strchr(p + 1, ' ')) {
		int const n = (int)strcspn(p + 1, " ");
		char rest[256];
		snprintf(rest, sizeof rest, "%.*s%s", (int)(p - got), got, p + 1 + n);
		snprintf(word, sizeof word, "modes:%.*s", n, p + 1);
		if (!strcmp(rest, want) && listed(file, section, word)) {
			c->excused++;
			return true;
		}
	}
	return false;
}

static void compare(struct count *c, char const *file, char const *section, char const *how, struct dump const *got,
		    struct dump const *want)
{
	static char const *const words[HEADS] = { "cursor", "modes", "pen", "title" };
	c->screens++;
	c->cells += got->rows * got->cols;
	if (got->rows != want->rows || got->cols != want->cols) {
		char a[64], b[64];
		snprintf(a, sizeof a, "%ux%u", got->cols, got->rows);
		snprintf(b, sizeof b, "%ux%u", want->cols, want->rows);
		tell(c, file, section, how, "size", a, b);
		return;
	}
	for (int i = 0; i < HEADS; i++)
		if (strcmp(got->head[i], want->head[i]) != 0 &&
		    !(i == 1 && only_ours(c, file, section, got->head[i], want->head[i])))
			tell(c, file, section, how, words[i], got->head[i], want->head[i]);
	for (unsigned y = 0; y < got->rows; y++) {
		char number[16];
		snprintf(number, sizeof number, "%02u", y);
		if (strcmp(got->row[y], want->row[y]) != 0)
			tell(c, file, section, how, number, got->row[y], want->row[y]);
	}
}

static void compare_screen(struct count *c, char const *file, char const *section, char const *how,
			   struct screen const *s, struct dump const *want)
{
	struct dump d;
	dump_take(&d, s);
	compare(c, file, section, how, &d, want);
	dump_deinit(&d);
}

/* The same state twice: what was restored against what it was made of. */
static void compare_restored(struct count *c, char const *file, char const *section, char const *how,
			     struct screen const *a, struct screen const *b)
{
	char why[SCREEN_WHY_MAX] = "";
	c->restored++;
	if (screen_equal(a, b, why)) return;
	tell(c, file, section, how, "state", why, "equal");
}

static struct screen *fresh(unsigned rows, unsigned cols)
{
	struct screen *const s = screen_new(rows, cols);
	if (!s) die("make", "a screen");
	return s;
}

static struct screen *restored(struct screen const *s, bool dirty)
{
	struct screen *const r = fresh(screen_rows(s), screen_cols(s));
	struct screen_buf b = SCREEN_BUF_INIT;
	static char const mess[] = "\x1b[31;44mdirt\x1b[5;8r\x1b[?6h\x1b[4h\x1b(0\x1b[?7l\x1b[?1049hmore\x1b[?1003h";
	if (dirty) screen_feed(r, mess, sizeof mess - 1);
	screen_restore(s, dirty, &b);
	screen_feed(r, b.data, b.len);
	if (screen_ground(r) != screen_total(r)) printf("# a restore that ends inside a sequence\n");
	screen_buf_deinit(&b);
	return r;
}

static uint32_t seed;
static size_t piece(size_t most)
{
	seed = seed * 1664525u + 1013904223u;
	return 1 + (seed >> 8) % most;
}

#define BUDGETS 4000 /* a piece of up to so many, of which a random budget takes a part */

static size_t feed_budget(struct screen *s, char const *data, size_t len)
{
	int64_t cost = (int64_t)piece(6000);
	size_t const n = screen_feed_some(s, data, len, &cost);
	if (n == 0) die("feed", "a budget took nothing");
	return n;
}

static void feed_pieces(struct screen *s, char const *data, size_t len, size_t most)
{
	while (len > 0) {
		size_t n = most ? piece(most) : len;
		if (n > len) n = len;
		/* A copy of its own, so that ASan sees a read past the piece. */
		char *const copy = malloc(n);
		if (!copy) die("allocate", "a piece");
		memcpy(copy, data, n);
		if (most == BUDGETS) n = feed_budget(s, copy, n);
		else screen_feed(s, copy, n);
		free(copy);
		data += n;
		len -= n;
	}
}

/* The cut that a section's name states; what comes after the stream's end is
 * fed at its end. */
static size_t section_cut(char const *name, size_t len)
{
	return name[0] >= '0' && name[0] <= '9' ? strtoul(name, NULL, 10) : len;
}

static void feed_section(struct screen *s, char const *name, char const *data, size_t at, size_t cut, size_t most)
{
	if (!strcmp(name, "main")) feed_pieces(s, LEAVE, sizeof LEAVE - 1, most);
	else if (!strcmp(name, "probe")) feed_pieces(s, PROBE, sizeof PROBE - 1, most);
	else feed_pieces(s, data + at, cut - at, most);
}

static void stream_restores(struct count *c, char const *file, struct expected const *e, char const *data, size_t len)
{
	struct screen *now = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
	struct screen *base = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
	struct screen *before = NULL;
	size_t at = 0, base_at = 0;
	for (size_t i = 0; i < e->len; i++) {
		struct section const *const s = &e->section[i];
		size_t const cut = section_cut(s->name, len);
		feed_section(now, s->name, data, at, cut, 0);
		if (before) {
			feed_section(before, s->name, data, at, cut, 0);
			compare_restored(c, file, s->name, "restored at the cut before", now, before);
			screen_free(before);
			before = NULL;
		}
		if (s->name[0] < '0' || s->name[0] > '9') break;
		size_t const ground = (size_t)screen_ground(now);
		feed_pieces(base, data + base_at, ground - base_at, 0);
		base_at = ground;
		at = cut;
		before = restored(base, false);
		compare_restored(c, file, s->name, "restored", base, before);
		struct screen *const dirty = restored(base, true);
		compare_restored(c, file, s->name, "restored onto another screen", base, dirty);
		screen_free(dirty);
		feed_pieces(before, data + ground, cut - ground, 0);
	}
	screen_free(before);
	screen_free(base);
	screen_free(now);
}

/* The sizes of terminals that are not the screen's: smaller, larger, and each in
 * one direction. */
#define SIZES 3
static void other_size(unsigned which, unsigned *rows, unsigned *cols)
{
	static struct { unsigned part, more; } const row[SIZES] = { { 2, 0 }, { 3, 7 }, { 1, 0 } },
						     col[SIZES] = { { 2, 0 }, { 3, 20 }, { 3, 9 } };
	*rows = *rows * row[which].part / 3 + row[which].more;
	*cols = *cols * col[which].part / 3 + col[which].more;
	if (*rows == 0) *rows = 1;
	if (*cols == 0) *cols = 1;
}

/* What a viewer of another kind paints on its terminal: from nothing to the first
 * cut, then from cut to cut. Its cells and its cursor must be the screen's, or
 * those of the part that it shows. */
static void stream_paint(struct count *c, char const *file, struct expected const *e, char const *data, size_t len,
			 unsigned rows, unsigned cols)
{
	struct screen *const now = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
	struct screen *const painted = fresh(rows, cols);
	char how[64];
	struct screen *before = NULL;
	size_t at = 0;
	for (size_t i = 0; i < e->len; i++) {
		char const *const name = e->section[i].name;
		size_t const cut = section_cut(name, len);
		struct screen_buf b = SCREEN_BUF_INIT;
		feed_section(now, name, data, at, cut, 0);
		at = cut;
		screen_diff(before, now, rows, cols, &b);
		screen_feed(painted, b.data, b.len);
		screen_buf_deinit(&b);
		screen_free(before);
		before = screen_clone(now);
		c->painted++;
		struct screen_cursor const p = screen_cursor(painted), n = screen_cursor(now);
		struct part part = { .cols = cols };
		screen_viewport(now, rows, cols, &part.y, &part.x);
		snprintf(how, sizeof how, "painted on %ux%u", cols, rows);
		if (n.visible != p.visible || (n.visible && (p.x != n.x - part.x || p.y != n.y - part.y))) {
			char got[32], want[32];
			snprintf(got, sizeof got, "%u %u%s", p.x, p.y, p.visible ? "" : " hidden");
			snprintf(want, sizeof want, "%u %u%s", n.x - part.x, n.y - part.y, n.visible ? "" : " hidden");
			tell(c, file, name, how, "cursor", got, want);
		}
		for (unsigned y = 0; y < rows; y++) {
			char number[16];
			char *const got = row_dump(painted, y), *const want = part_dump(now, &part, y);
			snprintf(number, sizeof number, "%02u", y);
			if (strcmp(got, want) != 0) tell(c, file, name, how, number, got, want);
			free(got);
			free(want);
		}
	}
	screen_free(before);
	screen_free(painted);
	screen_free(now);
}

static void stream_compare(struct count *c, char const *file, struct expected const *e, char const *data, size_t len)
{
	static struct { size_t most; char const *how; } const ways[] = {
		{ 0, "whole" }, { 40, "in pieces" }, { 1, "byte by byte" }, { BUDGETS, "within budgets" },
	};
	struct screen *whole = NULL;
	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
		char why[SCREEN_WHY_MAX];
		struct screen *const s = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
		size_t at = 0;
		seed = 12345;
		for (size_t i = 0; i < e->len; i++) {
			size_t const cut = section_cut(e->section[i].name, len);
			feed_section(s, e->section[i].name, data, at, cut, ways[w].most);
			at = cut;
			compare_screen(c, file, e->section[i].name, ways[w].how, s, &e->section[i].dump);
		}
		if (whole && !screen_equal(whole, s, why)) tell(c, file, "end", ways[w].how, "state", why, "as whole");
		if (whole) screen_free(s);
		else whole = s;
	}
	screen_free(whole);
	stream_restores(c, file, e, data, len);
	stream_paint(c, file, e, data, len, e->section[0].dump.rows, e->section[0].dump.cols);
	for (unsigned i = 0; i < SIZES; i++) {
		unsigned rows = e->section[0].dump.rows, cols = e->section[0].dump.cols;
		other_size(i, &rows, &cols);
		stream_paint(c, file, e, data, len, rows, cols);
	}
}

/* ---- cases ----------------------------------------------------------- */

static size_t unescape(char *out, char const *in)
{
	static char const names[] = "enrtbavf\\";
	static char const values[] = "\x1b\n\r\t\b\a\v\f\\";
	char *const start = out;
	for (; *in; in++) {
		if (*in != '\\') {
			*out++ = *in;
			continue;
		}
		in++;
		char const *const at = *in ? strchr(names, *in) : NULL;
		if (at) {
			*out++ = values[at - names];
		} else if (*in == 'x' && in[1] && in[2]) {
			char const hex[] = { in[1], in[2], 0 };
			*out++ = (char)strtoul(hex, NULL, 16);
			in += 2;
		} else {
			fprintf(stderr, "compare: fatal: unknown escape \\%c in a case\n", *in);
			exit(100);
		}
	}
	return (size_t)(out - start);
}

struct run {
	char const *file;
	struct expected const *want;
	size_t index;
	bool print;
	char name[128];
	struct screen *way[2];
};

static void case_end(struct count *c, struct run *r)
{
	if (!r->way[0]) return;
	if (r->print) {
		struct dump d;
		dump_take(&d, r->way[0]);
		dump_print(&d, r->name);
		dump_deinit(&d);
	} else if (r->index >= r->want->len || strcmp(r->want->section[r->index].name, r->name) != 0) {
		tell(c, r->file, r->name, "reading", "case", r->name, "as in .expected: run make-expected");
	} else {
		struct dump const *const want = &r->want->section[r->index++].dump;
		compare_screen(c, r->file, r->name, "whole", r->way[0], want);
		compare_screen(c, r->file, r->name, "byte by byte", r->way[1], want);
		if (screen_ground(r->way[0]) == screen_total(r->way[0])) {
			struct screen *const again = restored(r->way[0], false);
			compare_restored(c, r->file, r->name, "restored", r->way[0], again);
			screen_free(again);
		}
	}
	for (int i = 0; i < 2; i++) screen_free(r->way[i]);
	r->way[0] = r->way[1] = NULL;
}

static void cases_run(struct count *c, char const *file, char *source, struct expected const *want, bool print)
{
	struct run r = { .file = file, .want = want, .print = print };
	char *save = NULL;
	for (char *line = strtok_r(source, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned cols, rows;
		char name[128];
		if (line[0] == '#') continue;
		if (sscanf(line, "case %127s %ux%u", name, &cols, &rows) == 3) {
			case_end(c, &r);
			memcpy(r.name, name, sizeof name);
			for (int i = 0; i < 2; i++) r.way[i] = fresh(rows, cols);
		} else if (sscanf(line, "resize %ux%u", &cols, &rows) == 2 && r.way[0]) {
			for (int i = 0; i < 2; i++) screen_resize(r.way[i], rows, cols);
		} else if (line[0] == '\t' && r.way[0]) {
			char *const bytes = malloc(strlen(line) + 1);
			if (!bytes) die("allocate", "a case");
			size_t const len = unescape(bytes, line + 1);
			feed_pieces(r.way[0], bytes, len, 0);
			feed_pieces(r.way[1], bytes, len, 1);
			free(bytes);
		} else {
			fprintf(stderr, "compare: fatal: %s: what is %s\n", file, line);
			exit(100);
		}
	}
	case_end(c, &r);
}

/* ---- files ----------------------------------------------------------- */

enum job { COMPARE, RESTORES, DUMP, TEXT };

static void file_write(char const *path, struct screen_buf const *b)
{
	FILE *const f = fopen(path, "wb");
	if (!f || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0) die("write", path);
}

static void paint_write(char const *path, struct screen const *before, struct screen const *now, unsigned rows,
			unsigned cols)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	screen_diff(before, now, rows, cols, &b);
	file_write(path, &b);
	screen_buf_deinit(&b);
}

static void stream_restores_write(char const *name, char const *dir, struct expected const *e, char const *data,
				  size_t len)
{
	struct screen *now = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
	struct screen *base = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
	struct screen *before = NULL;
	size_t at = 0, base_at = 0;
	for (size_t i = 0; i < e->len; i++) {
		size_t const cut = section_cut(e->section[i].name, len);
		if (e->section[i].name[0] < '0' || e->section[i].name[0] > '9') break;
		feed_pieces(now, data + at, cut - at, 0);
		at = cut;
		size_t const ground = (size_t)screen_ground(now);
		feed_pieces(base, data + base_at, ground - base_at, 0);
		base_at = ground;
		struct screen_buf b = SCREEN_BUF_INIT;
		screen_restore(base, false, &b);
		char *path = text("%s/%s.%zu.%zu", dir, name, cut, ground);
		file_write(path, &b);
		free(path);
		screen_buf_deinit(&b);
		path = text("%s/%s.%zu.paint", dir, name, cut);
		paint_write(path, before, now, screen_rows(now), screen_cols(now));
		free(path);
		for (unsigned k = 0; k < SIZES; k++) {
			unsigned rows = screen_rows(now), cols = screen_cols(now), y, x;
			other_size(k, &rows, &cols);
			screen_viewport(now, rows, cols, &y, &x);
			path = text("%s/%s.%zu.%ux%u.%u.%u.crop", dir, name, cut, cols, rows, x, y);
			paint_write(path, before, now, rows, cols);
			free(path);
		}
		screen_free(before);
		before = screen_clone(now);
	}
	screen_free(before);
	screen_free(base);
	screen_free(now);
}

static void stream_print(enum job job, struct expected const *e, char const *data, size_t len)
{
	struct screen *const s = fresh(e->section[0].dump.rows, e->section[0].dump.cols);
	if (job == TEXT) {
		screen_feed(s, data, len);
		for (unsigned y = 0; y < screen_rows(s); y++) {
			struct screen_row const r = screen_row(s, SCREEN_ACTIVE, y);
			struct screen_buf b = SCREEN_BUF_INIT;
			screen_row_text(s, &r, &b);
			printf("%.*s\n", (int)b.len, b.data ? b.data : "");
			screen_buf_deinit(&b);
		}
	} else {
		size_t at = 0;
		for (size_t i = 0; i < e->len; i++) {
			size_t const cut = section_cut(e->section[i].name, len);
			struct dump d;
			feed_section(s, e->section[i].name, data, at, cut, 0);
			at = cut;
			dump_take(&d, s);
			dump_print(&d, e->section[i].name);
			dump_deinit(&d);
		}
	}
	screen_free(s);
}

static int by_name(struct dirent const **a, struct dirent const **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static char const *ending;
static int ends(struct dirent const *d)
{
	size_t const n = strlen(d->d_name), m = strlen(ending);
	return n > m && !strcmp(d->d_name + n - m, ending);
}

static bool one(enum job job, char const *data_dir, char const *dir, char const *out, char const *name,
		struct count *total, unsigned number)
{
	bool const stream = !strcmp(dir, "streams");
	struct count c = { 0, 0, 0, 0, 0, 0 };
	struct expected e = { NULL, 0 };
	char *const source = text("%s/%s/%s%s", data_dir, dir, name, ending);
	char *const wanted = stream ? text("%s/expected/%s.txt", data_dir, name)
				    : text("%s/cases/%s.expected", data_dir, name);
	char *const file = text("%s/%s", dir, name);
	size_t len;
	char *const bytes = slurp(source, &len);
	if (!bytes) die("read", source);
	if (stream || job == COMPARE) expected_read(&e, wanted);
	if (stream && e.len == 0) die("find a dump in", wanted);
	if (job == DUMP) printf("# %s\n", file);
	if (job == COMPARE) {
		if (stream) stream_compare(&c, file, &e, bytes, len);
		else cases_run(&c, file, bytes, &e, false);
		printf("%s %u - %s: %zu %s, %u screens, %u cells, %u restored, %u painted, %u differ, %u listed\n", c.differ ? "not ok" : "ok",
		       number, file, e.len, stream ? "cuts" : "cases", c.screens, c.cells, c.restored, c.painted, c.differ,
		       c.excused);
	} else if (job == RESTORES && stream) {
		stream_restores_write(name, out, &e, bytes, len);
	} else if (job == DUMP && !stream) {
		cases_run(&c, file, bytes, &e, true);
	} else if (stream) {
		stream_print(job, &e, bytes, len);
	}
	total->screens += c.screens;
	total->cells += c.cells;
	total->restored += c.restored;
	total->painted += c.painted;
	total->differ += c.differ;
	total->excused += c.excused;
	expected_deinit(&e);
	free(bytes);
	free(file);
	free(wanted);
	free(source);
	return c.differ == 0;
}

int main(int argc, char **argv)
{
	enum job job = COMPARE;
	char const *out = NULL;
	int a = 1;
	for (; a < argc && argv[a][0] == '-'; a++) {
		if (!strcmp(argv[a], "-d")) job = DUMP;
		else if (!strcmp(argv[a], "-t")) job = TEXT;
		else if (!strcmp(argv[a], "-r") && a + 1 < argc) job = RESTORES, out = argv[++a];
		else break;
	}
	if (a >= argc || argv[a][0] == '-') {
		fprintf(stderr, "usage: compare [-r DIR] [-d] [-t] DATA [NAME...]\n");
		return 100;
	}
	char const *const data_dir = argv[a++];
	char *const reasons = text("%s/differences", data_dir);
	size_t reasons_len;
	differences = slurp(reasons, &reasons_len);
	free(reasons);

	static struct { char const *dir, *ending; } const kinds[] = { { "cases", ".case" }, { "streams", ".raw" } };
	struct count total = { 0, 0, 0, 0, 0, 0 };
	unsigned number = 0, failed = 0;
	for (size_t k = 0; k < 2; k++) {
		struct dirent **list;
		char *const path = text("%s/%s", data_dir, kinds[k].dir);
		ending = kinds[k].ending;
		int const n = scandir(path, &list, ends, by_name);
		if (n < 0) die("list", path);
		free(path);
		for (int i = 0; i < n; i++) {
			char *const name = list[i]->d_name;
			bool wanted = a == argc;
			name[strlen(name) - strlen(ending)] = 0;
			for (int j = a; j < argc; j++) wanted |= !strcmp(argv[j], name);
			if (wanted && !one(job, data_dir, kinds[k].dir, out, name, &total, ++number)) failed++;
			free(list[i]);
		}
		free(list);
	}
	free(differences);
	if (job == COMPARE)
		printf("1..%u\n# %u screens, %u cells compared, %u restored, %u painted, %u differences, %u listed\n", number, total.screens,
		       total.cells, total.restored, total.painted, total.differ, total.excused);
	return failed ? 1 : 0;
}
