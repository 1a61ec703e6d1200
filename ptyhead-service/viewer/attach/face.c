/* SPDX-License-Identifier: ISC */
#include "face_int.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES_MAX 16384u
#define NEVER INT64_MAX

int face_init(struct face *f, int fd, unsigned rows, unsigned cols)
{
	out_init(&f->out, fd);
	pace_init(&f->pace);
	f->aside.gone = &f->canvas.gone;
	answers_init(&f->answers);
	return f->tty ? canvas_init(&f->canvas, rows, cols) : 0;
}

void face_deinit(struct face *f)
{
	screen_free(f->still);
	canvas_deinit(&f->canvas);
	aside_deinit(&f->aside);
	out_deinit(&f->out);
}

static void failed(struct face *f)
{
	if (!f->error) f->error = ENOMEM;
}

static size_t screenful(struct face const *f)
{
	return (size_t)f->canvas.rows * f->canvas.cols;
}

/* ---- separate screens, and the same again ----------------------------------- */

bool face_painting(struct face const *f)
{
	return f->canvas.prog != NULL;
}

/* The viewer is about to change the program's screen. */
struct screen *face_prog_rows(struct face *f)
{
	struct screen_sinks const sinks = aside_sinks_rows(&f->aside);
	screen_sinks_set(f->canvas.prog, &sinks);
	return f->canvas.prog;
}

/* Output that waits is painted instead of being written. */
void face_split(struct face *f)
{
	/* Questions that wait are still asked. */
	struct screen_sinks const sinks = aside_sinks(&f->aside, true);

	if (f->canvas.prog) return;
	if (canvas_split(&f->canvas, f->out.buf + f->out.start, f->out.len, &sinks) < 0) {
		failed(f);
		return;
	}
	out_drop(&f->out);
	if (f->run_due) screen_new_run(face_prog_rows(f));
	f->run_due = false;
	f->dirty = true;
}

void face_picture(struct face *f, struct screen *prog, struct screen_buf *above)
{
	if (!f->tty) return;
	face_split(f);
	if (prog && f->canvas.prog) canvas_take(&f->canvas, prog);
	if (above && !f->canvas.begun) {
		screen_buf_deinit(&f->canvas.above);
		f->canvas.above = *above;
		*above = (struct screen_buf)SCREEN_BUF_INIT;
	}
	pace_quiet(&f->pace);
	f->joining = false;
	f->dirty = f->given = true;
}

void face_feed(struct face *f, uint8_t const *data, size_t len, bool late, int64_t now)
{
	struct screen_sinks const sinks = late ? aside_sinks_rows(&f->aside) : aside_sinks(&f->aside, false);

	if (len == 0) return;
	screen_sinks_set(f->canvas.prog, &sinks);
	screen_feed(f->canvas.prog, data, len);
	f->dirty = true;
	if (!late) pace_came(&f->pace, len, now);
}

void face_apply(struct face *f, void const *data, size_t len)
{
	face_split(f);
	if (!f->canvas.prog) return;
	screen_feed(f->canvas.prog, data, len);
	f->dirty = true;
}

bool face_guards(struct face const *f)
{
	return canvas_guards(&f->canvas);
}

size_t face_pass(struct face *f, uint8_t const *data, size_t len)
{
	size_t const n = canvas_guard(&f->canvas, f->out.buf + f->out.start, f->out.len, data, len);

	if (!out_add(&f->out, data, n)) return 0;
	if (n < len) face_split(f);
	return n;
}

void face_query(struct face *f, void const *data, size_t len)
{
	if (f->aside.queries.len == 0 && out_add(&f->out, data, len)) return;
	if (f->aside.queries.len + len <= QUERIES_MAX) screen_buf_add(&f->aside.queries, data, len);
}

void face_size(struct face *f, unsigned rows, unsigned cols)
{
	struct screen *s = f->tty ? canvas_screen(&f->canvas) : NULL;
	if (!s || rows == 0 || cols == 0 || (screen_rows(s) == rows && screen_cols(s) == cols)) return;
	face_split(f);
	if (!f->canvas.prog) return;
	screen_resize(face_prog_rows(f), rows, cols);
	f->dirty = true;
}

void face_run(struct face *f, unsigned rows, unsigned cols)
{
	if (!f->tty) return;
	struct screen const *const s = canvas_screen(&f->canvas);
	if (rows && cols && (screen_rows(s) != rows || screen_cols(s) != cols)) face_split(f);
	if (!f->canvas.prog) {
		f->run_due = true;
		return;
	}
	screen_new_run(face_prog_rows(f));
	face_size(f, rows, cols);
	f->dirty = true;
}

void face_cut(struct face *f)
{
	if (!f->tty) return;
	struct screen *const s = canvas_screen(&f->canvas);
	if (screen_ground(s) == screen_total(s)) return;
	if (f->canvas.prog) screen_feed(s, "\030\033\\", 3);
	else out_add(&f->out, "\030\033\\", 3);
}

enum out_result face_flush(struct face *f)
{
	uint8_t const *data;
	size_t len;
	enum out_result const r = out_flush(&f->out, &data, &len);

	pace_written(&f->pace, len);
	if (f->tty) canvas_written(&f->canvas, data, len);
	if (f->joining && !out_pending(&f->out)) {
		f->joining = false;
		canvas_merge(&f->canvas);
		f->aside.gone = &f->canvas.gone;
	}
	return r;
}

/* ---- painting ---------------------------------------------------------------- */

void face_put(struct face *f, struct screen_buf *b)
{
	if (b->len == 0) {
		screen_buf_deinit(b);
		return;
	}
	size_t const early = out_blob(&f->out, b->data, b->len);
	pace_written(&f->pace, early);
	canvas_written(&f->canvas, (uint8_t const *)b->data, early);
}

static bool can_join(struct face const *f)
{
	return f->given && !f->still && !f->banner.over[0] && !f->banner.pending[0] && canvas_fits(&f->canvas);
}

static int64_t join_at(struct face const *f)
{
	if (!can_join(f) || (f->pace.behind > 0 && !f->soon)) return NEVER;
	int64_t const at = pace_join(&f->pace, screenful(f));
	return f->canvas.drawn.due && at < f->check_until ? f->check_until : at;
}

static int64_t paint_at(struct face const *f)
{
	if (!f->given || !f->canvas.prog || out_pending(&f->out)) return NEVER;
	if (canvas_lost(&f->canvas)) return resizing_due(&f->resizing);
	if (f->still) return f->still_due ? pace_frame(&f->pace) : NEVER;
	if (canvas_must_surface(&f->canvas)) return f->pace.painted;
	int64_t const join = join_at(f);
	int64_t const paint = f->dirty ? pace_frame(&f->pace) : NEVER;
	return join < paint ? join : paint;
}

bool face_mouse(struct face *f, struct mouse_view *ret)
{
	struct screen const *const prog = f->canvas.prog;

	if (!prog || f->still) return false;
	struct screen_input const in = screen_input(prog);
	*ret = (struct mouse_view){
		.y = f->canvas.view_y, .x = f->canvas.view_x, .rows = screen_rows(prog), .cols = screen_cols(prog),
		.cell_h = f->cell_h, .cell_w = f->cell_w, .pixels = in.mouse_enc == 1016, .utf8 = in.mouse_enc == 1005,
		.lost = &f->mouse_lost,
	};
	return true;
}

static void paint_still(struct face *f, int64_t now, struct screen_buf *b)
{
	if (!f->canvas.begun && f->canvas.ask.len == 0) answers_ask(&f->answers, ANSWERS_HOME, now, &f->canvas.ask);
	if (!canvas_paint_still(&f->canvas, f->still, f->still_note[0] ? f->still_note : NULL, b)) failed(f);
	f->still_due = false;
	pace_painted(&f->pace, now);
}

static void paint(struct face *f, int64_t now)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (now < paint_at(f)) return;
	if (canvas_lost(&f->canvas)) {
		face_find_place(f, now);
		return;
	}
	if (f->still) {
		paint_still(f, now, &b);
		face_put(f, &b);
		return;
	}
	if (canvas_must_surface(&f->canvas)) {
		if (!canvas_surface(&f->canvas, &b)) failed(f);
		face_put(f, &b);
		return;
	}
	if (!screen_alt(f->canvas.term)) canvas_pay(&f->canvas);
	f->joining = !canvas_anchored(&f->canvas) && now >= join_at(f);
	f->soon = f->hurry = false;
	aside_put(&f->aside, &f->canvas.aside);
	if (!f->canvas.begun && f->canvas.ask.len == 0) answers_ask(&f->answers, ANSWERS_HOME, now, &f->canvas.ask);
	face_check(f, now);
	/* The first picture may be long: its first rows are written while the others are made. */
	if (!f->canvas.begun) b.grows = out_early, b.arg = &f->out;
	bool const good = f->joining ? canvas_join(&f->canvas, &b) : canvas_paint(&f->canvas, f->banner.over[0] ? f->banner.over : NULL, &b);
	if (!good) failed(f);
	f->dirty = false;
	pace_painted(&f->pace, now);
	face_put(f, &b);
}

void face_still(struct face *f, struct screen *still, char const *note)
{
	if (f->given) face_split(f);
	f->joining = false;
	screen_free(f->still);
	f->still = still;
	f->still_due = true;
	snprintf(f->still_note, sizeof f->still_note, "%s", note);
}

void face_live(struct face *f)
{
	if (!f->still) return;
	screen_free(f->still);
	f->still = NULL;
	f->dirty = true;
}

/* Bytes pass, but what waits would take too long at this rate. */
static size_t passing(struct face const *f)
{
	return f->tty && !f->canvas.prog && out_pending(&f->out) ? f->out.len : 0;
}

static void look_at_lag(struct face *f, int64_t now)
{
	if (!pace_lags(&f->pace, passing(f), screenful(f), now)) return;
	/* A slow terminal must not get all these rows. */
	f->aside.gone = NULL;
	face_split(f);
}

/* ---- leaving ------------------------------------------------------------------- */

int face_leave(struct face *f, char const *last, int64_t now)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (!f->tty) return 0;
	if (f->given) face_split(f);
	out_drop(&f->out);
	canvas_dropped(&f->canvas);
	f->joining = false;
	canvas_leave(&f->canvas, f->still || f->banner.over[0] || f->canvas.doubt[0] || f->canvas.doubt[1], &b);
	int const patience = b.len > 0 ? answers_patience(&f->answers, false, now) : 0;
	f->answers.end_new = false;
	if (patience > 0) answers_ask(&f->answers, ANSWERS_END, now, &b);
	if (last) screen_buf_str(&b, last);
	face_put(f, &b);
	return patience;
}

void face_return(struct face *f)
{
	if (!f->tty || !f->canvas.begun) return;
	out_drop(&f->out);
	if (f->given) face_split(f);
	f->joining = false;
	if (canvas_forget(&f->canvas) < 0) failed(f);
	f->dirty = f->still_due = true;
	pace_at_once(&f->pace);
}

/* ---- timers -------------------------------------------------------------- */

static int64_t due_at(struct face const *f)
{
	int64_t at = paint_at(f);
	int64_t const lag = pace_lag_due(&f->pace, passing(f), screenful(f));

	if (f->error) return NEVER;
	if (face_can_place(f) || (!out_pending(&f->out) && (f->run_due || f->aside.queries.len > 0 || canvas_mouse_taken(&f->canvas)))) return INT64_MIN;
	if (banner_due(&f->banner) < at) at = banner_due(&f->banner);
	return lag < at ? lag : at;
}

void face_tick(struct face *f, int64_t now, uint64_t behind)
{
	f->pace.behind = behind;
	if (!f->tty || f->error) return;
	f->resizing.same = canvas_same(&f->canvas);
	f->resizing.full = f->canvas.gone.bytes > ROWS_BYTES_MAX / 4;
	if (behind > 0) face_hint_end(f);
	if (banner_tick(&f->banner, now)) f->dirty = true;
	if (f->run_due && !out_pending(&f->out)) {
		struct screen_buf b = SCREEN_BUF_INIT;
		canvas_run(&f->canvas, &b);
		if (!out_add(&f->out, b.data, b.len)) face_split(f);
		screen_buf_deinit(&b);
		f->run_due = false;
	}
	unsigned const mouse = canvas_mouse_taken(&f->canvas);
	if (mouse && !out_pending(&f->out)) {
		struct screen_buf b = SCREEN_BUF_INIT;
		screen_buf_fmt(&b, "\033[?%ul", mouse);
		face_put(f, &b);
	}
	if (face_can_place(f)) face_place(f, now);
	if (f->aside.queries.len > 0 && !out_pending(&f->out)) {
		out_add(&f->out, f->aside.queries.data, f->aside.queries.len);
		screen_buf_clear(&f->aside.queries);
	}
	look_at_lag(f, now);
	paint(f, now);
}

int face_timeout(struct face const *f, int64_t now)
{
	int64_t const at = due_at(f);
	if (at == NEVER) return -1;
	return at <= now ? 0 : at - now < INT_MAX ? (int)(at - now) : INT_MAX;
}

bool face_waits(struct face const *f)
{
	if (canvas_lost(&f->canvas) && !resizing_follows(&f->resizing)) return true;
	return f->joining || (f->hurry && can_join(f)) || f->run_due || (!f->still && canvas_must_surface(&f->canvas)) ||
	       (f->banner.pending[0] && f->banner.where == BANNER_FLOW);
}
