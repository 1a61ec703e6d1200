/* SPDX-License-Identifier: ISC */
/* pour FILE MB OUT GO STAY [cooked] : on standard output, a terminal, made raw, or
 * left as it is found: MB times 10^6 bytes of FILE, again and again, as fast as it
 * goes. Begins when the file GO
 * is there; then "BYTES NANOSECONDS" is in OUT; ends when STAY is there, so that
 * what a server spent can be read while it still runs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 65536u

static void await(char const *file)
{
	struct timespec const pause = { 0, 5000000 };
	while (access(file, F_OK) < 0) nanosleep(&pause, NULL);
}

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	static char data[8u << 20];
	if (argc < 6) return 100;
	int const fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	ssize_t const got = fd < 0 ? -1 : read(fd, data, sizeof data);
	if (got <= 0) return 111;
	size_t const len = (size_t)got;
	long long const bytes = atoll(argv[2]) * 1000000;
	struct termios t;
	if (argc == 6 && tcgetattr(1, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(1, TCSANOW, &t);
	}
	await(argv[4]);
	long long const start = now();
	size_t at = 0;
	for (long long done = 0; done < bytes;) {
		size_t const n = len - at < CHUNK ? len - at : CHUNK;
		ssize_t const w = write(1, data + at, n);
		if (w <= 0) return 111;
		at = (at + (size_t)w) % len;
		done += w;
	}
	long long const spent = now() - start;
	char part[4096];
	snprintf(part, sizeof part, "%s.part", argv[3]);
	FILE *const out = fopen(part, "w");
	if (!out) return 111;
	fprintf(out, "%lld %lld\n", bytes, spent);
	fclose(out);
	if (rename(part, argv[3]) < 0) return 111;
	await(argv[5]);
	return 0;
}
