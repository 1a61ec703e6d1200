/* SPDX-License-Identifier: ISC */
/* How much a terminal's input line can still take. Of a canonical line (termios(3),
 * ICANON) the kernel keeps WIRE_LINE_MAX bytes and the line's end, and silently drops
 * the bytes between. So SEND is refused when it would overfill the line. */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line {
	size_t held;  /* bytes since the last line end */
	uint32_t run; /* the run that `held` counts for */
};

/* Who echoes typed input? */
enum line_shows {
	LINE_SHOWN,   /* the kernel; or the terminal cannot be asked */
	LINE_SILENT,  /* nobody: a canonical line without echo */
	LINE_PROGRAM, /* perhaps the program: the line is neither canonical nor echoes */
};
enum line_shows line_shows(int master);

/* Counts typed input. A rough count, since it must cost nothing. */
void line_count(struct line *l, uint32_t run, int master, uint8_t const *data, size_t len);
/* Can the line take `data` without loss? If so, counts it. */
bool line_take(struct line *l, uint32_t run, int master, uint8_t const *data, size_t len);

#endif
