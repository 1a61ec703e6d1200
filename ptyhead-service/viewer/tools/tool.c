#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

#define TIME_MAX 1000000000u /* of any unit */

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

void address_get(char const *name, struct ptyhead_address *ret)
{
	char const *why;
	if (ptyhead_address_parse(name, ret, &why) < 0) die(EXIT_USAGE, "%s is no address: %s", name, why);
}

uint64_t number_get(char const *option, char const *text, uint64_t most)
{
	uint64_t n;
	if (!number_parse(text, most, &n)) die(EXIT_USAGE, "%s takes a number from 0 to %" PRIu64 ", not %s", option, most, text);
	return n;
}

int64_t time_get(char const *option, char const *unit, char const *text, unsigned unit_ms)
{
	uint64_t n;
	if (!number_scaled(text, unit_ms, TIME_MAX, &n)) die(EXIT_USAGE, "%s takes a number of %s, not %s", option, unit, text);
	return (int64_t)n;
}

void die_of_head(struct ptyhead_address const *a, struct ptyhead_reply const *reply, bool reached, int error)
{
	char hint[512];

	if (reply->code)
		die(EXIT_REFUSED, "the head at %s refused terminal %s: %s%s", a->path, a->terminal, reply->text,
		    reply->code == WIRE_R_TERMINAL ? " (has its program been started?)" : "");
	if (error == ETIMEDOUT)
		die(EXIT_TIMEOUT, "the head at %s did not answer in %d s: is it stopped, or does it fail to start?", a->path,
		    HEADLINK_ANSWER_MS / 1000);
	if (!reached)
		die(EXIT_TEMPORARY, "unable to reach a head at %s: %s; %s", a->path, strerror(error),
		    ptyhead_address_hint(a, hint, sizeof hint));
	die(EXIT_TEMPORARY, "unable to attach to terminal %s at %s: %s", a->terminal, a->path, strerror(error));
}

void die_of_link(struct headlink const *l, int r) { die_of_head(l->address, &l->reply, l->connected, -r); }
