/* ptyhead: the head. Options, sockets, readiness, signals; the rest is head.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "activation.h"
#include "head.h"
#include "listener.h"
#include "recover.h"
#include "tape.h"
#include "textlog_out.h"

#define EXIT_USAGE 100
#define EXIT_TEMPORARY 111

static char const usage_text[] =
	"usage: ptyhead [-b BYTES] [-d FD] [-H FDHOLDER [-i ID]] [-l LOG] [-n TERMINALS]\n"
	"               [-p SECONDS] [-s POLICY] [-v LEVEL] [SOCKET...]\n"
	"\n"
	"Holds the terminals of programs that s6-ptyexec runs, and shows them to viewers.\n"
	"Listens on the sockets that a supervisor hands over, or binds SOCKET.\n"
	"\n"
	"  -b, --buffer BYTES       of output kept for each terminal: 65536 to 67108864,\n"
	"                           with K or M behind it if you like (default 256K)\n"
	"  -d, --notification-fd FD write a newline to FD when ready, and close it\n"
	"  -H, --fd-holder SOCKET   keep what must outlive this process in the s6-fdholderd\n"
	"                           at SOCKET (under systemd: in the unit's fd store)\n"
	"  -i, --id ID              with -H: begin the names there with ID/ (default ptyhead)\n"
	"  -l, --log LOG            what the programs write, on standard output: none\n"
	"                           (default), text (finished lines), raw\n"
	"  -n, --terminals N        hold at most N terminals (default 1024)\n"
	"  -p, --patience SECONDS   with silent peers and lossless readers (default 10)\n"
	"  -s, --size POLICY        whose size a terminal has: latest (default: the viewer's\n"
	"                           that typed last), smallest, largest, fixed\n"
	"  -v, --verbosity LEVEL    0: fatal errors, 1: warnings (default), 2: runs too\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead(8).\n";

struct options {
	struct head_limits limits;
	int notify_fd; /* -1: none */
	char const *fdholder; /* NULL: none */
	char const *id;
	enum log_level verbosity;
	enum textlog_mode log;
};

/* ---- messages -------------------------------------------------------------- */

/* A line on stderr, unless its reader has stopped: the head must go on. */
static void say_line(void *arg, enum log_level level, char const *text)
{
	static char const *const words[] = { "fatal", "warning", "info" };
	char line[1200];
	unsigned long *const lost = arg;
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (level != LOG_FATAL && (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))) {
		++*lost;
		return;
	}
	if (*lost > 0) {
		int const n = snprintf(line, sizeof line, "ptyhead: warning: %lu lines lost here, since stderr was not read\n", *lost);
		*lost = 0;
		(void)!write(STDERR_FILENO, line, (size_t)n);
	}
	int const n = snprintf(line, sizeof line, "ptyhead: %s: %s\n", words[level], text);
	(void)!write(STDERR_FILENO, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int code, char const *format, ...)
{
	va_list ap;
	fputs("ptyhead: fatal: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(code);
}

/* ---- options --------------------------------------------------------------- */

/* A number between `least` and `most`, for option `c`. */
static unsigned long number(char c, char const *s, unsigned long least, unsigned long most, bool units)
{
	char *end;
	errno = 0;
	unsigned long n = strtoul(s, &end, 10);
	unsigned long unit = 1;
	if (units && (*end == 'K' || *end == 'k')) unit = 1024;
	if (units && *end == 'M') unit = 1024ul * 1024;
	if (unit != 1) end++;
	if (*s < '0' || *s > '9' || *end || errno || n > most / unit || n * unit < least)
		die(EXIT_USAGE, "option -%c wants a number from %lu to %lu, not %s", c, least, most, s);
	return n * unit;
}

static enum size_policy size_policy(char const *s)
{
	static char const *const names[] = { "latest", "smallest", "largest", "fixed" };
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(s, names[i])) return (enum size_policy)i;
	die(EXIT_USAGE, "option -s wants latest, smallest, largest or fixed, not %s", s);
}

static enum textlog_mode log_mode(char const *s)
{
	static char const *const names[] = { "none", "text", "raw" };
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(s, names[i])) return (enum textlog_mode)i;
	die(EXIT_USAGE, "option -l wants text, raw or none, not %s", s);
}

static void parse(int argc, char **argv, struct options *o)
{
	static struct option const longs[] = {
		{ "buffer", required_argument, NULL, 'b' },
		{ "notification-fd", required_argument, NULL, 'd' },
		{ "fd-holder", required_argument, NULL, 'H' },
		{ "id", required_argument, NULL, 'i' },
		{ "log", required_argument, NULL, 'l' },
		{ "terminals", required_argument, NULL, 'n' },
		{ "patience", required_argument, NULL, 'p' },
		{ "size", required_argument, NULL, 's' },
		{ "verbosity", required_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;
	while ((c = getopt_long(argc, argv, "+b:d:H:i:l:n:p:s:v:", longs, NULL)) != -1) {
		switch (c) {
		case 'b': o->limits.ring_size = number('b', optarg, TAPE_RING_MIN, TAPE_RING_MAX, true); break;
		case 'd': o->notify_fd = (int)number('d', optarg, 3, INT_MAX, false); break;
		case 'H': o->fdholder = optarg; break;
		case 'i':
			if (!wire_terminal_ok(optarg, strlen(optarg))) die(EXIT_USAGE, "option -i wants letters, digits and . _ @ + -, not %s", optarg);
			o->id = optarg;
			break;
		case 'l': o->log = log_mode(optarg); break;
		case 'n': o->limits.terminals = (unsigned)number('n', optarg, 1, 100000, false); break;
		case 'p': o->limits.patience_s = (unsigned)number('p', optarg, 1, 86400, false); break;
		case 's': o->limits.size = size_policy(optarg); break;
		case 'v': o->verbosity = (enum log_level)number('v', optarg, 0, 2, false); break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead " PTYHEAD_VERSION); exit(0);
		default: fputs("try: ptyhead --help\n", stderr); exit(EXIT_USAGE);
		}
	}
	if (o->notify_fd >= 0 && fcntl(o->notify_fd, F_SETFD, FD_CLOEXEC) < 0)
		die(EXIT_USAGE, "descriptor %d of option -d is not open: is notification-fd set to it?", o->notify_fd);
}

/* ---- start ----------------------------------------------------------------- */

/* Descriptors that newcomers may not use up: what an export brings needs room,
 * or the kernel would drop it. */
#define RESERVE 16u

static unsigned count_open(void)
{
	unsigned n = 0;
	DIR *const d = opendir("/proc/self/fd");
	if (!d) return 32;
	while (readdir(d)) n++;
	closedir(d);
	return n;
}

/* As many descriptors as the supervisor allows; how many of them peers and
 * terminals may have. */
static unsigned raise_descriptors(void)
{
	struct rlimit r = { .rlim_cur = 1024 };
	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		rlim_t const before = r.rlim_cur;
		r.rlim_cur = r.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &r) < 0) r.rlim_cur = before;
	}
	unsigned const all = r.rlim_cur > INT_MAX ? INT_MAX : (unsigned)r.rlim_cur;
	unsigned const ours = count_open() + RESERVE;
	return all > ours ? all - ours : 0;
}

/* The sockets that were handed over or named; and what a store gave back, with
 * which to recover: *ret_items, *ret_n long, malloc'd. */
static void take_sockets(struct head *h, char **paths, int n, struct keep_item **ret_items, size_t *ret_n)
{
	struct activation_fd *fds;
	size_t len;
	size_t sockets = 0;
	int r = activation_take(&fds, &len);
	if (r < 0) die(EXIT_TEMPORARY, "unable to take the sockets handed over: %s", strerror(-r));
	struct keep_item *const items = calloc(len + 1, sizeof *items);
	if (!items) die(EXIT_TEMPORARY, "unable to start: %s", strerror(ENOMEM));
	*ret_items = items;
	*ret_n = 0;
	for (size_t i = 0; i < len; i++) {
		if (keep_parse(fds[i].name, &items[*ret_n])) {
			items[(*ret_n)++].fd = fds[i].fd;
			continue;
		}
		sockets++;
		if (activation_is_listener(fds[i].fd) < 0)
			die(EXIT_USAGE, "descriptor %d (%s) was handed over and is not a listening UNIX stream socket", fds[i].fd, fds[i].name);
		r = listener_add(h, fds[i].fd, fds[i].name);
		if (r < 0) die(EXIT_TEMPORARY, "unable to listen on descriptor %d: %s", fds[i].fd, strerror(-r));
	}
	activation_free(fds, len);
	for (int i = 0; i < n; i++) {
		r = listener_bind(h, paths[i]);
		if (r == -EADDRINUSE) die(EXIT_TEMPORARY, "unable to bind %s: another head, or something else, is there", paths[i]);
		if (r < 0) die(EXIT_TEMPORARY, "unable to bind %s: %s", paths[i], strerror(-r));
	}
	if (sockets == 0 && n == 0)
		die(EXIT_USAGE, "no socket: name one to bind, or start it by socket activation (systemctl start ptyhead@NAME.socket)");
}

#define STORE_UNKNOWN 0u

/* How many descriptors the unit's store takes: systemd says so from 254 on; the
 * unit does where it is older. */
static unsigned store_size(void)
{
	char const *const s = getenv("FDSTORE");
	char *end;
	if (!s || *s < '0' || *s > '9' || !getenv("NOTIFY_SOCKET")) return STORE_UNKNOWN;
	unsigned long const n = strtoul(s, &end, 10);
	return *end || n > 1000000 ? STORE_UNKNOWN : (unsigned)n;
}

/* Chooses the store, and goes on with what it holds. */
static void take_up(struct head *h, struct options const *o, struct keep_item *items, size_t n)
{
	if (o->fdholder) {
#ifdef HAVE_S6
		free(items);
		int const r = keep_fdholder(&h->keep, &h->log, o->fdholder, o->id, &items, &n);
		if (r < 0) die(EXIT_TEMPORARY, "unable to reach an s6-fdholderd at %s: %s", o->fdholder, strerror(-r));
#else
		die(EXIT_USAGE, "this ptyhead was built without s6: it has no -H");
#endif
	} else if (store_size() > 0) {
#ifdef HAVE_SYSTEMD
		keep_systemd(&h->keep, &h->log, store_size());
#endif
	}
	if (!h->keep.where)
		log_say(&h->log, LOG_WARNING, "no store: if this head dies, its programs get SIGHUP (see STORES in ptyhead(8))");
	h->keep.held = (unsigned)n;
	recover(h, items, n);
	free(items);
}

static void ready(int notify_fd)
{
	activation_notify("READY=1");
	if (notify_fd < 0) return;
	(void)!write(notify_fd, "\n", 1);
	close(notify_fd);
}

struct term_source {
	struct source source;
	struct head *head;
};

static void on_term(struct source *s, uint32_t events)
{
	(void)events;
	list_entry(s, struct term_source, source)->head->loop.stop = true;
}

static int catch_term(struct head *h, struct term_source *s)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	s->head = h;
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -errno;
	int const fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : loop_add(&h->loop, &s->source, fd, EPOLLIN, on_term);
}

int main(int argc, char **argv)
{
	struct options o = {
		.limits = { .ring_size = TAPE_RING_DEFAULT, .terminals = HEAD_TERMINALS, .peers = HEAD_PEERS,
		            .patience_s = HEAD_PATIENCE_S },
		.notify_fd = -1,
		.id = "ptyhead",
		.verbosity = LOG_WARNING,
	};
	struct term_source term = { .source = { .fd = -1 } };
	struct keep_item *items;
	size_t items_len;
	struct head h;
	unsigned long lost = 0;

	parse(argc, argv, &o);
	signal(SIGPIPE, SIG_IGN);
	log_init(&h.log, say_line, &lost, o.verbosity);
	int r = head_init(&h, &o.limits);
	if (r == 0) r = catch_term(&h, &term);
	if (r < 0) die(EXIT_TEMPORARY, "unable to start: %s", strerror(-r));
	r = textlog_out_new(&h.textlog, &h.loop, STDOUT_FILENO, o.log);
	if (r < 0) die(EXIT_TEMPORARY, "unable to log to the standard output: %s", strerror(-r));
	take_sockets(&h, argv + optind, argc - optind, &items, &items_len);
	take_up(&h, &o, items, items_len);
	h.limits.descriptors = raise_descriptors();
	ready(o.notify_fd);

	r = loop_run(&h.loop);
	activation_notify("STOPPING=1");
	struct textlog_out *const textlog = h.textlog;
	head_deinit(&h);
	textlog_out_free(textlog);
	close(term.source.fd);
	if (r < 0) die(EXIT_TEMPORARY, "unable to wait for events: %s", strerror(-r));
	return 0;
}
