/* The terminals of a head: by name, and no more than there may be. */
#ifndef TERMINALS_H
#define TERMINALS_H

#include "terminal.h"

#define TERMINAL_MAIN "main" /* the one that is there before its first program */

struct terminals {
	struct env *env;
	struct terminal_events events;
	struct list list; /* oldest first */
	unsigned len;
	bool leaving; /* the head is about to end: no new programs */
	/* Names that wait for their terminal to be taken up: recover.h. */
	bool (*reserved)(void const *arg, char const *name);
	void const *reserved_arg;
	uint64_t next_viewer; /* the next one's number */
	struct timeout old;   /* the next look for what ended long ago (limits.ended_s) */
	struct timeout_queue old_delay;
};

void terminals_init(struct terminals *s, struct env *e, struct terminal_events const *ev);
void terminals_deinit(struct terminals *s);

struct terminal *terminals_find(struct terminals *s, char const *name);
/* Is the name in the store, and its terminal not yet here? */
bool terminals_reserved(struct terminals const *s, char const *name);
/* A new one, without a run. -EBUSY: the name is reserved. When there are as many as there may be, the one
 * whose run ended longest ago and which nobody looks at goes. -EMFILE when there
 * is none such, -errno. */
int terminals_new(struct terminals *s, char const *name, struct terminal **ret);
/* Takes in one that another head left, whatever the number is. */
void terminals_add(struct terminals *s, struct terminal *t);
/* The store came back empty: everything is put into it. `set` is the struct
 * terminals. */
void terminals_keep(void *set);
/* A run began or ended, or a viewer came or went: is there anything to be forgotten later? */
void terminals_changed(struct terminals *s);
/* How many terminals are used, and how many viewers look. */
unsigned terminals_programs(struct terminals const *s);
unsigned terminals_viewers(struct terminals const *s);

/* Would a viewer of `uid` on the terminal `tty` that shows `t` see itself? What
 * other viewers say of their own terminals counts only if they have its uid or
 * root's, so that nobody can make another one's viewer be refused. */
bool terminals_loop(struct terminals *s, struct terminal *t, struct wire_tty tty, uid_t uid);

#endif
