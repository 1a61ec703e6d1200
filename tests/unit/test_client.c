/* SPDX-License-Identifier: ISC */
/* Addresses, connections, exports and attachments, against a head of a few
 * lines that answers what the case says. */
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "machine.h"
#include "ask_int.h"
#include "unit.h"

static char dir[64];

static void set_up(void)
{
	strcpy(dir, "/tmp/ptyhead-test.XXXXXX");
	CHECK(mkdtemp(dir));
	unsetenv("XDG_RUNTIME_DIR");
}

static void tear_down(void)
{
	char cmd[128];
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	CHECK(system(cmd) == 0);
}

/* A listening socket at `path`, whatever its length. */
static int listen_at(char const *path, int backlog)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	char const *const base = strrchr(path, '/') + 1;
	char up[PATH_MAX];
	int const back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(up, sizeof up, "%.*s", (int)(base - path), path);
	CHECK(chdir(up) == 0);
	CHECK(strlen(base) < sizeof sa.sun_path);
	strcpy(sa.sun_path, base);
	int const s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(s, (struct sockaddr *)&sa, sizeof sa) == 0);
	CHECK(listen(s, backlog) == 0);
	CHECK(fchdir(back) == 0);
	close(back);
	return s;
}

static int64_t now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- addresses ------------------------------------------------------------ */

static char const *const x64 = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

TEST(addresses)
{
	static struct {
		char const *address;
		char const *path; /* NULL: refused */
		char const *terminal;
		char const *name;
	} const cases[] = {
		{"app", "/run/ptyhead/app.sock", "main", "app"},
		{"app:chat", "/run/ptyhead/app.sock", "chat", "app"},
		{"a-b\\x2dc@1", "/run/ptyhead/a-b\\x2dc@1.sock", "main", "a-b\\x2dc@1"},
		{"/run/x.sock", "/run/x.sock", "main", ""},
		{"/run/x.sock:chat", "/run/x.sock", "chat", ""},
		{"./x", "./x", "main", ""},
		{"./x:y", "./x", "y", ""},
		{"a:b/c", "a:b/c", "main", ""},
		{"a:b/c:d", "a:b/c", "d", ""},
		{"/run/any thing\n", "/run/any thing\n", "main", ""},
		{"/.", "/.", "main", ""},
		{"", NULL, NULL, NULL},
		{":", NULL, NULL, NULL},
		{":main", NULL, NULL, NULL},
		{"app:", NULL, NULL, NULL},
		{"app:a:b", NULL, NULL, NULL},
		{"app:-x", NULL, NULL, NULL},
		{"app:.x", NULL, NULL, NULL},
		{"app:a b", NULL, NULL, NULL},
		{"-app", NULL, NULL, NULL},
		{".app", NULL, NULL, NULL},
		{"a b", NULL, NULL, NULL},
		{"a\nb", NULL, NULL, NULL},
		{"caf\xc3\xa9", NULL, NULL, NULL},
		{"/", NULL, NULL, NULL},
		{"/run/", NULL, NULL, NULL},
		{"/run/:main", NULL, NULL, NULL},
		{"./x:", NULL, NULL, NULL},
		{"./x:y:z", NULL, NULL, NULL},
	};
	unsetenv("XDG_RUNTIME_DIR");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ptyhead_address a;
		char const *why = NULL;
		int const r = ptyhead_address_parse(cases[i].address, &a, &why);
		if ((r == 0) != (cases[i].path != NULL)) printf("# \"%s\"\n", cases[i].address);
		CHECK_EQ(r, cases[i].path ? 0 : -EINVAL);
		if (r == 0) {
			CHECK_STR(a.path, cases[i].path);
			CHECK_STR(a.terminal, cases[i].terminal);
			CHECK_STR(a.name, cases[i].name);
			CHECK(!why);
		} else {
			CHECK(why && strlen(why) > 5);
		}
	}
}

static int parse_long(size_t name, size_t term, bool path)
{
	static char s[2 * PATH_MAX];
	struct ptyhead_address a;
	char const *why;
	size_t n = 0;
	if (path) s[n++] = '/';
	memset(s + n, 'n', name - n);
	n = name;
	if (term) {
		s[n++] = ':';
		memset(s + n, 't', term);
		n += term;
	}
	s[n] = 0;
	return ptyhead_address_parse(s, &a, &why);
}

TEST(addresses_as_long_as_they_may_be)
{
	unsetenv("XDG_RUNTIME_DIR");
	CHECK_EQ(parse_long(NAME_MAX - 5, 0, false), 0);
	CHECK_EQ(parse_long(NAME_MAX - 4, 0, false), -EINVAL);
	CHECK_EQ(parse_long(2 * PATH_MAX - 100, 0, false), -EINVAL);
	CHECK_EQ(parse_long(PATH_MAX - 1, 0, true), 0);
	CHECK_EQ(parse_long(PATH_MAX, 0, true), -EINVAL);
	CHECK_EQ(parse_long(3, WIRE_TERMINAL_MAX, false), 0);
	CHECK_EQ(parse_long(3, WIRE_TERMINAL_MAX + 1, false), -EINVAL);
	CHECK_EQ(parse_long(PATH_MAX - 1, WIRE_TERMINAL_MAX, true), 0);
	CHECK_EQ(parse_long(3, 5000, true), -EINVAL);
	CHECK_EQ(strlen(x64), WIRE_TERMINAL_MAX);
}

TEST(a_name_is_looked_up_with_the_user_first)
{
	struct ptyhead_address a;
	char const *why;
	char path[256];
	set_up();
	setenv("XDG_RUNTIME_DIR", dir, 1);
	CHECK_EQ(ptyhead_address_parse("app", &a, &why), 0);
	CHECK_STR(a.path, "/run/ptyhead/app.sock"); /* not there */

	snprintf(path, sizeof path, "%s/ptyhead", dir);
	CHECK(mkdir(path, 0700) == 0);
	snprintf(path, sizeof path, "%s/ptyhead/app.sock", dir);
	close(listen_at(path, 1));
	CHECK_EQ(ptyhead_address_parse("app:t", &a, &why), 0);
	CHECK_STR(a.path, path);
	CHECK_STR(a.terminal, "t");

	/* PTYHEAD_DIR goes before it, unless it says nothing new. */
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	strrchr(path, '/')[0] = '\0';
	setenv("PTYHEAD_DIR", path, 1);
	CHECK_EQ(ptyhead_address_parse("app", &a, &why), 0);
	CHECK(!strncmp(a.path, path, strlen(path)) && !strcmp(a.path + strlen(path), "/app.sock"));
	setenv("PTYHEAD_DIR", "/run/ptyhead/", 1);
	CHECK(ptyhead_user_dir(path, sizeof path));
	CHECK_STR(path, "/run/user/7/ptyhead");
	setenv("PTYHEAD_DIR", "relative", 1);
	CHECK(ptyhead_user_dir(path, sizeof path));
	CHECK_STR(path, "/run/user/7/ptyhead");
	setenv("PTYHEAD_DIR", "/one/two//", 1);
	CHECK(ptyhead_user_dir(path, sizeof path));
	CHECK_STR(path, "/one/two");
	CHECK(!ptyhead_user_dir(path, strlen("/one/two")));
	unsetenv("PTYHEAD_DIR");

	setenv("XDG_RUNTIME_DIR", "relative", 1); /* as the XDG specification asks */
	CHECK_EQ(ptyhead_address_parse("app", &a, &why), 0);
	CHECK_STR(a.path, "/run/ptyhead/app.sock");
	tear_down();
}

struct hint_case {
	char const *address;
	int error;
	char const *hint;
};

static void check_hints(struct hint_case const *c, size_t n)
{
	for (; n > 0; n--, c++) {
		struct ptyhead_address a;
		char const *why;
		char buf[PATH_MAX];
		CHECK_EQ(ptyhead_address_parse(c->address, &a, &why), 0);
		CHECK_STR(ptyhead_address_hint(&a, c->error, buf, sizeof buf), c->hint);
	}
}

/* As a child of what is called `comm`, which is how a supervisor is known. */
static void check_hints_below(char const *comm, struct hint_case const *c, size_t n)
{
	int status;
	CHECK(prctl(PR_SET_NAME, comm) == 0);
	pid_t const pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		check_hints(c, n);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

/* A /run of this test's own, as a machine has it that systemd runs. */
static void systemds_run(void)
{
	CHECK(unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(mount("run", "/run", "tmpfs", 0, NULL) == 0);
	CHECK(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/system", 0755) == 0);
}

#define LENGTH(a) (sizeof(a) / sizeof *(a))
#define NO_MANAGER "no systemd of this user runs; after `loginctl enable-linger`, try: systemctl --user restart "

TEST(hints_where_systemd_runs)
{
	static struct hint_case const cases[] = {
		{"app", -ECONNREFUSED, "try: systemctl restart ptyhead@app.service"},
		{"app:chat", -ECONNREFUSED, "try: systemctl restart ptyhead@app.service"},
		{"/run/ptyhead/a.b.sock", -ECONNREFUSED, "try: systemctl restart ptyhead@a.b.service"},
		{"/run/user/7/ptyhead/x.sock", -ECONNREFUSED, NO_MANAGER "ptyhead@x.service"},
		{"app.watch", -ECONNREFUSED, "try: systemctl restart ptyhead@app.service"},
		{"/run/user/7/ptyhead/x.watch.sock", -ECONNREFUSED, NO_MANAGER "ptyhead@x.service"},
		{"/run/ptyhead/.watch.sock", -ECONNREFUSED, "try: systemctl restart ptyhead@.watch.service"},
		{"/run/ptyhead/app", -ECONNREFUSED, "start the ptyhead that listens there"},
		{"/run/ptyhead/.sock", -ECONNREFUSED, "start the ptyhead that listens there"},
		{"/run/ptyhead/deep/app.sock", -ECONNREFUSED, "start the ptyhead that listens there"},
		{"/run/ptyheads/app.sock", -ECONNREFUSED, "start the ptyhead that listens there"},
		{"./x.sock", -ENOENT, "start the ptyhead that listens there"},
		/* What starting a head would not mend. */
		{"app", -EMFILE, ""},
		{"app", -ENOMEM, ""},
		{"app", -ETIMEDOUT, ""},
	};
	/* No unit listens where PTYHEAD_DIR says. */
	static struct hint_case const given[] = {
		{"/one/two/app.sock", -ECONNREFUSED, "start the ptyhead that listens there"},
		{"app", -ENOENT, "nor in /one/two, which PTYHEAD_DIR names; try: systemctl restart ptyhead@app.service"},
		{"/run/user/7/ptyhead/x.sock", -ECONNREFUSED, "start the ptyhead that listens there"},
	};
	systemds_run();
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	check_hints_below("systemd", cases, LENGTH(cases));
	setenv("PTYHEAD_DIR", "/one/two/", 1);
	check_hints_below("systemd", given, LENGTH(given));
	unsetenv("PTYHEAD_DIR");
}

TEST(hints_where_other_supervisors_run)
{
	static struct hint_case const s6 = {"app", -ECONNREFUSED, "start the service of its ptyhead: s6-svc -u SERVICE"};
	static struct hint_case const runit = {"app", -ECONNREFUSED, "start the service of its ptyhead: sv up SERVICE"};
	static struct hint_case const tools = {"app", -ECONNREFUSED, "start the service of its ptyhead: svc -u SERVICE"};
	static struct hint_case const none = {"app", -ECONNREFUSED, "start the ptyhead that listens there"};
	/* Known services are found beside the one that this is, which is none. */
	CHECK(chdir("/proc") == 0);
	check_hints_below("s6-supervise", &s6, 1);
	check_hints_below("runsv", &runit, 1);
	check_hints_below("supervise", &tools, 1);
	if (machine_init() == MACHINE_OTHER) check_hints_below("bash", &none, 1);
}

TEST(a_hint_that_does_not_fit_is_cut)
{
	struct ptyhead_address a;
	char const *why;
	char small[8];
	CHECK_EQ(ptyhead_address_parse("./x.sock", &a, &why), 0);
	CHECK_STR(ptyhead_address_hint(&a, -ENOENT, small, sizeof small), "start t");
}

/* ---- connecting ------------------------------------------------------------- */

TEST(no_head_there)
{
	char path[256];
	set_up();
	snprintf(path, sizeof path, "%s/no", dir);
	CHECK_EQ(ptyhead_connect(path, -1), -ENOENT);
	close(listen_at(path, 1));
	CHECK_EQ(ptyhead_connect(path, -1), -ECONNREFUSED);
	CHECK_EQ(ptyhead_connect(dir, -1), -ECONNREFUSED);
	CHECK_EQ(ptyhead_connect("", -1), -ENOENT);
	tear_down();
}

TEST(a_path_longer_than_sun_path)
{
	/* 107 bytes fit; 108 and far more do not. */
	static size_t const lengths[] = {106, 107, 108, 109, 300, 1000};
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		char path[PATH_MAX];
		set_up();
		size_t n = (size_t)snprintf(path, sizeof path, "%s", dir);
		while (lengths[i] - n > 60) {
			memset(path + n, 'd', 50);
			path[n] = '/';
			path[n + 50] = 0;
			n += 50;
			CHECK(mkdir(path, 0700) == 0);
		}
		memset(path + n, 's', lengths[i] - n);
		path[n] = '/';
		path[lengths[i]] = 0;
		CHECK_EQ(strlen(path), lengths[i]);
		CHECK_EQ(ptyhead_connect(path, 100), -ENOENT);
		int const l = listen_at(path, 1);
		int const s = ptyhead_connect(path, 100);
		CHECK(s >= 0);
		CHECK_EQ(fcntl(s, F_GETFD), FD_CLOEXEC);
		int const a = accept4(l, NULL, NULL, SOCK_CLOEXEC);
		CHECK(a >= 0);
		close(a);
		close(s);
		close(l);
		CHECK_EQ(ptyhead_connect(path, 100), -ECONNREFUSED);
		tear_down();
	}
}

TEST(a_full_backlog_is_waited_for_and_not_for_longer)
{
	char path[256];
	int held[8];
	size_t n = 0;
	set_up();
	snprintf(path, sizeof path, "%s/s", dir);
	int const l = listen_at(path, 0);
	int r;
	while ((r = ptyhead_connect(path, 20)) >= 0) {
		CHECK(n < 8);
		held[n++] = r;
	}
	CHECK_EQ(r, -ETIMEDOUT);
	int64_t const t = now();
	CHECK_EQ(ptyhead_connect(path, 200), -ETIMEDOUT);
	CHECK(now() - t >= 190 && now() - t < 10000);
	CHECK_EQ(ptyhead_connect(path, 0), -ETIMEDOUT);

	/* Room comes while it waits. */
	pid_t const pid = fork();
	if (pid == 0) {
		poll(NULL, 0, 50);
		close(accept(l, NULL, NULL));
		_exit(0);
	}
	r = ptyhead_connect(path, 30000);
	CHECK(r >= 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	close(r);
	while (n) close(held[--n]);
	close(l);
	tear_down();
}

/* ---- a head for one answer ---------------------------------------------------- */

struct answer {
	void const *bytes;
	size_t len;
	int fds;      /* how many descriptors (of /dev/null) go with it */
	bool silent;  /* keep the connection open after it */
	bool no_read; /* answer before reading */
	int slow_ms;  /* a pause between the bytes */
};

/* What the head got: its frame and descriptors' count, through a pipe. */
struct got {
	size_t len;
	size_t nfds;
	uint8_t bytes[8192];
};

static int head_pipe[2];
static int sock;
static pid_t head_pid;

static _Noreturn void head(int s, struct answer const *a)
{
	static struct got g;
	static _Alignas(struct cmsghdr) char control[256];
	struct iovec iov = {g.bytes, sizeof g.bytes};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
	                   .msg_controllen = sizeof control};
	if (!a->no_read) {
		ssize_t const n = recvmsg(s, &m, 0);
		g.len = n > 0 ? (size_t)n : 0;
		struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
		if (h) g.nfds = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	}
	if (write(head_pipe[1], &g, sizeof g) != (ssize_t)sizeof g) _exit(1);
	for (size_t i = 0; i < a->len;) {
		size_t const n = a->slow_ms ? 1 : a->len;
		struct iovec out = {(char *)(uintptr_t)a->bytes + i, n};
		struct msghdr o = {.msg_iov = &out, .msg_iovlen = 1};
		if (i == 0 && a->fds) {
			size_t const len = (size_t)a->fds * sizeof(int);
			memset(control, 0, sizeof control);
			o.msg_control = control;
			o.msg_controllen = CMSG_SPACE(len);
			struct cmsghdr *const h = CMSG_FIRSTHDR(&o);
			h->cmsg_level = SOL_SOCKET;
			h->cmsg_type = SCM_RIGHTS;
			h->cmsg_len = CMSG_LEN(len);
			for (int k = 0; k < a->fds; k++) {
				int const fd = open("/dev/null", O_RDONLY);
				memcpy(CMSG_DATA(h) + (size_t)k * sizeof fd, &fd, sizeof fd);
			}
		}
		if (sendmsg(s, &o, MSG_NOSIGNAL) < 0) _exit(1);
		if (a->slow_ms) poll(NULL, 0, a->slow_ms);
		i += n;
	}
	if (a->silent)
		for (;;) pause();
	_exit(0);
}

static void start_head(struct answer const *a)
{
	int sv[2];
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == 0);
	CHECK(pipe2(head_pipe, O_CLOEXEC) == 0);
	head_pid = fork();
	CHECK(head_pid >= 0);
	if (head_pid == 0) {
		close(sv[0]);
		head(sv[1], a);
	}
	close(sv[1]);
	sock = sv[0];
	if (a->no_read) /* wait until it has closed */
		CHECK(poll(&(struct pollfd){.fd = sock, .events = POLLRDHUP}, 1, 10000) == 1);
}

static void stop_head(struct got *g)
{
	close(head_pipe[1]);
	if (g) CHECK(read(head_pipe[0], g, sizeof *g) == (ssize_t)sizeof *g);
	close(head_pipe[0]);
	kill(head_pid, SIGKILL);
	CHECK(waitpid(head_pid, NULL, 0) == head_pid);
}

/* ---- exporting ------------------------------------------------------------------ */

static char const *const argv_top[] = {"top", "-d", "1", NULL};

static struct ptyhead_export const an_export = {
	.terminal = "main",
	.master = 0,
	.pidfd = 1,
	.size = {24, 80, 0, 0},
	.sized = true,
	.tty = {5, 6},
	.argv = argv_top,
};

TEST(an_export_and_its_answer)
{
	uint8_t buf[WIRE_PEER_FRAME];
	struct ptyhead_exported e;
	struct ptyhead_reply reply;
	struct got g;
	struct wire_export w;
	struct wire_header h;
	struct answer a = {.bytes = buf, .silent = true};
	a.len = wire_put_exported(buf, sizeof buf, &(struct wire_exported){{30, 90, 0, 0}, 7});
	for (int pidfd = -1; pidfd <= 1; pidfd += 2) {
		struct ptyhead_export x = an_export;
		x.pidfd = pidfd;
		start_head(&a);
		CHECK_EQ(ptyhead_export(sock, &x, 10000, &e, &reply), 0);
		CHECK_EQ(e.size.rows, 30);
		CHECK_EQ(e.size.cols, 90);
		CHECK_EQ(e.run, 7);
		CHECK_EQ(reply.code, 0);
		stop_head(&g);
		close(sock);
		CHECK_EQ(g.nfds, pidfd < 0 ? 1 : 2);
		CHECK_EQ(wire_header_decode(g.bytes, g.len, &h), 0);
		CHECK_EQ(h.type, WIRE_EXPORT);
		CHECK_EQ(wire_get_export(g.bytes + WIRE_HEADER, g.len - WIRE_HEADER, &w), 0);
		CHECK_EQ(w.flags, WIRE_EXPORT_SIZED);
		CHECK_EQ(w.size.cols, 80);
		CHECK_EQ(w.tty.dev, 5);
		CHECK_EQ(w.tty.rdev, 6);
		CHECK(w.terminal.len == 4 && !memcmp(w.terminal.data, "main", 4));
		CHECK(w.command.len == 9 && !memcmp(w.command.data, "top\0-d\0001\0", 9));
	}
}

TEST(an_unattended_export_waits_for_nobody)
{
	struct ptyhead_exported e;
	struct ptyhead_reply reply;
	struct got g;
	struct wire_export w;
	struct ptyhead_export x = an_export;
	x.unattended = true;
	x.sized = false;
	start_head(&(struct answer){.silent = true});
	CHECK_EQ(ptyhead_export(sock, &x, -1, &e, &reply), 0);
	CHECK_EQ(e.size.rows, 0);
	stop_head(&g);
	close(sock);
	CHECK_EQ(wire_get_export(g.bytes + WIRE_HEADER, g.len - WIRE_HEADER, &w), 0);
	CHECK_EQ(w.flags, WIRE_EXPORT_UNATTENDED);
}

TEST(a_long_command_is_cut)
{
	static char longer[2 * WIRE_COMMAND_MAX];
	static char const *const argvs[][4] = {
		{longer, NULL},
		{"a", longer, "b", NULL},
		{NULL},
	};
	uint8_t buf[WIRE_PEER_FRAME];
	memset(longer, 'x', sizeof longer - 1);
	struct answer a = {.bytes = buf, .silent = true};
	a.len = wire_put_exported(buf, sizeof buf, &(struct wire_exported){{30, 90, 0, 0}, 7});
	for (size_t i = 0; i < 3; i++) {
		struct ptyhead_exported e;
		struct ptyhead_reply reply;
		struct got g;
		struct wire_export w;
		struct ptyhead_export x = an_export;
		x.argv = argvs[i];
		start_head(&a);
		CHECK_EQ(ptyhead_export(sock, &x, 10000, &e, &reply), 0);
		stop_head(&g);
		close(sock);
		CHECK_EQ(wire_get_export(g.bytes + WIRE_HEADER, g.len - WIRE_HEADER, &w), 0);
		CHECK_EQ(w.command.len, i == 2 ? 0 : WIRE_COMMAND_MAX);
		if (i < 2) CHECK_EQ(w.command.data[WIRE_COMMAND_MAX - 1], 0);
	}
}

TEST(a_terminal_that_is_none_is_not_sent)
{
	struct ptyhead_exported e;
	struct ptyhead_reply reply;
	struct ptyhead_export x = an_export;
	start_head(&(struct answer){.silent = true});
	x.terminal = "a/b";
	CHECK_EQ(ptyhead_export(sock, &x, 10000, &e, &reply), -EINVAL);
	x.terminal = "";
	CHECK_EQ(ptyhead_export(sock, &x, 10000, &e, &reply), -EINVAL);
	CHECK(poll(&(struct pollfd){.fd = head_pipe[0], .events = POLLIN}, 1, 0) == 0);
	stop_head(NULL);
	close(sock);
}

TEST(refusals)
{
	static struct {
		uint16_t code;
		int error;
	} const cases[] = {
		{WIRE_R_VERSION, -EPROTONOSUPPORT}, {WIRE_R_ROLE, -EACCES},
		{WIRE_R_TERMINAL, -ENOENT},         {WIRE_R_BUSY, -EBUSY},
		{WIRE_R_FD, -EBADF},                {WIRE_R_LIMIT, -EDQUOT},
		{WIRE_R_LOOP, -ELOOP},              {WIRE_R_REQUEST, -EINVAL},
		{WIRE_R_FAILED, -EIO},              {999, -EACCES},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int no_read = 0; no_read < 2; no_read++) {
			uint8_t buf[WIRE_PEER_FRAME];
			struct ptyhead_exported e;
			struct ptyhead_reply reply;
			struct answer a = {.bytes = buf, .no_read = no_read};
			a.len = wire_put_refused(buf, sizeof buf, (enum wire_refusal)cases[i].code,
			                         "go\033[2J \x9b away\n\xff");
			buf[1] = 9; /* a refusal is read whatever its version */
			start_head(&a);
			CHECK_EQ(ptyhead_export(sock, &an_export, 10000, &e, &reply), cases[i].error);
			CHECK_EQ(reply.code, cases[i].code);
			CHECK_STR(reply.text, "go\\x1b[2J \\x9b away\\x0a\\xff");
			stop_head(NULL);
			close(sock);
		}
	}
}

TEST(answers_that_are_none)
{
	static uint8_t ok[WIRE_PEER_FRAME], version[WIRE_PEER_FRAME], type[WIRE_PEER_FRAME],
		small[WIRE_PEER_FRAME], refused[WIRE_PEER_FRAME], code0[WIRE_PEER_FRAME];
	size_t const len = wire_put_exported(ok, sizeof ok, &(struct wire_exported){{1, 1, 0, 0}, 1});
	memcpy(version, ok, len);
	version[1] = 2;
	memcpy(type, ok, len);
	type[3] = WIRE_ATTACHED;
	memcpy(small, ok, len);
	small[7] = 15;
	size_t const refused_len = wire_put_refused(refused, sizeof refused, WIRE_R_BUSY, "no");
	refused[WIRE_HEADER + 3] = 200;
	size_t const code0_len = wire_put_refused(code0, sizeof code0, (enum wire_refusal)0, "no");
	struct {
		char const *what;
		struct answer answer;
		int error;
	} const cases[] = {
		{"closed at once", {.len = 0}, -ECONNRESET},
		{"closed unread", {.len = 0, .no_read = true}, -ECONNRESET},
		{"half a header", {ok, 4, 0, false, false, 0}, -EPROTO},
		{"half a frame", {ok, len - 1, 0, false, false, 0}, -EPROTO},
		{"garbage", {"HTTP/1.0 400 Bad\r\n", 18, 0, true, false, 0}, -EPROTO},
		{"a claim of 4 GiB", {"\xF5\1\0\x40\xff\xff\xff\xff", 8, 0, true, false, 0}, -EPROTO},
		{"another version", {version, len, 0, true, false, 0}, -EPROTONOSUPPORT},
		{"another answer", {type, len, 0, true, false, 0}, -EPROTO},
		{"a short answer", {small, len - 1, 0, true, false, 0}, -EPROTO},
		{"a refusal with a wrong length", {refused, refused_len, 0, true, false, 0}, -EPROTO},
		{"a refusal without a reason", {code0, code0_len, 0, true, false, 0}, -EPROTO},
		{"silence", {.len = 0, .silent = true}, -ETIMEDOUT},
		{"half an answer and silence", {ok, 5, 0, true, false, 0}, -ETIMEDOUT},
		{"20 descriptors", {ok, len, 20, true, false, 0}, -EPROTO},
		{"descriptors not asked for", {ok, len, 2, true, false, 0}, 0},
		{"byte by byte", {ok, len, 0, true, false, 1}, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ptyhead_exported e;
		struct ptyhead_reply reply;
		start_head(&cases[i].answer);
		int const before = unit_open_fds();
		int64_t const t = now();
		int const r = ptyhead_export(sock, &an_export,
		                             cases[i].error == -ETIMEDOUT ? 100 : 30000, &e, &reply);
		if (r != cases[i].error) printf("# %s\n", cases[i].what);
		CHECK_EQ(r, cases[i].error);
		CHECK_EQ(reply.code, 0);
		CHECK(now() - t < 10000);
		CHECK_EQ(unit_open_fds(), before);
		stop_head(NULL);
		close(sock);
	}
}

TEST(a_slow_answer_does_not_prolong_the_wait)
{
	uint8_t buf[WIRE_PEER_FRAME];
	struct ptyhead_exported e;
	struct ptyhead_reply reply;
	struct answer a = {.bytes = buf, .slow_ms = 200};
	a.len = wire_put_exported(buf, sizeof buf, &(struct wire_exported){{1, 1, 0, 0}, 1});
	start_head(&a); /* 24 bytes: 4.8 s */
	int64_t const t = now();
	CHECK_EQ(ptyhead_export(sock, &an_export, 200, &e, &reply), -ETIMEDOUT);
	CHECK(now() - t < 4000);
	stop_head(NULL);
	close(sock);
}

/* ---- attaching -------------------------------------------------------------------- */

TEST(an_attachment_and_the_frames_behind_its_answer)
{
	for (int watch = 0; watch < 2; watch++) {
		uint8_t buf[2 * WIRE_PEER_FRAME];
		struct conn c;
		struct conn_frame f;
		struct ptyhead_attached at;
		struct ptyhead_reply reply;
		struct got g;
		struct wire_attach w;
		struct wire_header h;
		int tape;
		struct answer a = {.bytes = buf, .fds = 1, .silent = true};
		a.len = wire_put_attached(buf, sizeof buf, &(struct wire_attached){WIRE_ATTACH_LOSSLESS, 3});
		a.len += wire_put_empty(buf + a.len, sizeof buf - a.len, WIRE_WAKE);
		struct ptyhead_attach const x = {
			.terminal = "chat", .watch = watch, .lossless = !watch,
			.size = {50, 132, 0, 0}, .tty = {1, 2}, .page = 0,
		};
		start_head(&a);
		conn_init(&c, sock);
		CHECK_EQ(ptyhead_attach(&c, &x, 10000, &at, &tape, &reply), 0);
		CHECK(at.lossless && !at.scheme);
		CHECK_EQ(at.viewer, 3);
		CHECK_EQ(fcntl(tape, F_GETFD), FD_CLOEXEC);
		CHECK_EQ(conn_frame(&c, &f), CONN_OK);
		CHECK_EQ(f.header.type, WIRE_WAKE);
		close(tape);
		stop_head(&g);
		conn_deinit(&c);
		CHECK_EQ(g.nfds, 1);
		CHECK_EQ(wire_header_decode(g.bytes, g.len, &h), 0);
		CHECK_EQ(h.type, watch ? WIRE_WATCH : WIRE_ATTACH);
		CHECK_EQ(wire_get_attach(g.bytes + WIRE_HEADER, g.len - WIRE_HEADER, &w), 0);
		CHECK_EQ(w.flags, watch ? 0 : WIRE_ATTACH_LOSSLESS);
		CHECK_EQ(w.size.cols, 132);
		CHECK(w.terminal.len == 4 && !memcmp(w.terminal.data, "chat", 4));
	}
}

TEST(an_attachment_needs_one_descriptor_back)
{
	static int const counts[] = {0, 2, 9};
	for (size_t i = 0; i < 3; i++) {
		uint8_t buf[WIRE_PEER_FRAME];
		struct conn c;
		struct ptyhead_attached at;
		struct ptyhead_reply reply;
		int tape = 99;
		struct ptyhead_attach const x = {.terminal = "main", .page = -1};
		struct answer a = {.bytes = buf, .fds = counts[i], .silent = true};
		a.len = wire_put_attached(buf, sizeof buf, &(struct wire_attached){0, 1});
		start_head(&a);
		int const before = unit_open_fds();
		conn_init(&c, sock);
		CHECK_EQ(ptyhead_attach(&c, &x, 10000, &at, &tape, &reply), -EPROTO);
		CHECK_EQ(tape, -1);
		CHECK_EQ(unit_open_fds(), before);
		conn_deinit(&c);
		stop_head(NULL);
	}
}

TEST(an_attachment_refused)
{
	uint8_t buf[WIRE_PEER_FRAME];
	struct conn c;
	struct ptyhead_attached at;
	struct ptyhead_reply reply;
	int tape;
	struct ptyhead_attach x = {.terminal = "nobody", .page = -1};
	struct answer a = {.bytes = buf};
	a.len = wire_put_refused(buf, sizeof buf, WIRE_R_TERMINAL, "no terminal nobody");
	start_head(&a);
	conn_init(&c, sock);
	CHECK_EQ(ptyhead_attach(&c, &x, 10000, &at, &tape, &reply), -ENOENT);
	CHECK_EQ(reply.code, WIRE_R_TERMINAL);
	CHECK_STR(reply.text, "no terminal nobody");
	x.terminal = "";
	CHECK_EQ(ptyhead_attach(&c, &x, 10000, &at, &tape, &reply), -EINVAL);
	conn_deinit(&c);
	stop_head(NULL);
}

TEST(a_tty_and_what_is_none)
{
	int const m = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int const p = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(m >= 0 && p >= 0);
	CHECK(ptyhead_tty_of(m).rdev != 0);
	CHECK_EQ(ptyhead_tty_of(p).rdev, 0);
	CHECK_EQ(ptyhead_tty_of(p).dev, 0);
	CHECK_EQ(ptyhead_tty_of(-1).rdev, 0);
	close(m);
	close(p);
}

TEST_MAIN
