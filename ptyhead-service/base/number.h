/* SPDX-License-Identifier: ISC */
/* Numbers as options and environment variables give them. Without a sign, a blank or
 * a prefix, and never modulo anything: what is too large is refused. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the digits (at least one) at the beginning of `text`, in base 2 to 10.
 * Returns what follows them; NULL, with *ret unchanged, when there are none or the
 * number is above `most`. */
char const *number_read(char const *text, unsigned base, uint64_t most, uint64_t *ret);

/* `text` is a decimal number of at most `most` and nothing else; otherwise *ret is
 * unchanged. */
bool number_parse(char const *text, uint64_t most, uint64_t *ret);

/* `text` is a decimal number with or without a fraction ("2", "0.25", ".5"), before the
 * point at most `most`. *ret is its product with `unit`, rounded up. The caller sees to
 * it that (most + 1) * unit fits, and that `unit` is at most 1000000000. */
bool number_scaled(char const *text, uint64_t unit, uint64_t most, uint64_t *ret);

/* That of an environment variable; 0 when it is not there or is no such number. */
uint64_t number_env(char const *name, uint64_t most);

#endif
