/* SPDX-License-Identifier: ISC */
/* A FIFO for those who only write: each line that comes is typed on the terminal `main`,
 * with Enter, as ptyhead-send types it. Its mode says who may. */
#ifndef FIFO_H
#define FIFO_H

#include "env.h"
#include "list.h"
#include "terminals.h"

struct fifo {
	struct list link; /* in the daemon's list */
	struct env *env;
	struct terminals *terminals;
	struct source source;
	int fd;
	struct timeout again; /* the program has no room for a line: it is offered again */
	bool waits;
	bool dropping; /* the rest of a line that is too long */
	size_t len;
	uint8_t buf[WIRE_SEND_MAX];
};

/* Reads `fd`, which is one, from now on, and takes it over. 0 or -errno; -ENXIO: it is no
 * FIFO. */
int fifo_add(struct list *to, struct env *e, struct terminals *t, int fd);
/* The same of the one at `path`, which is made with mode 0600 if there is none. */
int fifo_open(struct list *to, struct env *e, struct terminals *t, char const *path);
void fifo_free(struct fifo *f);

#endif
