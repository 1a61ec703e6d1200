/* SPDX-License-Identifier: ISC */
/* Reads and writes the fields of a frame's table (wire.h). Internal to wire.c and its
 * tests. A writer never writes beyond its end; `full` tells that something did not fit.
 * A reader works the same way: a field that goes beyond the payload sets `bad`, and all
 * later fields read as 0. So a decoder checks only once, at its end. */
#ifndef CODEC_H
#define CODEC_H

#include "wire.h"

struct wire_writer {
	uint8_t *buf;
	size_t room; /* bytes of buf */
	size_t len;  /* bytes written; at most room */
	bool full;   /* something did not fit; buf does not contain a frame */
};

void wire_write_u8(struct wire_writer *w, uint8_t v);
void wire_write_u16(struct wire_writer *w, uint16_t v);
void wire_write_u32(struct wire_writer *w, uint32_t v);
void wire_write_u64(struct wire_writer *w, uint64_t v);
void wire_write_size(struct wire_writer *w, struct wire_size v);
void wire_write_tty(struct wire_writer *w, struct wire_tty v);
/* Cut at `limit` bytes; string: preceded by a be16 length. */
void wire_write_string(struct wire_writer *w, struct wire_bytes v, size_t limit);
void wire_write_rest(struct wire_writer *w, struct wire_bytes v, size_t limit);

struct wire_reader {
	uint8_t const *at;
	size_t left;
	bool bad;     /* the payload is too short, or a string is too long */
	bool missing; /* it ended before an appended field; that field and all later ones read as 0 */
};

/* To call before each field: may the payload end here? */
void wire_reader_next(struct wire_reader *r, enum wire_since since);

uint8_t wire_read_u8(struct wire_reader *r);
uint16_t wire_read_u16(struct wire_reader *r);
uint32_t wire_read_u32(struct wire_reader *r);
uint64_t wire_read_u64(struct wire_reader *r);
struct wire_size wire_read_size(struct wire_reader *r);
struct wire_tty wire_read_tty(struct wire_reader *r);
/* A string longer than `limit` sets bad. */
struct wire_bytes wire_read_string(struct wire_reader *r, size_t limit);
struct wire_bytes wire_read_rest(struct wire_reader *r, size_t limit);

/* Kinds that have a limit get it as an argument. */
#define WIRE_LIMIT_u16(limit)
#define WIRE_LIMIT_u32(limit)
#define WIRE_LIMIT_u64(limit)
#define WIRE_LIMIT_size(limit)
#define WIRE_LIMIT_tty(limit)
#define WIRE_LIMIT_string(limit) , limit
#define WIRE_LIMIT_rest(limit) , limit

/* Used in a table: writes the members of *f to the writer w. */
#define WIRE_WRITE(kind, name, limit, since) wire_write_##kind(&w, f->name WIRE_LIMIT_##kind(limit));
/* Used in a table: reads the members of *ret from the reader r. */
#define WIRE_READ(kind, name, limit, since)                                    \
	wire_reader_next(&r, WIRE_##since);                                     \
	ret->name = wire_read_##kind(&r WIRE_LIMIT_##kind(limit));

#endif
