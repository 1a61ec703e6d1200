/* SPDX-License-Identifier: ISC */
/* Moving the cursor: margins, origin, tabs, saving. */
#include "screen_int.h"

#include <string.h>

static void moved(struct screen *s)
{
	s->pending = false;
}

void cursor_to(struct screen *s, unsigned y, unsigned x)
{
	s->y = (uint16_t)umin(y, s->rows - 1u);
	s->x = (uint16_t)umin(x, s->cols - 1u);
	moved(s);
}

void cursor_address(struct screen *s, unsigned y, unsigned x)
{
	if (mode_on(s, M_OM))
		cursor_to(s, umin(s->top + y, s->bottom), umin(s->left + x, s->right));
	else
		cursor_to(s, y, x);
}

void cursor_up(struct screen *s, unsigned n)
{
	unsigned const stop = s->y >= s->top ? s->top : 0;
	s->y = (uint16_t)(s->y - umin(n, s->y - stop));
	moved(s);
}

void cursor_down(struct screen *s, unsigned n)
{
	unsigned const stop = s->y <= s->bottom ? s->bottom : s->rows - 1u;
	s->y = (uint16_t)(s->y + umin(n, stop - s->y));
	moved(s);
}

void cursor_right(struct screen *s, unsigned n)
{
	unsigned const stop = s->x <= s->right ? s->right : s->cols - 1u;
	s->x = (uint16_t)(s->x + umin(n, stop - s->x));
	moved(s);
}

/* Reverse wraparound as in xterm before it distinguished mode 45 from 1045: from the
 * left edge to the right edge of the row above, within the scroll region. */
static void reverse_wrap(struct screen *s, int x, unsigned left)
{
	int const in_row = s->right - (int)left + 1;
	int const all = in_row * s->rows;
	int at = in_row * s->y + x - (int)left;
	if (s->x == left && s->x >= s->left && s->x <= s->right && s->y == s->top) at = (s->bottom + 1) * in_row - 1;
	else if (at < 0) at = (at % all + all) % all;
	unsigned const y = (unsigned)(at / in_row);
	for (unsigned i = y; i < s->y; i++) { /* these rows no longer wrap, as in xterm.js */
		struct row *const r = row_at(s, s->grid, i);
		r->flags = (uint8_t)(r->flags & ~ROW_WRAPPED);
	}
	s->y = (uint16_t)y;
	s->x = (uint16_t)(at % in_row + (int)left);
}

void cursor_left(struct screen *s, unsigned n)
{
	bool const reverse = (s->modes & (BIT(M_REVWRAP) | BIT(M_REVWRAP2))) && mode_on(s, M_AWM);
	unsigned const left = s->x >= s->left ? s->left : 0;
	if (reverse && s->pending) n--; /* the cursor was past the last cell: first back onto it */
	if (n <= s->x - left) s->x = (uint16_t)(s->x - n);
	else if (reverse && left <= s->right) reverse_wrap(s, (int)s->x - (int)n, left);
	else s->x = (uint16_t)left;
	moved(s);
}

void cursor_return(struct screen *s)
{
	s->x = s->x >= s->left || mode_on(s, M_OM) ? s->left : 0;
	moved(s);
}

void cursor_linefeed(struct screen *s, bool wrapping)
{
	struct row *const r = row_at(s, s->grid, s->y);
	bool const within = s->x >= s->left && s->x <= s->right;
	if (!wrapping) {
		r->flags = (uint8_t)(r->flags & ~ROW_WRAPPED);
		moved(s);
	}
	if (s->y == s->bottom) {
		if (within) grid_scroll_up(s, s->top, s->bottom, 1, wrapping ? SCROLL_WRAP : SCROLL_FEED);
	} else if (s->y < s->rows - 1) {
		s->y++;
	}
}

void cursor_reverse_index(struct screen *s)
{
	moved(s);
	if (s->y == s->top) {
		if (s->x >= s->left && s->x <= s->right) grid_scroll_down(s, s->top, s->bottom, 1);
	} else if (s->y > 0) {
		s->y--;
	}
}

void cursor_tab(struct screen *s, unsigned n)
{
	if (s->pending && mode_on(s, M_MORE) && mode_on(s, M_AWM)) {
		cursor_linefeed(s, true); /* more(1) expects this after a full line */
		s->x = s->left;
		s->pending = false;
	}
	if (s->pending) return;
	unsigned const stop = s->x <= s->right ? s->right : s->cols - 1u;
	unsigned x = s->x;
	for (unsigned i = 0; i < n && x < stop; i++)
		do x++;
		while (x < stop && !tab_at(s, x));
	spend(s, 2 * (x - s->x));
	s->x = (uint16_t)x;
}

void cursor_backtab(struct screen *s, unsigned n)
{
	if (s->pending) return;
	unsigned const stop = mode_on(s, M_OM) ? s->left : 0;
	unsigned x = s->x;
	for (unsigned i = 0; i < n && x > stop; i++)
		do x--;
		while (x > stop && !tab_at(s, x));
	spend(s, 2 * (s->x - x));
	s->x = (uint16_t)x;
}

void tabs_default(struct screen *s, unsigned from)
{
	for (; from % 8; from++) s->tabs[from / 8] = (uint8_t)(s->tabs[from / 8] & ~(1u << (from % 8)));
	memset(s->tabs + from / 8, 1, sizeof s->tabs - from / 8);
}

void cursor_save(struct screen *s)
{
	struct saved *const v = &s->grid->saved;
	*v = (struct saved){
		.y = s->y, .x = s->x, .pending = s->pending, .origin = mode_on(s, M_OM), .gl = s->gl, .pen = s->pen,
	};
	memcpy(v->g, s->g, sizeof v->g);
	v->pen.link = 0;
}

void cursor_restore(struct screen *s)
{
	struct saved const *const v = &s->grid->saved;
	uint16_t const link = s->pen.link;
	s->modes = v->origin ? s->modes | BIT(M_OM) : s->modes & ~BIT(M_OM);
	cursor_to(s, v->y, v->x);
	if (v->origin) {
		s->y = (uint16_t)umin(umax(s->y, s->top), s->bottom);
		s->x = (uint16_t)umin(umax(s->x, s->left), s->right);
	}
	s->pending = v->pending && s->x == v->x && (s->x == s->cols - 1u || s->x == s->right);
	s->gl = v->gl;
	memcpy(s->g, v->g, sizeof s->g);
	s->pen = v->pen;
	s->pen.link = link;
	s->pen_dirty = true;
}

void margins_reset(struct screen *s)
{
	s->top = s->left = 0;
	s->bottom = (uint16_t)(s->rows - 1);
	s->right = (uint16_t)(s->cols - 1);
}
