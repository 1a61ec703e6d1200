/* SPDX-License-Identifier: ISC */
/* Lines of a log, or raw bytes, on a descriptor: within bounds, never waiting for a
 * reader unless asked to, and with word of what was left out. */
#ifndef LOGWRITER_H
#define LOGWRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/* Somebody's `make` or stack traces pass whole, and a flood fills no disk: at 100
 * bytes a line 1,000 a second are 8 GB a day. */
#define LOGWRITER_BURST 10000u
#define LOGWRITER_RATE 1000u

enum logwriter_times { LOGWRITER_NO_TIMES, LOGWRITER_ISO, LOGWRITER_TAI64N };

struct logwriter {
	/* set by the caller after logwriter_init */
	enum logwriter_times times;
	bool raw;
	bool waits;   /* for the reader, as a filter does; nothing is left out */
	int stop;       /* readable: it waits no longer; -1: none */
	bool limited; /* to LOGWRITER_RATE lines a second */

	/* for the caller to read */
	uint64_t left_out; /* lines, or raw bytes, of which nothing was said yet */
	int error;         /* errno of the last write that failed, while it goes on failing */

	uint64_t resume;   /* when to try to go on, ns; 0: nothing is left out */
	unsigned tokens;
	uint64_t refill;   /* ns; 0: not begun */
	struct out out;
};

/* `fd` stays the caller's. */
void logwriter_init(struct logwriter *w, int fd);
void logwriter_deinit(struct logwriter *w);

/* All times in ns: `now` of a clock that never goes back, `wall` of CLOCK_REALTIME. */

/* Is a line wanted? If not, it is counted. */
bool logwriter_offer(struct logwriter *w, uint64_t now);
/* What is not printable (base/printable.h) becomes \xNN. */
void logwriter_line(struct logwriter *w, char const *text, size_t len, uint64_t wall, uint64_t now);
void logwriter_raw(struct logwriter *w, void const *data, size_t len, uint64_t now);
/* A line of ours, of at most 200 bytes, in the order of the others. It has room of its own. */
void logwriter_notice(struct logwriter *w, char const *text, uint64_t wall);

enum logwriter_state {
	LOGWRITER_DONE,  /* all is written */
	LOGWRITER_BUSY,  /* wait for POLLOUT on out.fd */
	LOGWRITER_FAILS, /* w->error: try again in a second; what is held stays */
	LOGWRITER_GONE,  /* nobody will ever read it */
};
/* Says what was left out once it is time to, and writes what can be. */
enum logwriter_state logwriter_write(struct logwriter *w, uint64_t now, uint64_t wall);
/* The end: tries for `ms` at most. How many lines (or raw bytes) were lost that nothing
 * tells of. */
uint64_t logwriter_finish(struct logwriter *w, int ms, uint64_t wall);

#endif
