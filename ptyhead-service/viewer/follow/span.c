/* SPDX-License-Identifier: ISC */
#include "span.h"

#include <string.h>

#include "screen.h"

void span_begin(struct span *s, uint64_t len, bool ours)
{
	s->left = len;
	s->len = 0;
	s->ours = ours;
}

bool span_add(struct span *s, uint8_t const *data, size_t len)
{
	if (s->len + len <= sizeof s->data) memcpy(s->data + s->len, data, len);
	s->len += len;
	s->left -= len;
	return s->left == 0;
}

bool span_whole(struct span const *s)
{
	return s->len <= sizeof s->data;
}

/* ---- parts of a span --------------------------------------------------------------- */

struct walk {
	uint8_t const *at, *end;
	char *out;
	size_t len;
	bool more;
};

static void put(struct walk *w, void const *data, size_t len)
{
	if (w->len + len > SPAN_REST_MAX) {
		w->more = true;
		return;
	}
	memcpy(w->out + w->len, data, len);
	w->len += len;
}

static void put_number(struct walk *w, unsigned n)
{
	char digits[10];
	size_t at = sizeof digits;
	do digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	put(w, digits + at, sizeof digits - at);
}

/* A terminal executes controls even within escape and control sequences. */
static bool control(struct walk *w)
{
	uint8_t const c = *w->at;
	if (c >= 0x20 || c == 0x1b) return false;
	if (c >= 0x07 && c <= 0x0f) put(w, &c, 1);
	w->at++;
	return true;
}

/* The modes in [p, end), without those that are withheld. */
static void modes(struct walk *w, uint8_t const *p, uint8_t const *end, bool dec, char final)
{
	char const *before = dec ? "\033[?" : "\033[";
	bool some = false;
	while (p < end) {
		unsigned n = 0;
		for (; p < end && *p >= '0' && *p <= '9'; p++) n = n < 100000 ? n * 10 + (unsigned)(*p - '0') : n;
		while (p < end && (*p < '0' || *p > '9')) p++;
		if (dec && n == 3) w->more = true;
		if (screen_mode_withheld(dec, n) || ((final == 's' || final == 'r') && !screen_mode_kept(n))) continue;
		put(w, before, strlen(before));
		put_number(w, n);
		before = ";";
		some = true;
	}
	if (some) put(w, &final, 1);
}

/* After CSI: up to the final byte, or to what cancels the sequence. */
static void control_sequence(struct walk *w)
{
	uint8_t par[SPAN_REST_MAX];
	size_t n = 0;
	uint8_t inter = 0;
	for (; w->at < w->end && *w->at != 0x1b; ) {
		uint8_t const c = *w->at;
		if (control(w)) continue;
		if (c >= 0x80) return;
		w->at++;
		if (c < 0x30) {
			inter = c;
		} else if (c < 0x40) {
			if (n == sizeof par) w->more = true;
			else par[n++] = c;
		} else {
			bool const dec = n > 0 && par[0] == '?';
			bool const sets = c == 'h' || c == 'l';
			if (inter == 0 && (sets || (dec && (c == 'r' || c == 's')))) modes(w, par + dec, par + n, dec, (char)c);
			if (inter == '$' && c == '|') w->more = true;
			return;
		}
	}
}

/* After ESC. */
static void escape_sequence(struct walk *w)
{
	uint8_t inter = 0;
	while (w->at < w->end && *w->at != 0x1b) {
		uint8_t const c = *w->at;
		if (control(w)) continue;
		if (c >= 0x80) return;
		w->at++;
		if (c < 0x30) {
			if (inter == 0) inter = c;
			continue;
		}
		if (inter && strchr("()*+", inter)) put(w, (char[]){ '\033', (char)inter, 'B' }, 3);
		if (inter) return;
		if (c == 'c') w->more = true;
		if (c == '[') control_sequence(w);
		/* Within a string, a terminal executes no controls. */
		if (strchr("]P_^X", c))
			while (w->at < w->end && *w->at != 0x1b) w->at++;
		return;
	}
}

size_t span_rest(struct span const *s, char ret[SPAN_REST_MAX], bool *ret_more)
{
	struct walk w = { .at = s->data, .end = s->data + s->len, .out = ret };
	while (w.at < w.end) {
		uint8_t const c = *w.at++;
		if (c == 0x1b) escape_sequence(&w);
		else if (c == 0xc2 && w.at < w.end && *w.at++ == 0x9b) control_sequence(&w);
	}
	*ret_more = w.more;
	return w.len;
}
