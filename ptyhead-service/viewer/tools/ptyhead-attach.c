/* SPDX-License-Identifier: ISC */
/* ptyhead-attach: shows a terminal of a head on the user's terminal or pipe. This file
 * has options, messages and exit codes; session.h has the rest. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"
#include "past.h"
#include "signals.h"
#include "tool.h"

#define HISTORY 1000

static char const usage_text[] =
	"usage: ptyhead-attach [-r] [-L] [-e KEYS] [-p KEYS] [-H LINES] [-1] [-q] ADDRESS\n"
	"\n"
	"Shows a terminal that a ptyhead holds, and types into it. ADDRESS is NAME or PATH,\n"
	"followed by :TERMINAL for another terminal than main.\n"
	"\n"
	"  -r, --read-only      only watch; the head enforces it\n"
	"  -L, --lossless       get every byte: the program waits while this viewer is slow\n"
	"  -e, --escape KEYS    detach by this key, or by up to four keys one after the other:\n"
	"                       ^X, C-x, a character, ^P^Q, ~.; or none (default ^\\, or the\n"
	"                       value of PTYHEAD_ESCAPE)\n"
	"  -p, --past KEYS      show the past by this key; or none (default ^], or the value of\n"
	"                       PTYHEAD_PAST)\n"
	"  -H, --history LINES  put this many rows from above the screen into the scrollback of\n"
	"                       your terminal (default 1000)\n"
	"  -1, --once           follow one run, and exit with the status of its program\n"
	"  -q, --quiet          do not report ends and starts of the program and of the head\n"
	"      --host HOST      run this on HOST, by ssh(1); ADDRESS may be ssh://HOST/NAME\n"
	"      --help, --version\n"
	"\n"
	"If input or output is not a terminal, it works as a pipe.\n"
	"See ptyhead-attach(1).\n";

static void keys_get(struct keys *k, char const *what, char const *spec)
{
	if (!keys_init(k, spec))
		die(EXIT_USAGE, "%s takes up to %d keys, each ^X, C-x or a character, or none, not %s", what, KEYS_MAX, spec);
}

/* Tells which key detaches. Not with -L: its reader wants the bytes at once. */
static void hint_make(struct session_options *o)
{
	static char hint[2 * KEYS_NAME_MAX + 48];
	char name[KEYS_NAME_MAX], past[KEYS_NAME_MAX];

	if (o->keys.n == 0 || o->lossless) return;
	int const n = snprintf(hint, sizeof hint, "%s leaves", keys_name(&o->keys, name));
	if (o->past.n > 0) snprintf(hint + n, sizeof hint - (size_t)n, ", %s shows the past", keys_name(&o->past, past));
	o->hint = hint;
}

/* The value of an option; else of the environment; else the default. */
static void key_options(struct session_options *o, char const *detach, char const *past)
{
	char const *const environment = getenv("PTYHEAD_ESCAPE");
	char const *const past_environment = getenv("PTYHEAD_PAST");
	bool const given = past || (past_environment && *past_environment);

	if (detach) keys_get(&o->keys, "-e", detach);
	else keys_get(&o->keys, "PTYHEAD_ESCAPE", environment && *environment ? environment : KEYS_DETACH);
	if (past) keys_get(&o->past, "-p", past);
	else keys_get(&o->past, "PTYHEAD_PAST", given ? past_environment : KEYS_REWIND);
	if (o->keys.n == 0 || o->past.n == 0 || o->keys.step[0] != o->past.step[0]) return;
	if (given) die(EXIT_USAGE, "the keys that detach and those that show the past begin with the same one");
	o->past.n = 0;
}

/* Message to the terminal, which is in raw mode. */
static void say_plain(char const *text)
{
	fprintf(stderr, "\r\n[ptyhead-attach: %s]\r\n", text);
}

/* Terminal types that know no escape sequences. */
static void plain_look(struct session_options *o)
{
	char const *const term = getenv("TERM");
	o->plain = term && !strcmp(term, "dumb");
	if (o->plain && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) o->say = say_plain;
}

static char const *parse(int argc, char **argv, struct session_options *o)
{
	static struct option const longs[] = {
		{ "read-only", no_argument, NULL, 'r' },
		{ "lossless", no_argument, NULL, 'L' },
		{ "escape", required_argument, NULL, 'e' },
		{ "past", required_argument, NULL, 'p' },
		{ "history", required_argument, NULL, 'H' },
		{ "once", no_argument, NULL, '1' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	char const *detach = NULL, *past = NULL;
	int c;

	while ((c = option_next(argc, argv, "rLe:p:H:1q", longs)) != -1) {
		switch (c) {
		case 'r': o->watch = true; break;
		case 'L': o->lossless = true; break;
		case 'e': detach = optarg; break;
		case 'p': past = optarg; break;
		case 'H':
			o->history = (unsigned)number_get("-H", optarg, PAST_LINES_MAX);
			break;
		case '1': o->once = true; break;
		case 'q': o->quiet = true; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-attach " PTYHEAD_VERSION); exit(0);
		}
	}
	key_options(o, detach, past);
	if (o->watch && o->lossless)
		die(EXIT_USAGE, "-r and -L do not go together: a watcher may not make the program wait");
	hint_make(o);
	plain_look(o);
	if (argc - optind != 1) die_usage_address(argc);
	return argv[optind];
}

/* ---- faults ----------------------------------------------------------------------- */

#define STUCK_S 2 /* time limit for the handler of a fault */

static struct rescue rescue;
static int const faults[] = { SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS };
#define FAULTS (sizeof faults / sizeof *faults)
static struct sigaction found[FAULTS];

/* Restores the terminal; then the signal acts as without this handler. */
static void on_fault(int number, siginfo_t *fault, void *context)
{
	sigset_t set;

	(void)context;
	if (rescue_waits(&rescue, fault)) return;
	signal(SIGALRM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	alarm(STUCK_S);
	rescue_now(&rescue);
	alarm(0);
	for (size_t i = 0; i < FAULTS; i++)
		if (faults[i] == number) sigaction(number, &found[i], NULL);
	kill(getpid(), number);
}

static void catch_faults(void)
{
	static char stack[64 << 10]; /* the normal stack may be the cause of the fault */
	struct sigaction a = { .sa_sigaction = on_fault, .sa_flags = SA_ONSTACK | SA_SIGINFO };

	rescue_init(&rescue);
	if (sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL) < 0) return;
	sigfillset(&a.sa_mask);
	for (size_t i = 0; i < FAULTS; i++) {
		if (signals_ignored(faults[i])) continue;
		sigaction(faults[i], &a, &found[i]);
	}
}

/* ---- the end ---------------------------------------------------------------------- */

__attribute__((noreturn))
static void finish(struct session_options const *o, struct session_result const *r)
{
	switch (r->how) {
	case SESSION_DETACHED: exit(0);
	case SESSION_ENDED: exit(r->code);
	case SESSION_UNKNOWN:
		die(EXIT_TEMPORARY, "%s", r->why);
	case SESSION_SIGNAL:
		signals_die(r->signal);
		exit(128 + r->signal);
	case SESSION_NO_LINK: die_of_head(&o->address, &r->reply, r->connected, HEADLINK_ANSWER_MS, r->error);
	case SESSION_FAILED: break;
	}
	die(EXIT_TEMPORARY, "%s: %s", r->what, strerror(r->error));
}

char const tool_name[] = "ptyhead-attach";

int main(int argc, char **argv)
{
	struct session_options o = { .history = HISTORY, .say = say, .rescue = &rescue };
	struct session_result result;

	char const *const address = parse(argc, argv, &o);
	address_get(address, &o.address);
	catch_faults();
	session_run(&o, &result);
	rescue_deinit(&rescue);
	finish(&o, &result);
}
