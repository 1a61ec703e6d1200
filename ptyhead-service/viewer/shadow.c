#include "shadow.h"

#include <errno.h>

#define ROWS_DEFAULT 24
#define COLS_DEFAULT 80

int shadow_init(struct shadow *s, unsigned rows, unsigned cols)
{
	s->rows = rows ? rows : ROWS_DEFAULT;
	s->cols = cols ? cols : COLS_DEFAULT;
	s->screen = screen_new(s->rows, s->cols);
	return s->screen ? 0 : -ENOMEM;
}

void shadow_deinit(struct shadow *s)
{
	screen_free(s->screen);
	s->screen = NULL;
}

void shadow_resize(struct shadow *s, unsigned rows, unsigned cols)
{
	if (rows == 0 || cols == 0) return;
	s->rows = rows;
	s->cols = cols;
	screen_resize(s->screen, rows, cols);
}

void shadow_feed(struct shadow *s, uint8_t const *data, size_t len)
{
	if (len > 0) screen_feed(s->screen, data, len);
}

int shadow_load(struct shadow *s, unsigned rows, unsigned cols, uint8_t const *data, size_t len)
{
	struct screen *const fresh = screen_new(rows ? rows : s->rows, cols ? cols : s->cols);

	if (!fresh) return -ENOMEM;
	if (len > 0) screen_feed(fresh, data, len);
	screen_resize(fresh, s->rows, s->cols);
	screen_free(s->screen);
	s->screen = fresh;
	return 0;
}

bool shadow_ground(struct shadow const *s)
{
	return screen_ground(s->screen) == screen_total(s->screen);
}

bool shadow_alt(struct shadow const *s)
{
	return screen_alt(s->screen);
}

bool shadow_column0(struct shadow const *s)
{
	struct screen_cursor const c = screen_cursor(s->screen);
	return c.x == 0 && !c.pending;
}

void shadow_undo(struct shadow const *s, struct screen_buf *out)
{
	/* CAN ends a sequence, ST a string. */
	if (!shadow_ground(s)) screen_buf_str(out, "\030\033\\");
	screen_undo(s->screen, out);
}

void shadow_paint(struct shadow const *s, struct screen_buf *out)
{
	screen_restore(s->screen, true, out);
}
