/* SPDX-License-Identifier: ISC */
/* Operating system commands: titles, colours, hyperlinks; queries among them. */
#include "screen_int.h"

#include <string.h>

#include "printable.h"
#include "utf8.h"

struct text {
	char const *at;
	size_t len;
};

/* Takes the text up to the next ';' from *rest. False: there is no more. */
static bool next(struct text *rest, struct text *ret)
{
	if (!rest->at) return false;
	char const *const semi = memchr(rest->at, ';', rest->len);
	*ret = (struct text){ rest->at, semi ? (size_t)(semi - rest->at) : rest->len };
	if (semi) {
		rest->len -= ret->len + 1;
		rest->at = semi + 1;
	} else {
		rest->at = NULL;
	}
	return true;
}

static int number(struct text t)
{
	int v = 0;
	if (!t.len || t.len > 5) return -1;
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] < '0' || t.at[i] > '9') return -1;
		v = v * 10 + (t.at[i] - '0');
	}
	return v;
}

static bool is_query(struct text t) { return t.len == 1 && t.at[0] == '?'; }

static void reply_color(struct screen_buf *b, char const *what, uint32_t rgb)
{
	unsigned const r = rgb >> 16 & 255;
	unsigned const g = rgb >> 8 & 255;
	unsigned const bl = rgb & 255;
	screen_buf_fmt(b, "\033]%s;rgb:%02x%02x/%02x%02x/%02x%02x\033\\", what, r, r, g, g, bl, bl);
}

static uint32_t dynamic_default(struct screen const *s, unsigned i)
{
	bool const light = s->scheme == 2;
	if (i == 1 || i == 4 || i == 6) return light ? 0xffffff : 0x000000; /* backgrounds */
	return light ? 0x000000 : 0xe5e5e5;
}

/* Reports an OSC that is a query, with the answer for the case that no viewer is
 * attached. */
static void terminal(struct screen *s, struct screen_buf *fallback)
{
	screen_buf_add(fallback, "", 1);
	query_span(s, SCREEN_QUERY_TERMINAL, fallback->failed ? "" : fallback->data);
}

/* A colour is set. A form that is not understood here may be understood by a terminal:
 * it is recorded, so that it is undone. */
static void set_color(struct screen *s, uint32_t *slot, struct text spec)
{
	uint32_t rgb;
	if (!spec.len) return;
	spend(s, memchr(spec.at, ':', spec.len) && spec.at[0] != 'r' ? COST_SPACE : COST_STRING);
	if (color_parse(spec.at, spec.len, &rgb)) *slot = COLOR_SET | rgb;
	else if (!*slot) *slot = COLOR_UNKNOWN;
}

static uint32_t shown_color(uint32_t slot, uint32_t otherwise)
{
	return SCREEN_COLOR_KIND(slot) == COLOR_SET ? slot : otherwise;
}

static void touch_palette(struct screen *s, unsigned i)
{
	if (i < HOME_PALETTE) s->touched_palette |= (uint16_t)(1u << i);
}

/* OSC 4, where numbers above the palette are special colours, and OSC 5. */
static void palette(struct screen *s, struct text rest, unsigned first)
{
	struct screen_buf answer = SCREEN_BUF_INIT;
	struct text idx;
	struct text spec;
	bool asked = false;
	while (next(&rest, &idx) && next(&rest, &spec)) {
		int const n = number(idx);
		unsigned const i = first + (unsigned)n;
		bool const good = n >= 0 && i < PALETTE_SIZE;
		if (is_query(spec)) {
			asked = true;
			if (!good) continue;
			char what[16] = { first ? '5' : '4', ';' };
			memcpy(what + 2, idx.at, idx.len);
			what[2 + idx.len] = 0;
			spend(s, COST_ANSWER);
			reply_color(&answer, what, shown_color(s->palette[i], i < PALETTE_SPECIAL ? screen_palette_default(i) : dynamic_default(s, 0)));
		} else if (good) {
			set_color(s, &s->palette[i], spec);
			touch_palette(s, i);
		}
	}
	if (asked) terminal(s, &answer);
	screen_buf_deinit(&answer);
}

/* OSC 104 and 105. */
static void palette_reset(struct screen *s, struct text rest, unsigned first)
{
	struct text idx;
	if (!rest.at || !rest.len) {
		for (unsigned i = first; i < PALETTE_SIZE; i++) s->palette[i] = 0;
		if (first == 0) s->touched_palette = UINT16_MAX;
		return;
	}
	while (next(&rest, &idx)) {
		int const n = number(idx);
		if (n < 0 || first + (unsigned)n >= PALETTE_SIZE) continue;
		s->palette[first + (unsigned)n] = 0;
		touch_palette(s, first + (unsigned)n);
	}
}

static void dynamic(struct screen *s, unsigned first, struct text rest)
{
	struct screen_buf answer = SCREEN_BUF_INIT;
	struct text spec;
	bool asked = false;
	for (unsigned i = first; i < 10 && next(&rest, &spec); i++) {
		if (is_query(spec)) {
			char const what[] = { '1', (char)('0' + i), 0 };
			asked = true;
			spend(s, COST_ANSWER);
			reply_color(&answer, what, shown_color(s->dynamic[i], dynamic_default(s, i)));
		} else {
			set_color(s, &s->dynamic[i], spec);
			s->touched_dynamic |= (uint16_t)(1u << i);
		}
	}
	if (asked) terminal(s, &answer);
	screen_buf_deinit(&answer);
}

static void dynamic_reset(struct screen *s, unsigned i)
{
	s->dynamic[i] = 0;
	s->touched_dynamic |= (uint16_t)(1u << i);
}

/* A title is written to terminals again. A control in it (a C1 in UTF-8; others cannot
 * occur) could end the string there, and a terminal would execute what follows. So it
 * becomes U+FFFD, like an invalid character. */
static size_t title_clean(struct text t, char ret[SCREEN_TITLE_MAX])
{
	uint8_t const *const p = (uint8_t const *)t.at;
	size_t n = 0;
	for (size_t i = 0; i < t.len;) {
		char buf[UTF8_MAX];
		uint32_t c;
		i += utf8_get(p + i, t.len - i, &c);
		size_t const w = utf8_put(c == UTF8_BAD || printable_control(c) ? UTF8_REPLACEMENT : c, buf);
		if (n + w > SCREEN_TITLE_MAX) break;
		memcpy(ret + n, buf, w);
		n += w;
	}
	return n;
}

/* The same for a URI or an id, where such bytes become %NN, as they should be in a URI.
 * What is too long then is cut: *ret_cut. */
static struct text uri_clean(struct text t, char buf[SCREEN_STRING_MAX], bool *ret_cut)
{
	static char const digits[] = "0123456789ABCDEF";
	uint8_t const *const p = (uint8_t const *)t.at;
	size_t n = 0;
	for (size_t i = 0, w; i < t.len; i += w) {
		uint32_t c;
		w = utf8_get(p + i, t.len - i, &c);
		bool const bad = c == UTF8_BAD || printable_control(c);
		if (n + (bad ? 3 * w : w) > SCREEN_STRING_MAX) {
			*ret_cut = true;
			break;
		}
		for (size_t k = 0; k < w; k++) {
			if (bad) buf[n++] = '%';
			if (bad) buf[n++] = digits[p[i + k] >> 4];
			buf[n++] = bad ? digits[p[i + k] & 15] : (char)p[i + k];
		}
	}
	return (struct text){ buf, n };
}

static void hyperlink(struct screen *s, struct text rest)
{
	char clean_id[SCREEN_STRING_MAX], clean_uri[SCREEN_STRING_MAX];
	struct text params;
	uint16_t link = 0;
	if (!next(&rest, &params) || !rest.at) return;
	if (rest.len && !s->p.str_cut) {
		struct text id = { "", 0 };
		bool cut = false;
		for (size_t i = 0; i + 3 <= params.len; i++) {
			if ((i > 0 && params.at[i - 1] != ':') || memcmp(params.at + i, "id=", 3) != 0) continue;
			id = (struct text){ params.at + i + 3, params.len - i - 3 };
			char const *const end = memchr(id.at, ':', id.len);
			if (end) id.len = (size_t)(end - id.at);
			break;
		}
		id = uri_clean(id, clean_id, &cut);
		struct text const uri = uri_clean(rest, clean_uri, &cut);
		spend(s, rest.len + id.len);
		if (!cut) link = link_intern(s, id.at, id.len, uri.at, uri.len);
	}
	if (link != s->pen.link) {
		s->pen.link = link;
		s->pen_dirty = true;
	}
}

static void title(struct screen *s, unsigned what, struct text t)
{
	char clean[SCREEN_TITLE_MAX];
	size_t const len = title_clean(t, clean);
	spend(s, 2 * COST_STRING);
	if (what != 2) string_set(&s->icon, clean, len);
	if (what != 1) string_set(&s->title, clean, len);
	if (s->sinks.title) s->sinks.title(s->sinks.arg, s);
}

/* Is any part a single '?', or does it end in "=?"? */
static bool asks(struct text rest)
{
	struct text part;
	while (next(&rest, &part)) {
		if (is_query(part)) return true;
		if (part.len >= 2 && !memcmp(part.at + part.len - 2, "=?", 2)) return true;
	}
	return false;
}

static bool iterm_asks(struct text t)
{
	static char const *const names[] = { "ReportCellSize", "ReportVariable", "Capabilities" };
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		size_t const n = strlen(names[i]);
		if (t.len >= n && !memcmp(t.at, names[i], n)) return true;
	}
	return false;
}

/* A terminal may get it unchanged: it is complete and has no controls. */
static void aside(struct screen *s, enum screen_aside kind)
{
	struct screen_buf text = SCREEN_BUF_INIT;
	if (!s->sinks.aside || !string_clean(&s->p)) return;
	spend(s, 2 * COST_STRING);
	screen_buf_str(&text, "\033]");
	screen_buf_add(&text, s->p.str, s->p.str_len);
	screen_buf_str(&text, "\033\\");
	if (!text.failed) s->sinks.aside(s->sinks.arg, kind, text.data, text.len);
	screen_buf_deinit(&text);
}

static bool is_progress(struct text t)
{
	return t.len >= 1 && t.at[0] == '4' && (t.len == 1 || t.at[1] == ';');
}

/* Removes bytes that are not UTF-8, and C1 controls: some terminals execute those even
 * here, and the text is written to a terminal again. */
static void clean(struct parser *p)
{
	unsigned char *const str = (unsigned char *)p->str;
	size_t from = 0;
	size_t to = 0;
	while (from < p->str_len) {
		uint32_t c;
		size_t const n = utf8_get(str + from, p->str_len - from, &c);
		if (c != UTF8_BAD && (c < 0x80 || !printable_control(c))) {
			memmove(str + to, str + from, n);
			to += n;
		}
		from += n;
	}
	p->str_len = (uint32_t)to;
	str[to] = 0;
}

/* OSC 9;4;STATE;PERCENT. State 0 removes the bar. */
static void progress(struct screen *s, struct text t)
{
	s->progress = t.len >= 3 && t.at[2] != '0';
	aside(s, SCREEN_PROGRESS);
}

/* Questions in other forms: the pointer's shape, and whether a shape is known; what is
 * allowed, and what is not; reading the clipboard in kitty's form. */
static bool asks_by_name(int n, struct text t)
{
	static char const read[] = "type=read";
	if (n == 22) return t.len > 0 && t.at[0] == '?';
	if (n == 5522) return t.len >= sizeof read - 1 && !memcmp(t.at, read, sizeof read - 1);
	return n == 61 || (n == 60 && t.len == 0);
}

void osc_dispatch(struct screen *s)
{
	struct text rest = { s->p.str, s->p.str_len };
	struct text cmd;
	if (!next(&rest, &cmd)) return;
	int const n = number(cmd);
	/* Titles and links show that a part was left out. */
	if (s->p.high && n > 2 && n != 8) {
		clean(&s->p);
		rest = (struct text){ s->p.str, s->p.str_len };
		(void)next(&rest, &cmd);
	}
	struct text const args = rest.at ? rest : (struct text){ "", 0 };
	struct screen_buf none = SCREEN_BUF_INIT;
	switch (n) {
	case 0:
	case 1:
	case 2:
		if (rest.at) title(s, (unsigned)n, args);
		break;
	case 4: palette(s, rest, 0); break;
	case 5: palette(s, rest, PALETTE_SPECIAL); break;
	case 7: marks_directory(s, args.at, args.len); break;
	case 8: hyperlink(s, rest); break;
	case 133: marks_prompt(s, args.at, args.len); break;
	case 104: palette_reset(s, rest, 0); break;
	case 105: palette_reset(s, rest, PALETTE_SPECIAL); break;
	case 21: case 22: case 50: case 60: case 61: case 5522:
		if (asks(args) || asks_by_name(n, args)) terminal(s, &none);
		else withhold(s);
		break;
	case 9:
		if (withhold_string(&s->p)) withhold(s);
		else if (is_progress(args)) progress(s, args);
		else aside(s, SCREEN_NOTIFY_9);
		break;
	case 52:
	case 99:
		if (asks(args)) terminal(s, &none);
		else aside(s, n == 52 ? SCREEN_CLIPBOARD : SCREEN_NOTIFY_99);
		break;
	case 66: /* programs test for scaled text by where the cursor is afterwards */
		query_span(s, SCREEN_QUERY_ANSWERED, NULL);
		break;
	case 777:
		if (withhold_string(&s->p)) withhold(s);
		else aside(s, SCREEN_NOTIFY_777);
		break;
	case 1337:
		if (iterm_asks(args)) terminal(s, &none);
		else if (withhold_string(&s->p)) withhold(s);
		break;
	default:
		if (n >= 10 && n <= 19) dynamic(s, (unsigned)n - 10, rest);
		else if (n >= 110 && n <= 119) dynamic_reset(s, (unsigned)n - 110);
		else if (withhold_string(&s->p)) withhold(s);
		break;
	}
	screen_buf_deinit(&none);
}
