/* SPDX-License-Identifier: ISC */
/* systemd's fd store: sd_notify(3), "FDSTORE=1". */
#include "keep.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "notify.h"

/* FDPOLL=0: otherwise systemd drops a master as soon as its slave is closed. */
static int put(struct keep *k, char const *name, int fd)
{
	char state[KEEP_NAME_MAX + 32];
	(void)k;
	snprintf(state, sizeof state, "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	return notify_send(state, fd);
}

static int ask(struct keep *k)
{
	(void)k;
	return notify_barrier();
}

/* systemd answers within a millisecond, unless it is reloading. */
static int sync_store(struct keep *k)
{
	struct pollfd p = { .fd = ask(k), .events = 0 };
	if (p.fd < 0) return p.fd;
	uint64_t const until = loop_now() + KEEP_PATIENCE_MS * UINT64_C(1000000);
	int r = 0;
	for (uint64_t now = loop_now(); r <= 0 && now < until; now = loop_now()) {
		r = poll(&p, 1, (int)((until - now) / 1000000u) + 1);
		if (r < 0 && errno != EINTR) break;
	}
	close(p.fd);
	return r > 0 ? 0 : -ETIMEDOUT;
}

static int drop(struct keep *k, char const *name)
{
	char state[KEEP_NAME_MAX + 32];
	(void)k;
	snprintf(state, sizeof state, "FDSTOREREMOVE=1\nFDNAME=%s", name);
	return notify_send(state, -1);
}

static struct keep_backend const systemd = { .put = put, .sync = sync_store, .drop = drop, .ask = ask };

void keep_systemd(struct keep *k, unsigned most)
{
	k->where = "systemd's fd store";
	k->most = most;
	k->backend = &systemd;
}
