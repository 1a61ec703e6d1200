/* SPDX-License-Identifier: ISC */
/* The growable byte string that screen functions write to. */
#include "screen_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void screen_buf_deinit(struct screen_buf *b)
{
	free(b->data);
	*b = (struct screen_buf)SCREEN_BUF_INIT;
}

void screen_buf_clear(struct screen_buf *b)
{
	b->len = 0;
	b->failed = false;
}

static char *grow(struct screen_buf *b, size_t more)
{
	if (b->grows && b->len > 0) b->grows(b->arg, b);
	if (more > SCREEN_BUF_MAX || b->len + more > SCREEN_BUF_MAX) {
		b->failed = true;
		return NULL;
	}
	size_t cap = b->cap ? b->cap * 2 : 1024;
	while (cap < b->len + more) cap *= 2;
	char *const data = realloc(b->data, cap);
	if (!data) {
		b->failed = true;
		return NULL;
	}
	b->data = data;
	b->cap = cap;
	return data + b->len;
}

char *buf_room(struct screen_buf *b, size_t n)
{
	if (b->failed) return NULL;
	return b->cap - b->len >= n ? b->data + b->len : grow(b, n);
}

void screen_buf_add(struct screen_buf *b, void const *data, size_t len)
{
	char *const to = len ? buf_room(b, len) : NULL;
	if (!to) return;
	memcpy(to, data, len);
	b->len += len;
}

void screen_buf_str(struct screen_buf *b, char const *str)
{
	screen_buf_add(b, str, strlen(str));
}

void screen_buf_num(struct screen_buf *b, unsigned n)
{
	char digits[10];
	unsigned at = sizeof digits;
	do digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	screen_buf_add(b, digits + at, sizeof digits - at);
}

void screen_buf_fmt(struct screen_buf *b, char const *fmt, ...)
{
	char line[256];
	va_list ap;
	va_start(ap, fmt);
	int const n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof line)
		b->failed = true; /* a mistake of the caller, not of the stream */
	else
		screen_buf_add(b, line, (size_t)n);
}
