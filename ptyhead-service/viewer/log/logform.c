/* SPDX-License-Identifier: ISC */
#include "logform.h"

#include <string.h>

#define SPINNER 0x2800u /* stands for the glyphs of all spinners */
#define WORD_MAX 12u    /* number of letters of a word that may be a unit */

static bool cell_blank(struct screen_cell c) { return c.ch == 0 || c.ch == ' '; }

bool logform_blank(struct screen_row const *row)
{
	for (unsigned x = 0; x < row->len; x++)
		if (!cell_blank(row->cells[x])) return false;
	return true;
}

static uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * UINT64_C(0x9e3779b97f4a7c15); }

uint64_t logform_hash(uint64_t h) { return (h ^ h >> 29) == LOGFORM_NONE ? 1 : h ^ h >> 29; }

uint64_t logform_line(uint64_t h, struct screen_row const *row)
{
	for (unsigned x = 0; x < row->len; x++)
		if (!cell_blank(row->cells[x])) h = mix(h, row->cells[x].ch) + (h >> 32);
	return h;
}

/* Braille, quadrants, circles and arcs, moons and clocks: the glyphs of spinners. */
static bool spinner_glyph(uint32_t ch)
{
	if (ch >= '0' && ch < 0x2596 && ch != '|' && ch != '\\') return false;
	return (ch >= 0x2800 && ch <= 0x28ff) || (ch >= 0x2596 && ch <= 0x259f) || (ch >= 0x25d0 && ch <= 0x25d7) ||
	       (ch >= 0x25dc && ch <= 0x25e1) || (ch >= 0x25f0 && ch <= 0x25f7) || (ch >= 0x1f311 && ch <= 0x1f318) ||
	       (ch >= 0x1f550 && ch <= 0x1f55b) || ch == '|' || ch == '/' || ch == '-' || ch == '\\';
}

/* Such a glyph counts as a spinner only if it stands alone. */
static bool spinner_at(struct screen_row const *row, unsigned x)
{
	if (!spinner_glyph(row->cells[x].ch) || (x > 0 && !cell_blank(row->cells[x - 1]))) return false;
	if (row->cells[x].flags & SCREEN_CELL_WIDE) x++;
	return x + 1 >= row->len || cell_blank(row->cells[x + 1]);
}

uint64_t logform_text(struct screen_row const *row)
{
	uint64_t h = 0;
	for (unsigned x = 0; x < row->len; x++)
		if (!cell_blank(row->cells[x])) h = mix(mix(h, x + 1), spinner_at(row, x) ? SPINNER : row->cells[x].ch);
	return logform_hash(h);
}

static bool digit(uint32_t ch) { return ch >= '0' && ch <= '9'; }

static bool letter(uint32_t ch)
{
	if (ch < 0x80) return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z');
	/* Not spaces and punctuation, nor arrows to dingbats (boxes, bars, marks), nor
	 * pictures. */
	return ch >= 0xc0 && !(ch >= 0x2000 && ch <= 0x2bff) && !(ch >= 0xfe00 && ch <= 0xfe0f) && !(ch >= 0x1f000 && ch <= 0x1faff);
}

/* A mark has a meaning of its own: check marks, crosses, pointers, lights. */
static bool mark(uint32_t ch) { return (ch >= 0x2600 && ch <= 0x27bf) || (ch >= 0x25a0 && ch <= 0x25cf) || ch == '?' || ch == '!'; }

/* Are these `n` letters a unit: B, kB, MiB, MB/s, s, ms and the like? */
static bool unit(char const *word, unsigned n)
{
	static char const *const units[] = { "B", "b", "s", "ms", "us", "m", "h", "k", "M", "G", "K", "it" };
	for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
		if (strlen(units[i]) == n && !memcmp(units[i], word, n)) return true;
	if (n < 2 || n > 3 || (word[n - 1] != 'B' && word[n - 1] != 'b')) return false;
	return strchr("kKMGT", word[0]) && (n == 2 || word[1] == 'i');
}

/* Reads the word at x. Its letters and marks go into the form, unless it is a number
 * (perhaps with a unit) or a bar. Returns its end. */
static unsigned word_add(struct logform *f, struct screen_row const *row, unsigned x)
{
	char ascii[WORD_MAX];
	unsigned n = 0;
	uint64_t letters = 0, marks = 0;
	bool const number = digit(row->cells[x].ch);
	bool const spins = spinner_at(row, x);
	for (; x < row->len && !cell_blank(row->cells[x]); x++) {
		uint32_t const ch = row->cells[x].ch;
		if (letter(ch)) {
			letters = mix(letters, ch);
			if (n < WORD_MAX) ascii[n] = ch < 0x80 ? (char)ch : '?';
			n++;
		} else if (mark(ch)) {
			marks = mix(marks, ch);
		}
	}
	if (spins || number) return x;
	if (marks) f->form = mix(f->form, marks);
	if (n == 0 || (n <= WORD_MAX && unit(ascii, n))) return x;
	f->form = mix(f->form, letters);
	if (f->key == LOGFORM_NONE) f->key = logform_hash(letters);
	return x;
}

struct logform logform_of(struct screen_row const *row)
{
	struct logform f = { .text = logform_text(row) };
	for (unsigned x = 0, words = 0; x < row->len;) {
		unsigned const from = x;
		if (cell_blank(row->cells[x++])) continue;
		x = word_add(&f, row, from);
		if (spinner_at(row, from) || words++ >= 2) continue;
		for (unsigned i = from; i < x; i++) f.label = mix(f.label, row->cells[i].ch);
	}
	if (f.form != LOGFORM_NONE) f.form = logform_hash(f.form);
	return f;
}
