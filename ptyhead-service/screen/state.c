/* SPDX-License-Identifier: ISC */
/* Making, copying, resetting a screen; looking at it. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

void string_set(char **slot, char const *str, size_t len)
{
	char *copy = NULL;
	if (str) {
		copy = malloc(len + 1);
		if (!copy) return; /* the old one stays */
		memcpy(copy, str, len);
		copy[len] = 0;
	}
	free(*slot);
	*slot = copy;
}

static unsigned clamp_size(unsigned n)
{
	return n < 1 ? 1 : umin(n, SCREEN_SIZE_MAX);
}

static void saved_default(struct saved *v)
{
	*v = (struct saved){ .g = { 'B', 'B', 'B', 'B' } };
}

static void charsets_default(struct screen *s)
{
	memset(s->g, 'B', sizeof s->g);
	s->gl = s->shift = 0;
}

/* Resets everything except contents, size, titles, and what the caller set. */
static void defaults(struct screen *s)
{
	s->modes = MODES_DEFAULT | (s->by_clusters ? BIT(M_GRAPHEME) : 0);
	s->touched = 0;
	s->saved_valid = s->saved_value = 0;
	s->nothers = 0;
	marks_forget(s);
	s->picture = (struct picture){ 0 };
	memset(s->pictures, 0, sizeof s->pictures);
	s->level = 4;
	s->iso_protect = false;
	s->mouse = s->mouse_enc = 0;
	memset(s->modkeys, -1, sizeof s->modkeys);
	s->shape = s->rect_extent = 0;
	s->pen = (struct screen_style){ 0 };
	s->pen_dirty = true;
	s->last_valid = false;
	charsets_default(s);
	margins_reset(s);
	tabs_default(s, 0);
	saved_default(&s->main.saved);
	saved_default(&s->alt.saved);
	s->main.kitty = s->alt.kitty = (struct kitty){ 0 };
	memset(s->palette, 0, sizeof s->palette);
	memset(s->dynamic, 0, sizeof s->dynamic);
	s->grid = &s->main;
	s->alt_on = false;
	cursor_to(s, 0, 0);
}

struct screen *screen_new(unsigned rows, unsigned cols)
{
	struct screen *const s = calloc(1, sizeof *s);
	if (!s) return NULL;
	s->rows = (uint16_t)clamp_size(rows);
	s->cols = (uint16_t)clamp_size(cols);
	s->scheme = 1;
	if (grid_init(&s->main, s->rows) < 0 || grid_init(&s->alt, s->rows) < 0 || styles_init(s) < 0) {
		screen_free(s);
		return NULL;
	}
	defaults(s);
	return s;
}

void screen_free(struct screen *s)
{
	if (!s) return;
	grid_deinit(&s->main, s->rows);
	grid_deinit(&s->alt, s->rows);
	free(s->styles.at);
	free(s->styles.t.hash);
	free(s->clusters.at);
	free(s->clusters.t.hash);
	links_deinit(&s->links);
	free(s->sgr_many);
	free(s->title);
	free(s->icon);
	free(s->directory);
	for (unsigned i = 0; i < s->ntitles; i++) {
		free(s->titles[i].icon);
		free(s->titles[i].title);
	}
	free(s->p.str);
	free(s);
}

static void *copy_of(void const *from, size_t n, bool *failed)
{
	if (!from || !n) return NULL;
	void *const to = malloc(n);
	if (to) memcpy(to, from, n);
	else *failed = true;
	return to;
}

static char *string_of(char const *from, bool *failed)
{
	return from ? copy_of(from, strlen(from) + 1, failed) : NULL;
}

static void grid_copy(struct screen *s, struct grid *to, struct grid const *from, bool *failed)
{
	*to = *from;
	to->rows = calloc(s->rows, sizeof *to->rows);
	if (!to->rows) {
		*failed = true;
		return;
	}
	for (unsigned y = 0; y < s->rows; y++) {
		struct row const *const r = &from->rows[y];
		to->rows[y] = (struct row){ .flags = r->flags };
		if (!r->len) continue;
		to->rows[y].cells = malloc(s->cols * sizeof *r->cells);
		if (!to->rows[y].cells) {
			*failed = true;
			continue;
		}
		to->rows[y].len = r->len;
		memcpy(to->rows[y].cells, r->cells, r->len * sizeof *r->cells);
	}
}

struct screen *screen_clone(struct screen const *from)
{
	bool bad = false;
	struct screen *const s = malloc(sizeof *s);
	if (!s) return NULL;
	*s = *from;
	s->sinks = (struct screen_sinks){ 0 };
	s->sgr_many = NULL;
	sgr_forget(s);
	grid_copy(s, &s->main, &from->main, &bad);
	grid_copy(s, &s->alt, &from->alt, &bad);
	s->grid = s->alt_on ? &s->alt : &s->main;
	s->styles.at = copy_of(from->styles.at, from->styles.t.cap * sizeof *s->styles.at, &bad);
	s->styles.t.hash = copy_of(from->styles.t.hash, from->styles.t.hash_cap * sizeof *s->styles.t.hash, &bad);
	s->clusters.at = copy_of(from->clusters.at, from->clusters.t.cap * sizeof *s->clusters.at, &bad);
	s->clusters.t.hash = copy_of(from->clusters.t.hash, from->clusters.t.hash_cap * sizeof *s->clusters.t.hash, &bad);
	if (links_clone(&s->links, &from->links) < 0) bad = true;
	s->title = string_of(from->title, &bad);
	s->icon = string_of(from->icon, &bad);
	s->directory = string_of(from->directory, &bad);
	for (unsigned i = 0; i < s->ntitles; i++) {
		s->titles[i].icon = string_of(from->titles[i].icon, &bad);
		s->titles[i].title = string_of(from->titles[i].title, &bad);
	}
	s->p.str = copy_of(from->p.str, from->p.str_cap, &bad);
	if (!bad) return s;
	screen_free(s);
	return NULL;
}

void state_alt(struct screen *s, bool on)
{
	if (s->alt_on == on) return;
	s->alt_on = on;
	if (on) {
		uint16_t const style = style_erase(s);
		s->grid = &s->alt;
		grid_clear(s, &s->alt, style);
		s->alt.kitty = (struct kitty){ 0 };
	} else {
		s->grid = &s->main;
		grid_clear(s, &s->alt, 0);
	}
}

void state_soft_reset(struct screen *s)
{
	static enum mode_bit const off[] = { M_CKM, M_OM, M_NKM, M_IRM, M_KAM, M_LRMM, M_REVWRAP, M_REVWRAP2 };
	for (unsigned i = 0; i < sizeof off / sizeof *off; i++) s->modes &= ~BIT(off[i]);
	s->modes |= BIT(M_AWM) | BIT(M_TCEM);
	margins_reset(s);
	uint16_t const link = s->pen.link;
	s->pen = (struct screen_style){ .link = link };
	s->pen_dirty = true;
	s->iso_protect = false;
	charsets_default(s);
	saved_default(&s->grid->saved);
	s->pending = s->pending && s->x == s->right;
}

void state_full_reset(struct screen *s)
{
	grid_emit_all(s);
	spend(s, COST_STRING);
	bool const wide = mode_on(s, M_ALLOW132) && mode_on(s, M_COLM);
	grid_clear(s, &s->main, 0);
	grid_clear(s, &s->alt, 0);
	defaults(s);
	if (wide) page_ask(s, 0, 80);
}

void screen_reset(struct screen *s)
{
	state_full_reset(s);
	s->p.state = P_GROUND;
	s->p.u8_need = 0;
	s->ground = s->total;
}

/* ---- looking ------------------------------------------------------------- */

void screen_sinks_set(struct screen *s, struct screen_sinks const *sinks) { s->sinks = *sinks; }

void screen_pixels_set(struct screen *s, unsigned cell_width, unsigned cell_height)
{
	s->cell_w = umin(cell_width, 1000);
	s->cell_h = umin(cell_height, 1000);
}

void screen_clusters_set(struct screen *s, bool on) { s->by_clusters = on; }
bool screen_clusters(struct screen const *s) { return s->by_clusters; }

int screen_scheme(struct screen const *s) { return s->scheme; }

void screen_scheme_set(struct screen *s, int scheme) { s->scheme = scheme < 0 || scheme > 2 ? 0 : scheme; }
uint64_t screen_total(struct screen const *s) { return s->total; }
uint64_t screen_ground(struct screen const *s) { return s->ground; }

void screen_offset_set(struct screen *s, uint64_t offset)
{
	s->p.seq_start += offset - s->total; /* modulo 2^64: an open sequence keeps its distance */
	s->ground += offset - s->total;
	s->total = offset;
}

static size_t grid_memory(struct screen const *s, struct grid const *g)
{
	size_t n = s->rows * sizeof *g->rows;
	for (unsigned y = 0; y < s->rows; y++)
		if (g->rows[y].cells) n += s->cols * sizeof *g->rows[y].cells;
	return n;
}

size_t screen_memory(struct screen const *s)
{
	size_t n = sizeof *s + grid_memory(s, &s->main) + grid_memory(s, &s->alt);
	n += s->styles.t.cap * sizeof *s->styles.at + s->styles.t.hash_cap * sizeof *s->styles.t.hash;
	n += s->clusters.t.cap * sizeof *s->clusters.at + s->clusters.t.hash_cap * sizeof *s->clusters.t.hash;
	n += s->links.cap * sizeof *s->links.at + s->p.str_cap + (s->sgr_many ? SGR_MANY * sizeof *s->sgr_many : 0);
	for (uint32_t i = 0; i < s->links.n; i++)
		if (s->links.at[i].uri) n += strlen(s->links.at[i].uri) + strlen(s->links.at[i].id) + 2;
	return n + strlen(screen_title(s)) + strlen(screen_icon(s)) + strlen(screen_directory(s));
}

unsigned screen_rows(struct screen const *s) { return s->rows; }
unsigned screen_cols(struct screen const *s) { return s->cols; }
bool screen_alt(struct screen const *s) { return s->alt_on; }

static struct grid const *grid_of(struct screen const *s, enum screen_which which)
{
	return which == SCREEN_MAIN ? &s->main : which == SCREEN_ALT ? &s->alt : s->grid;
}

struct screen_row screen_row(struct screen const *s, enum screen_which which, unsigned y)
{
	if (y >= s->rows) return (struct screen_row){ 0 };
	return row_view(s, row_at(s, grid_of(s, which), y));
}

struct screen_cell screen_cell(struct screen const *s, enum screen_which which, unsigned y, unsigned x)
{
	if (y >= s->rows || x >= s->cols) return cell_make(0, 0, 0);
	return cell_at(s, grid_of(s, which), y, x);
}

unsigned screen_cell_chars(struct screen const *s, struct screen_cell c, uint32_t ret_cps[SCREEN_CLUSTER_MAX])
{
	return cluster_chars(s, c.ch, ret_cps);
}

unsigned screen_cell_width(struct screen_cell c)
{
	if (c.flags & SCREEN_CELL_SPACER) return 0;
	return c.flags & SCREEN_CELL_WIDE ? 2 : 1;
}

struct screen_style screen_style_get(struct screen const *s, uint16_t style)
{
	return s->styles.at[style < s->styles.t.n ? style : 0];
}

struct screen_cursor screen_cursor(struct screen const *s)
{
	return (struct screen_cursor){
		.y = s->y, .x = s->x, .pending = s->pending, .visible = mode_on(s, M_TCEM),
		.blink = mode_on(s, M_BLINK), .shape = s->shape, .pen = s->pen,
	};
}

int screen_mode(struct screen const *s, bool dec, unsigned number) { return mode_report(s, dec, number); }
char const *screen_title(struct screen const *s) { return s->title ? s->title : ""; }
char const *screen_icon(struct screen const *s) { return s->icon ? s->icon : ""; }
char const *screen_directory(struct screen const *s) { return s->directory ? s->directory : ""; }

enum screen_prompt screen_prompt(struct screen const *s, int *ret_status)
{
	*ret_status = s->status;
	return (enum screen_prompt)s->prompt;
}

bool screen_palette(struct screen const *s, unsigned index, uint32_t *ret_rgb)
{
	if (index > 255 || SCREEN_COLOR_KIND(s->palette[index]) != COLOR_SET) return false;
	*ret_rgb = SCREEN_COLOR_VALUE(s->palette[index]);
	return true;
}

bool screen_dynamic(struct screen const *s, unsigned osc, uint32_t *ret_rgb)
{
	if (osc < 10 || osc > 19 || SCREEN_COLOR_KIND(s->dynamic[osc - 10]) != COLOR_SET) return false;
	*ret_rgb = SCREEN_COLOR_VALUE(s->dynamic[osc - 10]);
	return true;
}

struct screen_input screen_input(struct screen const *s)
{
	struct kitty const *const k = &s->grid->kitty;
	return (struct screen_input){
		.cursor_keys = mode_on(s, M_CKM), .keypad = mode_on(s, M_NKM), .paste = mode_on(s, M_PASTE),
		.focus = mode_on(s, M_FOCUS), .newline = mode_on(s, M_LNM), .backarrow = mode_on(s, M_BKM),
		.kitty = k->flags[k->depth], .modify_other = s->modkeys[4] < 0 ? 0 : s->modkeys[4],
		.mouse = s->mouse, .mouse_enc = s->mouse_enc,
	};
}
