/* SPDX-License-Identifier: ISC */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512
#define LOCK_MS 2000 /* another head needs only an instant to bind */

static void listener_ready(struct source *s, uint32_t events);

unsigned listener_roles(char const *name)
{
	if (!strcmp(name, "watch")) return ROLE_WATCH;
	if (!strcmp(name, "export")) return ROLE_EXPORT;
	return ROLE_ALL;
}

/* ---- accepting -------------------------------------------------------------------- */

static void again_expired(struct timeout *x)
{
	struct listener *const l = list_entry(x, struct listener, again);
	if (loop_add(&l->env->loop, &l->source, l->fd, EPOLLIN, listener_ready) < 0) timeout_set(&l->env->retry, x);
}

/* Stops accepting for a while. New connections wait in the backlog. */
static void stop_accepting(struct listener *l, char const *why)
{
	if (!l->full) log_news(&l->env->log, "no room for another peer (%s): new ones wait", why);
	l->full = true;
	loop_remove(&l->env->loop, &l->source);
	timeout_set(&l->env->retry, &l->again);
}

/* The kernel gives out the lowest free number. So a high number means that all numbers
 * below it are in use, by whatever. Then a peer is dropped and `fd` moves to the number
 * that became free. -1: no peer could be dropped; `fd` is closed. */
static int settle(struct listener *l, int fd)
{
	while (fd >= 0 && (unsigned)fd >= l->env->limits.descriptors) {
		int const lower = peers_evict(l->peers) ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
		close(fd);
		fd = lower;
	}
	return fd;
}

static bool admit(struct listener *l, int accepted)
{
	int const fd = settle(l, accepted);
	if (fd < 0) {
		stop_accepting(l, "the head is out of descriptors; one was turned away");
		return false;
	}
	int const r = peers_add(l->peers, fd, l->roles);
	if (r == -ENOSPC) stop_accepting(l, "all places are taken");
	else if (r < 0) log_peer(&l->env->log, "peer not admitted: %s", strerror(-r));
	else l->full = false;
	return r != -ENOSPC;
}

static void listener_ready(struct source *s, uint32_t events)
{
	struct listener *const l = list_entry(s, struct listener, source);

	(void)events;
	/* Only a few at a time: accepted peers must be read before further ones take
	 * their places. */
	for (int i = 0; i < 8; i++) {
		int const fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			if (!admit(l, fd)) return;
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED) continue;
		if (errno == EAGAIN) return;
		if ((errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) && peers_evict(l->peers)) continue;
		stop_accepting(l, strerror(errno));
		return;
	}
}

static int listener_new(struct list *to, struct env *e, struct peers *p, int fd, unsigned roles, struct listener **ret)
{
	struct listener *const l = calloc(1, sizeof *l);
	if (!l) return -ENOMEM;
	*l = (struct listener){ .env = e, .peers = p, .fd = fd, .roles = roles };
	timeout_init(&l->again, again_expired);
	int const flags = fcntl(fd, F_GETFL);
	int r = flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
	if (r == 0) r = loop_add(&e->loop, &l->source, fd, EPOLLIN, listener_ready);
	if (r < 0) {
		free(l);
		return r;
	}
	list_append(to, &l->link);
	if (ret) *ret = l;
	return 0;
}

int listener_add(struct list *to, struct env *e, struct peers *p, int fd, char const *name)
{
	return listener_new(to, e, p, fd, listener_roles(name), NULL);
}

/* ---- paths ------------------------------------------------------------------------- */

/* Whoever binds or removes a path holds the lock on PATH.lock. */
struct path_lock {
	char *path;
	int fd;
};

/* One attempt. 0; -EAGAIN: another process holds the lock; -errno. */
static int lock_once(struct path_lock *l)
{
	struct stat mine = { 0 }, there = { 0 };
	l->fd = open(l->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (l->fd < 0) return -errno;
	int r = flock(l->fd, LOCK_EX | LOCK_NB) < 0 ? -errno : fstat(l->fd, &mine) < 0 ? -errno : 0;
	/* The previous owner has removed the file: another process may lock a new file
	 * of that name. */
	if (r == 0 && (lstat(l->path, &there) < 0 || there.st_dev != mine.st_dev || there.st_ino != mine.st_ino)) r = -EAGAIN;
	if (r == 0 && mine.st_uid != geteuid()) r = -EPERM;
	/* A lock file is empty. This one is somebody's file, and would be removed in
	 * the end. */
	if (r == 0 && (!S_ISREG(mine.st_mode) || mine.st_size > 0)) r = -EEXIST;
	if (r == 0) return 0;
	close(l->fd);
	return r == -EWOULDBLOCK || r == -EINTR ? -EAGAIN : r;
}

static int lock_take(struct path_lock *l, char const *path)
{
	if (asprintf(&l->path, "%s.lock", path) < 0) return -ENOMEM;
	uint64_t const until = loop_now() + LOCK_MS * UINT64_C(1000000);
	int r = lock_once(l);
	while (r == -EAGAIN && loop_now() < until) {
		(void)poll(NULL, 0, 5);
		r = lock_once(l);
	}
	if (r < 0) free(l->path);
	return r == -EAGAIN ? -EADDRINUSE : r;
}

static void lock_release(struct path_lock *l)
{
	(void)unlink(l->path);
	close(l->fd);
	free(l->path);
}

/* Does a process listen there? */
static bool answered(struct sockaddr_un const *sa)
{
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return true;
	bool const refused = connect(fd, (struct sockaddr const *)sa, sizeof *sa) < 0 && errno == ECONNREFUSED;
	close(fd);
	return !refused;
}

/* Binds and listens under another name first, then renames. So whoever finds `path`
 * finds a socket that accepts connections, and a stale socket is replaced in one
 * step. */
static int bind_at(int fd, struct sockaddr_un const *sa, struct stat *ret)
{
	struct sockaddr_un other = *sa;
	size_t const len = strlen(sa->sun_path);
	static char const suffix[] = ".new";

	if (len + sizeof suffix > sizeof other.sun_path) return -ENAMETOOLONG;
	if (lstat(sa->sun_path, ret) == 0 && (!S_ISSOCK(ret->st_mode) || answered(sa))) return -EADDRINUSE;
	memcpy(other.sun_path + len, suffix, sizeof suffix);
	struct stat left;
	if (lstat(other.sun_path, &left) == 0 && (!S_ISSOCK(left.st_mode) || unlink(other.sun_path) < 0)) return -EEXIST;
	if (bind(fd, (struct sockaddr *)&other, sizeof other) < 0) return -errno;
	if (listen(fd, BACKLOG) == 0 && lstat(other.sun_path, ret) == 0 && rename(other.sun_path, sa->sun_path) == 0) return 0;
	int const err = errno;
	unlink(other.sun_path);
	return -err;
}

static int bind_locked(int fd, char const *path, struct stat *ret)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	if (*path == 0) return -ENOENT;
	if (strlen(path) >= sizeof sa.sun_path) return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path));
	struct path_lock lock;
	int r = lock_take(&lock, path);
	if (r < 0) return r;
	/* The umask sets the mode, so it is right from the first instant. */
	mode_t const mask = umask(0177);
	r = bind_at(fd, &sa, ret);
	umask(mask);
	lock_release(&lock);
	return r;
}

int listener_bind(struct list *to, struct env *e, struct peers *p, char const *path)
{
	struct listener *l = NULL;
	struct stat st;
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *const copy = strdup(path);
	int r = fd < 0 ? -errno : copy ? 0 : -ENOMEM;

	if (r == 0) r = bind_locked(fd, path, &st);
	if (r == 0) {
		r = listener_new(to, e, p, fd, ROLE_ALL, &l);
		if (r < 0) unlink(path);
	}
	if (r < 0 || !l) {
		if (fd >= 0) close(fd);
		free(copy);
		return r;
	}
	l->path = copy;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return 0; /* NOLINT(clang-analyzer-unix.Malloc): the path is the listener's now */
}

/* Another head may have bound the path since then. */
static void unbind(struct listener const *l)
{
	struct stat st;
	struct path_lock lock;
	bool const locked = lock_take(&lock, l->path) == 0;
	if (lstat(l->path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino) unlink(l->path);
	if (locked) lock_release(&lock);
}

void listener_free(struct listener *l)
{
	loop_remove(&l->env->loop, &l->source);
	timeout_clear(&l->again);
	if (l->path) unbind(l);
	close(l->fd);
	free(l->path);
	list_remove(&l->link);
	free(l);
}
