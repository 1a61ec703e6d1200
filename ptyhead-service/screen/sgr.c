/* SPDX-License-Identifier: ISC */
/* Select Graphic Rendition (ECMA-48 8.3.117; ISO 8613-6 colours). */
#include "screen_int.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define UL_MASK (7u << SCREEN_UL_SHIFT)

static void underline(struct screen_style *st, unsigned kind)
{
	st->attrs = (uint16_t)((st->attrs & ~UL_MASK) | kind << SCREEN_UL_SHIFT);
}

static bool is_sub(struct screen const *s, unsigned i)
{
	return i < s->p.npar && ((s->p.sub >> i) & 1);
}

static uint32_t rgb(unsigned r, unsigned g, unsigned b)
{
	return SCREEN_RGB | (uint32_t)(r & 255) << 16 | (uint32_t)(g & 255) << 8 | (uint32_t)(b & 255);
}

static uint32_t indexed(unsigned n)
{
	n &= 255;
	return SCREEN_INDEXED | (n < 16 ? SCREEN_LONG : 0) | n;
}

/* 38, 48 or 58 at parameter i. Returns the index of its last parameter. */
static unsigned color(struct screen const *s, unsigned i, uint32_t *to)
{
	uint16_t const *const v = s->p.par;
	unsigned end = i + 1;
	while (is_sub(s, end)) end++;
	unsigned const subs = end - i - 1;
	if (subs) { /* 38:2:r:g:b, 38:2:space:r:g:b, 38:5:n */
		if (v[i + 1] == 2 && subs >= 5) *to = rgb(v[i + 3], v[i + 4], v[i + 5]);
		else if (v[i + 1] == 2 && subs == 4) *to = rgb(v[i + 2], v[i + 3], v[i + 4]);
		else if (v[i + 1] == 5 && subs >= 2) *to = indexed(v[i + 2]);
		return end - 1;
	}
	if (i + 1 >= s->p.npar) return i;
	if (v[i + 1] == 5) { /* 38;5;n and the mixed 38;5:n */
		if (i + 2 < s->p.npar) *to = indexed(v[i + 2]);
		return umin(i + 2, s->p.npar - 1);
	}
	if (v[i + 1] == 2) {
		if (i + 4 < s->p.npar) *to = rgb(v[i + 2], v[i + 3], v[i + 4]);
		return umin(i + 4, s->p.npar - 1);
	}
	return i + 1;
}

static void attr(struct screen_style *st, unsigned bits, bool on)
{
	st->attrs = (uint16_t)(on ? st->attrs | bits : st->attrs & ~bits);
}

static void one(struct screen_style *st, unsigned v)
{
	switch (v) {
	case 1: attr(st, SCREEN_BOLD, true); break;
	case 2: attr(st, SCREEN_FAINT, true); break;
	case 3: attr(st, SCREEN_ITALIC, true); break;
	case 4: underline(st, 1); break;
	case 5:
	case 6: attr(st, SCREEN_BLINK, true); break;
	case 7: attr(st, SCREEN_INVERSE, true); break;
	case 8: attr(st, SCREEN_INVISIBLE, true); break;
	case 9: attr(st, SCREEN_STRIKE, true); break;
	case 21: underline(st, 2); break;
	case 22: attr(st, SCREEN_BOLD | SCREEN_FAINT, false); break;
	case 23: attr(st, SCREEN_ITALIC, false); break;
	case 24: underline(st, 0); break;
	case 25: attr(st, SCREEN_BLINK, false); break;
	case 27: attr(st, SCREEN_INVERSE, false); break;
	case 28: attr(st, SCREEN_INVISIBLE, false); break;
	case 29: attr(st, SCREEN_STRIKE, false); break;
	case 39: st->fg = 0; break;
	case 49: st->bg = 0; break;
	case 53: attr(st, SCREEN_OVERLINE, true); break;
	case 55: attr(st, SCREEN_OVERLINE, false); break;
	case 59: st->ul = 0; break;
	default:
		if (v >= 30 && v <= 37) st->fg = SCREEN_INDEXED | (v - 30);
		else if (v >= 40 && v <= 47) st->bg = SCREEN_INDEXED | (v - 40);
		else if (v >= 90 && v <= 97) st->fg = SCREEN_INDEXED | (v - 82);
		else if (v >= 100 && v <= 107) st->bg = SCREEN_INDEXED | (v - 92);
		break;
	}
}

static void reset(struct screen_style *st)
{
	*st = (struct screen_style){ .attrs = st->attrs & SCREEN_PROTECTED, .link = st->link };
}

static void apply(struct screen *s)
{
	struct screen_style *const st = &s->pen;
	for (unsigned i = 0; i < s->p.npar; i++) {
		unsigned const v = s->p.par[i];
		if (v == 0)
			reset(st);
		else if (v == 38)
			i = color(s, i, &st->fg);
		else if (v == 48)
			i = color(s, i, &st->bg);
		else if (v == 58)
			i = color(s, i, &st->ul);
		else if (v == 4 && is_sub(s, i + 1))
			underline(st, s->p.par[i + 1] > 5 ? 1 : s->p.par[i + 1]);
		else
			one(st, v);
		while (is_sub(s, i + 1)) i++;
	}
	s->pen_dirty = true;
}

/* ---- cached sequences ---------------------------------------------------- */

/* The bytes of a word before the first byte from 0x40 on, and their number: eight if
 * there is none. */
static inline unsigned memo_word(unsigned char const *p, uint64_t *ret)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	v = le64toh(v);
	uint64_t const ends = (v & UINT64_C(0xc0c0c0c0c0c0c0c0)) | UINT64_C(1) << 63;
	unsigned const before = (unsigned)__builtin_ctzll(ends) / 8;
	*ret = v & UINT64_MAX >> (56 - 8 * before);
	return before + 1;
}

/* The bytes at p before the first byte from 0x40 on, where a sequence ends, or
 * SGR_MEMO_LEN bytes; and their number. Without branches, since it cannot be predicted.
 * Only sequences that sgr_learn has stored are found, so other bytes do no harm. */
static inline size_t memo_key(unsigned char const *p, uint64_t key[2])
{
	unsigned const first = memo_word(p, &key[0]);
	unsigned const second = memo_word(p + 8, &key[1]);
	uint64_t const goes_on = 0u - (uint64_t)((p[first - 1] & 0xc0) == 0);
	key[1] &= goes_on;
	return first + (second & (unsigned)goes_on);
}

/* What a sequence does depends on the pen before. With many styles there are too many
 * pairs of them; but one that begins with "0;" does to all pens without a link and
 * protection what it does to the default one, and is stored for that. */
#define FEW_STYLES 32u
static inline uint16_t memo_from(struct screen const *s, struct screen_style const *pen, uint16_t id, unsigned char const *p)
{
	if (s->styles.t.n <= FEW_STYLES) return id;
	return p[0] == '0' && p[1] == ';' && !pen->link && !(pen->attrs & SCREEN_PROTECTED) ? 0 : id;
}

static inline struct sgr_memo *memo_place(struct screen *s, uint64_t const key[2], uint16_t from)
{
	uint64_t const h = (key[0] ^ key[1] << 5) * UINT64_C(0x9e3779b97f4a7c15);
	uint64_t const i = (h >> 32) + from * 5u;
	return s->sgr_many ? &s->sgr_many[i & (SGR_MANY - 1)] : &s->sgr_few[i & (SGR_FEW - 1)];
}

static void memo_fit(struct screen *s)
{
	if (!s->sgr_many && s->styles.t.n > FEW_STYLES) s->sgr_many = calloc(SGR_MANY, sizeof *s->sgr_many);
}

void sgr_forget(struct screen *s)
{
	memset(s->sgr_few, 0, sizeof s->sgr_few);
	free(s->sgr_many);
	s->sgr_many = NULL;
}

static inline bool memo_is(struct sgr_memo const *m, uint64_t const key[2], uint16_t from)
{
	return ((m->key[0] ^ key[0]) | (m->key[1] ^ key[1]) | (uint64_t)(m->from ^ from)) == 0;
}

/* The second place, if the first belongs to another sequence. */
static inline struct sgr_memo *memo_beside(struct screen *s, struct sgr_memo const *m)
{
	struct sgr_memo *const all = s->sgr_many ? s->sgr_many : s->sgr_few;
	return &all[(m - all) ^ 1];
}

size_t sgr_known(struct screen *s, unsigned char const *p, size_t n)
{
	uint64_t key[2];
	if (n < SGR_MEMO_LEN || s->pen_dirty) return 0;
	size_t const len = memo_key(p, key);
	if (p[len - 1] != 'm') return 0;
	uint16_t const from = memo_from(s, &s->pen, s->pen_id, p);
	struct sgr_memo const *m = memo_place(s, key, from);
	if (!memo_is(m, key, from)) {
		m = memo_beside(s, m);
		if (!memo_is(m, key, from)) return 0;
	}
	s->pen_id = m->to;
	s->pen = s->styles.at[m->to];
	s->last_valid = false;
	return len;
}

/* Not while the table is nearly full: caching gives numbers to pens that print nothing.
 * When the table grew to this size after a collection, the cache was empty. */
static bool memo_on(struct screen const *s)
{
	return s->styles.t.cap < SCREEN_STYLES_MAX;
}

/* While caching is on, the pens before and after a sequence get numbers, whether it is
 * cached or not. Otherwise the way in which the stream was cut would decide which
 * styles exist, and which are refused. */
static bool apply_numbered(struct screen *s, uint16_t *ret_from, uint16_t *ret_to)
{
	if (!memo_on(s)) {
		apply(s);
		return false;
	}
	*ret_from = style_pen(s);
	apply(s);
	*ret_to = style_pen(s);
	return memo_on(s); /* not if the table was collected in between */
}

void sgr_apply(struct screen *s)
{
	uint16_t from;
	uint16_t to;
	(void)apply_numbered(s, &from, &to);
}

void sgr_learn(struct screen *s, unsigned char const *p, size_t n, size_t room)
{
	unsigned char bytes[SGR_MEMO_LEN];
	uint64_t key[2];
	uint16_t from;
	uint16_t to;
	struct screen_style const before = s->pen;
	if (!apply_numbered(s, &from, &to) || n > SGR_MEMO_LEN) return;
	if (!style_eq(&s->styles.at[from], &before) || !style_eq(&s->styles.at[to], &s->pen)) return;
	if (room < SGR_MEMO_LEN) {
		memset(bytes, 0, sizeof bytes);
		p = memcpy(bytes, p, n);
	}
	if (memo_key(p, key) != n) return;
	memo_fit(s);
	from = memo_from(s, &before, from, p);
	struct sgr_memo *const m = memo_place(s, key, from);
	*memo_beside(s, m) = *m;
	*m = (struct sgr_memo){ .key = { key[0], key[1] }, .from = from, .to = to };
}

/* DECCARA sets what SGR would set; DECRARA toggles bold, underline, blink, inverse and
 * invisible (0: all of them). */
void sgr_rect(struct screen_style *st, unsigned code, bool reverse)
{
	if (!reverse) {
		if (code == 0) attr(st, SCREEN_BOLD | SCREEN_BLINK | SCREEN_INVERSE | SCREEN_INVISIBLE | UL_MASK, false);
		else one(st, code);
		return;
	}
	unsigned bits = 0;
	if (code == 0 || code == 1) bits |= SCREEN_BOLD;
	if (code == 0 || code == 5) bits |= SCREEN_BLINK;
	if (code == 0 || code == 7) bits |= SCREEN_INVERSE;
	if (code == 0 || code == 8) bits |= SCREEN_INVISIBLE;
	st->attrs = (uint16_t)(st->attrs ^ bits);
	if (code == 0 || code == 4) underline(st, SCREEN_UNDERLINE(st->attrs) ? 0 : 1);
}

/* Short and very frequent: built where it is needed, and added at once. */
struct sequence_text {
	char *at;
};
#define SEQUENCE_MAX 96 /* all attributes and three RGB colours need 86 */

/* A constant. */
#define TEXT_ADD(t, str) (memcpy((t)->at, (str), sizeof(str) - 1), (t)->at += sizeof(str) - 1)

/* A number up to 255. */
static inline void number_write(struct sequence_text *t, unsigned n)
{
	unsigned const hundreds = n * 41 >> 12;
	unsigned const rest = n - 100 * hundreds;
	unsigned const tens = rest * 103 >> 10;
	unsigned const skip = (n < 100 ? 1u : 0u) + (n < 10 ? 1u : 0u);
	/* Four bytes at once: how many of them count cannot be predicted. */
	uint32_t const w = htole32((0x303030u + hundreds + (tens << 8) + ((rest - 10 * tens) << 16)) >> (8 * skip));
	memcpy(t->at, &w, 4);
	t->at += 3 - skip;
}

static inline void code_write(struct sequence_text *t, char sep, unsigned n)
{
	*t->at++ = sep;
	number_write(t, n);
}

static void color_write(struct sequence_text *t, uint32_t c, unsigned base)
{
	unsigned const v = SCREEN_COLOR_VALUE(c);
	bool const colons = base == 58; /* no program takes it for another attribute */
	if (SCREEN_COLOR_KIND(c) == SCREEN_RGB) {
		char const sep = colons ? ':' : ';';
		code_write(t, ';', base);
		if (colons) TEXT_ADD(t, ":2::");
		else TEXT_ADD(t, ";2;");
		number_write(t, v >> 16 & 255);
		code_write(t, sep, v >> 8 & 255);
		code_write(t, sep, v & 255);
	} else if (SCREEN_COLOR_KIND(c) == SCREEN_INDEXED) {
		if (v >= 16 || colons || c & SCREEN_LONG) {
			code_write(t, ';', base);
			if (colons) TEXT_ADD(t, ":5:");
			else TEXT_ADD(t, ";5;");
			number_write(t, v & 255);
		} else {
			code_write(t, ';', v < 8 ? base - 8 + v : base + 44 + v);
		}
	}
}

void sgr_write(struct screen_style const *st, struct screen_buf *out)
{
	static uint8_t const codes[] = { 1, 2, 3, 5, 7, 8, 9, 53 };
	struct sequence_text t = { buf_room(out, SEQUENCE_MAX) };
	char *const begin = t.at;
	if (!begin) return;
	TEXT_ADD(&t, "\033[0");
	for (unsigned i = 0; st->attrs >> i; i++)
		if (i < sizeof codes && st->attrs >> i & 1) code_write(&t, ';', codes[i]);
	unsigned const ul = SCREEN_UNDERLINE(st->attrs);
	if (ul == 1) TEXT_ADD(&t, ";4");
	else if (ul) TEXT_ADD(&t, ";4:"), number_write(&t, ul);
	if (st->fg) color_write(&t, st->fg, 38);
	if (st->bg) color_write(&t, st->bg, 48);
	if (st->ul) color_write(&t, st->ul, 58);
	*t.at++ = 'm';
	out->len += (size_t)(t.at - begin);
}
