/* SPDX-License-Identifier: ISC */
/* Lines of a log on a descriptor: bounds, escapes, pieces, and what is left out. */
#include <limits.h>
#include <sys/wait.h>

#include "loglist.h"
#include "logwriter.h"
#include "unit.h"
#include "when.h"

#define S UINT64_C(1000000000)

static struct logwriter w;
static int out[2];
static char got[400000];

static void begin(void)
{
	CHECK(pipe2(out, O_CLOEXEC) == 0);
	logwriter_init(&w, out[1]);
}

static size_t read_all(void)
{
	size_t n = 0;
	ssize_t r;
	CHECK(fcntl(out[0], F_SETFL, O_NONBLOCK) == 0);
	while ((r = read(out[0], got + n, sizeof got - 1 - n)) > 0) n += (size_t)r;
	got[n] = 0;
	return n;
}

static void end(void)
{
	logwriter_deinit(&w);
	close(out[0]);
	close(out[1]);
}

static void line(char const *text, uint64_t now)
{
	if (logwriter_offer(&w, now)) logwriter_line(&w, text, strlen(text), 0, now);
}

TEST(what_is_not_printable_is_escaped)
{
	begin();
	line("a\033[1mb\u202e\302\205c\377", 1);
	CHECK_EQ(logwriter_write(&w, 1, 0), LOGWRITER_DONE);
	read_all();
	CHECK_STR(got, "a\\x1b[1mb\\xe2\\x80\\xae\\xc2\\x85c\\xff\n");
	end();
}

TEST(a_long_line_becomes_several_and_none_is_longer_than_a_pipe_takes_whole)
{
	static char text[20001];
	size_t n = 0;
	memset(text, 'x', sizeof text - 1);
	text[5000] = 1;
	begin();
	w.times = LOGWRITER_ISO;
	line(text, 1);
	CHECK_EQ(logwriter_write(&w, 1, 0), LOGWRITER_DONE);
	read_all();
	for (char *l = strtok(got, "\n"); l; l = strtok(NULL, "\n")) {
		CHECK(strlen(l) + 1 <= PIPE_BUF);
		CHECK(!strncmp(l, "1970-01-01T", 11));
		n += strlen(strchr(l, ' ') + 1);
	}
	CHECK_EQ(n, sizeof text - 1 + 3);
	end();
}

static void count_lines(unsigned long *written, unsigned long *left)
{
	read_all();
	for (char *l = strtok(got, "\n"); l; l = strtok(NULL, "\n")) {
		unsigned long k;
		if (sscanf(l, "[%lu lines left out]", &k) == 1) *left += k;
		else ++*written;
	}
}

/* All that is offered is either written or counted. */
TEST(a_slow_reader_costs_lines_that_are_counted)
{
	unsigned long lines = 0, left = 0, written = 0;
	begin();
	for (uint64_t now = S; now < 6 * S; now += S / 1000) {
		line("a line of some length, so that a pipe is full after some thousand of them", now);
		lines++;
		(void)logwriter_write(&w, now, 0);
	}
	CHECK(w.left_out > 0);
	count_lines(&written, &left);
	(void)logwriter_write(&w, 7 * S, 0);
	count_lines(&written, &left);
	CHECK_EQ(logwriter_finish(&w, 0, 0), 0);
	count_lines(&written, &left);
	CHECK_EQ(written + left, lines);
	end();
}

TEST(a_flood_is_limited_and_counted)
{
	unsigned long written = 0, left = 0;
	begin();
	w.limited = true;
	for (unsigned i = 0; i < 100000; i++) {
		line("x", S);
		(void)logwriter_write(&w, S, 0);
		if (i % 1000 == 0) {
			read_all();
			for (char const *p = got; *p; p++) written += *p == '\n';
		}
	}
	(void)logwriter_write(&w, 3 * S, 0);
	CHECK_EQ(logwriter_finish(&w, 0, 0), 0);
	read_all();
	for (char const *p = got; *p; p++) written += *p == '\n';
	char const *const said = strchr(got, '[');
	CHECK(said && sscanf(said, "[%lu lines left out]", &left) == 1);
	CHECK_EQ(written - 1, LOGWRITER_BURST);
	CHECK_EQ(written - 1 + left, 100000);
	end();
}

/* One piece of the tape holds more lines than the buffer: they go on as they come. */
TEST(a_burst_that_the_limit_allows_is_all_written_to_a_fast_reader)
{
	FILE *const file = tmpfile();
	static char text[301];
	CHECK(file);
	memset(text, 'x', sizeof text - 1);
	logwriter_init(&w, fileno(file));
	w.limited = true;
	for (unsigned i = 0; i < LOGWRITER_BURST; i++) line(text, S);
	CHECK_EQ(w.left_out, 0);
	CHECK_EQ(logwriter_finish(&w, 0, 0), 0);
	CHECK_EQ(lseek(fileno(file), 0, SEEK_END), (off_t)(LOGWRITER_BURST * sizeof text));
	logwriter_deinit(&w);
	fclose(file);
}

/* cat, s6-log, svlogd: a reader that reads all there is, and sleeps when there is nothing. */
TEST(a_burst_that_the_limit_allows_is_all_written_to_a_pipe_whose_reader_is_awake)
{
	static char text[301];
	memset(text, 'x', sizeof text - 1);
	CHECK(pipe2(out, O_CLOEXEC) == 0);
	pid_t const reader = fork();
	CHECK(reader >= 0);
	if (reader == 0) {
		close(out[1]);
		while (read(out[0], got, sizeof got) > 0) ;
		_exit(0);
	}
	logwriter_init(&w, out[1]);
	w.limited = true;
	for (unsigned i = 0; i < LOGWRITER_BURST; i++) line(text, S);
	CHECK_EQ(w.left_out, 0);
	CHECK_EQ(logwriter_finish(&w, 5000, 0), 0);
	end();
	CHECK_EQ(waitpid(reader, NULL, 0), reader);
}

/* All that its reader has not got is counted, whatever became of it. */
TEST(a_reader_that_has_stopped_is_told_of_in_full)
{
	unsigned long written = 0;
	begin();
	for (unsigned i = 0; i < 50000; i++) {
		line("a line of some length, of which many fill the buffer but not to its last byte", S);
		(void)logwriter_write(&w, S, 0);
	}
	uint64_t const lost = logwriter_finish(&w, 0, 0);
	read_all();
	for (char const *p = got; *p; p++) written += *p == '\n';
	CHECK(written > 0 && written < 50000);
	CHECK_EQ(written + lost, 50000);
	end();
}

TEST(a_full_disk_fails_and_what_is_held_stays)
{
	int const full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	CHECK(full >= 0);
	logwriter_init(&w, full);
	line("one", 1);
	CHECK_EQ(logwriter_write(&w, 1, 0), LOGWRITER_FAILS);
	CHECK_EQ(w.error, ENOSPC);
	CHECK_EQ(logwriter_finish(&w, 0, 0), 1);
	logwriter_deinit(&w);
	close(full);
}

TEST(nobody_reads)
{
	signal(SIGPIPE, SIG_IGN);
	begin();
	close(out[0]);
	line("one", 1);
	CHECK_EQ(logwriter_write(&w, 1, 0), LOGWRITER_GONE);
	out[0] = -1;
	logwriter_deinit(&w);
	close(out[1]);
}

TEST(the_newest_lines_of_a_list)
{
	struct loglist l = { .max = 100 };
	char text[16];
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "%u", i);
		loglist_add(&l, text, strlen(text), i, false);
	}
	CHECK_EQ(l.len, 100);
	CHECK_STR(loglist_at(&l, 0)->text, "900");
	CHECK_STR(loglist_at(&l, 99)->text, "999");
	loglist_clear(&l);
}

TEST(moments)
{
	uint64_t const now = UINT64_C(1764050000) * S; /* 2025-11-25T05:53:20Z */
	uint64_t at;
	setenv("TZ", "UTC", 1);
	CHECK(when_parse("10 min ago", now, &at) && at == now - 600 * S);
	CHECK(when_parse("2h", now, &at) && at == now - 7200 * S);
	CHECK(when_parse("2025-11-25 05:53:20", now, &at) && at == now);
	CHECK(when_parse("2025-11-25T05:53:20Z", now, &at) && at == now);
	CHECK(when_parse("05:53", now, &at) && at == now - 20 * S);
	CHECK(when_parse("05:54", now, &at) && at == now + 40 * S - 86400 * S);
	CHECK(when_parse("999999999 days", now, &at) && at == 0);
	CHECK(!when_parse("", now, &at));
	CHECK(!when_parse("yesterday", now, &at));
	CHECK(!when_parse("10 min hence", now, &at));
	CHECK(!when_parse("2025-11-25 05:53:20x", now, &at));
}

TEST_MAIN
