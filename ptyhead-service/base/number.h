/* SPDX-License-Identifier: ISC */
/* Numbers in options and environment variables. No sign, no blank, no prefix. A number
 * that is too large is refused; it never wraps around. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the digits (at least one) at the beginning of `text`, in base 2 to 10. Returns
 * a pointer behind them. Returns NULL and leaves *ret unchanged if there are no digits,
 * or the number is above `most`. */
char const *number_read(char const *text, unsigned base, uint64_t most, uint64_t *ret);

/* True if `text` is a decimal number of at most `most` and nothing else. Otherwise *ret
 * is unchanged. */
bool number_parse(char const *text, uint64_t most, uint64_t *ret);

/* True if `text` is a decimal number with or without a fraction ("2", "0.25", ".5")
 * whose integer part is at most `most`. *ret is the number times `unit`, rounded up.
 * The caller must ensure that (most + 1) * unit fits, and that `unit` is at most
 * 1000000000. */
bool number_scaled(char const *text, uint64_t unit, uint64_t most, uint64_t *ret);

/* The number in an environment variable; 0 if it is not set or not such a number. */
uint64_t number_env(char const *name, uint64_t most);

#endif
