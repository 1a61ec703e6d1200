/* SPDX-License-Identifier: ISC */
/* One list of the terminals of several machines: runs ptyhead-list on all of them at
 * the same time. Only for ptyhead-list. */
#ifndef VIEWER_FLEET_H
#define VIEWER_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#include "screen.h"

struct fleet_member {
	char *name;     /* as given on the command line */
	char *prefix;   /* makes an address of that machine valid here: "ssh://HOST/" or "" */
	char *text;     /* output of its ptyhead-list; NULL: none */
	size_t len;
	int status;     /* of wait(2); -1: it did not end in time */
};

/* Runs `option` (--json, --names, or NULL) for all `addresses`, for at most `ms`. `ret`
 * must have room for all. 0 or -errno. */
int fleet_run(char *const *addresses, size_t n, char const *option, int ms, struct fleet_member *ret);
void fleet_deinit(struct fleet_member *m, size_t n);

/* Appends one merged list; each terminal has the address that is valid here. `json`, or
 * a table (names are a table of one column). */
void fleet_merge(struct fleet_member const *m, size_t n, bool json, struct screen_buf *out);

#endif
