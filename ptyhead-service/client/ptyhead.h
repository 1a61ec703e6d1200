/* SPDX-License-Identifier: ISC */
/* libptyhead: the terminals of a head (ptyhead(8)) for other programs: find one, look at
 * it, type on it, list them, put a program on one. ptyhead(3) is this header in prose.
 *
 * Nothing here prints, ends the process, keeps a global or installs a signal handler.
 * Every descriptor is O_CLOEXEC. Functions return 0 or more, or -errno. A handle is used
 * by one thread at a time; different handles do not know each other.
 *
 * A handle is for a program with a loop of its own. It has one descriptor, the same for
 * its whole life, that becomes readable (POLLIN) when there is something to do: then the
 * program calls the handle's _process function, which does it, calls back, and returns.
 * It does not wait. Only ptyhead_adopt waits, as long as it is told.
 *
 * Structs that the library reads have `reserved` members: set them to zero
 * (`struct ptyhead_view v = { .address = &a }`). Structs that it fills may grow at their
 * end only with another soname.
 *
 * What a head refused is told by the errno, and by a code and words in ptyhead_reply:
 *
 *     -EPROTONOSUPPORT  it speaks another version of the protocol
 *     -EACCES           this socket does not admit that, or may not be used
 *     -ENOENT           no such terminal; or no head is there, and no reply
 *     -EBUSY            a program is alive on the terminal
 *     -EDQUOT           the head holds as much as it may
 *     -ELOOP            the terminal would show itself
 *     -EBADF, -EINVAL, -EIO   the descriptors are wrong; the request is; the head failed
 *     -EPROTO           what answered is no head */
#ifndef PTYHEAD_H
#define PTYHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is linked, "0.1.0". */
char const *ptyhead_version(void);

/* ---- addresses --------------------------------------------------------------- */

#define PTYHEAD_TERMINAL_MAX 64 /* bytes of a terminal's name */
#define PTYHEAD_COMMAND_MAX 1024
#define PTYHEAD_TEXT_MAX 512

struct ptyhead_address {
	char path[4096]; /* of the head's socket */
	char terminal[PTYHEAD_TERMINAL_MAX + 1];
	char name[256]; /* as given; "" for a path */
};

/* `NAME[:terminal]` or `PATH[:terminal]`; without a terminal it is "main". A path has a
 * '/' and may hold ':' only before its last '/'. A name is NAME.sock in the user's folder
 * if that exists, else in /run/ptyhead.
 * -EINVAL: not an address; *ret_why says what is wrong with it. */
int ptyhead_address_parse(char const *address, struct ptyhead_address *ret, char const **ret_why);

/* Why no head was reached at `a`, where that failed with `error` (-errno), and what to
 * do: one line for people, which fits this machine, or "". It is put into `buf`, which is
 * returned. Reads files of /proc and the users' database. */
char const *ptyhead_address_hint(struct ptyhead_address const *a, int error, char *buf, size_t len);

/* The folder of the user's own heads: $XDG_RUNTIME_DIR/ptyhead, or /run/user/UID/ptyhead
 * where that is not set. False: it does not fit. The folder need not exist. */
bool ptyhead_user_dir(char *buf, size_t len);

/* The heads whose sockets are in `dir`, in the order of their names: `path` is the
 * socket's, `address` its name, or the path again where the name does not lead there. A
 * socket for watching is left out where this process may use the other one. A folder that
 * is not there, or that this process may not read, has none. 0 or -errno. */
int ptyhead_heads(char const *dir, void (*each)(void *arg, char const *path, char const *address), void *arg);

/* ---- what is common ------------------------------------------------------------ */

/* As struct winsize; 0 rows or columns: no size is stated. */
struct ptyhead_size {
	uint16_t rows;
	uint16_t cols;
	uint16_t xpixel;
	uint16_t ypixel;
};

enum ptyhead_refusal {
	PTYHEAD_REFUSED_VERSION = 1,  /* the head speaks another version */
	PTYHEAD_REFUSED_ROLE = 2,     /* this socket does not admit it */
	PTYHEAD_REFUSED_TERMINAL = 3, /* no such terminal */
	PTYHEAD_REFUSED_BUSY = 4,     /* its program is alive */
	PTYHEAD_REFUSED_FD = 5,       /* not the descriptors that it needs */
	PTYHEAD_REFUSED_LIMIT = 6,    /* the head holds as much as it may */
	PTYHEAD_REFUSED_LOOP = 7,     /* the terminal would show itself */
	PTYHEAD_REFUSED_REQUEST = 8,  /* anything else that is wrong with the request */
	PTYHEAD_REFUSED_FAILED = 9,   /* the head's own trouble */
};

struct ptyhead_reply {
	uint16_t code; /* enum ptyhead_refusal or a later one; 0: not refused */
	char text[PTYHEAD_TEXT_MAX + 1]; /* printable, whatever was sent */
};

/* ---- looking and typing ---------------------------------------------------------- */

/* A program on a terminal, from its start to its end. */
struct ptyhead_run {
	uint64_t number; /* counts from 1 on each terminal; 0: there was none yet */
	uint64_t since;  /* CLOCK_REALTIME ns of its start or, once it ended, its end; 0: not known */
	int32_t pid;     /* as the head sees it; 0: not known */
	int32_t status;  /* of wait(2), if `status_known` */
	bool alive;
	bool status_known;
};

#define PTYHEAD_WATCH_ONLY 1u /* look: never type, nor have a say in the size */
#define PTYHEAD_LOSSLESS 2u   /* the program waits for this viewer, where the head grants it */
#define PTYHEAD_HISTORY 4u    /* begin with the oldest output that is held, not with the screen */
#define PTYHEAD_NO_OUTPUT 8u  /* no bytes: runs and sizes alone */

/* All are called by ptyhead_viewer_process, with `arg`; NULL: not wanted. They may call
 * the other functions of the viewer, but not ptyhead_viewer_free, nor ptyhead_viewer_process
 * (-EBUSY). What pointers point to is lent for the call. */
struct ptyhead_viewer_calls {
	void *arg;
	/* The terminal is there. `bytes`, written to an empty terminal of that size, give what
	 * it shows (none with PTYHEAD_NO_OUTPUT, nor with PTYHEAD_HISTORY at the terminal's first
	 * byte). Called again when output was overwritten before it was read: `missed` bytes lie
	 * between the last output and the next; and at a terminal whose history is lost
	 * (missed 0). */
	void (*begin)(void *arg, struct ptyhead_run const *run, struct ptyhead_size size,
	              void const *bytes, size_t len, uint64_t missed);
	/* What the program wrote, in order, `offset` bytes after the terminal's first one.
	 * Questions to the terminal that the head answers are left out. */
	void (*output)(void *arg, uint64_t offset, void const *data, size_t len);
	/* A run began. What the last one left switched on is off again on the terminal: a
	 * viewer that draws the bytes resets its own terminal. */
	void (*started)(void *arg, uint64_t offset, struct ptyhead_run const *run, struct ptyhead_size size);
	void (*ended)(void *arg, uint64_t offset, struct ptyhead_run const *run);
	void (*resized)(void *arg, uint64_t offset, struct ptyhead_size size);
	/* What came of ptyhead_viewer_send. */
	void (*taken)(void *arg, uint32_t serial, int result, uint64_t offset);
	/* The head is away; it is looked for, and the next one continues where this one was. */
	void (*away)(void *arg);
	void (*back)(void *arg);
	void *reserved[4];
};

struct ptyhead_view {
	struct ptyhead_address const *address;
	unsigned flags;           /* PTYHEAD_WATCH_ONLY and so on */
	struct ptyhead_size size; /* that this viewer wants; zeros: it wants none */
	bool on_tty;              /* it shows the terminal on the one behind `tty_fd`, which is */
	int tty_fd;               /* told to the head, so that none shows itself */
	struct ptyhead_viewer_calls calls;
	uint64_t reserved[4];
};

struct ptyhead_viewer;

/* Begins to look for the terminal. `v` and the address are copied. -EINVAL: no such
 * terminal's name. */
int ptyhead_viewer_new(struct ptyhead_viewer **ret, struct ptyhead_view const *v);
void ptyhead_viewer_free(struct ptyhead_viewer *v);
/* The descriptor to wait for POLLIN on. It is the viewer's. */
int ptyhead_viewer_fd(struct ptyhead_viewer const *v);
/* Does what there is to do, for at most 256 KiB of output. 0, or -errno when it is over
 * for good: refused, or no head was there at the first try. */
int ptyhead_viewer_process(struct ptyhead_viewer *v);
/* The last refusal. */
struct ptyhead_reply const *ptyhead_viewer_reply(struct ptyhead_viewer const *v);
/* Types: in order, at most once, also for the next head. Returns how many bytes were
 * taken: at most 64 KiB are held. 0 with PTYHEAD_WATCH_ONLY. */
size_t ptyhead_viewer_input(struct ptyhead_viewer *v, void const *data, size_t len);
/* Types and hears of it, one at a time: `taken` is called with `serial` and 0 when the
 * line has all of it, and all before `offset` was written earlier; or -EMSGSIZE: the line
 * is canonical and has no room for so much; -ESRCH: no program is on the terminal; -EIO:
 * nobody has it open, or the head failed; -ECONNRESET: the head went away, and nobody
 * knows. -EBUSY: another one is under way; -EMSGSIZE: more than 8192 bytes; -ENOTCONN: the
 * head is away; -EPERM: with PTYHEAD_WATCH_ONLY. */
int ptyhead_viewer_send(struct ptyhead_viewer *v, uint32_t serial, void const *data, size_t len);
void ptyhead_viewer_resize(struct ptyhead_viewer *v, struct ptyhead_size size);

/* ---- listing -------------------------------------------------------------------- */

struct ptyhead_entry {
	char terminal[PTYHEAD_TERMINAL_MAX + 1];
	char command[PTYHEAD_COMMAND_MAX + 1]; /* argv, each argument ended by a NUL */
	size_t command_len;
	struct ptyhead_run run; /* the newest; `since` is its start */
	uint64_t ended;         /* of the last run that ended; 0: not known */
	struct ptyhead_size size;
	uint32_t viewers;  /* that may type */
	uint32_t watchers;
	uint64_t bytes;    /* ever written */
};

struct ptyhead_lister;

/* Asks the head at `path` for its terminals, or for `terminal` alone if that is not NULL.
 * Both are copied. `each` is called by ptyhead_lister_process, in the order of the names; it
 * does not free the lister.
 * `look`: by the socket for watching where the other may not be used. */
int ptyhead_lister_new(struct ptyhead_lister **ret, char const *path, char const *terminal, bool look,
                       void (*each)(void *arg, struct ptyhead_entry const *e), void *arg);
void ptyhead_lister_free(struct ptyhead_lister *l);
int ptyhead_lister_fd(struct ptyhead_lister const *l);
/* 1: go on; 0: that was all; -errno. */
int ptyhead_lister_process(struct ptyhead_lister *l);
struct ptyhead_reply const *ptyhead_lister_reply(struct ptyhead_lister const *l);

/* ---- putting a program on a terminal ----------------------------------------------- */

struct ptyhead_offer {
	struct ptyhead_address const *address;
	int master; /* of a pseudoterminal, non-blocking, read by nobody else */
	int pidfd;  /* of the program, by which the head knows its end and its status; -1: none */
	bool sized; /* `size` was asked for: else it may have been set to a default */
	struct ptyhead_size size;
	char const *const *argv; /* of the program, for people; ended by NULL, or NULL */
	uint64_t reserved[4];
};

struct ptyhead_exporter;

/* Hands a master over. All is copied; the caller keeps its descriptors and closes its
 * master when the head has answered. */
int ptyhead_exporter_new(struct ptyhead_exporter **ret, struct ptyhead_offer const *o);
void ptyhead_exporter_free(struct ptyhead_exporter *x);
int ptyhead_exporter_fd(struct ptyhead_exporter const *x);
/* 1: go on; 0: the head has it; -errno. */
int ptyhead_exporter_process(struct ptyhead_exporter *x);
struct ptyhead_reply const *ptyhead_exporter_reply(struct ptyhead_exporter const *x);
/* After 0: the size that the head has set, and the run's number there. */
void ptyhead_exporter_answer(struct ptyhead_exporter const *x, struct ptyhead_size *ret_size, uint64_t *ret_run);

/* ---- this process's own terminal ---------------------------------------------------- */

#define PTYHEAD_ADOPT_KEEP_STDERR 1u /* descriptor 2 stays what it is */
#define PTYHEAD_ADOPT_KEEP_SESSION 2u /* only the descriptors: no session of its own, and so
                                         no signals from the terminal's keys */

struct ptyhead_adoption {
	struct ptyhead_address const *address;
	unsigned flags;
	int timeout_ms;           /* for the head's answer; 0: 10 seconds; -1: for ever */
	struct ptyhead_size size; /* zeros: 24x80, or what the head wants */
	char const *const *argv;  /* what to call this process; NULL: its own argv */
	uint64_t reserved[4];
};

struct ptyhead_adopted;

/* Puts this process on a terminal of its own at the head: in the child of a server that
 * forks, say. A pseudoterminal is opened and its master handed over; this process becomes
 * the leader of a session whose controlling terminal it is (it leaves its process group
 * and the terminal that it had, see ptyhead(3)); 0, 1 and 2 become the terminal, and what
 * they were is kept. The run on the terminal ends with this process.
 * Call it while the process has one thread. On -errno everything is as it was, except that
 * the session may be a new one; `ret_reply`, which may be NULL, says what the head
 * refused. */
int ptyhead_adopt(struct ptyhead_adopted **ret, struct ptyhead_adoption const *a, struct ptyhead_reply *ret_reply);
/* The same with nothing but an address, `NAME:terminal`: `if (ptyhead_adopt_self("app:client-17") < 0) …` */
int ptyhead_adopt_self(char const *address);
/* Back to the descriptors as they were before, and frees. The terminal hangs up, which ends
 * the run once nobody else has it open; the session stays. 0 or -errno (then all that could
 * be put back is). */
int ptyhead_give_back(struct ptyhead_adopted *a);

#ifdef __cplusplus
}
#endif

#endif
