/* What a program says to the terminal, or to who sits at it, and a painting does
 * not show. Bells, the clipboard, notifications and progress go with the next
 * painting: one bell, and of each kind the newest. Queries are all kept, for the
 * caller to pass on, and so are the rows that go off the top. */
#ifndef VIEWER_ASIDE_H
#define VIEWER_ASIDE_H

#include <stdbool.h>

#include "rows.h"
#include "screen.h"

struct aside {
	struct rows *gone; /* the caller's, for rows; NULL: they are not kept */

	bool bell;
	bool goes_on; /* the last notification of kitty's has more parts to come */
	struct screen_buf text[SCREEN_ASIDES];
	struct screen_buf queries;
};

void aside_deinit(struct aside *a);
/* What is fed to a screen with these sinks is listened to. */
struct screen_sinks aside_sinks(struct aside *a, bool queries);
/* To its rows alone. */
struct screen_sinks aside_sinks_rows(struct aside *a);
/* Appends all but the queries, and forgets it. */
void aside_put(struct aside *a, struct screen_buf *out);

#endif
