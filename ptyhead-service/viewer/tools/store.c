/* SPDX-License-Identifier: ISC */
#include "store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define ID_DEFAULT "ptyhead"
#define NAME_MAX_LEN 256u /* of what an s6-fdholderd holds */

bool store_option(struct store *s, int c, char const *argument)
{
	if (c == 'O') s->spec = argument;
	else if (c == 'Q') s->fetched = true;
	else return false;
	return true;
}

__attribute__((noreturn))
static void fetch(struct store const *s, char const *spec, char const *terminal)
{
	char const *const colon = strrchr(spec, ':');
	size_t const len = colon ? (size_t)(colon - spec) : strlen(spec);
	static char path[PATH_MAX], own[PATH_MAX], name[NAME_MAX_LEN];
	size_t n = 0;

	if (!strcmp(spec, "systemd"))
		die(EXIT_REFUSED, "what systemd's store holds nobody but the head's own unit gets: start the head");
	int const wanted = snprintf(name, sizeof name, "%s/tape.0.%s", colon ? colon + 1 : ID_DEFAULT, terminal);
	if (len == 0 || len >= sizeof path || wanted >= (int)sizeof name)
		die(EXIT_USAGE, "a store is the socket of an s6-fdholderd, with :ID behind it where the head's -i says another one than " ID_DEFAULT ", not %s", spec);
	memcpy(path, spec, len);
	ssize_t const r = readlink("/proc/self/exe", own, sizeof own - 1);
	if (r < 0) die(EXIT_TEMPORARY, "unable to find this program: %s", strerror(errno));
	while (s->argv[n]) n++;
	char **const args = calloc(n + 5, sizeof *args);
	if (!args) die(EXIT_TEMPORARY, "out of memory");
	args[0] = (char[]){ "s6-fdholder-retrieve" };
	args[1] = path;
	args[2] = name;
	args[3] = own;
	args[4] = (char[]){ "--tape" };
	memcpy(args + 5, s->argv + 1, (n - 1) * sizeof *args);
	execvp(args[0], args);
	die(EXIT_TEMPORARY, "unable to execute %s, which fetches what %s holds: %s", args[0], path, strerror(errno));
}

void store_ask(struct store const *s, char const *terminal)
{
	if (s->spec && !s->fetched) fetch(s, s->spec, terminal);
}

void store_instead(struct store const *s, char const *terminal, int error)
{
	char const *const spec = getenv("PTYHEAD_STORE");
	bool const gone = error == ECONNREFUSED || error == ENOENT || error == ETIMEDOUT;

	if (!gone || s->fetched || !spec || !*spec) return;
	say_format("there is no head (%s): this is what %s holds", strerror(error), spec);
	fetch(s, spec, terminal);
}
