/* SPDX-License-Identifier: ISC */
/* Output for the terminal or its user that a painted picture does not show. Bells, the
 * clipboard, notifications and progress are sent with the next picture: one bell, and
 * the newest of each kind. Questions are all kept, for the caller to pass on, and so
 * are the rows that scroll off. */
#ifndef VIEWER_ASIDE_H
#define VIEWER_ASIDE_H

#include <stdbool.h>

#include "rows.h"
#include "screen.h"

struct aside {
	struct rows *gone; /* the caller's, for rows; NULL: rows are not kept */

	bool bell;
	bool goes_on; /* kitty: the last notification has more parts to come */
	struct screen_buf text[SCREEN_ASIDES];
	struct screen_buf queries;
};

void aside_deinit(struct aside *a);
/* Receives what is fed to a screen with these sinks. */
struct screen_sinks aside_sinks(struct aside *a, bool queries);
/* Receives only its rows. */
struct screen_sinks aside_sinks_rows(struct aside *a);
/* Appends everything except the questions, and empties `a`. */
void aside_put(struct aside *a, struct screen_buf *out);

#endif
