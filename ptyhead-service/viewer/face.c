#include "face.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int face_init(struct face *f, int fd, unsigned rows, unsigned cols)
{
	out_init(&f->out, fd);
	return f->tty ? shadow_init(&f->shadow, rows, cols) : 0;
}

void face_deinit(struct face *f)
{
	shadow_deinit(&f->shadow);
	out_deinit(&f->out);
}

void face_resize(struct face *f, unsigned rows, unsigned cols)
{
	if (f->tty) shadow_resize(&f->shadow, rows, cols);
}

enum out_result face_flush(struct face *f)
{
	uint8_t const *data;
	size_t len;
	enum out_result const r = out_flush(&f->out, &data, &len);
	size_t const ours = f->unfed < len ? f->unfed : len;

	f->unfed -= ours;
	if (f->tty) shadow_feed(&f->shadow, data + ours, len - ours);
	return r;
}

/* ---- our own bytes ------------------------------------------------------- */

/* Takes the buffer over; nothing else is pending. Without memory the picture
 * is cut, which the next one mends. */
static void put_own(struct face *f, struct screen_buf *b)
{
	f->unfed = b->len;
	if (b->len > 0)
		out_blob(&f->out, b->data, b->len);
	else
		screen_buf_deinit(b);
}

static void drop(struct face *f)
{
	out_drop(&f->out);
	f->unfed = 0;
}

int face_picture(struct face *f, unsigned rows, unsigned cols, uint8_t const *data, size_t len)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (!f->tty || (f->began && !data)) return 0;
	drop(f);
	if (f->began)
		shadow_undo(&f->shadow, &b);
	else
		for (unsigned i = 0; i < f->shadow.rows; i++) screen_buf_str(&b, "\n");
	int const r = data ? shadow_load(&f->shadow, rows, cols, data, len) : 0;
	shadow_paint(&f->shadow, &b);
	f->began = true;
	f->covered = false;
	put_own(f, &b);
	return r;
}

void face_cut(struct face *f)
{
	if (f->tty && !shadow_ground(&f->shadow)) out_add(&f->out, "\030\033\\", 3);
}

static void repaint(struct face *f, struct screen_buf *b)
{
	shadow_undo(&f->shadow, b);
	shadow_paint(&f->shadow, b);
	f->covered = false;
}

/* What the terminal did not take is not seen, but it was output: the next
 * picture is to have it. */
static void drop_seen(struct face *f)
{
	size_t own = f->unfed > f->out.blob_len ? f->unfed - f->out.blob_len : 0;
	if (own > f->out.len) own = f->out.len;
	shadow_feed(&f->shadow, f->out.buf + f->out.start + own, f->out.len - own);
	drop(f);
}

void face_leave(struct face *f, char const *last)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (!f->tty) return;
	if (f->began) {
		if (f->covered) repaint(f, &b);
		shadow_undo(&f->shadow, &b);
	}
	if (last) screen_buf_str(&b, last);
	drop_seen(f);
	put_own(f, &b);
}

void face_return(struct face *f)
{
	struct screen_buf b = SCREEN_BUF_INIT;

	if (!f->tty || !f->began) return;
	if (!shadow_ground(&f->shadow)) screen_buf_str(&b, "\030\033\\");
	drop_seen(f);
	shadow_paint(&f->shadow, &b);
	put_own(f, &b);
}

/* ---- notices ------------------------------------------------------------- */

void face_notice(struct face *f, char const *text, int where, int64_t ms)
{
	if (f->quiet) return;
	if (!f->tty) {
		f->say(text);
		return;
	}
	snprintf(f->pending, sizeof f->pending, "%s", text);
	f->where = where == FACE_FLOW && !shadow_alt(&f->shadow) ? FACE_FLOW : FACE_OVER;
	f->ms = ms;
}

/* What the terminal shows is known only of what was written. Where a run is at
 * its end, nothing will complete what it left cut. */
static bool can_place(struct face const *f)
{
	return f->pending[0] && !out_pending(&f->out) &&
	       (f->where == FACE_FLOW || shadow_ground(&f->shadow));
}

static bool can_uncover(struct face const *f, int64_t now)
{
	return f->covered && f->until && now >= f->until && !f->pending[0] && !out_pending(&f->out) &&
	       shadow_ground(&f->shadow);
}

static void place_in_flow(struct face *f)
{
	char line[NOTICE_MAX + 80];

	face_cut(f);
	int const n = snprintf(line, sizeof line, "\033[m%s[ptyhead-attach: %s]\r\n",
	                       shadow_column0(&f->shadow) ? "" : "\r\n", f->pending);
	out_add(&f->out, line, (size_t)n);
}

static void place_over(struct face *f, int64_t now)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	char line[NOTICE_MAX + 32];

	snprintf(line, sizeof line, "[ptyhead-attach: %s]", f->pending);
	screen_buf_fmt(&b, "\0337\033[?6l\033[m\033[%u;1H\033[2K\033[7m%.*s\033[m\0338", f->shadow.rows,
	               (int)f->shadow.cols, line);
	f->covered = true;
	f->until = f->ms ? now + f->ms : 0;
	put_own(f, &b);
}

void face_tick(struct face *f, int64_t now)
{
	if (can_uncover(f, now)) {
		struct screen_buf b = SCREEN_BUF_INIT;
		repaint(f, &b);
		put_own(f, &b);
	}
	if (!can_place(f)) return;
	if (f->where == FACE_FLOW && f->covered) {
		/* First what lies beneath. */
		f->until = now;
		struct screen_buf b = SCREEN_BUF_INIT;
		repaint(f, &b);
		put_own(f, &b);
		return;
	}
	if (f->where == FACE_FLOW)
		place_in_flow(f);
	else
		place_over(f, now);
	f->pending[0] = '\0';
}

bool face_due(struct face const *f, int64_t now)
{
	return can_place(f) || can_uncover(f, now);
}

int face_timeout(struct face const *f, int64_t now)
{
	if (!f->covered || !f->until) return -1;
	return f->until > now ? (int)(f->until - now) : -1;
}

bool face_waits(struct face const *f)
{
	return f->pending[0] && f->where == FACE_FLOW;
}
