/* SPDX-License-Identifier: ISC */
#include "codec.h"

#include <string.h>

/* ---- writing ------------------------------------------------------------- */

/* Room for `n` bytes, or NULL. After a field that does not fit nothing more is written:
 * a shorter field must not take its place. */
static uint8_t *reserve(struct wire_writer *w, size_t n)
{
	if (w->full || n > w->room - w->len) {
		w->full = true;
		return NULL;
	}
	uint8_t *const p = w->buf + w->len;
	w->len += n;
	return p;
}

void wire_write_u8(struct wire_writer *w, uint8_t v)
{
	uint8_t *const p = reserve(w, 1);
	if (p) *p = v;
}

void wire_write_u16(struct wire_writer *w, uint16_t v)
{
	uint8_t *const p = reserve(w, 2);
	if (!p) return;
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void wire_write_u32(struct wire_writer *w, uint32_t v)
{
	wire_write_u16(w, (uint16_t)(v >> 16));
	wire_write_u16(w, (uint16_t)v);
}

void wire_write_u64(struct wire_writer *w, uint64_t v)
{
	wire_write_u32(w, (uint32_t)(v >> 32));
	wire_write_u32(w, (uint32_t)v);
}

void wire_write_size(struct wire_writer *w, struct wire_size v)
{
	wire_write_u16(w, v.rows);
	wire_write_u16(w, v.cols);
	wire_write_u16(w, v.xpixel);
	wire_write_u16(w, v.ypixel);
}

void wire_write_tty(struct wire_writer *w, struct wire_tty v)
{
	wire_write_u64(w, v.dev);
	wire_write_u64(w, v.rdev);
}

void wire_write_rest(struct wire_writer *w, struct wire_bytes v, size_t limit)
{
	size_t const len = v.len < limit ? v.len : limit;
	uint8_t *const p = reserve(w, len);
	if (p && len > 0) memcpy(p, v.data, len);
}

void wire_write_string(struct wire_writer *w, struct wire_bytes v, size_t limit)
{
	size_t const len = v.len < limit ? v.len : limit;
	wire_write_u16(w, (uint16_t)len);
	wire_write_rest(w, v, len);
}

/* ---- reading ------------------------------------------------------------- */

void wire_reader_next(struct wire_reader *r, enum wire_since since)
{
	if (since == WIRE_APPENDED && r->left == 0 && !r->bad) r->missing = true;
}

static uint8_t const *take(struct wire_reader *r, size_t n)
{
	static uint8_t const zeros[8];
	if (n > r->left) {
		if (!r->missing) r->bad = true;
		r->left = 0;
		return zeros;
	}
	uint8_t const *const p = r->at;
	r->at += n;
	r->left -= n;
	return p;
}

uint8_t wire_read_u8(struct wire_reader *r)
{
	return *take(r, 1);
}

uint16_t wire_read_u16(struct wire_reader *r)
{
	uint8_t const *const p = take(r, 2);
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t wire_read_u32(struct wire_reader *r)
{
	uint32_t const high = wire_read_u16(r);
	return high << 16 | wire_read_u16(r);
}

uint64_t wire_read_u64(struct wire_reader *r)
{
	uint64_t const high = wire_read_u32(r);
	return high << 32 | wire_read_u32(r);
}

struct wire_size wire_read_size(struct wire_reader *r)
{
	struct wire_size s;
	s.rows = wire_read_u16(r);
	s.cols = wire_read_u16(r);
	s.xpixel = wire_read_u16(r);
	s.ypixel = wire_read_u16(r);
	return s;
}

struct wire_tty wire_read_tty(struct wire_reader *r)
{
	struct wire_tty t;
	t.dev = wire_read_u64(r);
	t.rdev = wire_read_u64(r);
	return t;
}

/* The next `len` bytes, if there are so many and `len` is within the limit. */
static struct wire_bytes read_bytes(struct wire_reader *r, size_t len, size_t limit)
{
	struct wire_bytes b = {r->at, 0};
	if (len > limit || len > r->left) {
		r->bad = true;
		r->left = 0;
		return b;
	}
	b.len = len;
	r->at += len;
	r->left -= len;
	return b;
}

struct wire_bytes wire_read_string(struct wire_reader *r, size_t limit)
{
	size_t const len = wire_read_u16(r);
	return read_bytes(r, len, limit);
}

struct wire_bytes wire_read_rest(struct wire_reader *r, size_t limit)
{
	return read_bytes(r, r->left, limit);
}
