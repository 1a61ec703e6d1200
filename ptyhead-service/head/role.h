/* SPDX-License-Identifier: ISC */
/* The requests of peers: one module for each role checks and executes it. The modules
 * own nothing. The return value says what became of the request. */
#ifndef ROLE_H
#define ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "conn.h"
#include "terminals.h"
#include "wire.h"

/* Roles that a listener admits. */
enum role_set { ROLE_EXPORT = 1, ROLE_ATTACH = 2, ROLE_WATCH = 4, ROLE_ALL = 7 };

struct caller {
	struct conn *conn;
	struct viewer *viewer; /* becomes a viewer if the request is granted */
	uid_t uid;
	pid_t pid;
	unsigned roles; /* that its listener admits */
};

enum role_next {
	ROLE_DONE,   /* answered; close the connection */
	ROLE_STAYS,  /* the connection stays, as a viewer or for another question */
	ROLE_LATER,  /* nothing happened; offer the frame again: a SEND when input
	              * moves, an export in the next round */
	ROLE_REFUSED /* code and text say why; the caller sends the answer */
};

struct outcome {
	enum role_next next;
	enum wire_refusal code;
	char text[WIRE_TEXT_MAX];
};

__attribute__((format(printf, 2, 3)))
struct outcome role_refusal(enum wire_refusal code, char const *format, ...);
struct outcome role_outcome(enum role_next next);

/* Each function closes `fds` or takes them over. */

/* Is the previous run on the named terminal about to end? Then offer the frame again in
 * the next round. Its descriptors stay in the connection until then. */
bool role_export_waits(struct terminals *s, struct conn_frame const *f);
bool role_console_waits(struct terminals *s, struct wire_bytes said);
/* A master and a pidfd: begins a run. Call it after role_export_waits returned false. */
struct outcome role_export(struct terminals *s, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds);
/* Has no process made the console its controlling terminal yet? A runtime does that
 * shortly after the hand-over, so check again for up to CONSOLE_MS. */
#define CONSOLE_MS 300
bool role_console_early(int master);
/* An export by runc, crun or deptyr: at least one byte and one descriptor; no answer is
 * sent. */
struct outcome role_console(struct terminals *s, struct caller *c, struct wire_bytes said, int *fds, size_t nfds);
/* Attach or watch. */
struct outcome role_view(struct terminals *s, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds);
/* Which terminals are there? */
struct outcome role_list(struct terminals *s, struct caller *c, struct conn_frame const *f);

/* A viewer's SEND. */
struct outcome role_send(struct caller *c, struct conn_frame const *f);
/* Answers the SEND when the line has taken all of it, or when it never will (`over`). */
void role_send_settle(struct viewer *v, bool over);

#endif
