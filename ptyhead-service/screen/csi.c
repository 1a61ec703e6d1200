/* SPDX-License-Identifier: ISC */
/* Control sequences: cursor, erasing, editing, margins, modes. */
#include "screen_int.h"

static void row_unwrap(struct screen *s, unsigned y)
{
	struct row *const r = row_at(s, s->grid, y);
	r->flags = (uint8_t)(r->flags & ~ROW_WRAPPED);
}

/* Returns whether protected cells were spared. */
static bool erase_rows(struct screen *s, unsigned y, unsigned end, bool keep)
{
	uint16_t const style = style_erase(s);
	bool kept = false;
	for (; y < end; y++) {
		if (keep) kept |= grid_erase(s, y, 0, s->cols, true);
		else row_blank(s, row_at(s, s->grid, y), style);
		row_unwrap(s, y);
	}
	return kept;
}

/* While a wrap is pending the cursor counts as past the last column, as in xterm.js:
 * erasing to the right erases nothing. */
static void erase_line(struct screen *s, unsigned what, bool keep)
{
	switch (what) {
	case 0:
		if (s->pending) return;
		grid_erase(s, s->y, s->x, s->cols, keep);
		row_unwrap(s, s->y);
		break;
	case 1: grid_erase(s, s->y, 0, s->x + 1u, keep); return;
	case 2:
		grid_erase(s, s->y, 0, s->cols, keep);
		row_unwrap(s, s->y);
		break;
	default: return;
	}
	if (s->y > 0 && (what == 2 || s->x == 0)) row_unwrap(s, s->y - 1u);
}

static void erase_display(struct screen *s, unsigned what, bool keep)
{
	switch (what) {
	case 0:
		if (!s->y && !s->x && s->grid == &s->main && !keep) grid_emit_all(s);
		erase_line(s, 0, keep);
		erase_rows(s, s->y + 1u, s->rows, keep);
		break;
	case 1:
		erase_rows(s, 0, s->y, keep);
		erase_line(s, 1, keep);
		if (s->x + 1 >= s->cols) row_unwrap(s, s->y);
		break;
	case 2:
		if (s->grid == &s->main && !keep) grid_emit_all(s);
		if (!erase_rows(s, 0, s->rows, keep) && keep) s->iso_protect = false; /* as in xterm */
		break;
	case 3:
		if (!keep && s->sinks.forget) s->sinks.forget(s->sinks.arg);
		break;
	default: break;
	}
}

void csi_clear(struct screen *s)
{
	erase_display(s, 2, false);
}

static void erase_chars(struct screen *s, unsigned n)
{
	s->pending = false;
	grid_erase(s, s->y, s->x, umin(s->x + n, s->cols), s->iso_protect);
	if (s->x + n >= s->cols) row_unwrap(s, s->y);
}

static bool within_margins(struct screen const *s)
{
	return s->y >= s->top && s->y <= s->bottom && s->x >= s->left && s->x <= s->right;
}

static void insert_lines(struct screen *s, unsigned n)
{
	if (!within_margins(s)) return;
	grid_scroll_down(s, s->y, s->bottom, n);
	s->x = s->left;
	s->pending = false;
}

static void delete_lines(struct screen *s, unsigned n)
{
	if (!within_margins(s)) return;
	grid_scroll_up(s, s->y, s->bottom, n, SCROLL_DELETE);
	s->x = s->left;
	s->pending = false;
}

static void insert_chars(struct screen *s, unsigned n, bool remove)
{
	s->pending = false;
	if (s->x < s->left || s->x > s->right) return;
	if (remove)
		grid_delete_cells(s, s->y, s->x, n);
	else
		grid_insert_cells(s, s->y, s->x, n);
}

/* Columns of the whole region: DECIC and DECDC at the cursor; SR and SL at the left
 * edge. */
static void columns(struct screen *s, unsigned x, unsigned n, bool remove)
{
	if (!within_margins(s)) return;
	for (unsigned y = s->top; y <= s->bottom; y++) {
		if (remove)
			grid_delete_cells(s, y, x, n);
		else
			grid_insert_cells(s, y, x, n);
		row_unwrap(s, y);
	}
}

static void set_column(struct screen *s, unsigned x)
{
	if (mode_on(s, M_OM)) x = umin(s->left + x, s->right);
	cursor_to(s, s->y, x);
}

static void set_line(struct screen *s, unsigned y)
{
	if (mode_on(s, M_OM)) y = umin(s->top + y, s->bottom);
	cursor_to(s, y, s->x);
}

static void set_vertical_margins(struct screen *s)
{
	unsigned const top = par_pos(s, 0);
	unsigned bottom = par(s, 1, 0);
	if (bottom == 0 || bottom > s->rows) bottom = s->rows;
	if (top >= bottom) return;
	s->top = (uint16_t)(top - 1);
	s->bottom = (uint16_t)(bottom - 1);
	cursor_address(s, 0, 0);
}

static void set_horizontal_margins(struct screen *s)
{
	unsigned const left = par_pos(s, 0);
	unsigned right = par(s, 1, 0);
	if (right == 0 || right > s->cols) right = s->cols;
	if (left >= right) return;
	s->left = (uint16_t)(left - 1);
	s->right = (uint16_t)(right - 1);
	cursor_address(s, 0, 0);
}

static void tab_clear(struct screen *s, unsigned what)
{
	if (what == 0) s->tabs[s->x / 8] = (uint8_t)(s->tabs[s->x / 8] & ~(1u << (s->x % 8)));
	if (what == 3)
		for (unsigned i = 0; i < sizeof s->tabs; i++) s->tabs[i] = 0;
}

static void title_push(struct screen *s, unsigned what)
{
	if (what > 2) return;
	spend(s, 4 * COST_STRING);
	if (s->ntitles == SCREEN_TITLES_MAX) {
		string_set(&s->titles[0].icon, NULL, 0);
		string_set(&s->titles[0].title, NULL, 0);
		for (unsigned i = 1; i < s->ntitles; i++) s->titles[i - 1] = s->titles[i];
		s->ntitles--;
	}
	struct title_entry *const e = &s->titles[s->ntitles++];
	*e = (struct title_entry){ NULL, NULL };
	char const *const icon = screen_icon(s);
	char const *const title = screen_title(s);
	if (what != 2) string_set(&e->icon, icon, __builtin_strlen(icon));
	if (what != 1) string_set(&e->title, title, __builtin_strlen(title));
}

static void title_pop(struct screen *s, unsigned what)
{
	if (what > 2 || !s->ntitles) return;
	spend(s, 4 * COST_STRING);
	struct title_entry *const e = &s->titles[--s->ntitles];
	if (e->icon && what != 2) string_set(&s->icon, e->icon, __builtin_strlen(e->icon));
	if (e->title && what != 1) string_set(&s->title, e->title, __builtin_strlen(e->title));
	string_set(&e->icon, NULL, 0);
	string_set(&e->title, NULL, 0);
	if (s->sinks.title) s->sinks.title(s->sinks.arg, s);
}

/* A question, or a sequence that is unknown here. */
static void ask(struct screen *s, unsigned char final)
{
	if (!csi_query(s, final)) withhold(s);
}

static void set_modes(struct screen *s, bool dec, bool on)
{
	spend(s, (uint64_t)COST_PARAM * s->p.npar);
	bool lost = false;
	for (unsigned i = 0; i < s->p.npar; i++) {
		lost |= !on && mode_unknown_off(s, dec, s->p.par[i]);
		mode_set(s, dec, s->p.par[i], on);
	}
	withhold_modes(s, dec, false, lost);
}

static void plain(struct screen *s, unsigned char final)
{
	switch (final) {
	case 'm': sgr_apply(s); break;
	case 'H':
	case 'f': cursor_address(s, par_pos(s, 0) - 1, par_pos(s, 1) - 1); break;
	case '@': insert_chars(s, par_pos(s, 0), false); break;
	case 'A': cursor_up(s, par_pos(s, 0)); break;
	case 'B': cursor_down(s, par_pos(s, 0)); break;
	case 'C': cursor_right(s, par_pos(s, 0)); break;
	case 'D': cursor_left(s, par_pos(s, 0)); break;
	case 'E':
		cursor_down(s, par_pos(s, 0));
		cursor_return(s);
		break;
	case 'F':
		cursor_up(s, par_pos(s, 0));
		cursor_return(s);
		break;
	case '`':
	case 'G': set_column(s, par_pos(s, 0) - 1); break;
	case 'I': cursor_tab(s, par_pos(s, 0)); break;
	case 'J':
		erase_display(s, par(s, 0, 0), s->iso_protect && par(s, 0, 0) != 3);
		if (par(s, 0, 0) == 3) withhold(s); /* a viewer's scrollback does not
		                                     * belong to the program alone */
		break;
	case 'K': erase_line(s, par(s, 0, 0), s->iso_protect); break;
	case 'L': insert_lines(s, par_pos(s, 0)); break;
	case 'M': delete_lines(s, par_pos(s, 0)); break;
	case 'P': insert_chars(s, par_pos(s, 0), true); break;
	case 'S': grid_scroll_up(s, s->top, s->bottom, par_pos(s, 0), SCROLL_FEED); break;
	case 'T':
		if (s->p.npar < 5) grid_scroll_down(s, s->top, s->bottom, par_pos(s, 0));
		else withhold(s);
		break;
	case '^': grid_scroll_down(s, s->top, s->bottom, par_pos(s, 0)); break;
	case 'X': erase_chars(s, par_pos(s, 0)); break;
	case 'Z': cursor_backtab(s, par_pos(s, 0)); break;
	case 'a':
		if (mode_on(s, M_OM)) cursor_right(s, par_pos(s, 0));
		else cursor_to(s, s->y, s->x + par_pos(s, 0));
		break;
	case 'b': print_repeat(s, par_pos(s, 0)); break;
	case 'd': set_line(s, par_pos(s, 0) - 1); break;
	case 'e':
		if (mode_on(s, M_OM)) cursor_down(s, par_pos(s, 0));
		else cursor_to(s, s->y + par_pos(s, 0), s->x);
		break;
	case 'g': tab_clear(s, par(s, 0, 0)); break;
	case 'h': set_modes(s, false, true); break;
	case 'j': cursor_left(s, par_pos(s, 0)); break;
	case 'k': cursor_up(s, par_pos(s, 0)); break;
	case 'l': set_modes(s, false, false); break;
	case 'r': set_vertical_margins(s); break;
	case 's':
		if (mode_on(s, M_LRMM)) set_horizontal_margins(s);
		else cursor_save(s);
		break;
	case 't':
		if (par(s, 0, 0) == 22 && par(s, 1, 0) <= 2) title_push(s, par(s, 1, 0));
		else if (par(s, 0, 0) == 23 && par(s, 1, 0) <= 2) title_pop(s, par(s, 1, 0));
		else if (page_window(s)) withhold(s); /* if the size is granted, a mark tells the viewers */
		else ask(s, final);
		break;
	case 'u': cursor_restore(s); break;
	default: ask(s, final); break;
	}
}

static void keep_modes(struct screen *s, void (*each)(struct screen *s, unsigned number))
{
	spend(s, 2 * (uint64_t)COST_PARAM * s->p.npar);
	for (unsigned i = 0; i < s->p.npar; i++) each(s, s->p.par[i]);
	withhold_modes(s, true, true, false);
}

static void private_dec(struct screen *s, unsigned char final)
{
	switch (final) {
	case 'J':
		erase_display(s, par(s, 0, 0), true);
		if (par(s, 0, 0) == 3) withhold(s);
		break;
	case 'K': erase_line(s, par(s, 0, 0), true); break;
	case 'W':
		if (par(s, 0, 0) == 5) tabs_default(s, 0);
		else withhold(s);
		break;
	case 'h': set_modes(s, true, true); break;
	case 'l': set_modes(s, true, false); break;
	case 'r': keep_modes(s, mode_restore); break;
	case 's': keep_modes(s, mode_save); break;
	default: ask(s, final); break;
	}
}

/* XTMODKEYS: CSI > Pp ; Pv m sets, CSI > Pp m and CSI > m reset, CSI > Pp n disables. */
static void modkeys(struct screen *s, unsigned char final)
{
	unsigned const what = par(s, 0, 99);
	if (final == 'n') {
		if (what == 99) s->modkeys[2] = 0;
		else if (what < 8) s->modkeys[what] = 0;
		else withhold(s);
	} else if (what == 99) {
		for (unsigned i = 0; i < 8; i++) s->modkeys[i] = -1;
	} else if (what < 8) {
		unsigned const v = par(s, 1, 99);
		s->modkeys[what] = (int8_t)(v > 9 ? -1 : (int)v);
	} else {
		withhold(s);
	}
}

/* DECSCA: 1 protects from selective erasing; ED and EL ignore it. */
static void protection(struct screen *s)
{
	unsigned const on = par(s, 0, 0) == 1 ? SCREEN_PROTECTED : 0;
	if (par(s, 0, 0) > 2) return;
	s->pen.attrs = (uint16_t)((s->pen.attrs & ~(unsigned)SCREEN_PROTECTED) | on);
	s->pen_dirty = true;
	s->iso_protect = false;
}

/* DECSCL: a soft reset, as in DEC STD 070. Not with a second parameter of 9, which only
 * screen_restore writes. */
static void level_set(struct screen *s)
{
	unsigned const what = par(s, 0, 0);
	if (what < 61 || what > 65) return;
	if (par(s, 1, 0) != 9) state_soft_reset(s);
	s->level = (uint8_t)umin(what - 60, 4);
}

static void intermediate(struct screen *s, unsigned char inter, unsigned char final)
{
	bool const vt400 = s->level >= 4;
	switch (inter) {
	case ' ':
		if (final == 'q') shape_set(s, par(s, 0, 0));
		else if (final == '@') columns(s, s->left, par_pos(s, 0), true);
		else if (final == 'A') columns(s, s->left, par_pos(s, 0), false);
		else withhold(s);
		return;
	case '!':
		if (final == 'p') state_soft_reset(s);
		else withhold(s);
		return;
	case '"':
		if (final == 'q') protection(s);
		else if (final == 'p') level_set(s);
		else ask(s, final);
		return;
	case '\'':
		if (final == '}' && vt400) columns(s, s->x, par_pos(s, 0), false);
		else if (final == '~' && vt400) columns(s, s->x, par_pos(s, 0), true);
		else ask(s, final);
		return;
	case '$':
	case '*':
		if (final == '|' && s->level >= (inter == '*' ? 4 : 3)) page_size(s, inter);
		else if (csi_query(s, final) || (vt400 && rect_dispatch(s, final))) return;
		withhold(s);
		return;
	default: ask(s, final); return;
	}
}

void csi_dispatch(struct screen *s, unsigned char final)
{
	struct parser const *const p = &s->p;
	if (p->ninter > 1 || (p->sub && final != 'm')) {
		withhold(s); /* a colon in the wrong place: unknown, as in xterm */
		return;
	}
	if (p->ninter) {
		if (!p->prefix) intermediate(s, p->inter[0], final);
		else ask(s, final);
	} else if (!p->prefix) {
		plain(s, final);
	} else if (final == 'u') {
		kitty_dispatch(s);
	} else if (p->prefix == '?') {
		private_dec(s, final);
	} else if (p->prefix == '>' && (final == 'm' || final == 'n')) {
		modkeys(s, final);
	} else {
		ask(s, final);
	}
}
