/* SPDX-License-Identifier: ISC */
/* The parser's string: the bytes between the introducer of an OSC, DCS or APC and its
 * end, up to a limit. */
#include "screen_int.h"

#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "utf8.h"

/* A large buffer is kept only for the string that needs it. */
static void string_shrink(struct parser *p)
{
	if (p->str_cap <= 2 * SCREEN_STRING_MAX) return;
	free(p->str);
	p->str = NULL;
	p->str_cap = p->str_len = 0;
}

static bool is_sixel(struct parser const *p)
{
	return p->kind == STR_DCS && p->final == 'q' && !p->ninter && !p->prefix;
}

void string_begin(struct screen *s, enum string_kind kind)
{
	string_shrink(&s->p);
	s->p.state = P_STRING;
	s->p.kind = (uint8_t)kind;
	s->p.str_len = 0;
	s->p.str_cut = false;
	s->p.high = false;
	s->p.last_c2 = false;
	if (is_sixel(&s->p)) picture_sixel_begin(s);
}

static bool string_grow(struct parser *p, size_t n)
{
	uint32_t cap = p->str_cap ? p->str_cap : 128;
	if (p->str_len + n + 1 <= p->str_cap) return true;
	while (cap < p->str_len + n + 1) cap *= 2;
	char *const str = realloc(p->str, cap);
	if (!str) return false;
	p->str = str;
	p->str_cap = cap;
	return true;
}

/* How many bytes of the present string to keep. */
static size_t string_max(struct parser const *p)
{
	bool const clipboard = p->kind == STR_OSC && p->str_len >= 3 && !memcmp(p->str, "52;", 3);
	return clipboard ? SCREEN_CLIPBOARD_MAX : SCREEN_STRING_MAX;
}

void string_add(struct screen *s, unsigned char const *data, size_t n)
{
	struct parser *const p = &s->p;
	if (!n) return;
	p->last_c2 = data[n - 1] == 0xc2;
	if (!p->high)
		for (size_t i = 0; i < n && !p->high; i++) p->high = data[i] >= 0x80;
	if (p->kind == STR_OTHER) return;
	if (is_sixel(p)) {
		picture_sixel(s, data, n);
		return;
	}
	while (n > 0 && !p->str_cut) {
		size_t const room = string_max(p) - p->str_len;
		size_t const now = n < room ? n : room;
		if (now == 0 || !string_grow(p, now)) {
			p->str_cut = true;
			return;
		}
		memcpy(p->str + p->str_len, data, now);
		p->str_len += (uint32_t)now;
		data += now;
		n -= now;
	}
}

bool string_clean(struct parser const *p)
{
	uint8_t const *const str = (uint8_t const *)p->str;
	for (size_t i = 0; i < p->str_len;) {
		uint32_t c;
		i += utf8_get(str + i, p->str_len - i, &c);
		if (c == UTF8_BAD || printable_control(c)) return false;
	}
	return !p->str_cut;
}

void string_end(struct screen *s)
{
	struct parser *const p = &s->p;
	p->state = P_GROUND;
	s->last_valid = false;
	if (p->kind == STR_OTHER) {
		withhold(s);
		return;
	}
	if (is_sixel(p)) {
		picture_sixel_end(s);
		return;
	}
	if (!p->str) { /* an empty string: dispatchers need a terminated one */
		p->str = malloc(128);
		if (!p->str) return;
		p->str_cap = 128;
	}
	p->str[p->str_len] = 0;
	if (p->kind == STR_OSC)
		osc_dispatch(s);
	else if (p->kind == STR_DCS)
		dcs_dispatch(s);
	else
		apc_dispatch(s);
	string_shrink(p);
}
