/* Bytes as the inside of a JSON string: always valid UTF-8, whatever came.
 * Pure. A character that is split over calls is joined; what is no character
 * becomes U+FFFD. What is not printable (base/printable.h) is always escaped, so
 * that a terminal may show it. */
#ifndef VIEWER_JSON_H
#define VIEWER_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "screen.h"

struct json {
	uint8_t held[4]; /* the beginning of a character */
	unsigned len;
};

/* Appends, without the quotes. Begin with a zeroed struct. */
void json_feed(struct json *j, void const *data, size_t len, struct screen_buf *out);
/* Nothing more comes: what is held becomes U+FFFD. */
void json_end(struct json *j, struct screen_buf *out);
/* One character, which is not UTF8_BAD. */
void json_char(uint32_t c, struct screen_buf *out);
/* All at once, with the quotes. */
void json_string(void const *data, size_t len, struct screen_buf *out);

/* How many bytes the whole characters at the beginning of `data` have, leaving
 * out one that is cut at the end (and may yet go on); at least len - 3. */
size_t json_whole(uint8_t const *data, size_t len);

#endif
