/* SPDX-License-Identifier: ISC */
/* Makes the bytes that give a new terminal this state. The order matters. Steps that
 * move the cursor or change the pen come before the cursor and pen are set. Settings
 * that would disturb painting (margins, origin, insertion, charsets) come after
 * painting. */
#include "screen_int.h"

#include <string.h>

static void charsets(struct painter *p, uint8_t const g[4], unsigned gl)
{
	static char const slots[] = "()*+";
	static char const *const shifts[] = { "", "\016", "\033n", "\033o" };
	for (unsigned i = 0; i < 4; i++)
		if (g[i] != 'B') screen_buf_fmt(p->out, "\033%c%c", slots[i], g[i]);
	screen_buf_str(p->out, shifts[gl]);
}

static void charsets_undo(struct painter *p, uint8_t const g[4], unsigned gl)
{
	static char const slots[] = "()*+";
	for (unsigned i = 0; i < 4; i++)
		if (g[i] != 'B') screen_buf_fmt(p->out, "\033%cB", slots[i]);
	if (gl) screen_buf_str(p->out, "\017");
}

static bool saved_is_default(struct saved const *v)
{
	struct screen_style const none = { 0 };
	return !v->y && !v->x && !v->pending && !v->origin && !v->gl && !memcmp(v->g, "BBBB", 4) && style_eq(&v->pen, &none);
}

/* DECSC with everything that it saves. Comes before painting: a pending wrap needs a
 * printed character, which is erased again. Margins, origin and charsets are those of a
 * new terminal before and after. */
static void saved_cursor(struct painter *p, struct saved const *v)
{
	struct screen_style const none = { 0 };
	if (saved_is_default(v)) return;
	bool const margin = v->pending && v->x + 1u < p->cols;
	if (margin) screen_buf_fmt(p->out, "\033[?69h\033[1;%us", v->x + 1u);
	if (v->origin) screen_buf_str(p->out, "\033[?6h");
	p->known = false;
	paint_move(p, v->y, v->x);
	if (v->pending) screen_buf_str(p->out, " ");
	charsets(p, v->g, v->gl);
	paint_style(p, &v->pen);
	screen_buf_str(p->out, "\0337");
	paint_style(p, &none);
	charsets_undo(p, v->g, v->gl);
	if (v->origin) screen_buf_str(p->out, "\033[?6l");
	if (margin) screen_buf_str(p->out, "\033[?69l");
	p->known = false;
	if (v->pending) {
		paint_move(p, v->y, v->x);
		screen_buf_str(p->out, "\033[2K");
	}
}

/* The saved cursor that the alternate screen has when it is shown again. */
static void saved_alt_cursor(struct painter *p)
{
	struct screen const *const s = p->s;
	if (s->alt_on || saved_is_default(&s->alt.saved)) return;
	screen_buf_str(p->out, "\033[?47h");
	saved_cursor(p, &s->alt.saved);
	screen_buf_str(p->out, "\033[?47l");
	p->known = false;
}

static void kitty_stack(struct screen_buf *out, struct kitty const *k)
{
	if (k->flags[0]) screen_buf_fmt(out, "\033[=%uu", (unsigned)k->flags[0]);
	for (unsigned i = 1; i <= k->depth; i++) screen_buf_fmt(out, "\033[>%uu", (unsigned)k->flags[i]);
}

/* ---- modes ------------------------------------------------------------------ */

static void mode_write(struct screen_buf *out, bool dec, unsigned number, bool on)
{
	screen_buf_fmt(out, "\033[%s%u%c", dec ? "?" : "", number, on ? 'h' : 'l');
}

/* A person's terminal does not get modes that viewers withhold. */
static void saved_modes(struct screen const *s, bool real, struct screen_buf *out)
{
	for (unsigned i = 0; i < screen_mode_count; i++) {
		struct mode_def const *const d = &screen_mode_defs[i];
		if (!d->dec || !(s->saved_valid >> d->bit & 1)) continue;
		if (real && screen_mode_withheld(true, d->number)) continue;
		bool const v = s->saved_value >> d->bit & 1;
		bool const normal = MODES_DEFAULT >> d->bit & 1;
		if (v != normal) mode_write(out, true, d->number, v);
		screen_buf_fmt(out, "\033[?%us", (unsigned)d->number);
		if (v != normal) mode_write(out, true, d->number, normal);
	}
	for (unsigned bit = M_MOUSE; bit < M_VIRTUAL_END; bit++) {
		uint16_t number;
		if (!(s->saved_valid >> bit & 1) || !mode_virtual(bit, &number)) continue;
		if (real && screen_mode_withheld(true, number)) continue;
		bool const v = s->saved_value >> bit & 1;
		if (v) mode_write(out, true, number, true);
		screen_buf_fmt(out, "\033[?%us", (unsigned)number);
		if (v) mode_write(out, true, number, false);
	}
}

static void modes(struct screen const *s, bool real, struct screen_buf *out)
{
	uint64_t const changed = ((s->modes ^ MODES_DEFAULT) | home_touched(s)) & ~(BIT(M_OM) | BIT(M_IRM) | BIT(M_LRMM) | BIT(M_COLM));
	for (unsigned i = 0; i < screen_mode_count; i++) {
		struct mode_def const *const d = &screen_mode_defs[i];
		if (!(changed >> d->bit & 1)) continue;
		if (real && d->bit == M_INBAND) continue; /* a real terminal would send a report at once */
		if (d->bit == M_NKM) screen_buf_str(out, "\033=");
		else mode_write(out, d->dec, d->number, mode_on(s, d->bit));
	}
	for (unsigned i = 0; i < s->nothers; i++) mode_write(out, s->others[i].dec, s->others[i].number, true);
	if (s->mouse) mode_write(out, true, s->mouse, true);
	if (s->mouse_enc) mode_write(out, true, s->mouse_enc, true);
	for (unsigned i = 0; i < 8; i++)
		if (s->modkeys[i] >= 0) screen_buf_fmt(out, "\033[>%u;%dm", i, s->modkeys[i]);
	if (s->shape) screen_buf_fmt(out, "\033[%u q", (unsigned)s->shape);
	if (s->rect_extent) screen_buf_fmt(out, "\033[%u*x", (unsigned)s->rect_extent);
}

static void tabs(struct painter *p)
{
	struct screen const *const s = p->s;
	unsigned x = 0;
	while (x < s->cols && tab_at(s, x) == (x % 8 == 0)) x++;
	if (x == s->cols) return;
	screen_buf_str(p->out, "\033[3g");
	for (x = 0; x < s->cols; x++) {
		if (!tab_at(s, x)) continue;
		paint_move(p, 0, x);
		screen_buf_str(p->out, "\033H");
	}
}

static void titles(struct screen const *s, struct screen_buf *out)
{
	for (unsigned i = 0; i < s->ntitles; i++) {
		struct title_entry const *const e = &s->titles[i];
		if (e->icon) paint_title(out, 1, e->icon);
		if (e->title) paint_title(out, 2, e->title);
		screen_buf_fmt(out, "\033[22;%ut", e->icon && e->title ? 0u : e->icon ? 1u : 2u);
	}
	if (!strcmp(screen_icon(s), screen_title(s))) {
		if (s->ntitles || *screen_title(s)) paint_title(out, 0, screen_title(s));
		return;
	}
	paint_title(out, 1, screen_icon(s));
	paint_title(out, 2, screen_title(s));
}

/* ---- the cursor --------------------------------------------------------------- */

/* The byte that prints cp in these charsets; 0: there is none. */
static unsigned inverse(uint8_t set, uint32_t cp)
{
	for (unsigned c = 0x20; c < 0x7f; c++)
		if (charset_map(set, c) == cp) return c;
	return 0;
}

/* The last character was just printed, and REP or a mark may follow: prints it again at
 * the very end. */
static void last_character(struct painter *p)
{
	struct screen const *const s = p->s;
	struct screen_cell const c = cell_at(s, s->grid, s->y, s->last_x);
	uint32_t cps[SCREEN_CLUSTER_MAX];
	unsigned const n = cluster_chars(s, c.ch, cps);
	paint_style(p, &s->pen);
	p->known = false;
	paint_move(p, s->y, s->last_x);
	if (mode_on(s, M_IRM)) screen_buf_fmt(p->out, "\033[%uP", screen_cell_width(c));
	for (unsigned i = 0; i < n; i++) {
		unsigned by = cps[i];
		if (cps[i] < 0x7f && !(by = inverse(s->g[s->gl], cps[i]))) {
			if ((by = inverse(s->g[2], cps[i]))) screen_buf_str(p->out, "\033N");
			else if ((by = inverse(s->g[3], cps[i]))) screen_buf_str(p->out, "\033O");
			else by = cps[i];
		}
		paint_utf8(p->out, by);
	}
}

static void pending_wrap(struct painter *p)
{
	struct screen const *const s = p->s;
	struct screen_cell c = cell_at(s, s->grid, s->y, s->x);
	unsigned x = s->x;
	if (c.flags & SCREEN_CELL_SPACER && x > 0) c = cell_at(s, s->grid, s->y, --x);
	struct screen_style const st = s->styles.at[c.style];
	p->known = false;
	paint_move(p, s->y, x);
	paint_style(p, &st);
	if (c.ch) {
		paint_cell(p, c);
	} else {
		unsigned const y = s->y - p->top + 1;
		x = s->x - p->left + 1;
		screen_buf_fmt(p->out, " \033[%u;%u;%u;%u$z", y, x, y, x);
	}
	p->known = false;
	screen_buf_str(p->out, "\033[m"); /* ends the state "right after a character" */
	p->pen = (struct screen_style){ .attrs = p->pen.attrs & SCREEN_PROTECTED };
}

/* Prints the last character again, so that a mark can join it; but not if that might
 * leave a terminal's cursor elsewhere. */
static bool prints_last(struct painter const *p, bool seat)
{
	struct screen const *const s = p->s;
	unsigned most;
	return s->last_valid && !(seat && paint_disputed(s, cell_at(s, s->grid, s->y, s->last_x), &most));
}

/* `seat`: it is a person's terminal. */
static void cursor(struct painter *p, bool real, bool seat)
{
	struct screen const *const s = p->s;
	bool const again = prints_last(p, seat);
	if (mode_on(s, M_OM)) {
		screen_buf_str(p->out, "\033[?6h");
		p->top = s->top;
		p->left = s->left;
	}
	p->known = false;
	if (!again) {
		if (s->pending) pending_wrap(p);
		else paint_move(p, s->y, s->x);
	}
	charsets(p, s->g, s->gl);
	if (mode_on(s, M_IRM)) screen_buf_str(p->out, "\033[4h");
	paint_style(p, &s->pen);
	marks_after(s, p->out);
	if (s->level != 4 && !real) screen_buf_fmt(p->out, "\033[%u;9\"p", 60u + s->level); /* without a reset: see level_set */
	if (s->iso_protect) screen_buf_str(p->out, s->pen.attrs & SCREEN_PROTECTED ? "\033V" : "\033V\033W");
	if (again) last_character(p);
	if (s->shift) screen_buf_str(p->out, s->shift == 2 ? "\033N" : "\033O");
}

/* Returns to the main screen's cursor, then enters the alternate screen. Entering saves
 * that cursor, so it must be the one to be saved. */
static void enter_alt(struct painter *p)
{
	struct screen const *const s = p->s;
	struct saved const *const v = &s->main.saved;
	struct screen_style const none = { 0 };
	paint_style(p, &none);
	if (saved_is_default(v)) {
		screen_buf_str(p->out, "\033[H\033[?1049h");
	} else {
		bool const margin = v->pending && v->x + 1u < p->cols; /* see saved_cursor */
		if (margin) screen_buf_fmt(p->out, "\033[?69h\033[1;%us", v->x + 1u);
		screen_buf_str(p->out, "\0338\033[?1049h");
		if (margin) screen_buf_str(p->out, "\033[?69l");
		if (v->origin) screen_buf_str(p->out, "\033[?6l");
		charsets_undo(p, v->g, v->gl);
		p->pen = v->pen;
		paint_style(p, &none);
		if (v->pen.bg) screen_buf_str(p->out, "\033[2J");
	}
	p->known = false;
	kitty_stack(p->out, &s->alt.kitty);
	saved_cursor(p, &s->alt.saved);
	restore_grid(p, &s->alt);
}

/* Resets whatever was on: alternate screen, modes, keyboards, colours, tabs. The title
 * stays until another is set; saved modes and titles stay. Uses short sequences: tmux
 * ignores those with more than 63 bytes of parameters. */
#define CLEAR                                                                                                     \
	"\033[?1049l\033[!p\033[?7h\033[?69l\033[?5;9;12;45;67l\033[?1000;1004;1005;1006;1007l"                            \
	"\033[?1015;1016;2004;2026l\033[?2027;2031;2048l\033[20l\033>\033[<9u\033[>m\033[0 q\033[0*x\033[0\"q\033]8;;\033\\\033]104\033\\\033]110\033\\\033]111\033\\"   \
	"\033]112\033\\\033[?5W\033[m\033[H\033[2J"

/* `at` (may be NULL): the screen of a person's terminal, which is blank. */
static void restore(struct screen const *s, bool real, struct screen const *at, struct screen_buf *out)
{
	struct painter p = { .s = s, .out = out, .cols = s->cols, .wraps = true };
	struct screen_style const none = { 0 };
	/* This comes first, since it clears the screen. It must not change the size of
	 * a real terminal. */
	if (mode_on(s, M_COLM) && !real) screen_buf_str(out, "\033[?40h\033[?3h\033[?40l");
	p.graphemes = at && home_shown(at, &at->home) >> M_GRAPHEME & 1;
	p.narrow = at && home_narrow(&at->home);
	if (!at && s->by_clusters) screen_buf_str(out, "\033[?2027l"); /* a new screen has it on */
	saved_modes(s, real, out);
	marks_before(s, out);
	titles(s, out);
	paint_colors(NULL, s, out);
	tabs(&p);
	kitty_stack(out, &s->main.kitty);
	saved_alt_cursor(&p);
	saved_cursor(&p, &s->main.saved);
	restore_grid(&p, &s->main);
	if (s->alt_on) enter_alt(&p);
	paint_style(&p, &none);
	if (mode_on(s, M_LRMM)) screen_buf_str(out, "\033[?69h");
	if (s->left != 0 || s->right != s->cols - 1) screen_buf_fmt(out, "\033[%u;%us", s->left + 1u, s->right + 1u);
	if (s->top != 0 || s->bottom != s->rows - 1) screen_buf_fmt(out, "\033[%u;%ur", s->top + 1u, s->bottom + 1u);
	modes(s, real, out);
	p.graphemes = at ? home_shown(s, &at->home) >> M_GRAPHEME & 1 : mode_on(s, M_GRAPHEME);
	p.wraps = false;
	cursor(&p, real, at != NULL);
}

void screen_restore(struct screen const *s, bool clear, struct screen_buf *out)
{
	if (clear) screen_buf_str(out, CLEAR);
	restore(s, clear, NULL, out);
}

void screen_restore_real(struct screen const *s, struct screen const *at, struct screen_buf *out)
{
	restore(s, true, at, out);
}
