/* SPDX-License-Identifier: ISC */
/* A recording of tests/log/recorded, and the lines that a log of it has: the log looks
 * as ptyhead-log does, in the recording's time. */
#ifndef LOGREPLAY_H
#define LOGREPLAY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loglines.h"

struct logreplay {
	struct screen *screen;
	struct loglines *lines;
	uint64_t now;
	uint64_t look_at, again_at; /* 0: not */
	uint64_t first; /* output since the last look */
	void (*line)(void *arg, uint64_t now, uint64_t since, char const *text, size_t len);
	void *arg;
};

static inline bool logreplay_offer(void *arg)
{
	(void)arg;
	return true;
}

static inline void logreplay_line(void *arg, char const *text, size_t len, uint64_t since)
{
	struct logreplay *const r = arg;
	r->line(r->arg, r->now, since, text, len);
}

/* Lets the time pass. */
static inline void logreplay_pass(struct logreplay *r, uint64_t until)
{
	for (;;) {
		uint64_t const at = r->look_at && (!r->again_at || r->look_at <= r->again_at) ? r->look_at : r->again_at;
		if (at == 0 || at > until) break;
		r->now = at;
		r->look_at = 0;
		r->again_at = loglines_look(r->lines, at);
	}
	r->now = until;
}

static inline uint64_t logreplay_ns(char const *text)
{
	char *end;
	uint64_t const s = strtoull(text, &end, 10);
	return (s * 1000000 + strtoull(end + 1, NULL, 10)) * 1000;
}

static inline FILE *logreplay_open(char const *path, char const *suffix)
{
	char name[1024];
	snprintf(name, sizeof name, "%s%s", path, suffix);
	return fopen(name, "re");
}

static inline bool logreplay_begin(struct logreplay *r)
{
	struct loglines_sink const sink = { .arg = r, .offer = logreplay_offer, .line = logreplay_line };
	r->now = 1;
	r->look_at = r->again_at = 0;
	r->screen = screen_new(24, 80);
	r->lines = r->screen ? loglines_new(r->screen, &sink) : NULL;
	if (r->lines) loglines_live(r->lines, true);
	return r->lines != NULL;
}

static inline void logreplay_end(struct logreplay *r)
{
	loglines_free(r->lines);
	screen_free(r->screen);
}

/* path and path.timing, as `ptyhead-record -f script` writes them; set r->line before.
 * False: they cannot be read. */
static inline bool logreplay_run(struct logreplay *r, char const *path)
{
	static char text[65536];
	FILE *const timing = logreplay_open(path, ".timing");
	FILE *const out = logreplay_open(path, "");
	bool good = timing && out && fgets(text, sizeof text, out) && logreplay_begin(r);
	while (good && fgets(text, sizeof text, timing)) {
		unsigned rows, cols;
		size_t n;
		char delay[32];
		if (sscanf(text, "H 0.000000 LINES %u", &rows) == 1) loglines_resize(r->lines, rows, screen_cols(r->screen), r->now);
		if (sscanf(text, "H 0.000000 COLUMNS %u", &cols) == 1) loglines_resize(r->lines, screen_rows(r->screen), cols, r->now);
		if (sscanf(text, "%*c %31s", delay) != 1) good = false;
		else logreplay_pass(r, r->now + logreplay_ns(delay));
		if (sscanf(text, "S %*s SIGWINCH ROWS=%u COLS=%u", &rows, &cols) == 2) loglines_resize(r->lines, rows, cols, r->now);
		if (sscanf(text, "O %*s %zu", &n) != 1) continue;
		good = n <= sizeof text && fread(text, 1, n, out) == n;
		if (good) loglines_feed(r->lines, text, n, r->now);
		r->look_at = loglines_when(&r->first, r->look_at != 0, r->now);
	}
	if (good) loglines_all(r->lines, r->now);
	if (timing) fclose(timing);
	if (out) fclose(out);
	return good;
}

#endif
