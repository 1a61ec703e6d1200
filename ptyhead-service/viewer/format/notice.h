/* SPDX-License-Identifier: ISC */
/* Messages about a program and its head. Pure. */
#ifndef VIEWER_NOTICE_H
#define VIEWER_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#define NOTICE_MAX 160u

/* "the program ended with exit code 3", "the program was killed by SIGKILL (signal 9)",
 * or that its status is not known, and why. `flags`: of a tape state; `status`: of
 * wait(2). */
char const *notice_end(char buf[NOTICE_MAX], uint32_t flags, int status);
/* Appended to it: other processes have the terminal open, or have closed it. */
#define NOTICE_OPEN "; others have its terminal open"
#define NOTICE_CLOSED "what the program left behind has closed the terminal"
/* The matching exit code: for a signal, 128 plus its number. */
int notice_code(int status);

#endif
