/* SPDX-License-Identifier: ISC */
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "nowait.h"
#include "number.h"
#include "pattern.h"
#include "place.h"
#include "printable.h"
#include "remote.h"
#include "store.h"
#include "when.h"

#define TIME_MAX 1000000000u /* for any unit */

#define TEXT_MAX 12288u /* two paths and a message */
#define PATIENCE_MS 1000
#define ANSWER_MIN_MS 1000 /* a healthy head answers within this time even on a busy machine */

/* A process that has blocked the signals that end it must not wait for a reader of
 * standard error. */
static void put_text(char const *text, size_t len)
{
	sigset_t blocked;
	int ms = 0;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	bool const may_wait = !sigismember(&blocked, SIGTERM);
	while (len > 0 && ms < PATIENCE_MS) {
		ssize_t const n = may_wait ? write(STDERR_FILENO, text, len) : nowait_write(STDERR_FILENO, text, len);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN) return;
		struct pollfd p = { STDERR_FILENO, POLLOUT, 0 };
		ms += poll(&p, 1, NOWAIT_MS) == 0 ? NOWAIT_MS : 1;
	}
}

/* Writes one line to standard error. Names in it may come from others: bytes that a
 * terminal would act on, or that would break the line, are shown in hexadecimal. */
static void put_line(char const *kind, char const *format, va_list ap)
{
	static char text[TEXT_MAX], line[PRINTABLE_ESCAPE * TEXT_MAX + 64];

	if (vsnprintf(text, sizeof text, format, ap) < 0) text[0] = '\0';
	size_t n = (size_t)snprintf(line, 64, "%s: %s: ", tool_name, kind);
	n += printable_put(line + n, sizeof line - n - 1, text, strlen(text));
	line[n++] = '\n';
	put_text(line, n);
}

void die(int code, char const *format, ...)
{
	va_list ap;
	va_start(ap, format);
	put_line("fatal", format, ap);
	va_end(ap);
	exit(code);
}

void say_format(char const *format, ...)
{
	va_list ap;
	va_start(ap, format);
	put_line("warning", format, ap);
	va_end(ap);
}

void say(char const *text) { say_format("%s", text); }

void usage_error(void)
{
	fprintf(stderr, "%s: try: %s --help\n", tool_name, tool_name);
	exit(EXIT_USAGE);
}

void die_usage(char const *format, ...)
{
	va_list ap;
	va_start(ap, format);
	put_line("fatal", format, ap);
	va_end(ap);
	usage_error();
}

void die_usage_address(int argc) { die_usage("%s", argc > optind ? "one address is enough" : "no address given"); }

/* ---- options ------------------------------------------------------------------- */

static struct option const *long_of(int val, struct option const *longs)
{
	while (longs->name && longs->val != val) longs++;
	return longs->name ? longs : NULL;
}

#define OPTIONS_MAX 40
#define OPTION_HOST 0x100 /* not a character */

/* The options of the tool, and --host, which all tools have. */
static struct option const *options_of(struct option const *longs)
{
	static struct option all[OPTIONS_MAX + 2];
	size_t n = 0;
	for (; n < OPTIONS_MAX && longs[n].name; n++) all[n] = longs[n];
	all[n++] = (struct option){ "host", required_argument, NULL, OPTION_HOST };
	all[n] = (struct option){ 0 };
	return all;
}

int option_next(int argc, char **argv, char const *shorts, struct option const *tools_own)
{
	struct option const *const longs = options_of(tools_own);
	int c;
	opterr = 0;
	remote_words(argc, argv);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) == OPTION_HOST) remote_host(optarg, optind);
	if (c != '?') return c;
	char const *const word = argv[optind - 1];
	struct option const *const l = !strncmp(word, "--", 2) ? long_of(optopt, longs) : NULL;
	if (optopt == 0) die_usage("there is no option %s, or more than one begins so", word);
	if (l && strchr(word, '=')) die_usage("--%s takes no argument", l->name);
	if (l) die_usage("--%s takes an argument", l->name);
	if (strchr(shorts, optopt)) die_usage("-%c takes an argument", optopt);
	die_usage("there is no option -%c", optopt);
}

void characters_set(void)
{
	static char const *const names[] = { "", "C.UTF-8", "C.utf8", "en_US.UTF-8" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (setlocale(LC_CTYPE, names[i]) && !strcmp(nl_langinfo(CODESET), "UTF-8")) return;
}

void address_get(char const *name, struct ptyhead_address *ret)
{
	struct remote there;
	char const *why;
	if (remote_is(name, &there)) remote_run(&there, optind);
	if (ptyhead_address_parse(name, ret, &why) < 0) die(EXIT_USAGE, "%s is not an address: %s", name, why);
}

uint64_t number_get(char const *option, char const *text, uint64_t most)
{
	uint64_t n;
	if (!number_parse(text, most, &n)) die(EXIT_USAGE, "%s takes a number from 0 to %" PRIu64 ", not %s", option, most, text);
	return n;
}

int64_t run_get(char const *text)
{
	bool const back = *text == '-';
	uint64_t const n = number_get("--run", text + back, UINT32_MAX);
	return back ? -(int64_t)n : (int64_t)n;
}

int64_t run_number(int64_t run, struct tape_state const *newest)
{
	if (run <= 0) run += newest->run;
	if (run < 1) die(EXIT_REFUSED, newest->run ? "there are only %u runs so far" : "no program has been started on this terminal yet", newest->run);
	return run;
}

struct moment moment_get(char const *option, char const *others, char const *text)
{
	struct moment m = { .by_time = false };

	if (number_parse(text, UINT64_MAX / 2, &m.at)) return m;
	m.by_time = true;
	if (when_parse(text, clock_wall_ns(), &m.at)) return m;
	die(EXIT_USAGE, "%s takes an offset%s, or a time such as '10 min ago', 14:30 or '2026-11-25 14:30:00', not %s", option, others, text);
}

uint64_t moment_offset(struct moment const *m, struct tape_reader const *tape)
{
	uint64_t const end = tape_reader_end(tape), oldest = tape_reader_oldest(tape);

	if (m->by_time) return place_at_time(tape, m->at);
	if (m->at > end) die(EXIT_NOT_HELD, "offset %" PRIu64 " has not been reached: the end is %" PRIu64, m->at, end);
	if (m->at > 0 && m->at < oldest) die(EXIT_NOT_HELD, "offset %" PRIu64 " is overwritten: the oldest output held is at %" PRIu64, m->at, oldest);
	return m->at > oldest ? m->at : oldest;
}

int64_t time_get(char const *option, char const *unit, char const *text, unsigned unit_ms)
{
	uint64_t n;
	if (!number_scaled(text, unit_ms, TIME_MAX, &n)) die(EXIT_USAGE, "%s takes a number of %s, not %s", option, unit, text);
	return (int64_t)n;
}

void pattern_get(struct patterns *p, char const *option, bool fixed, char const *text)
{
	char why[256];
	if (!patterns_add(p, fixed, text, why, sizeof why)) die(EXIT_USAGE, "%s: %s", option, why);
}

__attribute__((noreturn))
static void fetch(struct store const *s, char const *spec, char const *terminal)
{
	char why[PATH_MAX + 256];
	int const code = store_fetch(s, spec, terminal, why, sizeof why);
	die(code, "%s", why);
}

void store_get(struct store const *s, char const *terminal)
{
	if (s->spec && !s->fetched) fetch(s, s->spec, terminal);
}

void store_get_instead(struct store const *s, char const *terminal, int error)
{
	char const *const spec = store_instead(s, error);
	if (!spec) return;
	say_format("there is no head (%s): this is what %s holds", strerror(error), spec);
	fetch(s, spec, terminal);
}

int answer_time(int64_t timeout)
{
	if (timeout < 0 || timeout > HEADLINK_ANSWER_MS) return HEADLINK_ANSWER_MS;
	return timeout < ANSWER_MIN_MS ? ANSWER_MIN_MS : (int)timeout;
}

void die_of_head(struct ptyhead_address const *a, struct ptyhead_reply const *reply, bool reached, int answer_ms, int error)
{
	char hint[PATH_MAX];

	if (reply->code == PTYHEAD_REFUSED_TERMINAL) {
		ptyhead_terminals_hint(a->path, hint, sizeof hint);
		die(EXIT_REFUSED, "the head at %s refused terminal %s: %s (%s%shas its program been started?)", a->path, a->terminal,
		    reply->text, hint, *hint ? "; " : "");
	}
	if (reply->code) die(EXIT_REFUSED, "the head at %s refused terminal %s: %s", a->path, a->terminal, reply->text);
	if (error == ETIMEDOUT)
		die(EXIT_TIMEOUT, "the head at %s did not answer in %.3g s: is it stopped, or does it fail to start?", a->path,
		    answer_ms / 1000.0);
	if (reached) die(EXIT_TEMPORARY, "unable to attach to terminal %s at %s: %s", a->terminal, a->path, strerror(error));
	ptyhead_address_hint(a, -error, hint, sizeof hint);
	die(EXIT_TEMPORARY, "unable to reach a head at %s: %s%s%s", a->path, strerror(error), *hint ? "; " : "", hint);
}

void die_of_link(struct headlink const *l, int r) { die_of_head(l->address, &l->reply, l->connected, l->answer_ms, -r); }

void found_print(struct await const *a)
{
	struct screen_buf line = SCREEN_BUF_INIT;
	await_line(a, &line);
	if (line.failed) die(EXIT_TEMPORARY, "out of memory");
	fwrite(line.data, 1, line.len, stdout);
	screen_buf_deinit(&line);
}
