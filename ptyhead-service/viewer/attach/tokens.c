/* SPDX-License-Identifier: ISC */
#include "tokens.h"

#include <string.h>

#define ESC 0x1B
#define BEL 0x07

enum { GROUND, ESCAPE, ESCAPE_LATE, CSI, SS3, MOUSE, STRING, STRING_ESC, PASTE };

static uint8_t const paste_begin[] = { ESC, '[', '2', '0', '0', '~' };
static uint8_t const paste_end[] = { ESC, '[', '2', '0', '1', '~' };

void tokens_feed(struct tokens *t, uint8_t const *in, size_t len)
{
	t->in = in;
	t->in_len = len;
}

/* The held bytes become a token. */
static bool give(struct tokens *t, enum token_kind kind, int state, struct token *ret)
{
	*ret = (struct token){ .kind = kind, .data = t->held, .len = t->len, .sent = t->sent };
	t->given = true;
	t->state = state;
	return true;
}

/* The same for a cut sequence: only the part that was not given out yet. */
static bool give_rest(struct tokens *t, int state, struct token *ret)
{
	*ret = (struct token){ .kind = TOKEN_REST, .data = t->held + t->sent, .len = t->len - t->sent };
	t->given = true;
	t->state = state;
	return ret->len > 0;
}

static uint8_t take(struct tokens *t)
{
	uint8_t const b = *t->in;
	t->in++;
	t->in_len--;
	return b;
}

static void hold(struct tokens *t, int state)
{
	t->held[t->len++] = take(t);
	t->state = state;
}

static bool text(struct tokens *t, struct token *ret)
{
	uint8_t const *const esc = memchr(t->in, ESC, t->in_len);
	size_t const n = esc ? (size_t)(esc - t->in) : t->in_len;

	if (n == 0) {
		hold(t, ESCAPE);
		return false;
	}
	*ret = (struct token){ .kind = TOKEN_TEXT, .data = t->in, .len = n };
	t->in += n;
	t->in_len -= n;
	return true;
}

static bool paste(struct tokens *t, struct token *ret)
{
	size_t n = 0;

	while (n < t->in_len && t->end < sizeof paste_end) {
		uint8_t const b = t->in[n++];
		t->end = b == paste_end[t->end] ? t->end + 1 : b == ESC;
	}
	*ret = (struct token){ .kind = TOKEN_PASTE, .data = t->in, .len = n };
	t->in += n;
	t->in_len -= n;
	if (t->end == sizeof paste_end) t->state = GROUND;
	return true;
}

static bool escape(struct tokens *t, struct token *ret)
{
	bool const late = t->state == ESCAPE_LATE;

	switch (*t->in) {
	case '[': hold(t, CSI); return false;
	case 'O':
		if (late) break;
		hold(t, SS3);
		return false;
	case ']': case 'P': case 'X': case '^': case '_':
		if (late) break;
		t->cut = false;
		hold(t, STRING);
		return false;
	default: break;
	}
	/* ESC by itself: when another ESC, a control, or a pause follows. */
	if (late || *t->in == ESC || *t->in < 0x20) {
		if (late) return give_rest(t, GROUND, ret);
		return give(t, TOKEN_ESCAPE, GROUND, ret);
	}
	hold(t, ESCAPE);
	return give(t, TOKEN_ESCAPE, GROUND, ret);
}

/* After CSI; or after [, which the Linux console sends before the letter of F1 to F5. */
static bool csi(struct tokens *t, struct token *ret)
{
	uint8_t const b = *t->in;

	if (b < 0x20 || b > 0x7E) return give_rest(t, GROUND, ret);
	if (t->len == TOKENS_HELD_MAX) return give_rest(t, GROUND, ret);
	bool const linux_key = t->len == 3 && t->held[2] == '[';
	hold(t, CSI);
	if (linux_key) return give(t, TOKEN_CSI, GROUND, ret);
	if (b < 0x40 || (b == '[' && t->len == 3)) return false;
	if (t->len == sizeof paste_begin && memcmp(t->held, paste_begin, sizeof paste_begin) == 0) {
		t->end = 0;
		return give(t, TOKEN_PASTE, PASTE, ret);
	}
	if (b == 'M' && t->len == 3 && t->mouse) {
		t->state = MOUSE;
		t->more = 3;
		return false;
	}
	return give(t, TOKEN_CSI, GROUND, ret);
}

static bool mouse(struct tokens *t, struct token *ret)
{
	uint8_t const b = *t->in;

	if (b < 0x20) return give(t, TOKEN_CSI, GROUND, ret); /* it was another key */
	hold(t, MOUSE);
	if (!(t->mouse_utf8 && b >= 0xC0)) t->more--;
	return t->more == 0 && give(t, TOKEN_MOUSE, GROUND, ret);
}

static bool string(struct tokens *t, struct token *ret)
{
	uint8_t const b = *t->in;
	bool const end = t->state == STRING_ESC ? b == '\\' : b == BEL;

	if (!end && (t->state == STRING_ESC || (b < 0x20 && b != ESC))) return give_rest(t, GROUND, ret);
	if (t->len == TOKENS_HELD_MAX) {
		t->cut = true;
		return give_rest(t, t->state, ret);
	}
	hold(t, b == ESC ? STRING_ESC : STRING);
	if (!end) return false;
	return t->cut ? give_rest(t, GROUND, ret) : give(t, TOKEN_STRING, GROUND, ret);
}

static bool step(struct tokens *t, struct token *ret)
{
	if (t->given) {
		t->len = t->sent = 0;
		t->given = false;
	}
	switch (t->state) {
	case ESCAPE:
	case ESCAPE_LATE: return escape(t, ret);
	case CSI: return csi(t, ret);
	case SS3:
		if (*t->in >= 0x20) hold(t, SS3);
		return give(t, TOKEN_SS3, GROUND, ret);
	case MOUSE: return mouse(t, ret);
	case STRING:
	case STRING_ESC: return string(t, ret);
	case PASTE: return paste(t, ret);
	default: return text(t, ret);
	}
}

bool tokens_next(struct tokens *t, struct token *ret)
{
	while (t->in_len > 0)
		if (step(t, ret)) return true;
	return false;
}

bool tokens_holding(struct tokens const *t)
{
	return !t->given && t->len > t->sent;
}

int tokens_hold_ms(struct tokens const *t)
{
	bool const long_ = t->owed && (t->state == STRING || t->state == STRING_ESC || (t->state == CSI && t->len > 2));
	return long_ ? TOKENS_ANSWER_MS : TOKENS_HOLD_MS;
}

bool tokens_flush(struct tokens *t, struct token *ret)
{
	if (!tokens_holding(t)) return false;
	switch (t->state) {
	case ESCAPE:
		*ret = (struct token){ .kind = TOKEN_ESCAPE, .data = t->held, .len = 1 };
		t->state = ESCAPE_LATE;
		break;
	case CSI:
	case MOUSE: *ret = (struct token){ .kind = TOKEN_REST, .data = t->held + t->sent, .len = t->len - t->sent }; break;
	default: return give_rest(t, GROUND, ret);
	}
	t->sent = t->len;
	return true;
}

/* ---- parts of a sequence ------------------------------------------------------ */

uint8_t token_params(struct token const *t, int ret[TOKEN_PARAMS][TOKEN_SUBS])
{
	uint8_t const *p = t->data + 2;
	uint8_t const *const end = t->data + t->len;
	size_t i = 0, j = 0;

	memset(ret, 0xFF, sizeof(int) * TOKEN_PARAMS * TOKEN_SUBS);
	uint8_t const prefix = p < end && *p >= '<' && *p <= '?' ? *p++ : 0;
	for (; p < end && *p >= '0' && *p <= ';'; p++) {
		if (*p == ';') {
			i++;
			j = 0;
		} else if (*p == ':') {
			j++;
		} else if (i < TOKEN_PARAMS && j < TOKEN_SUBS) {
			int *const v = &ret[i][j];
			if (*v < 0) *v = 0;
			if (*v < 1000000) *v = *v * 10 + (*p - '0');
		}
	}
	return prefix;
}

uint8_t token_final(struct token const *t)
{
	return t->len > 0 ? t->data[t->len - 1] : 0;
}

uint8_t token_intermediate(struct token const *t)
{
	uint8_t const b = t->len > 3 ? t->data[t->len - 2] : 0;
	return b >= 0x20 && b < 0x30 ? b : 0;
}
