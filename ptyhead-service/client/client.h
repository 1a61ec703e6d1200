/* SPDX-License-Identifier: ISC */
/* The part of client/ that only our own programs use, beside the public ptyhead.h:
 * blocking connections, an export, an attachment, and the types of the protocol.
 * ptyhead-protocol(7) describes the protocol, tape/tape.h the tape. Errors as in
 * ptyhead.h. */
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
#define PTYHEAD_SYSTEM_DIR "/run/ptyhead"  /* the sockets of the system's heads */
#define PTYHEAD_SUFFIX ".sock"             /* suffix of a socket's name */
#define PTYHEAD_WATCH ".watch"             /* before the suffix: a socket for watching only */

_Static_assert(sizeof((struct ptyhead_address *)0)->path == PATH_MAX, "a path has PATH_MAX");
_Static_assert(PTYHEAD_TERMINAL_MAX == WIRE_TERMINAL_MAX, "as on the wire");
_Static_assert(PTYHEAD_COMMAND_MAX == WIRE_COMMAND_MAX, "as on the wire");
_Static_assert(PTYHEAD_TEXT_MAX == WIRE_TEXT_MAX, "as on the wire");

static inline struct wire_size wire_size_of(struct ptyhead_size s)
{
	return (struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel };
}
/* What a head says may be none: then zeros, for callers that make a screen of that size. */
static inline struct ptyhead_size ptyhead_size_of(struct wire_size s)
{
	return wire_size_ok(s) ? (struct ptyhead_size){ s.rows, s.cols, s.xpixel, s.ypixel } : (struct ptyhead_size){ 0 };
}

/* 0; -EINVAL, -ENAMETOOLONG: the caller filled the struct with something that is not an
 * address. */
int ptyhead_address_check(struct ptyhead_address const *a);

/* Does the address stand for that socket? */
bool ptyhead_address_leads_to(char const *address, char const *path);

/* The length of `file` without `suffix` (PTYHEAD_SUFFIX, or PTYHEAD_WATCH
 * PTYHEAD_SUFFIX); 0 if it does not end so. */
size_t ptyhead_stem(char const *file, char const *suffix);

/* The watch socket that belongs to the socket at `path`. False: `path` is a watch
 * socket, or does not have a head's name, or the result would be too long. */
bool ptyhead_watch_path(char const *path, char *buf, size_t len);

/* A hint after "no such terminal" from the head at `path`: "it has main, chat"; "" if
 * the head does not tell within a second. Returns `buf`. */
char const *ptyhead_terminals_hint(char const *path, char *buf, size_t len);

/* A connected socket. A path longer than sun_path works. `timeout_ms`: how long to wait
 * while the head's backlog is full, then -ETIMEDOUT; -1: for ever; 0: do not wait, and
 * make the socket non-blocking. -ENOENT, -ECONNREFUSED: no head is there. */
int ptyhead_connect(char const *path, int timeout_ms);

/* The same for tools that only watch and list: if this process may not use NAME.sock,
 * tries NAME.watch.sock. Returns the error of the first. */
int ptyhead_connect_to_look(char const *path, int timeout_ms);

/* Should a failed question be repeated? A head that dies while it is asked closes the
 * connection, and the next head is there in a moment. After a failure with `error`
 * (-errno): pauses and returns true if another attempt makes sense. The caller keeps
 * *until, 0 before the first attempt. Only for questions that may be asked twice: the
 * head may have received the first. */
bool ptyhead_again(int error, int64_t *until);

struct ptyhead_export {
	char const *terminal;
	int master;
	int pidfd;          /* -1: none */
	struct wire_size size;
	bool sized;         /* the size was requested */
	bool unattended;    /* send and do not wait: the message stays in the listening
	                       socket until a head takes it */
	struct wire_tty tty;
	char const *const *argv; /* of the program, NULL-terminated; for people */
};

/* Exports a master on the connected `sock` and waits up to `timeout_ms` (-1: for ever)
 * for the answer. -ETIMEDOUT; -ECONNRESET: the head closed without an answer; -EPROTO:
 * not an answer. The caller keeps and closes sock, master and pidfd. On success *ret is
 * the size that the head has set (zeros if unattended). */
int ptyhead_export(int sock, struct ptyhead_export const *e, int timeout_ms,
                   struct wire_exported *ret, struct ptyhead_reply *ret_reply);

/* The same in two steps, for a caller that waits for other events too: see
 * ptyhead_attach_begin. */
int ptyhead_export_begin(struct conn *c, struct ptyhead_export const *e);
int ptyhead_export_answer(struct conn *c, struct wire_exported *ret, struct ptyhead_reply *ret_reply);

struct ptyhead_attach {
	char const *terminal;
	bool watch;
	bool lossless;
	struct wire_size size;
	struct wire_tty tty;
	int page; /* memfd of the wake-up page, tape/page.h */
};

/* Attaches on the connected `c` and waits for the answer. On success *ret_tape is the
 * tape's descriptor, which the caller owns; the connection stays for INPUT, RESIZE,
 * MOVED and WAKE frames. */
int ptyhead_attach(struct conn *c, struct ptyhead_attach const *a, int timeout_ms,
                   struct wire_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply);

/* The same in two steps, for a caller that waits for other events too. _begin sends
 * what the socket takes. While conn_pending is true, call conn_flush at POLLOUT. At
 * POLLIN, _answer returns the answer, or -EAGAIN: it has not come yet. */
int ptyhead_attach_begin(struct conn *c, struct ptyhead_attach const *a);
int ptyhead_attach_answer(struct conn *c, struct wire_attached *ret, int *ret_tape, struct ptyhead_reply *ret_reply);

/* Lists the terminals (`terminal` NULL: all) on the connected `c`. Calls `each` for
 * each, in the order of their names; the entry is valid during the call. Waits up to
 * `timeout_ms` in total. */
int ptyhead_list(struct conn *c, char const *terminal, int timeout_ms,
                 void (*each)(void *arg, struct wire_entry const *e), void *arg,
                 struct ptyhead_reply *ret_reply);

/* The same for a caller that waits for other events too. The caller sets the first
 * three members and leaves the rest zero. */
struct listing {
	char const *terminal; /* NULL: all */
	void (*each)(void *arg, struct wire_entry const *e);
	void *arg;
	char after[WIRE_TERMINAL_MAX + 1]; /* the last name given out */
};
/* _begin sends what the socket takes. While conn_pending is true, call conn_flush at
 * POLLOUT. At POLLIN, gives out what has come. 0: that was all; -EAGAIN: wait for more,
 * and flush if necessary. */
int listing_begin(struct conn *c, struct listing *l);
int listing_answer(struct conn *c, struct listing *l, struct ptyhead_reply *ret_reply);

/* The st_dev and st_rdev of the terminal behind `fd`; 0, 0 if it is not a terminal. */
struct wire_tty ptyhead_tty_of(int fd);

#endif
