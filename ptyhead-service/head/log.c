#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "loop.h"

#define BURST 20u
#define TOKEN_NS 200000000u

void log_init(struct log *l, void (*line)(void *, enum log_level, char const *), void *arg, enum log_level most)
{
	*l = (struct log){ .line = line, .arg = arg, .most = most, .refill_ns = loop_now(), .tokens = BURST };
}

__attribute__((format(printf, 3, 0)))
static void log_v(struct log *l, enum log_level level, char const *format, va_list ap)
{
	char text[1024];
	if (level > l->most) return;
	vsnprintf(text, sizeof text, format, ap);
	l->line(l->arg, level, text);
}

void log_say(struct log *l, enum log_level level, char const *format, ...)
{
	va_list ap;
	va_start(ap, format);
	log_v(l, level, format, ap);
	va_end(ap);
}

void log_peer(struct log *l, char const *format, ...)
{
	uint64_t const now = loop_now();
	uint64_t const earned = (now - l->refill_ns) / TOKEN_NS;
	if (earned > 0) {
		l->refill_ns += earned * TOKEN_NS;
		l->tokens = l->tokens + earned > BURST ? BURST : l->tokens + (unsigned)earned;
	}
	if (l->tokens == 0) {
		l->suppressed++;
		return;
	}
	l->tokens--;
	if (l->suppressed > 0) {
		log_say(l, LOG_WARNING, "%lu lines about peers left out", l->suppressed);
		l->suppressed = 0;
	}
	va_list ap;
	va_start(ap, format);
	log_v(l, LOG_WARNING, format, ap);
	va_end(ap);
}

char const *log_escape(char *buf, size_t size, void const *data, size_t len)
{
	unsigned char const *const p = data;
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		bool const plain = p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\';
		if (n + 4 + 4 > size) { /* the longest escape, and "..." with its NUL */
			memcpy(buf + n, "...", 4);
			return buf;
		}
		if (plain) buf[n++] = (char)p[i];
		else n += (size_t)snprintf(buf + n, size - n, "\\x%02x", p[i]);
	}
	buf[n] = 0;
	return buf;
}
