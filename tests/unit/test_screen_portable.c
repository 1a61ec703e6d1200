/* SPDX-License-Identifier: ISC */
/* The same tests on the engine without SSE2: its own copies of the two files
 * that differ come before the library's. */
#define SCREEN_PORTABLE 1
#include "../../ptyhead-service/screen/parse.c"
#include "../../ptyhead-service/screen/print.c"
#include "test_screen.c"
