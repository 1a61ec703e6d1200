/* SPDX-License-Identifier: ISC */
/* ptyhead-record: records a terminal's output into a file that can be played. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "files.h"
#include "out.h"
#include "record.h"
#include "signals.h"
#include "remote.h"
#include "store.h"
#include "tool.h"

static char const usage_text[] =
	"usage: ptyhead-record [-f asciicast|asciicast3|script] [--from start|now]\n"
	"                      [--to now|exit] [-r] [-o FILE [--append]] [-T FILE] ADDRESS\n"
	"\n"
	"Records the output of the program on ADDRESS, from the oldest output held, until a\n"
	"signal. ADDRESS is NAME or PATH, followed by :TERMINAL for another terminal than main.\n"
	"\n"
	"  -f, --format FORMAT  asciicast (version 2, the default), asciicast3, or script (a\n"
	"                       typescript, with its timing in FILE.timing)\n"
	"      --from WHEN      start: from the oldest output held (default); now\n"
	"      --to WHEN        now: only what exists; exit: until the end of the run that is\n"
	"                       alive, or else of the next one\n"
	"  -o, --output FILE    write to FILE, which must not exist (default: -, standard\n"
	"                       output); %F, %H%M%S and others are replaced by the time\n"
	"      --append         if FILE exists, go on at its end\n"
	"  -T, --timing FILE    the timing of a typescript\n"
	"      --store SOCKET[:ID]  with --to now, without a head: read from the s6-fdholderd\n"
	"  -r, --read-only      only watch: the program does not wait for the recording, and\n"
	"                       bytes may be missing if output comes too fast\n"
	"      --title TEXT     of an asciicast (default: the address)\n"
	"      --host HOST      run this on HOST, by ssh(1); ADDRESS may be ssh://HOST/NAME\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-record(1).\n";

#define LEAVE_MS 3000 /* time to write the remaining output after a signal */

struct record_options {
	bool read_only;
	bool from_given;
	struct store store;
};

struct writer {
	struct files files;
	struct out out, timing;
	struct signals signals;
	bool service;  /* it has no terminal: SIGHUP reopens the files */
	bool reopen;   /* SIGHUP came */
	int fatal;     /* the signal that ends it; 0: none */
	int64_t until; /* time limit for the rest after that signal */
	bool given_up; /* the limit was exceeded, or another signal came */
};

static int word_of(char const *option, char const *text, char const *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(text, words[i])) return i;
	die(EXIT_USAGE, "%s takes %s%s%s or %s, not %s", option, words[0], words[2] ? ", " : "", words[2] ? words[1] : "",
	    words[2] ? words[2] : words[1], text);
}

/* In the order of enum recording_form. */
static char const *const forms[] = { "asciicast", "script", "asciicast3", NULL };

static char const *parse(int argc, char **argv, struct record *r, struct record_options *o, struct files *f)
{
	static struct option const longs[] = {
		{ "format", required_argument, NULL, 'f' }, { "from", required_argument, NULL, 'F' },
		{ "to", required_argument, NULL, 'U' }, { "output", required_argument, NULL, 'o' },
		{ "timing", required_argument, NULL, 'T' }, { "read-only", no_argument, NULL, 'r' },
		{ "append", no_argument, NULL, 'a' }, STORE_LONGS,
		{ "title", required_argument, NULL, 'l' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = option_next(argc, argv, "f:o:T:r", longs)) != -1) {
		switch (c) {
		case 'f': f->form = (enum recording_form)word_of("-f", optarg, forms); break;
		case 'F':
			r->from_now = word_of("--from", optarg, (char const *[]){ "start", "now", NULL });
			o->from_given = true;
			break;
		case 'U': r->until = word_of("--to", optarg, (char const *[]){ "now", "exit", NULL }) ? RECORD_TO_EXIT : RECORD_TO_NOW; break;
		case 'o': f->output = optarg; break;
		case 'a': f->append = true; break;
		case 'T': f->timing = optarg; break;
		case 'r': o->read_only = true; break;
		case 'l': r->title = optarg; break;
		case 'O': case 'Q': store_option(&o->store, c, optarg); break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-record " PTYHEAD_VERSION); exit(0);
		}
	}
	if (argc - optind != 1) die_usage_address(argc);
	r->form = f->form;
	if (o->store.spec && r->until != RECORD_TO_NOW) die(EXIT_USAGE, "--store needs --to now: without a head there is no new output");
	if (f->append && files_stdout(f->output)) die(EXIT_USAGE, "--append needs -o FILE");
	/* Earlier output is in the file already. */
	if (f->append && !o->from_given) r->from_now = true;
	if (f->timing && r->form != RECORDING_SCRIPT) die(EXIT_USAGE, "-T needs -f script");
	if (r->form == RECORDING_SCRIPT && files_stdout(f->output) && !f->timing)
		die(EXIT_USAGE, "a typescript's timing needs a file: -o FILE, or -T FILE");
	return argv[optind];
}

/* ---- files ---------------------------------------------------------------------- */

static void outs_init(struct writer *w)
{
	out_init(&w->out, w->files.fd);
	if (w->files.timing_fd >= 0) out_init(&w->timing, w->files.timing_fd);
}

static void outs_deinit(struct writer *w)
{
	out_deinit(&w->out);
	if (w->files.timing_fd >= 0) out_deinit(&w->timing);
}

static bool signalled(void *arg)
{
	struct writer *const f = arg;
	int number;

	while ((number = signals_next(&f->signals)) != 0) {
		if (number == SIGTSTP) signals_stop();
		if (number == SIGHUP && f->service) {
			f->reopen = true;
			continue;
		}
		if (!signals_fatal(number)) continue;
		if (f->fatal) f->given_up = true;
		else f->until = clock_ms() + LEAVE_MS;
		f->fatal = number;
	}
	return f->fatal != 0;
}

/* Waits until there may be room, a signal comes, or the time is over. */
static void wait_for_room(struct writer *f, struct out const *o)
{
	struct pollfd p[2] = { { o->fd, POLLOUT, 0 }, { f->signals.fd, POLLIN, 0 } };
	int64_t const left = f->until - clock_ms();

	(void)poll(p, 2, !f->fatal ? -1 : left > 0 ? (int)left : 0);
	(void)signalled(f);
	if (f->fatal && clock_ms() >= f->until) f->given_up = true;
}

static int write_all(struct writer *f, struct out *o, struct screen_buf *b)
{
	uint8_t const *data;
	size_t len;

	if (b->len == 0) return 0;
	out_blob(o, b->data, b->len);
	*b = (struct screen_buf)SCREEN_BUF_INIT;
	for (;;) {
		switch (out_flush(o, &data, &len)) {
		case OUT_OK: return 0;
		case OUT_CLOSED: return -EPIPE;
		case OUT_FAILED: return -errno;
		case OUT_AGAIN: break;
		}
		if (len == 0) wait_for_room(f, o);
		if (f->given_up) return -EINTR;
	}
}

/* Writes bytes before their timing: a cut recording can still be played then. */
static int write_files(void *arg, struct recording *r)
{
	struct writer *const f = arg;
	int const e = write_all(f, &f->out, &r->out);
	return e < 0 || f->files.timing_fd < 0 ? e : write_all(f, &f->timing, &r->timing);
}

static void open_files(struct writer *w)
{
	char why[2 * PATH_MAX];
	enum files_result const r = files_open(&w->files, why, sizeof why);
	if (r != FILES_OK) die(r == FILES_USAGE ? EXIT_USAGE : EXIT_TEMPORARY, "%s", why);
	outs_init(w);
}

static bool reopen_wanted(void *arg)
{
	struct writer *const w = arg;
	bool const wanted = w->reopen;
	w->reopen = false;
	return wanted;
}

static bool reopen(void *arg)
{
	struct writer *const w = arg;
	outs_deinit(w);
	char why[2 * PATH_MAX];
	bool const others = files_reopen(&w->files, why, sizeof why);
	if (*why) say_format("%s%s", others ? "" : "the recording stays in its old file: ", why);
	outs_init(w);
	return others;
}

static void close_files(struct writer *w)
{
	outs_deinit(w);
	int const e = files_close(&w->files);
	if (e < 0) die(EXIT_TEMPORARY, "unable to write the recording: %s", strerror(-e));
}

/* ---- the head ---------------------------------------------------------------------- */

static void open_terminal(struct follow *f, bool read_only, bool to_now, struct store const *store)
{
	if (store->fetched) {
		int const e = follow_open_tape(f, STDIN_FILENO);
		if (e < 0) die(EXIT_TEMPORARY, "unable to read the tape: %s", strerror(-e));
		return;
	}
	store_get(store, f->address->terminal);
	f->lossless = !read_only;
	f->watch = read_only;
	int r = follow_open(f);
	if (r < 0 && !read_only && f->link.reply.code == PTYHEAD_REFUSED_ROLE) {
		f->lossless = false;
		f->watch = true;
		memset(&f->link.reply, 0, sizeof f->link.reply);
		r = follow_open(f);
		if (r == 0) say("this socket is for watching only: the program does not wait for the recording, and in a flood bytes may be missing");
	}
	if (r < 0 && to_now) store_get_instead(store, f->address->terminal, -r);
	if (r < 0) die_of_link(&f->link, r);
}

/* With a terminal, SIGHUP means that the terminal hung up. */
static bool has_terminal(void)
{
	int const fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) close(fd);
	return fd >= 0;
}

char const tool_name[] = "ptyhead-record";

int main(int argc, char **argv)
{
	static struct follow f;
	static struct record r;
	static struct writer w = { .files = { .output = "-" } };
	struct record_options o = { .store.argv = argv };
	struct ptyhead_address address;

	char const *const name = parse(argc, argv, &r, &o, &w.files);
	struct remote there;
	if (remote_is(name, &there) && !files_stdout(w.files.output))
		die(EXIT_USAGE, "-o would be a file on %s: leave it out and write standard output to a file, ptyhead-record ... %s > FILE", there.host, name);
	address_get(name, &address);
	if (!r.title) r.title = name;
	f.address = &address;
	open_terminal(&f, o.read_only, r.until == RECORD_TO_NOW, &o.store);
	open_files(&w);
	r.resume = w.files.resume;
	r.resume_base = w.files.base;
	r.resume_last = w.files.last;
	w.service = !files_stdout(w.files.output) && !has_terminal();
	int const e = signals_init(&w.signals);
	if (e < 0) die(EXIT_TEMPORARY, "unable to watch for signals: %s", strerror(-e));
	f.also = w.signals.fd;
	r.follow = &f;
	r.write = write_files;
	r.stop = signalled;
	r.reopen_wanted = reopen_wanted;
	r.reopen = reopen;
	r.arg = &w;
	r.say = say;
	enum record_result const result = record_run(&r);
	int const error = errno;
	follow_close(&f);
	while (signals_next(&w.signals) != 0) {} /* SIGPIPE has a message of its own;
	                                          * other signals are too late */
	signals_deinit(&w.signals);
	if (w.given_up) signals_die(w.fatal);
	switch (result) {
	case RECORD_DONE: break;
	case RECORD_REFUSED: die_of_link(&f.link, 0);
	case RECORD_ORPHANED:
		close_files(&w);
		die(EXIT_TEMPORARY, "the program and its head are gone: what it wrote last, and how it ended, is not known");
	case RECORD_FAILED: die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(error));
	case RECORD_UNWRITTEN: die(EXIT_TEMPORARY, "unable to write the recording: %s", strerror(error));
	}
	close_files(&w);
	return 0;
}
