/* SPDX-License-Identifier: ISC */
/* Asks many heads at once for their terminals. No head delays another. */
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
	int result; /* 0 or -errno, after it was asked */
	struct ptyhead_reply reply;
	/* for the caller to fill at each terminal; emptied if the head is asked again */
	struct screen_buf out;
	unsigned rows;

	struct survey *survey;
	struct ptyhead_lister *lister; /* NULL: it is not asked now */
	int64_t due;  /* time of the next attempt, if there is one */
	bool done;
	bool reached; /* the head was reached before, so it will come back */
};

struct survey {
	/* set by the caller */
	char const *terminal; /* NULL: all */
	bool look; /* use the watch socket if the other one may not be used */
	void (*each)(struct survey_head *h, struct ptyhead_entry const *e);

	struct survey_head *heads; /* in the order in which they were added */
	size_t len;
	size_t asked; /* how many have a lister */
};

/* False: out of memory. */
bool survey_add(struct survey *s, char const *path, char const *address);
/* Asks all heads, for at most `ms`. A head that has not answered then gets the result
 * -ETIMEDOUT. False: out of memory. */
bool survey_run(struct survey *s, int ms);
void survey_deinit(struct survey *s);

#endif
