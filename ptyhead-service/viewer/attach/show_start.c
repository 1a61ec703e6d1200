/* SPDX-License-Identifier: ISC */
/* The start: with a picture, or with bytes from some offset on. */
#include "past.h"
#include "place.h"
#include "show_int.h"

bool show_picture(struct show *s, bool anew)
{
	struct past p = { .max = anew ? s->history : 0, .row = screen_row_sgr };
	struct screen_buf above = SCREEN_BUF_INIT;
	struct screen *const prog = past_read(&s->tape, &p, &s->now);

	if (prog) {
		past_show(&p, &above);
		s->run = s->now.run;
		face_picture(&s->face, prog, &above);
	}
	screen_buf_deinit(&above);
	past_deinit(&p);
	return prog != NULL;
}

/* The same as text: the rows down to the last one that is not blank. */
static bool picture_plain(struct show *s)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	struct screen *const prog = past_read(&s->tape, NULL, &s->now);
	size_t end = 0;

	if (!prog) return false;
	for (unsigned y = 0; y < screen_rows(prog); y++) {
		struct screen_row const row = screen_row(prog, SCREEN_ACTIVE, y);
		if (y > 0) screen_buf_str(&b, "\r\n");
		size_t const before = b.len;
		screen_row_text(prog, &row, &b);
		if (b.len > before || y == screen_cursor(prog).y) end = b.len;
	}
	s->run = s->now.run;
	if (end > 0) out_add(&s->face.out, b.data, end);
	screen_buf_deinit(&b);
	screen_free(prog);
	return true;
}

void show_blank(struct show *s)
{
	unsigned const rows = s->now.size.rows ? s->now.size.rows : s->face.canvas.rows;
	unsigned const cols = s->now.size.cols ? s->now.size.cols : s->face.canvas.cols;

	if (!s->face.tty) return;
	struct screen *const empty = screen_new(rows, cols);
	if (empty) screen_clusters_set(empty, s->now.flags & TAPE_CLUSTERS);
	if (empty) screen_reset(empty);
	face_picture(&s->face, empty, NULL);
	s->face.soon = true;
}

void show_start(struct show *s, bool anew)
{
	if (s->face.tty && !s->once && show_picture(s, anew)) return;
	if (s->plain && !s->once && picture_plain(s)) return;
	tape_reader_oldest_seek(&s->tape);
	s->run = place_run(&s->tape, s->last.run);
	show_blank(s);
}
