/* SPDX-License-Identifier: ISC */
/* Writes lines of a log, or raw bytes, to a descriptor: with limits, without waiting
 * long for a reader unless asked to, and with a message about what was left out. */
#ifndef LOGWRITER_H
#define LOGWRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/* The output of `make`, or a stack trace, passes completely, and a flood does not fill
 * a disk: at 100 bytes a line, 1,000 lines a second are 8 GB a day. */
#define LOGWRITER_BURST 10000u
#define LOGWRITER_RATE 1000u
/* A reader that is awake may not have had the processor yet. The writer waits for it, at most
 * this long in each second. The program may have to wait meanwhile, so a reader that has
 * stopped must not cost it more. */
#define LOGWRITER_PATIENCE_MS 50

enum logwriter_times { LOGWRITER_NO_TIMES, LOGWRITER_ISO, LOGWRITER_TAI64N };

struct logwriter {
	/* set by the caller after logwriter_init */
	enum logwriter_times times;
	bool raw;
	bool waits;   /* wait for the reader, as a filter does; leave nothing out */
	int stop;       /* when this descriptor is readable, stop waiting; -1: none */
	bool limited; /* to LOGWRITER_RATE lines a second */

	/* for the caller to read */
	uint64_t left_out; /* lines, or raw bytes, that were left out and not reported yet */
	int error;         /* errno of the last failed write, while writing fails */

	uint64_t resume;   /* when to try to continue, ns; 0: nothing is left out */
	unsigned tokens;
	uint64_t refill;   /* ns; 0: not started */
	int64_t patient;   /* when the present second of patience began, ms, */
	int64_t patience;  /* and what is left of it */
	struct out out;
};

/* The caller keeps `fd`. */
void logwriter_init(struct logwriter *w, int fd);
void logwriter_deinit(struct logwriter *w);

/* Times are in ns: `now` in a clock that never goes back, `wall` in CLOCK_REALTIME. */

/* Is a line wanted? If not, it is counted. */
bool logwriter_offer(struct logwriter *w, uint64_t now);
/* Are no lines wanted until the next logwriter_write? Then counts that many. */
bool logwriter_refuse(struct logwriter *w, uint64_t lines);
/* Characters that are not printable (base/printable.h) become \xNN. */
void logwriter_line(struct logwriter *w, char const *text, size_t len, uint64_t wall, uint64_t now);
void logwriter_raw(struct logwriter *w, void const *data, size_t len, uint64_t now);
/* A message of ours, at most 200 bytes, in order with the lines. It has reserved room. */
void logwriter_notice(struct logwriter *w, char const *text, uint64_t wall);

enum logwriter_state {
	LOGWRITER_DONE,  /* everything is written */
	LOGWRITER_BUSY,  /* wait for POLLOUT on out.fd */
	LOGWRITER_FAILS, /* w->error: try again in a second; nothing is dropped */
	LOGWRITER_GONE,  /* nobody will ever read it */
};
/* Reports what was left out when it is time, and writes what can be written. */
enum logwriter_state logwriter_write(struct logwriter *w, uint64_t now, uint64_t wall);
/* The end: tries to write for at most `ms`. Returns the number of lost lines (or raw
 * bytes) that no message reports. */
uint64_t logwriter_finish(struct logwriter *w, int ms, uint64_t wall);

#endif
