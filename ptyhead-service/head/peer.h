/* A connection to the head: from its first frame, which names its role, to its
 * end. A peer that does anything wrong is dropped with one line in the log,
 * and nobody else notices. */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "conn.h"
#include "head.h"
#include "viewer.h"

enum peer_roles { PEER_EXPORT = 1, PEER_ATTACH = 2, PEER_WATCH = 4, PEER_ALL = 7 };

struct peer {
	struct list link; /* in head->peers */
	struct head *head;
	struct conn conn;
	struct source source;
	unsigned roles; /* that the listener admits */
	uid_t uid;
	pid_t pid;
	struct timeout silent;
	struct viewer viewer; /* viewer.terminal set: it is one */
};

/* Takes `fd` over; 0 or -errno (then it is closed). */
int peer_new(struct head *h, int fd, unsigned roles);
void peer_free(struct peer *p);
/* Drops the peer that has been silent for longest; false when there is none. */
bool peer_evict(struct head *h);
/* The terminal takes input again: its viewers that were paused go on. */
void peers_resume(struct terminal *t);

/* What a role's first frame comes to: nothing more to do here (the connection
 * was answered and is over), or it goes on: as a viewer, or to ask again. */
enum peer_next { PEER_DONE, PEER_STAYS };

/* roles.c: each answers the frame. `fds` are closed by it or taken over. */
enum peer_next peer_export(struct peer *p, struct conn_frame const *f, int *fds, size_t nfds);
enum peer_next peer_view(struct peer *p, struct conn_frame const *f, int *fds, size_t nfds);
/* list_role.c */
enum peer_next peer_list(struct peer *p, struct conn_frame const *f, int *fds, size_t nfds);
/* runc, crun, podman, deptyr: at least one byte and one descriptor, no answer. */
void peer_foreign_export(struct peer *p);
/* Says no in one frame and logs why. */
enum peer_next peer_refuse(struct peer *p, enum wire_refusal code, char const *text);

/* send.c: input that is answered. NULL, or what is wrong. */
char const *peer_send(struct peer *p, struct conn_frame const *f);

#endif
