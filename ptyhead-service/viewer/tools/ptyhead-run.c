/* SPDX-License-Identifier: ISC */
/* ptyhead-run: runs a program on a terminal of its own, detached, without a unit. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "client.h"
#include "tool.h"

#define REACH_MS 5000
#define END_MS 5000
#define PAUSE_MS 20
#define SAID_MAX 4096u
#define WORDS_MAX 32 /* before those of the program */

static char const usage_text[] =
	"usage: ptyhead-run [-a] [-n NAME] PROGRAM [ARGUMENT...]\n"
	"       ptyhead-run --end NAME\n"
	"\n"
	"Runs PROGRAM on a terminal of its own, detached, and prints how to attach to it.\n"
	"PROGRAM gets this environment and working directory. If there is no head for it, one\n"
	"is started, under systemd in the user's manager.\n"
	"\n"
	"  -a, --attach         attach to it at once\n"
	"  -n, --name NAME      the address of the terminal (default: the name of PROGRAM)\n"
	"      --end NAME       end that head; a program that still runs there gets SIGHUP\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-run(1).\n";

struct run {
	bool attach;
	char const *name;
	char **prog;
	char address[PATH_MAX]; /* for the other tools: the name, if it leads to the socket */
	char path[PATH_MAX];    /* of the socket */
	bool manager;           /* the user's systemd runs */
	bool started;           /* this process has started the head */
	char bin[PATH_MAX];     /* folder of this program and of the other tools */
};

char const tool_name[] = "ptyhead-run";

/* ---- where ---------------------------------------------------------------------- */

/* The path of `tool`: beside this program, else from PATH. */
static char const *tool_path(struct run const *r, char const *tool, char *buf, size_t len)
{
	int const n = snprintf(buf, len, "%s/%s", r->bin, tool);
	if (n < 0 || (size_t)n >= len || access(buf, X_OK) < 0) snprintf(buf, len, "%s", tool);
	return buf;
}

static void find_bin(struct run *r)
{
	ssize_t const n = readlink("/proc/self/exe", r->bin, sizeof r->bin - 1);
	r->bin[n > 0 ? n : 0] = '\0';
	char *const slash = strrchr(r->bin, '/');
	if (slash) *slash = '\0';
}

/* Makes a folder that only this user (or root) can write. False: impossible. */
static bool make_dir(char const *dir, mode_t mode)
{
	struct stat st;
	if (mkdir(dir, mode) < 0 && errno != EEXIST) return false;
	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && access(dir, W_OK) == 0;
}

/* The user's runtime folder. Without one: for root the system's folder, for others one
 * in the home folder. */
static void find_dir(struct run *r, char *dir, size_t len)
{
	char const *const home = getenv("HOME");

	if (ptyhead_user_dir(dir, len)) {
		char *const end = strrchr(dir, '/');
		*end = '\0';
		r->manager = machine_user_manager(dir);
		*end = '/';
		if (make_dir(dir, 0700)) return;
	}
	r->manager = false;
	snprintf(dir, len, PTYHEAD_SYSTEM_DIR);
	if (geteuid() == 0 && make_dir(dir, 0755)) return;
	int const n = home && home[0] == '/' ? snprintf(dir, len, "%s/.ptyhead", home) : -1;
	if (n > 0 && (size_t)n < len && make_dir(dir, 0700)) return;
	die(EXIT_TEMPORARY, "there is no folder for the socket: set XDG_RUNTIME_DIR to one that is yours alone");
}

static void find_address(struct run *r)
{
	struct ptyhead_address a;
	char const *why;
	char dir[PATH_MAX];

	if (strpbrk(r->name, "/:")) die_usage("a name has no / and no :, as %s has (-n NAME)", r->name);
	if (ptyhead_address_parse(r->name, &a, &why) < 0) die_usage("%s is no name: %s (-n NAME)", r->name, why);
	find_dir(r, dir, sizeof dir);
	int const n = snprintf(r->path, sizeof r->path, "%s/%s" PTYHEAD_SUFFIX, dir, r->name);
	if (n < 0 || (size_t)n >= sizeof r->path) die(EXIT_USAGE, "the name is too long");
}

/* ---- other processes -------------------------------------------------------------- */

/* Reads `fd` until its last writer closes it; returns one line. */
static void read_all(int fd, char said[SAID_MAX])
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, said + len, SAID_MAX - 1 - len)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0) len += (size_t)n;
		if (len == SAID_MAX - 1) break;
	}
	while (len > 0 && said[len - 1] == '\n') len--;
	said[len] = '\0';
}

static void become(char *const *argv, int said, int log)
{
	int const null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(log >= 0 ? log : null, STDOUT_FILENO);
	}
	dup2(log >= 0 ? log : said, STDERR_FILENO);
	execvp(argv[0], argv);
	dprintf(said, "unable to run %s: %s\n", argv[0], strerror(errno));
}

/* Runs a command as an orphan, in a session of its own. `said` gets its standard error
 * until it closes that, by exec or by ending; with `log`, only a failure of exec. */
static void run_detached(char *const *argv, int log, char said[SAID_MAX])
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0) die(EXIT_TEMPORARY, "unable to make a pipe: %s", strerror(errno));
	pid_t const pid = fork();
	if (pid < 0) die(EXIT_TEMPORARY, "unable to fork: %s", strerror(errno));
	if (pid == 0) {
		if (fork() == 0) become(argv, p[1], log);
		_exit(0);
	}
	close(p[1]);
	(void)waitpid(pid, NULL, 0);
	read_all(p[0], said);
	close(p[0]);
}

/* An argument vector, NULL-terminated, followed by the words of `rest`. */
struct words {
	char const *list[WORDS_MAX];
	size_t len;
};

static void add(struct words *w, char const *word)
{
	if (w->len < WORDS_MAX) w->list[w->len++] = word;
}

static char **words_with(struct words const *w, char *const *rest)
{
	size_t n = 0;
	while (rest && rest[n]) n++;
	char **const all = calloc(w->len + n + 1, sizeof *all);
	if (!all) die(EXIT_TEMPORARY, "out of memory");
	for (size_t i = 0; i < w->len; i++) all[i] = (char *)(uintptr_t)w->list[i];
	for (size_t i = 0; i < n; i++) all[w->len + i] = rest[i];
	return all;
}

/* ---- the head ------------------------------------------------------------------------ */

static bool is_there(struct run const *r)
{
	int const sock = ptyhead_connect(r->path, REACH_MS);
	if (sock >= 0) close(sock);
	if (sock == -EACCES) die(EXIT_TEMPORARY, "another user's head is at %s (-n NAME)", r->path);
	return sock >= 0;
}

/* In the user manager, which restarts the head when it is killed, and keeps the
 * terminals meanwhile. */
static void start_in_manager(struct run const *r)
{
	char unit[NAME_MAX + 32], head[PATH_MAX], said[SAID_MAX];
	struct words w = { .len = 0 };

	snprintf(unit, sizeof unit, "--unit=ptyhead-run-%s", r->name);
	static char const *const options[] = {
		"systemd-run", "--user", "--quiet", "--collect", "-pType=notify", "-pNotifyAccess=main", "-pRestart=on-failure",
		"-pRestartSec=10ms", "-pStartLimitIntervalSec=0", "-pFileDescriptorStoreMax=512", "--setenv=FDSTORE=512",
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) add(&w, options[i]);
	add(&w, unit);
	add(&w, tool_path(r, "ptyhead", head, sizeof head));
	add(&w, r->path);
	char **const argv = words_with(&w, NULL);
	run_detached(argv, -1, said);
	free(argv);
	if (!is_there(r)) die(EXIT_TEMPORARY, "unable to start a head for %s: %s", r->name, *said ? said : "it ended at once");
}

/* Without a supervisor. */
static void log_path(struct run const *r, char log[PATH_MAX])
{
	snprintf(log, PATH_MAX, "%.*slog", (int)(strlen(r->path) - strlen("sock")), r->path);
}

static void start_alone(struct run const *r)
{
	char head[PATH_MAX], log[PATH_MAX], said[SAID_MAX], number[16];
	struct words w = { .len = 0 };
	int ready[2];

	log_path(r, log);
	int const fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0 || pipe2(ready, O_CLOEXEC) < 0) die(EXIT_TEMPORARY, "unable to open %s: %s", log, strerror(errno));
	/* The head gets one end, and closes it when it is ready. */
	if (fcntl(ready[1], F_SETFD, 0) < 0) die(EXIT_TEMPORARY, "unable to set a descriptor's flag: %s", strerror(errno));
	snprintf(number, sizeof number, "%d", ready[1]);
	add(&w, tool_path(r, "ptyhead", head, sizeof head));
	add(&w, "-d");
	add(&w, number);
	add(&w, r->path);
	char **const argv = words_with(&w, NULL);
	run_detached(argv, fd, said);
	free(argv);
	close(ready[1]);
	char word[SAID_MAX];
	read_all(ready[0], word);
	close(ready[0]);
	close(fd);
	if (!is_there(r)) die(EXIT_TEMPORARY, "unable to start a head for %s: %s", r->name, *said ? said : log);
}

/* ---- the head's end --------------------------------------------------------------------- */

/* Only a head that this user started and that bound the socket itself. */
static void end_head(struct run const *r)
{
	struct ucred c;
	char log[PATH_MAX];
	socklen_t len = sizeof c;
	int const sock = ptyhead_connect(r->path, REACH_MS);

	if (sock < 0) die(EXIT_REFUSED, "no head is at %s: %s", r->path, strerror(-sock));
	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0 || c.pid <= 1 || c.uid != geteuid())
		die(EXIT_REFUSED, "the head at %s was not started by ptyhead-run", r->path);
	close(sock);
	/* Do not wait for the pid to vanish: in some containers the first process reaps
	 * nobody. */
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, c.pid, 0), .events = POLLIN };
	if (p.fd < 0 && errno != ESRCH) die(EXIT_TEMPORARY, "unable to open the head's process: %s", strerror(errno));
	/* The first signal lets the programs of a head without a store end; the second
	 * one ends the head. */
	int over = p.fd < 0;
	for (int i = 0; i < END_MS / PAUSE_MS && !over && kill(c.pid, SIGTERM) == 0; i++) over = poll(&p, 1, PAUSE_MS);
	if (!over) over = poll(&p, 1, 0);
	if (p.fd >= 0) close(p.fd);
	if (over <= 0) die(EXIT_TEMPORARY, "unable to end the head, process %d", (int)c.pid);
	log_path(r, log);
	(void)unlink(log);
}

/* ---- the program ------------------------------------------------------------------------ */

/* In a scope of the user manager, if there is one. With lingering it stays after the
 * session; it has this process's environment. */
static void start_program(struct run const *r)
{
	char unit[NAME_MAX + 64], ptyexec[PATH_MAX], size[32], said[SAID_MAX];
	struct words w = { .len = 0 };
	struct winsize ws;

	if (r->manager) {
		static char const *const scope[] = { "systemd-run", "--user", "--scope", "--quiet", "--collect" };
		for (size_t i = 0; i < sizeof scope / sizeof *scope; i++) add(&w, scope[i]);
		snprintf(unit, sizeof unit, "--unit=ptyhead-run-%s-%ld", r->name, (long)getpid());
		add(&w, unit);
	}
	add(&w, tool_path(r, "s6-ptyexec", ptyexec, sizeof ptyexec));
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ptyhead_size_ok((struct ptyhead_size){ ws.ws_row, ws.ws_col, 0, 0 })) {
		snprintf(size, sizeof size, "%ux%u", ws.ws_row, ws.ws_col);
		add(&w, "-s");
		add(&w, size);
	}
	add(&w, r->path);
	char **const argv = words_with(&w, r->prog);
	run_detached(argv, -1, said);
	free(argv);
	if (!*said) return;
	if (r->started) end_head(r);
	die(EXIT_TEMPORARY, "%s; its terminal would be that of %s (-n NAME takes another)", said, r->name);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void attach(struct run const *r)
{
	char tool[PATH_MAX];
	tool_path(r, "ptyhead-attach", tool, sizeof tool);
	execlp(tool, "ptyhead-attach", r->address, (char *)NULL);
	die(EXIT_TEMPORARY, "unable to run %s: %s", tool, strerror(errno));
}

static char const *base_of(char const *path)
{
	char const *const slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* True: end a head. */
static bool parse(int argc, char **argv, struct run *r)
{
	static struct option const longs[] = {
		{ "attach", no_argument, NULL, 'a' }, { "name", required_argument, NULL, 'n' }, { "end", required_argument, NULL, 'E' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	char const *end = NULL;
	int c;

	while ((c = option_next(argc, argv, "+an:", longs)) != -1) {
		switch (c) {
		case 'a': r->attach = true; break;
		case 'n': r->name = optarg; break;
		case 'E': end = optarg; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-run " PTYHEAD_VERSION); exit(0);
		}
	}
	if (end && (optind < argc || r->name || r->attach)) die_usage("--end takes a name and nothing else");
	if (!end && optind == argc) die_usage("no program given");
	r->prog = argv + optind;
	if (end) r->name = end;
	else if (!r->name) r->name = base_of(argv[optind]);
	return end != NULL;
}

int main(int argc, char **argv)
{
	static struct run r;

	bool const end = parse(argc, argv, &r);
	find_bin(&r);
	find_address(&r);
	if (end) {
		end_head(&r);
		return 0;
	}
	r.started = !is_there(&r);
	if (r.started) (r.manager ? start_in_manager : start_alone)(&r);
	start_program(&r);
	snprintf(r.address, sizeof r.address, "%s", ptyhead_address_leads_to(r.name, r.path) ? r.name : r.path);
	if (r.attach) attach(&r);
	printf("%s runs. To attach: ptyhead-attach %s (Ctrl-\\ leaves)\n", base_of(r.prog[0]), r.address);
	return fflush(stdout) != 0 ? EXIT_TEMPORARY : 0;
}
