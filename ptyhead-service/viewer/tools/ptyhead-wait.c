/* SPDX-License-Identifier: ISC */
/* ptyhead-wait: waits until a terminal says, shows or does something. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appear.h"
#include "await.h"
#include "clock.h"
#include "notice.h"
#include "tool.h"

static char const usage_text[] =
	"usage: ptyhead-wait [-t SECONDS] [-s] [-L] [-w] [--since WHEN] [--or-exit]\n"
	"                    (-e REGEX | -F STRING | --idle MS | --exit | --start) ADDRESS\n"
	"\n"
	"Waits until the program on ADDRESS writes a line that matches a pattern, and prints\n"
	"the match; if there are several patterns, also the number of the pattern. ADDRESS is\n"
	"NAME or PATH, followed by :TERMINAL for another terminal than main.\n"
	"\n"
	"  -e, --regex REGEX    an extended regular expression, within a line\n"
	"  -F, --fixed STRING   a string\n"
	"      --idle MS        wait until nothing was written for this time\n"
	"      --exit           wait until the program ends; exit with its status\n"
	"      --start          wait until a program runs; print its pid\n"
	"      --or-exit        exit 98 if the program ends before that\n"
	"  -s, --screen         compare the lines on the screen, not the output\n"
	"      --since WHEN     compare output from an offset on (of ptyhead-send -o), from a\n"
	"                       time on ('10 min ago', 14:30), from now on (now, the default),\n"
	"                       from the beginning of the last run (run), or from the beginning\n"
	"                       of the run that is alive, or else of the next one (start)\n"
	"  -t, --timeout SECONDS\n"
	"                       exit 99 after this time\n"
	"  -w, --for-terminal   if the terminal does not exist yet, wait for it too\n"
	"  -L, --lossless       get every byte; the program waits if this is slow\n"
	"      --host HOST      run this on HOST, by ssh(1); ADDRESS may be ssh://HOST/NAME\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-wait(1).\n";

static uint64_t since_of(char const *text, uint64_t *ret_time)
{
	if (!strcmp(text, "now")) return AWAIT_NOW;
	if (!strcmp(text, "run")) return AWAIT_RUN;
	if (!strcmp(text, "start")) return AWAIT_START_OR_NEXT;
	struct moment const m = moment_get("--since", ", now, run, start", text);
	if (!m.by_time) return m.at;
	*ret_time = m.at;
	return AWAIT_TIME;
}

/* After the end, or overwritten: the event may never come. */
static void since_check(struct await const *a, struct follow const *f)
{
	struct moment const m = { .at = a->since };
	if (a->since <= UINT64_MAX / 2) (void)moment_offset(&m, &f->tape);
}

static void choose(struct await *a, enum await_kind kind)
{
	if (a->kind != AWAIT_NONE && (a->kind != kind || kind != AWAIT_TEXT))
		die(EXIT_USAGE, "patterns, --idle, --exit and --start do not go together");
	a->kind = kind;
}

static void add_pattern(struct await *a, char const *option, bool fixed, char const *text)
{
	choose(a, AWAIT_TEXT);
	pattern_get(&a->patterns, option, fixed, text);
}

static char const *parse(int argc, char **argv, struct await *a, struct follow *f, bool *ret_for_terminal)
{
	static struct option const longs[] = {
		{ "regex", required_argument, NULL, 'e' }, { "fixed", required_argument, NULL, 'F' },
		{ "idle", required_argument, NULL, 'i' }, { "exit", no_argument, NULL, 'x' },
		{ "start", no_argument, NULL, 'b' }, { "or-exit", no_argument, NULL, 'o' }, { "screen", no_argument, NULL, 's' },
		{ "since", required_argument, NULL, 'S' }, { "timeout", required_argument, NULL, 't' },
		{ "lossless", no_argument, NULL, 'L' }, { "for-terminal", no_argument, NULL, 'w' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int64_t timeout = -1;
	int c;

	a->since = AWAIT_DEFAULT;
	while ((c = option_next(argc, argv, "e:F:st:Lw", longs)) != -1) {
		switch (c) {
		case 'e': add_pattern(a, "-e", false, optarg); break;
		case 'F': add_pattern(a, "-F", true, optarg); break;
		case 'o': a->or_exit = true; break;
		case 'i':
			choose(a, AWAIT_IDLE);
			a->idle_ms = time_get("--idle", "milliseconds", optarg, 1);
			break;
		case 'x': choose(a, AWAIT_EXIT); break;
		case 'b': choose(a, AWAIT_START); break;
		case 's': a->on_screen = true; break;
		case 'S': a->since = since_of(optarg, &a->since_time); break;
		case 't': timeout = time_get("-t", "seconds", optarg, 1000); break;
		case 'L': f->lossless = true; break;
		case 'w': *ret_for_terminal = true; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-wait " PTYHEAD_VERSION); exit(0);
		}
	}
	if (a->kind == AWAIT_NONE) die_usage("say what to wait for: -e, -F, --idle, --exit or --start");
	if (a->on_screen && a->kind != AWAIT_TEXT) die(EXIT_USAGE, "-s needs -e or -F");
	if (a->on_screen && a->since != AWAIT_DEFAULT) die(EXIT_USAGE, "-s and --since do not go together: -s compares the current screen");
	if (a->or_exit && a->kind != AWAIT_TEXT && a->kind != AWAIT_IDLE) die(EXIT_USAGE, "--or-exit needs -e, -F or --idle");
	if (argc - optind != 1) die_usage_address(argc);
	a->until = timeout < 0 ? -1 : clock_ms() + timeout;
	f->answer_ms = answer_time(timeout);
	return argv[optind];
}

static void print_found(struct await const *a)
{
	if (a->kind == AWAIT_START) printf("%d\n", (int)a->state.pid);
	if (a->kind == AWAIT_TEXT) found_print(a);
	if (fflush(stdout) != 0) die(EXIT_TEMPORARY, "unable to write what was found: %s", strerror(errno));
}

static int exit_code(struct await const *a)
{
	if (a->kind != AWAIT_EXIT) return 0;
	if (a->state.flags & TAPE_ENDED_KNOWN) return notice_code(a->state.status);
	char why[NOTICE_MAX];
	die(EXIT_TEMPORARY, "%s", notice_end(why, a->state.flags, 0));
}

char const tool_name[] = "ptyhead-wait";

int main(int argc, char **argv)
{
	static struct await a = { .found = SCREEN_BUF_INIT, .echo = ECHO_INIT };
	static struct follow f = { .also = -1 };
	static struct ptyhead_address address;
	bool for_terminal = false;
	int code = 0;

	characters_set();
	char const *const name = parse(argc, argv, &a, &f, &for_terminal);
	address_get(name, &address);
	f.address = &address;
	f.watch = !f.lossless;
	/* An error here is reported by the next call. */
	if (for_terminal && appear_wait(&address, f.watch, a.until) == -ETIMEDOUT) return EXIT_TIMEOUT;
	int r = follow_open(&f);
	if (r < 0) die_of_link(&f.link, r);
	since_check(&a, &f);
	enum await_result const result = await_run(&a, &f);
	r = -errno;
	if (a.missed > 0)
		say_format("%llu bytes of output were overwritten before they were looked at%s",
		                       (unsigned long long)a.missed, f.lossless ? "" : " (see -L)");
	switch (result) {
	case AWAIT_DONE:
		print_found(&a);
		code = exit_code(&a);
		break;
	case AWAIT_ENDED: code = EXIT_RUN_ENDED; break;
	case AWAIT_TIMEOUT:
	case AWAIT_ALSO: code = EXIT_TIMEOUT; break;
	case AWAIT_REFUSED: die_of_link(&f.link, 0);
	case AWAIT_FAILED: die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(-r));
	}
	follow_close(&f);
	await_deinit(&a);
	return code;
}
