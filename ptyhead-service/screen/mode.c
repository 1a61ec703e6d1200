/* SPDX-License-Identifier: ISC */
/* Modes, ANSI and DEC private: their immediate effects, XTSAVE and XTRESTORE. */
#include "screen_int.h"

#include <string.h>

/* The modes that programs switch most often come first. */
struct mode_def const screen_mode_defs[] = {
	{ 25, 1, M_TCEM },      { 2026, 1, M_SYNC },     { 7, 1, M_AWM },         { 1, 1, M_CKM },
	{ 12, 1, M_BLINK },     { 2004, 1, M_PASTE },    { 6, 1, M_OM },          { 69, 1, M_LRMM },
	{ 4, 1, M_SMOOTH },     { 5, 1, M_SCNM },        { 8, 1, M_ARM },         { 40, 1, M_ALLOW132 },
	{ 45, 1, M_REVWRAP },   { 66, 1, M_NKM },        { 67, 1, M_BKM },        { 80, 1, M_SDM },
	{ 1004, 1, M_FOCUS },   { 1007, 1, M_ALTSCROLL }, { 1034, 1, M_META8 },   { 1035, 1, M_NUMLOCK },
	{ 1036, 1, M_METAESC }, { 1039, 1, M_ALTESC },   { 1042, 1, M_URGENT },   { 1043, 1, M_RAISE },
	{ 1070, 1, M_SIXELPAL }, { 2027, 1, M_GRAPHEME }, { 2031, 1, M_SCHEME },  { 2048, 1, M_INBAND },
	{ 8452, 1, M_SIXELRIGHT }, { 9001, 1, M_WIN32 },    { 3, 1, M_COLM },        { 18, 1, M_PFF },
	{ 19, 1, M_PEX },       { 41, 1, M_MORE },       { 42, 1, M_NRC },        { 1045, 1, M_REVWRAP2 },
	{ 2, 0, M_KAM },        { 4, 0, M_IRM },         { 12, 0, M_SRM },        { 20, 0, M_LNM },
};
unsigned const screen_mode_count = sizeof screen_mode_defs / sizeof *screen_mode_defs;

static uint16_t const mouse_numbers[] = { 9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016 };
#define MOUSE_PROTOCOLS 5

struct mode_def const *mode_find(bool dec, unsigned number)
{
	for (unsigned i = 0; i < screen_mode_count; i++)
		if (screen_mode_defs[i].number == number && screen_mode_defs[i].dec == dec) return &screen_mode_defs[i];
	return NULL;
}

bool mode_virtual(unsigned bit, uint16_t *ret_number)
{
	if (bit < M_MOUSE || bit >= M_VIRTUAL_END) return false;
	*ret_number = mouse_numbers[bit - M_MOUSE];
	return true;
}

/* The index of a mouse mode in mouse_numbers, or -1. */
static int mouse_index(unsigned number)
{
	for (unsigned i = 0; i < sizeof mouse_numbers / sizeof *mouse_numbers; i++)
		if (mouse_numbers[i] == number) return (int)i;
	return -1;
}

static void mouse_set(struct screen *s, int i, bool on)
{
	uint16_t const number = on ? mouse_numbers[i] : 0;
	if (i < MOUSE_PROTOCOLS) s->mouse = number;
	else s->mouse_enc = number;
}

void screen_mouse_drop(struct screen *s) { s->mouse = 0; }

static void report_size(struct screen *s)
{
	query_answer(s, "\033[48;%u;%u;%u;%ut", (unsigned)s->rows, (unsigned)s->cols, s->rows * s->cell_h,
		     s->cols * s->cell_w);
}

static void bit_set(struct screen *s, unsigned bit, bool on)
{
	bool const was = mode_on(s, bit);
	s->modes = on ? s->modes | BIT(bit) : s->modes & ~BIT(bit);
	switch (bit) {
	case M_OM: cursor_address(s, 0, 0); break;
	case M_LRMM:
		if (was == on) break;
		s->left = 0;
		s->right = (uint16_t)(s->cols - 1);
		s->pending = false;
		break;
	case M_INBAND:
		if (on) report_size(s);
		break;
	default: break;
	}
}

/* DECCOLM, if mode 40 permits it. */
static void columns_set(struct screen *s, bool on)
{
	if (!mode_on(s, M_ALLOW132)) return;
	s->modes = (on ? s->modes | BIT(M_COLM) : s->modes & ~BIT(M_COLM)) & ~BIT(M_LRMM);
	margins_reset(s);
	csi_clear(s);
	cursor_to(s, 0, 0);
	page_ask(s, 0, on ? 132 : 80);
}

static unsigned other_find(struct screen const *s, bool dec, unsigned number)
{
	unsigned i = 0;
	while (i < s->nothers && (s->others[i].number != number || s->others[i].dec != dec)) i++;
	return i;
}

/* Modes that are unknown here may have a meaning on a viewer's terminal: those that
 * were switched on are remembered. */
static void other_set(struct screen *s, bool dec, unsigned number, bool on)
{
	unsigned const i = other_find(s, dec, number);
	if (i == s->nothers && on && number > 0 && i < SCREEN_OTHERS_MAX)
		s->others[s->nothers++] = (struct other_mode){ .number = (uint16_t)number, .dec = dec };
	else if (i < s->nothers && !on)
		memmove(s->others + i, s->others + i + 1, (--s->nothers - i) * sizeof *s->others);
}

bool mode_unknown_off(struct screen const *s, bool dec, unsigned number)
{
	static uint16_t const screens[] = { 3, 47, 1047, 1048, 1049 };
	for (size_t i = 0; dec && i < sizeof screens / sizeof *screens; i++)
		if (screens[i] == number) return false;
	return number > 0 && !(dec && mouse_index(number) >= 0) && !mode_find(dec, number) && other_find(s, dec, number) == s->nothers;
}

void mode_set(struct screen *s, bool dec, unsigned number, bool on)
{
	/* A mode that viewers withhold is ignored here, too. Exceptions: the size that
	 * mode 3 asks for may be granted, and the engine makes the reports of mode
	 * 2048. */
	if (screen_mode_withheld(dec, number) && number != 3 && number != 2048) return;
	if (dec) {
		int const i = mouse_index(number);
		if (i >= 0) {
			mouse_set(s, i, on);
			return;
		}
		switch (number) {
		case 3: columns_set(s, on); return;
		case 47:
		case 1047: state_alt(s, on); return;
		case 1048:
			if (on) cursor_save(s);
			else cursor_restore(s);
			return;
		case 1049:
			if (on) cursor_save(s);
			state_alt(s, on);
			if (!on) cursor_restore(s);
			return;
		default: break;
		}
	}
	struct mode_def const *const d = mode_find(dec, number);
	if (d && d->bit == M_LRMM && s->level < 4) return;
	if (d && dec) s->touched |= BIT(d->bit);
	if (d) bit_set(s, d->bit, on);
	else other_set(s, dec, number, on);
}

/* Known modes that cannot be set: ANSI's editing and format modes, and DECARM and
 * DECHCCM, as in xterm. */
static bool always_reset(bool dec, unsigned number)
{
	if (dec) return number == 8 || number == 60;
	return number == 1 || number == 5 || number == 7 || number == 10 || number == 11 || (number >= 13 && number <= 19);
}

int mode_report(struct screen const *s, bool dec, unsigned number)
{
	if (dec) {
		int const i = mouse_index(number);
		if (i >= 0) return (i < MOUSE_PROTOCOLS ? s->mouse : s->mouse_enc) == number ? 1 : 2;
		if (number == 47 || number == 1047 || number == 1049) return s->alt_on ? 1 : 2;
		if (number == 1048) return 1;
	}
	if (always_reset(dec, number)) return 4;
	struct mode_def const *const d = mode_find(dec, number);
	if (!d || (d->bit == M_LRMM && s->level < 4) || (d->bit == M_NRC && s->level < 2)) return 0;
	return mode_on(s, d->bit) ? 1 : 2;
}

static int save_bit(unsigned number)
{
	if (number == 3) return -1; /* it is a request for a size */
	int const i = mouse_index(number);
	if (i >= 0) return M_MOUSE + i;
	struct mode_def const *const d = mode_find(true, number);
	return d ? d->bit : -1;
}

bool screen_mode_kept(unsigned number) { return save_bit(number) >= 0; }

void mode_save(struct screen *s, unsigned number)
{
	int const bit = save_bit(number);
	if (bit < 0) return;
	s->saved_valid |= BIT(bit);
	if (mode_report(s, true, number) == 1) s->saved_value |= BIT(bit);
	else s->saved_value &= ~BIT(bit);
}

void mode_restore(struct screen *s, unsigned number)
{
	int const bit = save_bit(number);
	if (bit < 0 || !(s->saved_valid >> bit & 1)) return;
	mode_set(s, true, number, s->saved_value >> bit & 1);
}

void shape_set(struct screen *s, unsigned shape)
{
	if (shape > 6) return;
	s->shape = (uint8_t)shape;
	s->touched_shape = true;
}
