/* SPDX-License-Identifier: ISC */
#include "ptyhead.h"

char const *ptyhead_version(void) { return PTYHEAD_VERSION; }
