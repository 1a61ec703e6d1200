/* SPDX-License-Identifier: ISC */
/* Controls and escape sequences without parameters. */
#include "screen_int.h"

#include <string.h>

static void linefeed(struct screen *s)
{
	cursor_linefeed(s, false);
	if (mode_on(s, M_LNM)) cursor_return(s);
}

void control_execute(struct screen *s, unsigned c)
{
	switch (c) {
	case 0x05: /* ENQ: no answerback, as in xterm; a viewer's terminal may have one */
		if (s->p.state == P_GROUND) query_span(s, SCREEN_QUERY_ANSWERED, NULL);
		break;
	case 0x07:
		if (s->sinks.bell) s->sinks.bell(s->sinks.arg);
		break;
	case 0x08: cursor_left(s, 1); break;
	case 0x09: cursor_tab(s, 1); break;
	case 0x0a:
	case 0x0b:
	case 0x0c: linefeed(s); break;
	case 0x0d: cursor_return(s); break;
	case 0x0e: s->gl = 1; break;
	case 0x0f: s->gl = 0; break;
	default: break;
	}
}

/* An unknown set counts as ASCII; a viewer selects ASCII on its terminal, too. */
static void designate(struct screen *s, unsigned char slot, unsigned char set)
{
	static char const slots[] = "()*+";
	char const *const at = strchr(slots, slot);
	bool const known = strchr("B0A45CRQ9KYE6`ZH7=", set) && s->p.ninter == 1;
	if (at) s->g[at - slots] = known ? set : 'B';
	/* 96-character sets have no effect, since GR is not used with UTF-8. Also
	 * everything that designates no set. */
	if (!at || !known) withhold(s);
}

static void back_index(struct screen *s)
{
	bool const within = s->y >= s->top && s->y <= s->bottom;
	if (s->x != s->left) {
		cursor_left(s, 1);
	} else if (within) {
		for (unsigned y = s->top; y <= s->bottom; y++) grid_insert_cells(s, y, s->left, 1);
	}
	s->pending = false;
}

static void forward_index(struct screen *s)
{
	bool const within = s->y >= s->top && s->y <= s->bottom;
	if (s->x != s->right) {
		cursor_right(s, 1);
	} else if (within) {
		for (unsigned y = s->top; y <= s->bottom; y++) grid_delete_cells(s, y, s->left, 1);
	}
	s->pending = false;
}

static void alignment_test(struct screen *s)
{
	margins_reset(s);
	s->modes &= ~BIT(M_OM);
	for (unsigned y = 0; y < s->rows; y++) {
		struct row *const r = row_at(s, s->grid, y);
		struct screen_cell *const c = row_open(s, r, s->cols);
		r->flags = 0;
		spend(s, s->cols);
		for (unsigned x = 0; c && x < s->cols; x++) c[x] = cell_make('E', 0, 0);
	}
	cursor_to(s, 0, 0);
}

static void tab_set(struct screen *s)
{
	s->tabs[s->x / 8] = (uint8_t)(s->tabs[s->x / 8] | 1u << (s->x % 8));
}

/* SPA and EPA. */
static void protect(struct screen *s, bool on)
{
	uint16_t const bit = SCREEN_PROTECTED;
	if (on) s->iso_protect = true;
	s->pen.attrs = (uint16_t)(on ? s->pen.attrs | bit : s->pen.attrs & ~bit);
	s->pen_dirty = true;
}

void esc_dispatch(struct screen *s, unsigned char final)
{
	unsigned char const inter = s->p.ninter ? s->p.inter[0] : 0;
	if (inter == '#') {
		if (final == '8') alignment_test(s);
		else withhold(s);
		return;
	}
	if (inter) {
		designate(s, inter, final);
		return;
	}
	switch (final) {
	case '6':
		if (s->level >= 4) back_index(s);
		break;
	case '7': cursor_save(s); break;
	case '8': cursor_restore(s); break;
	case '9':
		if (s->level >= 4) forward_index(s);
		break;
	case '=': s->modes |= BIT(M_NKM); break;
	case '>': s->modes &= ~BIT(M_NKM); break;
	case 'D': cursor_linefeed(s, false); break;
	case 'E':
		cursor_linefeed(s, false);
		cursor_return(s);
		break;
	case 'H': tab_set(s); break;
	case 'M': cursor_reverse_index(s); break;
	case 'N': s->shift = 2; break;
	case 'O': s->shift = 3; break;
	case 'V': protect(s, true); break;
	case 'W': protect(s, false); break;
	case 'Z':
		query_answer(s, "\033[?64;6;21;22;28c");
		query_span(s, SCREEN_QUERY_ANSWERED, NULL);
		break;
	case 'c':
		state_full_reset(s);
		withhold(s); /* it may erase a viewer's scrollback, and its user's settings */
		break;
	case 'n': s->gl = 2; break;
	case 'o': s->gl = 3; break;
	case '\\': break; /* a string terminator without a string */
	default: withhold(s); break;
	}
}
