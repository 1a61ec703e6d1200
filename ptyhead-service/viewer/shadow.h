/* What the viewer's terminal shows, followed from the bytes that went to it by
 * an engine of our own: to undo at detach just what is on, to paint it again
 * after a stop or a notice, and to know where a line of ours may stand. */
#ifndef VIEWER_SHADOW_H
#define VIEWER_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

struct shadow {
	struct screen *screen;
	unsigned rows, cols; /* of the viewer's terminal */
};

/* Zeros: the size is not known. 0 or -ENOMEM. */
int shadow_init(struct shadow *s, unsigned rows, unsigned cols);
void shadow_deinit(struct shadow *s);
void shadow_resize(struct shadow *s, unsigned rows, unsigned cols);
void shadow_feed(struct shadow *s, uint8_t const *data, size_t len);
/* Shows what `data` gives on a fresh screen of that size. 0 or -ENOMEM. */
int shadow_load(struct shadow *s, unsigned rows, unsigned cols, uint8_t const *data, size_t len);

/* No sequence and no character is cut here. */
bool shadow_ground(struct shadow const *s);
bool shadow_alt(struct shadow const *s);
/* The cursor stands at the beginning of a line. */
bool shadow_column0(struct shadow const *s);

/* Appends what undoes all that is on, and leaves a sequence that was cut. */
void shadow_undo(struct shadow const *s, struct screen_buf *out);
/* Appends what shows it on a terminal where nothing is on. */
void shadow_paint(struct shadow const *s, struct screen_buf *out);

#endif
