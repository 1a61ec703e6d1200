/* SPDX-License-Identifier: ISC */
/* The terminal's size changes: asks where the rows are, and what the picture did. */
#include "face_int.h"

#include "relative.h"

void face_resize(struct face *f, unsigned rows, unsigned cols, int64_t now)
{
	if (!f->tty || (rows == f->canvas.rows && cols == f->canvas.cols)) return;
	if (f->given) face_split(f);
	f->joining = false;
	canvas_resize(&f->canvas, rows, cols);
	f->still_due = true;
	resizing_begin(&f->resizing, f->answers.rtt_ms, now);
	f->dirty = true;
}

/* Asks for the cursor's position, and continues without if no answer comes. */
void face_find_place(struct face *f, int64_t now)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (!resizing_ask(&f->resizing, answers_patience(&f->answers, true, now), now)) {
		canvas_unplaced(&f->canvas);
		return;
	}
	if (!canvas_ground(f->canvas.term)) screen_buf_str(&b, CANVAS_CANCEL);
	answers_ask(&f->answers, ANSWERS_PLACE, now, &b);
	face_put(f, &b);
}

/* The next picture may be relative to the cursor: it ends with a question. Bytes do not
 * pass before the answer. */
void face_check(struct face *f, int64_t now)
{
	int const patience = canvas_anchored(&f->canvas) ? answers_patience(&f->answers, true, now) : 0;

	if (patience == 0) return;
	f->check_until = now + patience;
	answers_ask(&f->answers, ANSWERS_PLACE | ANSWERS_PICTURE, now, &f->canvas.ask);
}

static void placed(struct face *f, int64_t now)
{
	struct answers const *const a = &f->answers;

	if (a->of_picture) {
		if (!relative_checked(&f->canvas, a->y, a->rows, a->cols)) return;
		face_split(f);
		f->dirty = true;
		resizing_missed(&f->resizing, now);
	} else if (f->resizing.asking && resizing_answered(&f->resizing, a, f->canvas.rows, f->canvas.cols, now)) {
		canvas_placed(&f->canvas, a->y, a->x, a->rows == f->canvas.rows && a->cols == f->canvas.cols);
	}
}

bool face_answer(struct face *f, struct token const *t, int64_t now)
{
	if (!answers_take(&f->answers, t, now))
		return answers_home(&f->answers) && screen_home_answer(f->canvas.term, (char const *)t->data, t->len);
	if (f->answers.place_new) placed(f, now);
	f->answers.place_new = false;
	if (f->answers.home_new) canvas_set_kind(&f->canvas, f->answers.cuts ? CANVAS_CUTS : CANVAS_FLOWS);
	return true;
}
