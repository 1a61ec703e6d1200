/* SPDX-License-Identifier: ISC */
/* A copy of a screen for display only, not for typing. */
#include "screen_int.h"

#include <string.h>

/* Of the modes that are passed to terminals, only reverse video is visible. */
#define MODES_KEYS (MODES_MIRRORED & ~BIT(M_SCNM))

struct screen *screen_still(struct screen const *from)
{
	struct screen *const s = screen_clone(from);

	if (!s) return NULL;
	/* An open sequence or character shows nothing. */
	s->p.state = P_GROUND;
	s->p.u8_need = 0;
	s->p.str_len = 0;
	s->modes = (s->modes & ~MODES_KEYS) | (MODES_DEFAULT & MODES_KEYS);
	s->touched &= ~MODES_KEYS;
	s->mouse = s->mouse_enc = 0;
	memset(s->modkeys, -1, sizeof s->modkeys);
	if (!s->alt_on) {
		struct grid const main = s->main;
		s->main = s->alt;
		s->alt = main;
		s->alt_on = true;
		s->grid = &s->alt;
	}
	s->alt.kitty = (struct kitty){ 0 };
	return s;
}
