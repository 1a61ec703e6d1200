/* SPDX-License-Identifier: ISC */
#include "key.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

/* ---- bytes --------------------------------------------------------------------- */

static size_t format(char buf[KEY_BYTES_MAX], char const *text) { return (size_t)snprintf(buf, KEY_BYTES_MAX, "%s", text); }

static unsigned parameter(unsigned mods) { return 1 + mods; } /* xterm and kitty use the same
                                                               * modifier numbers */

/* CSI 1;m X; without modifiers CSI X or SS3 X. */
static size_t letter(char buf[KEY_BYTES_MAX], char x, unsigned mods, bool ss3)
{
	int const n = mods ? snprintf(buf, KEY_BYTES_MAX, "\033[1;%u%c", parameter(mods), x)
	                   : snprintf(buf, KEY_BYTES_MAX, ss3 ? "\033O%c" : "\033[%c", x);
	return (size_t)n;
}

static size_t tilde(char buf[KEY_BYTES_MAX], unsigned number, unsigned mods)
{
	int const n = mods ? snprintf(buf, KEY_BYTES_MAX, "\033[%u;%u~", number, parameter(mods))
	                   : snprintf(buf, KEY_BYTES_MAX, "\033[%u~", number);
	return (size_t)n;
}

static size_t named_bytes(struct key k, struct screen_input const *m, char buf[KEY_BYTES_MAX])
{
	static uint8_t const f[KEY_F_MAX + 1] = { 0, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34 };
	bool const kitty = m->kitty & 1u;
	bool const ss3 = m->cursor_keys && !kitty;
	uint32_t const n = k.code - KEY_F;

	if (n >= 1 && n <= 4) {
		if (n == 3 && kitty) return tilde(buf, 13, k.mods); /* CSI R would be an answer */
		return letter(buf, (char)('P' + n - 1), k.mods, !kitty);
	}
	if (n <= KEY_F_MAX) return tilde(buf, f[n], k.mods);
	switch (k.code) {
	case KEY_UP: return letter(buf, 'A', k.mods, ss3);
	case KEY_DOWN: return letter(buf, 'B', k.mods, ss3);
	case KEY_RIGHT: return letter(buf, 'C', k.mods, ss3);
	case KEY_LEFT: return letter(buf, 'D', k.mods, ss3);
	case KEY_HOME: return letter(buf, 'H', k.mods, ss3);
	case KEY_END: return letter(buf, 'F', k.mods, ss3);
	case KEY_INSERT: return tilde(buf, 2, k.mods);
	case KEY_DELETE: return tilde(buf, 3, k.mods);
	case KEY_PPAGE: return tilde(buf, 5, k.mods);
	case KEY_NPAGE: return tilde(buf, 6, k.mods);
	default: return 0;
	}
}

static size_t pad_bytes(struct key k, struct screen_input const *m, char buf[KEY_BYTES_MAX])
{
	static char const on[] = "0123456789.+-*/\r", off[] = "pqrstuvwxynkmjoM";
	char const c = (char)(k.code - KEY_PAD);
	char const *const at = strchr(on, c);

	if (m->keypad && !(m->kitty & 1u) && at && c) return (size_t)snprintf(buf, KEY_BYTES_MAX, "\033O%c", off[at - on]);
	return key_bytes((struct key){ (uint32_t)c, k.mods }, m, buf);
}

/* The byte of Ctrl with a character; -1: there is none. */
static int control(uint32_t c)
{
	if (c >= 'a' && c <= 'z') return (int)c - 'a' + 1;
	if (c >= '@' && c <= '_') return (int)c - '@';
	switch (c) {
	case ' ': case '2': return 0;
	case '3': return 27;
	case '4': return 28;
	case '5': return 29;
	case '6': return 30;
	case '7': case '/': case '-': return 31;
	case '8': case '?': return 127;
	default: return -1;
	}
}

/* Keys that have a byte of their own in every protocol. */
static bool is_special(uint32_t c) { return c == KEY_ENTER || c == KEY_TAB || c == KEY_ESCAPE || c == KEY_BACKSPACE; }

static size_t legacy_bytes(struct key k, struct screen_input const *m, char buf[KEY_BYTES_MAX])
{
	size_t n = 0;
	int c = (int)k.code;

	if (k.code == KEY_TAB && (k.mods & KEY_SHIFT)) return format(buf, k.mods & KEY_META ? "\033\033[Z" : "\033[Z");
	if (k.mods & KEY_META) buf[n++] = '\033';
	if (k.code == KEY_ENTER && !(k.mods & KEY_CTRL)) return n + format(buf + n, m->newline ? "\r\n" : "\r");
	if (k.code == KEY_BACKSPACE) {
		/* Ctrl selects the other one. */
		buf[n++] = m->backarrow != ((k.mods & KEY_CTRL) != 0) ? '\b' : '\177';
		return n;
	}
	if ((k.mods & KEY_SHIFT) && c >= 'a' && c <= 'z' && !(k.mods & KEY_CTRL)) c -= 'a' - 'A';
	if ((k.mods & KEY_CTRL) && !is_special(k.code)) {
		c = control(k.code);
		if (c < 0) return 0;
	}
	return n + utf8_put((uint32_t)c, buf + n);
}

/* The kitty protocol: CSI code;modifiers u. The code is that of the key without Shift.
 * With "all keys as escapes" (8) text is encoded, too; with (16) the text follows. */
static size_t kitty_bytes(struct key k, struct screen_input const *m, char buf[KEY_BYTES_MAX])
{
	bool const all = m->kitty & 8u;
	uint32_t code = k.code;
	unsigned mods = k.mods;
	int n;

	/* Enter, Tab and Backspace without modifiers stay unencoded, so that a user can
	 * still type "reset". */
	bool const plain = is_special(code) ? code != KEY_ESCAPE && mods == 0 : (mods & ~(unsigned)KEY_SHIFT) == 0;
	if (!all && plain) return legacy_bytes(k, m, buf);
	if (code >= 'A' && code <= 'Z') {
		code += 'a' - 'A';
		if (!(mods & KEY_CTRL)) mods |= KEY_SHIFT;
	}
	if ((m->kitty & 16u) && all && plain && !is_special(code))
		n = mods ? snprintf(buf, KEY_BYTES_MAX, "\033[%u;%u;%uu", code, parameter(mods), k.code)
		         : snprintf(buf, KEY_BYTES_MAX, "\033[%u;;%uu", code, k.code);
	else
		n = mods ? snprintf(buf, KEY_BYTES_MAX, "\033[%u;%uu", code, parameter(mods)) : snprintf(buf, KEY_BYTES_MAX, "\033[%uu", code);
	return (size_t)n;
}

/* xterm's modifyOtherKeys: 1 encodes keys without a byte of their own, 2 all keys with
 * more modifiers than Shift. */
static bool other_key(struct key k, struct screen_input const *m)
{
	if (m->modify_other < 1 || k.mods == 0) return false;
	if (k.code == KEY_TAB && k.mods == KEY_SHIFT) return false;
	if (is_special(k.code)) return m->modify_other > 1 || k.code != KEY_ESCAPE;
	if (k.mods == KEY_SHIFT) return false;
	return m->modify_other > 1 || ((k.mods & KEY_CTRL) && control(k.code) < 0);
}

size_t key_bytes(struct key k, struct screen_input const *m, char buf[KEY_BYTES_MAX])
{
	if (k.code >= KEY_PAD && k.code < KEY_PAD + KEY_PAD_MAX) return pad_bytes(k, m, buf);
	if (k.code >= KEY_NAMED) return named_bytes(k, m, buf);
	if (m->kitty & 9u) return kitty_bytes(k, m, buf);
	if (other_key(k, m)) return (size_t)snprintf(buf, KEY_BYTES_MAX, "\033[27;%u;%u~", parameter(k.mods), k.code);
	return legacy_bytes(k, m, buf);
}

/* ---- text ------------------------------------------------------------------------ */

void key_text(void const *text, size_t len, struct screen_input const *m, struct screen_buf *out)
{
	uint8_t const *const p = text;
	char buf[KEY_BYTES_MAX];
	uint32_t c;

	for (size_t i = 0; i < len;) {
		size_t const n = utf8_get(p + i, len - i, &c);
		if (p[i] == '\n') screen_buf_add(out, buf, key_bytes((struct key){ KEY_ENTER, 0 }, m, buf));
		else if ((m->kitty & 8u) && c >= 0x20 && c != 0x7F && c != UTF8_BAD) screen_buf_add(out, buf, key_bytes((struct key){ c, 0 }, m, buf));
		else screen_buf_add(out, p + i, n);
		i += n;
	}
}

void key_paste(void const *text, size_t len, struct screen_input const *m, struct screen_buf *out, size_t *ret_left_out)
{
	uint8_t const *const p = text;
	uint32_t c;

	*ret_left_out = 0;
	if (m->paste) screen_buf_str(out, "\033[200~");
	for (size_t i = 0; i < len;) {
		size_t n = utf8_get(p + i, len - i, &c);
		/* Byte by byte, since some programs take 0x9B alone for CSI. */
		if (c == UTF8_BAD) n = 1;
		bool const alone = c == UTF8_BAD && p[i] == 0x9B;
		if (m->paste && (c == 0x1B || c == 0x9B || alone)) ++*ret_left_out;
		else if (p[i] == '\n') screen_buf_str(out, "\r");
		else screen_buf_add(out, p + i, n);
		i += n;
	}
	if (m->paste) screen_buf_str(out, "\033[201~");
}
