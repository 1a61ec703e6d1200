/* SPDX-License-Identifier: ISC */
/* ptyhead, the head. This file has the options and messages; daemon.h has the rest. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "number.h"
#include "tape.h"

#define EXIT_USAGE 100
#define EXIT_TEMPORARY 111

#define TERMINALS 1024u
#define PEERS 4096u
#define PATIENCE_S 10u
#define GRACE_S 10u

static char const usage_text[] =
	"usage: ptyhead [-b BYTES] [-d FD] [-e SECONDS] [-F FIFO] [-g SECONDS]\n"
	"               [-H FDHOLDER [-i ID]] [-n TERMINALS] [-p SECONDS] [-s POLICY]\n"
	"               [-v LEVEL] [-w UNIT] [SOCKET...]\n"
	"\n"
	"Holds the terminals of programs that s6-ptyexec runs, and shows them to viewers.\n"
	"Listens on the sockets that a supervisor passes, and on each SOCKET, which it binds.\n"
	"\n"
	"  -b, --buffer BYTES       keep this much output for each terminal: 65536 to\n"
	"                           67108864, also with K or M (default 256K)\n"
	"  -d, --notification-fd FD write a newline to FD when ready, and close it\n"
	"  -e, --ended SECONDS      forget a terminal (except main) this long after its program\n"
	"                           ended (default: when the limit of -n is reached)\n"
	"  -F, --fifo FIFO          type each line that is written to FIFO on the terminal main;\n"
	"                           FIFO is created if it does not exist\n"
	"  -g, --grace SECONDS      after SIGTERM, without a store: wait this long for the\n"
	"                           programs to end (default 10)\n"
	"  -H, --fd-holder SOCKET   keep what must outlive this process in the s6-fdholderd at\n"
	"                           SOCKET (under systemd: in the file descriptor store)\n"
	"  -i, --id ID              with -H: begin the identifiers with ID/ (default ptyhead)\n"
	"  -n, --terminals N        hold at most N terminals (default 1024)\n"
	"  -p, --patience SECONDS   limit for silent peers and for lossless readers that do not\n"
	"                           read (default 10)\n"
	"  -s, --size POLICY        which viewer decides the size of a terminal: latest (the one\n"
	"                           that typed last; default), smallest, largest, fixed (none)\n"
	"  -v, --verbosity LEVEL    0: fatal errors, 1: also warnings (default), 2: also runs\n"
	"  -w, --width UNIT         count the width of codepoints (default), or of clusters, as\n"
	"                           with mode 2027\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead(8).\n";

/* ---- messages -------------------------------------------------------------- */

/* How long the last message waits for a reader of stderr that has stopped. */
#define LAST_LINE_MS 1000

/* Writes one line to stderr, or drops it if that takes longer than wait_ms. If poll(2)
 * says writable, the line fits as a whole. */
static bool put_line(int wait_ms, char const *level, char const *text)
{
	char line[1200];
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (poll(&p, 1, wait_ms) != 1 || !(p.revents & POLLOUT)) return false;
	int const n = snprintf(line, sizeof line, "ptyhead: %s: %s\n", level, text);
	(void)!write(STDERR_FILENO, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
	return true;
}

/* For the log: a reader of stderr that has stopped delays neither the head's work nor
 * its end. */
static void say_line(void *arg, enum log_level level, char const *text)
{
	static char const *const words[] = { "fatal", "warning", "info" };
	unsigned long *const lost = arg;
	char note[80];
	snprintf(note, sizeof note, "%lu lines lost here, since stderr was not read", *lost);
	if (*lost > 0 && put_line(0, words[LOG_WARNING], note)) *lost = 0;
	if (!put_line(level == LOG_FATAL ? LAST_LINE_MS : 0, words[level], text)) ++*lost;
}

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int code, char const *format, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	put_line(LAST_LINE_MS, "fatal", text);
	exit(code);
}

/* ---- options --------------------------------------------------------------- */

/* Parses a number between `least` and `most`, for option `c`. */
static uint64_t number(int c, char const *s, uint64_t least, uint64_t most, bool units)
{
	uint64_t n = 0;
	uint64_t unit = 1;
	char const *const end = number_read(s, 10, most, &n);
	if (end && units && *end) unit = *end == 'M' ? 1024u * 1024u : *end == 'K' || *end == 'k' ? 1024 : 0;
	if (!end || (*end && (unit < 2 || end[1])) || unit == 0 || n > most / unit || n * unit < least)
		die(EXIT_USAGE, "option -%c wants a number from %llu to %llu, not %s", c, (unsigned long long)least,
		    (unsigned long long)most, s);
	return n * unit;
}

static enum size_policy size_policy(char const *s)
{
	static char const *const names[] = { "latest", "smallest", "largest", "fixed" };
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(s, names[i])) return (enum size_policy)i;
	die(EXIT_USAGE, "option -s wants latest, smallest, largest or fixed, not %s", s);
}

static bool clusters(char const *s)
{
	if (!strcmp(s, "clusters")) return true;
	if (!strcmp(s, "codepoints")) return false;
	die(EXIT_USAGE, "option -w wants codepoints or clusters, not %s", s);
}

#define SHORTS "+b:d:e:F:g:H:i:l:n:p:s:v:w:"

/* What getopt_long(3) stopped at. */
__attribute__((noreturn))
static void wrong_option(char const *word)
{
	if (optopt == 0) die(EXIT_USAGE, "there is no option %s, or more than one begins so: try ptyhead --help", word);
	if (strchr(SHORTS, optopt)) die(EXIT_USAGE, "%s takes an argument: try ptyhead --help", word);
	if (!strncmp(word, "--", 2)) die(EXIT_USAGE, "%s: that option takes no argument", word);
	die(EXIT_USAGE, "there is no option -%c: try ptyhead --help", optopt);
}

static void parse(int argc, char **argv, struct daemon_options *o, enum log_level *ret_verbosity)
{
	static struct option const longs[] = {
		{ "buffer", required_argument, NULL, 'b' },
		{ "notification-fd", required_argument, NULL, 'd' },
		{ "ended", required_argument, NULL, 'e' },
		{ "fifo", required_argument, NULL, 'F' },
		{ "grace", required_argument, NULL, 'g' },
		{ "fd-holder", required_argument, NULL, 'H' },
		{ "id", required_argument, NULL, 'i' },
		{ "log", required_argument, NULL, 'l' },
		{ "terminals", required_argument, NULL, 'n' },
		{ "patience", required_argument, NULL, 'p' },
		{ "size", required_argument, NULL, 's' },
		{ "verbosity", required_argument, NULL, 'v' },
		{ "width", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;
	opterr = 0;
	while ((c = getopt_long(argc, argv, SHORTS, longs, NULL)) != -1) {
		switch (c) {
		case 'b': o->limits.ring_size = number('b', optarg, TAPE_RING_MIN, TAPE_RING_MAX, true); break;
		case 'd': o->notify_fd = (int)number('d', optarg, 3, INT_MAX, false); break;
		case 'e': o->limits.ended_s = (unsigned)number('e', optarg, 1, 31536000, false); break;
		case 'F': o->fifo = optarg; break;
		case 'g': o->limits.grace_s = (unsigned)number('g', optarg, 0, 86400, false); break;
		case 'H': o->fdholder = optarg; break;
		case 'i':
			if (!wire_terminal_ok(optarg, strlen(optarg))) die(EXIT_USAGE, "option -i wants letters, digits and . _ @ + -, not %s", optarg);
			o->id = optarg;
			break;
		case 'l': die(EXIT_USAGE, "the head writes no log any more: use s6-ptyexec -l, or ptyhead-log(1)");
		case 'n': o->limits.terminals = (unsigned)number('n', optarg, 1, 100000, false); break;
		case 'p': o->limits.patience_s = (unsigned)number('p', optarg, 1, 86400, false); break;
		case 's': o->limits.size = size_policy(optarg); break;
		case 'v': *ret_verbosity = (enum log_level)number('v', optarg, 0, 2, false); break;
		case 'w': o->limits.clusters = clusters(optarg); break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead " PTYHEAD_VERSION); exit(0);
		default: wrong_option(argv[optind - 1]);
		}
	}
	if (o->notify_fd >= 0 && fcntl(o->notify_fd, F_SETFD, FD_CLOEXEC) < 0)
		die(errno == EBADF ? EXIT_USAGE : EXIT_TEMPORARY, "descriptor %d of option -d is not open: is notification-fd set to it?", o->notify_fd);
}

int main(int argc, char **argv)
{
	struct daemon_options o = {
		.limits = { .ring_size = TAPE_RING_DEFAULT, .terminals = TERMINALS, .peers = PEERS,
		            .patience_s = PATIENCE_S, .grace_s = GRACE_S },
		.notify_fd = -1,
		.id = "ptyhead",
	};
	enum log_level verbosity = LOG_WARNING;
	unsigned long lost = 0;
	struct log log;

	parse(argc, argv, &o, &verbosity);
	o.paths = argv + optind;
	o.paths_len = argc - optind;
	log_init(&log, say_line, &lost, verbosity);
	return daemon_run(&o, &log);
}
