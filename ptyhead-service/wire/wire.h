/* SPDX-License-Identifier: ISC */
/* The control protocol between a head and its peers: all types, limits and payloads, and
 * the codec. Pure: no I/O, no allocation. ptyhead-protocol(7) describes it in prose.
 *
 * A connection is a SOCK_STREAM in the UNIX domain. Both sides send frames:
 *
 *     offset 0  u8    0xF5, which begins neither UTF-8 text nor a foreign form
 *            1  u8    version, 1
 *            2  be16  type
 *            4  be32  length of the payload, at most WIRE_PAYLOAD_MAX
 *            8        payload
 *
 * All integers are big-endian. The descriptors of a frame are sent with its first byte.
 * The first frame of a peer names its role and must come within the head's patience. The
 * head answers it with exactly one frame.
 *
 * Each payload has one table below, WIRE_x_FIELDS. The struct, the encoder, the decoder
 * and the longest length of the frame, WIRE_x_FRAME, are generated from it.
 *
 * How the protocol grows within a version:
 * - A field is appended as the last row of its table, marked APPENDED. No row is ever
 *   removed, moved or changed, and no limit of a string.
 * - Old reader, new writer: the reader ignores what lies behind the fields it knows.
 * - New reader, old writer: a missing APPENDED field reads as 0, an empty string, or no
 *   size. So 0 must mean the same as the absence of the field ("not known", "not asked
 *   for").
 * - A payload that ends inside a field, or before an ALWAYS field, is an error.
 * - INPUT and SEND cannot get fields: their bytes are the rest of the payload. The entries
 *   of LISTED have lengths of their own and grow by the same rules.
 * - A reader ignores unknown flags, and treats unknown codes as "other".
 * - A head drops a viewer that sends a frame of an unknown type; a viewer ignores such a
 *   frame. So a peer sends a new type only to a head that has announced it by a flag in
 *   its answer. */
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
#define WIRE_FDS_MAX 2u        /* most descriptors of a frame */
#define WIRE_TERMINAL_MAX 64u  /* bytes of a terminal's name, without a NUL */
#define WIRE_COMMAND_MAX 1024u /* bytes of a program's argv, each ended by NUL */
#define WIRE_TEXT_MAX 512u     /* bytes of a refusal's text */
#define WIRE_INPUT_MAX 4096u   /* bytes of input in one frame */
#define WIRE_SEND_MAX 8192u    /* bytes of input in one SEND; more than a canonical line holds */
#define WIRE_SIDE_MAX 1000u    /* rows or columns of a terminal */

enum wire_type {
	/* a peer's first frame */
	WIRE_EXPORT = 1, /* fds: master, then the program's pidfd if it has one */
	WIRE_ATTACH = 2, /* type, resize and look; fds: wake-up page (tape/page.h) */
	WIRE_WATCH = 3,  /* look only; fds: wake-up page */
	WIRE_LIST = 4,   /* which terminals are there? Another first frame may follow */
	/* a viewer, later */
	WIRE_INPUT = 16,  /* bytes for the program; attach only */
	WIRE_RESIZE = 17, /* the viewer's size; attach only */
	WIRE_MOVED = 18,  /* refused; the connection ends */
	WIRE_SEND = 19,   /* as INPUT, answered by TAKEN; attach only, one at a time */
	/* the head */
	WIRE_EXPORTED = 64,
	WIRE_ATTACHED = 65, /* fds: the tape, read-only */
	WIRE_REFUSED = 66,  /* and the connection ends */
	WIRE_WAKE = 67,     /* the tape has more; no payload */
	WIRE_LISTED = 68,   /* terminals: as many as fit */
	WIRE_TAKEN = 69,    /* the result of a SEND */
};

enum wire_refusal {
	WIRE_R_VERSION = 1,  /* the head speaks another version */
	WIRE_R_ROLE = 2,     /* this socket does not admit the role */
	WIRE_R_TERMINAL = 3, /* no such terminal, or not a name */
	WIRE_R_BUSY = 4,     /* the terminal's program is alive */
	WIRE_R_FD = 5,       /* wrong descriptors for the role */
	WIRE_R_LIMIT = 6,    /* the head, or its store, is full */
	WIRE_R_LOOP = 7,     /* the viewer's terminal would show itself */
	WIRE_R_REQUEST = 8,  /* any other error in the request */
	WIRE_R_FAILED = 9,   /* the head failed */
};

/* Like struct winsize. 0 rows or columns: no size is stated. */
struct wire_size {
	uint16_t rows;
	uint16_t cols;
	uint16_t xpixel;
	uint16_t ypixel;
};

/* A terminal as fstat(2) identifies it: st_dev and st_rdev of the slave. The head uses
 * it to refuse a viewer that would show a terminal on itself. 0, 0: not stated. */
struct wire_tty {
	uint64_t dev;
	uint64_t rdev;
};

/* Pointers into the decoded frame. Not NUL-terminated. */
struct wire_bytes {
	uint8_t const *data;
	size_t len;
};

/* ---- the tables ----------------------------------------------------------- */

/* F(kind, name, limit, since): one field. The order is that of the frame. */

enum wire_since {
	WIRE_ALWAYS,   /* part of version 1 from the beginning */
	WIRE_APPENDED, /* added later; an older peer's payload ends before it */
};

/* For each kind: the type in the struct, and the longest length in a frame. */
#define WIRE_C_u16 uint16_t
#define WIRE_C_u32 uint32_t
#define WIRE_C_u64 uint64_t
#define WIRE_C_size struct wire_size
#define WIRE_C_tty struct wire_tty
#define WIRE_C_string struct wire_bytes /* a be16 length, then the bytes */
#define WIRE_C_rest struct wire_bytes   /* the rest of the payload */
#define WIRE_LEN_u16(limit) 2u
#define WIRE_LEN_u32(limit) 4u
#define WIRE_LEN_u64(limit) 8u
#define WIRE_LEN_size(limit) 8u
#define WIRE_LEN_tty(limit) 16u
#define WIRE_LEN_string(limit) (2u + (limit))
#define WIRE_LEN_rest(limit) (limit)

#define WIRE_MEMBER(kind, name, limit, since) WIRE_C_##kind name;
#define WIRE_SPAN(kind, name, limit, since) uint8_t name[WIRE_LEN_##kind(limit)];
#define WIRE_LONGEST(fields) sizeof(struct { fields(WIRE_SPAN) }) /* longest payload */

#define WIRE_EXPORT_UNATTENDED 1u /* the exporter does not wait for the answer (-D) */
#define WIRE_EXPORT_SIZED 2u      /* `size` was requested; it is not a default */

#define WIRE_EXPORT_FIELDS(F)                                                  \
	F(u32, flags, 0, ALWAYS)                                               \
	F(size, size, 0, ALWAYS)                                               \
	F(tty, tty, 0, ALWAYS)                                                 \
	F(string, terminal, WIRE_TERMINAL_MAX, ALWAYS)                         \
	F(string, command, WIRE_COMMAND_MAX, ALWAYS)
#define WIRE_EXPORT_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_EXPORT_FIELDS))
struct wire_export {
	WIRE_EXPORT_FIELDS(WIRE_MEMBER)
};

#define WIRE_ATTACH_LOSSLESS 1u /* the head waits for this reader */
#define WIRE_ATTACHED_SCHEME 2u /* a report of the colour scheme is for the head */

/* ATTACH and WATCH. tty: the viewer's own terminal. */
#define WIRE_ATTACH_FIELDS(F)                                                  \
	F(u32, flags, 0, ALWAYS)                                               \
	F(size, size, 0, ALWAYS)                                               \
	F(tty, tty, 0, ALWAYS)                                                 \
	F(string, terminal, WIRE_TERMINAL_MAX, ALWAYS)
#define WIRE_ATTACH_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_ATTACH_FIELDS))
struct wire_attach {
	WIRE_ATTACH_FIELDS(WIRE_MEMBER)
};

/* flags: none yet. after: list only names behind this one (bytewise order); empty: from
 * the first. terminal: list only this one; empty: all. */
#define WIRE_LIST_FIELDS(F)                                                    \
	F(u32, flags, 0, ALWAYS)                                               \
	F(string, after, WIRE_TERMINAL_MAX, ALWAYS)                            \
	F(string, terminal, WIRE_TERMINAL_MAX, ALWAYS)
#define WIRE_LIST_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_LIST_FIELDS))
struct wire_list {
	WIRE_LIST_FIELDS(WIRE_MEMBER)
};

#define WIRE_INPUT_FIELDS(F) F(rest, data, WIRE_INPUT_MAX, ALWAYS)
#define WIRE_INPUT_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_INPUT_FIELDS))
struct wire_input {
	WIRE_INPUT_FIELDS(WIRE_MEMBER)
};

#define WIRE_RESIZE_FIELDS(F) F(size, size, 0, ALWAYS)
#define WIRE_RESIZE_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_RESIZE_FIELDS))
struct wire_resize {
	WIRE_RESIZE_FIELDS(WIRE_MEMBER)
};

/* serial: chosen by the peer, repeated in the answer. */
#define WIRE_SEND_FIELDS(F)                                                    \
	F(u32, serial, 0, ALWAYS)                                              \
	F(rest, data, WIRE_SEND_MAX, ALWAYS)
#define WIRE_SEND_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_SEND_FIELDS))
struct wire_send {
	WIRE_SEND_FIELDS(WIRE_MEMBER)
};

/* The longest frame of a peer. A head accepts no longer one. */
#define WIRE_PEER_FRAME WIRE_SEND_FRAME
/* The longest frame of a watcher. It may send only MOVED. */
#define WIRE_WATCHER_FRAME 64u

/* MOVED and WAKE: no payload. */
#define WIRE_EMPTY_FRAME WIRE_HEADER

/* size: what the head has set on the master. */
#define WIRE_EXPORTED_FIELDS(F)                                                \
	F(size, size, 0, ALWAYS)                                               \
	F(u64, run, 0, ALWAYS)
#define WIRE_EXPORTED_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_EXPORTED_FIELDS))
struct wire_exported {
	WIRE_EXPORTED_FIELDS(WIRE_MEMBER)
};

/* flags: WIRE_ATTACH_LOSSLESS: granted; WIRE_ATTACHED_SCHEME. */
#define WIRE_ATTACHED_FIELDS(F)                                                \
	F(u32, flags, 0, ALWAYS)                                               \
	F(u64, viewer, 0, ALWAYS)
#define WIRE_ATTACHED_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_ATTACHED_FIELDS))
struct wire_attached {
	WIRE_ATTACHED_FIELDS(WIRE_MEMBER)
};

/* code: enum wire_refusal, or a code of a later version. */
#define WIRE_REFUSED_FIELDS(F)                                                 \
	F(u16, code, 0, ALWAYS)                                                \
	F(string, text, WIRE_TEXT_MAX, ALWAYS)
#define WIRE_REFUSED_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_REFUSED_FIELDS))
struct wire_refused {
	WIRE_REFUSED_FIELDS(WIRE_MEMBER)
};

#define WIRE_LISTED_MORE 1u /* more terminals follow the last one here */

/* entries: `count` strings, read by wire_listed_next. Anything after them is ignored. */
#define WIRE_ENTRIES_MAX (WIRE_PAYLOAD_MAX - 6u)
#define WIRE_LISTED_FIELDS(F)                                                  \
	F(u32, flags, 0, ALWAYS)                                               \
	F(u16, count, 0, ALWAYS)                                               \
	F(rest, entries, WIRE_ENTRIES_MAX, ALWAYS)
#define WIRE_LISTED_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_LISTED_FIELDS))
_Static_assert(WIRE_LISTED_FRAME == WIRE_FRAME_MAX, "LISTED fills a frame");
struct wire_listed {
	WIRE_LISTED_FIELDS(WIRE_MEMBER)
};

#define WIRE_ENTRY_ALIVE 1u  /* the run's program lives */
#define WIRE_ENTRY_STATUS 2u /* `status` is the wait(2) status of the last run that ended */
#define WIRE_ENTRY_OPEN 4u   /* the run's program has ended, and others have the terminal open */

/* One terminal in LISTED. */
#define WIRE_ENTRY_FIELDS(F)                                                             \
	F(string, terminal, WIRE_TERMINAL_MAX, ALWAYS)                                   \
	F(u32, flags, 0, ALWAYS)                                                         \
	F(u32, pid, 0, ALWAYS)      /* of the run, as the head sees it; 0: not known */  \
	F(u32, status, 0, ALWAYS)                                                        \
	F(u64, run, 0, ALWAYS)      /* 0: none yet */                                    \
	F(u64, since, 0, ALWAYS)    /* alive: CLOCK_REALTIME ns of the run's start */    \
	F(u64, ended, 0, ALWAYS)    /* the same of the last end of a run; 0: not known */\
	F(size, size, 0, ALWAYS)                                                         \
	F(u32, viewers, 0, ALWAYS)  /* that type */                                      \
	F(u32, watchers, 0, ALWAYS)                                                      \
	F(u64, bytes, 0, ALWAYS)    /* ever written: the tape's end */                   \
	F(string, command, WIRE_COMMAND_MAX, ALWAYS) /* as in EXPORT; empty: not known */
#define WIRE_ENTRY_LONGEST WIRE_LONGEST(WIRE_ENTRY_FIELDS)
_Static_assert(WIRE_ENTRY_LONGEST <= WIRE_LEN_string(UINT16_MAX) - 2u, "an entry's length is 16 bits");
struct wire_entry {
	WIRE_ENTRY_FIELDS(WIRE_MEMBER)
};

enum wire_taken_code {
	WIRE_T_TAKEN = 0,   /* the line has taken all of it */
	WIRE_T_LINE = 1,    /* nothing was taken: the line is canonical and would lose what
	                       exceeds WIRE_LINE_MAX bytes before the line's end */
	WIRE_T_PROGRAM = 2, /* no program is on the terminal, or it ended before the line had
	                       taken all of it */
	WIRE_T_CLOSED = 3,  /* nothing was taken: no process has the terminal open */
	WIRE_T_FAILED = 4,  /* the head failed */
};
#define WIRE_LINE_MAX 4095u

/* code: enum wire_taken_code, or a code of a later version. offset: on the tape; all
 * bytes before it were written before the input. */
#define WIRE_TAKEN_FIELDS(F)                                                   \
	F(u32, serial, 0, ALWAYS)                                              \
	F(u16, code, 0, ALWAYS)                                                \
	F(u64, offset, 0, ALWAYS)                                              \
	F(u16, flags, 0, APPENDED)
#define WIRE_TAKEN_SILENT 1u /* the line is canonical without echo: typed input is not shown */
#define WIRE_TAKEN_RAW 2u    /* the line is neither canonical nor echoes: the program may show typed input */
#define WIRE_TAKEN_FRAME (WIRE_HEADER + WIRE_LONGEST(WIRE_TAKEN_FIELDS))
struct wire_taken {
	WIRE_TAKEN_FIELDS(WIRE_MEMBER)
};

/* ---- the codec ------------------------------------------------------------ */

struct wire_header {
	uint8_t version;
	uint16_t type;
	uint32_t length;
};

/* 0: ok. 1: fewer than WIRE_HEADER bytes. -1: not a header of this protocol: wrong
 * magic (the first byte is enough to tell), or a length above the limit. Another
 * version is not an error here: the head answers it. The header and WIRE_REFUSED are
 * the same in every version, so that each side can tell the other. */
int wire_header_decode(uint8_t const *buf, size_t len, struct wire_header *ret);

/* Each function writes a whole frame to `buf` and returns its length; 0: it is longer
 * than `room` bytes. A buffer of WIRE_x_FRAME bytes is large enough for every x.
 * Strings above their limit are cut; callers check strings that must not be cut. */
size_t wire_put_export(uint8_t *buf, size_t room, struct wire_export const *f);
size_t wire_put_attach(uint8_t *buf, size_t room, bool watch, struct wire_attach const *f);
size_t wire_put_list(uint8_t *buf, size_t room, struct wire_list const *f);
size_t wire_put_input(uint8_t *buf, size_t room, void const *data, size_t len);
size_t wire_put_resize(uint8_t *buf, size_t room, struct wire_size size);
size_t wire_put_send(uint8_t *buf, size_t room, uint32_t serial, void const *data, size_t len);
size_t wire_put_exported(uint8_t *buf, size_t room, struct wire_exported const *f);
size_t wire_put_attached(uint8_t *buf, size_t room, struct wire_attached const *f);
size_t wire_put_refused(uint8_t *buf, size_t room, enum wire_refusal code, char const *text);
size_t wire_put_taken(uint8_t *buf, size_t room, struct wire_taken const *f);
size_t wire_put_empty(uint8_t *buf, size_t room, enum wire_type type);

/* LISTED is built one entry at a time, in a buffer of at most WIRE_LISTED_FRAME bytes. */
struct wire_listing {
	uint8_t *buf;
	size_t room;
	size_t len;
	uint16_t count;
};
void wire_listed_begin(struct wire_listing *l, uint8_t *buf, size_t room);
/* False: no room for the entry; the listing is unchanged. */
bool wire_listed_add(struct wire_listing *l, struct wire_entry const *e);
/* The frame's length; 0: not even an empty listing fits. */
size_t wire_listed_end(struct wire_listing *l, uint32_t flags);

/* Each function reads a payload. 0; -1: it is too short, or a string in it is above its
 * limit. */
int wire_get_export(uint8_t const *payload, size_t len, struct wire_export *ret);
int wire_get_attach(uint8_t const *payload, size_t len, struct wire_attach *ret);
int wire_get_list(uint8_t const *payload, size_t len, struct wire_list *ret);
int wire_get_input(uint8_t const *payload, size_t len, struct wire_input *ret);
int wire_get_resize(uint8_t const *payload, size_t len, struct wire_size *ret);
int wire_get_send(uint8_t const *payload, size_t len, struct wire_send *ret);
int wire_get_exported(uint8_t const *payload, size_t len, struct wire_exported *ret);
int wire_get_attached(uint8_t const *payload, size_t len, struct wire_attached *ret);
int wire_get_refused(uint8_t const *payload, size_t len, struct wire_refused *ret);
int wire_get_listed(uint8_t const *payload, size_t len, struct wire_listed *ret);
int wire_get_taken(uint8_t const *payload, size_t len, struct wire_taken *ret);
/* Reads the next entry. 0; 1: there is no more; -1 as above. */
int wire_listed_next(struct wire_listed *l, struct wire_entry *ret);

/* Is it a valid terminal name: 1 to WIRE_TERMINAL_MAX of the characters A-Z a-z 0-9 . _
 * @ + -, not beginning with '.' or '-'? */
bool wire_terminal_ok(void const *name, size_t len);

/* Are both sides between 1 and WIRE_SIDE_MAX? */
bool wire_size_ok(struct wire_size size);

#endif
