#include "json.h"

#include <stdbool.h>
#include <string.h>

/* How long the character that begins with `b` is; 0: none does. */
static unsigned length_of(uint8_t b)
{
	if (b < 0x80) return 1;
	if (b >= 0xC2 && b <= 0xDF) return 2;
	if (b >= 0xE0 && b <= 0xEF) return 3;
	if (b >= 0xF0 && b <= 0xF4) return 4;
	return 0;
}

/* May `b` be the second byte behind `first`? (Unicode 15.0, table 3-7) */
static bool second_ok(uint8_t first, uint8_t b)
{
	uint8_t const low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	uint8_t const high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	return b >= low && b <= high;
}

static bool goes_on(uint8_t const *held, unsigned len, uint8_t b)
{
	return len == 1 ? second_ok(held[0], b) : b >= 0x80 && b <= 0xBF;
}

static void put(uint8_t const *c, unsigned len, struct screen_buf *out)
{
	uint8_t const b = c[0];
	if (len == 1 && (b == '"' || b == '\\')) screen_buf_fmt(out, "\\%c", b);
	else if (len == 1 && b == '\n') screen_buf_str(out, "\\n");
	else if (len == 1 && b == '\r') screen_buf_str(out, "\\r");
	else if (len == 1 && b == '\t') screen_buf_str(out, "\\t");
	else if (len == 1 && (b < 0x20 || b == 0x7F)) screen_buf_fmt(out, "\\u%04x", b);
	else if (len == 2 && b == 0xC2 && c[1] < 0xA0) screen_buf_fmt(out, "\\u%04x", c[1]); /* C1 */
	else if (len == 3 && b == 0xE2 && c[1] == 0x80 && (c[2] & 0xFE) == 0xA8) /* line and paragraph separators */
		screen_buf_fmt(out, "\\u%04x", 0x2000u | (c[2] & 0x3Fu));
	else screen_buf_add(out, c, len);
}

static void put_bad(struct screen_buf *out) { screen_buf_str(out, "\\ufffd"); }

static void feed_byte(struct json *j, uint8_t b, struct screen_buf *out)
{
	if (j->len > 0 && !goes_on(j->held, j->len, b)) json_end(j, out);
	if (j->len == 0 && length_of(b) == 0) {
		put_bad(out);
		return;
	}
	j->held[j->len++] = b;
	if (j->len < length_of(j->held[0])) return;
	put(j->held, j->len, out);
	j->len = 0;
}

void json_feed(struct json *j, void const *data, size_t len, struct screen_buf *out)
{
	uint8_t const *const p = data;
	for (size_t i = 0; i < len; i++) {
		size_t run = i;
		if (j->len == 0)
			while (run < len && p[run] >= 0x20 && p[run] < 0x7F && p[run] != '"' && p[run] != '\\') run++;
		if (run > i) screen_buf_add(out, p + i, run - i);
		i = run;
		if (i < len) feed_byte(j, p[i], out);
	}
}

void json_end(struct json *j, struct screen_buf *out)
{
	if (j->len > 0) put_bad(out);
	j->len = 0;
}

void json_string(void const *data, size_t len, struct screen_buf *out)
{
	struct json j = {.len = 0};
	screen_buf_str(out, "\"");
	json_feed(&j, data, len, out);
	json_end(&j, out);
	screen_buf_str(out, "\"");
}

size_t json_whole(uint8_t const *data, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		uint8_t const b = data[len - back];
		if (b < 0x80) return len;
		if (b >= 0xC0) return length_of(b) > back ? len - back : len;
	}
	return len;
}
