/* The bytes of a query, which a terminal does not get with the rest: kept, since
 * one viewer passes it on, and for what else they may hold. */
#ifndef VIEWER_SPAN_H
#define VIEWER_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPAN_MAX 8192u /* of a longer one nothing is passed on */
#define SPAN_REST_MAX 64u

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
/* What a terminal is to get of a sequence that switches in-band reports of the
 * size on (mode 2048), and others with them: how many bytes. */
size_t span_rest(struct span const *s, char ret[SPAN_REST_MAX]);

#endif
