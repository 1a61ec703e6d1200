/* SPDX-License-Identifier: ISC */
#include "reports.h"

#define ESC 0x1B
#define MOTION 32
#define BUTTONS_MORE (64 | 128) /* wheel, and buttons above the third */
#define PARAMS 4
#define RELEASE 3 /* event number of the kitty protocol */

struct csi {
	uint8_t prefix, inter, final;
	unsigned par[PARAMS];
	unsigned event;  /* second number of the second parameter */
	size_t len; /* including CSI; 0: not a sequence, or not complete */
};

static void digit(unsigned *number, uint8_t c)
{
	if (*number < 100000) *number = *number * 10 + c - '0';
}

static struct csi csi_read(uint8_t const *data, size_t len)
{
	struct csi c = { 0 };
	size_t i = 2;
	unsigned n = 0, sub = 0;

	if (len < 3 || data[0] != ESC || data[1] != '[') return c;
	if (data[i] >= '<' && data[i] <= '?') c.prefix = data[i++];
	for (; i < len && data[i] >= '0' && data[i] <= ';'; i++) {
		if (data[i] == ';') n++, sub = 0;
		else if (data[i] == ':') sub++;
		else if (sub == 0 && n < PARAMS) digit(&c.par[n], data[i]);
		else if (sub == 1 && n == 1) digit(&c.event, data[i]);
	}
	for (; i < len && data[i] >= 0x20 && data[i] < 0x30; i++) c.inter = data[i];
	if (i == len || data[i] < 0x40 || data[i] > 0x7E) return c;
	c.final = data[i];
	c.len = i + 1;
	return c;
}

/* Motion without a pressed button. */
static bool idle_motion(unsigned code)
{
	return code & MOTION && (code & 3) == 3 && !(code & BUTTONS_MORE);
}

static bool mouse(struct reports *r, unsigned code)
{
	if (!idle_motion(code)) r->button = true;
	return true;
}

/* OSC, DCS and APC occur only as answers. */
static size_t string_len(uint8_t const *data, size_t len)
{
	if (len < 3 || data[0] != ESC || (data[1] != ']' && data[1] != 'P' && data[1] != '_')) return 0;
	for (size_t i = 2; i < len; i++) {
		if (data[i] == 7) return i + 1;
		if (data[i] == ESC) return i + 1 < len && data[i + 1] == '\\' ? i + 2 : 0;
		if (data[i] < 0x20) return 0;
	}
	return 0;
}

/* Sequences with a prefix are answers or reports. */
static bool prefixed(struct reports *r, struct csi const *c)
{
	if (c->prefix == '<' && (c->final == 'M' || c->final == 'm')) return mouse(r, c->par[0]);
	if (c->prefix == '?' && c->final == 'n' && c->par[0] == 997 && (c->par[1] == 1 || c->par[1] == 2)) r->scheme = (int)c->par[1];
	return true;
}

static bool csi_report(struct reports *r, struct csi const *c, uint8_t const *data, size_t len, size_t *ret_len)
{
	*ret_len = c->len;
	if (c->prefix) return prefixed(r, c);
	/* A key of rxvt can end with $. */
	if (c->inter) return c->inter != '$' || c->final == 'y';
	switch (c->final) {
	case 'I':
	case 'O':
		if (c->len != 3) return false;
		r->focus = (char)c->final;
		return true;
	case 'M':
		if (c->len > 3) return mouse(r, c->par[0] - 32); /* urxvt's form */
		if (len < 6) return false;
		*ret_len = 6; /* X10's form; in UTF-8 it may be longer, and the rest counts as typed */
		return mouse(r, (unsigned)data[3] - 32);
	case 'n':
	case 'x': return c->len > 3;
	case 't': return true;
	/* F3 with modifiers looks like a cursor position in the first row. */
	case 'R': return c->par[0] > 1 || c->event == RELEASE;
	/* The Windows key was released. */
	case '_': return c->len > 3 && c->par[3] == 0;
	default: return c->event == RELEASE;
	}
}

struct reports reports_read(uint8_t const *data, size_t len)
{
	struct reports r = { 0 };

	while (len > 0) {
		struct csi const c = csi_read(data, len);
		size_t n = c.len ? 0 : string_len(data, len);
		if (c.len ? !csi_report(&r, &c, data, len, &n) : n == 0) {
			r.typed = true;
			n = c.len ? c.len : 1;
		}
		data += n;
		len -= n;
	}
	return r;
}
