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

enum gcb width_gcb(uint32_t cp)
{
	return (enum gcb)(prop(cp) >> 4);
}

/* UAX #29, rules GB3 to GB13; cps is never empty. */
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

/* The widest of its parts; a flag (two regional indicators) and anything
 * followed by VS16 take two columns, as mode 2027's users agree. */
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
