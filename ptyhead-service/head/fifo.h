/* SPDX-License-Identifier: ISC */
/* A FIFO for users who may only write. Each line is typed on the terminal `main`,
 * followed by Enter, as ptyhead-send does it. The FIFO's mode decides who may write. */
#ifndef FIFO_H
#define FIFO_H

#include "env.h"
#include "linked_list.h"
#include "terminals.h"

struct fifo {
	struct list link; /* in the daemon's list */
	struct env *env;
	struct terminals *terminals;
	struct source source;
	int fd;
	struct timeout again; /* the program has no room for a line: retry */
	bool waits;
	bool dropping; /* skipping the rest of a line that is too long */
	size_t len;
	uint8_t buf[WIRE_SEND_MAX];
};

/* Reads `fd` from now on, and takes it over. 0 or -errno; -ENXIO: it is not a FIFO. */
int fifo_add(struct list *to, struct env *e, struct terminals *t, int fd);
/* The same for the FIFO at `path`. Creates it with mode 0600 if it does not exist. */
int fifo_open(struct list *to, struct env *e, struct terminals *t, char const *path);
void fifo_free(struct fifo *f);

#endif
