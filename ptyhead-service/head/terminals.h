/* SPDX-License-Identifier: ISC */
/* The terminals of a head, by name, with a limit on their number. */
#ifndef TERMINALS_H
#define TERMINALS_H

#include "terminal.h"

#define TERMINAL_MAIN "main" /* exists before its first program */

struct terminals {
	struct env *env;
	struct terminal_events events;
	struct list list; /* oldest first */
	unsigned len;
	bool leaving; /* the head is about to end and accepts no new programs */
	/* Is the name reserved for a terminal that is still in the store? See
	 * recover.h. */
	bool (*reserved)(void const *arg, char const *name);
	void const *reserved_arg;
	uint64_t next_viewer; /* number of the next viewer */
	struct timeout old;   /* next check for terminals to forget (limits.ended_s) */
	struct timeout_queue old_delay;
};

void terminals_init(struct terminals *s, struct env *e, struct terminal_events const *ev);
void terminals_deinit(struct terminals *s);

struct terminal *terminals_find(struct terminals *s, char const *name);
/* Is the name in the store, and its terminal not taken up yet? */
bool terminals_reserved(struct terminals const *s, char const *name);
/* Creates a terminal without a run. -EBUSY: the name is reserved. At the limit, forgets
 * the idle terminal whose run ended first; -EMFILE if there is none. Else -errno. */
int terminals_new(struct terminals *s, char const *name, struct terminal **ret);
/* Adds a terminal of the previous head, even beyond the limit. */
void terminals_add(struct terminals *s, struct terminal *t);
/* The store came back empty: stores everything again. `set` is the struct terminals. */
void terminals_keep(void *set);
/* A run began or ended, or a viewer came or went: sets the next check for terminals to
 * forget. */
void terminals_changed(struct terminals *s);
/* Number of terminals in use, and number of viewers. */
unsigned terminals_programs(struct terminals const *s);
unsigned terminals_viewers(struct terminals const *s);

/* Would a viewer of `uid` on the terminal `tty` that shows `t` show itself? The
 * terminals that other viewers state count only if they have the same uid or are
 * root's. So nobody can cause the refusal of another user's viewer. */
bool terminals_loop(struct terminals *s, struct terminal *t, struct wire_tty tty, uid_t uid);

#endif
