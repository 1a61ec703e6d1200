/* SPDX-License-Identifier: ISC */
/* Are two screens equal in everything that must survive? */
#include "screen_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool differ(char *why, char const *fmt, ...)
{
	if (why) {
		va_list ap;
		va_start(ap, fmt);
		vsnprintf(why, SCREEN_WHY_MAX, fmt, ap);
		va_end(ap);
	}
	return false;
}

static bool cells_equal(struct screen const *a, struct screen_cell x, struct screen const *b, struct screen_cell y)
{
	uint32_t ca[SCREEN_CLUSTER_MAX];
	uint32_t cb[SCREEN_CLUSTER_MAX];
	if (x.flags != y.flags) return false;
	if ((x.ch | y.ch) & SCREEN_CLUSTER) {
		unsigned const na = cluster_chars(a, x.ch, ca);
		unsigned const nb = cluster_chars(b, y.ch, cb);
		if (na != nb || memcmp(ca, cb, na * sizeof *ca) != 0) return false;
	} else if (x.ch != y.ch) {
		return false;
	}
	return style_same(a, x.style, b, y.style);
}

static bool pens_equal(struct screen const *a, struct screen_style const *x, struct screen const *b,
		       struct screen_style const *y)
{
	char const *ia;
	char const *ib;
	if (x->fg != y->fg || x->bg != y->bg || x->ul != y->ul || x->attrs != y->attrs) return false;
	char const *const ua = screen_link(a, x->link, &ia);
	char const *const ub = screen_link(b, y->link, &ib);
	if (!ua || !ub) return ua == ub;
	return !strcmp(ua, ub) && !strcmp(ia, ib);
}

static bool saved_equal(struct saved const *va, struct saved const *vb, char const *name, char *why)
{
	if (va->y != vb->y || va->x != vb->x || va->pending != vb->pending || va->origin != vb->origin)
		return differ(why, "%s saved cursor: %u,%u%s%s, %u,%u%s%s", name, va->y, va->x, va->pending ? " pending" : "",
			      va->origin ? " origin" : "", vb->y, vb->x, vb->pending ? " pending" : "",
			      vb->origin ? " origin" : "");
	if (va->gl != vb->gl || memcmp(va->g, vb->g, sizeof va->g) != 0) return differ(why, "%s saved charsets", name);
	if (!style_eq(&va->pen, &vb->pen)) return differ(why, "%s saved pen", name);
	return true;
}

static bool grids_equal(struct screen const *a, struct grid const *ga, struct screen const *b, struct grid const *gb,
			char const *name, char *why)
{
	for (unsigned y = 0; y < a->rows; y++) {
		struct row const *const ra = row_at(a, ga, y);
		struct row const *const rb = row_at(b, gb, y);
		unsigned const n = umax(ra->len, rb->len);
		for (unsigned x = 0; x < n; x++) {
			struct screen_cell const ca = cell_at(a, ga, y, x);
			struct screen_cell const cb = cell_at(b, gb, y, x);
			if (!cells_equal(a, ca, b, cb))
				return differ(why, "%s cell %u,%u: %x style %u flags %u, %x style %u flags %u", name, y, x,
					      ca.ch, ca.style, ca.flags, cb.ch, cb.style, cb.flags);
		}
		if (y + 1 < a->rows && ((ra->flags ^ rb->flags) & ROW_WRAPPED))
			return differ(why, "%s row %u: wrapped %u, %u", name, y, ra->flags & ROW_WRAPPED, rb->flags & ROW_WRAPPED);
		if ((ra->flags ^ rb->flags) & ROW_PROMPT) return differ(why, "%s row %u: prompt", name, y);
	}
	if (ga->kitty.depth != gb->kitty.depth || memcmp(ga->kitty.flags, gb->kitty.flags, ga->kitty.depth + 1u) != 0)
		return differ(why, "%s kitty stack", name);
	return true;
}

static bool strings_equal(char const *a, char const *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

/* Modes that viewers withhold may differ: a viewer's screen comes from bytes that
 * passed, or from a restore, and neither sets them. */
static uint64_t saved_given(struct screen const *s)
{
	uint64_t valid = s->saved_valid;
	uint16_t number;
	for (unsigned i = 0; i < screen_mode_count; i++)
		if (screen_mode_withheld(screen_mode_defs[i].dec, screen_mode_defs[i].number)) valid &= ~BIT(screen_mode_defs[i].bit);
	for (unsigned bit = M_MOUSE; mode_virtual(bit, &number); bit++)
		if (screen_mode_withheld(true, number)) valid &= ~BIT(bit);
	return valid;
}

bool screen_equal(struct screen const *a, struct screen const *b, char why[SCREEN_WHY_MAX])
{
	if (a->rows != b->rows || a->cols != b->cols) return differ(why, "size");
	if (a->alt_on != b->alt_on) return differ(why, "alternate screen: %d, %d", a->alt_on, b->alt_on);
	if (!grids_equal(a, &a->main, b, &b->main, "main", why)) return false;
	if (a->alt_on && !grids_equal(a, &a->alt, b, &b->alt, "alt", why)) return false;
	if (!saved_equal(&a->main.saved, &b->main.saved, "main", why)) return false;
	if (!saved_equal(&a->alt.saved, &b->alt.saved, "alt", why)) return false;
	if (a->level != b->level || a->iso_protect != b->iso_protect) return differ(why, "level or kind of protection");
	if (a->nothers != b->nothers) return differ(why, "modes of other terminals: %u, %u", a->nothers, b->nothers);
	for (unsigned i = 0; i < a->nothers; i++)
		if (a->others[i].number != b->others[i].number || a->others[i].dec != b->others[i].dec)
			return differ(why, "mode %u of other terminals", a->others[i].number);
	if (a->y != b->y || a->x != b->x || a->pending != b->pending)
		return differ(why, "cursor: %u,%u%s, %u,%u%s", a->y, a->x, a->pending ? " pending" : "", b->y, b->x,
			      b->pending ? " pending" : "");
	if (a->last_valid != b->last_valid || (a->last_valid && a->last_x != b->last_x))
		return differ(why, "last character: %d %u, %d %u", a->last_valid, a->last_x, b->last_valid, b->last_x);
	if (!pens_equal(a, &a->pen, b, &b->pen)) return differ(why, "pen");
	if (a->top != b->top || a->bottom != b->bottom || a->left != b->left || a->right != b->right)
		return differ(why, "margins: %u-%u %u-%u, %u-%u %u-%u", a->top, a->bottom, a->left, a->right, b->top,
			      b->bottom, b->left, b->right);
	/* Only DECRQM shows DECCOLM's state. A restore onto a terminal in use leaves it
	 * out, since setting it would clear the terminal. */
	struct home const *const home = a->home.known ? &a->home : &b->home;
	if ((home_shown(a, home) ^ home_shown(b, home)) & ~BIT(M_COLM))
		return differ(why, "modes: %llx, %llx", (unsigned long long)a->modes, (unsigned long long)b->modes);
	uint64_t const valid_a = saved_given(a), valid_b = saved_given(b);
	if (valid_a != valid_b || (a->saved_value & valid_a) != (b->saved_value & valid_b))
		return differ(why, "saved modes: %llx of %llx, %llx of %llx", (unsigned long long)(a->saved_value & valid_a),
			      (unsigned long long)valid_a, (unsigned long long)(b->saved_value & valid_b), (unsigned long long)valid_b);
	if (a->mouse != b->mouse || a->mouse_enc != b->mouse_enc) return differ(why, "mouse");
	if (memcmp(a->modkeys, b->modkeys, sizeof a->modkeys) != 0) return differ(why, "modifier keys");
	if (a->gl != b->gl || a->shift != b->shift || memcmp(a->g, b->g, sizeof a->g) != 0) return differ(why, "charsets");
	if (a->shape != b->shape) return differ(why, "cursor shape");
	if (a->rect_extent != b->rect_extent) return differ(why, "rectangle extent");
	for (unsigned x = 0; x < a->cols; x++)
		if (tab_at(a, x) != tab_at(b, x)) return differ(why, "tab stop %u", x);
	if (memcmp(a->palette, b->palette, sizeof a->palette) != 0) return differ(why, "palette");
	if (memcmp(a->dynamic, b->dynamic, sizeof a->dynamic) != 0) return differ(why, "dynamic colours");
	if (strcmp(screen_title(a), screen_title(b)) != 0) return differ(why, "title");
	if (strcmp(screen_icon(a), screen_icon(b)) != 0) return differ(why, "icon title");
	if (strcmp(screen_directory(a), screen_directory(b)) != 0) return differ(why, "directory");
	if (a->prompt != b->prompt || a->status != b->status || strcmp(a->prompt_args, b->prompt_args) != 0)
		return differ(why, "prompt: %u status %d%s, %u status %d%s", a->prompt, a->status, a->prompt_args, b->prompt, b->status,
			      b->prompt_args);
	if (a->ntitles != b->ntitles) return differ(why, "title stack depth: %u, %u", a->ntitles, b->ntitles);
	for (unsigned i = 0; i < a->ntitles; i++)
		if (!strings_equal(a->titles[i].icon, b->titles[i].icon) ||
		    !strings_equal(a->titles[i].title, b->titles[i].title))
			return differ(why, "title stack entry %u", i);
	return true;
}
