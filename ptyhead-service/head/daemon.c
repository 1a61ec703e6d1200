/* SPDX-License-Identifier: ISC */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "activation.h"
#include "fifo.h"
#include "listener.h"
#include "notify.h"
#include "number.h"
#include "recover.h"

#define EXIT_USAGE 100
#define EXIT_TEMPORARY 111
#define SECOND_NS UINT64_C(1000000000)

/* Descriptors that peers may not use up. An export and an attach send descriptors;
 * without free numbers the kernel drops them. */
#define RESERVE 32u

struct daemon {
	struct env env;
	struct terminals terminals;
	struct peers peers;
	struct recovery recovery;
	struct list listeners;
	struct list fifos;
	struct source term; /* SIGTERM, SIGINT */
	bool leaving;
	struct timeout leave;             /* the time limit for the end */
	struct timeout_queue leave_delay; /* the grace */
	struct timeout holder;             /* does the store end, too? */
	struct timeout_queue holder_delay;
	struct timeout alive;              /* the next WATCHDOG=1 */
	struct timeout_queue alive_delay;
	struct timeout status;
	struct timeout tell;
	char const *untold; /* a message that the supervisor's full socket did not take; NULL: none */
	int notify_fd;      /* -d: write a newline there; -1: done, or not asked for */
};

static int fatal(struct daemon *d, int code, char const *format, char const *what, int error)
{
	char text[512];
	snprintf(text, sizeof text, format, what);
	if (error < 0) log_say(&d->env.log, LOG_FATAL, "%s: %s", text, strerror(-error));
	else log_say(&d->env.log, LOG_FATAL, "%s", text);
	return code;
}

/* ---- messages to the supervisor --------------------------------------------------- */

static void status_expired(struct timeout *x)
{
	struct daemon *const d = list_entry(x, struct daemon, status);
	char text[128];
	snprintf(text, sizeof text, "STATUS=%u terminals, %u programs running, %u viewers", d->terminals.len,
	         terminals_programs(&d->terminals), terminals_viewers(&d->terminals));
	(void)notify_send(text, -1);
}

static void alive_expired(struct timeout *x)
{
	struct daemon *const d = list_entry(x, struct daemon, alive);
	(void)notify_send("WATCHDOG=1", -1);
	timeout_set(&d->alive_delay, x);
}

/* WatchdogSec= in the unit asks for a message twice in that time. */
static void watchdog_begin(struct daemon *d)
{
	char const *const pid = getenv("WATCHDOG_PID");
	uint64_t const us = number_env("WATCHDOG_USEC", UINT64_MAX / 1000);
	if (us == 0 || (pid && number_env("WATCHDOG_PID", INT_MAX) != (uint64_t)getpid())) return;
	loop_queue_init(&d->env.loop, &d->alive_delay, us * 1000 / 2);
	timeout_set(&d->alive_delay, &d->alive);
}

/* Messages that must arrive: repeated after the supervisor's socket was full. */
static void tell_all(struct daemon *d)
{
	if (d->untold && notify_send(d->untold, -1) != -EAGAIN) d->untold = NULL;
	if (d->notify_fd >= 0 && (write(d->notify_fd, "\n", 1) == 1 || (errno != EAGAIN && errno != EINTR))) {
		close(d->notify_fd);
		d->notify_fd = -1;
	}
	if (d->untold || d->notify_fd >= 0) timeout_set(&d->env.retry, &d->tell);
	else timeout_clear(&d->tell);
}

static void tell_expired(struct timeout *x) { tell_all(list_entry(x, struct daemon, tell)); }

static void tell(struct daemon *d, char const *state)
{
	d->untold = state;
	tell_all(d);
}

static void ready(struct daemon *d, int notify_fd)
{
	d->notify_fd = notify_fd;
	tell(d, "READY=1");
	status_expired(&d->status);
	watchdog_begin(d);
}

/* ---- the end ------------------------------------------------------------------------ */

static void leave_expired(struct timeout *x)
{
	struct daemon *const d = list_entry(x, struct daemon, leave);
	log_say(&d->env.log, LOG_WARNING, "%u programs have not ended in %u s: they get SIGHUP",
	        terminals_programs(&d->terminals), d->env.limits.grace_s);
	d->env.loop.stop = true;
}

/* No other process holds the masters. If the head ended now, the programs would get
 * SIGHUP while they handle their own SIGTERM. */
static void leave_slowly(struct daemon *d)
{
	char names[128] = "";
	unsigned const n = terminals_programs(&d->terminals);
	if (n == 0) {
		d->env.loop.stop = true;
		return;
	}
	list_each(it, &d->terminals.list) {
		struct terminal const *const t = list_entry(it, struct terminal, link);
		size_t const len = strlen(names);
		if (terminal_used(t)) snprintf(names + len, sizeof names - len, "%s%s", len ? " " : "", t->name);
	}
	log_say(&d->env.log, LOG_WARNING, "told to end, with no store: waits up to %u s for the programs on %s (a second SIGTERM ends it now)",
	        d->env.limits.grace_s, names);
	timeout_set(&d->leave_delay, &d->leave);
}

/* The s6-fdholderd may have received SIGTERM at the same time. */
static void holder_expired(struct timeout *x)
{
	struct daemon *const d = list_entry(x, struct daemon, holder);
	if (d->env.keep.bereft) leave_slowly(d);
	else d->env.loop.stop = true;
}

static void on_term(struct source *s, uint32_t events)
{
	struct daemon *const d = list_entry(s, struct daemon, term);
	struct signalfd_siginfo info;
	(void)events;
	while (read(s->fd, &info, sizeof info) > 0) {
		if (d->leaving) d->env.loop.stop = true;
		if (d->leaving) continue;
		d->leaving = d->terminals.leaving = true;
		tell(d, d->untold ? "READY=1\nSTOPPING=1" : "STOPPING=1");
		bool const kept = d->env.keep.where != NULL;
		bool const asked = kept && d->env.keep.backend->fetch; /* this store may end, too */
		if (terminals_programs(&d->terminals) == 0 || (kept && !asked)) d->env.loop.stop = true;
		else if (asked) timeout_set(&d->holder_delay, &d->holder);
		else leave_slowly(d);
	}
}

static int catch_term(struct daemon *d)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -errno;
	int const fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : loop_add(&d->env.loop, &d->term, fd, EPOLLIN, on_term);
}

/* A run began or ended, or a viewer came or went. */
static void changed(void *arg)
{
	struct daemon *const d = arg;
	if (d->env.closing) return;
	terminals_changed(&d->terminals);
	if (!timeout_pending(&d->status)) timeout_set(&d->env.retry, &d->status);
	if (timeout_pending(&d->leave) && terminals_programs(&d->terminals) == 0) d->env.loop.stop = true;
}

static void input(void *arg, struct terminal *t, bool over)
{
	struct daemon *const d = arg;
	peers_input(&d->peers, t, over);
}

/* ---- the start -------------------------------------------------------------------------- */

/* A macro, since the type of `which` differs between glibc and musl. */
#define RAISE_LIMIT(which)                          \
	do {                                        \
		struct rlimit r_;                   \
		if (getrlimit(which, &r_) < 0) break; \
		r_.rlim_cur = r_.rlim_max;          \
		(void)setrlimit(which, &r_);        \
	} while (0)

/* Raises the limit of descriptors to what the supervisor allows. The file size limit is
 * raised, too: a tape above it costs an export, not the head. */
static void raise_limits(struct env_limits *l)
{
	struct rlimit r = { .rlim_cur = 1024 };
	RAISE_LIMIT(RLIMIT_NOFILE);
	RAISE_LIMIT(RLIMIT_FSIZE);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)getrlimit(RLIMIT_NOFILE, &r);
	unsigned const all = r.rlim_cur > INT_MAX ? INT_MAX : (unsigned)r.rlim_cur;
	l->descriptors = all > 2 * RESERVE ? all - RESERVE : all / 2;
}

static int daemon_init(struct daemon *d, struct daemon_options const *o)
{
	struct env_limits limits = o->limits;
	struct terminal_events const ev = { .arg = d, .input = input, .changed = changed };
	raise_limits(&limits);
	int r = env_init(&d->env, &limits);
	if (r < 0) return r;
	terminals_init(&d->terminals, &d->env, &ev);
	peers_init(&d->peers, &d->env, &d->terminals);
	recovery_init(&d->recovery, &d->terminals);
	list_init(&d->listeners);
	list_init(&d->fifos);
	timeout_init(&d->leave, leave_expired);
	timeout_init(&d->holder, holder_expired);
	timeout_init(&d->alive, alive_expired);
	timeout_init(&d->status, status_expired);
	timeout_init(&d->tell, tell_expired);
	loop_queue_init(&d->env.loop, &d->leave_delay, limits.grace_s * SECOND_NS);
	loop_queue_init(&d->env.loop, &d->holder_delay, SECOND_NS / 4);
	d->env.keep.anew = terminals_keep;
	d->env.keep.anew_arg = &d->terminals;
	return catch_term(d);
}

/* What the supervisor handed over: sockets stay in `fds`; items from the store move to
 * *ret_items (malloc'd, *ret_n entries). */
static int take_items(struct activation_fd *fds, size_t *len, struct keep_item **ret_items, size_t *ret_n)
{
	size_t sockets = 0;
	*ret_n = 0;
	*ret_items = calloc(*len + 1, sizeof **ret_items);
	if (!*ret_items) return -ENOMEM;
	for (size_t i = 0; i < *len; i++) {
		if (keep_parse(fds[i].name, &(*ret_items)[*ret_n])) {
			(*ret_items)[(*ret_n)++].fd = fds[i].fd;
			free(fds[i].name);
		} else {
			fds[sockets++] = fds[i];
		}
	}
	*len = sockets;
	return 0;
}

/* Chooses the store and takes up what it holds. Returns an exit code; 0: success. */
static int take_up(struct daemon *d, struct daemon_options const *o, struct keep_item *items, size_t n)
{
	struct keep *const k = &d->env.keep;
	if (o->fdholder) {
		free(items);
#ifdef HAVE_S6
		int const r = keep_fdholder(k, o->fdholder, o->id, &items, &n);
		if (r == -EBUSY) log_say(&d->env.log, LOG_FATAL, "another head holds what begins with %s/ in the s6-fdholderd at %s: stop it, or choose another name (-i)", o->id, o->fdholder);
		else if (r < 0) log_say(&d->env.log, LOG_FATAL, "unable to use the s6-fdholderd at %s: %s%s", o->fdholder, strerror(-r), keep_fdholder_advice(r));
		if (r < 0) return EXIT_TEMPORARY;
#else
		return fatal(d, EXIT_USAGE, "%s", "this ptyhead was built without s6: it has no option -H", 0);
#endif
	} else {
		/* systemd 254 and later tells the store's size; for older versions the
		 * unit does. */
		uint64_t const most = getenv("NOTIFY_SOCKET") ? number_env("FDSTORE", 1000000) : 0;
#ifdef HAVE_SYSTEMD
		if (most > 0) keep_systemd(k, (unsigned)most);
#else
		(void)most;
#endif
	}
	if (!k->where)
		log_say(&d->env.log, LOG_WARNING, "no store: if this head dies, its programs get SIGHUP (see STORES in ptyhead(8))");
	k->held = (unsigned)n;
	recover(&d->recovery, items, n);
	terminals_changed(&d->terminals);
	return 0;
}

/* Types the lines of the FIFO `fd`, or of the FIFO at `path`. Returns an exit code; 0:
 * success. */
static int type_from(struct daemon *d, int fd, char const *path)
{
	char text[64];
	snprintf(text, sizeof text, "descriptor %d (type)", fd);
	int const r = path ? fifo_open(&d->fifos, &d->env, &d->terminals, path) : fifo_add(&d->fifos, &d->env, &d->terminals, fd);
	if (r == -ENXIO || r == -ELOOP) return fatal(d, EXIT_USAGE, "%s is not a FIFO", path ? path : text, 0);
	return r < 0 ? fatal(d, EXIT_TEMPORARY, "unable to read the FIFO %s", path ? path : text, r) : 0;
}

static int listen_on(struct daemon *d, struct daemon_options const *o, struct activation_fd *fds, size_t len)
{
	struct terminal *t;
	char text[64];
	size_t fifos = 0;
	int r;

	/* People attach before the first program starts. Only exports make other
	 * terminals, so viewers cannot fill the head. */
	if (!terminals_find(&d->terminals, TERMINAL_MAIN) && d->terminals.len < d->env.limits.terminals)
		(void)terminals_new(&d->terminals, TERMINAL_MAIN, &t);
	for (size_t i = 0; i < len; i++) {
		if (!strcmp(fds[i].name, "type")) {
			int const code = type_from(d, fds[i].fd, NULL);
			if (code) return code;
			fifos++;
			continue;
		}
		snprintf(text, sizeof text, "%d (%.40s)", fds[i].fd, fds[i].name);
		if (!fds[i].listener)
			return fatal(d, EXIT_USAGE, "descriptor %s was handed over and is not a listening UNIX stream socket", text, 0);
		r = listener_add(&d->listeners, &d->env, &d->peers, fds[i].fd, fds[i].name);
		if (r < 0) return fatal(d, EXIT_TEMPORARY, "unable to listen on descriptor %s", text, r);
	}
	for (int i = 0; i < o->paths_len; i++) {
		r = listener_bind(&d->listeners, &d->env, &d->peers, o->paths[i]);
		if (r == -EADDRINUSE) return fatal(d, EXIT_TEMPORARY, "unable to bind %s: another head, or something else, is there", o->paths[i], 0);
		if (r == -EEXIST) return fatal(d, EXIT_TEMPORARY, "unable to bind %s: the same name with .new or .lock is in use for something else: move that file away", o->paths[i], 0);
		if (r < 0) return fatal(d, EXIT_TEMPORARY, "unable to bind %s", o->paths[i], r);
	}
	if (len == fifos && o->paths_len == 0)
		return fatal(d, EXIT_USAGE, "%s", "no socket: name one to bind, or start it by socket activation (systemctl start ptyhead@NAME.socket)", 0);
	return 0;
}

static int start(struct daemon *d, struct daemon_options const *o)
{
	struct activation_fd *fds;
	struct keep_item *items = NULL;
	size_t len;
	size_t n = 0;

	int r = activation_take(&fds, &len);
	if (r == -ELIBACC) return fatal(d, EXIT_TEMPORARY, "%s", "libsystemd.so.0, which takes what was handed over (LISTEN_FDS), is not there: install it (libsystemd0)", 0);
	if (r == 0) r = take_items(fds, &len, &items, &n);
	if (r < 0) return fatal(d, EXIT_TEMPORARY, "%s", "unable to use the descriptors that were passed", r);
	int code = take_up(d, o, items, n);
	if (code == 0) code = listen_on(d, o, fds, len);
	if (code == 0 && o->fifo) code = type_from(d, -1, o->fifo);
	activation_free(fds, len);
	return code;
}

static void daemon_deinit(struct daemon *d)
{
	d->env.closing = true;
	timeout_clear(&d->status);
	timeout_clear(&d->tell);
	while (!list_empty(&d->listeners)) listener_free(list_entry(d->listeners.next, struct listener, link));
	while (!list_empty(&d->fifos)) fifo_free(list_entry(d->fifos.next, struct fifo, link));
	peers_deinit(&d->peers);
	terminals_deinit(&d->terminals);
	recovery_deinit(&d->recovery);
	if (d->term.fd >= 0) close(d->term.fd);
	if (d->notify_fd >= 0) close(d->notify_fd);
	env_deinit(&d->env);
}

int daemon_run(struct daemon_options const *o, struct log const *log)
{
	struct daemon d = { .term = { .fd = -1 }, .notify_fd = -1 };
	d.env.log = *log;
	int const r = daemon_init(&d, o);
	if (r < 0) return fatal(&d, EXIT_TEMPORARY, "%s", "unable to start", r);
	int code = start(&d, o);
	if (code == 0) {
		ready(&d, o->notify_fd);
		int const e = loop_run(&d.env.loop);
		if (e < 0) code = fatal(&d, EXIT_TEMPORARY, "%s", "unable to wait for events", e);
	}
	daemon_deinit(&d);
	return code;
}
