/* SPDX-License-Identifier: ISC */
/* Pictures move the cursor. Pictures are not stored. Their size in cells is known if
 * the size of a cell is known and the stream states the picture's size. Sixels as in
 * xterm: the cursor goes to the last row of the picture, to the column where it began,
 * or behind the picture (mode 8452); in DECSDM it does not move. Kitty's graphics:
 * behind the picture in its last row, unless C=1 or a position is given. */
#include "screen_int.h"

#include <string.h>

#define SIZE_MAX_PX 10000u

static unsigned cells(unsigned pixels, unsigned cell) { return (pixels + cell - 1) / cell; }

/* Moves down by `rows` minus one and right by `cols`. Scrolls like line feeds, by at
 * least `up` rows. */
static void advance(struct screen *s, unsigned up, unsigned rows, unsigned cols)
{
	unsigned down = rows ? rows - 1 : 0;
	unsigned x = s->x + cols;
	if (cols && x > s->right) {
		x = s->left;
		down++;
	}
	unsigned const last = s->y <= s->bottom ? s->bottom : s->rows - 1u;
	if (s->y + down > last + up) up = s->y + down - last;
	if (s->y > s->bottom || s->y < s->top) {
		cursor_to(s, umin(s->y + down, last), x);
		return;
	}
	if (up > 0) grid_scroll_up(s, s->top, s->bottom, up, SCROLL_FEED);
	cursor_to(s, s->y + down > up ? s->y + down - up : 0, x);
}

/* ---- sixels --------------------------------------------------------------------- */

enum { SIXEL_DATA, SIXEL_REPEAT, SIXEL_RASTER, SIXEL_COLOR };

void picture_sixel_begin(struct screen *s)
{
	s->p.sixel = (struct sixel){ .state = SIXEL_DATA };
}

static void raster(struct sixel *x)
{
	if (x->arg == 2 && x->num > x->width) x->width = x->num;
	if (x->arg == 3 && x->num > x->height) x->height = x->num;
}

static void sixel_bits(struct sixel *x, unsigned bits, unsigned n)
{
	x->col = umin(x->col + n, SIZE_MAX_PX);
	if (!bits) return;
	unsigned const bottom = x->row + 32u - (unsigned)__builtin_clz(bits);
	x->width = umax(x->width, x->col);
	x->height = umax(x->height, bottom);
}

/* A row of sixels ends. If the picture reaches the last row of the screen, everything
 * must scroll up. That is done at the picture's end, when the sequence takes effect. */
static void sixel_newline(struct screen const *s, struct sixel *x)
{
	unsigned const high = x->row + umin(6, x->height > x->row ? x->height - x->row : 0);
	x->col = 0;
	x->row = umin(x->row + 6, SIZE_MAX_PX);
	if (!s->cell_h) return;
	while (s->y + cells(high, s->cell_h) > s->bottom + x->up && x->up < SIZE_MAX_PX) x->up++;
}

static void sixel_byte(struct screen const *s, struct sixel *x, unsigned char c)
{
	if (c >= '0' && c <= '9') {
		x->num = umin(x->num * 10 + (unsigned)(c - '0'), SIZE_MAX_PX);
		return;
	}
	if (c == ';') {
		if (x->state == SIXEL_RASTER) raster(x);
		if (x->arg < 9) x->arg++;
		x->num = 0;
		return;
	}
	unsigned const repeat = x->state == SIXEL_REPEAT ? x->num : 1;
	if (x->state == SIXEL_RASTER) raster(x);
	x->state = c == '!' ? SIXEL_REPEAT : c == '"' ? SIXEL_RASTER : c == '#' ? SIXEL_COLOR : SIXEL_DATA;
	x->num = x->arg = 0;
	if (c >= 0x3f && c <= 0x7e) sixel_bits(x, c - 0x3fu, repeat);
	if (c == '$') x->col = 0;
	if (c == '-') sixel_newline(s, x);
}

void picture_sixel(struct screen *s, unsigned char const *data, size_t n)
{
	for (size_t i = 0; i < n; i++) sixel_byte(s, &s->p.sixel, data[i]);
}

void picture_sixel_end(struct screen *s)
{
	struct sixel *const x = &s->p.sixel;
	if (x->state == SIXEL_RASTER) raster(x);
	if (!s->cell_w || !s->cell_h || !x->height || mode_on(s, M_SDM)) return;
	advance(s, x->up, cells(x->height, s->cell_h), mode_on(s, M_SIXELRIGHT) ? cells(x->width, s->cell_w) : 0);
}

/* ---- kitty's graphics -------------------------------------------------------------- */

/* The keys of a command that have a number here, in the order of key_names. */
enum { K_COLS, K_ROWS, K_WIDTH, K_HEIGHT, K_SHOWN_W, K_SHOWN_H, K_X, K_FORMAT, K_MORE, K_STAY, K_UNICODE, K_PARENT, K_ID, KEYS };
static char const key_names[] = "crsvwhXfmCUPi";

static void keys_parse(struct picture *g, char const *p, char const *end)
{
	while (p + 2 < end && p[1] == '=') {
		char const *const at = strchr(key_names, p[0]);
		unsigned n = 0;
		if (p[0] == 'a') g->action = p[2];
		if (p[0] == 't') g->medium = p[2];
		char const *v = p + 2;
		for (; v < end && *v >= '0' && *v <= '9'; v++) n = umin(n * 10 + (unsigned)(*v - '0'), 1u << 28);
		if (at && p[0]) g->key[at - key_names] = n;
		while (v < end && *v != ',') v++;
		p = v + 1;
	}
}

static int base64(char c)
{
	static char const digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char const *const at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* A PNG has its size in bytes 16 to 23. */
static void png_size(struct picture *g, char const *data, size_t len)
{
	unsigned char b[24];
	if (len < 32) return;
	for (unsigned i = 0; i < 8; i++) {
		uint32_t v = 0;
		for (unsigned k = 0; k < 4; k++) {
			int const d = base64(data[4 * i + k]);
			if (d < 0) return;
			v = v << 6 | (unsigned)d;
		}
		for (unsigned k = 0; k < 3; k++) b[3 * i + k] = (unsigned char)(v >> (16 - 8 * k));
	}
	if (memcmp(b, "\x89PNG\r\n\x1a\n", 8) != 0) return;
	uint32_t const w = (uint32_t)b[16] << 24 | (uint32_t)b[17] << 16 | (uint32_t)b[18] << 8 | b[19];
	uint32_t const h = (uint32_t)b[20] << 24 | (uint32_t)b[21] << 16 | (uint32_t)b[22] << 8 | b[23];
	g->key[K_WIDTH] = umin(w, SIZE_MAX_PX);
	g->key[K_HEIGHT] = umin(h, SIZE_MAX_PX);
}

static void remember(struct screen *s, struct picture const *g)
{
	unsigned i = 0;
	if (!g->key[K_ID] || !g->key[K_WIDTH] || !g->key[K_HEIGHT]) return;
	while (i < PICTURES && s->pictures[i].id != g->key[K_ID]) i++;
	if (i == PICTURES) i = s->next_picture++ % PICTURES;
	s->pictures[i] = (struct picture_size){ g->key[K_ID], g->key[K_WIDTH], g->key[K_HEIGHT] };
}

static unsigned scaled(uint64_t n, unsigned by, unsigned of) { return n * by / of < SIZE_MAX_PX ? (unsigned)(n * by / of) : SIZE_MAX_PX; }

static void show(struct screen *s, struct picture const *g)
{
	uint32_t const *const k = g->key;
	unsigned w = k[K_WIDTH];
	unsigned h = k[K_HEIGHT];
	for (unsigned i = 0; i < PICTURES && g->action == 'p'; i++)
		if (s->pictures[i].id == k[K_ID]) w = s->pictures[i].width, h = s->pictures[i].height;
	if (k[K_SHOWN_W]) w = k[K_SHOWN_W];
	if (k[K_SHOWN_H]) h = k[K_SHOWN_H];
	w = umin(w, SIZE_MAX_PX);
	h = umin(h, SIZE_MAX_PX);
	unsigned cols = umin(k[K_COLS], SCREEN_SIZE_MAX);
	unsigned rows = umin(k[K_ROWS], SCREEN_SIZE_MAX);
	bool const known = s->cell_w && s->cell_h && w && h;
	if (k[K_STAY] || k[K_UNICODE] || k[K_PARENT] || (!known && !(cols && rows))) return;
	if (known && !cols && rows) cols = cells(scaled(rows * s->cell_h, w, h), s->cell_w);
	else if (known && cols && !rows) rows = cells(scaled(cols * s->cell_w, h, w), s->cell_h);
	else if (!cols) cols = cells(w + k[K_X], s->cell_w), rows = cells(h, s->cell_h);
	advance(s, 0, rows, cols);
}

/* APC G: keys, a semicolon, then data. It comes in pieces while m=1; only the first
 * piece has all keys. */
void picture_kitty(struct screen *s, char const *str, size_t len)
{
	struct picture *const g = &s->picture;
	char const *const end = str + len;
	char const *const semi = memchr(str, ';', len);
	bool const goes_on = g->key[K_MORE] != 0;
	if (!goes_on) *g = (struct picture){ .action = 't', .medium = 'd' };
	g->key[K_MORE] = 0;
	keys_parse(g, str, semi ? semi : end);
	if (!goes_on && g->key[K_FORMAT] == 100 && g->medium == 'd' && semi) png_size(g, semi + 1, (size_t)(end - semi - 1));
	if (g->key[K_MORE]) return;
	if (g->action == 't' || g->action == 'T') remember(s, g);
	if (g->action == 'T' || g->action == 'p') show(s, g);
}
