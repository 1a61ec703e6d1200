/* SPDX-License-Identifier: ISC */
#include "wire.h"

#include <string.h>

#include "codec.h"

/* ---- a frame around its fields -------------------------------------------- */

/* Begins a payload; leaves room for the header. */
static struct wire_writer begin(uint8_t *buf, size_t room)
{
	struct wire_writer w = {.buf = buf, .room = room};
	if (room < WIRE_HEADER) w.full = true;
	else w.len = WIRE_HEADER;
	return w;
}

/* Writes the header. Returns the frame's length, or 0. */
static size_t end(struct wire_writer const *w, enum wire_type type)
{
	struct wire_writer header = {.buf = w->buf, .room = WIRE_HEADER};
	if (w->full) return 0;
	wire_write_u8(&header, WIRE_MAGIC);
	wire_write_u8(&header, WIRE_VERSION);
	wire_write_u16(&header, (uint16_t)type);
	wire_write_u32(&header, (uint32_t)(w->len - WIRE_HEADER));
	return w->len;
}

/* ---- writing -------------------------------------------------------------- */

size_t wire_put_export(uint8_t *buf, size_t room, struct wire_export const *f)
{
	struct wire_writer w = begin(buf, room);
	WIRE_EXPORT_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_EXPORT);
}

size_t wire_put_attach(uint8_t *buf, size_t room, bool watch, struct wire_attach const *f)
{
	struct wire_writer w = begin(buf, room);
	WIRE_ATTACH_FIELDS(WIRE_WRITE)
	return end(&w, watch ? WIRE_WATCH : WIRE_ATTACH);
}

size_t wire_put_list(uint8_t *buf, size_t room, struct wire_list const *f)
{
	struct wire_writer w = begin(buf, room);
	WIRE_LIST_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_LIST);
}

size_t wire_put_input(uint8_t *buf, size_t room, void const *data, size_t len)
{
	struct wire_input const fields = {{data, len}}, *const f = &fields;
	struct wire_writer w = begin(buf, room);
	WIRE_INPUT_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_INPUT);
}

size_t wire_put_resize(uint8_t *buf, size_t room, struct wire_size size)
{
	struct wire_resize const fields = {size}, *const f = &fields;
	struct wire_writer w = begin(buf, room);
	WIRE_RESIZE_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_RESIZE);
}

size_t wire_put_send(uint8_t *buf, size_t room, uint32_t serial, void const *data, size_t len)
{
	struct wire_send const fields = {serial, {data, len}}, *const f = &fields;
	struct wire_writer w = begin(buf, room);
	WIRE_SEND_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_SEND);
}

size_t wire_put_exported(uint8_t *buf, size_t room, struct wire_exported const *f)
{
	struct wire_writer w = begin(buf, room);
	WIRE_EXPORTED_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_EXPORTED);
}

size_t wire_put_attached(uint8_t *buf, size_t room, struct wire_attached const *f)
{
	struct wire_writer w = begin(buf, room);
	WIRE_ATTACHED_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_ATTACHED);
}

size_t wire_put_refused(uint8_t *buf, size_t room, enum wire_refusal code, char const *text)
{
	struct wire_refused const fields = {(uint16_t)code, {(uint8_t const *)text, strlen(text)}}, *const f = &fields;
	struct wire_writer w = begin(buf, room);
	WIRE_REFUSED_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_REFUSED);
}

size_t wire_put_taken(uint8_t *buf, size_t room, struct wire_taken const *f)
{
	struct wire_writer w = begin(buf, room);
	WIRE_TAKEN_FIELDS(WIRE_WRITE)
	return end(&w, WIRE_TAKEN);
}

size_t wire_put_empty(uint8_t *buf, size_t room, enum wire_type type)
{
	struct wire_writer w = begin(buf, room);
	return end(&w, type);
}

void wire_listed_begin(struct wire_listing *l, uint8_t *buf, size_t room)
{
	struct wire_listed const fields = {0}, *const f = &fields;
	struct wire_writer w = begin(buf, room);
	WIRE_LISTED_FIELDS(WIRE_WRITE)
	*l = (struct wire_listing){.buf = buf};
	if (w.full) return; /* not even the header fits */
	l->room = room;
	l->len = w.len;
}

bool wire_listed_add(struct wire_listing *l, struct wire_entry const *f)
{
	struct wire_writer length = {.buf = l->buf, .room = l->room, .len = l->len};
	struct wire_writer w = length;

	if (l->count == UINT16_MAX) return false;
	wire_write_u16(&w, 0);
	size_t const begun = w.len;
	WIRE_ENTRY_FIELDS(WIRE_WRITE)
	if (w.full) return false;
	wire_write_u16(&length, (uint16_t)(w.len - begun));
	l->len = w.len;
	l->count++;
	return true;
}

size_t wire_listed_end(struct wire_listing *l, uint32_t flags)
{
	struct wire_listed const fields = {.flags = flags, .count = l->count}, *const f = &fields;
	struct wire_writer w = begin(l->buf, l->room);
	WIRE_LISTED_FIELDS(WIRE_WRITE) /* overwrites what begin wrote */
	if (!w.full) w.len = l->len;
	return end(&w, WIRE_LISTED);
}

/* ---- reading -------------------------------------------------------------- */

int wire_header_decode(uint8_t const *buf, size_t len, struct wire_header *ret)
{
	struct wire_reader r = {.at = buf, .left = len};
	if (len > 0 && wire_read_u8(&r) != WIRE_MAGIC) return -1;
	if (len < WIRE_HEADER) return 1;
	ret->version = wire_read_u8(&r);
	ret->type = wire_read_u16(&r);
	ret->length = wire_read_u32(&r);
	return ret->length > WIRE_PAYLOAD_MAX ? -1 : 0;
}

int wire_get_export(uint8_t const *payload, size_t len, struct wire_export *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_EXPORT_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_attach(uint8_t const *payload, size_t len, struct wire_attach *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_ATTACH_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_list(uint8_t const *payload, size_t len, struct wire_list *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_LIST_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_input(uint8_t const *payload, size_t len, struct wire_input *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_INPUT_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_resize(uint8_t const *payload, size_t len, struct wire_size *ret_size)
{
	struct wire_resize fields, *const ret = &fields;
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_RESIZE_FIELDS(WIRE_READ)
	*ret_size = ret->size;
	return r.bad ? -1 : 0;
}

int wire_get_send(uint8_t const *payload, size_t len, struct wire_send *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_SEND_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_exported(uint8_t const *payload, size_t len, struct wire_exported *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_EXPORTED_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_attached(uint8_t const *payload, size_t len, struct wire_attached *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_ATTACHED_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_refused(uint8_t const *payload, size_t len, struct wire_refused *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_REFUSED_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_listed(uint8_t const *payload, size_t len, struct wire_listed *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_LISTED_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_get_taken(uint8_t const *payload, size_t len, struct wire_taken *ret)
{
	struct wire_reader r = {.at = payload, .left = len};
	WIRE_TAKEN_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

static int get_entry(struct wire_bytes entry, struct wire_entry *ret)
{
	struct wire_reader r = {.at = entry.data, .left = entry.len};
	WIRE_ENTRY_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

int wire_listed_next(struct wire_listed *l, struct wire_entry *ret)
{
	struct wire_reader r = {.at = l->entries.data, .left = l->entries.len};
	if (l->count == 0) return 1;
	struct wire_bytes const entry = wire_read_string(&r, UINT16_MAX);
	if (r.bad) return -1;
	l->count--;
	l->entries = (struct wire_bytes){r.at, r.left};
	return get_entry(entry, ret);
}

/* ---- what is allowed ------------------------------------------------------ */

static bool terminal_char(uint8_t b)
{
	return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') ||
	       b == '.' || b == '_' || b == '@' || b == '+' || b == '-';
}

bool wire_terminal_ok(void const *name, size_t len)
{
	uint8_t const *const p = name;
	if (len == 0 || len > WIRE_TERMINAL_MAX) return false;
	if (p[0] == '.' || p[0] == '-') return false;
	for (size_t i = 0; i < len; i++)
		if (!terminal_char(p[i])) return false;
	return true;
}

bool wire_size_ok(struct wire_size size)
{
	return size.rows >= 1 && size.rows <= WIRE_SIDE_MAX && size.cols >= 1 &&
	       size.cols <= WIRE_SIDE_MAX;
}
