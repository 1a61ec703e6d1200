/* How the viewers' main files speak on stderr, and end. For those alone. */
#ifndef VIEWER_TOOL_H
#define VIEWER_TOOL_H

#include "exits.h"

/* The program's, as its main file has it. */
extern char const tool_name[];

__attribute__((noreturn, format(printf, 2, 3)))
void die(int code, char const *format, ...);
void say(char const *text); /* a warning */
/* After the word on what is wrong. */
__attribute__((noreturn))
void usage_error(void);

#endif
