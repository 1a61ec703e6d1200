/* systemd's fd store: sd_notify(3), "FDSTORE=1". */
#include "keep.h"

#include <stdio.h>
#include <systemd/sd-daemon.h>

/* systemd answers within a millisecond unless it is itself reloading. */
#define BARRIER_US 5000000u

/* FDPOLL=0: the manager would drop a master the moment its slave is closed. */
static int put(struct keep *k, char const *name, int fd)
{
	char state[KEEP_NAME_MAX + 32];
	(void)k;
	snprintf(state, sizeof state, "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	int const r = sd_pid_notify_with_fds(0, 0, state, &fd, 1);
	return r < 0 ? r : 0;
}

static int sync_store(struct keep *k)
{
	(void)k;
	int const r = sd_notify_barrier(0, BARRIER_US);
	return r < 0 ? r : 0;
}

static void drop(struct keep *k, char const *name)
{
	char state[KEEP_NAME_MAX + 32];
	(void)k;
	snprintf(state, sizeof state, "FDSTOREREMOVE=1\nFDNAME=%s", name);
	(void)sd_notify(0, state);
}

void keep_systemd(struct keep *k, struct log *log, unsigned most)
{
	*k = (struct keep){ .where = "systemd's fd store", .most = most, .log = log,
	                    .put = put, .sync = sync_store, .drop = drop };
}
