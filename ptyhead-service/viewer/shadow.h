/* What the viewer's terminal looks like, followed from the bytes that went to
 * it: enough to undo, at detach, what the program had switched on, and to know
 * where a line of the viewer's own may stand. */
#ifndef VIEWER_SHADOW_H
#define VIEWER_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shadow {
	int state;
	unsigned len;    /* of `seq` */
	unsigned utf8;   /* continuation bytes still to come */
	unsigned kitty;  /* pushes that were not popped */
	bool alt;
	bool column0;
	bool used;       /* something was written at all */
	char seq[64];    /* a CSI's parameters */
};

void shadow_init(struct shadow *s);
void shadow_feed(struct shadow *s, uint8_t const *data, size_t len);

/* No sequence and no character is cut here. */
bool shadow_ground(struct shadow const *s);
/* The alternate screen is shown. */
bool shadow_alt(struct shadow const *s);
/* The cursor stands at the beginning of a line, as far as is known. */
bool shadow_column0(struct shadow const *s);

#define SHADOW_UNDO_MAX 512u
/* Writes to `buf` what undoes the program's doings on the terminal. */
size_t shadow_undo(struct shadow const *s, char buf[SHADOW_UNDO_MAX]);

#endif
