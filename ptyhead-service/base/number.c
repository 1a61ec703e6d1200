/* SPDX-License-Identifier: ISC */
#include "number.h"

#include <stdlib.h>

#include <stddef.h>

static bool is_digit(char c, unsigned base) { return c >= '0' && (unsigned)(c - '0') < base; }

char const *number_read(char const *text, unsigned base, uint64_t most, uint64_t *ret)
{
	uint64_t n = 0;

	if (!is_digit(*text, base)) return NULL;
	for (; is_digit(*text, base); text++) {
		unsigned const digit = (unsigned)(*text - '0');
		if (n > most / base || digit > most - n * base) return NULL;
		n = n * base + digit;
	}
	*ret = n;
	return text;
}

bool number_parse(char const *text, uint64_t most, uint64_t *ret)
{
	uint64_t n;
	char const *const rest = number_read(text, 10, most, &n);

	if (!rest || *rest) return false;
	*ret = n;
	return true;
}

bool number_scaled(char const *text, uint64_t unit, uint64_t most, uint64_t *ret)
{
	uint64_t whole = 0, part = 0, scale = 1;
	bool more = false; /* there are digits that `part` has no room for */

	if (is_digit(*text, 10)) text = number_read(text, 10, most, &whole);
	else if (*text != '.' || !is_digit(text[1], 10)) return false;
	if (!text) return false;
	if (*text == '.') text++;
	for (; is_digit(*text, 10); text++) {
		if (scale < 1000000000u) {
			part = part * 10 + (uint64_t)(*text - '0');
			scale *= 10;
		} else {
			more |= *text != '0';
		}
	}
	if (*text) return false;
	*ret = whole * unit + (part * unit + more + scale - 1) / scale;
	return true;
}

uint64_t number_env(char const *name, uint64_t most)
{
	uint64_t n = 0;
	char const *const text = getenv(name);
	return text && number_parse(text, most, &n) ? n : 0;
}
