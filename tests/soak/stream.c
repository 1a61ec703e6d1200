/* SPDX-License-Identifier: ISC */
/* A stream whose every byte is known from its offset.
 *
 *   stream write KIND SEED MB REPORT [-g FILE] [-u FILE] [-h FILE]
 *       on standard output, a terminal, as fast as it goes. -g: begins when FILE
 *       is there; -u: goes on past MB until FILE is there; -h: holds the last
 *       4 KiB back until FILE is there. REPORT gets a line for each signal and
 *       each error, then "wrote BYTES". Exits 7.
 *   stream check KIND SEED
 *       what comes on standard input is that stream from its beginning. A line
 *       for each run of bytes that is missing, there twice, or something else;
 *       then "BYTES bytes, N lost, N doubled, N foreign, N in doubt". In doubt
 *       is what a tape cannot tell from its fill (ARCHITECTURE.md) and binary
 *       output may end in. Exits 1 unless all but that are 0.
 *
 * KIND: text (lines of 64 bytes: a number, its checksum, colours, UTF-8) or
 * binary (all 256 values). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tape.h"

#define LINE 64u
#define BLOCK 65536u   /* a multiple of LINE */
#define TAIL 4096u     /* what -h holds back; one of LINE too */
#define NEAR (1u << 20) /* how far away a stream is found again */
#define KEY 48u        /* so many equal bytes are the place */

struct stream {
	bool binary;
	uint64_t seed;
};

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static void hex(uint8_t *p, uint64_t v)
{
	for (unsigned i = 0; i < 16; i++) p[i] = (uint8_t)"0123456789abcdef"[v >> (60 - 4 * i) & 15];
}

/* offset and len: multiples of LINE */
static void stream_make(struct stream const *s, uint64_t offset, uint8_t *p, size_t len)
{
	static char const rest[] = " \033[1;32mb\303\274rger\033[m \344\270\255\346\226\207 \342\224\202\r\n";
	_Static_assert(sizeof rest - 1 == LINE - 33, "a line is as long as LINE");
	for (size_t i = 0; i < len; i += LINE) {
		uint64_t const n = (offset + i) / LINE;
		if (s->binary) {
			for (unsigned k = 0; k < LINE; k += 8) {
				uint64_t const v = mix(s->seed << 48 ^ (n * LINE + k));
				memcpy(p + i + k, &v, 8);
			}
			continue;
		}
		hex(p + i, n);
		p[i + 16] = ' ';
		hex(p + i + 17, mix(s->seed << 48 ^ n));
		memcpy(p + i + 33, rest, LINE - 33);
	}
}

/* ---- writing --------------------------------------------------------- */

static int report = -1;

static void say(char const *what, unsigned long long n)
{
	char b[96];
	int const len = snprintf(b, sizeof b, "%s %llu\n", what, n);
	if (write(report, b, (size_t)len) != len) _exit(111);
}

static void on_signal(int number) { say("signal", (unsigned)number); }

static void await(char const *file)
{
	struct timespec const pause = { 0, 5000000 };
	while (file && access(file, F_OK) < 0) nanosleep(&pause, NULL);
}

static uint64_t put(struct stream const *s, uint64_t offset, size_t len)
{
	static uint8_t block[BLOCK];
	stream_make(s, offset, block, len);
	for (size_t done = 0; done < len;) {
		ssize_t const n = write(1, block + done, len - done);
		if (n <= 0) {
			if (n < 0 && errno == EINTR) continue; /* on_signal has told it */
			say("error", (unsigned)errno);
			exit(98);
		}
		done += (size_t)n;
	}
	return offset + len;
}

static int run_write(struct stream const *s, uint64_t bytes, char **options)
{
	char const *go = NULL;
	char const *until = NULL;
	char const *hold = NULL;
	for (; options[0] && options[1]; options += 2) {
		if (strcmp(options[0], "-g") == 0) go = options[1];
		else if (strcmp(options[0], "-u") == 0) until = options[1];
		else if (strcmp(options[0], "-h") == 0) hold = options[1];
	}
	struct sigaction const on = { .sa_handler = on_signal };
	for (int i = 1; i < 32; i++) {
		if (i != SIGKILL && i != SIGSTOP && i != SIGWINCH) sigaction(i, &on, NULL);
	}
	struct termios t;
	if (tcgetattr(1, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(1, TCSANOW, &t);
	}
	await(go);
	uint64_t at = 0;
	bytes = bytes / BLOCK * BLOCK;
	while (at < bytes || (until && access(until, F_OK) < 0)) at = put(s, at, BLOCK);
	await(hold);
	at = put(s, at, TAIL);
	say("wrote", at);
	return 7;
}

/* ---- checking -------------------------------------------------------- */

struct check {
	struct stream s;
	uint64_t at; /* the offset that the next byte should have */
	uint64_t bytes, lost, doubled, foreign, doubt;
	unsigned said;
	uint8_t have[2 * BLOCK];
	size_t n;
	bool eof;
};

static void want(struct check const *c, uint64_t offset, uint8_t *p, size_t len)
{
	static uint8_t b[3 * NEAR];
	uint64_t const from = offset / LINE * LINE;
	size_t const skip = (size_t)(offset - from);
	stream_make(&c->s, from, b, (skip + len + LINE - 1) / LINE * LINE);
	memcpy(p, b + skip, len);
}

static void consume(struct check *c, size_t n)
{
	memmove(c->have, c->have + n, c->n - n);
	c->n -= n;
	c->bytes += n;
}

static void fill_up(struct check *c)
{
	while (!c->eof && c->n < BLOCK) {
		ssize_t const n = read(0, c->have + c->n, sizeof c->have - c->n);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) c->eof = true;
		else c->n += (size_t)n;
	}
}

static void tell(struct check *c, char const *what, uint64_t n, uint8_t const *p)
{
	if (c->said++ >= 100) return;
	printf("at %" PRIu64 ": %" PRIu64 " %s:", c->at, n, what);
	for (size_t i = 0; i < n && i < 24; i++) printf(" %02x", p[i]);
	printf("\n");
	fflush(stdout);
}

/* A byte of the tape has the offset that it has here: the first run. */
static bool is_fill(struct check const *c, uint8_t const *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != tape_fill_byte(c->at + i)) return false;
	}
	return true;
}

/* What comes is not what should: finds the place where the stream goes on. */
static void mismatch(struct check *c)
{
	static uint8_t around[2 * NEAR];
	fill_up(c);
	uint64_t const from = c->at < NEAR ? 0 : c->at - NEAR;
	size_t const back = (size_t)(c->at - from);
	want(c, from, around, back + NEAR);
	size_t skip = 0;
	for (; c->n - skip >= KEY; skip++) {
		uint8_t const *const ahead = memmem(around + back, NEAR, c->have + skip, KEY);
		uint8_t const *behind = NULL;
		for (uint8_t const *p = around; (p = memmem(p, back + KEY - (size_t)(p - around), c->have + skip, KEY)) && p < around + back; p++) behind = p;
		if (!ahead && !behind) continue;
		if (skip > 0) {
			tell(c, "foreign", skip, c->have);
			c->foreign += skip;
		}
		if (ahead) {
			size_t const gap = (size_t)(ahead - (around + back));
			if (gap > 0 && is_fill(c, around + back, gap)) {
				tell(c, "in doubt", gap, around + back);
				c->doubt += gap;
			} else if (gap > 0) {
				tell(c, "lost", gap, around + back);
				c->lost += gap;
			}
			c->at += gap;
		} else {
			size_t const again = (size_t)(around + back - behind);
			tell(c, "doubled", again, behind);
			c->doubled += again;
			c->at -= again;
		}
		consume(c, skip);
		return;
	}
	tell(c, "foreign", c->n, c->have);
	c->foreign += c->n;
	c->at += c->n;
	consume(c, c->n);
}

static int run_check(struct stream const *s)
{
	static struct check c;
	static uint8_t expected[2 * BLOCK];
	c.s = *s;
	for (;;) {
		fill_up(&c);
		if (c.n == 0) break;
		want(&c, c.at, expected, c.n);
		size_t same = c.n;
		if (memcmp(expected, c.have, c.n) != 0) {
			for (same = 0; expected[same] == c.have[same];) same++;
		}
		bool const all = same == c.n;
		c.at += same;
		consume(&c, same);
		if (!all) mismatch(&c);
	}
	printf("%" PRIu64 " bytes, %" PRIu64 " lost, %" PRIu64 " doubled, %" PRIu64 " foreign, %" PRIu64 " in doubt\n",
		c.bytes, c.lost, c.doubled, c.foreign, c.doubt);
	return c.lost || c.doubled || c.foreign;
}

int main(int argc, char **argv)
{
	if (argc < 4) return 100;
	struct stream const s = { strcmp(argv[2], "binary") == 0, strtoull(argv[3], NULL, 10) };
	if (strcmp(argv[1], "check") == 0) return run_check(&s);
	if (strcmp(argv[1], "write") != 0 || argc < 6) return 100;
	report = open(argv[5], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (report < 0) return 111;
	return run_write(&s, strtoull(argv[4], NULL, 10) << 20, argv + 6);
}
