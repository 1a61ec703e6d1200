/* SPDX-License-Identifier: ISC */
/* Printing characters: wrapping, insertion, width, charsets. */
#include "screen_int.h"

#include <string.h>

#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
#include <emmintrin.h>
#endif

/* DEC special graphics, 0x5f to 0x7e. */
static uint16_t const graphics[32] = {
	0x00a0, 0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b,
	0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c,
	0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

/* The national sets replace some of these twelve characters. */
static char const nrc_places[] = "#@[\\]^_`{|}~";
static struct {
	char const *designators;
	uint16_t to[12];
} const nrc[] = {
	{ "A", { 0xa3, '@', '[', '\\', ']', '^', '_', '`', '{', '|', '}', '~' } },
	{ "4", { 0xa3, 0xbe, 0x133, 0xbd, '|', '^', '_', '`', 0xa8, 0x192, 0xbc, 0xb4 } },
	{ "C5", { '#', '@', 0xc4, 0xd6, 0xc5, 0xdc, '_', 0xe9, 0xe4, 0xf6, 0xe5, 0xfc } },
	{ "R", { 0xa3, 0xe0, 0xb0, 0xe7, 0xa7, '^', '_', '`', 0xe9, 0xf9, 0xe8, 0xa8 } },
	{ "Q9", { '#', 0xe0, 0xe2, 0xe7, 0xea, 0xee, '_', 0xf4, 0xe9, 0xf9, 0xe8, 0xfb } },
	{ "K", { '#', 0xa7, 0xc4, 0xd6, 0xdc, '^', '_', '`', 0xe4, 0xf6, 0xfc, 0xdf } },
	{ "Y", { 0xa3, 0xa7, 0xb0, 0xe7, 0xe9, '^', '_', 0xf9, 0xe0, 0xf2, 0xe8, 0xec } },
	{ "E6`", { '#', 0xc4, 0xc6, 0xd8, 0xc5, 0xdc, '_', 0xe4, 0xe6, 0xf8, 0xe5, 0xfc } },
	{ "Z", { 0xa3, 0xa7, 0xa1, 0xd1, 0xbf, '^', '_', '`', 0xb0, 0xf1, 0xe7, '~' } },
	{ "H7", { '#', 0xc9, 0xc4, 0xd6, 0xc5, 0xdc, '_', 0xe9, 0xe4, 0xf6, 0xe5, 0xfc } },
	{ "=", { 0xf9, 0xe0, 0xe9, 0xe7, 0xea, 0xee, 0xe8, 0xf4, 0xe4, 0xf6, 0xfc, 0xfb } },
};

uint32_t charset_map(uint8_t set, uint32_t cp)
{
	if (set == 'B' || cp < 0x23 || cp > 0x7e) return cp;
	if (set == '0') return cp >= 0x5f ? graphics[cp - 0x5f] : cp;
	for (unsigned i = 0; i < sizeof nrc / sizeof *nrc; i++) {
		if (!strchr(nrc[i].designators, set)) continue;
		char const *const at = strchr(nrc_places, (int)cp);
		return at ? nrc[i].to[at - nrc_places] : cp;
	}
	return cp;
}

/* The column where a line wraps: the right margin, unless the cursor is beyond it. */
static unsigned last_column(struct screen const *s)
{
	return s->x <= s->right ? s->right : s->cols - 1u;
}

static void wrap(struct screen *s)
{
	struct row *const r = row_at(s, s->grid, s->y);
	bool const whole = s->left == 0 && s->right == s->cols - 1u;
	bool const moves = s->y == s->bottom || s->y < s->rows - 1u;
	if (whole && moves) r->flags |= ROW_WRAPPED;
	s->pending = false;
	cursor_linefeed(s, true);
	s->x = s->x >= s->left ? s->left : 0;
}

/* Cells [x, end) are about to be overwritten. A wide character cut at either edge
 * leaves a space in the pen's style, as in xterm.js. */
static inline void unwide(struct row *r, struct screen_cell *c, unsigned x, unsigned end, uint16_t style)
{
	if (x > 0 && x < r->len && (c[x].flags & SCREEN_CELL_SPACER)) c[x - 1] = cell_make(' ', style, 0);
	if (end < r->len && (c[end].flags & SCREEN_CELL_SPACER)) c[end] = cell_make(' ', style, 0);
}

static inline struct screen_cell *open_span(struct screen *s, struct row *r, unsigned x, unsigned end, uint16_t style)
{
	struct screen_cell *const c = x <= r->len && r->cells ? r->cells : row_open(s, r, x);
	if (!c) return NULL;
	if (r->len > x) unwide(r, c, x, end, style);
	if (r->len < end) r->len = (uint16_t)end;
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
	return c;
}

#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
static inline void fill_8(struct screen_cell *c, unsigned char const *p, __m128i attr)
{
	__m128i const zero = _mm_setzero_si128();
	__m128i const bytes = _mm_loadl_epi64((__m128i const *)(void const *)p);
	__m128i const words = _mm_unpacklo_epi8(bytes, zero);
	__m128i const lo = _mm_unpacklo_epi16(words, zero);
	__m128i const hi = _mm_unpackhi_epi16(words, zero);
	__m128i *const to = (__m128i *)(void *)c;
	_mm_storeu_si128(to, _mm_unpacklo_epi32(lo, attr));
	_mm_storeu_si128(to + 1, _mm_unpackhi_epi32(lo, attr));
	_mm_storeu_si128(to + 2, _mm_unpacklo_epi32(hi, attr));
	_mm_storeu_si128(to + 3, _mm_unpackhi_epi32(hi, attr));
}

static inline void fill_4(struct screen_cell *c, unsigned char const *p, __m128i attr)
{
	__m128i const zero = _mm_setzero_si128();
	int bytes;
	memcpy(&bytes, p, sizeof bytes);
	__m128i const words = _mm_unpacklo_epi8(_mm_cvtsi32_si128(bytes), zero);
	__m128i const lo = _mm_unpacklo_epi16(words, zero);
	__m128i *const to = (__m128i *)(void *)c;
	_mm_storeu_si128(to, _mm_unpacklo_epi32(lo, attr));
	_mm_storeu_si128(to + 1, _mm_unpackhi_epi32(lo, attr));
}
#endif

/* The remainder is done by processing some cells twice: its length cannot be predicted,
 * and a loop costs more than these cells. */
static inline void fill_ascii(struct screen_cell *c, unsigned char const *p, size_t n, uint16_t style)
{
	size_t i = 0;
#if defined(__SSE2__) && !defined(SCREEN_PORTABLE)
	__m128i const attr = _mm_set1_epi32(style);
	if (n >= 8) {
		for (; i + 8 < n; i += 8) fill_8(c + i, p + i, attr);
		fill_8(c + n - 8, p + n - 8, attr);
		return;
	}
	if (n >= 4) {
		fill_4(c, p, attr);
		fill_4(c + n - 4, p + n - 4, attr);
		return;
	}
#endif
	for (; i < n; i++) c[i] = cell_make(p[i], style, 0);
}

void print_ascii(struct screen *s, unsigned char const *p, size_t n)
{
	if (s->shift || s->g[s->gl] != 'B' || mode_on(s, M_IRM) || mode_on(s, M_GRAPHEME)) {
		for (size_t i = 0; i < n; i++) print_cp(s, p[i]);
		return;
	}
	uint16_t const style = style_pen(s);
	bool const awm = mode_on(s, M_AWM);
	while (n > 0) {
		if (s->pending) {
			if (awm) wrap(s);
			s->pending = false;
		}
		unsigned const last = last_column(s);
		unsigned const room = last - s->x + 1;
		unsigned const len = n < room ? (unsigned)n : room;
		struct row *const r = row_at(s, s->grid, s->y);
		struct screen_cell *const c = open_span(s, r, s->x, s->x + len, style);
		if (c) fill_ascii(c + s->x, p, len, style);
		p += len;
		n -= len;
		if (len == room) {
			s->x = (uint16_t)last;
			s->last_x = s->x;
			s->pending = true; /* even without autowrap: it may be switched on again */
			if (!awm && n > 0) {
				/* The last column takes one character after the other. */
				p += n - 1;
				n = 1;
			}
		} else {
			s->x = (uint16_t)(s->x + len);
			s->last_x = (uint16_t)(s->x - 1);
		}
	}
	s->last_valid = true;
}

/* ---- one character ------------------------------------------------------ */

/* The cell that a mark joins: the last printed character, else the one before the
 * cursor. */
static bool base_cell(struct screen const *s, unsigned *ret_x)
{
	unsigned x;
	if (s->last_valid)
		x = s->last_x;
	else if (s->pending)
		x = s->x;
	else if (s->x > 0)
		x = s->x - 1u;
	else
		return false;
	if (x > 0 && (cell_at(s, s->grid, s->y, x).flags & SCREEN_CELL_SPACER)) x--;
	*ret_x = x;
	return true;
}

static void join(struct screen *s, unsigned x, uint32_t cp)
{
	struct row *const r = row_at(s, s->grid, s->y);
	struct screen_cell *const c = row_open(s, r, x + 1);
	if (!c) return;
	c[x].ch = cluster_append(s, c[x].ch, cp);
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
}

/* Insertion works only between the margins, like ICH. */
static bool inserts(struct screen const *s, unsigned x)
{
	return mode_on(s, M_IRM) && x >= s->left && x <= s->right;
}

/* Prints ch (width w) at the cursor, or nothing if it cannot fit. */
static void put(struct screen *s, uint32_t ch, unsigned w)
{
	uint16_t const style = style_pen(s);
	s->last_valid = false;
	if (s->pending && mode_on(s, M_AWM)) wrap(s);
	s->pending = false;
	unsigned last = last_column(s);
	if (w == 2 && s->x == last) {
		unsigned const from = s->x;
		struct row *const r = row_at(s, s->grid, s->y);
		if (!mode_on(s, M_AWM) || s->cols < 2 || (s->x <= s->right && s->left == s->right)) return;
		struct screen_cell *const c = open_span(s, r, from, from + 1, style);
		if (c) c[from] = cell_make(' ', style, 0);
		wrap(s);
		last = last_column(s);
		if (s->x == last) return;
	}
	unsigned const x = s->x;
	if (inserts(s, x)) grid_insert_cells(s, s->y, x, w);
	struct row *const r = row_at(s, s->grid, s->y);
	struct screen_cell *const c = open_span(s, r, x, x + w, style);
	if (c) {
		c[x] = cell_make(ch, style, (uint16_t)(w == 2 ? SCREEN_CELL_WIDE : 0));
		if (w == 2) c[x + 1] = cell_make(0, style, SCREEN_CELL_SPACER);
	}
	s->last_x = (uint16_t)x;
	s->last_valid = true;
	if (x + w > last) {
		s->x = (uint16_t)last;
		s->pending = true;
	} else {
		s->x = (uint16_t)(x + w);
	}
}

/* Mode 2027: cp may continue the last printed cluster. */
static bool join_cluster(struct screen *s, uint32_t cp)
{
	uint32_t cps[SCREEN_CLUSTER_MAX + 1];
	if (!s->last_valid) return false;
	unsigned const x = s->last_x;
	struct screen_cell const c = cell_at(s, s->grid, s->y, x);
	unsigned n = cluster_chars(s, c.ch, cps);
	if (n == 0 || !width_joins(cps, n, cp)) return false;
	if (n == SCREEN_CLUSTER_MAX) return true; /* dropped */
	cps[n++] = cp;
	unsigned const was = screen_cell_width(c);
	unsigned const w = width_cluster(cps, n);
	struct row *const r = row_at(s, s->grid, s->y);
	if (x >= r->len) return true;
	if (w == 2 && was == 1) {
		/* The cell becomes wider, if there is a column. If not, marks are
		 * dropped, and other characters begin a new cell. */
		if (s->pending || s->x != x + 1) return width_of(cp) == 0;
		uint32_t const wide = cluster_append(s, c.ch, cp);
		if (wide == c.ch) return true;
		if (inserts(s, x + 1)) grid_insert_cells(s, s->y, x + 1, 1);
		struct screen_cell *const o = open_span(s, r, x + 1, x + 2, c.style);
		if (!o) return true;
		o[x].ch = wide;
		o[x].flags |= SCREEN_CELL_WIDE;
		o[x + 1] = cell_make(0, c.style, SCREEN_CELL_SPACER);
		unsigned const last = last_column(s);
		if (x + 2 > last) {
			s->x = (uint16_t)last;
			s->pending = true;
		} else {
			s->x = (uint16_t)(x + 2);
		}
		return true;
	}
	r->cells[x].ch = cluster_append(s, c.ch, cp);
	r->flags = (uint8_t)(r->flags & ~ROW_LOGGED);
	return true;
}

void print_cp(struct screen *s, uint32_t cp)
{
	if (cp < 0x7f) {
		uint8_t const set = s->g[s->shift ? s->shift : s->gl];
		s->shift = 0;
		if (set != 'B') cp = charset_map(set, cp);
	} else {
		s->shift = 0;
	}
	if (mode_on(s, M_GRAPHEME) && join_cluster(s, cp)) return;
	unsigned const w = cp < 0x300 && cp >= 0xa0 ? 1 : cp < 0x7f ? 1 : width_of(cp);
	if (w == 0) {
		unsigned x;
		if (base_cell(s, &x)) join(s, x, cp);
		return;
	}
	put(s, cp, w);
}

/* REP: only directly after a character. Each of up to 65,535 repetitions could move a
 * whole row (insertion) or copy every row of a region narrower than the screen
 * (scrolling). No program needs that; in these cases repetition stops at the row's end,
 * or one row below the region. */
static unsigned repeat_limit(struct screen const *s)
{
	bool const narrow = s->left != 0 || s->right != s->cols - 1u;
	if (inserts(s, s->x)) return s->cols - s->x;
	if (narrow && s->y <= s->bottom) return last_column(s) + 1u - s->x + (s->bottom - s->y + 1u) * (s->right - s->left + 1u);
	return (unsigned)s->rows * s->cols;
}

void print_repeat(struct screen *s, unsigned n)
{
	if (!s->last_valid) return;
	struct screen_cell const c = cell_at(s, s->grid, s->y, s->last_x);
	if (!c.ch) return;
	unsigned const w = screen_cell_width(c);
	n = umin(n, umax(repeat_limit(s) / umax(w, 1), 1));
	spend(s, 8 * (uint64_t)n);
	while (n--) put(s, c.ch, w);
}
