/* SPDX-License-Identifier: ISC */
#include "keys.h"

#include <string.h>

#define ESC 0x1B
#define DEL 0x7F

static int control_of(char c)
{
	if (c == '?') return DEL;
	if (c >= 'a' && c <= 'z') return c - 'a' + 1;
	if (c >= '@' && c <= '_') return c - '@';
	return -1;
}

static bool printable(int key)
{
	return key >= 0x20 && key < DEL;
}

/* Reads one key of *spec and moves past it; -1: there is none. */
static int key_of(char const **spec)
{
	char const *const s = *spec;

	if (s[0] == '^' && s[1]) {
		*spec += 2;
		return control_of(s[1]);
	}
	if (s[0] == 'C' && s[1] == '-' && s[2]) {
		*spec += 3;
		return control_of(s[2]);
	}
	*spec += 1;
	return (unsigned char)s[0] < 128 ? s[0] : -1;
}

bool keys_init(struct keys *k, char const *spec)
{
	memset(k, 0, sizeof *k);
	if (!strcmp(spec, "none")) return true;
	if (spec[0] == '^' && !spec[1]) return false;
	while (*spec) {
		int const key = key_of(&spec);
		if (key < 0 || key == ESC || k->n == KEYS_MAX) return false;
		k->step[k->n++] = key;
	}
	return k->n > 0;
}

char const *keys_name(struct keys const *k, char buf[KEYS_NAME_MAX])
{
	char *p = buf;

	if (k->n == 0) return memcpy(buf, "none", sizeof "none");
	for (unsigned i = 0; i < k->n; i++) {
		int const key = k->step[i];
		if (!printable(key)) *p++ = '^';
		*p++ = (char)(key == DEL ? '?' : printable(key) ? key : key + '@');
	}
	*p = '\0';
	return buf;
}

/* ---- encoded keys ---------------------------------------------------------- */

/* Both protocols send modifiers as 1 plus the sum of these. */
enum { SHIFT = 1, ALT = 2, CTRL = 4, SUPER = 8, HYPER = 16, META = 32, LOCKS = 64 | 128 };
#define RELEASE 3 /* event number of the kitty protocol */

/* `shifted`: the code is the shifted character, so the Shift modifier does not matter. */
static bool code_is(int key, int code, int mods, bool shifted)
{
	mods &= ~LOCKS;
	if (shifted) mods &= ~SHIFT;
	if (printable(key)) return mods == 0 && code == key;
	if (mods == 0) return code == key && (key == DEL || key == '\r' || key == '\t');
	if (mods != CTRL) return false;
	if (key == DEL) return code == '?';
	if (code >= 'A' && code <= 'Z') code += 'a' - 'A';
	return code > 0 && code < 128 && control_of((char)code) == key;
}

static bool encoded_is(struct token const *t, int key)
{
	int p[TOKEN_PARAMS][TOKEN_SUBS];
	uint8_t const final = token_final(t);

	if (t->kind != TOKEN_CSI || token_intermediate(t) || token_params(t, p)) return false;
	int const mods = p[1][0] > 0 ? p[1][0] - 1 : 0;
	if (final == '~') return p[0][0] == 27 && code_is(key, p[2][0], mods, false);
	if (final == '_') return p[2][0] == key && p[3][0] == 1;
	/* The key, its shifted code, and its code on a Latin layout. */
	return final == 'u' && (code_is(key, p[0][0], mods, false) || code_is(key, p[0][1], mods, true) ||
	                        code_is(key, p[0][2], mods, false));
}

/* Not the press of a key: a release, a modifier key, a report. */
bool keys_no_press(struct token const *t)
{
	int p[TOKEN_PARAMS][TOKEN_SUBS];

	if (t->kind == TOKEN_STRING || t->kind == TOKEN_MOUSE || t->kind == TOKEN_REST) return true;
	if (t->kind != TOKEN_CSI) return false;
	if (token_params(t, p) || token_intermediate(t)) return true;
	switch (token_final(t)) {
	case 'I': case 'O': case 'n': case 'c': case 't': return true;
	case '_': return p[2][0] <= 0 || p[3][0] != 1;
	case 'u': return p[1][1] == RELEASE || (p[0][0] >= 57358 && p[0][0] <= 57454);
	default: return p[1][1] == RELEASE;
	}
}

/* ---- the search -------------------------------------------------------------- */

/* A pressed key: a byte of text, or a sequence. */
struct press {
	uint8_t const *data;
	size_t len;
	struct token const *t; /* NULL: a byte of text */
};

static bool press_is(struct press const *e, int key)
{
	return e->t ? encoded_is(e->t, key) : *e->data == key;
}

static size_t put(struct press const *e, uint8_t *out)
{
	size_t const sent = e->t ? e->t->sent : 0;
	memcpy(out, e->data + sent, e->len - sent);
	return e->len - sent;
}

static size_t release_held(struct keys *k, uint8_t *out)
{
	size_t const n = k->held_len;
	memcpy(out, k->held, n);
	k->held_len = 0;
	k->at = 0;
	return n;
}

static bool is_next(struct keys const *k, struct press const *e)
{
	bool const line_only = k->n > 1 && k->at == 0 && printable(k->step[0]);
	return k->n > 0 && !(line_only && k->inside) && press_is(e, k->step[k->at]);
}

static size_t pass(struct keys *k, struct press const *e, uint8_t *out)
{
	k->inside = !(press_is(e, '\r') || press_is(e, '\n'));
	return put(e, out);
}

static size_t one_key(struct keys *k, struct press const *e, uint8_t *out, bool *found)
{
	bool const is = press_is(e, k->step[0]);

	if (k->at == 0 && !is) return pass(k, e, out);
	if (k->at == 0) {
		k->at = 1;
		return 0;
	}
	k->at = 0;
	*found = !is;
	return is ? pass(k, e, out) : 0;
}

static size_t press(struct keys *k, struct press const *e, uint8_t *out, bool *found)
{
	size_t n = 0;

	if (k->n == 1) return one_key(k, e, out, found);
	if (k->at == 1 && printable(k->step[0]) && !is_next(k, e) && press_is(e, k->step[0])) {
		k->at = 0;
		k->held_len = 0;
		return pass(k, e, out);
	}
	if (k->at > 0 && !is_next(k, e)) {
		n = release_held(k, out);
		k->inside = true;
	}
	if (!is_next(k, e) || k->held_len + e->len > sizeof k->held) return n + pass(k, e, out + n);
	k->held_len += put(e, k->held + k->held_len);
	*found = ++k->at == k->n;
	return n;
}

size_t keys_take(struct keys *k, struct token const *t, uint8_t *out, bool *ret_found)
{
	size_t n = 0;

	*ret_found = false;
	if (k->n == 0 || keys_no_press(t)) {
		memcpy(out, t->data + t->sent, t->len - t->sent);
		return t->len - t->sent;
	}
	if (t->kind != TOKEN_TEXT) return press(k, &(struct press){ t->data, t->len, t }, out, ret_found);
	for (size_t i = 0; i < t->len && !*ret_found; i++)
		n += press(k, &(struct press){ t->data + i, 1, NULL }, out + n, ret_found);
	return n;
}

bool keys_filter(struct keys *k, struct token const *t, uint8_t *out, struct token *ret, bool *ret_found)
{
	size_t const n = keys_take(k, t, out, ret_found);

	if (t->kind != TOKEN_TEXT && n == t->len - t->sent) *ret = *t;
	else *ret = (struct token){ .kind = TOKEN_TEXT, .data = out, .len = n };
	return n > 0;
}

void keys_forget(struct keys *k)
{
	k->at = 0;
	k->held_len = 0;
}

bool keys_pressed(struct keys const *k)
{
	return k->n == 1 && k->at == 1;
}
