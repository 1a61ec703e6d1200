/* SPDX-License-Identifier: ISC */
/* What the dearest sequences cost the screen engine: nanoseconds of processor time,
 * and the units that screen_feed_some counts, so that both can be compared.
 *
 *   screencost [ROWS COLS [CONTEXTS [SEED]]]   each kind of sequence, its worst over so
 *                                              many random states of the screen
 *   screencost -g ROWS COLS GROUPS [SEED]      random groups of sequences, over and over:
 *                                              the worst a byte and the worst a unit
 *   screencost -r ROWS COLS                    resizes from that size to others */
#include "dear.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	(void)arg;
	(void)s;
	(void)row;
}
static void on_answer(void *arg, char const *data, size_t len)
{
	(void)arg;
	(void)data;
	(void)len;
}
static void on_query(void *arg, struct screen_span const *q)
{
	(void)arg;
	(void)q;
}
static void on_aside(void *arg, enum screen_aside kind, char const *text, size_t len)
{
	(void)arg;
	(void)kind;
	(void)text;
	(void)len;
}
static struct screen_sinks const sinks = { NULL, on_answer, on_query, on_line, NULL, NULL, on_aside, NULL };

/* ---- measuring -------------------------------------------------------------- */

struct cost {
	double ns, bytes; /* a sequence, or a group of them */
	uint64_t units;
};

static struct cost time_of(struct screen *s, struct dear_text const *t, unsigned n)
{
	uint64_t const units = screen_spent(s);
	double const start = now();
	screen_feed(s, t->data, t->len);
	return (struct cost){ (now() - start) / n, (double)t->len / n, (screen_spent(s) - units) / n };
}

/* The same several times, and the cheapest: another process may have come between. */
static struct cost steady(struct screen const *from, struct dear_text const *t, unsigned n)
{
	struct cost best = { 0 };
	for (unsigned i = 0; i < 3; i++) {
		struct screen *const s = screen_clone(from);
		if (!s) exit(111);
		screen_sinks_set(s, &sinks);
		struct cost const c = time_of(s, t, n);
		if (i == 0 || c.ns < best.ns) best = c;
		screen_free(s);
	}
	return best;
}

/* One, and many in a row: the dearer. */
static struct cost cost_of(struct screen *s, size_t const *group, unsigned ngroup)
{
	static unsigned const times[] = { 1, 8, 64, 512 };
	struct cost worst = { 0 };
	struct dear_text t = { 0 };
	for (unsigned i = 0; i < 4; i++) {
		t.len = 0;
		for (unsigned k = 0; k < times[i] * ngroup; k++) dear_instance(&t, group[k % ngroup], screen_rows(s), screen_cols(s));
		struct cost const c = steady(s, &t, times[i]);
		if (c.ns > worst.ns && (times[i] >= 64 || c.ns > 20000)) worst = c;
		if (c.ns * times[i] > 5e6) break;
	}
	free(t.data);
	return worst;
}

static void each_kind(unsigned rows, unsigned cols, unsigned contexts)
{
	printf("%-20s %12s %12s %9s %9s\n", "sequence", "ns", "units", "ns/unit", "ns/byte");
	struct cost dearest = { 0 };
	double ratio = 0;
	for (size_t k = 0; k < DEAR_KINDS; k++) {
		struct cost worst = { 0 };
		double r = 0;
		for (unsigned i = 0; i < contexts; i++) {
			struct screen *const s = dear_context(rows, cols);
			struct cost const c = cost_of(s, &k, 1);
			if (c.ns > worst.ns) worst = c;
			if (c.ns > 100 && c.ns / (double)(c.units + 1) > r) r = c.ns / (double)(c.units + 1);
			screen_free(s);
		}
		printf("%-20s %12.0f %12llu %9.2f %9.1f\n", dear_kinds[k].name, worst.ns, (unsigned long long)worst.units, r, worst.ns / worst.bytes);
		fflush(stdout);
		if (worst.ns / worst.bytes > dearest.ns / (dearest.bytes + 1e-9)) dearest = worst;
		if (r > ratio) ratio = r;
	}
	printf("worst: %.0f ns/byte, %.2f ns/unit\n", dearest.ns / dearest.bytes, ratio);
}

static void groups(unsigned rows, unsigned cols, unsigned n)
{
	double per_byte = 0;
	double per_unit = 0;
	for (unsigned i = 0; i < n; i++) {
		size_t group[4];
		unsigned const len = 2 + dear_rnd(3);
		for (unsigned k = 0; k < len; k++) group[k] = dear_rnd(DEAR_KINDS);
		struct screen *const s = dear_context(rows, cols);
		struct cost const c = cost_of(s, group, len);
		screen_free(s);
		double const b = c.ns / c.bytes;
		double const u = c.ns / (double)(c.units + 1);
		if (b <= per_byte && (u <= per_unit || c.ns < 200)) continue;
		if (b > per_byte) per_byte = b;
		if (u > per_unit && c.ns >= 200) per_unit = u;
		printf("%9.0f ns, %6.0f ns/byte, %9llu units, %5.2f ns/unit:", c.ns, b, (unsigned long long)c.units, u);
		for (unsigned k = 0; k < len; k++) printf(" %s%s", dear_kinds[group[k]].name, k + 1 < len ? "," : "\n");
		fflush(stdout);
	}
}

static void resizes(unsigned rows, unsigned cols)
{
	static unsigned const to[][2] = { { 1, 1 }, { 1000, 1 }, { 1, 1000 }, { 24, 80 }, { 1000, 1000 }, { 500, 3 } };
	for (size_t i = 0; i < sizeof to / sizeof *to; i++)
		for (unsigned what = 0; what < 7; what++) {
			struct screen *const s = screen_new(rows, cols);
			if (!s) exit(111);
			screen_sinks_set(s, &sinks);
			dear_content(s, what);
			uint64_t const units = screen_spent(s);
			double const start = now();
			screen_resize(s, to[i][0], to[i][1]);
			double const ns = now() - start;
			printf("%ux%u content %u to %ux%u: %.0f us, %llu units, %.2f ns/unit\n", rows, cols, what, to[i][0], to[i][1], ns / 1e3,
			       (unsigned long long)(screen_spent(s) - units), ns / (double)(screen_spent(s) - units + 1));
			screen_free(s);
		}
}

int main(int argc, char **argv)
{
	char const mode = argc > 1 && argv[1][0] == '-' ? argv[1][1] : 0;
	if (mode) argv++, argc--;
	/* Memory is touched for the first time once: that is not what is measured. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	unsigned const rows = argc > 2 ? (unsigned)atoi(argv[1]) : 24;
	unsigned const cols = argc > 2 ? (unsigned)atoi(argv[2]) : 80;
	unsigned const n = argc > 3 ? (unsigned)atoi(argv[3]) : 20;
	if (argc > 4) dear_seed = (unsigned)atoi(argv[4]);
	if (mode == 'g') groups(rows, cols, n);
	else if (mode == 'r') resizes(rows, cols);
	else each_kind(rows, cols, n);
	return 0;
}
