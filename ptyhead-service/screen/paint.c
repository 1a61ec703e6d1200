/* SPDX-License-Identifier: ISC */
/* Bytes that put cells on a terminal. */
#include "screen_int.h"

#include <stdio.h>
#include <string.h>

void paint_utf8(struct screen_buf *out, uint32_t cp)
{
	char b[4];
	size_t n;
	if (cp < 0x80) {
		b[0] = (char)cp;
		n = 1;
	} else if (cp < 0x800) {
		b[0] = (char)(0xc0 | cp >> 6);
		b[1] = (char)(0x80 | (cp & 63));
		n = 2;
	} else if (cp < 0x10000) {
		b[0] = (char)(0xe0 | cp >> 12);
		b[1] = (char)(0x80 | (cp >> 6 & 63));
		b[2] = (char)(0x80 | (cp & 63));
		n = 3;
	} else {
		b[0] = (char)(0xf0 | cp >> 18);
		b[1] = (char)(0x80 | (cp >> 12 & 63));
		b[2] = (char)(0x80 | (cp >> 6 & 63));
		b[3] = (char)(0x80 | (cp & 63));
		n = 4;
	}
	screen_buf_add(out, b, n);
}

bool flag_letter(struct screen_cell c)
{
	return c.ch >= 0x1f1e6 && c.ch <= 0x1f1ff;
}

void paint_to(struct painter *p, struct screen_cell c, unsigned y, unsigned x)
{
	unsigned most;
	if (p->flag && p->known && p->y == y && p->x == x && flag_letter(c)) return;
	if (paint_disputed(p->s, c, &most)) p->known = false;
	paint_move(p, y, x);
}

void paint_move(struct painter *p, unsigned y, unsigned x)
{
	if (p->flag) p->known = false;
	p->flag = false;
	bool const right = p->known && p->y == y && x > p->x && p->x < p->cols && x - p->x < 10;
	if (p->known && p->y == y && p->x == x) return;
	screen_buf_str(p->out, "\033[");
	if (right) {
		if (x - p->x > 1) screen_buf_num(p->out, x - p->x);
	} else {
		if (y != p->top || x != p->left) screen_buf_num(p->out, y - p->top + 1);
		if (x != p->left) {
			screen_buf_str(p->out, ";");
			screen_buf_num(p->out, x - p->left + 1);
		}
	}
	screen_buf_str(p->out, right ? "C" : "H");
	p->y = y;
	p->x = x;
	p->known = true;
}

static void paint_link(struct painter *p, uint16_t link)
{
	char const *id;
	char const *const uri = screen_link(p->s, link, &id);
	if (!uri && !p->uri) return;
	if (uri && p->uri && !strcmp(uri, p->uri) && !strcmp(id, p->id)) return;
	screen_buf_str(p->out, "\033]8;");
	if (uri && *id) {
		screen_buf_str(p->out, "id=");
		screen_buf_str(p->out, id);
	}
	screen_buf_str(p->out, ";");
	if (uri) screen_buf_str(p->out, uri);
	screen_buf_str(p->out, "\033\\");
	p->uri = uri;
	p->id = id;
}

void paint_style(struct painter *p, struct screen_style const *to)
{
	paint_link(p, to->link);
	if ((p->pen.attrs ^ to->attrs) & SCREEN_PROTECTED)
		screen_buf_str(p->out, to->attrs & SCREEN_PROTECTED ? "\033[1\"q" : "\033[0\"q");
	struct screen_style const a = p->pen;
	p->pen = *to;
	p->pen.link = 0;
	unsigned const attrs = to->attrs & ~(unsigned)SCREEN_PROTECTED;
	if (a.fg == to->fg && a.bg == to->bg && a.ul == to->ul && (a.attrs & ~(unsigned)SCREEN_PROTECTED) == attrs) return;
	if (!to->fg && !to->bg && !to->ul && !attrs) screen_buf_str(p->out, "\033[m");
	else sgr_write(to, p->out);
}

/* How many of a cell's code points must be written with mode 2027 on to get this cell;
 * 0: none. The rest are plain marks. */
static unsigned grapheme_part(uint32_t const *cps, unsigned n, unsigned w)
{
	unsigned k = 0;
	for (unsigned i = 1; i < n; i++)
		if (width_of(cps[i]) != 0) k = i + 1;
	if (w == 2 && width_of(cps[0]) == 1) {
		unsigned i = 1;
		while (i < n && width_cluster(cps, i) < 2) i++;
		if (width_cluster(cps, i) == 2 && i > k) k = i;
	}
	return k;
}

/* The next character is printed at the cursor, or wraps first. */
static void paint_wrap(struct painter *p)
{
	if (p->x < p->cols) return;
	p->y++;
	p->x = 0;
}

unsigned paint_run(struct painter *p, struct screen_cell const *c, unsigned n)
{
	char text[128];
	unsigned i = 0;
	if (n > sizeof text) n = sizeof text;
	while (i < n && c[i].ch >= 0x20 && c[i].ch < 0x7f && !c[i].flags && c[i].style == c[0].style) {
		text[i] = (char)c[i].ch;
		i++;
	}
	if (i == 0) return 0;
	paint_wrap(p);
	screen_buf_add(p->out, text, i);
	p->x += i;
	return i;
}

bool paint_disputed(struct screen const *s, struct screen_cell c, unsigned *ret_most)
{
	uint32_t cps[SCREEN_CLUSTER_MAX];
	if (c.ch < PAINT_UNDISPUTED) return false;
	unsigned const n = cluster_chars(s, c.ch, cps);
	return width_disputed(cps, n, ret_most);
}

/* Prints each part in the mode that makes it one cell of that width. If the next cell
 * would cut a character in two, prints its plain form. */
bool screen_disputed(struct screen const *s)
{
	unsigned most;
	for (unsigned y = 0; y < s->rows; y++) {
		struct row const *const r = row_at(s, s->grid, y);
		for (unsigned x = 0; x < r->len; x++)
			if (paint_disputed(s, r->cells[x], &most)) return true;
	}
	return false;
}

static void paint_cluster(struct painter *p, uint32_t const *cps, unsigned n, unsigned w)
{
	unsigned const k = grapheme_part(cps, n, w);
	bool const narrow = p->narrow && w == 1 && width_cluster(cps, n) == 2;
	bool on = p->graphemes;
	if (k && !on) screen_buf_str(p->out, "\033[?2027h");
	on |= k > 0;
	for (unsigned i = 0; i < n; i++) {
		if (i == k && on && (!p->graphemes || width_cluster(cps, n) != w)) {
			screen_buf_str(p->out, "\033[?2027l");
			on = false;
		}
		if (!narrow || cps[i] != 0xfe0f) paint_utf8(p->out, cps[i]);
	}
	if (on != p->graphemes) screen_buf_str(p->out, on ? "\033[?2027l" : "\033[?2027h");
}

void paint_cell(struct painter *p, struct screen_cell c)
{
	uint32_t cps[SCREEN_CLUSTER_MAX];
	unsigned const n = cluster_chars(p->s, c.ch, cps);
	unsigned const w = screen_cell_width(c);
	unsigned most;
	bool const disputed = n > 0 && width_disputed(cps, n, &most);
	paint_wrap(p);
	/* If it takes more columns, it must not wrap and scroll. */
	bool const edge = disputed && p->wraps && most > w && p->x + most > p->cols;
	if (edge) screen_buf_str(p->out, "\033[?7l");
	if (n == 1) paint_utf8(p->out, cps[0]);
	else if (n > 1) paint_cluster(p, cps, n, w);
	if (edge) screen_buf_str(p->out, "\033[?7h");
	p->x += w;
	/* Two flag letters in two cells are written together: if they make one
	 * character, it has these two columns; if not, each may have two. */
	p->flag = !p->flag && !p->graphemes && flag_letter(c);
	if (p->x > p->cols || (disputed && !p->flag)) p->known = false;
}

void paint_blank(struct painter *p, unsigned y, unsigned x, unsigned n, struct screen_style const *st)
{
	struct screen_style const bg = { .bg = st->bg };
	paint_move(p, y, x);
	paint_style(p, &bg);
	screen_buf_fmt(p->out, "\033[%uX", n);
}

void paint_title(struct screen_buf *out, unsigned what, char const *str)
{
	screen_buf_fmt(out, "\033]%u;", what);
	screen_buf_str(out, str);
	screen_buf_str(out, "\033\\");
}

/* OSC what;value, or what resets it. */
static void color_change(struct screen_buf *out, uint32_t was, uint32_t now, char const *set, char const *unset)
{
	if (was == now) return;
	screen_buf_str(out, now ? set : unset);
	if (SCREEN_COLOR_KIND(now) == COLOR_SET)
		screen_buf_fmt(out, "rgb:%02x/%02x/%02x", now >> 16 & 255, now >> 8 & 255, now & 255);
	else if (now) screen_buf_str(out, "unknown"); /* a terminal ignores it; an engine records it */
	screen_buf_str(out, "\033\\");
}

/* from NULL: no colour was set. */
void paint_colors(struct screen const *from, struct screen const *to, struct screen_buf *out)
{
	char set[24];
	char unset[24];
	for (unsigned i = 0; i < PALETTE_SIZE; i++) {
		bool const special = i >= PALETTE_SPECIAL;
		unsigned const n = special ? i - PALETTE_SPECIAL : i;
		if ((from ? from->palette[i] : 0) == to->palette[i]) continue;
		snprintf(set, sizeof set, "\033]%u;%u;", special ? 5u : 4u, n);
		snprintf(unset, sizeof unset, "\033]%u;%u", special ? 105u : 104u, n);
		color_change(out, from ? from->palette[i] : 0, to->palette[i], set, unset);
	}
	for (unsigned i = 0; i < 10; i++) {
		snprintf(set, sizeof set, "\033]1%u;", i);
		snprintf(unset, sizeof unset, "\033]11%u", i);
		color_change(out, from ? from->dynamic[i] : 0, to->dynamic[i], set, unset);
	}
}
