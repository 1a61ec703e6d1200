#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void die(int code, char const *format, ...)
{
	va_list ap;
	fprintf(stderr, "%s: fatal: ", tool_name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(code);
}

void say(char const *text)
{
	fprintf(stderr, "%s: warning: %s\n", tool_name, text);
}

void usage_error(void)
{
	fprintf(stderr, "%s: try: %s --help\n", tool_name, tool_name);
	exit(EXIT_USAGE);
}
