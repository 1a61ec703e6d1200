/* SPDX-License-Identifier: ISC */
/* Key names, as in tmux. Pure. */
#ifndef VIEWER_KEYNAME_H
#define VIEWER_KEYNAME_H

#include <stdbool.h>

#include "key.h"

/* [C-][M-][S-]NAME or ^X, where NAME is a character, Enter, Escape, Tab, BTab,
 * BSpace, Space, Up, Down, Left, Right, Home, End, PPage (PageUp, PgUp), NPage
 * (PageDown, PgDn), IC (Insert), DC (Delete), F1 to F20, KP0 to KP9, KP., KP+,
 * KP-, KP*, KP/ or KPEnter. False: it is none. */
bool key_parse(char const *name, struct key *ret);

#endif
