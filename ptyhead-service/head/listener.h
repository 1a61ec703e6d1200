/* A socket that peers connect to, given by a supervisor or bound here. */
#ifndef LISTENER_H
#define LISTENER_H

#include "head.h"
#include "list.h"
#include "loop.h"

struct listener {
	struct list link; /* in head->listeners */
	struct head *head;
	struct source source;
	int fd;
	unsigned roles; /* enum peer_roles */
	char *path;     /* bound here and to be unlinked; else NULL */
	struct timeout again;
};

/* The roles that a listener of this name admits: "watch", "export", else all. */
unsigned listener_roles(char const *name);
/* Takes `fd`, which listens, over. 0 or -errno. */
int listener_add(struct head *h, int fd, char const *name);
/* Binds `path` with mode 0600. A socket that nobody listens on is replaced;
 * -EADDRINUSE when somebody does, or when it is no socket. -ENAMETOOLONG when
 * it does not fit into sun_path with ".new" behind it. */
int listener_bind(struct head *h, char const *path);
void listener_free(struct listener *l);

#endif
