/* How fast the screen engine parses, MB/s by kind of text: the median of
 * several runs over the same bytes. usage: screen [ROWS COLS [RUNS]] */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MB (1u << 20)
#define CHUNK 4096 /* what a read of a PTY master gives */

struct text {
	char *data;
	size_t len;
};

static unsigned seed = 1;
static unsigned rnd(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

static void add(struct text *t, char const *str)
{
	size_t const n = strlen(str);
	memcpy(t->data + t->len, str, n);
	t->len += n;
}

static void words(struct text *t, unsigned n)
{
	static char const *const w[] = { "connect", "from", "10.0.0.7", "port", "8080", "session", "opened", "for", "user", "root" };
	for (unsigned i = 0; i < n; i++) {
		add(t, w[rnd(10)]);
		add(t, " ");
	}
}

static void plain(struct text *t)
{
	words(t, 8 + rnd(6));
	add(t, "\r\n");
}

static void colour(struct text *t)
{
	static char const *const c[] = { "\033[32m", "\033[1;31m", "\033[38;5;208m", "\033[0;36m", "\033[48;5;17m" };
	for (unsigned i = 0; i < 5; i++) {
		add(t, c[rnd(5)]);
		words(t, 1 + rnd(2));
		add(t, "\033[0m");
	}
	add(t, "\r\n");
}

static void cursor(struct text *t)
{
	char b[32];
	snprintf(b, sizeof b, "\033[%u;%uH", 1 + rnd(24), 1 + rnd(70));
	add(t, b);
	words(t, 1 + rnd(2));
	if (rnd(4) == 0) add(t, "\033[K");
}

static void wide(struct text *t)
{
	static char const *const w[] = { "\u7aef\u672b", "\u4e2d\u6587", "\u30bf\u30fc\u30df\u30ca\u30eb", "\ud55c\uad6d\uc5b4" };
	for (unsigned i = 0; i < 12; i++) add(t, w[rnd(4)]);
	add(t, "\r\n");
}

static void mixed(struct text *t)
{
	switch (rnd(4)) {
	case 0: plain(t); break;
	case 1: colour(t); break;
	case 2: cursor(t); break;
	default: add(t, "caf\u00e9 \u2500\u2500\u2502 \u00fcber\r\n"); break;
	}
}

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int by_value(void const *a, void const *b)
{
	double const x = *(double const *)a;
	double const y = *(double const *)b;
	return (x > y) - (x < y);
}

static void measure(char const *name, void (*make)(struct text *), unsigned rows, unsigned cols, unsigned runs)
{
	struct text t = { malloc(8 * MB + 4096), 0 };
	double *const rate = calloc(runs, sizeof *rate);
	if (!t.data || !rate) exit(111);
	seed = 1;
	while (t.len < 8 * MB) make(&t);
	size_t memory = 0;
	for (unsigned r = 0; r < runs; r++) {
		struct screen *const s = screen_new(rows, cols);
		if (!s) exit(111);
		double const start = now();
		for (size_t i = 0; i < t.len; i += CHUNK) screen_feed(s, t.data + i, t.len - i < CHUNK ? t.len - i : CHUNK);
		rate[r] = (double)t.len / 1e6 / (now() - start);
		memory = screen_memory(s);
		screen_free(s);
	}
	qsort(rate, runs, sizeof *rate, by_value);
	printf("%-8s %7.0f MB/s (%.0f to %.0f), %zu bytes held\n", name, rate[runs / 2], rate[0], rate[runs - 1], memory);
	free(rate);
	free(t.data);
}

int main(int argc, char **argv)
{
	unsigned const rows = argc > 2 ? (unsigned)atoi(argv[1]) : 24;
	unsigned const cols = argc > 2 ? (unsigned)atoi(argv[2]) : 80;
	unsigned const runs = argc > 3 ? (unsigned)atoi(argv[3]) : 9;
	printf("%ux%u, %u runs of 8 MiB each\n", cols, rows, runs);
	measure("plain", plain, rows, cols, runs);
	measure("colour", colour, rows, cols, runs);
	measure("cursor", cursor, rows, cols, runs);
	measure("wide", wide, rows, cols, runs);
	measure("mixed", mixed, rows, cols, runs);
	return 0;
}
