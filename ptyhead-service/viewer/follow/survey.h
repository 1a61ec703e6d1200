/* SPDX-License-Identifier: ISC */
/* Many heads asked at once which terminals they have; none waits for another. */
#ifndef VIEWER_SURVEY_H
#define VIEWER_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "screen.h"

struct survey_head {
	/* for the caller to read */
	char *path;
	char *address;
	int result; /* 0 or -errno, once it is asked */
	struct ptyhead_reply reply;
	/* for the caller to write, at each terminal; made empty where it is asked once more */
	struct screen_buf out;
	unsigned rows;

	struct survey *survey;
	enum { SURVEY_AWAY, SURVEY_ASKED, SURVEY_DONE } state;
	int64_t due;  /* AWAY: when to try (again) */
	bool reached; /* it was there: that it is away now passes */
	struct conn conn;
	struct listing listing;
};

struct survey {
	/* set by the caller */
	char const *terminal; /* NULL: all */
	bool look; /* by the socket for watching where the other may not be used */
	void (*each)(struct survey_head *h, struct wire_entry const *e);

	struct survey_head *heads; /* as they were added */
	size_t len;
};

/* False: out of memory. */
bool survey_add(struct survey *s, char const *path, char const *address);
/* Asks them all, for `ms` at most. Heads that have not answered then have the result
 * -ETIMEDOUT. False: out of memory. */
bool survey_run(struct survey *s, int ms);
void survey_deinit(struct survey *s);

#endif
