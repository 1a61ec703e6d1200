/* SPDX-License-Identifier: ISC */
/* A row as text, for logs and histories. */
#include "screen_int.h"

static unsigned trimmed(struct screen const *s, struct screen_row const *row, bool colour)
{
	unsigned n = row->len;
	while (n > 0) {
		struct screen_cell const c = row->cells[n - 1];
		if (c.ch || (c.flags & SCREEN_CELL_SPACER)) break;
		if (colour && s->styles.at[c.style].bg) break;
		n--;
	}
	return n;
}

static void chars(struct screen const *s, struct screen_cell c, struct screen_buf *out)
{
	uint32_t cps[SCREEN_CLUSTER_MAX];
	unsigned const n = cluster_chars(s, c.ch, cps);
	if (c.flags & SCREEN_CELL_SPACER) return;
	if (n == 0) screen_buf_add(out, " ", 1);
	for (unsigned i = 0; i < n; i++) paint_utf8(out, cps[i]);
}

void screen_row_text(struct screen const *s, struct screen_row const *row, struct screen_buf *out)
{
	unsigned n = trimmed(s, row, false);
	/* A line that continues keeps its trailing spaces; one that ends does not. */
	while (!row->wrapped && n > 0 && row->cells[n - 1].ch == ' ') n--;
	for (unsigned x = 0; x < n; x++) chars(s, row->cells[x], out);
}

void screen_row_sgr(struct screen const *s, struct screen_row const *row, struct screen_buf *out)
{
	struct painter p = { .s = s, .out = out };
	struct screen_style const none = { 0 };
	unsigned const n = trimmed(s, row, true);
	for (unsigned x = 0; x < n; x++) {
		struct screen_cell const c = row->cells[x];
		if (c.flags & SCREEN_CELL_SPACER) continue;
		struct screen_style st = s->styles.at[c.style];
		st.attrs = (uint16_t)(st.attrs & ~(unsigned)SCREEN_PROTECTED);
		paint_style(&p, &st);
		chars(s, c, out);
	}
	paint_style(&p, &none);
}
