#include "keys.h"

#include <string.h>

#define ESC 0x1B
#define KEY_DEFAULT 0x1C /* ^\ */

enum { GROUND, ESCAPE, CSI, SS3, PASTE };

static uint8_t const paste_end[] = { ESC, '[', '2', '0', '1', '~' };

/* ---- what a key is ------------------------------------------------------- */

static int control_of(char c)
{
	if (c == '?') return 0x7F;
	if (c >= 'a' && c <= 'z') return c - 'a' + 1;
	if (c >= '@' && c <= '_') return c - '@';
	return -1;
}

bool keys_init(struct keys *k, char const *spec)
{
	memset(k, 0, sizeof *k);
	k->key = KEY_DEFAULT;
	if (!spec) return true;
	if (!strcmp(spec, "none")) {
		k->key = -1;
		return true;
	}
	if (strlen(spec) == 1)
		k->key = (unsigned char)spec[0] < 128 ? spec[0] : -1;
	else if (spec[0] == '^' && strlen(spec) == 2)
		k->key = control_of(spec[1]);
	else if (spec[0] == 'C' && spec[1] == '-' && strlen(spec) == 3)
		k->key = control_of(spec[2]);
	else
		k->key = -1;
	return k->key >= 0 && k->key != ESC;
}

char const *keys_name(struct keys const *k, char buf[4])
{
	memset(buf, 0, 4);
	if (k->key < 0) return "none";
	if (k->key == 0x7F) return "^?";
	if (k->key >= 0x20) {
		buf[0] = (char)k->key;
	} else {
		buf[0] = '^';
		buf[1] = (char)(k->key + '@');
	}
	return buf;
}

static bool printable(struct keys const *k)
{
	return k->key >= 0x20 && k->key < 0x7F;
}

/* ---- encoded keys -------------------------------------------------------- */

#define PARAMS 4
#define SUBS 3

/* params[i][j]: number j of parameter i; -1 where there is none. */
static void params_parse(uint8_t const *p, size_t len, int params[PARAMS][SUBS])
{
	size_t i = 0, j = 0;

	memset(params, 0xFF, sizeof(int) * PARAMS * SUBS);
	for (; len; len--, p++) {
		if (*p == ';') {
			i++;
			j = 0;
		} else if (*p == ':') {
			j++;
		} else if (i < PARAMS && j < SUBS) {
			int *const v = &params[i][j];
			if (*v < 0) *v = 0;
			if (*v < 1000000) *v = *v * 10 + (*p - '0');
		}
	}
}

/* Modifiers as both protocols count them, 1 plus the sum of these. */
enum { SHIFT = 1, ALT = 2, CTRL = 4, SUPER = 8, HYPER = 16, META = 32, LOCKS = 64 | 128 };

/* `shifted`: the code is what the key gives with Shift, so Shift is no matter. */
static bool code_is(struct keys const *k, int code, int mods, bool shifted)
{
	mods &= ~LOCKS;
	if (shifted) mods &= ~SHIFT;
	if (k->key >= 0x20 && k->key < 0x7F) return mods == 0 && code == k->key;
	if (mods != CTRL && !(k->key == 0x7F && mods == 0)) return false;
	if (k->key == 0x7F) return (code == '?' && mods == CTRL) || (code == 0x7F && mods == 0);
	if (code >= 'A' && code <= 'Z') code += 'a' - 'A';
	return code > 0 && code < 128 && control_of((char)code) == k->key;
}

/* Whether the sequence held, which `final` ends, is the key pressed. */
static bool is_key(struct keys const *k, uint8_t final)
{
	int p[PARAMS][SUBS];

	if (k->key < 0) return false;
	params_parse(k->held + 2, k->len - 2, p);
	int const mods = p[1][0] > 0 ? p[1][0] - 1 : 0;
	if (final == '~') return p[0][0] == 27 && code_is(k, p[2][0], mods, false);
	if (final != 'u' || p[1][1] == 3) return false;
	/* The key itself, with Shift, and where it lies on a Latin layout. */
	return code_is(k, p[0][0], mods, false) || code_is(k, p[0][1], mods, true) ||
	       code_is(k, p[0][2], mods, false);
}

static bool is_paste(struct keys const *k, uint8_t final)
{
	return final == '~' && k->len == 5 && memcmp(k->held + 2, "200", 3) == 0;
}

/* ---- the search ---------------------------------------------------------- */

static size_t give_held(struct keys *k, uint8_t *out)
{
	size_t const n = k->len - k->sent;
	memcpy(out, k->held + k->sent, n);
	k->len = k->sent = 0;
	k->state = GROUND;
	return n;
}

static void hold(struct keys *k, uint8_t b, int state)
{
	k->held[k->len++] = b;
	k->state = state;
}

/* One byte in state GROUND; true: it is the key. */
static bool ground(struct keys *k, uint8_t b, uint8_t *out, size_t *n)
{
	if (b == k->key) return true;
	if (b == ESC)
		hold(k, b, ESCAPE);
	else
		out[(*n)++] = b;
	return false;
}

/* One byte behind ESC [ ; true: the key. */
static bool csi(struct keys *k, uint8_t b, uint8_t *out, size_t *n)
{
	if (((b >= '0' && b <= '9') || b == ';' || b == ':') && k->len < KEYS_HELD_MAX - 1) {
		hold(k, b, CSI);
		return false;
	}
	if (b < 0x40 || b > 0x7E) { /* no form of a key, or too long for one */
		*n += give_held(k, out + *n);
		return ground(k, b, out, n);
	}
	if (is_key(k, b)) return true;
	bool const paste = is_paste(k, b);
	if (b == 'M' && k->len == 2 && printable(k)) k->skip = 3;
	*n += give_held(k, out + *n);
	out[(*n)++] = b;
	if (paste) {
		k->state = PASTE;
		k->end = 0;
	}
	return false;
}

static bool step(struct keys *k, uint8_t b, uint8_t *out, size_t *n)
{
	if (k->skip > 0) {
		k->skip--;
		out[(*n)++] = b;
		return false;
	}
	switch (k->state) {
	case PASTE:
		out[(*n)++] = b;
		if (b == paste_end[k->end])
			k->end++;
		else
			k->end = b == ESC;
		if (k->end == sizeof paste_end) k->state = GROUND;
		return false;
	case ESCAPE:
		if (b == '[') {
			hold(k, b, CSI);
			return false;
		}
		*n += give_held(k, out + *n);
		if (!printable(k) || b == ESC) return ground(k, b, out, n);
		/* Alt and the key is another key; so is what follows ESC O. */
		out[(*n)++] = b;
		if (b == 'O') k->state = SS3;
		return false;
	case SS3:
		k->state = GROUND;
		out[(*n)++] = b;
		return false;
	case CSI: return csi(k, b, out, n);
	default: return ground(k, b, out, n);
	}
}

size_t keys_feed(struct keys *k, uint8_t const *in, size_t len, uint8_t *out, bool *ret_found)
{
	size_t n = 0;

	*ret_found = false;
	if (k->key < 0) {
		memcpy(out, in, len);
		return len;
	}
	for (size_t i = 0; i < len; i++)
		if (step(k, in[i], out, &n)) {
			*ret_found = true;
			break;
		}
	return n;
}

bool keys_holding(struct keys const *k)
{
	return k->len > k->sent;
}

size_t keys_flush(struct keys *k, uint8_t *out)
{
	size_t const n = k->len - k->sent;

	memcpy(out, k->held + k->sent, n);
	k->sent = k->len;
	/* An Escape by itself; for other keys a late rest is still looked for,
	 * since a paste's marker must not be missed. */
	if (k->len == 1 && printable(k)) {
		k->len = k->sent = 0;
		k->state = GROUND;
	}
	return n;
}
