/* SPDX-License-Identifier: ISC */
/* Makes the canvas's bytes for the terminal. */
#include <string.h>

#include "relative.h"
#include "scrollback.h"

static void plain(struct way *w)
{
	way_go(w);
	screen_plain(w->at, w->out);
	way_go(w);
}

/* Saves the user's title below any that the program saves. The screens must not know of
 * it, since it is not the program's; so it is sent first, and not followed. A terminal
 * without a title stack ignores the sequence. A program that takes more titles off the
 * stack than it saved, as with ncurses, takes this one, too. */
static void title_keep(struct canvas *c, struct screen_buf *out)
{
	if (c->titled && c->unseen == 0) return;
	if (c->unseen > 0) screen_buf_str(out, CANVAS_CANCEL); /* the sequence was dropped, perhaps
	                                                        * after a part of it was written */
	screen_buf_str(out, "\033[22;0t");
	c->unseen = out->len;
	c->titled = true;
}

static void title_give_back(struct canvas *c, struct screen_buf *out)
{
	if (c->titled) screen_buf_str(out, "\033[23;0t");
	c->titled = false;
}

/* ---- painting ---------------------------------------------------------------------- */

/* Scrolls what the terminal shows into its scrollback; then prints what belongs above
 * the program's screen. */
static void begin(struct canvas *c, struct way *w)
{
	for (unsigned y = 0; y < c->rows; y++) screen_buf_str(w->out, "\n");
	/* A terminal may print parts of a question that it does not know. */
	if (c->ask.len > 0) screen_buf_add(w->out, c->ask.data, c->ask.len);
	screen_buf_deinit(&c->ask);
	c->ask = (struct screen_buf)SCREEN_BUF_INIT;
	screen_home_default(w->out);
	way_erase(c, w);
	if (c->above.len > 0) {
		screen_buf_add(w->out, c->above.data, c->above.len);
		scrollback_sink(w);
	}
	screen_buf_deinit(&c->above);
	c->above = (struct screen_buf)SCREEN_BUF_INIT;
	c->begun = true;
	c->doubt[0] = c->doubt[1] = false;
}

/* The alternate screen covers the main one, which appears again afterwards. */
static void enter_alt(struct canvas *c, struct way *w)
{
	struct screen *const below = canvas_main_of(c->prog);

	if (below) {
		if (c->doubt[0]) way_erase(c, w);
		screen_diff(w->at, below, c->rows, c->cols, w->out);
		c->doubt[0] = false;
	}
	screen_free(below);
	screen_buf_str(w->out, "\033[?1049h");
	plain(w);
	c->doubt[1] = false;
}

static bool way_begin(struct canvas *c, struct way *w, struct screen_buf *out)
{
	title_keep(c, out);
	*w = (struct way){ .at = screen_clone(c->term), .out = out, .fed = out->len };
	if (!w->at) return false;
	if (!canvas_ground(w->at)) screen_buf_str(out, CANVAS_CANCEL);
	way_go(w);
	return true;
}

static void leave_alt(struct way *w)
{
	plain(w);
	screen_buf_str(w->out, "\033[?1049l");
	plain(w);
}

bool canvas_must_surface(struct canvas const *c)
{
	return c->was && c->prog && screen_alt(c->term) && !screen_alt(c->prog);
}

bool canvas_surface(struct canvas *c, struct screen_buf *out)
{
	struct way w;

	if (!way_begin(c, &w, out)) return false;
	/* tmux restores no cursor if the program came here by 47 or 1047. */
	plain(&w);
	screen_buf_fmt(out, "\033[%u;%uH", SCREEN_SIZE_MAX, SCREEN_SIZE_MAX);
	c->corner = true;
	leave_alt(&w);
	screen_free(w.at);
	return !out->failed;
}

/* Prepares the terminal for painting, in whatever state it is. If its main screen is
 * on, completes its scrollback. */
static bool set_out(struct canvas *c, struct way *w, struct screen_buf *out)
{
	if (!way_begin(c, w, out)) return false;
	if (!c->begun) begin(c, w);
	else if (c->placed) relative_paint(c, w);
	if (c->aside.len > 0) screen_buf_add(out, c->aside.data, c->aside.len);
	screen_buf_deinit(&c->aside);
	c->aside = (struct screen_buf)SCREEN_BUF_INIT;
	plain(w);
	if (screen_alt(w->at) && !screen_alt(c->prog)) leave_alt(w);
	if (!screen_alt(w->at)) scrollback_settle(c, w);
	return true;
}

/* Switches to the screen, main or alternate, that the program is on. */
static void set_screen(struct canvas *c, struct way *w)
{
	bool const alt = screen_alt(c->prog);
	if (!screen_alt(w->at) && alt) enter_alt(c, w);
	if (c->doubt[alt]) way_erase(c, w);
	c->doubt[alt] = false;
}

static void note_over(struct canvas const *c, struct way *w, unsigned row, char const *note)
{
	struct screen_cursor const was = screen_cursor(w->at);
	screen_buf_fmt(w->out, "\033[%u;1H\033[m\033[2K\033[7m%.*s\033[m\033[%u;%uH", row, (int)c->cols, note,
	               was.y + 1, was.x + 1);
}

bool canvas_paint(struct canvas *c, char const *note, struct screen_buf *out)
{
	struct way w;

	if (c->watches) screen_mouse_drop(c->prog);
	if (!set_out(c, &w, out)) return false;
	set_screen(c, &w);
	screen_diff(w.at, c->prog, c->rows, c->cols, out);
	screen_viewport(c->prog, c->rows, c->cols, &c->view_y, &c->view_x);
	way_go(&w);
	if (note) note_over(c, &w, c->rows, note);
	screen_free(w.at);
	return !out->failed;
}

bool canvas_paint_still(struct canvas *c, struct screen const *still, char const *note, struct screen_buf *out)
{
	struct way w;

	if (!way_begin(c, &w, out)) return false;
	if (!c->begun) begin(c, &w);
	plain(&w);
	if (!screen_alt(w.at)) {
		screen_buf_str(out, "\033[?1049h");
		plain(&w);
		c->doubt[1] = false;
	}
	if (c->doubt[1]) way_erase(c, &w);
	c->doubt[1] = false;
	screen_diff(w.at, still, c->rows, c->cols, out);
	way_go(&w);
	if (note) note_over(c, &w, screen_cursor(w.at).y + 1 < c->rows ? c->rows : 1, note);
	screen_free(w.at);
	return !out->failed;
}

/* For a terminal that is blank and has no state. */
static void make_state(struct canvas const *c, struct way *w)
{
	screen_buf_str(w->out, "\033[H\0337");
	screen_restore_real(c->prog, w->at, w->out);
}

/* Not all of the state is visible, so it is built from a terminal without state. */
static void make_whole(struct canvas *c, struct way *w)
{
	struct screen *const blank = screen_new(c->rows, c->cols);

	if (!blank) return;
	if (screen_alt(w->at)) leave_alt(w);
	way_erase(c, w);
	screen_diff(w->at, blank, c->rows, c->cols, w->out);
	make_state(c, w);
	screen_free(blank);
	c->doubt[0] = c->doubt[1] = false;
}

/* Paints only the difference, if that gives the whole state. */
static bool make_equal(struct canvas *c, struct way *w)
{
	struct way trial;

	set_screen(c, w);
	way_go(w);
	/* A terminal whose size has changed, and that tells it late, must not get its cursor
	 * moved without need: it shows what became of the rows. */
	if (screen_equal(w->at, c->prog, NULL)) return true;
	size_t const before = w->out->len;
	trial = (struct way){ .at = screen_clone(w->at), .out = w->out, .fed = before };
	if (!trial.at) return false;
	screen_diff(trial.at, c->prog, c->rows, c->cols, w->out);
	way_go(&trial);
	if (!screen_equal(trial.at, c->prog, NULL)) {
		w->out->len = before;
		make_whole(c, w);
	}
	screen_free(trial.at);
	return true;
}

bool canvas_join(struct canvas *c, struct screen_buf *out)
{
	bool const first = !c->begun;
	bool good = true;
	struct way w;

	if (c->watches) screen_mouse_drop(c->prog);
	if (!set_out(c, &w, out)) return false;
	if (first) make_state(c, &w);
	else good = make_equal(c, &w);
	screen_free(w.at);
	return good && !out->failed;
}

/* ---- leaving --------------------------------------------------------------------------- */

/* Also resets attributes that the engine does not model, such as other fonts. */
static void undo(struct screen const *s, struct screen_buf *out)
{
	screen_undo(s, out);
	screen_buf_str(out, "\033[m");
}

void canvas_undo(struct canvas const *c, struct screen_buf *out)
{
	if (c->begun && (!canvas_ground(c->term) || c->unseen > 0)) screen_buf_str(out, CANVAS_CANCEL);
	if (c->begun) undo(c->term, out);
	if (c->titled && c->unseen == 0) screen_buf_str(out, "\033[23;0t"); /* otherwise it was never saved */
}

/* The terminal was resized while its alternate screen was on. Its main screen has its
 * rows, moved in the terminal's own way: they must not be overwritten. */
static void leave_unknown_main(struct canvas *c, struct screen_buf *out)
{
	canvas_undo(c, out);
	screen_buf_fmt(out, "\033[%u;1H\n", SCREEN_SIZE_MAX);
}

void canvas_leave(struct canvas *c, bool paint, struct screen_buf *out)
{
	struct way w;

	canvas_unplaced(c);
	if (!c->begun) {
		if (c->unseen == 0) title_give_back(c, out);
		return;
	}
	if (paint && c->prog && !(c->doubt[0] && screen_alt(c->prog))) {
		canvas_paint(c, NULL, out);
		w = (struct way){ .at = screen_clone(c->term), .out = out, .fed = c->unseen };
		if (!w.at) return;
		way_go(&w);
		undo(w.at, out);
		screen_free(w.at);
		title_give_back(c, out);
		return;
	}
	if (c->doubt[0] && screen_alt(c->term)) leave_unknown_main(c, out);
	else canvas_undo(c, out);
	c->titled = false;
	c->unseen = 0;
}

void canvas_run(struct canvas const *c, struct screen_buf *out)
{
	screen_buf_str(out, "\030");
	screen_undo(c->term, out);
	/* Removes the program's title: the user's title stays until the next program
	 * sets one. */
	if (*screen_title(c->term) || *screen_icon(c->term)) screen_buf_str(out, "\033]0;\033\\");
	if (c->titled && c->unseen == 0) screen_buf_str(out, "\033[23;0t\033[22;0t");
	if (screen_clusters(c->term)) screen_buf_str(out, "\033[?2027h");
}
