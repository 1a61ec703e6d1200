/* SPDX-License-Identifier: ISC */
/* s6-ptyexec: runs a program on a terminal of its own, in this process, and hands the
 * master to a head. See s6-ptyexec(1). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/exec.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#include "ctty.h"
#include "handover.h"
#include "logger.h"
#include "printable.h"
#include "ptypair.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define USAGE                                                                  \
	"s6-ptyexec [ -v verbosity ] [ -t milliseconds ] [ -n terminal ]"       \
	" [ -s ROWSxCOLS ] [ -T term ] [ -o uid:gid ] [ -m mode ] [ -2 ] [ -D ]" \
	" [ -l ] [ -f id ] address prog..."
static char const term_default[] = "xterm-256color";
#define TIMEOUT_MS 10000

char const *PROG = "s6-ptyexec";

struct options {
	struct handover handover;
	unsigned verbosity;
	char const *term; /* NULL: keep TERM if it is usable */
	uid_t uid;        /* -1: unchanged, as for fchown(2) */
	gid_t gid;
	mode_t mode;
	bool mode_set;
	bool keep_stderr;
	bool log;
};

/* ---- messages ----------------------------------------------------------------- */

#define TEXT_MAX (2 * PATH_MAX + 1024)
#define LINE_SIZE (PRINTABLE_ESCAPE * TEXT_MAX)

/* Writes one line. Names in it may come from others: bytes that a terminal would act
 * on, or that would break the line, are shown in hexadecimal. */
static void line_of(char line[LINE_SIZE], char const *format, va_list ap)
{
	char text[TEXT_MAX];
	if (vsnprintf(text, sizeof text, format, ap) < 0) text[0] = '\0';
	printable_put(line, LINE_SIZE, text, strlen(text));
}

__attribute__((noreturn, format(printf, 2, 3)))
static void dief(int code, char const *format, ...)
{
	char line[LINE_SIZE];
	va_list ap;
	va_start(ap, format);
	line_of(line, format, ap);
	va_end(ap);
	strerr_dief(code, line);
}

__attribute__((format(printf, 1, 2)))
static void tell(char const *format, ...)
{
	char line[LINE_SIZE];
	va_list ap;
	va_start(ap, format);
	line_of(line, format, ap);
	va_end(ap);
	strerr_warni(line);
}

/* ---- options ------------------------------------------------------------------ */

/* `word` alone asks about this program. */
static void tell_about_self(char const *word)
{
	if (!strcmp(word, "--help")) puts("usage: " USAGE "\n\nSee s6-ptyexec(1).");
	else if (!strcmp(word, "--version")) puts("s6-ptyexec " PTYHEAD_VERSION);
	else return;
	exit(0);
}

/* Reads digits, at most `max`, that end at one of `ends` or at the end of the string.
 * Returns the rest of the string, or NULL. */
static char const *number(char const *s, int base, unsigned long max, char const *ends,
                          unsigned long *ret)
{
	char *end;
	if (*s < '0' || *s > '9') return NULL;
	errno = 0;
	*ret = strtoul(s, &end, base);
	if (errno || *ret > max || (*end && !strchr(ends, *end))) return NULL;
	return end;
}

static void get_size(char const *s, struct handover *h)
{
	unsigned long rows = 0, cols = 0;
	char const *const x = number(s, 10, PTYHEAD_SIDE_MAX, "x", &rows);
	if (!x || *x != 'x' || !number(x + 1, 10, PTYHEAD_SIDE_MAX, "", &cols) || !rows || !cols)
		dief(100, "not a size: '%s' (-s takes ROWSxCOLS, each from 1 to 1000)", s);
	h->size.rows = (uint16_t)rows;
	h->size.cols = (uint16_t)cols;
	h->sized = true;
}

static void get_owner(char const *s, struct options *o)
{
	unsigned long uid = 0, gid = 0;
	char const *const colon = number(s, 10, UINT_MAX - 1, ":", &uid);
	if (!colon || (*colon && !number(colon + 1, 10, UINT_MAX - 1, "", &gid)))
		dief(100, "not an owner: '%s' (-o takes uid:gid or uid, in numbers)", s);
	o->uid = (uid_t)uid;
	if (*colon) o->gid = (gid_t)gid;
}

static void get_mode(char const *s, struct options *o)
{
	unsigned long mode;
	if (!number(s, 8, 0777, "", &mode))
		dief(100, "not a mode: '%s' (-m takes an octal number up to 777)", s);
	o->mode = (mode_t)mode;
	o->mode_set = true;
}

static unsigned long get_number(char opt, char const *s)
{
	unsigned long n;
	if (!number(s, 10, INT_MAX, "", &n))
		dief(100, "not a number: '%s' (-%c)", s, opt);
	return n;
}

static char const *get_string(char opt, char const *s, size_t max)
{
	if (!*s) dief(100, "-%c takes a word that is not empty", opt);
	if (strlen(s) > max) dief(100, "the argument of -%c is too long", opt);
	return s;
}

static void get_option(int opt, char const *arg, struct options *o)
{
	struct handover *const h = &o->handover;
	switch (opt) {
	case 'v': o->verbosity = (unsigned)get_number('v', arg); break;
	case 't':
		h->timeout_ms = (int)get_number('t', arg);
		if (h->timeout_ms == 0) h->timeout_ms = -1;
		break;
	case 'n': h->terminal = arg; break;
	case 's': get_size(arg, h); break;
	case 'T': o->term = get_string('T', arg, 255); break;
	case 'o': get_owner(arg, o); break;
	case 'm': get_mode(arg, o); break;
	case '2': o->keep_stderr = true; break;
	case 'D': h->unattended = true; break;
	case 'l': o->log = true; break;
	case 'f': h->id = get_string('f', arg, 255); break;
	default: strerr_dieusage(100, USAGE);
	}
}

static void get_options(int argc, char const *const *argv, struct options *o)
{
	char why[PATH_MAX + 256];
	subgetopt l = SUBGETOPT_ZERO;
	l.err = 0;
	for (;;) {
		int const opt = subgetopt_r(argc, argv, "v:t:n:s:T:o:m:2Dlf:", &l);
		if (opt == -1) break;
		get_option(opt, l.arg, o);
	}
	if (argc - l.ind < 2) strerr_dieusage(100, USAGE);
	o->handover.address = argv[l.ind];
	o->handover.argv = argv + l.ind + 1;
	if (o->handover.id && (o->handover.unattended || o->handover.terminal || o->log))
		strerr_dief(100, "-f and -D, -n or -l do not go together: an fd-holder answers at once, knows only ids, and reads no output");
	if (handover_check(&o->handover, why, sizeof why) < 0) dief(100, "%s", why);
}

/* ---- the steps -------------------------------------------------------------------- */

/* Fills closed standard descriptors, so that no descriptor opened here gets their
 * numbers. They are O_CLOEXEC: one that is not replaced is closed again at exec. */
static void fill_standard_fds(void)
{
	int fd;
	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0) fd = open("/", O_PATH | O_CLOEXEC);
		if (fd < 0) strerr_diefusys(111, "open /dev/null");
	} while (fd <= 2);
	close(fd);
}

static void open_pty(struct options const *o, struct pty *ret)
{
	char const *what;
	int const r = pty_open(ret, &what);
	if (r < 0) {
		errno = -r;
		strerr_diefusys(111, what);
	}
	if (pty_set_size(ret->slave, o->handover.size) < 0)
		strerr_diefusys(111, "set the terminal's size");
	if ((o->uid != (uid_t)-1 || o->gid != (gid_t)-1) &&
	    fchown(ret->slave, o->uid, o->gid) < 0)
		strerr_diefusys(111, "give the terminal away (-o)");
	if (o->mode_set && fchmod(ret->slave, o->mode) < 0)
		strerr_diefusys(111, "set the terminal's mode (-m)");
}

/* A pidfd of this process, which becomes the program. O_CLOEXEC is implied. If the
 * kernel or a system call filter refuses it, only the exit status is lost. */
static int open_pidfd(struct options const *o)
{
	int const fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (fd >= 0) return fd;
	if (errno != ENOSYS && errno != EPERM) strerr_diefusys(111, "open a pidfd");
	if (o->verbosity)
		strerr_warnwusys("open a pidfd, so the head must guess when the program ends");
	return fd;
}

/* The log of the program. If it cannot start, the program runs without it. */
static void start_logger(struct options const *o, struct handover_result const *res, int pidfd)
{
	struct logger const l = {.path = res->path, .terminal = res->terminal, .run = res->run, .pidfd = pidfd};
	char const *what;
	int const r = logger_start(&l, &what);
	if (r == 0 || !o->verbosity) return;
	strerr_warnw("unable to ", what, ": ", strerror(-r), "; the program runs without its log (-l)");
}

/* Hands over to the head, and sets the size that it wants before the program starts. */
static void hand_over(struct options const *o, struct pty const *pty)
{
	char why[2 * PATH_MAX + PTYHEAD_TEXT_MAX];
	struct handover_result res;
	int const pidfd = open_pidfd(o);
	if (handover_head(&o->handover, pty->master, pty->slave, pidfd, &res, why, sizeof why) < 0)
		dief(111, "%s", why);
	if (o->log) start_logger(o, &res, pidfd);
	if (pidfd >= 0) close(pidfd);
	pty_follow_size(pty->slave, o->handover.size, res.size);
	if (o->verbosity < 2) return;
	if (o->handover.unattended) {
		tell("terminal %s waits for a head at %s", res.terminal, o->handover.address);
		return;
	}
	tell("terminal %s at %s: run %llu, %u rows, %u columns", res.terminal, o->handover.address,
	     (unsigned long long)res.run, res.size.rows, res.size.cols);
}

static struct handover_store *store(struct options const *o, struct pty const *pty)
{
	char why[PATH_MAX + 1024];
	struct handover_store *s;
	if (handover_store(&o->handover, pty->master, &s, why, sizeof why) < 0)
		dief(111, "%s", why);
	if (o->verbosity >= 2)
		tell("stored as %s at %s", o->handover.id, o->handover.address);
	return s;
}

/* Starts a session on the slave, and makes the slave 0, 1 and (unless -2) 2. NULL, or
 * what failed, with errno; *ret_hint may give a reason. */
static char const *go_onto(int slave, bool keep_stderr, char const **ret_hint)
{
	char const *what;
	int const r = ctty_take(slave, &what, ret_hint);
	if (r < 0) {
		errno = -r;
		return what;
	}
	for (int fd = 0; fd <= (keep_stderr ? 1 : 2); fd++)
		if (dup2(slave, fd) < 0) return "make the terminal its standard descriptors";
	return NULL;
}

static bool set_term(char const *wanted)
{
	char const *const found = getenv("TERM");
	if (!wanted) {
		if (found && *found && strcmp(found, "dumb") != 0) return true;
		wanted = term_default;
	}
	if (wanted == term_default && setenv("COLORTERM", "truecolor", 1) < 0) return false;
	return setenv("TERM", wanted, 1) == 0;
}

/* Variables that describe the terminal of the person who started us, or of the
 * supervisor, are wrong here: sizes that override the terminal's, features,
 * sessions. */
static bool forget_terminal(void)
{
	static char const *const names[] = {
		"LINES", "COLUMNS", "COLORFGBG", "WINDOWID", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID",
		"LC_TERMINAL", "LC_TERMINAL_VERSION", "ITERM_SESSION_ID", "ITERM_PROFILE", "VTE_VERSION", "GNOME_TERMINAL_SCREEN",
		"GNOME_TERMINAL_SERVICE", "TILIX_ID", "TERMINATOR_UUID", "KONSOLE_VERSION", "KONSOLE_DBUS_SERVICE",
		"KONSOLE_DBUS_SESSION", "KONSOLE_DBUS_WINDOW", "KITTY_WINDOW_ID", "KITTY_PID", "KITTY_LISTEN_ON", "KITTY_PUBLIC_KEY",
		"WEZTERM_PANE", "WEZTERM_UNIX_SOCKET", "GHOSTTY_RESOURCES_DIR", "GHOSTTY_BIN_DIR", "ALACRITTY_WINDOW_ID",
		"ALACRITTY_SOCKET", "WT_SESSION", "WT_PROFILE_ID", "XTERM_VERSION", "XTERM_SHELL", "XTERM_LOCALE", "TMUX",
		"TMUX_PANE", "STY", "WINDOW", "ZELLIJ", "ZELLIJ_SESSION_NAME", "ZELLIJ_PANE_ID",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (unsetenv(names[i]) < 0) return false;
	return true;
}

/* A shell starts `command &` with the keyboard's signals ignored, and a supervisor
 * started so passes that on. On its own terminal the program must react to ^C, as below
 * getty(8). All other dispositions stay. */
static void hear_keyboard(void)
{
	static int const keys[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) signal(keys[i], SIG_DFL);
}

/* Failure after the hand-over: takes back what was stored, and writes the message to
 * the supervisor's stderr. A head notices the end of the run itself. This process leads
 * the session, and its terminal's last master may be closed now. */
static _Noreturn void die_late(struct options const *o, struct handover_store *s, int old_stderr,
                               int code, char const *what, char const *what2, char const *hint)
{
	char const *const after = s ? "; the terminal is taken back" :
	                              "; the terminal was handed over and this run ends on it";
	int const e = errno;
	signal(SIGHUP, SIG_IGN);
	if (s) handover_unstore(&o->handover, s);
	dup2(old_stderr, 2);
	dief(code, "unable to %s%s: %s%s%s%s%s", what, what2, strerror(e), *hint ? " (" : "", hint,
	     *hint ? ")" : "", after);
}

int main(int argc, char const *const *argv)
{
	struct options o = {
		.handover = {.timeout_ms = TIMEOUT_MS, .size = {24, 80, 0, 0}},
		.verbosity = 1,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
	};
	struct handover_store *s = NULL;
	struct pty pty;
	char const *hint = "";

	fill_standard_fds();
	if (argc == 2) tell_about_self(argv[1]);
	get_options(argc, argv, &o);
	if (!set_term(o.term) || !forget_terminal()) strerr_diefusys(111, "set the environment");
	int const old_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
	if (old_stderr < 0) strerr_diefusys(111, "keep the standard error");

	open_pty(&o, &pty);
	if (o.handover.id)
		s = store(&o, &pty);
	else
		hand_over(&o, &pty);
	close(pty.master);

	char const *const what = go_onto(pty.slave, o.keep_stderr, &hint);
	if (what) die_late(&o, s, old_stderr, 111, what, "", hint);
	hear_keyboard();
	exec(o.handover.argv);
	int const code = errno == ENOENT ? 127 : 126;
	die_late(&o, s, old_stderr, code, "exec ", o.handover.argv[0], "");
}
