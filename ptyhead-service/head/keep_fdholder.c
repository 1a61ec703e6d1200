/* SPDX-License-Identifier: ISC */
/* The store in an s6-fdholderd, through its client library. The s6-fdholderd can
 * die: the head notices, and puts everything into the next one when it answers. One
 * head at a time owns the names. It holds a lock on a memfd that the s6-fdholderd
 * holds too. The lock is on an open file description of the head's own, so it ends
 * with the head. */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <s6/fdholder.h>
#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>
#include <skalibs/tai.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define START_PATIENCE_MS 5000 /* nobody waits for the head at that time */
#define OWNER "owner"
#define DESCRIPTORS_LEFT 12u /* for what a terminal needs besides its stored descriptors */

struct holder {
	s6_fdholder_t a;
	bool connected;
	struct source source; /* reports the end of the s6-fdholderd */
	struct keep *keep;
	int lock; /* -1: not taken yet */
	char const *path;
	char const *prefix;
	char where[PATH_MAX + 32]; /* for messages: a machine may have several */
};

static void deadline(tain *ret, int ms)
{
	tain span;
	tain_now_g();
	tain_from_millisecs(&span, ms);
	tain_add(ret, &STAMP, &span);
}

static void disconnect(struct holder *h)
{
	if (!h->connected) return;
	loop_remove(h->keep->loop, &h->source);
	s6_fdholder_end(&h->a);
	h->connected = false;
}

/* The s6-fdholderd sends nothing by itself, so this means that it ended. */
static void ended(struct source *s, uint32_t events)
{
	struct holder *const h = list_entry(s, struct holder, source);
	if (!(events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))) return;
	disconnect(h);
	keep_lost(h->keep, -ECONNRESET);
}

static int connect_to(struct holder *h, int ms)
{
	s6_fdholder_t const zero = S6_FDHOLDER_ZERO;
	tain until;
	if (h->connected) return 0;
	deadline(&until, ms);
	h->a = zero;
	if (!s6_fdholder_start_g(&h->a, h->path, &until)) return errno ? -errno : -EIO;
	int const fd = h->a.connection.out.fd;
	/* The library does not set close-on-exec. */
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	int const r = loop_add(h->keep->loop, &h->source, fd, EPOLLRDHUP | EPOLLET, ended);
	if (r < 0) {
		s6_fdholder_end(&h->a);
		return r;
	}
	h->connected = true;
	return 0;
}

static int same_daemon(struct holder *h);

/* For a call: the connection to the s6-fdholderd that holds our items. */
static int reach(struct holder *h)
{
	if (h->connected) return 0;
	int const r = connect_to(h, KEEP_PATIENCE_MS);
	return r < 0 ? r : same_daemon(h);
}

/* After a failed call: returns -errno. Closes the connection unless the error is the
 * s6-fdholderd's answer: the next call would read the late answer of this one. */
static int call_failed(struct holder *h)
{
	int const err = errno ? errno : EIO;
	if (err != EBUSY && err != EPERM && err != ENOENT && err != ENFILE && err != EMFILE) disconnect(h);
	return -err;
}

/* The same after a put, whose item may be lost with the connection. */
static int failed(struct holder *h)
{
	int const r = call_failed(h);
	if (!h->connected && r != -ETIMEDOUT) keep_lost(h->keep, r);
	return r;
}

static bool full_name(struct holder const *h, char *buf, size_t size, char const *name)
{
	return (size_t)snprintf(buf, size, "%s/%s", h->prefix, name) < size;
}

static int put_once(struct holder *h, char const *name, int fd)
{
	tain const no_limit = TAIN_INFINITE;
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];

	if (!full_name(h, full, sizeof full, name)) return -ENAMETOOLONG;
	int const r = reach(h);
	if (r < 0) return r;
	deadline(&until, KEEP_PATIENCE_MS);
	if (s6_fdholder_store_g(&h->a, fd, full, &no_limit, &until)) return 0;
	if (errno != EBUSY) return failed(h);
	/* An item of an earlier head, in the way. */
	if (!s6_fdholder_delete_g(&h->a, full, &until)) return failed(h);
	return s6_fdholder_store_g(&h->a, fd, full, &no_limit, &until) ? 0 : failed(h);
}

static int put(struct keep *k, char const *name, int fd)
{
	int const r = put_once(k->own, name, fd);
	return r == -ENFILE || r == -EMFILE ? -ENOSPC : r == -EPERM ? -EKEYREJECTED : r;
}

static int sync_store(struct keep *k)
{
	(void)k; /* each put was answered */
	return 0;
}

static int drop(struct keep *k, char const *name)
{
	struct holder *const h = k->own;
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];
	if (!full_name(h, full, sizeof full, name)) return -ENOENT;
	int const r = reach(h);
	if (r < 0) return r;
	deadline(&until, KEEP_PATIENCE_MS);
	return s6_fdholder_delete_g(&h->a, full, &until) ? 0 : failed(h);
}

/* A descriptor above our limit is lost in transit, and its answer too. So fetch only
 * while there is room. */
static bool descriptors_scarce(struct holder const *h)
{
	struct rlimit r;
	int const fd = fcntl(h->a.connection.out.fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) return true;
	close(fd);
	return getrlimit(RLIMIT_NOFILE, &r) == 0 && (rlim_t)fd + DESCRIPTORS_LEFT >= r.rlim_cur;
}

static int fetch(struct keep *k, char const *name)
{
	struct holder *const h = k->own;
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];
	if (!full_name(h, full, sizeof full, name)) return -ENOENT;
	int const r = reach(h);
	if (r < 0) return r;
	if (descriptors_scarce(h)) return -EMFILE;
	deadline(&until, KEEP_PATIENCE_MS);
	int const fd = s6_fdholder_retrieve_g(&h->a, full, &until);
	if (fd < 0) return failed(h);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* A connection of its own, with a question that the s6-fdholderd answers. */
static int ask(struct keep *k)
{
	struct holder *const h = k->own;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	s6_fdholder_t a = S6_FDHOLDER_ZERO;

	if (strlen(h->path) >= sizeof sa.sun_path) return -ENAMETOOLONG;
	memcpy(sa.sun_path, h->path, strlen(h->path));
	int const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return -errno;
	int r = connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ? -errno : 0;
	if (r == 0) {
		s6_fdholder_init(&a, fd);
		if (!s6_fdholder_list_async(&a) || !unixconnection_flush(&a.connection)) r = -errno;
		s6_fdholder_free(&a);
	}
	if (r == 0) return fd;
	close(fd);
	return r;
}

static void end(struct keep *k)
{
	struct holder *const h = k->own;
	disconnect(h);
	if (h->lock >= 0) close(h->lock);
	free(h);
}

/* ---- the lock ------------------------------------------------------------------- */

/* The same file through another open file description. The description that holds the
 * lock is the owner. */
static int opened_again(int fd)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* Takes the lock, on a description of our own. */
static int lock_own(int fd)
{
	struct flock const whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int const own_fd = opened_again(fd);
	if (own_fd < 0) return -errno;
	if (fcntl(own_fd, F_OFD_SETLK, &whole) == 0) return own_fd;
	int const err = errno;
	close(own_fd);
	return err == EAGAIN || err == EACCES ? -EBUSY : -err;
}

static bool same_file(int a, int b)
{
	struct stat s, t;
	return a >= 0 && b >= 0 && fstat(a, &s) == 0 && fstat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

/* The owner file that the s6-fdholderd holds; stores ours if it has none. A descriptor,
 * or -errno. */
static int owner_file(struct holder *h, int ms)
{
	tain const no_limit = TAIN_INFINITE;
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];

	if (!full_name(h, full, sizeof full, OWNER)) return -ENAMETOOLONG;
	deadline(&until, ms);
	int fd = s6_fdholder_retrieve_g(&h->a, full, &until);
	if (fd < 0 && errno == ENOENT) {
		fd = h->lock >= 0 ? opened_again(h->lock) : memfd_create("ptyhead:owner", MFD_CLOEXEC);
		if (fd < 0 || s6_fdholder_store_g(&h->a, fd, full, &no_limit, &until)) return fd < 0 ? -errno : fd;
		/* EBUSY: another head stored its file first. */
		int const err = errno;
		close(fd);
		fd = err == EBUSY ? s6_fdholder_retrieve_g(&h->a, full, &until) : -1;
		errno = err == EBUSY ? errno : err;
	}
	if (fd < 0) return call_failed(h);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* Takes ownership of the names. -EBUSY: another head owns them. */
static int own(struct holder *h, int ms)
{
	int const fd = owner_file(h, ms);
	if (fd == -ENFILE) {
		log_say(h->keep->log, LOG_WARNING, "no place in the s6-fdholderd at %s for this head's lock: start no second one with the same -i", h->path);
		return 0;
	}
	if (fd < 0) return fd;
	int const lock = same_file(fd, h->lock) ? h->lock : lock_own(fd);
	close(fd);
	if (lock < 0) return lock;
	if (h->lock >= 0 && h->lock != lock) close(h->lock);
	h->lock = lock;
	return 0;
}

/* Does the s6-fdholderd hold the file that this head has locked? If so, it also holds
 * this head's items. 1 or 0, or -errno. */
static int holds_ours(struct holder *h, int ms)
{
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];

	if (h->lock < 0) return 1; /* it was never reached, so there is nothing to compare */
	if (!full_name(h, full, sizeof full, OWNER)) return -ENAMETOOLONG;
	deadline(&until, ms);
	int const fd = s6_fdholder_retrieve_g(&h->a, full, &until);
	if (fd < 0) return errno == ENOENT ? 0 : failed(h);
	bool const same = same_file(fd, h->lock);
	close(fd);
	return same;
}

/* Called after a new connection. */
static int same_daemon(struct holder *h)
{
	int const r = holds_ours(h, KEEP_PATIENCE_MS);
	if (r == 0) keep_lost(h->keep, -ECONNRESET);
	return r > 0 ? 0 : r < 0 ? r : -ECONNRESET;
}

static int again(struct keep *k)
{
	struct holder *const h = k->own;
	int r = connect_to(h, KEEP_PATIENCE_MS);
	int const ours = r < 0 ? r : holds_ours(h, KEEP_PATIENCE_MS);
	if (ours < 0) return ours;
	r = own(h, KEEP_PATIENCE_MS);
	return r == 0 && !ours ? -ESTALE : r;
}

/* ---- what it holds --------------------------------------------------------------- */

/* Fetches one item, at the start. -errno; -ETIMEDOUT without asking if *ret_slow is
 * set. The first item that is not answered sets it. */
static int retrieve_one(struct holder *h, char const *id, bool *ret_slow)
{
	tain until;
	if (*ret_slow) return -ETIMEDOUT;
	int const r = connect_to(h, START_PATIENCE_MS);
	if (r < 0) return r;
	if (descriptors_scarce(h)) return -EMFILE;
	deadline(&until, START_PATIENCE_MS);
	int const fd = s6_fdholder_retrieve_g(&h->a, id, &until);
	if (fd >= 0) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	*ret_slow = errno == ETIMEDOUT;
	return call_failed(h);
}

/* The items under our prefix. Items that cannot be fetched now are fetched later. */
static int retrieve(struct holder *h, struct keep_item **ret, size_t *ret_n)
{
	stralloc list = STRALLOC_ZERO;
	tain until;
	size_t const prefix = strlen(h->prefix);
	bool slow = false;

	deadline(&until, START_PATIENCE_MS);
	int const n = s6_fdholder_list_g(&h->a, &list, &until);
	if (n < 0) return errno ? -errno : -EIO;
	struct keep_item *const items = calloc((size_t)n + 1, sizeof *items);
	*ret_n = 0;
	size_t at = 0;
	for (int i = 0; items && i < n && at < list.len; i++) {
		char const *const id = list.s + at;
		at += strlen(id) + 1;
		if (strncmp(id, h->prefix, prefix) != 0 || id[prefix] != '/' || !keep_parse(id + prefix + 1, &items[*ret_n])) continue;
		int const fd = retrieve_one(h, id, &slow);
		if (fd != -ENOENT) items[(*ret_n)++].fd = fd < 0 ? -1 : fd;
	}
	stralloc_free(&list);
	*ret = items;
	return items ? 0 : -ENOMEM;
}

static struct keep_backend const fdholder = { .put = put, .sync = sync_store, .drop = drop, .fetch = fetch, .ask = ask, .again = again, .close = end };

int keep_fdholder(struct keep *k, char const *path, char const *prefix,
                  struct keep_item **ret_items, size_t *ret_n)
{
	struct holder *const h = calloc(1, sizeof *h);
	if (!h) return -ENOMEM;
	h->path = path;
	h->prefix = prefix;
	h->keep = k;
	h->lock = -1;
	h->source.fd = -1;
	k->own = h;
	int r = connect_to(h, START_PATIENCE_MS);
	if (r == 0) r = own(h, START_PATIENCE_MS);
	if (r == 0) r = retrieve(h, ret_items, ret_n);
	if (r < 0) {
		end(k);
		return r;
	}
	snprintf(h->where, sizeof h->where, "the s6-fdholderd at %s", path);
	k->where = h->where;
	k->most = 1u << 20;
	k->backend = &fdholder;
	return 0;
}
