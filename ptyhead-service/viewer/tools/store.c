/* SPDX-License-Identifier: ISC */
#include "store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"

#define ID_DEFAULT "ptyhead"
#define FETCHER "s6-fdholder-retrieve"
#define ID_MAX 256u /* bytes of an identifier in an s6-fdholderd */

bool store_option(struct store *s, int c, char const *argument)
{
	if (c == 'O') s->spec = argument;
	else if (c == 'Q') s->fetched = true;
	else return false;
	return true;
}

char const *store_instead(struct store const *s, int error)
{
	char const *const spec = getenv("PTYHEAD_STORE");
	bool const gone = error == ECONNREFUSED || error == ENOENT || error == ETIMEDOUT;
	return gone && !s->fetched && spec && *spec ? spec : NULL;
}

/* Executes this program again, through the program that fetches. -errno. */
static int execute(struct store const *s, char *path, char *name)
{
	char fetcher[] = FETCHER, option[] = "--tape";
	char own[PATH_MAX] = "";
	size_t n = 0;

	if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) return -errno;
	while (s->argv[n]) n++;
	char **const args = calloc(n + 5, sizeof *args);
	if (!args) return -ENOMEM;
	args[0] = fetcher;
	args[1] = path;
	args[2] = name;
	args[3] = own;
	args[4] = option;
	memcpy(args + 5, s->argv + 1, (n - 1) * sizeof *args);
	execvp(FETCHER, args);
	int const e = -errno;
	free(args);
	return e;
}

int store_fetch(struct store const *s, char const *spec, char const *terminal, char *why, size_t len)
{
	char const *const colon = strrchr(spec, ':');
	int const path_len = colon ? (int)(colon - spec) : (int)strlen(spec);
	char path[PATH_MAX], name[ID_MAX];

	if (!strcmp(spec, "systemd")) {
		snprintf(why, len, "what systemd's store holds nobody but the head's own unit gets: start the head");
		return EXIT_REFUSED;
	}
	int const wanted = snprintf(name, sizeof name, "%s/tape.0.%s", colon ? colon + 1 : ID_DEFAULT, terminal);
	if (path_len == 0 || snprintf(path, sizeof path, "%.*s", path_len, spec) >= (int)sizeof path || wanted >= (int)sizeof name) {
		snprintf(why, len, "a store is the path of an s6-fdholderd socket, followed by :ID if the head's -i is not " ID_DEFAULT "; this is %s", spec);
		return EXIT_USAGE;
	}
	int const e = execute(s, path, name);
	snprintf(why, len, "unable to execute " FETCHER ", which fetches what %s holds: %s", path, strerror(-e));
	return EXIT_TEMPORARY;
}
