/* What a program says to the terminal, or to who sits at it, and a painting does
 * not show. Bells, the clipboard, notifications and progress go with the next
 * painting: one bell, and of each kind the newest. Queries are all kept, for the
 * caller to pass on. */
#ifndef VIEWER_ASIDE_H
#define VIEWER_ASIDE_H

#include <stdbool.h>

#include "screen.h"

struct aside {
	bool bell;
	bool goes_on; /* the last notification of kitty's has more parts to come */
	struct screen_buf text[SCREEN_ASIDES];
	struct screen_buf queries;
};

void aside_deinit(struct aside *a);
/* What is fed to a screen with these sinks is listened to. */
struct screen_sinks aside_sinks(struct aside *a, bool queries);
/* Appends all but the queries, and forgets it. */
void aside_put(struct aside *a, struct screen_buf *out);

#endif
