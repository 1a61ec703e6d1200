/* ptyhead-record: a terminal's output into a file that can be played. */
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
#include "out.h"
#include "record.h"
#include "signals.h"
#include "tool.h"

static char const usage_text[] =
	"usage: ptyhead-record [-f asciicast|script] [--from start|now] [--to now|exit]\n"
	"                      [-r] [-o FILE] [-T FILE] ADDRESS\n"
	"\n"
	"Records what the program on ADDRESS writes, from what is still held of it on,\n"
	"until it is ended by a signal.\n"
	"\n"
	"  -f, --format FORMAT  asciicast (version 2, the default) or script (a typescript,\n"
	"                       with its timing in FILE.timing)\n"
	"      --from WHEN      start: the oldest output held (default); now\n"
	"      --to WHEN        now: only what there is; exit: the end of the run that is\n"
	"                       alive, or of the next one\n"
	"  -o, --output FILE    write to it (default: -, standard output)\n"
	"  -T, --timing FILE    the timing of a typescript\n"
	"  -r, --read-only      as one who may only look: the program does not wait for it,\n"
	"                       and in a flood bytes may be missing\n"
	"      --title TEXT     of an asciicast (default: the address)\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-record(1).\n";

#define LEAVE_MS 3000 /* what is there when a signal ends it is written for so long */

struct record_options {
	char const *output;
	char const *timing;
	bool read_only;
};

struct files {
	int fd, timing_fd; /* -1: none */
	struct out out, timing;
	struct signals signals;
	int fatal;     /* the signal that ends it; 0 */
	int64_t until; /* then: how long the rest may take to be written */
	bool given_up; /* it took longer, or another signal came */
};

static int word_of(char const *option, char const *text, char const *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(text, words[i])) return i;
	die(EXIT_USAGE, "%s takes %s or %s, not %s", option, words[0], words[1], text);
}

static bool to_stdout(char const *path) { return !path || !strcmp(path, "-"); }

static char const *parse(int argc, char **argv, struct record *r, struct record_options *o)
{
	static struct option const longs[] = {
		{ "format", required_argument, NULL, 'f' }, { "from", required_argument, NULL, 'F' },
		{ "to", required_argument, NULL, 'U' }, { "output", required_argument, NULL, 'o' },
		{ "timing", required_argument, NULL, 'T' }, { "read-only", no_argument, NULL, 'r' },
		{ "title", required_argument, NULL, 'l' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = option_next(argc, argv, "f:o:T:r", longs)) != -1) {
		switch (c) {
		case 'f': r->form = word_of("-f", optarg, (char const *[]){ "asciicast", "script", NULL }) ? RECORDING_SCRIPT : RECORDING_ASCIICAST; break;
		case 'F': r->from_now = word_of("--from", optarg, (char const *[]){ "start", "now", NULL }); break;
		case 'U': r->until = word_of("--to", optarg, (char const *[]){ "now", "exit", NULL }) ? RECORD_TO_EXIT : RECORD_TO_NOW; break;
		case 'o': o->output = optarg; break;
		case 'T': o->timing = optarg; break;
		case 'r': o->read_only = true; break;
		case 'l': r->title = optarg; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-record " PTYHEAD_VERSION); exit(0);
		}
	}
	if (argc - optind != 1) die_usage_address(argc);
	if (o->timing && r->form != RECORDING_SCRIPT) die(EXIT_USAGE, "-T goes with -f script");
	if (r->form == RECORDING_SCRIPT && to_stdout(o->output) && !o->timing)
		die(EXIT_USAGE, "a typescript's timing needs a file: -o FILE, or -T FILE");
	return argv[optind];
}

/* ---- files ---------------------------------------------------------------------- */

static int open_file(char const *path)
{
	if (to_stdout(path)) return STDOUT_FILENO;
	/* What is recorded may be secret; and a name in a folder of everybody's
	 * must not lead elsewhere. */
	int const fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd >= 0) return fd;
	if (errno == ELOOP) die(EXIT_TEMPORARY, "%s is a symbolic link, which is not followed: name the file itself, or -", path);
	die(EXIT_TEMPORARY, "unable to open %s: %s", path, strerror(errno));
}

static void open_files(struct record_options const *o, enum recording_form form, struct files *f)
{
	char timing[4096];

	f->timing_fd = -1;
	f->fd = open_file(o->output);
	out_init(&f->out, f->fd);
	if (form != RECORDING_SCRIPT) return;
	int const n = snprintf(timing, sizeof timing, "%s.timing", o->output);
	if (!o->timing && (n < 0 || (size_t)n >= sizeof timing)) die(EXIT_USAGE, "the file's name is too long");
	f->timing_fd = open_file(o->timing ? o->timing : timing);
	out_init(&f->timing, f->timing_fd);
}

static bool signalled(void *arg)
{
	struct files *const f = arg;
	int number;

	while ((number = signals_next(&f->signals)) != 0) {
		if (number == SIGTSTP) signals_stop();
		if (!signals_fatal(number)) continue;
		if (f->fatal) f->given_up = true;
		else f->until = clock_ms() + LEAVE_MS;
		f->fatal = number;
	}
	return f->fatal != 0;
}

/* Until there may be room, or a signal came, or the time is over. */
static void wait_for_room(struct files *f, struct out const *o)
{
	struct pollfd p[2] = { { o->fd, POLLOUT, 0 }, { f->signals.fd, POLLIN, 0 } };
	int64_t const left = f->until - clock_ms();

	(void)poll(p, 2, !f->fatal ? -1 : left > 0 ? (int)left : 0);
	(void)signalled(f);
	if (f->fatal && clock_ms() >= f->until) f->given_up = true;
}

static int write_all(struct files *f, struct out *o, struct screen_buf *b)
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

/* The bytes before their timing, so that what is cut off can still be played. */
static int write_files(void *arg, struct recording *r)
{
	struct files *const f = arg;
	int const e = write_all(f, &f->out, &r->out);
	return e < 0 || f->timing_fd < 0 ? e : write_all(f, &f->timing, &r->timing);
}

static void close_files(struct files *f)
{
	out_deinit(&f->out);
	if (f->timing_fd >= 0) out_deinit(&f->timing);
	if ((f->fd != STDOUT_FILENO && close(f->fd) < 0) || (f->timing_fd >= 0 && close(f->timing_fd) < 0))
		die(EXIT_TEMPORARY, "unable to write the recording: %s", strerror(errno));
}

/* ---- the head ---------------------------------------------------------------------- */

static void open_terminal(struct follow *f, bool read_only)
{
	f->lossless = !read_only;
	f->watch = read_only;
	int r = follow_open(f);
	if (r < 0 && !read_only && f->link.reply.code == WIRE_R_ROLE) {
		f->lossless = false;
		f->watch = true;
		memset(&f->link.reply, 0, sizeof f->link.reply);
		r = follow_open(f);
		if (r == 0) say("this socket is for watching only: the program does not wait for the recording, and in a flood bytes may be missing");
	}
	if (r < 0) die_of_link(&f->link, r);
}

char const tool_name[] = "ptyhead-record";

int main(int argc, char **argv)
{
	static struct follow f;
	static struct record r;
	struct record_options o = { .output = "-" };
	struct ptyhead_address address;
	static struct files files;

	char const *const name = parse(argc, argv, &r, &o);
	address_get(name, &address);
	if (!r.title) r.title = name;
	f.address = &address;
	open_terminal(&f, o.read_only);
	open_files(&o, r.form, &files);
	int const e = signals_init(&files.signals);
	if (e < 0) die(EXIT_TEMPORARY, "unable to watch for signals: %s", strerror(-e));
	f.also = files.signals.fd;
	r.follow = &f;
	r.write = write_files;
	r.stop = signalled;
	r.arg = &files;
	r.say = say;
	enum record_result const result = record_run(&r);
	int const error = errno;
	follow_close(&f);
	while (signals_next(&files.signals) != 0) {} /* SIGPIPE is told in words; others are too late */
	signals_deinit(&files.signals);
	if (files.given_up) signals_die(files.fatal);
	switch (result) {
	case RECORD_DONE: break;
	case RECORD_REFUSED: die_of_link(&f.link, 0);
	case RECORD_FAILED: die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(error));
	case RECORD_UNWRITTEN: die(EXIT_TEMPORARY, "unable to write the recording: %s", strerror(error));
	}
	close_files(&files);
	return 0;
}
