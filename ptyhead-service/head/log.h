/* SPDX-License-Identifier: ISC */
/* Messages of one line each. The main file writes them to stderr. Messages that peers
 * can cause are rate-limited, and the number of omitted lines is logged. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_FATAL = 0, LOG_WARNING = 1, LOG_INFO = 2 };

struct log {
	/* Takes a line without its newline. Must not block. */
	void (*line)(void *arg, enum log_level level, char const *text);
	void *arg;
	enum log_level most;  /* higher levels are not written */
	struct log_bucket {   /* state of a rate limit */
		uint64_t refill_ns;
		unsigned tokens;
		unsigned long suppressed;
	} peers, news;
};

void log_init(struct log *l, void (*line)(void *, enum log_level, char const *), void *arg, enum log_level most);
__attribute__((format(printf, 3, 4))) void log_say(struct log *l, enum log_level level, char const *format, ...);
/* For the actions of a peer only. Limited to 20 lines at once and 5 a second. The limit
 * is separate, so that no peer can hide what the operator must know. */
__attribute__((format(printf, 2, 3))) void log_peer(struct log *l, char const *format, ...);
/* For what the operator must know and a peer can cause. It has its own limit: 100 lines
 * at once and 5 a second. */
__attribute__((format(printf, 2, 3))) void log_news(struct log *l, char const *format, ...);

#endif
