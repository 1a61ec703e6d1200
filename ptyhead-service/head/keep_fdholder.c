/* s6-fdholderd, through its client library. Its calls wait for the daemon's
 * answer, which takes it no longer than a moment; a daemon that does not answer
 * in time is taken for dead. It is mortal: then everything is put into its
 * successor as soon as something new is to be put. */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <s6/fdholder.h>
#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>
#include <skalibs/tai.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S 5

struct holder {
	s6_fdholder_t a;
	bool connected;
	bool bereft; /* the daemon that held our things is no more */
	char const *path;
	char const *prefix;
};

static void deadline(tain *ret)
{
	tain_now_g();
	tain_addsec_g(ret, PATIENCE_S);
}

static int connect_to(struct holder *h)
{
	s6_fdholder_t const zero = S6_FDHOLDER_ZERO;
	tain until;
	if (h->connected) return 0;
	deadline(&until);
	h->a = zero;
	if (!s6_fdholder_start_g(&h->a, h->path, &until)) return errno ? -errno : -EIO;
	/* The library leaves it open across exec. */
	(void)fcntl(h->a.connection.out.fd, F_SETFD, FD_CLOEXEC);
	h->connected = true;
	return 0;
}

/* The connection is of no use any more; the errno that told so. */
static int lost(struct keep *k)
{
	struct holder *const h = k->own;
	int const err = errno ? errno : EIO;
	/* What the daemon itself answered is no reason to leave it. */
	if (err == EBUSY || err == EPERM || err == ENOENT || err == ENFILE || err == EMFILE) return -err;
	s6_fdholder_end(&h->a);
	h->connected = false;
	h->bereft = true;
	log_peer(k->log, "lost the s6-fdholderd at %s (%s): what it held is held by this process alone", h->path, strerror(err));
	return -err;
}

static bool full_name(struct holder const *h, char *buf, size_t size, char const *name)
{
	return (size_t)snprintf(buf, size, "%s/%s", h->prefix, name) < size;
}

static int put_once(struct keep *k, char const *name, int fd)
{
	struct holder *const h = k->own;
	tain const forever = TAIN_INFINITE;
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];

	if (!full_name(h, full, sizeof full, name)) return -ENAMETOOLONG;
	int r = connect_to(h);
	if (r < 0) return r;
	deadline(&until);
	if (s6_fdholder_store_g(&h->a, fd, full, &forever, &until)) return 0;
	if (errno != EBUSY) return lost(k);
	/* Of a head before this one, and in the way. */
	deadline(&until);
	if (!s6_fdholder_delete_g(&h->a, full, &until)) return lost(k);
	deadline(&until);
	return s6_fdholder_store_g(&h->a, fd, full, &forever, &until) ? 0 : lost(k);
}

static int put(struct keep *k, char const *name, int fd)
{
	struct holder *const h = k->own;
	bool const was = h->connected;
	int r = put_once(k, name, fd);
	/* It may have been restarted since: once more. */
	/* cppcheck-suppress incorrectLogicOperator ; put_once changes it */
	if (r < 0 && was && !h->connected) r = put_once(k, name, fd);
	if (r == 0 && h->bereft) {
		h->bereft = false;
		k->lost = true;
	}
	return r;
}

static int sync_store(struct keep *k)
{
	(void)k; /* each put was answered */
	return 0;
}

static void drop(struct keep *k, char const *name)
{
	struct holder *const h = k->own;
	tain until;
	char full[S6_FDHOLDER_ID_SIZE + 1];
	if (!full_name(h, full, sizeof full, name) || connect_to(h) < 0) return;
	deadline(&until);
	if (!s6_fdholder_delete_g(&h->a, full, &until)) (void)lost(k);
}

static void end(struct keep *k)
{
	struct holder *const h = k->own;
	if (h->connected) s6_fdholder_end(&h->a);
	free(h);
}

/* What the daemon holds under our prefix. */
static int retrieve(struct holder *h, struct keep_item **ret, size_t *ret_n)
{
	stralloc list = STRALLOC_ZERO;
	tain until;
	size_t const prefix = strlen(h->prefix);

	deadline(&until);
	int const n = s6_fdholder_list_g(&h->a, &list, &until);
	if (n < 0) return errno ? -errno : -EIO;
	struct keep_item *const items = calloc((size_t)n + 1, sizeof *items);
	*ret_n = 0;
	size_t at = 0;
	for (int i = 0; items && i < n && at < list.len; i++) {
		char const *const id = list.s + at;
		at += strlen(id) + 1;
		if (strncmp(id, h->prefix, prefix) != 0 || id[prefix] != '/' || !keep_parse(id + prefix + 1, &items[*ret_n])) continue;
		deadline(&until);
		int const fd = s6_fdholder_retrieve_g(&h->a, id, &until);
		if (fd < 0) continue;
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		items[(*ret_n)++].fd = fd;
	}
	stralloc_free(&list);
	*ret = items;
	return items ? 0 : -ENOMEM;
}

int keep_fdholder(struct keep *k, struct log *log, char const *path, char const *prefix,
                  struct keep_item **ret_items, size_t *ret_n)
{
	struct holder *const h = calloc(1, sizeof *h);
	if (!h) return -ENOMEM;
	h->path = path;
	h->prefix = prefix;
	int r = connect_to(h);
	if (r == 0) r = retrieve(h, ret_items, ret_n);
	if (r < 0) {
		if (h->connected) s6_fdholder_end(&h->a);
		free(h);
		return r;
	}
	*k = (struct keep){ .where = "the s6-fdholderd", .most = 1u << 20, .log = log, .own = h,
	                    .put = put, .sync = sync_store, .drop = drop, .close = end };
	return 0;
}
