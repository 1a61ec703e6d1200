/* SPDX-License-Identifier: ISC */
#include "canvas.h"

#include <errno.h>
#include <string.h>

#include "flow.h"

#define ROWS_DEFAULT 24
#define COLS_DEFAULT 80
/* Follow at most this many rows of a line into the scrollback. */
#define TAIL_MAX 64u
/* Keep at most this many rows; a terminal grows by no more. */
#define PAST_MAX SCREEN_SIZE_MAX

bool canvas_ground(struct screen const *s)
{
	return screen_ground(s) == screen_total(s);
}

struct screen *canvas_main_of(struct screen const *s)
{
	struct screen *const below = screen_clone(s);
	if (below) screen_feed(below, CANVAS_CANCEL "\033[?1049l", 11);
	return below;
}

/* A row of the terminal has scrolled into its scrollback. */
static void on_row(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct canvas *const c = arg;

	if (c->deaf > 0 && !row->cleared) {
		c->deaf--;
		return;
	}
	if (c->kind != CANVAS_FLOWS && !row->cleared) {
		if (c->past.n >= 2 * PAST_MAX || c->past.bytes > ROWS_BYTES_MAX / 2) rows_drop(&c->past, c->past.n / 2);
		rows_add(&c->past, s, row);
	}
	if (!row->wrapped || row->cleared) {
		rows_clear(&c->tail);
		return;
	}
	if (c->tail.n == TAIL_MAX) rows_drop(&c->tail, 1);
	rows_add(&c->tail, s, row);
}

static void listen(struct canvas *c, bool on)
{
	struct screen_sinks const sinks = { .arg = c, .line = on ? on_row : NULL };
	screen_sinks_set(c->term, &sinks);
}

int canvas_init(struct canvas *c, unsigned rows, unsigned cols)
{
	memset(c, 0, sizeof *c);
	c->rows = rows ? rows : ROWS_DEFAULT;
	c->cols = cols ? cols : COLS_DEFAULT;
	c->tail_from = UINT32_MAX;
	c->term = screen_new(c->rows, c->cols);
	if (!c->term) return -ENOMEM;
	listen(c, true);
	return 0;
}

/* Forgets what is known of the scrollback, and rows for it. */
static void place_clear(struct canvas *c)
{
	screen_free(c->was);
	c->was = NULL;
	rows_clear(&c->tail);
	rows_clear(&c->owed);
	rows_clear(&c->gone);
	c->tail_from = UINT32_MAX;
	rows_clear(&c->past);
	c->lift = c->deaf = c->vanished = 0;
	c->skip = 0;
	c->placed = c->drawn.due = false;
}

void canvas_deinit(struct canvas *c)
{
	place_clear(c);
	screen_free(c->term);
	screen_free(c->prog);
	screen_buf_deinit(&c->above);
	screen_buf_deinit(&c->ask);
	screen_buf_deinit(&c->aside);
	c->term = c->prog = NULL;
}

/* ---- another size ---------------------------------------------------------------- */

void canvas_set_kind(struct canvas *c, enum canvas_kind kind)
{
	c->kind = kind;
	if (kind == CANVAS_FLOWS) rows_clear(&c->past);
}

void canvas_resize(struct canvas *c, unsigned rows, unsigned cols)
{
	if (rows == 0 || cols == 0) return;
	if (!c->was) c->lift = 0; /* rows that were pulled are found again */
	if (!c->was && c->begun) c->was = screen_clone(c->term);
	c->placed = false;
	if (c->begun && c->kind == CANVAS_CUTS && screen_alt(c->term) && rows > c->rows) c->vanished += rows - c->rows;
	c->rows = rows;
	c->cols = cols;
	listen(c, false);
	screen_resize(c->term, rows, cols);
	listen(c, true);
	c->doubt[0] = c->doubt[1] = true;
}

bool canvas_lost(struct canvas const *c)
{
	return c->was && !screen_alt(c->term);
}

/* `y` NULL: assume that as many rows were pulled as the terminal has grown by, and as
 * lines need fewer rows now. */
static void flow_from(struct canvas *c, struct screen const *s, unsigned const *y, unsigned x)
{
	struct flow_was const was = { .tail = &c->tail, .owed = &c->owed, .s = s, .reflows = c->kind != CANVAS_CUTS };
	unsigned const before = screen_rows(s);
	unsigned const grown = c->rows > before ? c->rows - before : 0;
	unsigned const above = flow_above(&was, c->cols);
	unsigned const cursor = screen_cursor(s).y;
	unsigned const at = y ? *y : (above > cursor ? above : cursor) + grown;
	struct flow_now const now = flow(&was, c->cols, at < c->rows ? at : c->rows - 1, x);

	c->lift += now.pulled;
	c->tail_from = now.tail_from < flow_tail(&c->tail) ? now.tail_from : UINT32_MAX;
	rows_clear(&c->owed);
	c->owed = now.owed;
}

static void place(struct canvas *c, unsigned const *y, unsigned x)
{
	struct screen *const below = screen_alt(c->was) ? canvas_main_of(c->was) : NULL;

	/* xterm does not move its saved cursor with the rows. */
	if (c->kind != CANVAS_CUTS || !screen_alt(c->was)) flow_from(c, below ? below : c->was, y, x);
	screen_free(below);
	screen_free(c->was);
	c->was = NULL;
	c->corner = false;
	c->doubt[0] = true;
}

void canvas_placed(struct canvas *c, unsigned y, unsigned x, bool sure)
{
	if (c->corner && y + 1 == c->rows && x + 1 == c->cols) {
		canvas_unplaced(c);
	} else if (canvas_lost(c)) {
		place(c, &y, x);
		c->placed = sure;
		c->place = y;
	}
}

bool canvas_anchored(struct canvas const *c)
{
	return c->placed;
}

void canvas_unplaced(struct canvas *c)
{
	if (canvas_lost(c)) place(c, NULL, screen_cursor(c->was).x);
}

bool canvas_guards(struct canvas const *c)
{
	return c->was && !c->prog && screen_alt(c->term);
}

size_t canvas_guard(struct canvas const *c, uint8_t const *pending, size_t pending_len, uint8_t const *data, size_t len)
{
	struct screen *const scout = screen_clone(c->term);
	size_t fed = 0;

	if (!scout) return len;
	screen_feed(scout, pending, pending_len);
	/* These bytes can end a sequence that leaves the alternate screen. */
	for (size_t i = 0; i < len && screen_alt(scout); i++) {
		if (data[i] != 'l' && data[i] != 'c' && data[i] != 'r') continue;
		screen_feed(scout, data + fed, i + 1 - fed);
		fed = i + 1;
	}
	bool const all = screen_alt(scout);
	screen_free(scout);
	return all ? len : fed > 0 ? fed - 1 : 0;
}

/* ---- what was written -------------------------------------------------------------- */

void canvas_written(struct canvas *c, uint8_t const *data, size_t len)
{
	size_t const unseen = len < c->unseen ? len : c->unseen;

	c->unseen -= unseen;
	data += unseen;
	len -= unseen;
	size_t const skip = len < c->skip ? len : c->skip;
	c->skip -= skip;
	if (len > skip) screen_feed(c->term, data + skip, len - skip);
}

void canvas_dropped(struct canvas *c)
{
	if (c->skip > 0) c->doubt[0] = true;
	c->skip = 0;
}

int canvas_forget(struct canvas *c)
{
	struct screen *const blank = screen_new(c->rows, c->cols);

	if (!blank) return -ENOMEM;
	screen_free(c->term);
	c->term = blank;
	place_clear(c);
	listen(c, true);
	c->begun = c->corner = c->doubt[0] = c->doubt[1] = false;
	return 0;
}

/* ---- apart ---------------------------------------------------------------------------- */

int canvas_split(struct canvas *c, uint8_t const *pending, size_t len, struct screen_sinks const *sinks)
{
	struct screen_sinks const none = { 0 };

	if (c->prog) return 0;
	c->prog = screen_clone(c->term);
	if (!c->prog) return -ENOMEM;
	screen_sinks_set(c->prog, sinks);
	if (len > 0) screen_feed(c->prog, pending, len);
	screen_sinks_set(c->prog, &none);
	/* The terminal has placed these bytes itself. */
	if (screen_disputed(c->term)) c->doubt[screen_alt(c->term)] = true;
	return 0;
}

void canvas_take(struct canvas *c, struct screen *prog)
{
	screen_free(c->prog);
	c->prog = prog;
	rows_clear(&c->gone);
	rows_clear(&c->owed);
}

void canvas_merge(struct canvas *c)
{
	if (c->prog) screen_clusters_set(c->term, screen_clusters(c->prog));
	screen_free(c->prog);
	c->prog = NULL;
}

struct screen *canvas_screen(struct canvas const *c)
{
	return c->prog ? c->prog : c->term;
}

unsigned canvas_mouse_taken(struct canvas const *c)
{
	return c->watches && c->term && !c->prog && canvas_ground(c->term) ? screen_input(c->term).mouse : 0;
}

bool canvas_same(struct canvas const *c)
{
	struct screen const *const s = canvas_screen(c);
	return screen_rows(s) == c->rows && screen_cols(s) == c->cols;
}

/* If bytes passed, these rows would go into the scrollback again. */
static bool owes(struct canvas const *c)
{
	return c->owed.n > 0 && !screen_alt(c->prog) && rows_on(&c->owed, c->prog);
}

bool canvas_fits(struct canvas const *c)
{
	return c->prog && canvas_same(c) && canvas_ground(c->prog) && !owes(c);
}
