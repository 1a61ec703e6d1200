/* SPDX-License-Identifier: ISC */
/* libptyhead: the terminals of a head (ptyhead(8)) for other programs: find a terminal,
 * show it, type on it, list terminals, put a program on one. ptyhead(3) is this header in
 * prose.
 *
 * The library does not print, does not end the process, has no global state and installs no
 * signal handlers. Its descriptors are O_CLOEXEC. Functions return 0 or more, or -errno. One
 * thread at a time may use a handle; different handles are independent.
 *
 * A handle is for a program with its own event loop. It has one descriptor, the same for
 * its whole life, which becomes readable (POLLIN) when there is something to do. Then the
 * program calls the handle's _process function. That function does the work, calls the
 * program's callbacks, and returns. It never waits. Only ptyhead_adopt waits, up to a given
 * time.
 *
 * Structs that the library reads have `reserved` members: set them to zero
 * (`struct ptyhead_view v = { .address = &a }`). Structs that it fills grow, at their end,
 * only together with the soname; but ptyhead_entry, to which a program only gets a pointer,
 * may grow at its end at any time.
 *
 * A refusal by the head gives an errno, and a code and a text in ptyhead_reply:
 *
 *     -EPROTONOSUPPORT  the head speaks another version of the protocol
 *     -EACCES           this socket does not admit the request, or may not be used
 *     -ENOENT           no such terminal; or, without a reply, no head is there
 *     -EBUSY            a program is alive on the terminal
 *     -EDQUOT           the head, or its store, is full
 *     -ELOOP            the terminal would show itself
 *     -EBADF, -EINVAL, -EIO   wrong descriptors; wrong request; the head failed
 *     -EPROTO           the answer does not come from a head */
#ifndef PTYHEAD_H
#define PTYHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the linked library, "0.1.0". */
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

/* Reads `NAME[:terminal]` or `PATH[:terminal]`; the default terminal is "main". A path
 * has a '/', and may have ':' only before its last '/'. A name is NAME.sock in the
 * user's folder if that file exists, else in /run/ptyhead. -EINVAL: not an address;
 * *ret_why says why. */
int ptyhead_address_parse(char const *address, struct ptyhead_address *ret, char const **ret_why);

/* After a failure with `error` (-errno) to reach a head at `a`: writes one line for
 * people into `buf` that says why, or what to do on this machine, or "". Returns `buf`.
 * Reads files of /proc and the user database. */
char const *ptyhead_address_hint(struct ptyhead_address const *a, int error, char *buf, size_t len);

/* The folder of the user's own heads: $PTYHEAD_DIR if that is an absolute path other than
 * /run/ptyhead; else $XDG_RUNTIME_DIR/ptyhead, or /run/user/UID/ptyhead if that is not
 * set. False: it does not fit. The folder may not exist. */
bool ptyhead_user_dir(char *buf, size_t len);

/* Calls `each` for the heads whose sockets are in `dir`, in the order of their names.
 * `path` is the socket's path; `address` is its name, or the path if the name does not
 * lead there. A watch socket is left out if this process may use the other one. A
 * folder that does not exist, or is not readable, has no heads. 0 or -errno. */
int ptyhead_heads(char const *dir, void (*each)(void *arg, char const *path, char const *address), void *arg);

/* ---- what is common ------------------------------------------------------------ */

/* Like struct winsize. 0 rows or columns: no size is stated. The library reports sizes from
 * 1 to 1000 in both, or zeros. */
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
	PTYHEAD_REFUSED_FD = 5,       /* wrong descriptors */
	PTYHEAD_REFUSED_LIMIT = 6,    /* the head, or its store, is full */
	PTYHEAD_REFUSED_LOOP = 7,     /* the terminal would show itself */
	PTYHEAD_REFUSED_REQUEST = 8,  /* any other error in the request */
	PTYHEAD_REFUSED_FAILED = 9,   /* the head failed */
};

struct ptyhead_reply {
	uint16_t code; /* enum ptyhead_refusal or a later code; 0: not refused */
	char text[PTYHEAD_TEXT_MAX + 1]; /* contains only printable characters */
};

/* ---- looking and typing ---------------------------------------------------------- */

/* A program on a terminal, from its start to its end. */
struct ptyhead_run {
	uint64_t number; /* counts from 1 on each terminal; 0: there was no run yet */
	uint64_t since;  /* CLOCK_REALTIME ns: its start while alive, its end afterwards; 0: not known */
	int32_t pid;     /* as the head sees it; 0: not known */
	int32_t status;  /* wait(2) status, if `status_known` */
	bool alive;
	bool status_known;
};

#define PTYHEAD_WATCH_ONLY 1u /* never type, and have no say in the size */
#define PTYHEAD_LOSSLESS 2u   /* the program waits for this viewer, if the head grants it */
#define PTYHEAD_HISTORY 4u    /* begin with the oldest output held, not with the screen */
#define PTYHEAD_NO_OUTPUT 8u  /* only runs and sizes, no bytes */

/* ptyhead_viewer_process calls these with `arg`. NULL: not wanted. They may call the
 * other functions of the viewer, except ptyhead_viewer_free and ptyhead_viewer_process
 * (-EBUSY). Data behind pointers is valid during the call. */
struct ptyhead_viewer_calls {
	void *arg;
	/* The terminal is there. `bytes`, written to an empty terminal of that size,
	 * give what it shows (none with PTYHEAD_NO_OUTPUT, or with PTYHEAD_HISTORY at
	 * the terminal's first byte). Called again when output was overwritten before
	 * it was read: `missed` bytes lie between the last output and the next. If the
	 * newest run began or ended there, `started` and `ended` are called for it first.
	 * Also called again when the terminal's history was lost (missed 0). */
	void (*begin)(void *arg, struct ptyhead_run const *run, struct ptyhead_size size,
	              void const *bytes, size_t len, uint64_t missed);
	/* Output of the program, in order; `offset` counts from the terminal's first
	 * byte. Questions that the head answers are left out. */
	void (*output)(void *arg, uint64_t offset, void const *data, size_t len);
	/* A run began. What the last run left switched on is now off on the terminal. A
	 * viewer that passes the bytes to a terminal must reset that terminal. */
	void (*started)(void *arg, uint64_t offset, struct ptyhead_run const *run, struct ptyhead_size size);
	void (*ended)(void *arg, uint64_t offset, struct ptyhead_run const *run);
	void (*resized)(void *arg, uint64_t offset, struct ptyhead_size size);
	/* The result of ptyhead_viewer_send. */
	void (*taken)(void *arg, uint32_t serial, int result, uint64_t offset);
	/* The head is away; the viewer looks for it. The next head continues where this
	 * one stopped. */
	void (*away)(void *arg);
	void (*back)(void *arg);
	void *reserved[4];
};

struct ptyhead_view {
	struct ptyhead_address const *address;
	unsigned flags;           /* PTYHEAD_WATCH_ONLY and so on */
	struct ptyhead_size size; /* the size that this viewer wants; zeros: none */
	bool on_tty;              /* this viewer shows its output on the terminal `tty_fd`. */
	int tty_fd;               /* The head refuses to show a terminal on itself */
	struct ptyhead_viewer_calls calls;
	uint64_t reserved[4];
};

struct ptyhead_viewer;

/* Starts to look for the terminal. `v` and the address are copied. -EINVAL: invalid
 * terminal name. */
int ptyhead_viewer_new(struct ptyhead_viewer **ret, struct ptyhead_view const *v);
void ptyhead_viewer_free(struct ptyhead_viewer *v);
/* The descriptor to poll for POLLIN. It belongs to the viewer. */
int ptyhead_viewer_fd(struct ptyhead_viewer const *v);
/* Does the pending work, at most 256 KiB of output. 0, or -errno when the viewer has
 * ended: refused, or no head was there at the first attempt. */
int ptyhead_viewer_process(struct ptyhead_viewer *v);
/* The last refusal. */
struct ptyhead_reply const *ptyhead_viewer_reply(struct ptyhead_viewer const *v);
/* Types bytes: in order, at most once, also for the next head. Returns how many bytes
 * were taken; at most 64 KiB are held. 0 with PTYHEAD_WATCH_ONLY. */
size_t ptyhead_viewer_input(struct ptyhead_viewer *v, void const *data, size_t len);
/* Types bytes and reports the result; one at a time. `taken` is called with `serial`
 * and 0: the line has taken all of it, and the output before `offset` was written
 * earlier; -EMSGSIZE: the line is canonical and has no room; -ESRCH: no program is on
 * the terminal; -ENXIO: no process has it open; -EIO: the head failed; -ECONNRESET: the
 * head went away, and the result is unknown. Returns 0; -EBUSY: another one is under way;
 * -EMSGSIZE: more than 8192 bytes; -ENOTCONN: the head is away; -EPERM: with
 * PTYHEAD_WATCH_ONLY. */
int ptyhead_viewer_send(struct ptyhead_viewer *v, uint32_t serial, void const *data, size_t len);
void ptyhead_viewer_resize(struct ptyhead_viewer *v, struct ptyhead_size size);

/* ---- listing -------------------------------------------------------------------- */

struct ptyhead_entry {
	char terminal[PTYHEAD_TERMINAL_MAX + 1];
	char command[PTYHEAD_COMMAND_MAX + 1]; /* argv, each argument ended by a NUL */
	bool open; /* the newest run's program has ended, and others have the terminal open */
	size_t command_len;
	struct ptyhead_run run; /* the newest run; `since` is its start */
	uint64_t ended;         /* end of the last run that ended; 0: not known */
	struct ptyhead_size size;
	uint32_t viewers;  /* viewers that may type */
	uint32_t watchers;
	uint64_t bytes;    /* bytes ever written */
};

struct ptyhead_lister;

/* Asks the head at `path` for its terminals, or for `terminal` alone if that is not
 * NULL. Both are copied. ptyhead_lister_process calls `each` in the order of the names;
 * `each` must not free the lister. `look`: use the watch socket if the other one may
 * not be used. */
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
	int master; /* of a pseudoterminal, non-blocking; nobody else reads it */
	int pidfd;  /* of the program: tells the head its end and its status; -1: none */
	bool sized; /* `size` was requested; false: it may be a default */
	struct ptyhead_size size;
	char const *const *argv; /* of the program, for people; NULL-terminated, or NULL */
	uint64_t reserved[4];
};

struct ptyhead_exporter;

/* Exports a master. All arguments are copied. The caller keeps its descriptors, and
 * must close its master when the head has answered. */
int ptyhead_exporter_new(struct ptyhead_exporter **ret, struct ptyhead_offer const *o);
void ptyhead_exporter_free(struct ptyhead_exporter *x);
int ptyhead_exporter_fd(struct ptyhead_exporter const *x);
/* 1: go on; 0: the head has the terminal; -errno. */
int ptyhead_exporter_process(struct ptyhead_exporter *x);
struct ptyhead_reply const *ptyhead_exporter_reply(struct ptyhead_exporter const *x);
/* After 0: the size that the head has set, and the number of the run. */
void ptyhead_exporter_answer(struct ptyhead_exporter const *x, struct ptyhead_size *ret_size, uint64_t *ret_run);

/* ---- this process's own terminal ---------------------------------------------------- */

#define PTYHEAD_ADOPT_KEEP_STDERR 1u /* leave descriptor 2 unchanged */
#define PTYHEAD_ADOPT_KEEP_SESSION 2u /* change only the descriptors. The process keeps its session,
                                         so the terminal's keys send it no signals */

struct ptyhead_adoption {
	struct ptyhead_address const *address;
	unsigned flags;
	int timeout_ms;           /* limit for the head's answer; 0: 10 seconds; -1: for ever */
	struct ptyhead_size size; /* zeros: 24x80, or what the head wants */
	char const *const *argv;  /* how to call this process; NULL: its own argv */
	uint64_t reserved[4];
};

struct ptyhead_adopted;

/* Puts this process on a terminal of its own at the head, for example in the child of a
 * server that forks. Opens a pseudoterminal and hands over its master. This process
 * becomes the leader of a session with this controlling terminal (it leaves its process
 * group and its old terminal, see ptyhead(3)). Descriptors 0, 1 and 2 become the
 * terminal; the old ones are kept. The run ends with this process. Call this while the
 * process has one thread. On -errno everything is as before, but the session may be a
 * new one. `ret_reply` (may be NULL) has the head's refusal. */
int ptyhead_adopt(struct ptyhead_adopted **ret, struct ptyhead_adoption const *a, struct ptyhead_reply *ret_reply);
/* The same with only an address, `NAME:terminal`: `if
 * (ptyhead_adopt_self("app:client-17") < 0) …` */
int ptyhead_adopt_self(char const *address);
/* Restores the descriptors and frees `t`. The terminal hangs up, and the run ends, when
 * no other process has it open. The session stays. 0 or -errno; in that case all that
 * could be restored is. */
int ptyhead_give_back(struct ptyhead_adopted *a);

#ifdef __cplusplus
}
#endif

#endif
