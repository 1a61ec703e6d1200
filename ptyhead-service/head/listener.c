#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "peer.h"

#define BACKLOG 512

static void listener_ready(struct source *s, uint32_t events);

unsigned listener_roles(char const *name)
{
	if (!strcmp(name, "watch")) return PEER_WATCH;
	if (!strcmp(name, "export")) return PEER_EXPORT;
	return PEER_ALL;
}

static void again_expired(struct timeout *x)
{
	struct listener *const l = list_entry(x, struct listener, again);
	if (loop_add(&l->head->loop, &l->source, l->fd, EPOLLIN, listener_ready) < 0) timeout_set(&l->head->accept, x);
}

/* Too many peers: who said nothing yet gives way; if all have, the newcomer
 * waits in the backlog. False: stop accepting for now. */
static bool make_room(struct listener *l)
{
	struct head *const h = l->head;
	if (peer_evict(h)) return true;
	log_peer(&h->log, "no room for another peer (%u are here): new ones wait", h->peers_len);
	loop_remove(&h->loop, &l->source);
	timeout_set(&h->accept, &l->again);
	return false;
}

static void listener_ready(struct source *s, uint32_t events)
{
	struct listener *const l = list_entry(s, struct listener, source);
	struct head *const h = l->head;

	(void)events;
	for (int i = 0; i < 16; i++) {
		if (head_full(h) && !make_room(l)) return;
		int const fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			int const r = peer_new(h, fd, l->roles);
			if (r < 0) log_peer(&h->log, "peer not admitted: %s", strerror(-r));
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED) continue;
		if (errno == EAGAIN) return;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			if (make_room(l)) continue;
			return;
		}
		log_peer(&h->log, "unable to accept: %s", strerror(errno));
		return;
	}
}

static int listener_new(struct head *h, int fd, unsigned roles, char *path)
{
	struct listener *const l = calloc(1, sizeof *l);
	if (!l) return -ENOMEM;
	*l = (struct listener){ .head = h, .fd = fd, .roles = roles, .path = path };
	timeout_init(&l->again, again_expired);
	int const flags = fcntl(fd, F_GETFL);
	int r = flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
	if (r == 0) r = loop_add(&h->loop, &l->source, fd, EPOLLIN, listener_ready);
	if (r < 0) {
		free(l);
		return r;
	}
	list_append(&h->listeners, &l->link);
	return 0;
}

int listener_add(struct head *h, int fd, char const *name)
{
	return listener_new(h, fd, listener_roles(name), NULL);
}

/* Does anybody listen there? */
static bool answered(struct sockaddr_un const *sa)
{
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return true;
	bool const refused = connect(fd, (struct sockaddr const *)sa, sizeof *sa) < 0 && errno == ECONNREFUSED;
	close(fd);
	return !refused;
}

/* Binds and listens under another name first, so that whoever finds `path`
 * finds a socket that is listened on, and a stale one is replaced at once. */
static int bind_at(int fd, struct sockaddr_un const *sa)
{
	struct sockaddr_un other = *sa;
	size_t const len = strlen(sa->sun_path);
	static char const suffix[] = ".new";

	if (len + sizeof suffix > sizeof other.sun_path) return -ENAMETOOLONG;
	memcpy(other.sun_path + len, suffix, sizeof suffix);
	(void)unlink(other.sun_path);
	if (bind(fd, (struct sockaddr *)&other, sizeof other) < 0) return -errno;
	if (listen(fd, BACKLOG) == 0 && rename(other.sun_path, sa->sun_path) == 0) return 0;
	int const err = errno;
	unlink(other.sun_path);
	return -err;
}

int listener_bind(struct head *h, char const *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	size_t const len = strlen(path);

	if (len == 0) return -ENOENT;
	if (len >= sizeof sa.sun_path) return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, len);
	if (lstat(path, &st) == 0 && (!S_ISSOCK(st.st_mode) || answered(&sa))) return -EADDRINUSE;
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return -errno;
	char *const copy = strdup(path);
	/* The mode is right from the first instant: by the umask, not after. */
	mode_t const mask = umask(0177);
	int r = copy ? bind_at(fd, &sa) : -ENOMEM;
	umask(mask);
	if (r == 0) r = listener_new(h, fd, PEER_ALL, copy);
	if (r < 0) {
		free(copy);
		close(fd);
	}
	return r; /* NOLINT(clang-analyzer-unix.Malloc): the path is the listener's now */
}

void listener_free(struct listener *l)
{
	loop_remove(&l->head->loop, &l->source);
	timeout_clear(&l->again);
	close(l->fd);
	if (l->path) unlink(l->path);
	free(l->path);
	list_remove(&l->link);
	free(l);
}
