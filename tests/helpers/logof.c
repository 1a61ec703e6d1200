/* SPDX-License-Identifier: ISC */
/* logof [-t] RECORDING: the lines that a log of a recording (tests/log/README) has.
 * With -t, when each was logged and how many ms before that it was as it is. */
#include <unistd.h>

#include "logreplay.h"

static void line(void *arg, uint64_t now, uint64_t since, char const *text, size_t len)
{
	if (arg) printf("%7.3f %5.0f  ", (double)now / 1e9, (double)(now - since) / 1e6);
	printf("%.*s\n", (int)len, text);
}

int main(int argc, char **argv)
{
	bool const times = argc == 3 && !strcmp(argv[1], "-t");
	struct logreplay r = { .line = line, .arg = times ? &r : NULL };
	if (argc != 2 + times) {
		fprintf(stderr, "usage: logof [-t] RECORDING\n");
		return 100;
	}
	if (!logreplay_run(&r, argv[argc - 1])) {
		fprintf(stderr, "logof: fatal: unable to read %s\n", argv[argc - 1]);
		return 111;
	}
	logreplay_end(&r);
	return 0;
}
