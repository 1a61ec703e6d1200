/* SPDX-License-Identifier: ISC */
/* ptyhead-log: prints a terminal's output as lines of a log. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "logtail.h"
#include "notice.h"
#include "number.h"
#include "place.h"
#include "signals.h"
#include "store.h"
#include "tool.h"

#define LINES_MAX 1000000u
#define RUN_NEWEST INT64_MIN /* no run was asked for */

static char const usage_text[] =
	"usage: ptyhead-log [-f] [-n LINES] [-r] [-t | -T] [--raw] [--since WHEN]\n"
	"                   [--run N] [-L] [-u] ADDRESS\n"
	"\n"
	"Prints the output of the programs on ADDRESS as lines of a log, as far as it is held:\n"
	"each line when it is finished, without colours, progress bars in their last state.\n"
	"ADDRESS is NAME or PATH, followed by :TERMINAL for another terminal than main.\n"
	"\n"
	"  -f, --follow        follow new output, across runs and heads\n"
	"  -n, --lines LINES   of the output held, print only the last LINES lines\n"
	"  -r, --runs          print when runs begin and end\n"
	"  -t, --times         begin each line with its time (ISO 8601)\n"
	"  -T, --tai64n        begin each line with a TAI64N time, for s6's tools\n"
	"      --raw           print the bytes unchanged instead of lines\n"
	"      --since WHEN    begin at an offset in bytes, at the newest `run', or at a time:\n"
	"                      '10 min ago', 14:30, '2026-11-25 14:30:00'\n"
	"      --run N         print only run N; 0 is the newest, -1 the one before it. With -f,\n"
	"                      end with the run, and with its status\n"
	"  -L, --lossless      get every byte: the program waits if necessary. Lines above the\n"
	"                      limit are still left out, and counted\n"
	"      --store SOCKET[:ID]  without a head: read from the s6-fdholderd at SOCKET\n"
	"  -u, --unlimited     with -f: do not limit the number of lines (10000 at once, 1000 a\n"
	"                      second)\n"
	"      --host HOST     run this on HOST, by ssh(1); ADDRESS may be ssh://HOST/NAME\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-log(1).\n";

struct log_options {
	char const *address;
	char const *since;
	int64_t run;
	enum logwriter_times times;
	bool raw, lossless;
	struct store store;
	int process, ready; /* descriptors from s6-ptyexec -l; -1: none */
};

static void parse(int argc, char **argv, struct logtail *t, struct log_options *o)
{
	static struct option const longs[] = {
		{ "follow", no_argument, NULL, 'f' }, { "lines", required_argument, NULL, 'n' }, { "runs", no_argument, NULL, 'r' },
		{ "times", no_argument, NULL, 't' }, { "tai64n", no_argument, NULL, 'T' }, { "raw", no_argument, NULL, 'R' },
		{ "since", required_argument, NULL, 'S' }, { "run", required_argument, NULL, 'N' }, { "lossless", no_argument, NULL, 'L' },
		{ "unlimited", no_argument, NULL, 'u' }, { "process", required_argument, NULL, 'P' }, { "ready", required_argument, NULL, 'Y' },
		STORE_LONGS, { "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = option_next(argc, argv, "fn:rtTLu", longs)) != -1) {
		switch (c) {
		case 'f': t->on = true; break;
		case 'n':
			t->some = true;
			t->last = (unsigned)number_get("-n", optarg, LINES_MAX);
			break;
		case 'r': t->runs = true; break;
		case 't': o->times = LOGWRITER_ISO; break;
		case 'T': o->times = LOGWRITER_TAI64N; break;
		case 'R': o->raw = true; break;
		case 'S': o->since = optarg; break;
		case 'N': o->run = run_get(optarg); break;
		case 'L': o->lossless = true; break;
		case 'u': t->limited = false; break;
		case 'P': o->process = (int)number_get("--process", optarg, INT32_MAX); break;
		case 'Y': o->ready = (int)number_get("--ready", optarg, INT32_MAX); break;
		case 'O': case 'Q': store_option(&o->store, c, optarg); break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-log " PTYHEAD_VERSION); exit(0);
		}
	}
	if (argc - optind != 1) die_usage_address(argc);
	if (o->raw && (t->some || o->times)) die(EXIT_USAGE, "--raw and -n, -t or -T do not go together: bytes have no lines");
	if (o->since && o->run != RUN_NEWEST) die(EXIT_USAGE, "--since and --run do not go together: a run says where to begin");
	if (o->store.spec && t->on) die(EXIT_USAGE, "-f and --store do not go together: -f needs a head");
	if (o->lossless && !t->on) die(EXIT_USAGE, "-L needs -f");
	o->address = argv[optind];
}

/* ---- the head ---------------------------------------------------------------------- */

/* The pid in our own PID namespace; 0: not known. */
static int32_t pid_of(int process)
{
	char path[48], text[512];
	uint64_t pid = 0;
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", process);
	int const fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t const n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	if (fd >= 0) close(fd);
	text[n > 0 ? n : 0] = '\0';
	char const *line = strstr(text, "Pid:");
	if (line) line += strspn(line, "Pid: \t");
	return line && number_read(line, 10, INT32_MAX, &pid) ? (int32_t)pid : 0;
}

/* A reader that the program waits for, if the socket permits it. */
static int open_once(struct follow *f, bool lossless)
{
	memset(&f->link.reply, 0, sizeof f->link.reply);
	f->lossless = lossless;
	f->watch = !lossless;
	int const r = follow_open(f);
	if (r == 0 || !lossless || f->link.reply.code != PTYHEAD_REFUSED_ROLE) return r;
	say("this socket is for watching only: in a flood bytes may be missing");
	return open_once(f, false);
}

static void open_terminal(struct follow *f, struct log_options const *o, bool goes_on)
{
	if (o->store.fetched) {
		int const r = follow_open_tape(f, STDIN_FILENO);
		if (r < 0) die(EXIT_TEMPORARY, "unable to read the tape: %s", strerror(-r));
		return;
	}
	store_get(&o->store, f->address->terminal);
	for (;;) {
		int const r = open_once(f, o->lossless);
		if (r == 0) return;
		/* With -l, the log waits until the head has the terminal. */
		bool const comes = o->process >= 0 && f->link.reply.code != PTYHEAD_REFUSED_ROLE && f->link.reply.code != PTYHEAD_REFUSED_VERSION;
		struct pollfd p = { .fd = o->process, .events = POLLIN };
		if (comes && poll(&p, 1, 500) == 0) continue;
		if (!goes_on) store_get_instead(&o->store, f->address->terminal, -r);
		die_of_link(&f->link, r);
	}
}

/* The log of a program is work in the background: in a flood it must not take the
 * processor from the program or the head at each wake-up. A policy that the
 * administrator chose stays. */
static void stand_back(void)
{
	struct sched_param const none = { .sched_priority = 0 };
	if (sched_getscheduler(0) == SCHED_OTHER) (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

static void say_ready(int *fd)
{
	if (*fd < 0) return;
	(void)!write(*fd, "\n", 1);
	close(*fd);
	*fd = -1;
}

/* ---- where to begin ----------------------------------------------------------------- */

static void since_get(struct logtail *t, char const *text)
{
	t->from = LOGTAIL_PLACE;
	if (!strcmp(text, "run")) {
		t->place = place_run_start(&t->follow->tape);
		return;
	}
	struct moment const m = moment_get("--since", ", run", text);
	t->place = tape_place_at(moment_offset(&m, &t->follow->tape));
	if (t->place.offset == tape_reader_oldest(&t->follow->tape)) t->from = LOGTAIL_OLDEST;
}

static void run_find(struct logtail *t, int64_t n)
{
	struct tape_reader newest = t->follow->tape;
	struct tape_state state;
	place_present(&newest, &state);
	t->run = (uint32_t)run_number(n, &state);
	t->from = LOGTAIL_RUN;
}

static bool signalled(void *arg)
{
	struct signals *const s = arg;
	int number;
	while ((number = signals_next(s)) != 0) {
		if (signals_fatal(number)) return true;
		if (number == SIGTSTP) signals_stop();
	}
	return false;
}

/* ---- the end ------------------------------------------------------------------------- */

__attribute__((noreturn))
static void finish(struct logtail const *t, enum logtail_result result, int error)
{
	char text[160];
	if (t->unsaid > 0) {
		snprintf(text, sizeof text, "%" PRIu64 " %s lost at the end: %s", t->unsaid, t->writer->raw ? "bytes were" : "lines were",
		         t->writer->error ? strerror(t->writer->error) : "nobody read them");
		say(text);
	}
	switch (result) {
	case LOGTAIL_DONE: break;
	case LOGTAIL_NO_RUN: die(EXIT_REFUSED, "run %u is not held %s (the newest is run %u)", t->run, t->run > t->state.run ? "yet" : "any more", t->state.run);
	case LOGTAIL_REFUSED: die_of_link(&t->follow->link, 0);
	case LOGTAIL_FAILED: die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(error));
	case LOGTAIL_UNWRITTEN:
		/* The reader has seen enough, as with any filter. */
		if (error == EPIPE && t->process < 0) exit(128 + SIGPIPE);
		die(EXIT_TEMPORARY, "unable to write the log: %s", strerror(error));
	}
	if (t->unsaid > 0) exit(EXIT_TEMPORARY);
	if (t->on && t->ended && t->state.flags & TAPE_ENDED_KNOWN) exit(notice_code(t->state.status));
	exit(0);
}

char const tool_name[] = "ptyhead-log";

int main(int argc, char **argv)
{
	static struct follow f;
	static struct logtail t;
	static struct logwriter w;
	struct log_options o = { .run = RUN_NEWEST, .process = -1, .ready = -1, .store.argv = argv };
	struct ptyhead_address address;
	struct signals signals;

	t.limited = true;
	parse(argc, argv, &t, &o);
	address_get(o.address, &address);
	f.address = &address;
	f.also = -1;
	t.process = o.process;
	if (o.process >= 0 && o.run == RUN_NEWEST) t.pid = pid_of(o.process);
	open_terminal(&f, &o, t.on);
	if (o.process >= 0) stand_back();
	say_ready(&o.ready);
	int const e = signals_init(&signals);
	if (e < 0) die(EXIT_TEMPORARY, "unable to watch for signals: %s", strerror(-e));
	t.follow = &f;
	t.signals = signals.fd;
	t.stop = signalled;
	t.arg = &signals;
	if (o.since) since_get(&t, o.since);
	if (o.run != RUN_NEWEST) run_find(&t, o.run);
	else if (t.pid) t.from = LOGTAIL_RUN;
	logwriter_init(&w, STDOUT_FILENO);
	w.times = o.times;
	w.raw = o.raw;
	w.out.lines = !o.raw;
	w.waits = !o.lossless;
	t.writer = &w;
	t.terminal = o.raw && isatty(STDOUT_FILENO);
	enum logtail_result const result = logtail_run(&t);
	int const error = errno;
	follow_close(&f);
	finish(&t, result, error);
}
