/* SPDX-License-Identifier: ISC */
/* The part of client/ that only our own programs use, beside the public ptyhead.h:
 * addresses, calls that block, and what a head answers. The types of the protocol do not
 * appear here (convert_int.h). Errors as in ptyhead.h. */
#ifndef CLIENT_H
#define CLIENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ptyhead.h"

#define PTYHEAD_TERMINAL "main"
#define PTYHEAD_SYSTEM_DIR "/run/ptyhead"  /* the sockets of the system's heads */
#define PTYHEAD_SUFFIX ".sock"             /* suffix of a socket's name */
#define PTYHEAD_WATCH ".watch"             /* before the suffix: a socket for watching only */
#define PTYHEAD_SIDE_MAX 1000u /* rows or columns of a terminal */
#define PTYHEAD_SEND_MAX 8192u /* bytes of ptyhead_viewer_send and headlink_send */
#define PTYHEAD_LINE_MAX 4095u /* bytes that a canonical line holds before its end */

_Static_assert(sizeof((struct ptyhead_address *)0)->path == PATH_MAX, "a path has PATH_MAX");

/* ---- addresses, sizes, terminals ------------------------------------------------ */

/* 0; -EINVAL, -ENAMETOOLONG: the caller filled the struct with something that is not an
 * address. */
int ptyhead_address_check(struct ptyhead_address const *a);

/* Does the address stand for that socket? */
bool ptyhead_address_leads_to(char const *address, char const *path);

/* A hint after "no such terminal" from the head at `path`: "it has main, chat"; "" if
 * the head does not tell within a second. Returns `buf`. */
char const *ptyhead_terminals_hint(char const *path, char *buf, size_t len);

/* Are both sides between 1 and PTYHEAD_SIDE_MAX? */
bool ptyhead_size_ok(struct ptyhead_size s);

/* A terminal as fstat(2) identifies it: st_dev and st_rdev of the slave. The head uses
 * it to refuse a viewer that would show a terminal on itself. 0, 0: not stated. */
struct ptyhead_tty {
	uint64_t dev;
	uint64_t rdev;
};

/* The terminal behind `fd`; 0, 0 if it is not a terminal. */
struct ptyhead_tty ptyhead_tty_of(int fd);

/* ---- calls that block ----------------------------------------------------------- */

/* A connected socket. A path longer than sun_path works. `timeout_ms`: how long to wait
 * while the head's backlog is full, then -ETIMEDOUT; -1: for ever; 0: do not wait, and
 * make the socket non-blocking. -ENOENT, -ECONNREFUSED: no head is there. */
int ptyhead_connect(char const *path, int timeout_ms);

struct ptyhead_export {
	char const *terminal;
	int master;
	int pidfd;          /* -1: none */
	struct ptyhead_size size;
	bool sized;         /* the size was requested */
	bool unattended;    /* send and do not wait: the message stays in the listening
	                       socket until a head takes it */
	struct ptyhead_tty tty;
	char const *const *argv; /* of the program, NULL-terminated; for people */
};

/* What the head answers to an export. */
struct ptyhead_exported {
	struct ptyhead_size size; /* the size that it has set; zeros: it states none */
	uint64_t run;
};

/* Exports a master on the connected `sock` and waits up to `timeout_ms` (-1: for ever)
 * for the answer. -ETIMEDOUT; -ECONNRESET: the head closed without an answer; -EPROTO:
 * not an answer. The caller keeps and closes sock, master and pidfd. On success *ret has
 * the answer (zeros if unattended). Unlike ptyhead_exporter it opens no descriptor. */
int ptyhead_export(int sock, struct ptyhead_export const *e, int timeout_ms,
                   struct ptyhead_exported *ret, struct ptyhead_reply *ret_reply);

/* Lists the terminals as ptyhead_lister_new says, for at most `timeout_ms`. */
int ptyhead_list(char const *path, char const *terminal, bool look, int timeout_ms,
                 void (*each)(void *arg, struct ptyhead_entry const *e), void *arg);

/* ---- what a head answers to a viewer (headlink.h) ------------------------------- */

struct ptyhead_attached {
	uint64_t viewer; /* the head's number for this viewer, as in the tape's marks */
	bool lossless;   /* the head waits for this viewer */
	bool scheme;     /* a report of the colour scheme is for the head */
};

/* To input that is to be answered. */
struct ptyhead_taken {
	int result; /* as ptyhead_viewer_send says */
	uint64_t offset; /* on the tape; all bytes before it were written before the input */
	bool silent; /* the line is canonical without echo: typed input is not shown */
	bool raw;    /* the line is neither canonical nor echoes: the program may show typed input */
};

#endif
