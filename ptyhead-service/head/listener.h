/* SPDX-License-Identifier: ISC */
/* A socket that peers connect to. A supervisor handed it over, or the head bound it. */
#ifndef LISTENER_H
#define LISTENER_H

#include "env.h"
#include "linked_list.h"
#include "peer.h"

struct listener {
	struct list link; /* in the daemon's list */
	struct env *env;
	struct peers *peers;
	struct source source;
	int fd;
	unsigned roles; /* enum role_set */
	char *path;     /* the head bound it and removes it at the end if it still owns
	                 * the path; NULL: handed over */
	dev_t dev;
	ino_t ino;
	struct timeout again;
	bool full; /* the log has said that new peers wait, and none was accepted since */
};

/* The roles that a listener of this name admits: "watch", "export", any other name:
 * all. */
unsigned listener_roles(char const *name);
/* Accepts peers on `fd`, which listens already, and takes it over. 0 or -errno. */
int listener_add(struct list *to, struct env *e, struct peers *p, int fd, char const *name);
/* Binds `path` with mode 0600. Replaces a socket that nobody listens on. Errors:
 * -EADDRINUSE: somebody listens there, or the file is not a socket. -ENAMETOOLONG:
 * `path` with ".new" does not fit into sun_path. -EEXIST: PATH.new or PATH.lock is
 * another file. While a head binds or removes a path it holds a lock (flock(2)) on
 * PATH.lock, an empty file that it creates and removes. */
int listener_bind(struct list *to, struct env *e, struct peers *p, char const *path);
void listener_free(struct listener *l);

#endif
