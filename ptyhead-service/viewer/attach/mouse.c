/* SPDX-License-Identifier: ISC */
#include "mouse.h"

#include <stdio.h>

#include "utf8.h"

#define X10_OFFSET 32
#define X10_MAX 255u  /* including the offset */
#define UTF8_MOST 2047u

struct report {
	enum { X10, SGR, URXVT } form;
	unsigned button, x, y; /* counted from 1 */
	bool release;
};

static bool character(uint8_t const **p, uint8_t const *end, bool utf8, unsigned *ret)
{
	uint32_t c;
	if (*p == end) return false;
	if (!utf8) {
		*ret = *(*p)++;
	} else {
		*p += utf8_get(*p, (size_t)(end - *p), &c);
		if (c == UTF8_BAD) return false;
		*ret = c;
	}
	if (*ret < X10_OFFSET) return false;
	*ret -= X10_OFFSET;
	return true;
}

/* As in the other forms. */
static unsigned code(struct report const *r)
{
	return r->form == URXVT ? r->button - X10_OFFSET : r->button;
}

static bool report_read(struct mouse_view const *v, struct token const *t, struct report *r)
{
	int p[TOKEN_PARAMS][TOKEN_SUBS];

	if (t->kind == TOKEN_MOUSE) {
		uint8_t const *at = t->data + 3;
		uint8_t const *const end = t->data + t->len;
		r->form = X10;
		if (!character(&at, end, v->utf8, &r->button) || !character(&at, end, v->utf8, &r->x) || !character(&at, end, v->utf8, &r->y))
			return false;
		r->release = (r->button & 0xE3) == 3;
		return r->x > 0 && r->y > 0;
	}
	if (t->kind != TOKEN_CSI || token_intermediate(t) || (token_final(t) != 'M' && token_final(t) != 'm')) return false;
	uint8_t const prefix = token_params(t, p);
	if ((prefix && prefix != '<') || p[0][0] < 0 || p[1][0] < 0 || p[2][0] < 0) return false;
	r->form = prefix ? SGR : URXVT;
	if (r->form == URXVT && token_final(t) != 'M') return false;
	r->button = (unsigned)p[0][0];
	r->x = (unsigned)p[1][0];
	r->y = (unsigned)p[2][0];
	r->release = r->form == SGR ? token_final(t) == 'm' : (code(r) & 0xE3) == 3;
	return true;
}

/* In cells or pixels. False: outside of the program's screen. */
static bool move(unsigned *at, unsigned by, unsigned most, bool clamp)
{
	*at += by;
	if (*at <= most) return true;
	*at = most;
	return clamp;
}

static size_t character_put(uint8_t *out, unsigned value, bool utf8)
{
	unsigned const most = utf8 ? UTF8_MOST : X10_MAX;
	unsigned const c = value + X10_OFFSET < most ? value + X10_OFFSET : most;
	if (utf8) return utf8_put(c, (char *)out);
	*out = (uint8_t)c;
	return 1;
}

static size_t report_write(struct mouse_view const *v, struct report const *r, uint8_t out[MOUSE_MAX])
{
	if (r->form != X10) {
		int const n = snprintf((char *)out, MOUSE_MAX, "\033[%s%u;%u;%u%c", r->form == SGR ? "<" : "", r->button, r->x, r->y,
		                       r->form == SGR && r->release ? 'm' : 'M');
		return n > 0 && n < MOUSE_MAX ? (size_t)n : 0;
	}
	size_t n = (size_t)snprintf((char *)out, MOUSE_MAX, "\033[M");
	n += character_put(out + n, r->button, v->utf8);
	n += character_put(out + n, r->x, v->utf8);
	return n + character_put(out + n, r->y, v->utf8);
}

/* The bit of its button; 0: it is a wheel. */
static unsigned button(struct report const *r)
{
	unsigned const b = code(r);
	return b & 64 ? 0 : 1u << ((b & 3) + (b & 128 ? 4 : 0));
}

/* Does it follow a press that was outside? */
static bool follows_lost(unsigned *lost, struct report const *r)
{
	/* X10's releases do not tell which button. */
	unsigned const which = r->release && r->form != SGR ? ~0u : button(r);

	if (!(*lost & which)) return false;
	if (r->release) *lost &= ~which;
	return true;
}

bool mouse_moved(struct mouse_view const *v, struct token const *t, uint8_t ret[MOUSE_MAX], size_t *ret_len)
{
	struct report r;

	if (!report_read(v, t, &r)) return false;
	bool const pixels = v->pixels && r.form == SGR;
	unsigned const h = pixels ? v->cell_h : 1;
	unsigned const w = pixels ? v->cell_w : 1;
	*ret_len = 0;
	/* Without the size of a cell it cannot be converted. */
	if (h == 0 || w == 0) return true;
	bool const press = !r.release && !(code(&r) & 32);
	if (v->lost && !press && follows_lost(v->lost, &r)) return true;
	bool const row = move(&r.y, v->y * h, v->rows * h, r.release);
	bool const col = move(&r.x, v->x * w, v->cols * w, r.release);
	if (row && col) *ret_len = report_write(v, &r, ret);
	if (v->lost && press) *v->lost = row && col ? *v->lost & ~button(&r) : *v->lost | button(&r);
	return true;
}
