/* SPDX-License-Identifier: ISC */
/* The terminals of several machines in one list: ptyhead-list runs on each, at once. For
 * ptyhead-list alone. */
#ifndef VIEWER_FLEET_H
#define VIEWER_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#include "screen.h"

struct fleet_member {
	char *name;     /* as it was given */
	char *prefix;   /* what makes an address there one here: "ssh://HOST/" or "" */
	char *text;     /* what its ptyhead-list wrote; NULL: nothing */
	size_t len;
	int status;     /* of wait(2); -1: it was given up */
};

/* Runs `option` (--json, --names, or NULL) for each of `addresses`, for `ms` at most.
 * `ret` has room for them; 0 or -errno. */
int fleet_run(char *const *addresses, size_t n, char const *option, int ms, struct fleet_member *ret);
void fleet_deinit(struct fleet_member *m, size_t n);

/* Appends the lists as one, each terminal with the address that it has from here: `json`,
 * or a table (names are one of a single column). */
void fleet_merge(struct fleet_member const *m, size_t n, bool json, struct screen_buf *out);

#endif
