/* SPDX-License-Identifier: ISC */
/* Sockets that a head binds: two heads at one path, whoever comes first, last or in
 * the middle; and what it does with newcomers when there is no room. */
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "headparts.h"
#include "listener.h"

static char folder[] = "/tmp/ptyhead-listener.XXXXXX";
static char path[64];

static struct head {
	struct env env;
	struct heard said;
	struct terminals terminals;
	struct peers peers;
	struct list listeners;
} one, two;

static void on_input(void *arg, struct terminal *t, bool over)
{
	(void)arg;
	(void)t;
	(void)over;
}

static void head_begin(struct head *h)
{
	struct terminal_events const ev = { .input = on_input };
	parts_env(&h->env, &h->said);
	terminals_init(&h->terminals, &h->env, &ev);
	peers_init(&h->peers, &h->env, &h->terminals);
	list_init(&h->listeners);
}

static void unlisten(struct head *h)
{
	while (!list_empty(&h->listeners)) listener_free(list_entry(h->listeners.next, struct listener, link));
}

static void head_end(struct head *h)
{
	h->env.closing = true;
	unlisten(h);
	peers_deinit(&h->peers);
	terminals_deinit(&h->terminals);
	env_deinit(&h->env);
}

static void set_up(void)
{
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/s", folder);
	head_begin(&one);
}

static void tear_down(void)
{
	head_end(&one);
	(void)unlink(path);
	CHECK(rmdir(folder) == 0); /* nothing else was left behind */
}

static int bind_path(struct head *h) { return listener_bind(&h->listeners, &h->env, &h->peers, path); }

/* A connection to the path, or -1 and errno. */
static int dial(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0);
	strcpy(sa.sun_path, path);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0) return fd;
	int const err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* A socket at the path by other means than ours; listening or stale. */
static int foreign(bool listens)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(sa.sun_path, path);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof sa) == 0);
	if (listens) CHECK(listen(fd, 5) == 0);
	return fd;
}

static bool is_there(void)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

/* ---- binding and unbinding ---- */

TEST(a_socket_is_its_owners_alone_and_goes_with_its_head)
{
	struct stat st;
	set_up();
	mode_t const mask = umask(0);
	CHECK_EQ(bind_path(&one), 0);
	umask(mask);
	CHECK(lstat(path, &st) == 0);
	CHECK_EQ(st.st_mode, S_IFSOCK | 0600);
	int const fd = dial();
	CHECK(fd >= 0);
	close(fd);
	unlisten(&one);
	CHECK(!is_there());
	tear_down();
}

TEST(a_stale_socket_is_replaced)
{
	set_up();
	close(foreign(true));
	CHECK(dial() < 0 && errno == ECONNREFUSED);
	CHECK_EQ(bind_path(&one), 0);
	int const fd = dial();
	CHECK(fd >= 0);
	close(fd);
	tear_down();
}

TEST(one_that_is_listened_on_is_left_alone)
{
	set_up();
	int const other = foreign(true);
	CHECK_EQ(bind_path(&one), -EADDRINUSE);
	int const fd = dial();
	CHECK(fd >= 0);
	close(fd);
	/* Also when its backlog is full. */
	int waiting[16];
	int n = 0;
	while (n < 16) {
		waiting[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		struct sockaddr_un sa = { .sun_family = AF_UNIX };
		strcpy(sa.sun_path, path);
		if (connect(waiting[n++], (struct sockaddr *)&sa, sizeof sa) < 0) break;
	}
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(bind_path(&one), -EADDRINUSE);
	while (n > 0) close(waiting[--n]);
	close(other);
	tear_down();
}

TEST(what_is_no_socket_is_left_alone)
{
	struct stat st;
	set_up();
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	CHECK_EQ(bind_path(&one), -EADDRINUSE);
	CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode));
	CHECK(unlink(path) == 0 && symlink("elsewhere", path) == 0);
	CHECK_EQ(bind_path(&one), -EADDRINUSE);
	CHECK(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
	tear_down();
}

/* The names that binding uses for an instant may be somebody's. */
TEST(files_with_the_names_that_binding_uses_are_left_alone)
{
	static char const *const suffixes[] = { ".new", ".lock" };
	char other[sizeof path + 8];
	struct stat st;
	set_up();
	for (size_t i = 0; i < 2; i++) {
		snprintf(other, sizeof other, "%s%s", path, suffixes[i]);
		int const fd = open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		CHECK_EQ(write(fd, "mine", 4), 4);
		close(fd);
		CHECK_EQ(bind_path(&one), -EEXIST);
		CHECK(lstat(other, &st) == 0 && st.st_size == 4);
		CHECK(lstat(path, &st) < 0);
		CHECK(unlink(other) == 0);
	}
	CHECK_EQ(bind_path(&one), 0);
	tear_down();
}

TEST(paths_that_cannot_be_are_refused)
{
	char long_path[200];
	struct sockaddr_un sa;
	set_up();
	CHECK_EQ(listener_bind(&one.listeners, &one.env, &one.peers, ""), -ENOENT);
	CHECK_EQ(listener_bind(&one.listeners, &one.env, &one.peers, "/nowhere/at/all"), -ENOENT);
	memset(long_path, 'x', sizeof long_path);
	memcpy(long_path, folder, strlen(folder));
	long_path[strlen(folder)] = '/';
	long_path[sizeof sa.sun_path] = 0;
	CHECK_EQ(listener_bind(&one.listeners, &one.env, &one.peers, long_path), -ENAMETOOLONG);
	long_path[sizeof sa.sun_path - 4] = 0; /* no room for ".new" behind it */
	CHECK_EQ(listener_bind(&one.listeners, &one.env, &one.peers, long_path), -ENAMETOOLONG);
	CHECK(list_empty(&one.listeners));
	tear_down();
}

/* Somebody else's by now: it stays. */
TEST(unbinding_leaves_what_another_one_has_bound)
{
	set_up();
	head_begin(&two);
	CHECK_EQ(bind_path(&one), 0);
	CHECK(unlink(path) == 0);
	CHECK_EQ(bind_path(&two), 0);
	unlisten(&one);
	int const fd = dial();
	CHECK(fd >= 0);
	close(fd);
	head_end(&two);
	CHECK(!is_there());
	tear_down();
}

/* ---- two at once ---- */

/* A child binds the path when `go` closes, says what came of it in `result`, and ends when
 * `stay` closes. */
static pid_t binder(int go, int stay, int result)
{
	pid_t const pid = fork();
	CHECK(pid >= 0);
	if (pid > 0) return pid;
	char byte;
	head_begin(&two);
	(void)!read(go, &byte, 1);
	int const r = bind_path(&two);
	(void)!write(result, &r, sizeof r);
	(void)!read(stay, &byte, 1);
	head_end(&two);
	_exit(0);
}

/* Of several heads that start at one instant one has the path, whatever was there, and
 * it can be reached from when it says so until it ends. */
static void race(bool stale)
{
	enum { HEADS = 4 };
	int go[2], stay[2], result[2];
	pid_t pids[HEADS];
	CHECK(pipe2(go, O_CLOEXEC) == 0 && pipe2(stay, O_CLOEXEC) == 0 && pipe2(result, O_CLOEXEC) == 0);
	if (stale) close(foreign(true));
	for (int i = 0; i < HEADS; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0);
		if (pids[i] == 0) {
			close(go[1]);
			close(stay[1]);
			pid_t const pid = binder(go[0], stay[0], result[1]);
			int status;
			CHECK_EQ(waitpid(pid, &status, 0), pid);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
		}
	}
	close(go[1]);
	int have = 0;
	for (int i = 0; i < HEADS; i++) {
		int r;
		CHECK_EQ(read(result[0], &r, sizeof r), sizeof r);
		CHECK(r == 0 || r == -EADDRINUSE);
		have += r == 0;
		if (have == 0) continue;
		int const fd = dial();
		CHECK(fd >= 0);
		close(fd);
	}
	CHECK_EQ(have, 1);
	close(stay[1]);
	for (int i = 0; i < HEADS; i++) {
		int status;
		CHECK_EQ(waitpid(pids[i], &status, 0), pids[i]);
		CHECK_EQ(status, 0);
	}
	CHECK(!is_there());
	close(go[0]);
	close(stay[0]);
	close(result[0]);
	close(result[1]);
}

TEST(of_heads_that_bind_at_once_one_has_the_path)
{
	set_up();
	for (unsigned i = 0; i < 20; i++) race(false);
	tear_down();
}

TEST(of_heads_that_replace_a_stale_socket_at_once_one_has_the_path)
{
	set_up();
	for (unsigned i = 0; i < 20; i++) race(true);
	tear_down();
}

/* One head ends while the next one starts, again and again: the one that was told that
 * it has the path has it. */
TEST(an_end_and_a_start_at_once_leave_the_next_ones_socket)
{
	set_up();
	for (unsigned i = 0; i < 100; i++) {
		int go[2];
		CHECK(pipe2(go, O_CLOEXEC) == 0);
		CHECK_EQ(bind_path(&one), 0);
		pid_t const pid = fork();
		CHECK(pid >= 0);
		if (pid == 0) {
			char byte;
			close(go[1]);
			(void)!read(go[0], &byte, 1);
			unlisten(&one); /* the old head's end */
			_exit(0);
		}
		close(go[0]);
		/* The path is free for the next one as soon as nobody listens: this process's
		 * own descriptor goes first. */
		struct listener *const l = list_entry(one.listeners.next, struct listener, link);
		CHECK(unlink(path) == 0);
		free(l->path);
		l->path = NULL;
		unlisten(&one);
		close(go[1]);
		int r;
		do r = bind_path(&one);
		while (r == -EADDRINUSE);
		CHECK_EQ(r, 0);
		CHECK_EQ(waitpid(pid, NULL, 0), pid);
		int const fd = dial();
		CHECK(fd >= 0);
		close(fd);
		unlisten(&one);
	}
	tear_down();
}

/* ---- newcomers ---- */

TEST(roles_go_by_the_listeners_name)
{
	CHECK_EQ(listener_roles("watch"), ROLE_WATCH);
	CHECK_EQ(listener_roles("export"), ROLE_EXPORT);
	CHECK_EQ(listener_roles("all"), ROLE_ALL);
	CHECK_EQ(listener_roles("unknown"), ROLE_ALL);
	CHECK_EQ(listener_roles(""), ROLE_ALL);
	CHECK_EQ(listener_roles("watch2"), ROLE_ALL);
}

static unsigned wanted;
static bool are_there(void *arg)
{
	(void)arg;
	return one.peers.places.len == wanted;
}

static bool was_heard(void *arg) { return heard(&one.said, arg) > 0; }

TEST(newcomers_become_peers)
{
	int fd[20];
	set_up();
	CHECK_EQ(bind_path(&one), 0);
	for (wanted = 0; wanted < 20; wanted++) fd[wanted] = dial();
	CHECK(loop_until(&one.env.loop, are_there, NULL));
	for (unsigned i = 0; i < 20; i++) close(fd[i]);
	wanted = 0;
	CHECK(loop_until(&one.env.loop, are_there, NULL));
	tear_down();
}

/* A descriptor with a high number tells that those below are in use: one of the silent
 * gives way, and the newcomer gets its number. */
TEST(a_high_descriptor_makes_a_silent_one_give_way)
{
	int fd[12];
	set_up();
	CHECK_EQ(bind_path(&one), 0);
	/* This process holds the other ends, too: they have the lower numbers. */
	for (unsigned i = 0; i < 12; i++) fd[i] = dial();
	int const lowest = fcntl(0, F_DUPFD_CLOEXEC, 0);
	close(lowest);
	one.env.limits.descriptors = (unsigned)lowest + 5;
	wanted = 5;
	CHECK(loop_until(&one.env.loop, was_heard, "its place is needed"));
	while (heard(&one.said, "its place is needed") < 7) loop_some(&one.env.loop);
	CHECK(are_there(NULL));
	CHECK_EQ(fcntl(lowest + 5, F_GETFD), -1);
	for (unsigned i = 0; i < 12; i++) close(fd[i]);
	tear_down();
}

static bool one_waits(void *arg)
{
	struct listener const *const l = arg;
	return timeout_pending(&l->again);
}

/* Nobody to give way: newcomers wait in the socket, and come in when there is room. */
TEST(without_room_newcomers_wait)
{
	set_up();
	CHECK_EQ(bind_path(&one), 0);
	struct listener *const l = list_entry(one.listeners.next, struct listener, link);
	one.env.limits.descriptors = 3;
	int const fd = dial();
	CHECK(fd >= 0);
	CHECK(loop_until(&one.env.loop, one_waits, l));
	CHECK_EQ(heard(&one.said, "no room for another peer"), 1);
	CHECK_EQ(one.peers.places.len, 0);
	one.env.limits.descriptors = 1000;
	int const next = dial();
	wanted = 1; /* the first was closed, since it had no number that may be */
	CHECK(loop_until(&one.env.loop, are_there, NULL));
	close(fd);
	close(next);
	tear_down();
}

TEST_MAIN
