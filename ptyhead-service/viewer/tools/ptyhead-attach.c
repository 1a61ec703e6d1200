/* ptyhead-attach: a terminal of a head on the terminal, or the pipe, at hand.
 * Options, messages and exit codes; the rest is session.h. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"
#include "past.h"
#include "tool.h"

#define HISTORY 1000

static char const usage_text[] =
	"usage: ptyhead-attach [-r] [-L] [-e KEY] [-H LINES] [-1] [-q] ADDRESS\n"
	"\n"
	"Shows a terminal that a ptyhead holds, and types into it. ADDRESS is NAME or\n"
	"PATH, with :TERMINAL behind it for another one than main.\n"
	"\n"
	"  -r, --read-only     only look; the head enforces it\n"
	"  -L, --lossless      get every byte: the program waits while this one is slow\n"
	"  -e, --escape KEY    the key that detaches: ^X, C-x, a character, or none\n"
	"                      (default ^\\)\n"
	"  -H, --history LINES  rows above the screen that go into the terminal's own\n"
	"                      scrollback (default 1000, 0 for none)\n"
	"  -1, --once          follow one run, and exit as its program did\n"
	"  -q, --quiet         say nothing of the program's ends and of the head's\n"
	"      --help, --version\n"
	"\n"
	"Without a terminal on both its input and output it works as a pipe.\n"
	"See ptyhead-attach(1).\n";

static char const *parse(int argc, char **argv, struct session_options *o)
{
	static struct option const longs[] = {
		{ "read-only", no_argument, NULL, 'r' },
		{ "lossless", no_argument, NULL, 'L' },
		{ "escape", required_argument, NULL, 'e' },
		{ "history", required_argument, NULL, 'H' },
		{ "once", no_argument, NULL, '1' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	keys_init(&o->keys, NULL);
	while ((c = option_next(argc, argv, "rLe:H:1q", longs)) != -1) {
		switch (c) {
		case 'r': o->watch = true; break;
		case 'L': o->lossless = true; break;
		case 'e':
			if (!keys_init(&o->keys, optarg))
				die(EXIT_USAGE, "-e takes ^X, C-x, a character or none, not %s", optarg);
			break;
		case 'H':
			o->history = (unsigned)number_get("-H", optarg, PAST_LINES_MAX);
			break;
		case '1': o->once = true; break;
		case 'q': o->quiet = true; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-attach " PTYHEAD_VERSION); exit(0);
		}
	}
	if (o->watch && o->lossless)
		die(EXIT_USAGE, "-r and -L do not go together: who only looks may not make the program wait");
	if (argc - optind != 1) die_usage_address(argc);
	return argv[optind];
}

/* As if the signal had not been caught. */
__attribute__((noreturn))
static void raise_again(int number)
{
	sigset_t set;
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	exit(128 + number);
}

__attribute__((noreturn))
static void finish(struct session_options const *o, struct session_result const *r)
{
	switch (r->how) {
	case SESSION_DETACHED: exit(0);
	case SESSION_ENDED: exit(r->code);
	case SESSION_UNKNOWN:
		die(EXIT_TEMPORARY, "the program ended, and its status is not known (Linux 6.15 tells it)");
	case SESSION_SIGNAL: raise_again(r->signal);
	case SESSION_NO_LINK: die_of_head(&o->address, &r->reply, r->connected, r->error);
	case SESSION_FAILED: break;
	}
	die(EXIT_TEMPORARY, "%s: %s", r->what, strerror(r->error));
}

char const tool_name[] = "ptyhead-attach";

int main(int argc, char **argv)
{
	struct session_options o = { .history = HISTORY, .say = say };
	struct session_result result;

	char const *const address = parse(argc, argv, &o);
	address_get(address, &o.address);
	session_run(&o, &result);
	finish(&o, &result);
}
