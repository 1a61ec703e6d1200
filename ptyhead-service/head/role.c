/* SPDX-License-Identifier: ISC */
#include "role.h"

#include <stdarg.h>
#include <stdio.h>

struct outcome role_refusal(enum wire_refusal code, char const *format, ...)
{
	struct outcome o = { .next = ROLE_REFUSED, .code = code };
	va_list ap;
	va_start(ap, format);
	vsnprintf(o.text, sizeof o.text, format, ap);
	va_end(ap);
	return o;
}

struct outcome role_outcome(enum role_next next) { return (struct outcome){ .next = next }; }
