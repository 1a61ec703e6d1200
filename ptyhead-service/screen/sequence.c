/* SPDX-License-Identifier: ISC */
/* The bytes between ESC and the final byte of an escape or control sequence, or the
 * introducer of a string. */
#include "screen_int.h"

static void params_clear(struct parser *p)
{
	p->prefix = p->ninter = 0;
	p->inter[0] = p->inter[1] = 0;
	p->npar = 1;
	p->sub = p->given = 0;
	p->par[0] = 0;
	p->overflow = false;
}

static void param_byte(struct parser *p, unsigned char c)
{
	if (c == ';' || c == ':') {
		if (p->npar == SCREEN_PARAMS_MAX) {
			p->overflow = true;
			return;
		}
		if (c == ':') p->sub |= 1u << p->npar;
		p->par[p->npar++] = 0;
		return;
	}
	if (p->overflow) return;
	unsigned const i = p->npar - 1;
	uint32_t const v = p->par[i] * 10u + (c - '0');
	p->par[i] = (uint16_t)(v > 65535 ? 65535 : v);
	p->given |= 1u << i;
}

void sequence_final(struct screen *s, unsigned char c)
{
	struct parser *const p = &s->p;
	switch (c) {
	case '[':
		params_clear(p);
		p->state = P_CSI_ENTRY;
		return;
	case ']': string_begin(s, STR_OSC); return;
	case 'P':
		params_clear(p);
		p->state = P_DCS_ENTRY;
		return;
	case '_': string_begin(s, STR_APC); return;
	case '^':
	case 'X': string_begin(s, STR_OTHER); return;
	default: break;
	}
	p->state = P_GROUND;
	s->last_valid = false;
	esc_dispatch(s, c);
}

void sequence_begin(struct screen *s)
{
	s->p.state = P_ESC;
	s->p.ninter = 0;
	s->p.inter[0] = s->p.inter[1] = 0;
}

void sequence_cancel(struct screen *s)
{
	bool const withheld = screen_withholding(s);
	s->p.state = P_GROUND;
	if (withheld) withhold(s); /* a part of it may have been left out already */
}

static void collect(struct parser *p, unsigned char c)
{
	if (p->ninter < 2) p->inter[p->ninter] = c;
	if (p->ninter < 3) p->ninter++;
}

/* A printable byte, 0x20..0x7e, within an escape sequence. */
void sequence_byte(struct screen *s, unsigned char c)
{
	struct parser *const p = &s->p;
	bool const dcs = p->state >= P_DCS_ENTRY;
	switch (p->state) {
	case P_ESC:
	case P_ESC_INTER:
		if (c < 0x30) {
			collect(p, c);
			p->state = P_ESC_INTER;
		} else if (p->state == P_ESC) {
			sequence_final(s, c);
		} else {
			p->state = P_GROUND;
			s->last_valid = false;
			if (p->ninter <= 2) esc_dispatch(s, c);
			else withhold(s);
		}
		return;
	case P_CSI_ENTRY:
	case P_DCS_ENTRY:
		if (c >= 0x3c && c <= 0x3f) {
			p->prefix = c;
			p->state = dcs ? P_DCS_PARAM : P_CSI_PARAM;
			return;
		}
		/* fall through */
	case P_CSI_PARAM:
	case P_DCS_PARAM:
		if (c >= 0x3c && c <= 0x3f) {
			p->state = dcs ? P_DCS_IGNORE : P_CSI_IGNORE;
			return;
		}
		if (c >= 0x30 && c <= 0x3b) {
			param_byte(p, c);
			p->state = dcs ? P_DCS_PARAM : P_CSI_PARAM;
			return;
		}
		/* fall through */
	case P_CSI_INTER:
	case P_DCS_INTER:
		if (c < 0x30) {
			collect(p, c);
			p->state = dcs ? P_DCS_INTER : P_CSI_INTER;
			return;
		}
		if (c < 0x40 || p->ninter > 2) {
			p->state = dcs ? P_DCS_IGNORE : P_CSI_IGNORE;
			if (c < 0x40 || dcs) return;
			p->state = P_GROUND;
			withhold(s);
			return;
		}
		if (dcs) {
			p->final = c;
			string_begin(s, STR_DCS);
			return;
		}
		p->state = P_GROUND;
		csi_dispatch(s, c);
		s->last_valid = false;
		return;
	case P_CSI_IGNORE:
		if (c < 0x40) return;
		p->state = P_GROUND;
		withhold(s);
		return;
	default: return; /* P_DCS_IGNORE: until its end */
	}
}
