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
	uint64_t refill_ns;   /* the bucket of the rate limit */
	unsigned tokens;
	unsigned long suppressed;
};

void log_init(struct log *l, void (*line)(void *, enum log_level, char const *), void *arg, enum log_level most);
__attribute__((format(printf, 3, 4))) void log_say(struct log *l, enum log_level level, char const *format, ...);
/* For what a peer did: limited to a burst of 20 and 5 a second. */
__attribute__((format(printf, 2, 3))) void log_peer(struct log *l, char const *format, ...);

/* `data` as printable ASCII: everything else, and the backslash, as \xNN;
 * cut with "..." where `buf` ends. Returns buf. */
char const *log_escape(char *buf, size_t size, void const *data, size_t len);

#endif
