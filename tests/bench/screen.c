/* SPDX-License-Identifier: ISC */
/* How fast the screen engine parses, MB/s of processor time by kind of text: the
 * median of several runs over the same bytes; built with HAVE_VTERM, run by run
 * beside libvterm, which keeps its screen too.
 *
 *   screen [ROWS COLS [RUNS]]
 *   screen -w KIND BYTES    the text itself, on standard output */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_VTERM
#include <vterm.h>
#endif

#define MB (1u << 20)
#ifdef HAVE_VTERM
#define SIZE (2u * MB) /* the other is some tens of times slower */
#else
#define SIZE (8u * MB)
#endif
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

static double median(double *rate, unsigned runs)
{
	qsort(rate, runs, sizeof *rate, by_value);
	return rate[runs / 2];
}

static double feed_ours(struct text const *t, unsigned rows, unsigned cols, size_t *ret_memory)
{
	struct screen *const s = screen_new(rows, cols);
	if (!s) exit(111);
	double const start = now();
	for (size_t i = 0; i < t->len; i += CHUNK) screen_feed(s, t->data + i, t->len - i < CHUNK ? t->len - i : CHUNK);
	double const rate = (double)t->len / 1e6 / (now() - start);
	*ret_memory = screen_memory(s);
	screen_free(s);
	return rate;
}

#ifdef HAVE_VTERM
static void *vterm_take(size_t size, void *held)
{
	*(size_t *)held += size;
	return calloc(1, size);
}
static void vterm_give(void *p, void *held)
{
	(void)held; /* it resizes nothing here */
	free(p);
}

static double feed_vterm(struct text const *t, unsigned rows, unsigned cols, size_t *ret_memory)
{
	VTermAllocatorFunctions heap = { .malloc = vterm_take, .free = vterm_give };
	*ret_memory = 0;
	VTerm *const v = vterm_new_with_allocator((int)rows, (int)cols, &heap, ret_memory);
	if (!v) exit(111);
	vterm_set_utf8(v, 1);
	VTermScreen *const s = vterm_obtain_screen(v);
	vterm_screen_enable_altscreen(s, 1);
	vterm_screen_set_damage_merge(s, VTERM_DAMAGE_SCROLL);
	vterm_screen_reset(s, 1);
	double const start = now();
	for (size_t i = 0; i < t->len; i += CHUNK) vterm_input_write(v, t->data + i, t->len - i < CHUNK ? t->len - i : CHUNK);
	double const rate = (double)t->len / 1e6 / (now() - start);
	vterm_free(v);
	return rate;
}
#endif

static void make_text(struct text *t, void (*make)(struct text *), size_t len)
{
	t->data = malloc(len + 4096);
	t->len = 0;
	if (!t->data) exit(111);
	seed = 1;
	while (t->len < len) make(t);
}

static void measure(char const *name, void (*make)(struct text *), unsigned rows, unsigned cols, unsigned runs)
{
	struct text t;
	double *const rate = calloc(runs, sizeof *rate);
	double *const other = calloc(runs, sizeof *other);
	size_t memory = 0;
	if (!rate || !other) exit(111);
	make_text(&t, make, SIZE);
#ifdef HAVE_VTERM
	size_t heap = 0;
	for (unsigned r = 0; r < runs; r++) {
		rate[r] = feed_ours(&t, rows, cols, &memory);
		other[r] = feed_vterm(&t, rows, cols, &heap);
	}
	double const theirs = median(other, runs);
#else
	for (unsigned r = 0; r < runs; r++) rate[r] = feed_ours(&t, rows, cols, &memory);
#endif
	double const ours = median(rate, runs);
	printf("%-8s %7.0f MB/s (%.0f to %.0f), %zu bytes held", name, ours, rate[0], rate[runs - 1], memory);
#ifdef HAVE_VTERM
	printf("; libvterm %.1f MB/s, %zu bytes held", theirs, heap);
#endif
	printf("\n");
	free(rate);
	free(other);
	free(t.data);
}

static struct {
	char const *name;
	void (*make)(struct text *);
} const kinds[] = { { "plain", plain }, { "colour", colour }, { "cursor", cursor }, { "wide", wide }, { "mixed", mixed } };
#define KINDS (sizeof kinds / sizeof kinds[0])

static int write_text(char const *name, size_t len)
{
	struct text t;
	for (size_t k = 0; k < KINDS; k++) {
		if (strcmp(kinds[k].name, name) != 0) continue;
		make_text(&t, kinds[k].make, len);
		size_t const n = fwrite(t.data, 1, t.len, stdout);
		free(t.data);
		return n == t.len && fflush(stdout) == 0 ? 0 : 111;
	}
	return 100;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "-w") == 0) return write_text(argv[2], strtoull(argv[3], NULL, 10));
	unsigned const rows = argc > 2 ? (unsigned)atoi(argv[1]) : 24;
	unsigned const cols = argc > 2 ? (unsigned)atoi(argv[2]) : 80;
	unsigned const runs = argc > 3 ? (unsigned)atoi(argv[3]) : 9;
	if (runs == 0) return 100;
	printf("%ux%u, %u runs of %u MiB each\n", cols, rows, runs, SIZE / MB);
	for (size_t k = 0; k < KINDS; k++) measure(kinds[k].name, kinds[k].make, rows, cols, runs);
	return 0;
}
