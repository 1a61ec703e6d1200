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
#define WIRE_PUT_MAX (WIRE_HEADER + WIRE_INPUT_MAX) /* the longest frame that version 1 sends */
#define WIRE_SIDE_MAX 1000u    /* rows or columns of a terminal */

enum wire_type {
	/* a peer's first frame */
	WIRE_EXPORT = 1, /* fds: master, then the program's pidfd if it has one */
	WIRE_ATTACH = 2, /* type, resize and look; fds: wake-up page (tape/page.h) */
	WIRE_WATCH = 3,  /* look only; fds: wake-up page */
	/* a viewer, later */
	WIRE_INPUT = 16,  /* bytes for the program; attach only */
	WIRE_RESIZE = 17, /* the viewer's size; attach only */
	WIRE_MOVED = 18,  /* a lossless reader that the head waited for has moved */
	/* the head */
	WIRE_EXPORTED = 64,
	WIRE_ATTACHED = 65, /* fds: the tape, read-only */
	WIRE_REFUSED = 66,  /* and the connection ends */
	WIRE_WAKE = 67,     /* there is more on the tape; no payload */
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
size_t wire_put_empty(uint8_t *buf, enum wire_type type); /* WIRE_HEADER bytes */

/* Each reads a payload: 0, or -1 when it is short or a string in it is longer
 * than its limit. */
int wire_get_export(uint8_t const *payload, size_t len, struct wire_export *ret);
int wire_get_attach(uint8_t const *payload, size_t len, struct wire_attach *ret);
int wire_get_resize(uint8_t const *payload, size_t len, struct wire_size *ret);
int wire_get_exported(uint8_t const *payload, size_t len, struct wire_exported *ret);
int wire_get_attached(uint8_t const *payload, size_t len, struct wire_attached *ret);
int wire_get_refused(uint8_t const *payload, size_t len, struct wire_refused *ret);

/* A terminal's name: 1 to WIRE_TERMINAL_MAX bytes out of A-Z a-z 0-9 . _ @ + -
 * that begin neither with '.' nor with '-'. */
bool wire_terminal_ok(void const *name, size_t len);

/* Both sides between 1 and WIRE_SIDE_MAX. */
bool wire_size_ok(struct wire_size size);

#endif
