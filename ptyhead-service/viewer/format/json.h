/* SPDX-License-Identifier: ISC */
/* Bytes as the inside of a JSON string. The result is valid UTF-8 for any input. Pure.
 * A character split over two calls is joined; an invalid one becomes U+FFFD. Characters
 * that are not printable (base/printable.h) are always escaped, so a terminal may show
 * the result. */
#ifndef VIEWER_JSON_H
#define VIEWER_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "screen.h"

struct json {
	uint8_t held[4]; /* beginning of an incomplete character */
	unsigned len;
};

/* Appends bytes, without quotes. Start with a zeroed struct. */
void json_feed(struct json *j, void const *data, size_t len, struct screen_buf *out);
/* The end of the input: an incomplete character becomes U+FFFD. */
void json_end(struct json *j, struct screen_buf *out);
/* Appends one character, which must not be UTF8_BAD. */
void json_char(uint32_t c, struct screen_buf *out);
/* Appends a whole string with its quotes. */
void json_string(void const *data, size_t len, struct screen_buf *out);

/* The number of bytes of whole characters at the beginning of `data`: leaves out an
 * incomplete character at the end, so at least len - 3. */
size_t json_whole(uint8_t const *data, size_t len);

#endif
