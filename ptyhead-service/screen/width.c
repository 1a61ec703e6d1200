/* SPDX-License-Identifier: ISC */
/* How many columns a character takes, and where a grapheme cluster ends. */
#include "screen_int.h"
#include "width_table.h"

static unsigned prop(uint32_t cp)
{
	return cp < 0x110000 ? width_blocks[width_index[cp >> 7]][cp & 127] : 1;
}

unsigned width_of(uint32_t cp)
{
	return prop(cp) & 3u;
}

unsigned screen_char_width(uint32_t cp) { return width_of(cp); }

enum gcb width_gcb(uint32_t cp)
{
	return (enum gcb)(prop(cp) >> 4);
}

/* UAX #29, rules GB3 to GB13. `cps` must not be empty. */
bool width_joins(uint32_t const *cps, unsigned n, uint32_t cp)
{
	enum gcb const a = width_gcb(cps[n - 1]);
	enum gcb const b = width_gcb(cp);
	if (a == GCB_CONTROL || b == GCB_CONTROL) return false;
	if (a == GCB_L) {
		if (b == GCB_L || b == GCB_V || b == GCB_LV || b == GCB_LVT) return true;
	} else if (a == GCB_LV || a == GCB_V) {
		if (b == GCB_V || b == GCB_T) return true;
	} else if (a == GCB_LVT || a == GCB_T) {
		if (b == GCB_T) return true;
	}
	if (b == GCB_EXTEND || b == GCB_ZWJ || b == GCB_SPACING) return true;
	if (a == GCB_PREPEND) return true;
	if (a == GCB_ZWJ && b == GCB_PICT) {
		unsigned i = n - 1;
		while (i > 0 && width_gcb(cps[i - 1]) == GCB_EXTEND) i--;
		return i > 0 && width_gcb(cps[i - 1]) == GCB_PICT;
	}
	if (a == GCB_RI && b == GCB_RI) {
		unsigned ri = 0;
		while (ri < n && width_gcb(cps[n - 1 - ri]) == GCB_RI) ri++;
		return ri % 2 == 1;
	}
	return false;
}

/* Narrow in Unicode 15, wide in 16. */
static bool width_changed(uint32_t cp)
{
	return (cp >= 0x2630 && cp <= 0x2637) || (cp >= 0x268a && cp <= 0x268f) || (cp >= 0x4dc0 && cp <= 0x4dff) ||
	       (cp >= 0x1d300 && cp <= 0x1d376);
}

bool width_disputed(uint32_t const *cps, unsigned n, unsigned *ret_most)
{
	unsigned most = width_cluster(cps, n);
	unsigned each = width_of(cps[0]);
	bool disputed = false;
	switch (width_gcb(cps[0])) {
	case GCB_PICT: case GCB_RI:
		most = 2;
		disputed = true;
		break;
	/* A mark in a cell of its own: a skin tone, a vowel sign. Or a letter that
	 * another joins. */
	case GCB_EXTEND: case GCB_SPACING: case GCB_PREPEND: case GCB_L: disputed = true; break;
	default: disputed = width_changed(cps[0]);
	}
	for (unsigned i = 1; i < n; i++) {
		enum gcb const g = width_gcb(cps[i]);
		each += g == GCB_EXTEND || g == GCB_ZWJ ? width_of(cps[i]) : umax(width_of(cps[i]), 1);
		disputed |= g != GCB_EXTEND || width_of(cps[i]) > 0 || cps[i] == 0xfe0e || cps[i] == 0xfe0f;
	}
	*ret_most = umax(umax(most, each), 1 + width_changed(cps[0]));
	return disputed;
}

/* The width of its widest part. A flag (two regional indicators), and anything with
 * VS16, takes two columns; programs that use mode 2027 agree on that. */
unsigned width_cluster(uint32_t const *cps, unsigned n)
{
	unsigned w = 1;
	for (unsigned i = 0; i < n; i++) {
		if (width_of(cps[i]) == 2) w = 2;
		if (i > 0 && cps[i] == 0xfe0f) w = 2;
		if (i > 0 && width_gcb(cps[i]) == GCB_RI) w = 2;
	}
	return w;
}
