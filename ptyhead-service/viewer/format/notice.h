/* What the viewer says of a program and of its head, in words. Pure. */
#ifndef VIEWER_NOTICE_H
#define VIEWER_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#define NOTICE_MAX 160u

/* "the program ended with exit code 3", "the program was killed by SIGKILL
 * (signal 9)", or that its status is not known, and why. `flags`: enough of a tape's state;
 * `status` is of wait(2). */
char const *notice_end(char buf[NOTICE_MAX], uint32_t flags, int status);
/* Behind that, where others have the terminal open; and when they have closed it. */
#define NOTICE_OPEN "; others have its terminal open"
#define NOTICE_CLOSED "what the program left behind has closed the terminal"
/* The exit code that says the same: 128 plus the signal's number for one. */
int notice_code(int status);

#endif
