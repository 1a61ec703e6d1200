/* SPDX-License-Identifier: ISC */
/* stall OUT : on standard output, a terminal, made raw: writes without a pause, a
 * line at a time, and appends to OUT for each write that took more than 5 ms its
 * beginning and its end, in microseconds since 1970: nobody was reading. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	static char const line[] = "a line of a log, as it is written all day long, of the usual length and kind\r\n";
	if (argc != 2) return 100;
	int const out = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	struct termios t;
	if (out < 0) return 111;
	if (tcgetattr(1, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(1, TCSANOW, &t);
	}
	for (long long start = now();;) {
		if (write(1, line, sizeof line - 1) <= 0) return 111;
		long long const end = now();
		if (end - start > 5000) dprintf(out, "%lld %lld\n", start, end);
		start = end;
	}
}
