/* SPDX-License-Identifier: ISC */
/* Sizes that programs ask for. The caller decides whether they get them. */
#include "screen_int.h"

static unsigned clamp_size(unsigned n) { return n < 1 ? 1 : umin(n, SCREEN_SIZE_MAX); }

void page_ask(struct screen *s, unsigned rows, unsigned cols)
{
	rows = clamp_size(rows ? rows : s->rows);
	cols = clamp_size(cols ? cols : s->cols);
	if (rows == s->rows && cols == s->cols) return;
	s->ask_rows = (uint16_t)rows;
	s->ask_cols = (uint16_t)cols;
	s->purse -= PAGE_STOP;
}

bool screen_size_asked(struct screen *s, unsigned *ret_rows, unsigned *ret_cols)
{
	if (!s->ask_rows) return false;
	*ret_rows = s->ask_rows;
	*ret_cols = s->ask_cols;
	s->ask_rows = s->ask_cols = 0;
	return true;
}

/* XTWINOPS that ask for a size, and DECSLPP. 0 means the size of the display, which is
 * unknown here: unchanged. */
bool page_window(struct screen *s)
{
	unsigned const what = par(s, 0, 0);
	if (what == 8) page_ask(s, par(s, 1, 0), par(s, 2, 0));
	else if (what == 4 && s->cell_h && s->cell_w) page_ask(s, par(s, 1, 0) / s->cell_h, par(s, 2, 0) / s->cell_w);
	else if (what >= 24) page_ask(s, what, 0);
	else return false;
	return true;
}

/* DECSCPP and DECSNLS. */
void page_size(struct screen *s, unsigned char inter)
{
	unsigned const n = par(s, 0, 0);
	if (inter == '*') {
		if (n > 0 && n < 256) page_ask(s, n, 0);
	} else if (n == 0 || n == 80 || n == 132) {
		s->modes = n == 132 ? s->modes | BIT(M_COLM) : s->modes & ~BIT(M_COLM);
		if (s->x >= umax(n, 80)) cursor_to(s, s->y, umax(n, 80) - 1);
		page_ask(s, 0, n ? n : 80);
	}
}
