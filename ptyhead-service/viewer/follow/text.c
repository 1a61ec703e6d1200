/* SPDX-License-Identifier: ISC */
#include "text.h"

#include <string.h>

static void above_cut(struct screen_buf *b)
{
	if (b->len <= TEXT_LINE_MAX) return;
	size_t const drop = b->len - TEXT_LINE_MAX / 2;
	memmove(b->data, b->data + drop, b->len - drop);
	b->len -= drop;
}

static bool blank(struct screen_cell c)
{
	return c.ch == ' ' || (c.ch == 0 && !(c.flags & SCREEN_CELL_SPACER));
}

/* Length up to the last cell that is not blank. */
static unsigned columns_of(struct screen_row const *row)
{
	unsigned n = row->len;
	while (n > 0 && blank(row->cells[n - 1])) n--;
	return n;
}

static void pad(struct screen_buf *out, unsigned from, unsigned to)
{
	for (; from < to; from++) screen_buf_str(out, " ");
}

/* A row's text. Trailing blanks are left out, except before the cursor and if the line
 * continues. */
static void add_row(struct screen const *s, struct screen_row const *row, unsigned upto, struct screen_buf *out)
{
	size_t const before = out->len;
	screen_row_text(s, row, out);
	while (out->len > before && out->data[out->len - 1] == ' ') out->len--;
	pad(out, columns_of(row), upto);
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct text *const t = arg;
	if (!row->wrapped) {
		screen_buf_clear(&t->above);
		return;
	}
	add_row(s, row, row->len, &t->above);
	above_cut(&t->above);
}

void text_init(struct text *t, struct screen *s, bool blank)
{
	struct screen_sinks const sinks = { .arg = t, .line = on_line };

	*t = (struct text){ .screen = s, .above = SCREEN_BUF_INIT, .line = SCREEN_BUF_INIT };
	/* The cursor stays. An open sequence is dropped: only its rest will come. */
	if (blank) screen_feed(s, "\030\033[2J", 5);
	screen_sinks_set(s, &sinks);
}

void text_deinit(struct text *t)
{
	screen_free(t->screen);
	t->screen = NULL;
	screen_buf_deinit(&t->above);
	screen_buf_deinit(&t->line);
}

/* The line that begins at row `y`. Returns the row after it. */
static unsigned collect(struct text *t, unsigned y)
{
	struct screen *const s = t->screen;
	struct screen_cursor const c = screen_cursor(s);
	unsigned const rows = screen_rows(s), cols = screen_cols(s);

	screen_buf_clear(&t->line);
	if (y == 0 && !screen_alt(s) && t->above.len > 0) screen_buf_add(&t->line, t->above.data, t->above.len);
	for (;;) {
		struct screen_row const row = screen_row(s, SCREEN_ACTIVE, y);
		unsigned upto = row.wrapped ? cols : c.y == y ? c.x : 0;
		bool const more = row.wrapped && y + 1 < rows;
		/* A wide character that did not fit left this column blank. */
		if (more && columns_of(&row) < cols) {
			struct screen_row const next = screen_row(s, SCREEN_ACTIVE, y + 1);
			if (next.len > 0 && (next.cells[0].flags & SCREEN_CELL_WIDE)) upto = cols - 1;
		}
		add_row(s, &row, upto, &t->line);
		y++;
		if (more) continue;
		/* It ends in a NUL, and contains none. */
		screen_buf_add(&t->line, "", 1);
		if (t->line.len > 0) t->line.len--;
		return y;
	}
}

static bool look_at(struct text *t, bool settled, text_look *look, void *arg)
{
	unsigned y = screen_cursor(t->screen).y;

	t->dirty = false;
	t->unsettled = !settled;
	while (y > 0 && screen_row(t->screen, SCREEN_ACTIVE, y - 1).wrapped) y--;
	(void)collect(t, y);
	return look(arg, t->line.data ? t->line.data : "", t->line.len, settled);
}

bool text_feed(struct text *t, uint8_t const *data, size_t len, text_look *look, void *arg)
{
	for (size_t i = 0; i < len;) {
		size_t run = i;
		while (run < len && data[run] >= 0x20) run++;
		if (run > i) {
			screen_feed(t->screen, data + i, run - i);
			t->dirty = true;
			i = run;
			continue;
		}
		/* A line that was checked while it could continue is checked again at
		 * its end. */
		bool const end = data[i] == '\r' || data[i] == '\n';
		if ((t->dirty || (end && t->unsettled)) && look_at(t, end, look, arg)) return true;
		screen_feed(t->screen, data + i, 1);
		i++;
	}
	return false;
}

bool text_rest(struct text *t, text_look *look, void *arg)
{
	return t->dirty && look_at(t, false, look, arg);
}

bool text_screen(struct text *t, text_look *look, void *arg)
{
	unsigned const rows = screen_rows(t->screen);
	unsigned const cursor = screen_cursor(t->screen).y;

	t->dirty = false;
	for (unsigned y = 0; y < rows;) {
		unsigned const next = collect(t, y);
		bool const settled = cursor < y || cursor >= next;
		if (look(arg, t->line.data ? t->line.data : "", t->line.len, settled)) return true;
		y = next;
	}
	return false;
}
