/* SPDX-License-Identifier: ISC */
/* Questions that programs ask the terminal. The engine answers what it knows. It
 * reports every question to the query sink, so that no viewer repeats it. */
#include "screen_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef PTYHEAD_VERSION
#define PTYHEAD_VERSION "0"
#endif

void query_answer(struct screen *s, char const *fmt, ...)
{
	char line[320];
	va_list ap;
	va_start(ap, fmt);
	int const n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	spend(s, COST_ANSWER);
	if (n > 0 && (size_t)n < sizeof line && s->sinks.answer) s->sinks.answer(s->sinks.arg, line, (size_t)n);
}

/* The present control sequence in the form that a terminal understands. */
static void csi_text(struct screen const *s, struct screen_buf *out)
{
	struct parser const *const p = &s->p;
	screen_buf_str(out, "\033[");
	if (p->prefix) screen_buf_add(out, &p->prefix, 1);
	for (unsigned i = 0; i < p->npar; i++) {
		if (i > 0) screen_buf_str(out, ";");
		if (p->given >> i & 1) screen_buf_num(out, p->par[i]);
	}
	screen_buf_add(out, p->inter, p->ninter);
	screen_buf_add(out, &p->final, 1);
}

/* Reports the present sequence, from seq_start to pos, as a query. */
void query_span(struct screen *s, enum screen_query kind, char const *fallback)
{
	struct screen_buf text = SCREEN_BUF_INIT;
	struct parser const *const p = &s->p;
	spend(s, COST_STRING);
	if (!s->sinks.query) return;
	struct screen_span span = {
		.offset = p->seq_start,
		.len = p->pos - p->seq_start,
		.kind = kind,
		.whole = true,
	};
	if (kind == SCREEN_QUERY_TERMINAL) {
		static char const *const intro[] = { "\033]", "\033P+q", "\033_" };
		if (p->kind == STR_OTHER) { /* not a string */
			csi_text(s, &text);
			span.whole = !text.failed;
		} else {
			screen_buf_str(&text, intro[p->kind]);
			screen_buf_add(&text, p->str, umin(p->str_len, SCREEN_STRING_MAX));
			screen_buf_str(&text, "\033\\");
			span.whole = string_clean(p) && p->str_len <= SCREEN_STRING_MAX && !text.failed;
		}
		span.text = text.data;
		span.text_len = text.len;
		span.fallback = fallback;
		span.fallback_len = fallback ? strlen(fallback) : 0;
	}
	s->sinks.query(s->sinks.arg, &span);
	screen_buf_deinit(&text);
}

static void cursor_position(struct screen *s, bool dec)
{
	bool const om = mode_on(s, M_OM);
	unsigned const y = s->y - (om ? s->top : 0u) + 1u;
	unsigned const x = s->x - (om ? s->left : 0u) + 1u;
	if (dec) query_answer(s, "\033[?%u;%u;1R", y, x);
	else query_answer(s, "\033[%u;%uR", y, x);
}

static bool device_status(struct screen *s, bool dec)
{
	unsigned const what = par(s, 0, 0);
	if (!dec) {
		if (what == 5) query_answer(s, "\033[0n");
		else if (what == 6) cursor_position(s, false);
		else return false;
		return true;
	}
	switch (what) {
	case 6: cursor_position(s, true); break;
	case 15: query_answer(s, "\033[?13n"); break;  /* no printer */
	case 25: query_answer(s, "\033[?21n"); break;  /* user keys locked */
	case 26: query_answer(s, "\033[?27;1;0;0n"); break;
	case 53:
	case 55: query_answer(s, "\033[?50n"); break;  /* no locator */
	case 56: query_answer(s, "\033[?57;0n"); break;
	case 62: query_answer(s, "\033[0*{"); break;
	case 63: query_answer(s, "\033P%u!~0000\033\\", par(s, 1, 0)); break;
	case 75: query_answer(s, "\033[?70n"); break;
	case 85: query_answer(s, "\033[?83n"); break;
	case 996:
		if (s->scheme) query_answer(s, "\033[?997;%dn", s->scheme);
		break;
	default: return false;
	}
	return true;
}

/* Only a terminal can answer: without one there is no answer. */
static void ask_terminal(struct screen *s, char const *fallback)
{
	s->p.kind = STR_OTHER;
	query_span(s, SCREEN_QUERY_TERMINAL, fallback);
}

enum found { FOUND_NOT, FOUND_ANSWERED, FOUND_TOLD };

/* XTWINOPS. A program must not have a title typed back to it (CVE-2003-0063): 20 and 21
 * answer an empty one, which is the default of xterm and others. */
static enum found window(struct screen *s)
{
	unsigned const what = par(s, 0, 0);
	unsigned const rows = s->rows;
	unsigned const cols = s->cols;
	if (what >= 14 && what <= 16 && !(s->cell_h && s->cell_w)) {
		ask_terminal(s, NULL);
		return FOUND_TOLD;
	}
	switch (what) {
	case 11: query_answer(s, "\033[1t"); break;
	case 13: query_answer(s, "\033[3;0;0t"); break;
	case 14: query_answer(s, "\033[4;%u;%ut", rows * s->cell_h, cols * s->cell_w); break;
	case 15: query_answer(s, "\033[5;%u;%ut", rows * s->cell_h, cols * s->cell_w); break;
	case 16: query_answer(s, "\033[6;%u;%ut", s->cell_h, s->cell_w); break;
	case 18: query_answer(s, "\033[8;%u;%ut", rows, cols); break;
	case 19: query_answer(s, "\033[9;%u;%ut", rows, cols); break;
	case 20: query_answer(s, "\033]L\033\\"); break;
	case 21: query_answer(s, "\033]l\033\\"); break;
	default: return FOUND_NOT;
	}
	return FOUND_ANSWERED;
}

static bool no_parameter(struct screen const *s) { return par(s, 0, 0) == 0; }

static enum found plain(struct screen *s, unsigned char final)
{
	switch (final) {
	case 'c':
		if (!no_parameter(s)) return FOUND_NOT;
		query_answer(s, "\033[?64;6;21;22;28c");
		return FOUND_ANSWERED;
	case 'n': return device_status(s, false) ? FOUND_ANSWERED : FOUND_NOT;
	case 't': return window(s);
	case 'x':
		if (par(s, 0, 0) > 1) return FOUND_NOT;
		query_answer(s, "\033[%u;1;1;128;128;1;0x", par(s, 0, 0) + 2);
		return FOUND_ANSWERED;
	default: return FOUND_NOT;
	}
}

static enum found with_prefix(struct screen *s, unsigned char prefix, unsigned char final)
{
	if (prefix == '>' && final == 'c' && no_parameter(s)) {
		query_answer(s, "\033[>41;354;0c");
		return FOUND_ANSWERED;
	}
	if (prefix == '=' && final == 'c' && no_parameter(s)) {
		query_answer(s, "\033P!|00000000\033\\");
		return FOUND_ANSWERED;
	}
	if (prefix == '>' && final == 'q' && no_parameter(s)) {
		query_answer(s, "\033P>|ptyhead(" PTYHEAD_VERSION ")\033\\");
		return FOUND_ANSWERED;
	}
	if (prefix != '?') return FOUND_NOT;
	if (final == 'n') return device_status(s, true) ? FOUND_ANSWERED : FOUND_NOT;
	if (final == 'm') { /* XTQMODKEYS */
		unsigned const what = par(s, 0, 99);
		if (what > 7) return FOUND_NOT;
		int const v = s->modkeys[what];
		query_answer(s, "\033[>%u;%dm", what, v < 0 ? (what == 1 || what == 2 ? 2 : 0) : v);
		return FOUND_ANSWERED;
	}
	return FOUND_NOT;
}

/* DECTABSR, DECCIR, DECRQTSR, DECRQDE, DECRQUPSS, locators: test programs ask these. */
static enum found with_intermediate(struct screen *s, unsigned char inter, unsigned char final)
{
	unsigned const what = par(s, 0, 0);
	if (inter == '$' && final == 'p') {
		bool const dec = s->p.prefix == '?';
		if (s->p.prefix && !dec) return FOUND_NOT;
		if (s->level < 3) return FOUND_ANSWERED; /* a VT200 does not know this question */
		query_answer(s, "\033[%s%u;%d$y", dec ? "?" : "", what, mode_report(s, dec, what));
		return FOUND_ANSWERED;
	}
	if (s->p.prefix) return FOUND_NOT;
	if (inter == '#' && (final == '|' || final == 'R')) { /* XTREPORTSGR, XTREPORTCOLORS */
		ask_terminal(s, NULL);
		return FOUND_TOLD;
	}
	if (inter == '$' && final == 'w') return what == 1 || what == 2 ? FOUND_ANSWERED : FOUND_NOT;
	if (inter == '$' && final == 'u') return FOUND_ANSWERED;
	if (inter == '&' && final == 'u') {
		query_answer(s, "\033P0!u%%5\033\\");
		return FOUND_ANSWERED;
	}
	if (inter == '"' && final == 'v') {
		query_answer(s, "\033[%u;%u;1;1;1\"w", (unsigned)s->rows, (unsigned)s->cols);
		return FOUND_ANSWERED;
	}
	if (inter == '\'' && final == '|') {
		query_answer(s, "\033[0&w");
		return FOUND_ANSWERED;
	}
	return FOUND_NOT;
}

bool csi_query(struct screen *s, unsigned char final)
{
	struct parser *const p = &s->p;
	enum found found;
	p->final = final;
	if (!p->ninter && p->prefix == '?' && final == 'S' && (par(s, 1, 0) == 1 || par(s, 1, 0) == 4)) {
		char fallback[32];
		snprintf(fallback, sizeof fallback, "\033[?%u;3;0S", par(s, 0, 0));
		ask_terminal(s, fallback);
		return true;
	}
	if (p->ninter) found = with_intermediate(s, p->inter[0], final);
	else if (p->prefix) found = with_prefix(s, p->prefix, final);
	else found = plain(s, final);
	if (found == FOUND_ANSWERED) query_span(s, SCREEN_QUERY_ANSWERED, NULL);
	return found != FOUND_NOT;
}

/* The kitty keyboard protocol: CSI > flags u, < n u, = flags ; mode u, ? u. */
void kitty_dispatch(struct screen *s)
{
	struct kitty *const k = &s->grid->kitty;
	unsigned const flags = par(s, 0, 0) & 31u;
	unsigned n;
	uint8_t *const now = &k->flags[k->depth];
	switch (s->p.prefix) {
	case '?':
		query_answer(s, "\033[?%uu", (unsigned)*now);
		query_span(s, SCREEN_QUERY_ANSWERED, NULL);
		break;
	case '=':
		if (par(s, 1, 1) == 2) *now |= (uint8_t)flags;
		else if (par(s, 1, 1) == 3) *now = (uint8_t)(*now & ~flags);
		else *now = (uint8_t)flags;
		break;
	case '>':
		if (k->depth == SCREEN_KITTY_MAX) memmove(k->flags, k->flags + 1, SCREEN_KITTY_MAX);
		else k->depth++;
		k->flags[k->depth] = (uint8_t)flags;
		break;
	default:
		n = par_pos(s, 0);
		if (n > k->depth) {
			k->depth = 0;
			k->flags[0] = 0;
		} else {
			k->depth = (uint8_t)(k->depth - n);
		}
		break;
	}
}

/* ---- device control strings ---------------------------------------------- */

static void status_string(struct screen *s)
{
	char const *const q = s->p.str;
	if (!strcmp(q, "m")) {
		struct screen_buf b = SCREEN_BUF_INIT;
		sgr_write(&s->pen, &b);
		screen_buf_add(&b, "", 1);
		if (!b.failed) query_answer(s, "\033P1$r%s\033\\", b.data + 2);
		screen_buf_deinit(&b);
	} else if (!strcmp(q, "r")) {
		query_answer(s, "\033P1$r%u;%ur\033\\", s->top + 1u, s->bottom + 1u);
	} else if (!strcmp(q, "s") && mode_on(s, M_LRMM)) {
		query_answer(s, "\033P1$r%u;%us\033\\", s->left + 1u, s->right + 1u);
	} else if (!strcmp(q, " q")) {
		query_answer(s, "\033P1$r%u q\033\\", (unsigned)s->shape);
	} else if (!strcmp(q, "\"q")) {
		query_answer(s, "\033P1$r%u\"q\033\\", s->pen.attrs & SCREEN_PROTECTED ? 1u : 0u);
	} else if (!strcmp(q, "\"p")) {
		query_answer(s, "\033P1$r6%u;1\"p\033\\", (unsigned)s->level);
	} else if (!strcmp(q, "t")) {
		query_answer(s, "\033P1$r%ut\033\\", (unsigned)s->rows);
	} else if (!strcmp(q, "$|")) {
		query_answer(s, "\033P1$r%u$|\033\\", (unsigned)s->cols);
	} else if (!strcmp(q, "*|")) {
		query_answer(s, "\033P1$r%u*|\033\\", (unsigned)s->rows);
	} else if (!strcmp(q, "$}") || !strcmp(q, "$~")) { /* no status line */
		query_answer(s, "\033P1$r0%s\033\\", q);
	} else if (!strcmp(q, "*x")) {
		query_answer(s, "\033P1$r%u*x\033\\", (unsigned)s->rect_extent);
	} else {
		query_answer(s, "\033P0$r\033\\");
	}
	query_span(s, SCREEN_QUERY_ANSWERED, NULL);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* XTGETTCAP of the first name. Only the number of colours is known. */
static void capability(struct screen *s)
{
	static struct {
		char const *name, *value;
	} const known[] = { { "Co", "323536" }, { "colors", "323536" }, { "RGB", "382F382F38" } };
	char const *const q = s->p.str;
	size_t const len = strcspn(q, ";");
	char name[8] = "";
	char fallback[64];
	for (size_t i = 0; i + 1 < len && i / 2 < sizeof name - 1; i += 2)
		if (hex_digit(q[i]) > 0 && hex_digit(q[i + 1]) >= 0) name[i / 2] = (char)(hex_digit(q[i]) << 4 | hex_digit(q[i + 1]));
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(name, known[i].name) != 0 || len != 2 * strlen(name)) continue;
		snprintf(fallback, sizeof fallback, "\033P1+r%.*s=%s\033\\", (int)len, q, known[i].value);
		query_span(s, SCREEN_QUERY_TERMINAL, fallback);
		return;
	}
	query_span(s, SCREEN_QUERY_TERMINAL, "\033P0+r\033\\");
}

void dcs_dispatch(struct screen *s)
{
	struct parser const *const p = &s->p;
	if (withhold_string(p)) withhold(s);
	else if (p->inter[0] == '$') status_string(s);
	else if (p->inter[0] == '+') capability(s);
}

/* Kitty's graphics. A command that asks (a=q) shows nothing. */
void apc_dispatch(struct screen *s)
{
	char const *p = s->p.str;
	if (*p++ != 'G') {
		withhold(s);
		return;
	}
	char const *const keys = p;
	for (;;) {
		size_t const n = strcspn(p, ",;");
		if (n == 3 && !memcmp(p, "a=q", 3)) {
			query_span(s, SCREEN_QUERY_TERMINAL, NULL);
			return;
		}
		if (p[n] != ',') break;
		p += n + 1;
	}
	picture_kitty(s, keys, s->p.str_len - 1);
}
