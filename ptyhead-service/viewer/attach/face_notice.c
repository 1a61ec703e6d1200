/* SPDX-License-Identifier: ISC */
/* Where the viewer's own messages are placed. */
#include "face_int.h"

#include <stdio.h>

void face_notice(struct face *f, char const *text, enum banner_where where, int64_t ms)
{
	if (f->quiet) return;
	if (!f->tty) {
		f->say(text);
		return;
	}
	banner_say(&f->banner, text, where == BANNER_FLOW && screen_alt(canvas_screen(&f->canvas)) ? BANNER_OVER : where, ms);
}

bool face_can_place(struct face const *f)
{
	if (!f->banner.pending[0]) return false;
	return f->banner.where != BANNER_FLOW || f->canvas.prog || !out_pending(&f->out);
}

static void place_in_flow(struct face *f)
{
	struct screen *const s = canvas_screen(&f->canvas);
	char line[NOTICE_MAX + 80];

	/* The run has ended: a cut sequence will not be completed. */
	face_cut(f);
	struct screen_cursor const c = screen_cursor(s);
	int const n = snprintf(line, sizeof line, "\033[m%s[ptyhead-attach: %s]\r\n", c.x == 0 && !c.pending ? "" : "\r\n",
	                       f->banner.pending);
	if (f->canvas.prog) screen_feed(face_prog_rows(f), line, (size_t)n);
	else out_add(&f->out, line, (size_t)n);
	banner_placed(&f->banner);
}

void face_place(struct face *f, int64_t now)
{
	if (f->banner.where == BANNER_FLOW) {
		place_in_flow(f);
	} else {
		face_split(f);
		banner_over(&f->banner, now);
	}
	f->dirty = true;
}

/* There is output. A hint prevents bytes from passing, so it is removed. */
void face_hint_end(struct face *f)
{
	if (banner_hint_end(&f->banner)) f->dirty = f->soon = f->hurry = true;
}
