/* SPDX-License-Identifier: ISC */
/* A screen as text, as JSON and as HTML. Pure. */
#ifndef VIEWER_RENDER_H
#define VIEWER_RENDER_H

#include <stdbool.h>

#include "past.h"
#include "screen.h"
#include "tape.h"

/* What to print. The rows in `past` must come from the function of the same kind:
 * screen_row_text or screen_row_sgr. */
struct render {
	struct screen const *screen;
	struct past const *past;
	struct tape_state const *state;
};

/* One line for each row, without trailing blanks; `sgr`: with attributes. */
void render_text(struct render const *r, bool sgr, struct screen_buf *out);

/* One object and a newline. ASCII only, except texts, which are UTF-8. */
void render_json(struct render const *r, struct screen_buf *out);
void render_json_row(struct screen const *s, struct screen_row const *row, struct screen_buf *out);

/* A pre element that needs no style sheet. */
void render_html(struct render const *r, struct screen_buf *out);
void render_html_row(struct screen const *s, struct screen_row const *row, struct screen_buf *out);

#endif
