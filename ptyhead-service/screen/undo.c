/* SPDX-License-Identifier: ISC */
/* Restores a terminal: switches off only what is on. */
#include "screen_int.h"

static void kitty_pop(struct kitty const *k, struct screen_buf *out)
{
	if (k->depth) screen_buf_fmt(out, "\033[<%uu", (unsigned)k->depth);
	if (k->flags[0]) screen_buf_str(out, "\033[=0u");
}

static void modes_undo(struct screen const *s, uint64_t keep, struct screen_buf *out)
{
	/* A terminal keeps its size. */
	uint64_t const had = home_modes(&s->home);
	uint64_t const changed = (home_shown(s, &s->home) ^ had) & ~(BIT(M_LRMM) | BIT(M_COLM)) & ~keep;
	for (unsigned i = 0; i < screen_mode_count; i++) {
		struct mode_def const *const d = &screen_mode_defs[i];
		if (!(changed >> d->bit & 1)) continue;
		bool const on = had >> d->bit & 1;
		if (d->bit == M_NKM) screen_buf_str(out, on ? "\033=" : "\033>");
		else screen_buf_fmt(out, "\033[%s%u%c", d->dec ? "?" : "", (unsigned)d->number, on ? 'h' : 'l');
	}
	for (unsigned i = 0; i < s->nothers; i++)
		screen_buf_fmt(out, "\033[%s%ul", s->others[i].dec ? "?" : "", (unsigned)s->others[i].number);
	if (s->rect_extent) screen_buf_str(out, "\033[0*x");
	if (s->iso_protect) screen_buf_str(out, "\033[0\"q");
}

static void input_undo(struct screen const *s, struct screen_buf *out)
{
	home_mouse_undo(s, out);
	for (unsigned i = 0; i < 8; i++)
		if (s->modkeys[i] >= 0) screen_buf_fmt(out, "\033[>%um", i);
	if (s->home.shape ? s->touched_shape && s->shape != s->home.shape - 1 : s->shape != 0)
		screen_buf_fmt(out, "\033[%u q", s->home.shape ? s->home.shape - 1u : 0u);
}

static void charsets_undo(struct screen const *s, struct screen_buf *out)
{
	static char const slots[] = "()*+";
	for (unsigned i = 0; i < 4; i++)
		if (s->g[i] != 'B') screen_buf_fmt(out, "\033%cB", slots[i]);
	if (s->gl) screen_buf_str(out, "\017");
}

static void pen_undo(struct screen_style const *pen, struct screen_buf *out)
{
	struct screen_style plain = *pen;
	struct screen_style const none = { 0 };
	if (pen->link) screen_buf_str(out, "\033]8;;\033\\");
	if (pen->attrs & SCREEN_PROTECTED) screen_buf_str(out, "\033[0\"q");
	plain.link = 0;
	plain.attrs = (uint16_t)(plain.attrs & ~(unsigned)SCREEN_PROTECTED);
	if (!style_eq(&plain, &none)) screen_buf_str(out, "\033[m");
}

static void tabs_undo(struct screen const *s, struct screen_buf *out)
{
	unsigned x = 0;
	while (x < s->cols && tab_at(s, x) == (x % 8 == 0)) x++;
	if (x == s->cols) return;
	screen_buf_str(out, "\033[3g");
	for (x = 0; x < s->cols; x += 8) screen_buf_fmt(out, "\033[1;%uH\033H", x + 1);
}

static bool row_blank_p(struct screen const *s, unsigned y)
{
	struct row const *const r = row_at(s, &s->main, y);
	for (unsigned x = 0; x < r->len; x++)
		if (r->cells[x].ch || r->cells[x].style) return false;
	return true;
}

/* A line below the content and the cursor of the main screen. */
static void below(struct screen const *s, struct screen_buf *out)
{
	unsigned const at = s->alt_on ? s->main.saved.y : s->y;
	unsigned n = s->rows;
	while (n > 0 && row_blank_p(s, n - 1)) n--;
	unsigned const y = n > at ? n : at;
	if (y < s->rows) screen_buf_fmt(out, "\033[%u;1H", y + 1);
	else screen_buf_fmt(out, "\033[%u;1H\n", (unsigned)s->rows);
}

/* Settings that decide where and how characters appear, and keyboards. */
static void place_undo(struct screen const *s, struct screen_buf *out)
{
	kitty_pop(&s->grid->kitty, out);
	charsets_undo(s, out);
	pen_undo(&s->pen, out);
	if (mode_on(s, M_LRMM)) screen_buf_str(out, "\033[?69l");
	if (s->top != 0 || s->bottom != s->rows - 1) screen_buf_str(out, "\033[r");
	tabs_undo(s, out);
}

static void titles_undo(struct screen const *s, struct screen_buf *out)
{
	for (unsigned i = 0; i < s->ntitles; i++) screen_buf_str(out, "\033[23;0t");
}

void screen_plain(struct screen const *s, struct screen_buf *out)
{
	modes_undo(s, MODES_MIRRORED | BIT(M_TCEM), out);
	place_undo(s, out);
	titles_undo(s, out);
	if (s->shift) screen_buf_str(out, " ");
}

void screen_undo(struct screen const *s, struct screen_buf *out)
{
	bool const origin = s->alt_on && s->main.saved.origin;
	if (s->level != 4) screen_buf_str(out, "\033[64;1\"p");
	input_undo(s, out);
	modes_undo(s, 0, out);
	place_undo(s, out);
	undo_colors(s, out);
	titles_undo(s, out);
	if (s->directory) screen_buf_str(out, "\033]7;\033\\");
	if (s->progress) screen_buf_str(out, "\033]9;4;0\033\\");
	if (s->alt_on) {
		struct saved const *const v = &s->main.saved;
		screen_buf_str(out, "\033[?1049l");
		kitty_pop(&s->main.kitty, out);
		/* Leaving the alternate screen restored the saved cursor's state, too. */
		pen_undo(&v->pen, out);
		if (origin) screen_buf_str(out, "\033[?6l");
		for (unsigned i = 0; i < 4; i++)
			if (v->g[i] != 'B') screen_buf_fmt(out, "\033%cB", "()*+"[i]);
		if (v->gl) screen_buf_str(out, "\017");
	}
	below(s, out);
	if (s->shift) screen_buf_str(out, " \r"); /* a single shift waits for a character */
}

void screen_new_run(struct screen *s)
{
	uint64_t const total = s->total;
	struct screen_sinks const sinks = s->sinks;
	struct screen_buf b = SCREEN_BUF_INIT;

	/* An open or held sequence of the last program is not a query any more. */
	s->sinks = (struct screen_sinks){ .arg = sinks.arg, .line = sinks.line };
	screen_feed(s, "\030", 1);
	screen_undo(s, &b);
	screen_feed(s, b.data ? b.data : "", b.len);
	screen_buf_deinit(&b);
	s->sinks = sinks;
	string_set(&s->directory, NULL, 0);
	string_set(&s->title, NULL, 0);
	string_set(&s->icon, NULL, 0);
	marks_forget(s);
	if (s->by_clusters) s->modes |= BIT(M_GRAPHEME);
	screen_offset_set(s, total);
}
