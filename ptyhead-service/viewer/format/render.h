/* A screen as text, as JSON and as HTML. Pure. */
#ifndef VIEWER_RENDER_H
#define VIEWER_RENDER_H

#include <stdbool.h>

#include "past.h"
#include "screen.h"
#include "tape.h"

/* What to show: `past` holds rows that were kept by the function of the same
 * kind below, screen_row_text or screen_row_sgr. */
struct render {
	struct screen const *screen;
	struct past const *past;
	struct tape_state const *state;
};

/* A line each, without what is blank at the end; with `sgr`, attributes too. */
void render_text(struct render const *r, bool sgr, struct screen_buf *out);

/* One object, ASCII-only but for text, which is UTF-8; and a newline. */
void render_json(struct render const *r, struct screen_buf *out);
void render_json_row(struct screen const *s, struct screen_row const *row, struct screen_buf *out);

/* A pre element that needs no style sheet. */
void render_html(struct render const *r, struct screen_buf *out);
void render_html_row(struct screen const *s, struct screen_row const *row, struct screen_buf *out);

#endif
