/* Questions that programs ask the terminal. What the engine knows it answers;
 * every question is told to the query sink, so that no viewer repeats it. */
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

/* The sequence at hand, from seq_start to pos, is a query. */
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
		if (p->kind == STR_OTHER) { /* XTSMGRAPHICS, the one that is no string */
			screen_buf_fmt(&text, "\033[?%u;%u;%uS", par(s, 0, 0), par(s, 1, 0), par(s, 2, 0));
		} else {
			screen_buf_str(&text, intro[p->kind]);
			screen_buf_add(&text, p->str, umin(p->str_len, SCREEN_STRING_MAX));
			screen_buf_str(&text, "\033\\");
			span.whole = !p->str_cut && p->str_len <= SCREEN_STRING_MAX && !text.failed;
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

/* XTWINOPS. A program must not learn a title by asking for it to be typed back
 * (CVE-2003-0063): 20 and 21 say an empty one, as xterm's and others' default. */
static bool window(struct screen *s)
{
	unsigned const rows = s->rows;
	unsigned const cols = s->cols;
	switch (par(s, 0, 0)) {
	case 11: query_answer(s, "\033[1t"); break;
	case 13: query_answer(s, "\033[3;0;0t"); break;
	case 14: query_answer(s, "\033[4;%u;%ut", rows * s->cell_h, cols * s->cell_w); break;
	case 15: query_answer(s, "\033[5;%u;%ut", rows * s->cell_h, cols * s->cell_w); break;
	case 16: query_answer(s, "\033[6;%u;%ut", s->cell_h, s->cell_w); break;
	case 18: query_answer(s, "\033[8;%u;%ut", rows, cols); break;
	case 19: query_answer(s, "\033[9;%u;%ut", rows, cols); break;
	case 20: query_answer(s, "\033]L\033\\"); break;
	case 21: query_answer(s, "\033]l\033\\"); break;
	default: return false;
	}
	return true;
}

static bool no_parameter(struct screen const *s) { return par(s, 0, 0) == 0; }

static bool plain(struct screen *s, unsigned char final)
{
	switch (final) {
	case 'c':
		if (!no_parameter(s)) return false;
		query_answer(s, "\033[?64;6;21;22;28c");
		return true;
	case 'n': return device_status(s, false);
	case 't': return window(s);
	case 'x':
		if (par(s, 0, 0) > 1) return false;
		query_answer(s, "\033[%u;1;1;128;128;1;0x", par(s, 0, 0) + 2);
		return true;
	default: return false;
	}
}

static bool with_prefix(struct screen *s, unsigned char prefix, unsigned char final)
{
	if (prefix == '>' && final == 'c' && no_parameter(s)) {
		query_answer(s, "\033[>41;354;0c");
		return true;
	}
	if (prefix == '=' && final == 'c' && no_parameter(s)) {
		query_answer(s, "\033P!|00000000\033\\");
		return true;
	}
	if (prefix == '>' && final == 'q' && no_parameter(s)) {
		query_answer(s, "\033P>|ptyhead(" PTYHEAD_VERSION ")\033\\");
		return true;
	}
	if (prefix != '?') return false;
	if (final == 'n') return device_status(s, true);
	if (final == 'm') { /* XTQMODKEYS */
		unsigned const what = par(s, 0, 99);
		if (what > 7) return false;
		int const v = s->modkeys[what];
		query_answer(s, "\033[>%u;%dm", what, v < 0 ? (what == 1 || what == 2 ? 2 : 0) : v);
		return true;
	}
	return false;
}

/* DECTABSR, DECCIR, DECRQTSR, DECRQDE, DECRQUPSS, locators: asked by test programs. */
static bool with_intermediate(struct screen *s, unsigned char inter, unsigned char final)
{
	unsigned const what = par(s, 0, 0);
	if (inter == '$' && final == 'p') {
		bool const dec = s->p.prefix == '?';
		if (s->p.prefix && !dec) return false;
		if (s->level < 3) return true; /* a VT200 does not know the question */
		query_answer(s, "\033[%s%u;%d$y", dec ? "?" : "", what, mode_report(s, dec, what));
		return true;
	}
	if (s->p.prefix) return false;
	if (inter == '$' && final == 'w') return what == 1 || what == 2;
	if (inter == '$' && final == 'u') return true;
	if (inter == '&' && final == 'u') {
		query_answer(s, "\033P0!u%%5\033\\");
		return true;
	}
	if (inter == '"' && final == 'v') {
		query_answer(s, "\033[%u;%u;1;1;1\"w", (unsigned)s->rows, (unsigned)s->cols);
		return true;
	}
	if (inter == '\'' && final == '|') {
		query_answer(s, "\033[0&w");
		return true;
	}
	return false;
}

bool csi_query(struct screen *s, unsigned char final)
{
	struct parser *const p = &s->p;
	bool found;
	if (!p->ninter && p->prefix == '?' && final == 'S' && (par(s, 1, 0) == 1 || par(s, 1, 0) == 4)) {
		char fallback[32];
		snprintf(fallback, sizeof fallback, "\033[?%u;3;0S", par(s, 0, 0));
		p->kind = STR_OTHER;
		query_span(s, SCREEN_QUERY_TERMINAL, fallback);
		return true;
	}
	if (p->ninter) found = with_intermediate(s, p->inter[0], final);
	else if (p->prefix) found = with_prefix(s, p->prefix, final);
	else found = plain(s, final);
	if (found) query_span(s, SCREEN_QUERY_ANSWERED, NULL);
	return found;
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

void dcs_dispatch(struct screen *s)
{
	struct parser const *const p = &s->p;
	if (p->prefix || p->ninter != 1 || p->final != 'q') return;
	if (p->inter[0] == '$') status_string(s);
	else if (p->inter[0] == '+') query_span(s, SCREEN_QUERY_TERMINAL, "\033P0+r\033\\");
}

/* Kitty graphics: only what asks (a=q). */
void apc_dispatch(struct screen *s)
{
	char const *p = s->p.str;
	if (*p++ != 'G') return;
	for (;;) {
		size_t const n = strcspn(p, ",;");
		if (n == 3 && !memcmp(p, "a=q", 3)) {
			query_span(s, SCREEN_QUERY_TERMINAL, NULL);
			return;
		}
		if (p[n] != ',') return;
		p += n + 1;
	}
}
