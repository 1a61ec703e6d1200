#include "canvas.h"

#include <errno.h>
#include <string.h>

#define ROWS_DEFAULT 24
#define COLS_DEFAULT 80
#define CANCEL "\030\033\\" /* CAN ends a sequence, ST a string */

int canvas_init(struct canvas *c, unsigned rows, unsigned cols)
{
	memset(c, 0, sizeof *c);
	c->rows = rows ? rows : ROWS_DEFAULT;
	c->cols = cols ? cols : COLS_DEFAULT;
	c->term = screen_new(c->rows, c->cols);
	return c->term ? 0 : -ENOMEM;
}

void canvas_deinit(struct canvas *c)
{
	screen_free(c->term);
	screen_free(c->prog);
	screen_buf_deinit(&c->above);
	screen_buf_deinit(&c->aside);
	c->term = c->prog = NULL;
}

void canvas_resize(struct canvas *c, unsigned rows, unsigned cols)
{
	if (rows == 0 || cols == 0) return;
	c->rows = rows;
	c->cols = cols;
	screen_resize(c->term, rows, cols);
	c->doubt[0] = c->doubt[1] = true;
}

void canvas_written(struct canvas *c, uint8_t const *data, size_t len)
{
	size_t const unseen = len < c->unseen ? len : c->unseen;

	c->unseen -= unseen;
	if (len > unseen) screen_feed(c->term, data + unseen, len - unseen);
}

int canvas_forget(struct canvas *c)
{
	struct screen *const blank = screen_new(c->rows, c->cols);

	if (!blank) return -ENOMEM;
	screen_free(c->term);
	c->term = blank;
	c->begun = c->doubt[0] = c->doubt[1] = false;
	return 0;
}

int canvas_split(struct canvas *c, uint8_t const *pending, size_t len, struct screen_sinks const *sinks)
{
	struct screen_sinks const none = { 0 };

	if (c->prog) return 0;
	c->prog = screen_clone(c->term);
	if (!c->prog) return -ENOMEM;
	screen_sinks_set(c->prog, sinks);
	if (len > 0) screen_feed(c->prog, pending, len);
	screen_sinks_set(c->prog, &none);
	return 0;
}

void canvas_take(struct canvas *c, struct screen *prog)
{
	screen_free(c->prog);
	c->prog = prog;
}

void canvas_merge(struct canvas *c)
{
	canvas_take(c, NULL);
}

struct screen *canvas_screen(struct canvas const *c)
{
	return c->prog ? c->prog : c->term;
}

static bool ground(struct screen const *s)
{
	return screen_ground(s) == screen_total(s);
}

bool canvas_fits(struct canvas const *c)
{
	return c->prog && screen_rows(c->prog) == c->rows && screen_cols(c->prog) == c->cols && ground(c->prog);
}

/* ---- bytes for the terminal ------------------------------------------------ */

/* Bytes, and what the terminal will be like after them. */
struct way {
	struct screen *at;
	struct screen_buf *out;
	size_t fed;
};

static void go(struct way *w)
{
	if (w->out->len > w->fed) screen_feed(w->at, w->out->data + w->fed, w->out->len - w->fed);
	w->fed = w->out->len;
}

static void plain(struct way *w)
{
	go(w);
	screen_plain(w->at, w->out);
	go(w);
}

/* The user's title, below any that the program keeps. The screens are not to know
 * of it, which is none of the program's: it goes before all else, unseen. Where a
 * terminal has no such stack it is a sequence without effect. Programs that take
 * from the stack more than they put there, as ncurses' do, take this one, too. */
static void title_keep(struct canvas *c, struct screen_buf *out)
{
	if (c->titled && c->unseen == 0) return;
	if (c->unseen > 0) screen_buf_str(out, CANCEL); /* it was dropped, maybe half written */
	screen_buf_str(out, "\033[22;0t");
	c->unseen = out->len;
	c->titled = true;
}

static void title_give_back(struct canvas *c, struct screen_buf *out)
{
	if (c->titled) screen_buf_str(out, "\033[23;0t");
	c->titled = false;
}

/* By rows: what an erased screen held goes into the scrollback of some. */
static void erase(struct canvas const *c, struct way *w)
{
	screen_buf_str(w->out, "\033[?6l\033[m");
	for (unsigned y = 1; y <= c->rows; y++) screen_buf_fmt(w->out, "\033[%u;1H\033[K", y);
	screen_buf_str(w->out, "\033[H");
	go(w);
}

/* What the terminal shows goes up into its scrollback, then what is to stand
 * above the program's screen. */
static void begin(struct canvas *c, struct way *w)
{
	struct screen *const blank = screen_new(c->rows, c->cols);

	for (unsigned y = 0; y < c->rows; y++) screen_buf_str(w->out, "\n");
	if (blank) screen_restore(blank, true, w->out);
	screen_free(blank);
	if (c->above.len > 0) {
		screen_buf_add(w->out, c->above.data, c->above.len);
		go(w);
		unsigned const y = screen_cursor(w->at).y;
		screen_buf_fmt(w->out, "\033[%u;1H", c->rows);
		for (unsigned i = 0; i < y; i++) screen_buf_str(w->out, "\n");
		screen_buf_str(w->out, "\033[H");
	}
	screen_buf_deinit(&c->above);
	c->above = (struct screen_buf)SCREEN_BUF_INIT;
	c->begun = true;
	c->doubt[0] = c->doubt[1] = false;
	go(w);
}

/* What will be seen once the alternate screen is left. */
static struct screen *main_of(struct screen const *s)
{
	struct screen *const below = screen_clone(s);
	if (below) screen_feed(below, CANCEL "\033[?1049l", 11);
	return below;
}

/* The alternate screen lies over the main one, which is seen again after it. */
static void enter_alt(struct canvas *c, struct way *w)
{
	struct screen *const below = main_of(c->prog);

	if (below) {
		if (c->doubt[0]) erase(c, w);
		screen_diff(w->at, below, c->rows, c->cols, w->out);
		c->doubt[0] = false;
	}
	screen_free(below);
	screen_buf_str(w->out, "\033[?1049h");
	c->doubt[1] = false;
}

/* Whatever it is in, the terminal is ready to be painted on, on the screen,
 * main or alternate, that the program is on. */
static bool set_out(struct canvas *c, struct way *w, struct screen_buf *out)
{
	title_keep(c, out);
	*w = (struct way){ .at = screen_clone(c->term), .out = out, .fed = out->len };
	if (!w->at) return false;
	if (!ground(w->at)) screen_buf_str(out, CANCEL);
	go(w);
	if (!c->begun) begin(c, w);
	if (c->aside.len > 0) screen_buf_add(out, c->aside.data, c->aside.len);
	screen_buf_deinit(&c->aside);
	c->aside = (struct screen_buf)SCREEN_BUF_INIT;
	plain(w);
	bool const alt = screen_alt(c->prog);
	if (screen_alt(w->at) != alt) {
		if (alt) enter_alt(c, w);
		else screen_buf_str(out, "\033[?1049l");
		plain(w);
	}
	if (c->doubt[alt]) erase(c, w);
	c->doubt[alt] = false;
	return true;
}

static void note_over(struct canvas const *c, struct way *w, char const *note)
{
	struct screen_cursor const was = screen_cursor(w->at);
	screen_buf_fmt(w->out, "\033[%u;1H\033[m\033[2K\033[7m%.*s\033[m\033[%u;%uH", c->rows, (int)c->cols, note,
	               was.y + 1, was.x + 1);
}

bool canvas_paint(struct canvas *c, char const *note, struct screen_buf *out)
{
	struct way w;

	if (!set_out(c, &w, out)) return false;
	screen_diff(w.at, c->prog, c->rows, c->cols, out);
	go(&w);
	if (note) note_over(c, &w, note);
	screen_free(w.at);
	return !out->failed;
}

bool canvas_join(struct canvas *c, struct screen_buf *out)
{
	struct way w;

	if (!set_out(c, &w, out)) return false;
	size_t const before = out->len;
	screen_diff(w.at, c->prog, c->rows, c->cols, out);
	go(&w);
	/* There is more to it than can be seen, mostly. */
	if (!screen_equal(w.at, c->prog, NULL)) {
		out->len = w.fed = before;
		if (screen_alt(c->prog)) screen_buf_str(out, "\033[?1049l");
		erase(c, &w);
		screen_restore(c->prog, true, out);
		c->doubt[0] = c->doubt[1] = false;
	}
	screen_free(w.at);
	return !out->failed;
}

/* And looks that the engine does not know, as other fonts. */
static void undo(struct screen const *s, struct screen_buf *out)
{
	screen_undo(s, out);
	screen_buf_str(out, "\033[m");
}

void canvas_undo(struct canvas const *c, struct screen_buf *out)
{
	if (c->begun && (!ground(c->term) || c->unseen > 0)) screen_buf_str(out, CANCEL);
	if (c->begun) undo(c->term, out);
	if (c->titled && c->unseen == 0) screen_buf_str(out, "\033[23;0t"); /* else it never got there */
}

void canvas_leave(struct canvas *c, bool paint, struct screen_buf *out)
{
	struct way w;

	if (!c->begun) {
		if (c->unseen == 0) title_give_back(c, out);
		return;
	}
	if (paint && c->prog) {
		struct screen *const prog = c->prog;
		/* What the main screen of the terminal holds may not be known. */
		struct screen *const below = c->doubt[0] && screen_alt(prog) ? main_of(prog) : NULL;
		if (below) c->prog = below;
		canvas_paint(c, NULL, out);
		c->prog = prog;
		screen_free(below);
		w = (struct way){ .at = screen_clone(c->term), .out = out, .fed = c->unseen };
		if (!w.at) return;
		go(&w);
		undo(w.at, out);
		screen_free(w.at);
		title_give_back(c, out);
		return;
	}
	canvas_undo(c, out);
	c->titled = false;
	c->unseen = 0;
}

void canvas_run(struct canvas const *c, struct screen_buf *out)
{
	screen_buf_str(out, "\030");
	screen_undo(c->term, out);
}
