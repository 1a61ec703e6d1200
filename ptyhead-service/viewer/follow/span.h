/* Bytes that a terminal does not get with the rest: a question, which one viewer passes
 * on, or what viewers withhold (screen/withhold.c). They are kept, since there may be
 * more in them that is for the terminal. */
#ifndef VIEWER_SPAN_H
#define VIEWER_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPAN_MAX 8192u /* of a longer one nothing is passed on */
#define SPAN_REST_MAX 512u

struct span {
	uint64_t left; /* bytes still to come; 0: there is none */
	bool ours;     /* it is for our terminal */
	size_t len;
	uint8_t data[SPAN_MAX];
};

void span_begin(struct span *s, uint64_t len, bool ours);
/* At most `left` more of its bytes; true: it is complete. */
bool span_add(struct span *s, uint8_t const *data, size_t len);
/* All of it was kept. */
bool span_whole(struct span const *s);

/* What a terminal is to get of a whole span that is not for it: controls that stand
 * within a sequence, the modes that are not withheld among others that are, ASCII for a
 * character set that is not known. How many bytes; *ret_more: there is more to it than
 * bytes can say, since the screen changes (RIS, DECCOLM, DECSCPP), or than `ret` holds. */
size_t span_rest(struct span const *s, char ret[SPAN_REST_MAX], bool *ret_more);

#endif
