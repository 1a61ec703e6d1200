/* SPDX-License-Identifier: ISC */
/* Fits the table of ptyhead-list to the width of a terminal. Only for ptyhead-list. */
#ifndef VIEWER_COLUMNS_H
#define VIEWER_COLUMNS_H

#include <stddef.h>

#include "screen.h"

/* Appends the table `text`, as ptyhead-list prints it into a pipe, so that no line has
 * more than `width` columns: unchanged if it fits and its columns are
 * aligned; else with columns as narrow as they can be, the command and then the address
 * cut. */
void columns_fit(struct screen_buf *out, char const *text, size_t len, unsigned width);

#endif
