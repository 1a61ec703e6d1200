/* SPDX-License-Identifier: ISC */
/* What a person's terminal had before anything was written to it, as far as it tells:
 * modes, colours, cursor shape. */
#include "screen_int.h"

#include <stdio.h>
#include <string.h>

/* Modes whose defaults differ between terminals. If a program sets none of them, the
 * terminal keeps its own. All other modes have the defaults that the engine has. */
#define MODES_VARY                                                                                              \
	(BIT(M_BLINK) | BIT(M_BKM) | BIT(M_ALLOW132) | BIT(M_ALTSCROLL) | BIT(M_META8) | BIT(M_NUMLOCK) |        \
	 BIT(M_METAESC) | BIT(M_ALTESC) | BIT(M_URGENT) | BIT(M_RAISE) | BIT(M_SIXELPAL) | BIT(M_SIXELRIGHT) |   \
	 BIT(M_GRAPHEME) | BIT(M_MORE))
/* Further modes that are asked for. */
#define MODES_ASKED                                                                                            \
	(BIT(M_CKM) | BIT(M_SCNM) | BIT(M_OM) | BIT(M_AWM) | BIT(M_TCEM) | BIT(M_REVWRAP) | BIT(M_NKM) |        \
	 BIT(M_LRMM) | BIT(M_FOCUS) | BIT(M_PASTE))

static uint16_t const mouse_asked[] = { 9, 1000, 1002, 1003, 1005, 1006, 1015, 1016 };
static uint8_t const dynamic_asked[] = { 0, 1, 2, 7, 9 };

uint64_t home_modes(struct home const *h)
{
	return (h->value & h->known) | (MODES_DEFAULT & ~h->known);
}

uint64_t home_shown(struct screen const *s, struct home const *h)
{
	uint64_t const own = s->touched | (s->modes ^ MODES_DEFAULT) | ~MODES_VARY;
	return (s->modes & own) | (home_modes(h) & ~own);
}

bool home_narrow(struct home const *h)
{
	return h->known && !(h->known >> M_GRAPHEME & 1);
}

uint64_t home_touched(struct screen const *s)
{
	return s->touched & MODES_VARY;
}

/* ---- the questions ---------------------------------------------------------------- */

void screen_home_ask(struct screen_buf *out)
{
	for (unsigned i = 0; i < screen_mode_count; i++) {
		struct mode_def const *const d = &screen_mode_defs[i];
		if (d->dec && (MODES_VARY | MODES_ASKED) >> d->bit & 1) screen_buf_fmt(out, "\033[?%u$p", (unsigned)d->number);
	}
	for (size_t i = 0; i < sizeof mouse_asked / sizeof *mouse_asked; i++)
		screen_buf_fmt(out, "\033[?%u$p", (unsigned)mouse_asked[i]);
	for (unsigned i = 0; i < HOME_PALETTE; i++) screen_buf_fmt(out, "\033]4;%u;?\033\\", i);
	for (size_t i = 0; i < sizeof dynamic_asked; i++) screen_buf_fmt(out, "\033]1%u;?\033\\", (unsigned)dynamic_asked[i]);
	screen_buf_str(out, "\033P$q q\033\\\033[?996n");
}

void screen_home_default(struct screen_buf *out)
{
	screen_buf_str(out, "\033[?6;69l\033[r\033[4l\033[?7h\033(B\017\033[?1;5;45l\033>\033[?9;1000;1002;1003;1004;1005;1006;1015;1016;2004l");
}

/* ---- the answers ------------------------------------------------------------------- */

/* Reads a decimal number at *p and moves *p behind it. */
static bool number(char const **p, char const *end, unsigned *ret)
{
	unsigned v = 0;
	char const *const from = *p;
	for (; *p < end && **p >= '0' && **p <= '9' && v < 100000; ++*p) v = v * 10 + (unsigned)(**p - '0');
	*ret = v;
	return *p > from;
}

static bool skip(char const **p, char const *end, char const *text)
{
	size_t const n = strlen(text);
	if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0) return false;
	*p += n;
	return true;
}

static int home_bit(unsigned n)
{
	struct mode_def const *const d = mode_find(true, n);
	uint16_t mouse;
	if (d) return d->bit;
	for (unsigned bit = M_MOUSE; bit < M_VIRTUAL_END; bit++)
		if (mode_virtual(bit, &mouse) && mouse == n) return (int)bit;
	return -1;
}

int screen_home_scheme(struct screen const *s)
{
	uint32_t const rgb = s->home.dynamic[1];
	if (s->home.scheme || !rgb) return s->home.scheme;
	unsigned const light = 299 * (rgb >> 16 & 255) + 587 * (rgb >> 8 & 255) + 114 * (rgb & 255);
	return light >= 128 * 1000 ? 2 : 1;
}

static bool scheme_answer(struct home *h, char const *p, char const *end)
{
	unsigned v;
	if (!skip(&p, end, "997;") || !number(&p, end, &v) || !skip(&p, end, "n") || p != end) return false;
	if (v == 1 || v == 2) h->scheme = (uint8_t)v;
	return true;
}

static bool mode_answer(struct home *h, char const *p, char const *end)
{
	unsigned n;
	unsigned v;
	if (!number(&p, end, &n) || !skip(&p, end, ";") || !number(&p, end, &v) || !skip(&p, end, "$y") || p != end) return false;
	int const bit = home_bit(n);
	if (bit < 0 || v < 1 || v > 2) return true; /* permanently set, or unknown there */
	h->known |= BIT(bit);
	h->value = v == 1 ? h->value | BIT(bit) : h->value & ~BIT(bit);
	return true;
}

static bool color_answer(struct home *h, char const *p, char const *end)
{
	unsigned n;
	unsigned i = HOME_PALETTE;
	uint32_t rgb;
	if (!number(&p, end, &n) || !skip(&p, end, ";")) return false;
	if (n == 4 && (!number(&p, end, &i) || !skip(&p, end, ";"))) return false;
	if (n != 4 && (n < 10 || n > 19)) return false;
	if (!color_parse(p, (size_t)(end - p), &rgb)) return true;
	if (n != 4) h->dynamic[n - 10] = COLOR_SET | rgb;
	else if (i < HOME_PALETTE) h->palette[i] = COLOR_SET | rgb;
	return true;
}

static bool shape_answer(struct home *h, char const *p, char const *end)
{
	unsigned n;
	if (skip(&p, end, "0$r")) return true;
	if (!skip(&p, end, "1$r") || !number(&p, end, &n) || !skip(&p, end, " q") || p != end) return false;
	if (n <= 6) h->shape = (uint8_t)(n + 1);
	return true;
}

bool screen_home_answer(struct screen *s, char const *text, size_t len)
{
	char const *p = text;
	char const *end = text + len;

	if (skip(&p, end, "\033[?")) return mode_answer(&s->home, p, end) || scheme_answer(&s->home, p, end);
	if (len < 2) return false;
	if (end[-1] == '\a') end--;
	else if (end[-1] == '\\' && end[-2] == '\033') end -= 2;
	else return false;
	if (skip(&p, end, "\033]")) return color_answer(&s->home, p, end);
	return skip(&p, end, "\033P") && shape_answer(&s->home, p, end);
}

/* ---- restoring
 * ------------------------------------------------------------------------ */

void home_mouse_undo(struct screen const *s, struct screen_buf *out)
{
	uint16_t had[2] = { 0, 0 };
	for (unsigned bit = M_MOUSE; bit < M_VIRTUAL_END; bit++) {
		uint16_t number;
		if (!(s->home.known & s->home.value & BIT(bit)) || !mode_virtual(bit, &number)) continue;
		had[number == 1005 || number == 1006 || number == 1015 || number == 1016] = number;
	}
	if (s->mouse && s->mouse != had[0]) screen_buf_fmt(out, "\033[?%ul", (unsigned)s->mouse);
	if (s->mouse_enc && s->mouse_enc != had[1]) screen_buf_fmt(out, "\033[?%ul", (unsigned)s->mouse_enc);
	if (had[0] && s->mouse != had[0]) screen_buf_fmt(out, "\033[?%uh", (unsigned)had[0]);
	if (had[1] && s->mouse_enc != had[1]) screen_buf_fmt(out, "\033[?%uh", (unsigned)had[1]);
}

static void color_write(struct screen_buf *out, char const *set, uint32_t rgb)
{
	screen_buf_fmt(out, "\033]%s;rgb:%02x/%02x/%02x\033\\", set, rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
}

static void palette_undo(struct screen const *s, struct screen_buf *out)
{
	char set[16];
	unsigned n = 0;
	for (unsigned i = 0; i < PALETTE_SPECIAL; i++) {
		bool const mine = i < HOME_PALETTE && s->home.palette[i];
		if (mine && s->touched_palette >> i & 1) {
			snprintf(set, sizeof set, "4;%u", i);
			color_write(out, set, s->home.palette[i]);
		}
		if (mine || !s->palette[i]) continue;
		if (n % 16 == 0) screen_buf_str(out, n ? "\033\\\033]104" : "\033]104");
		screen_buf_fmt(out, ";%u", i);
		n++;
	}
	if (n) screen_buf_str(out, "\033\\");
}

void undo_colors(struct screen const *s, struct screen_buf *out)
{
	unsigned i = PALETTE_SPECIAL;
	palette_undo(s, out);
	while (i < PALETTE_SIZE && !s->palette[i]) i++;
	if (i < PALETTE_SIZE) screen_buf_str(out, "\033]105\033\\");
	for (i = 0; i < 10; i++) {
		char const set[] = { '1', (char)('0' + i), 0 };
		if (s->home.dynamic[i] && s->touched_dynamic >> i & 1) color_write(out, set, s->home.dynamic[i]);
		else if (s->dynamic[i]) screen_buf_fmt(out, "\033]11%u\033\\", i);
	}
}
