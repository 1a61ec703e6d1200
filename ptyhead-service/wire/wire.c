#include "wire.h"

#include <string.h>

/* ---- writing ------------------------------------------------------------- */

static uint8_t *put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, (uint16_t)(v >> 16)), (uint16_t)v);
}

static uint8_t *put64(uint8_t *p, uint64_t v)
{
	return put32(put32(p, (uint32_t)(v >> 32)), (uint32_t)v);
}

static uint8_t *put_size(uint8_t *p, struct wire_size s)
{
	p = put16(put16(p, s.rows), s.cols);
	return put16(put16(p, s.xpixel), s.ypixel);
}

static uint8_t *put_tty(uint8_t *p, struct wire_tty t)
{
	return put64(put64(p, t.dev), t.rdev);
}

static uint8_t *put_data(uint8_t *p, void const *data, size_t len)
{
	if (len > 0) memcpy(p, data, len);
	return p + len;
}

/* A string behind its be16 length, cut at `max`. */
static uint8_t *put_string(uint8_t *p, void const *data, size_t len, size_t max)
{
	if (len > max) len = max;
	return put_data(put16(p, (uint16_t)len), data, len);
}

/* An entry of LISTED at its longest. */
#define WIRE_ENTRY_MAX (2u + WIRE_TERMINAL_MAX + 4u * 5u + 8u * 5u + 2u + WIRE_COMMAND_MAX)

/* The header, once the payload behind it is known to end at `end`. */
static size_t put_header(uint8_t *buf, enum wire_type type, uint8_t const *end)
{
	size_t const len = (size_t)(end - buf);
	buf[0] = WIRE_MAGIC;
	buf[1] = WIRE_VERSION;
	put16(buf + 2, (uint16_t)type);
	put32(buf + 4, (uint32_t)(len - WIRE_HEADER));
	return len;
}

size_t wire_put_export(uint8_t *buf, struct wire_export const *f)
{
	uint8_t *p = put32(buf + WIRE_HEADER, f->flags);
	p = put_size(p, f->size);
	p = put_tty(p, f->tty);
	p = put_string(p, f->terminal.data, f->terminal.len, WIRE_TERMINAL_MAX);
	p = put_string(p, f->command.data, f->command.len, WIRE_COMMAND_MAX);
	return put_header(buf, WIRE_EXPORT, p);
}

size_t wire_put_attach(uint8_t *buf, bool watch, struct wire_attach const *f)
{
	uint8_t *p = put32(buf + WIRE_HEADER, f->flags);
	p = put_size(p, f->size);
	p = put_tty(p, f->tty);
	p = put_string(p, f->terminal.data, f->terminal.len, WIRE_TERMINAL_MAX);
	return put_header(buf, watch ? WIRE_WATCH : WIRE_ATTACH, p);
}

size_t wire_put_input(uint8_t *buf, void const *data, size_t len)
{
	if (len > WIRE_INPUT_MAX) len = WIRE_INPUT_MAX;
	return put_header(buf, WIRE_INPUT, put_data(buf + WIRE_HEADER, data, len));
}

size_t wire_put_resize(uint8_t *buf, struct wire_size size)
{
	return put_header(buf, WIRE_RESIZE, put_size(buf + WIRE_HEADER, size));
}

size_t wire_put_exported(uint8_t *buf, struct wire_exported const *f)
{
	uint8_t *const p = put_size(buf + WIRE_HEADER, f->size);
	return put_header(buf, WIRE_EXPORTED, put64(p, f->run));
}

size_t wire_put_attached(uint8_t *buf, struct wire_attached const *f)
{
	uint8_t *const p = put32(buf + WIRE_HEADER, f->flags);
	return put_header(buf, WIRE_ATTACHED, put64(p, f->viewer));
}

size_t wire_put_refused(uint8_t *buf, enum wire_refusal code, char const *text)
{
	uint8_t *const p = put16(buf + WIRE_HEADER, (uint16_t)code);
	return put_header(buf, WIRE_REFUSED, put_string(p, text, strlen(text), WIRE_TEXT_MAX));
}

size_t wire_put_list(uint8_t *buf, struct wire_list const *f)
{
	uint8_t *p = put32(buf + WIRE_HEADER, f->flags);
	p = put_string(p, f->after.data, f->after.len, WIRE_TERMINAL_MAX);
	p = put_string(p, f->terminal.data, f->terminal.len, WIRE_TERMINAL_MAX);
	return put_header(buf, WIRE_LIST, p);
}

size_t wire_put_send(uint8_t *buf, uint32_t serial, void const *data, size_t len)
{
	if (len > WIRE_SEND_MAX) len = WIRE_SEND_MAX;
	return put_header(buf, WIRE_SEND, put_data(put32(buf + WIRE_HEADER, serial), data, len));
}

size_t wire_put_taken(uint8_t *buf, struct wire_taken const *f)
{
	uint8_t *const p = put16(put32(buf + WIRE_HEADER, f->serial), f->code);
	return put_header(buf, WIRE_TAKEN, put64(p, f->offset));
}

#define LISTED_COUNT (WIRE_HEADER + 4u) /* where it stands */

size_t wire_listed_begin(uint8_t *buf)
{
	return (size_t)(put16(put32(buf + WIRE_HEADER, 0), 0) - buf);
}

size_t wire_listed_add(uint8_t *buf, size_t len, struct wire_entry const *e)
{
	uint8_t entry[WIRE_ENTRY_MAX];
	unsigned const count = (unsigned)(buf[LISTED_COUNT] << 8 | buf[LISTED_COUNT + 1]) + 1;
	uint8_t *p = put_string(entry, e->terminal.data, e->terminal.len, WIRE_TERMINAL_MAX);
	p = put32(put32(put32(p, e->flags), e->pid), e->status);
	p = put64(put64(put64(p, e->run), e->since), e->ended);
	p = put32(put32(put_size(p, e->size), e->viewers), e->watchers);
	p = put_string(put64(p, e->bytes), e->command.data, e->command.len, WIRE_COMMAND_MAX);
	size_t const n = (size_t)(p - entry);
	if (n + 2 > WIRE_FRAME_MAX - len || count > UINT16_MAX) return 0;
	put16(buf + LISTED_COUNT, (uint16_t)count);
	return (size_t)(put_data(put16(buf + len, (uint16_t)n), entry, n) - buf);
}

size_t wire_listed_end(uint8_t *buf, size_t len, uint32_t flags)
{
	put32(buf + WIRE_HEADER, flags);
	return put_header(buf, WIRE_LISTED, buf + len);
}

size_t wire_put_empty(uint8_t *buf, enum wire_type type)
{
	return put_header(buf, type, buf + WIRE_HEADER);
}

/* ---- reading ------------------------------------------------------------- */

/* What is left to read. One step too far sets `bad`, and everything after it
 * reads as 0, so that a decoder looks once, at its end. */
struct cursor {
	uint8_t const *p;
	size_t left;
	bool bad;
};

static uint8_t const *take(struct cursor *c, size_t n)
{
	static uint8_t const zeros[8];
	if (n > c->left) {
		c->bad = true;
		c->left = 0;
		return zeros;
	}
	uint8_t const *const p = c->p;
	c->p += n;
	c->left -= n;
	return p;
}

static uint16_t get16(struct cursor *c)
{
	uint8_t const *const p = take(c, 2);
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(struct cursor *c)
{
	uint32_t const high = get16(c);
	return high << 16 | get16(c);
}

static uint64_t get64(struct cursor *c)
{
	uint64_t const high = get32(c);
	return high << 32 | get32(c);
}

static struct wire_size get_size(struct cursor *c)
{
	struct wire_size s;
	s.rows = get16(c);
	s.cols = get16(c);
	s.xpixel = get16(c);
	s.ypixel = get16(c);
	return s;
}

static struct wire_tty get_tty(struct cursor *c)
{
	struct wire_tty t;
	t.dev = get64(c);
	t.rdev = get64(c);
	return t;
}

static struct wire_bytes get_string(struct cursor *c, size_t max)
{
	struct wire_bytes b = {c->p, 0};
	size_t const len = get16(c);
	if (len > max || len > c->left) {
		c->bad = true;
		return b;
	}
	b.len = len;
	b.data = c->p;
	c->p += len;
	c->left -= len;
	return b;
}

int wire_header_decode(uint8_t const *buf, size_t len, struct wire_header *ret)
{
	if (len > 0 && buf[0] != WIRE_MAGIC) return -1;
	if (len < WIRE_HEADER) return 1;
	struct cursor c = {buf + 1, WIRE_HEADER - 1, false};
	ret->version = *take(&c, 1);
	ret->type = get16(&c);
	ret->length = get32(&c);
	return ret->length > WIRE_PAYLOAD_MAX ? -1 : 0;
}

int wire_get_export(uint8_t const *payload, size_t len, struct wire_export *ret)
{
	struct cursor c = {payload, len, false};
	ret->flags = get32(&c);
	ret->size = get_size(&c);
	ret->tty = get_tty(&c);
	ret->terminal = get_string(&c, WIRE_TERMINAL_MAX);
	ret->command = get_string(&c, WIRE_COMMAND_MAX);
	return c.bad ? -1 : 0;
}

int wire_get_attach(uint8_t const *payload, size_t len, struct wire_attach *ret)
{
	struct cursor c = {payload, len, false};
	ret->flags = get32(&c);
	ret->size = get_size(&c);
	ret->tty = get_tty(&c);
	ret->terminal = get_string(&c, WIRE_TERMINAL_MAX);
	return c.bad ? -1 : 0;
}

int wire_get_resize(uint8_t const *payload, size_t len, struct wire_size *ret)
{
	struct cursor c = {payload, len, false};
	*ret = get_size(&c);
	return c.bad ? -1 : 0;
}

int wire_get_exported(uint8_t const *payload, size_t len, struct wire_exported *ret)
{
	struct cursor c = {payload, len, false};
	ret->size = get_size(&c);
	ret->run = get64(&c);
	return c.bad ? -1 : 0;
}

int wire_get_attached(uint8_t const *payload, size_t len, struct wire_attached *ret)
{
	struct cursor c = {payload, len, false};
	ret->flags = get32(&c);
	ret->viewer = get64(&c);
	return c.bad ? -1 : 0;
}

int wire_get_refused(uint8_t const *payload, size_t len, struct wire_refused *ret)
{
	struct cursor c = {payload, len, false};
	ret->code = get16(&c);
	ret->text = get_string(&c, WIRE_TEXT_MAX);
	return c.bad ? -1 : 0;
}

int wire_get_list(uint8_t const *payload, size_t len, struct wire_list *ret)
{
	struct cursor c = {payload, len, false};
	ret->flags = get32(&c);
	ret->after = get_string(&c, WIRE_TERMINAL_MAX);
	ret->terminal = get_string(&c, WIRE_TERMINAL_MAX);
	return c.bad ? -1 : 0;
}

int wire_get_send(uint8_t const *payload, size_t len, struct wire_send *ret)
{
	struct cursor c = {payload, len, false};
	ret->serial = get32(&c);
	ret->data = (struct wire_bytes){c.p, c.left};
	return c.bad || c.left > WIRE_SEND_MAX ? -1 : 0;
}

int wire_get_taken(uint8_t const *payload, size_t len, struct wire_taken *ret)
{
	struct cursor c = {payload, len, false};
	ret->serial = get32(&c);
	ret->code = get16(&c);
	ret->offset = get64(&c);
	return c.bad ? -1 : 0;
}

int wire_get_listed(uint8_t const *payload, size_t len, struct wire_listed *ret)
{
	struct cursor c = {payload, len, false};
	ret->flags = get32(&c);
	ret->count = get16(&c);
	ret->entries = (struct wire_bytes){c.p, c.left};
	return c.bad ? -1 : 0;
}

static int get_entry(struct wire_bytes b, struct wire_entry *ret)
{
	struct cursor c = {b.data, b.len, false};
	ret->terminal = get_string(&c, WIRE_TERMINAL_MAX);
	ret->flags = get32(&c);
	ret->pid = get32(&c);
	ret->status = get32(&c);
	ret->run = get64(&c);
	ret->since = get64(&c);
	ret->ended = get64(&c);
	ret->size = get_size(&c);
	ret->viewers = get32(&c);
	ret->watchers = get32(&c);
	ret->bytes = get64(&c);
	ret->command = get_string(&c, WIRE_COMMAND_MAX);
	return c.bad ? -1 : 0;
}

int wire_listed_next(struct wire_listed *l, struct wire_entry *ret)
{
	if (l->count == 0) return 1;
	struct cursor c = {l->entries.data, l->entries.len, false};
	struct wire_bytes const entry = get_string(&c, UINT16_MAX);
	if (c.bad) return -1;
	l->count--;
	l->entries = (struct wire_bytes){c.p, c.left};
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
