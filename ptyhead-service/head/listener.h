/* A socket that peers connect to, given by a supervisor or bound here. */
#ifndef LISTENER_H
#define LISTENER_H

#include "env.h"
#include "list.h"
#include "peer.h"

struct listener {
	struct list link; /* in the daemon's list */
	struct env *env;
	struct peers *peers;
	struct source source;
	int fd;
	unsigned roles; /* enum role_set */
	char *path;     /* bound here, and removed at the end if it is still ours; else NULL */
	dev_t dev;
	ino_t ino;
	struct timeout again;
	bool full; /* it was said that newcomers wait, and nobody came in since */
};

/* The roles that a listener of this name admits: "watch", "export", else all. */
unsigned listener_roles(char const *name);
/* Begins to accept on `fd`, which listens, and takes it over. 0 or -errno. */
int listener_add(struct list *to, struct env *e, struct peers *p, int fd, char const *name);
/* Binds `path` with mode 0600. A socket that nobody listens on is replaced;
 * -EADDRINUSE when somebody does, or when it is no socket. -ENAMETOOLONG when
 * it does not fit into sun_path with ".new" behind it. -EEXIST when PATH.new or
 * PATH.lock is a file of somebody's. One head at a time binds or removes a path: it
 * holds a lock (flock(2)) on PATH.lock, which is empty and goes with it. */
int listener_bind(struct list *to, struct env *e, struct peers *p, char const *path);
void listener_free(struct listener *l);

#endif
