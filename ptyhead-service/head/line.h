/* How much a terminal's input line holds. Of a canonical line (termios(3),
 * ICANON) the kernel keeps WIRE_LINE_MAX bytes and its end, and drops what is
 * between without a word; so SEND is refused when it would overfill one. */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line {
	size_t held;  /* bytes since the last end of a line */
	uint32_t run; /* that this counts for */
};

/* Who shows what is typed? */
enum line_shows {
	LINE_SHOWN,   /* the kernel, or it cannot be asked */
	LINE_SILENT,  /* nobody: a canonical line without echo */
	LINE_PROGRAM, /* its program, if it likes to: neither canonical nor echo */
};
enum line_shows line_shows(int master);

/* Counts typed input roughly, so that it costs nothing. */
void line_count(struct line *l, uint32_t run, int master, uint8_t const *data, size_t len);
/* Would the line hold `data` without loss? Then it is counted. */
bool line_take(struct line *l, uint32_t run, int master, uint8_t const *data, size_t len);

#endif
