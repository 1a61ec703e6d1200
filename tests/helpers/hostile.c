/* SPDX-License-Identifier: ISC */
/* hostile SOCKET SCRIPT : peers that wish the head ill, in one process. The script
 * has an order a line; PEERS is a number or a range (`0-99`) of them, each a
 * connection of its own, made when it is first needed:
 *
 *     uid N                           become that user; files are out of reach then
 *     connect PEERS                   and say nothing
 *     attach PEERS TERMINAL OPTION...   as a viewer;  RxC: its size; lossless;
 *     watch PEERS TERMINAL OPTION...    tty=PATH or tty=@PEER: it claims to run on that
 *                                     terminal, or on what that peer has exported
 *     export PEERS NAME [no-pidfd]    a terminal NAME, or NAME-0, NAME-1 ...
 *     list PEERS [TERMINAL]           prints what comes, made printable
 *     input PEERS N C                 N times the character C, in INPUT frames
 *     send PEERS N C                  the same in one SEND frame
 *     taken PEERS                     wait for the answer
 *     resizes PEERS N RxC RxC         N RESIZE frames, by turns
 *     say PEERS HEX [fds=N]           these bytes, with N descriptors
 *     part PEERS N [fds=N]            a frame of 60,000 bytes, of which N come
 *     write PEERS TEXT                on the slaves of what was exported
 *     block PEERS                     make those masters blocking, and write on the
 *                                     slaves, again and again
 *     steal PEERS                     the same, and read the masters before the head does
 *     move                            the lossless ones have read all there is; unsaid
 *     close PEERS                     without a word
 *     churn N TERMINAL                attach and leave, N times
 *     signal PID NUMBER
 *     touch FILE, await FILE
 *     hold                            until it is killed
 *
 * Each order that asks something prints one line: the order, then how often each
 * answer came: attached, exported, refused-CODE, taken-CODE, dropped (the head
 * closed the connection), silence (none within 10 s). */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* NOLINTBEGIN(clang-analyzer-core.NonNullParamChecker): an order has the words it needs */
#include "raw.h"

#define PEERS 8192
#define ANSWERS 64

struct peer {
	int sock; /* 0: none */
	int master, slave;
};

static struct peer peers[PEERS];
static char *argv_path;
static char const *path;
static int page, null;
static void *shared; /* the page of all of them */
static struct raw frame;
static uint8_t payload[RAW_PAYLOAD_MAX];

/* ---- answers -------------------------------------------------------------- */

static struct {
	char word[24];
	unsigned n;
} answers[ANSWERS];

static void answered(char const *word, int code)
{
	char full[24];
	unsigned i = 0;
	if (code >= 0) snprintf(full, sizeof full, "%s-%d", word, code);
	else snprintf(full, sizeof full, "%s", word);
	while (answers[i].n > 0 && strcmp(answers[i].word, full) != 0 && i < ANSWERS - 1) i++;
	memcpy(answers[i].word, full, sizeof full);
	answers[i].n++;
}

static void report(char const *order)
{
	printf("%s:", order);
	for (unsigned i = 0; answers[i].n > 0; i++) printf(" %s %u", answers[i].word, answers[i].n);
	printf("\n");
	fflush(stdout);
	memset(answers, 0, sizeof answers);
}

static void hear(struct peer *p)
{
	size_t len = 0;
	switch (raw_hear(p->sock, payload, &len, 10000)) {
	case -1: answered("silence", -1); break;
	case 0: answered("dropped", -1); break;
	case RAW_ATTACHED: answered("attached", -1); break;
	case RAW_EXPORTED: answered("exported", -1); break;
	case RAW_LISTED: answered("listed", -1); break;
	case RAW_REFUSED: answered("refused", (int)raw_get(payload, 2)); break;
	case RAW_TAKEN: answered("taken", (int)raw_get(payload + 4, 2)); break;
	default: answered("other", -1); break;
	}
}

/* ---- orders --------------------------------------------------------------- */

/* False: the head does not take it. */
static bool reach(struct peer *p)
{
	if (p->sock == 0) p->sock = raw_connect(path);
	if (p->sock > 0) return true;
	p->sock = 0;
	return false;
}

static void put(struct peer *p, int const *fds, size_t nfds)
{
	raw_send(p->sock, frame.b, frame.n, fds, nfds);
}

static void put_size(char const *s)
{
	unsigned rows = 0, cols = 0;
	if (s) sscanf(s, "%ux%u", &rows, &cols);
	raw_int(&frame, rows, 2);
	raw_int(&frame, cols, 2);
	raw_int(&frame, 0, 4);
}

static void put_tty(char const *tty)
{
	struct stat st = { .st_dev = 0 };
	if (tty && (tty[0] == '@' ? fstat(peers[atol(tty + 1)].slave, &st) : stat(tty, &st)) < 0) raw_die("find the terminal that is claimed");
	raw_int(&frame, tty ? st.st_dev : 0, 8);
	raw_int(&frame, tty ? st.st_rdev : 0, 8);
}

static void view(struct peer *p, bool watch, char **args)
{
	char const *size = NULL, *tty = NULL;
	bool lossless = false;
	for (int i = 1; args[0] && args[i]; i++) {
		if (!strncmp(args[i], "tty=", 4)) tty = args[i] + 4;
		else if (!strcmp(args[i], "lossless")) lossless = true;
		else size = args[i];
	}
	raw_begin(&frame, watch ? RAW_WATCH : RAW_ATTACH);
	raw_int(&frame, lossless, 4);
	put_size(size);
	put_tty(tty);
	raw_string(&frame, args[0]);
	raw_end(&frame);
	put(p, &page, 1);
}

static void export(struct peer *p, char **args, long index, bool many)
{
	char name[80], own[24];
	int fds[2];
	snprintf(own, sizeof own, "@%ld", index);
	if (openpty(&p->master, &p->slave, NULL, NULL, NULL) < 0) raw_die("open a pty");
	fcntl(p->master, F_SETFL, fcntl(p->master, F_GETFL) | O_NONBLOCK);
	snprintf(name, sizeof name, many ? "%s-%ld" : "%s", args[0], index);
	fds[0] = p->master;
	fds[1] = (int)syscall(SYS_pidfd_open, getpid(), 0);
	raw_begin(&frame, RAW_EXPORT);
	raw_int(&frame, 0, 4);
	put_size("24x80");
	put_tty(own);
	raw_string(&frame, name);
	raw_string(&frame, "hostile");
	raw_end(&frame);
	put(p, fds, args[1] ? 1 : 2);
	close(fds[1]);
	hear(p);
}

static void list(struct peer *p, char **args)
{
	size_t len = 0;
	raw_begin(&frame, RAW_LIST);
	raw_int(&frame, 0, 4);
	raw_string(&frame, "");
	raw_string(&frame, args[0] ? args[0] : "");
	raw_end(&frame);
	put(p, NULL, 0);
	int const type = raw_hear(p->sock, payload, &len, 10000);
	printf("list: ");
	if (type == RAW_REFUSED) printf("refused-%d ", (int)raw_get(payload, 2));
	else if (type != RAW_LISTED) printf(type == 0 ? "dropped" : "silence");
	for (size_t i = 0; type == RAW_LISTED && i < len; i++) putchar(payload[i] > 32 && payload[i] < 127 ? payload[i] : '.');
	printf("\n");
	fflush(stdout);
}

static void input(struct peer *p, unsigned type, size_t n, char c)
{
	size_t const most = type == RAW_SEND ? n : 4096;
	while (n > 0) {
		size_t const now = n < most ? n : most;
		raw_begin(&frame, type);
		if (type == RAW_SEND) raw_int(&frame, 7, 4);
		raw_fill(&frame, c, now);
		raw_end(&frame);
		put(p, NULL, 0);
		n -= now;
	}
}

/* In as few writes as possible. */
static void resizes(struct peer *p, long n, char **sizes)
{
	static uint8_t all[4096 * 16];
	size_t len = 0;
	for (long i = 0; i < n; i++) {
		raw_begin(&frame, RAW_RESIZE);
		put_size(sizes[i % 2]);
		raw_end(&frame);
		memcpy(all + len, frame.b, frame.n);
		len += frame.n;
		if (len + frame.n <= sizeof all && i < n - 1) continue;
		raw_send(p->sock, all, len, NULL, 0);
		len = 0;
	}
}

static size_t descriptors(char const *arg, int fds[253])
{
	size_t const n = arg && !strncmp(arg, "fds=", 4) ? strtoul(arg + 4, NULL, 10) : 0;
	for (size_t i = 0; i < n && i < 253; i++) fds[i] = null;
	return n < 253 ? n : 253;
}

static void say(struct peer *p, char **args)
{
	int fds[253] = { -1 };
	frame.n = 0;
	for (char const *h = args[0]; h && h[0] && h[1]; h += 2) {
		unsigned b = 0;
		sscanf(h, "%2x", &b);
		raw_int(&frame, b, 1);
	}
	put(p, fds, descriptors(args[1], fds));
}

static void part(struct peer *p, char **args)
{
	int fds[253] = { -1 };
	raw_begin(&frame, RAW_INPUT);
	raw_fill(&frame, 'x', 60000);
	raw_end(&frame);
	size_t const n = strtoul(args[0], NULL, 10);
	raw_send(p->sock, frame.b, n < frame.n ? n : frame.n, fds, descriptors(args[1], fds));
}

static void leave(struct peer *p)
{
	if (p->sock > 0) close(p->sock);
	if (p->master > 0) close(p->master);
	if (p->slave > 0) close(p->slave);
	memset(p, 0, sizeof *p);
}

static void block(long from, long to)
{
	for (;;) {
		for (long i = from; i <= to; i++) {
			int const fd = peers[i].master;
			fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
			(void)!write(peers[i].slave, "x", 1);
		}
		usleep(20000);
	}
}

/* Whoever finds it readable may find it empty a moment later. */
static void steal_one(struct peer const *p)
{
	char c;
	for (;;) {
		struct pollfd readable = { .fd = p->master, .events = POLLIN };
		fcntl(p->master, F_SETFL, fcntl(p->master, F_GETFL) & ~O_NONBLOCK);
		(void)!write(p->slave, "x", 1);
		if (poll(&readable, 1, 1) > 0) (void)!read(p->master, &c, 1);
	}
}

static void steal(long from, long to)
{
	for (long i = from; i <= to; i++) {
		if (fork() > 0) continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		steal_one(&peers[i]);
	}
	for (;;) pause();
}

static void churn(long n, char **args)
{
	struct peer p = { 0 };
	while (n-- > 0) {
		if (!reach(&p)) {
			answered("dropped", -1);
			continue;
		}
		view(&p, false, args);
		hear(&p);
		leave(&p);
	}
	report("churn");
}

static void await(char const *file)
{
	while (access(file, F_OK) < 0) usleep(2000);
}

/* True: done, no peer is meant. */
static bool order_alone(char const *verb, char **args)
{
	if (!strcmp(verb, "uid")) {
		uid_t const u = (uid_t)strtoul(args[0], NULL, 10);
		char *const slash = strrchr(argv_path, '/');
		if (slash) {
			*slash = 0;
			if (chdir(argv_path) < 0) raw_die("go where the socket is");
			path = slash + 1;
		}
		if (setresgid(u, u, u) < 0 || setresuid(u, u, u) < 0) raw_die("become another user");
	} else if (!strcmp(verb, "signal")) kill((pid_t)atol(args[0]), atoi(args[1]));
	else if (!strcmp(verb, "move")) memset((char *)shared + 64, 0xff, 8);
	else if (!strcmp(verb, "touch")) close(open(args[0], O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
	else if (!strcmp(verb, "await")) await(args[0]);
	else if (!strcmp(verb, "churn")) churn(atol(args[0]), args + 1);
	else if (!strcmp(verb, "hold")) for (;;) pause();
	else return false;
	return true;
}

static bool order_peer(struct peer *p, char const *verb, char **args, long index, bool many)
{
	if (!strcmp(verb, "close")) return leave(p), false;
	if (!reach(p)) {
		answered("dropped", -1);
		return true;
	}
	if (!strcmp(verb, "attach")) return view(p, false, args), true;
	if (!strcmp(verb, "watch")) return view(p, true, args), true;
	if (!strcmp(verb, "export")) return export(p, args, index, many), true;
	if (!strcmp(verb, "taken")) return hear(p), true;
	if (!strcmp(verb, "list")) list(p, args);
	else if (!strcmp(verb, "input")) input(p, RAW_INPUT, strtoul(args[0], NULL, 10), args[1][0]);
	else if (!strcmp(verb, "send")) input(p, RAW_SEND, strtoul(args[0], NULL, 10), args[1][0]);
	else if (!strcmp(verb, "resizes")) resizes(p, atol(args[0]), args + 1);
	else if (!strcmp(verb, "say")) say(p, args);
	else if (!strcmp(verb, "part")) part(p, args);
	else if (!strcmp(verb, "write")) (void)!write(p->slave, args[0], strlen(args[0]));
	else if (strcmp(verb, "connect") != 0) exit(100);
	return false;
}

static void order(char *line)
{
	char *words[12] = { 0 };
	unsigned n = 0;
	for (char *w = strtok(line, " \t\n"); w && n < 11; w = strtok(NULL, " \t\n")) words[n++] = w;
	if (n == 0 || words[0][0] == '#' || order_alone(words[0], words + 1)) return;
	if (n == 1) exit(100);
	char *end;
	long const from = strtol(words[1], &end, 10);
	long const to = *end == '-' ? strtol(end + 1, NULL, 10) : from;
	if (from < 0 || to >= PEERS || to < from) exit(100);
	if (!strcmp(words[0], "block")) block(from, to);
	if (!strcmp(words[0], "steal")) steal(from, to);
	bool const viewing = !strcmp(words[0], "attach") || !strcmp(words[0], "watch");
	bool asks = false;
	/* All ask, then all listen: no one's answer waits for another's question. */
	for (long i = from; i <= to; i++)
		if (order_peer(&peers[i], words[0], words + 2, i, to > from)) asks = true;
	for (long i = from; viewing && i <= to; i++)
		if (peers[i].sock > 0) hear(&peers[i]);
	if (asks) report(words[0]);
}

int main(int argc, char **argv)
{
	static char line[8192];
	struct rlimit many;
	if (argc != 3) return 100;
	path = argv_path = argv[1];
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &many);
	many.rlim_cur = many.rlim_max;
	setrlimit(RLIMIT_NOFILE, &many);
	page = raw_page();
	shared = mmap(NULL, RAW_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
	if (shared == MAP_FAILED) raw_die("map the page");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	FILE *const script = fopen(argv[2], "re");
	if (!script) raw_die("read the script");
	while (fgets(line, sizeof line, script)) order(line);
	fclose(script);
	return 0;
}
/* NOLINTEND(clang-analyzer-core.NonNullParamChecker) */
