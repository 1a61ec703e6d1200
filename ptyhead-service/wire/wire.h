/* The control protocol between a head and its peers: every type, limit and
 * payload, and the codec. Pure: no I/O, no allocation. ptyhead-protocol(7) is
 * this header in prose.
 *
 * A connection is a SOCK_STREAM in the UNIX domain. What travels is frames:
 *
 *     offset 0  u8    0xF5, which no UTF-8 text and no foreign form begins with
 *            1  u8    version, 1
 *            2  be16  type
 *            4  be32  length of the payload, at most WIRE_PAYLOAD_MAX
 *            8        payload
 *
 * All integers are big-endian. Descriptors that belong to a frame are sent
 * with its first byte. The first frame a peer sends names its role and must
 * come within the head's patience; the head answers it with exactly one frame.
 * A payload that is longer than its type's fields is taken, the rest ignored,
 * so that later versions may append fields; a shorter one is an error. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC 0xF5u
#define WIRE_VERSION 1u
#define WIRE_HEADER 8u
#define WIRE_PAYLOAD_MAX 65528u
#define WIRE_FRAME_MAX (WIRE_HEADER + WIRE_PAYLOAD_MAX)
#define WIRE_FDS_MAX 2u        /* the most that any frame carries */
#define WIRE_TERMINAL_MAX 64u  /* bytes of a terminal's name, without a NUL */
#define WIRE_COMMAND_MAX 1024u /* bytes of a program's argv, each ended by NUL */
#define WIRE_TEXT_MAX 512u     /* bytes of a refusal's text */
#define WIRE_INPUT_MAX 4096u   /* bytes of input in one frame */
#define WIRE_SEND_MAX 8192u    /* bytes of input in one SEND: more than a canonical line holds */
#define WIRE_PUT_MAX (WIRE_HEADER + 4u + WIRE_SEND_MAX) /* the longest frame but LISTED */
#define WIRE_SIDE_MAX 1000u    /* rows or columns of a terminal */

enum wire_type {
	/* a peer's first frame */
	WIRE_EXPORT = 1, /* fds: master, then the program's pidfd if it has one */
	WIRE_ATTACH = 2, /* type, resize and look; fds: wake-up page (tape/page.h) */
	WIRE_WATCH = 3,  /* look only; fds: wake-up page */
	WIRE_LIST = 4,   /* which terminals are there? May be asked again, and last of all */
	/* a viewer, later */
	WIRE_INPUT = 16,  /* bytes for the program; attach only */
	WIRE_RESIZE = 17, /* the viewer's size; attach only */
	WIRE_MOVED = 18,  /* a lossless reader that the head waited for has moved */
	WIRE_SEND = 19,   /* as INPUT, answered by TAKEN; attach only, one at a time */
	/* the head */
	WIRE_EXPORTED = 64,
	WIRE_ATTACHED = 65, /* fds: the tape, read-only */
	WIRE_REFUSED = 66,  /* and the connection ends */
	WIRE_WAKE = 67,     /* there is more on the tape; no payload */
	WIRE_LISTED = 68,   /* terminals: as many as fit */
	WIRE_TAKEN = 69,    /* what became of a SEND */
};

enum wire_refusal {
	WIRE_R_VERSION = 1,  /* the head speaks another version */
	WIRE_R_ROLE = 2,     /* this socket does not admit the role */
	WIRE_R_TERMINAL = 3, /* no such terminal, or not a name */
	WIRE_R_BUSY = 4,     /* the terminal's program is alive */
	WIRE_R_FD = 5,       /* not the descriptors that the role needs */
	WIRE_R_LIMIT = 6,    /* the head holds as much as it may */
	WIRE_R_LOOP = 7,     /* the viewer's own terminal would show itself */
	WIRE_R_REQUEST = 8,  /* anything else that is wrong with the request */
	WIRE_R_FAILED = 9,   /* the head could not do it: its own trouble */
};

/* As struct winsize; 0 rows or columns: no size is stated. */
struct wire_size {
	uint16_t rows;
	uint16_t cols;
	uint16_t xpixel;
	uint16_t ypixel;
};

/* A terminal as fstat(2) names it: st_dev and st_rdev of the slave, by which
 * a viewer is kept from showing a terminal on itself. 0, 0: not stated. */
struct wire_tty {
	uint64_t dev;
	uint64_t rdev;
};

/* Pointers reach into the frame that was decoded, and are not NUL-ended. */
struct wire_bytes {
	uint8_t const *data;
	size_t len;
};

#define WIRE_EXPORT_UNATTENDED 1u /* nobody waits for the answer (-D) */
#define WIRE_EXPORT_SIZED 2u      /* `size` was asked for, not a default */

struct wire_export {
	uint32_t flags;
	struct wire_size size;
	struct wire_tty tty;
	struct wire_bytes terminal; /* be16 length before it */
	struct wire_bytes command;  /* be16 length before it */
};

#define WIRE_ATTACH_LOSSLESS 1u /* the head is to wait for this reader */

struct wire_attach { /* WIRE_ATTACH and WIRE_WATCH */
	uint32_t flags;
	struct wire_size size;
	struct wire_tty tty; /* the viewer's own terminal */
	struct wire_bytes terminal;
};

struct wire_exported {
	struct wire_size size; /* what the head has set on the master */
	uint64_t run;
};

struct wire_attached {
	uint32_t flags; /* WIRE_ATTACH_LOSSLESS: granted */
	uint64_t viewer;
};

struct wire_refused {
	uint16_t code; /* enum wire_refusal, or one of a later version */
	struct wire_bytes text;
};

struct wire_list {
	uint32_t flags;             /* none yet */
	struct wire_bytes after;    /* only names behind this one, bytewise; empty: from the first */
	struct wire_bytes terminal; /* only this one; empty: all */
};

#define WIRE_LISTED_MORE 1u /* there are others, after the last one here */

struct wire_listed {
	uint32_t flags;
	uint16_t count;
	struct wire_bytes entries; /* for wire_listed_next */
};

#define WIRE_ENTRY_ALIVE 1u  /* the run's program lives */
#define WIRE_ENTRY_STATUS 2u /* `status` is the wait(2) status of the last run that ended */

struct wire_entry {
	struct wire_bytes terminal;
	uint32_t flags;
	uint32_t pid;      /* of the run, as the head sees it; 0: not known */
	uint32_t status;
	uint64_t run;      /* 0: none yet */
	uint64_t since;    /* alive: CLOCK_REALTIME ns of the run's start */
	uint64_t ended;    /* the same of the last end of a run; 0: not known */
	struct wire_size size;
	uint32_t viewers;  /* that type */
	uint32_t watchers;
	uint64_t bytes;    /* ever written: the tape's end */
	struct wire_bytes command; /* as in an export; empty: not known */
};

struct wire_send {
	uint32_t serial; /* the peer's choice; in the answer */
	struct wire_bytes data;
};

enum wire_taken_code {
	WIRE_T_TAKEN = 0,   /* the line has all of it */
	WIRE_T_LINE = 1,    /* none of it: the line is canonical, and would lose what is
	                       above WIRE_LINE_MAX bytes before a line's end */
	WIRE_T_PROGRAM = 2, /* no program is on the terminal, or it ended before the line
	                       had taken all */
	WIRE_T_CLOSED = 3,  /* none of it: nobody has the terminal open */
	WIRE_T_FAILED = 4,  /* the head could not do it: its own trouble */
};
#define WIRE_LINE_MAX 4095u

struct wire_taken {
	uint32_t serial;
	uint16_t code;   /* enum wire_taken_code, or one of a later version */
	uint64_t offset; /* of the tape: all that lies before was written before */
};

struct wire_header {
	uint8_t version;
	uint16_t type;
	uint32_t length;
};

/* 0; 1 when fewer than WIRE_HEADER bytes are there; -1 when they are not a
 * header of this protocol (wrong magic, which the first byte alone can say, or
 * a length above the limit). A version that is not ours is not an error here:
 * the head answers it. The header and WIRE_REFUSED are the same in every
 * version, so that each side can say so to the other. */
int wire_header_decode(uint8_t const *buf, size_t len, struct wire_header *ret);

/* Each writes a whole frame to `buf`, which holds at least WIRE_PUT_MAX bytes
 * unless said otherwise, and returns its length. Strings longer than their
 * limit are cut: callers check what must not be cut. */
size_t wire_put_export(uint8_t *buf, struct wire_export const *f);
size_t wire_put_attach(uint8_t *buf, bool watch, struct wire_attach const *f);
size_t wire_put_input(uint8_t *buf, void const *data, size_t len);
size_t wire_put_resize(uint8_t *buf, struct wire_size size); /* 16 bytes */
size_t wire_put_exported(uint8_t *buf, struct wire_exported const *f);
size_t wire_put_attached(uint8_t *buf, struct wire_attached const *f);
size_t wire_put_refused(uint8_t *buf, enum wire_refusal code, char const *text);
size_t wire_put_list(uint8_t *buf, struct wire_list const *f);
size_t wire_put_send(uint8_t *buf, uint32_t serial, void const *data, size_t len);
size_t wire_put_taken(uint8_t *buf, struct wire_taken const *f);
size_t wire_put_empty(uint8_t *buf, enum wire_type type); /* WIRE_HEADER bytes */

/* LISTED is put together in a buffer of WIRE_FRAME_MAX bytes. Each returns the
 * length so far; add returns 0 when there is no room for the entry. The frame is
 * one after wire_listed_end. */
size_t wire_listed_begin(uint8_t *buf);
size_t wire_listed_add(uint8_t *buf, size_t len, struct wire_entry const *e);
size_t wire_listed_end(uint8_t *buf, size_t len, uint32_t flags);

/* Each reads a payload: 0, or -1 when it is short or a string in it is longer
 * than its limit. */
int wire_get_export(uint8_t const *payload, size_t len, struct wire_export *ret);
int wire_get_attach(uint8_t const *payload, size_t len, struct wire_attach *ret);
int wire_get_resize(uint8_t const *payload, size_t len, struct wire_size *ret);
int wire_get_exported(uint8_t const *payload, size_t len, struct wire_exported *ret);
int wire_get_attached(uint8_t const *payload, size_t len, struct wire_attached *ret);
int wire_get_refused(uint8_t const *payload, size_t len, struct wire_refused *ret);

int wire_get_list(uint8_t const *payload, size_t len, struct wire_list *ret);
int wire_get_listed(uint8_t const *payload, size_t len, struct wire_listed *ret);
int wire_get_send(uint8_t const *payload, size_t len, struct wire_send *ret);
int wire_get_taken(uint8_t const *payload, size_t len, struct wire_taken *ret);
/* The next entry: 0; 1 when there is none; -1 as above. */
int wire_listed_next(struct wire_listed *l, struct wire_entry *ret);

/* A terminal's name: 1 to WIRE_TERMINAL_MAX bytes out of A-Z a-z 0-9 . _ @ + -
 * that begin neither with '.' nor with '-'. */
bool wire_terminal_ok(void const *name, size_t len);

/* Both sides between 1 and WIRE_SIDE_MAX. */
bool wire_size_ok(struct wire_size size);

#endif
