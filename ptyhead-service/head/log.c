/* SPDX-License-Identifier: ISC */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "loop.h"

#define PEERS_BURST 20u
#define NEWS_BURST 100u
#define TOKEN_NS 200000000u

void log_init(struct log *l, void (*line)(void *, enum log_level, char const *), void *arg, enum log_level most)
{
	uint64_t const now = loop_now();
	*l = (struct log){ .line = line, .arg = arg, .most = most,
	                   .peers = { now, PEERS_BURST, 0 }, .news = { now, NEWS_BURST, 0 } };
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

/* Takes a token for one more line. First logs how many lines were omitted. */
static bool admit(struct log *l, struct log_bucket *b, unsigned burst, char const *what)
{
	uint64_t const now = loop_now();
	uint64_t const earned = (now - b->refill_ns) / TOKEN_NS;
	if (earned > 0) {
		b->refill_ns += earned * TOKEN_NS;
		b->tokens = b->tokens + earned > burst ? burst : b->tokens + (unsigned)earned;
	}
	if (b->tokens == 0) {
		b->suppressed++;
		return false;
	}
	b->tokens--;
	if (b->suppressed > 0) log_say(l, LOG_WARNING, "%lu lines about %s were left out", b->suppressed, what);
	b->suppressed = 0;
	return true;
}

void log_peer(struct log *l, char const *format, ...)
{
	va_list ap;
	if (!admit(l, &l->peers, PEERS_BURST, "peers")) return;
	va_start(ap, format);
	log_v(l, LOG_WARNING, format, ap);
	va_end(ap);
}

void log_news(struct log *l, char const *format, ...)
{
	va_list ap;
	if (!admit(l, &l->news, NEWS_BURST, "terminals")) return;
	va_start(ap, format);
	log_v(l, LOG_WARNING, format, ap);
	va_end(ap);
}
