/* SPDX-License-Identifier: ISC */
/* The screen engine under raw bytes. */
#include "screen_checks.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size)
{
	return screen_checks(data, size);
}
