/* What our own programs use of client/ beside its public part, ptyhead.h: connections
 * that wait, an export, an attachment, and the types of the wire. The protocol is
 * ptyhead-protocol(7), the tape is tape/tape.h. Errors are as in ptyhead.h. */
#ifndef CLIENT_H
#define CLIENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "conn.h"
#include "ptyhead.h"
#include "wire.h"

#define PTYHEAD_TERMINAL "main"
#define PTYHEAD_SYSTEM_DIR "/run/ptyhead"  /* where the sockets of the system's heads are */
#define PTYHEAD_SUFFIX ".sock"             /* of their names */
#define PTYHEAD_WATCH ".watch"             /* before it: of those for watching only */

_Static_assert(sizeof((struct ptyhead_address *)0)->path == PATH_MAX, "a path has PATH_MAX");
_Static_assert(PTYHEAD_TERMINAL_MAX == WIRE_TERMINAL_MAX, "as on the wire");
_Static_assert(PTYHEAD_COMMAND_MAX == WIRE_COMMAND_MAX, "as on the wire");
_Static_assert(PTYHEAD_TEXT_MAX == WIRE_TEXT_MAX, "as on the wire");

static inline struct wire_size wire_size_of(struct ptyhead_size s)
{
	return (struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel };
}
static inline struct ptyhead_size ptyhead_size_of(struct wire_size s)
{
	return (struct ptyhead_size){ s.rows, s.cols, s.xpixel, s.ypixel };
}

/* 0; -EINVAL, -ENAMETOOLONG: a caller filled it with what is no address. */
int ptyhead_address_check(struct ptyhead_address const *a);

/* Does the address lead to that socket? */
bool ptyhead_address_leads_to(char const *address, char const *path);

/* The length of what `file` has before `suffix` (PTYHEAD_SUFFIX, or PTYHEAD_WATCH
 * PTYHEAD_SUFFIX); 0 where it does not end so. */
size_t ptyhead_stem(char const *file, char const *suffix);

/* The socket for watching that belongs to the one at `path`. False: it is one, or is not
 * named as a head's is, or the path would be too long. */
bool ptyhead_watch_path(char const *path, char *buf, size_t len);

/* For who was told that the head at `path` has no such terminal: "it has main, chat", or
 * "" where that cannot be known within a second. Returns `buf`. */
char const *ptyhead_terminals_hint(char const *path, char *buf, size_t len);

/* A connected socket. Paths longer than sun_path are reached through their
 * directory. Where the head's backlog is full it waits for `timeout_ms` at most, then
 * -ETIMEDOUT. -1: it waits for ever. 0: it does not wait, and the socket is non-blocking.
 * -ENOENT, -ECONNREFUSED: no head there. */
int ptyhead_connect(char const *path, int timeout_ms);

/* The same for who only looks and lists: where the socket at NAME.sock may not be used,
 * NAME.watch.sock beside it may. Fails as the first does. */
int ptyhead_connect_to_look(char const *path, int timeout_ms);

/* A head that dies while it is asked leaves a closed connection, and the next one
 * is there in a moment. After a failure with `error` (-errno): true, after a
 * pause, when it is worth connecting and asking once more; *until is the caller's
 * to keep, and 0 before the first try. Only for questions that may be put twice:
 * the first may have been heard. */
bool ptyhead_again(int error, int64_t *until);

struct ptyhead_export {
	char const *terminal;
	int master;
	int pidfd;          /* -1: none */
	struct wire_size size;
	bool sized;         /* the size was asked for */
	bool unattended;    /* send and do not wait: the message stays in the
	                       listening socket until a head takes it */
	struct wire_tty tty;
	char const *const *argv; /* of the program, NULL-ended; for people to read */
};

/* Hands a master over on the connected `sock` and waits for the answer up to
 * `timeout_ms` (-1: for ever): -ETIMEDOUT; -ECONNRESET when the head closed
 * without one; -EPROTO when it was not one. The caller keeps and closes sock,
 * master and pidfd. On success *ret is the size that the head has set (zeros
 * when unattended). */
int ptyhead_export(int sock, struct ptyhead_export const *e, int timeout_ms,
                   struct wire_exported *ret, struct ptyhead_reply *ret_reply);

/* The same in two steps, for a caller that waits for other things, too: see
 * ptyhead_attach_begin. */
int ptyhead_export_begin(struct conn *c, struct ptyhead_export const *e);
int ptyhead_export_answer(struct conn *c, struct wire_exported *ret, struct ptyhead_reply *ret_reply);

struct ptyhead_attach {
	char const *terminal;
	bool watch;
	bool lossless;
	struct wire_size size;
	struct wire_tty tty;
	int page; /* the wake-up page's memfd, tape/page.h */
};

/* Asks for a terminal on the connected `c` and waits for the answer; on
 * success *ret_tape is the tape's descriptor (the caller's) and the connection
 * stays for INPUT, RESIZE, MOVED and WAKE frames. */
int ptyhead_attach(struct conn *c, struct ptyhead_attach const *a, int timeout_ms,
                   struct wire_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply);

/* The same in two steps, for a caller that waits for other things, too. _begin sends what
 * goes at once. As long as conn_pending is true, call conn_flush at POLLOUT. At POLLIN,
 * _answer gives the answer, or -EAGAIN: it has not come yet. */
int ptyhead_attach_begin(struct conn *c, struct ptyhead_attach const *a);
int ptyhead_attach_answer(struct conn *c, struct wire_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply);

/* Asks on the connected `c` which terminals there are (`terminal` NULL: all) and
 * gives each to `each`, in the order of their names; the entry is lent for the
 * call. Waits up to `timeout_ms` in all. */
int ptyhead_list(struct conn *c, char const *terminal, int timeout_ms,
                 void (*each)(void *arg, struct wire_entry const *e), void *arg,
                 struct ptyhead_reply *ret_reply);

/* The same for a caller that waits for other things, too. It sets the first three members;
 * the rest is zeros. */
struct listing {
	char const *terminal; /* NULL: all */
	void (*each)(void *arg, struct wire_entry const *e);
	void *arg;
	char after[WIRE_TERMINAL_MAX + 1]; /* the last one given out */
};
/* _begin sends what goes at once: as long as conn_pending says so, conn_flush sends the
 * rest at POLLOUT. Then, at POLLIN, what has come is given out. 0: that was all; -EAGAIN:
 * there is more to wait for, and perhaps to flush. */
int listing_begin(struct conn *c, struct listing *l);
int listing_answer(struct conn *c, struct listing *l, struct ptyhead_reply *ret_reply);

/* The st_dev and st_rdev of the terminal behind `fd`; 0, 0 if it is none. */
struct wire_tty ptyhead_tty_of(int fd);

#endif
