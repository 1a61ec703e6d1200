/* What a peer asks for, checked and done: one module for each role. They own
 * nothing; what became of it is the return value. */
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
	struct viewer *viewer; /* in which it becomes one */
	uid_t uid;
	pid_t pid;
	unsigned roles; /* that its listener admits */
};

enum role_next {
	ROLE_DONE,   /* answered: the connection is over */
	ROLE_STAYS,  /* it goes on, as a viewer or with another question */
	ROLE_LATER,  /* nothing happened: offer the frame again, a SEND when input moves,
	              * an export in the next round */
	ROLE_REFUSED /* code and text say why; to be answered by the caller */
};

struct outcome {
	enum role_next next;
	enum wire_refusal code;
	char text[WIRE_TEXT_MAX];
};

__attribute__((format(printf, 2, 3)))
struct outcome role_refusal(enum wire_refusal code, char const *format, ...);
struct outcome role_outcome(enum role_next next);

/* Each closes `fds` or takes them over. */

/* Is the end of what was on the terminal that it names under way? Then it is to be
 * offered again in the next round, with its descriptors still in the connection. */
bool role_export_waits(struct terminals *s, struct conn_frame const *f);
bool role_console_waits(struct terminals *s, struct wire_bytes said);
/* A master and a pidfd: begins a run. After role_export_waits said that it need not wait. */
struct outcome role_export(struct terminals *s, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds);
/* Has no process taken the console for its own yet? A runtime does so right behind the
 * hand-over: to be looked at again after a moment, for CONSOLE_MS. */
#define CONSOLE_MS 300
bool role_console_early(int master);
/* runc, crun, deptyr: at least one byte and one descriptor, no answer. The same. */
struct outcome role_console(struct terminals *s, struct caller *c, struct wire_bytes said, int *fds, size_t nfds);
/* Attach or watch. */
struct outcome role_view(struct terminals *s, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds);
/* Which terminals are there? */
struct outcome role_list(struct terminals *s, struct caller *c, struct conn_frame const *f);

/* A viewer's SEND. */
struct outcome role_send(struct caller *c, struct conn_frame const *f);
/* Answers it when the line has taken all, or when nobody will (`over`). */
void role_send_settle(struct viewer *v, bool over);

#endif
