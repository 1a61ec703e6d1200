/* SPDX-License-Identifier: ISC */
#include "json.h"

#include "printable.h"
#include "utf8.h"

void json_char(uint32_t c, struct screen_buf *out)
{
	char buf[UTF8_MAX];

	if (c == '"' || c == '\\') screen_buf_fmt(out, "\\%c", (int)c);
	else if (c == '\n') screen_buf_str(out, "\\n");
	else if (c == '\r') screen_buf_str(out, "\\r");
	else if (c == '\t') screen_buf_str(out, "\\t");
	else if (!printable(c)) screen_buf_fmt(out, "\\u%04x", (unsigned)c);
	else screen_buf_add(out, buf, utf8_put(c, buf));
}

static void put_bad(struct screen_buf *out) { screen_buf_str(out, "\\ufffd"); }

static void feed_byte(struct json *j, uint8_t b, struct screen_buf *out)
{
	if (j->len > 0 && !utf8_continues(j->held, j->len, b)) json_end(j, out);
	if (j->len == 0 && utf8_length(b) == 0) {
		put_bad(out);
		return;
	}
	j->held[j->len++] = b;
	if (j->len < utf8_length(j->held[0])) return;
	uint32_t c;
	(void)utf8_get(j->held, j->len, &c);
	json_char(c, out);
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
		if (b >= 0xC0) return utf8_length(b) > back ? len - back : len;
	}
	return len;
}
