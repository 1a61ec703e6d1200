/* SPDX-License-Identifier: ISC */
/* Finds what a terminal sends by itself (reports) in the input of viewers. Pure. */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reports {
	bool typed;  /* the input has more than reports */
	bool button; /* a mouse button was pressed or released, or the wheel turned */
	char focus;  /* last focus report: 'I' in, 'O' out, 0 none */
	int scheme;  /* last colour scheme report: 1 dark, 2 light, 0 none */
};

/* Reads the input of one frame. Each report lies in one frame as a whole. */
struct reports reports_read(uint8_t const *data, size_t len);

#endif
