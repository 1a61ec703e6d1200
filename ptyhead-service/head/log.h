/* One line a message, given to whoever owns stderr (the main file). Lines that
 * peers can cause are rate-limited; what was left out is counted and said. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_FATAL = 0, LOG_WARNING = 1, LOG_INFO = 2 };

struct log {
	/* Takes a line without newline; must not block. */
	void (*line)(void *arg, enum log_level level, char const *text);
	void *arg;
	enum log_level most;  /* levels above are not written */
	struct log_bucket {   /* of a rate limit */
		uint64_t refill_ns;
		unsigned tokens;
		unsigned long suppressed;
	} peers, news;
};

void log_init(struct log *l, void (*line)(void *, enum log_level, char const *), void *arg, enum log_level most);
__attribute__((format(printf, 3, 4))) void log_say(struct log *l, enum log_level level, char const *format, ...);
/* For what a peer did, and for nothing else, so that no peer can hide what the
 * operator must know: limited to a burst of 20 and 5 a second. */
__attribute__((format(printf, 2, 3))) void log_peer(struct log *l, char const *format, ...);
/* For what the operator must know and peers can bring about: a limit of its own,
 * 100 at once and 5 a second. */
__attribute__((format(printf, 2, 3))) void log_news(struct log *l, char const *format, ...);

#endif
