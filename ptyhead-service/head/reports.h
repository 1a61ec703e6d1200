/* SPDX-License-Identifier: ISC */
/* What a terminal says by itself, among what viewers type. Pure. */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reports {
	bool typed;  /* there is more than reports */
	bool button; /* a button of the mouse was pressed or released, or its wheel turned */
	char focus;  /* the last word on it: 'I' in, 'O' out, 0 none */
	int scheme;  /* the same: 1 dark, 2 light, 0 none */
};

/* The input of one frame, which holds each report as a whole. */
struct reports reports_read(uint8_t const *data, size_t len);

#endif
