/* SPDX-License-Identifier: ISC */
/* The state machine that separates text, controls, escape sequences and strings (Paul
 * Williams' diagram of the VT500 parser), after UTF-8 decoding: a C1 control is
 * recognised as the character U+0080..U+009F. The effect of a byte never depends on how
 * the stream was cut into feeds. */
#include "screen_int.h"

#include "scan.h"

/* ---- one byte ----------------------------------------------------------- */

static void character(struct screen *s, uint32_t cp)
{
	struct parser *const p = &s->p;
	if (cp >= 0x80 && cp < 0xa0) {
		if (p->state == P_DCS_IGNORE && cp != 0x9c) return;
		if (cp == 0x9c) {
			sequence_cancel(s);
			s->last_valid = false;
			return;
		}
		sequence_begin(s);
		sequence_final(s, (unsigned char)(cp - 0x40));
		return;
	}
	if (p->state == P_GROUND)
		print_cp(s, cp);
	else if (p->state != P_CSI_IGNORE && p->state != P_DCS_IGNORE)
		p->state = P_GROUND; /* not part of any sequence: both are dropped */
}

static void string_byte(struct screen *s, unsigned char c)
{
	struct parser *const p = &s->p;
	if (c == 0x1b) {
		p->state = P_STRING_ESC;
	} else if (c == 0x18 || c == 0x1a) {
		sequence_cancel(s);
		s->last_valid = false;
	} else if (c == 0x07 && p->kind == STR_OSC) {
		string_end(s);
	} else if (c == 0x9c && p->last_c2) {
		if (!p->str_cut && p->str_len > 0) p->str_len--;
		string_end(s);
	} else if (c >= 0x20 && c != 0x7f) {
		string_add(s, &c, 1);
	}
}

static void u8_begin(struct parser *p, unsigned char c)
{
	p->u8_lo = 0x80;
	p->u8_hi = 0xbf;
	if (c < 0xe0) {
		p->u8_need = 1;
		p->u8_cp = c & 0x1fu;
	} else if (c < 0xf0) {
		p->u8_need = 2;
		p->u8_cp = c & 0x0fu;
		if (c == 0xe0) p->u8_lo = 0xa0;
		if (c == 0xed) p->u8_hi = 0x9f;
	} else {
		p->u8_need = 3;
		p->u8_cp = c & 0x07u;
		if (c == 0xf0) p->u8_lo = 0x90;
		if (c == 0xf4) p->u8_hi = 0x8f;
	}
}

/* Any byte in any state. p.pos is the offset after it. */
static void byte_step(struct screen *s, unsigned char c)
{
	struct parser *const p = &s->p;
	if (p->u8_need) {
		if (c >= p->u8_lo && c <= p->u8_hi) {
			p->u8_cp = p->u8_cp << 6 | (c & 0x3fu);
			p->u8_lo = 0x80;
			p->u8_hi = 0xbf;
			if (--p->u8_need == 0) character(s, p->u8_cp);
			return;
		}
		p->u8_need = 0;
		character(s, 0xfffd);
		/* c starts again */
	}
	if (p->state == P_GROUND) p->seq_start = p->pos - 1;
	if (p->state == P_STRING_ESC) {
		if (c == '\\') {
			string_end(s);
			return;
		}
		/* ESC ended the string, and c continues a new sequence. */
		p->pos -= 2;
		string_end(s);
		p->seq_start = p->pos;
		p->pos += 2;
		sequence_begin(s);
	}
	if (p->state == P_STRING) {
		string_byte(s, c);
		return;
	}
	if (c >= 0x80) {
		if (c >= 0xc2 && c <= 0xf4)
			u8_begin(p, c);
		else
			character(s, 0xfffd);
	} else if (c == 0x1b) {
		if (p->state == P_DCS_IGNORE)
			p->state = P_STRING_ESC, p->kind = STR_OTHER;
		else
			sequence_begin(s);
	} else if (c == 0x18 || c == 0x1a) {
		sequence_cancel(s);
		s->last_valid = false;
	} else if (c < 0x20) {
		if (p->state >= P_DCS_ENTRY) return;
		s->last_valid = false;
		control_execute(s, c);
	} else if (c < 0x7f) {
		if (p->state == P_GROUND)
			print_ascii(s, &c, 1);
		else
			sequence_byte(s, c);
	}
}

/* ---- runs of bytes in ground state --------------------------------------- */

/* The sequence from p to its final byte; its parameters are set. */
static size_t csi_end(struct screen *s, unsigned char const *p, unsigned char const *last, unsigned char const *end)
{
	struct parser *const ps = &s->p;
	ps->sub = 0;
	ps->pos += (uint64_t)(last + 1 - p);
	if (*last == 'm' && !ps->prefix) sgr_learn(s, p + 2, (size_t)(last - p) - 1, (size_t)(end - p) - 2);
	else csi_dispatch(s, *last);
	s->last_valid = false;
	return (size_t)(last + 1 - p);
}

/* A complete, simple CSI sequence at p[0]: returns how many bytes it took, or 0. */
static size_t csi_fast(struct screen *s, unsigned char const *p, unsigned char const *end)
{
	struct parser *const ps = &s->p;
	unsigned char const *q = p + 2;
	ps->prefix = 0;
	ps->ninter = 0;
	ps->inter[0] = ps->inter[1] = 0;
	if (q < end && *q == '?') {
		ps->prefix = '?';
		q++;
	}
	size_t const pair = end - q >= 8 ? scan_pair(q, ps->par) : 0;
	if (pair) {
		ps->npar = 2;
		ps->given = 3;
		return csi_end(s, p, q + pair - 1, end);
	}
#ifdef SCAN_NUMBERS
	size_t const all = end - q >= SCAN_NUMBERS ? scan_numbers(q, ps->par, SCREEN_PARAMS_MAX, &ps->npar) : 0;
	if (all) {
		ps->given = (uint32_t)((UINT64_C(1) << ps->npar) - 1);
		return csi_end(s, p, q + all - 1, end);
	}
#endif
	uint32_t n = 0;
	uint32_t given = 0;
	uint32_t v = 0;
	uint32_t has = 0;
	for (; q < end; q++) {
		unsigned c = *q;
		unsigned d = c - '0';
		if (d <= 9) {
			v = d;
			has = 1;
			while (++q < end && (d = *q - (unsigned)'0') <= 9) {
				v = v * 10 + d;
				if (v > 65535) v = 65535;
			}
			if (q == end) return 0;
			c = *q;
		}
		if (c == ';') {
			if (n == SCREEN_PARAMS_MAX - 1) return 0;
			ps->par[n] = (uint16_t)v;
			given |= has << n;
			n++;
			v = has = 0;
		} else if (c >= 0x40 && c < 0x7f) {
			ps->par[n] = (uint16_t)v;
			ps->given = given | has << n;
			ps->npar = n + 1;
			return csi_end(s, p, q, end);
		} else {
			return 0;
		}
	}
	return 0;
}

/* Text is processed in pieces of this many bytes, since it may wrap again and again. */
#define PIECE 256

/* Takes bytes, at SCREEN_COST_BYTE each, until `units` are used, or a sequence asks for
 * another size. */
static size_t feed_upto(struct screen *s, unsigned char const *const data, size_t len, int64_t units)
{
	struct parser *const ps = &s->p;
	unsigned char const *p = data;
	unsigned char const *const end = p + len;
	uint64_t const origin = s->total - (uint64_t)(uintptr_t)p; /* offset of a pointer p: origin + p */
	int64_t const most = SCREEN_COST_BYTE * (int64_t)len; /* so that `purse` also tells when the
	                                                       * bytes end */
	int64_t const left = units < most ? units : most;
	s->spent = screen_spent(s);
	s->purse = left;
	s->ask_rows = s->ask_cols = 0;
	while (SCREEN_COST_BYTE * (p - data) < s->purse) {
		if (ps->state == P_GROUND && !ps->u8_need) {
			unsigned char const c = *p;
			if (c >= 0x20 && c < 0x7f) {
				size_t const n = scan_ascii(p, end - p < PIECE ? (size_t)(end - p) : PIECE);
				print_ascii(s, p, n);
				p += n;
				continue;
			}
			if (c == '\n' || c == '\r') {
				s->last_valid = false;
				ps->pos = origin + (uint64_t)(uintptr_t)p + 1;
				control_execute(s, c);
				p++;
				continue;
			}
			if (c == 0x1b && end - p >= 3 && p[1] == '[') {
				size_t const known = sgr_known(s, p + 2, (size_t)(end - p) - 2);
				if (known) {
					p += 2 + known;
					continue;
				}
				ps->seq_start = ps->pos = origin + (uint64_t)(uintptr_t)p;
				size_t const n = csi_fast(s, p, end);
				if (n) {
					p += n;
					continue;
				}
			} else if (c >= 0x80) {
				uint32_t cp;
				size_t const n = scan_utf8(p, (size_t)(end - p), &cp);
				if (n) {
					print_cp(s, cp);
					p += n;
					continue;
				}
			}
		} else if (ps->state == P_STRING && *p >= 0x20 && *p != 0x7f && *p != 0x9c) {
			unsigned char const *q = p;
			while (q < end && *q >= 0x20 && *q != 0x7f && *q != 0x9c) q++;
			string_add(s, p, (size_t)(q - p));
			p = q;
			continue;
		}
		ps->pos = origin + (uint64_t)(uintptr_t)p + 1;
		byte_step(s, *p++);
	}
	if (s->ask_rows) s->purse += PAGE_STOP;
	s->spent += (uint64_t)(left - s->purse + SCREEN_COST_BYTE * (p - data));
	s->purse = 0;
	s->total += (uint64_t)(p - data);
	if (ps->state == P_GROUND && !ps->u8_need)
		s->ground = s->total;
	else
		s->ground = ps->seq_start;
	return (size_t)(p - data);
}

void screen_feed(struct screen *s, void const *data, size_t len)
{
	unsigned char const *p = data;
	/* The cost of a sequence may end the turn, but not more. */
	for (size_t n = 0; n < len;) n += feed_upto(s, p + n, len - n, INT64_MAX);
}

size_t screen_feed_some(struct screen *s, void const *data, size_t len, int64_t *cost)
{
	unsigned char const *p = data;
	size_t n = 0;
	while (n < len && *cost > 0) {
		uint64_t const before = screen_spent(s);
		n += feed_upto(s, p + n, len - n, *cost);
		*cost -= (int64_t)(screen_spent(s) - before);
		if (s->ask_rows) break;
	}
	return n;
}

uint64_t screen_spent(struct screen const *s) { return s->spent - (uint64_t)s->purse; }
