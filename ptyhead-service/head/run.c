/* SPDX-License-Identifier: ISC */
#include "run.h"

#include "pidfd.h"

void run_init(struct run *r) { *r = (struct run){ .pidfd.fd = -1 }; }

int run_begin(struct run *r, struct loop *l, int pidfd, void (*ready)(struct source *, uint32_t events))
{
	run_init(r);
	if (pidfd >= 0) {
		int const e = loop_add(l, &r->pidfd, pidfd, EPOLLIN | EPOLLET, ready);
		if (e < 0) return e;
	}
	r->state = RUN_ALIVE;
	return 0;
}

bool run_look(struct run *r, uint32_t events)
{
	if (r->state == RUN_NONE || r->pidfd.fd < 0) return false;
	if (events & EPOLLHUP) r->reaped = true;
	if (r->state == RUN_GONE || !pidfd_gone(r->pidfd.fd)) return false;
	r->state = RUN_GONE;
	r->drained = 0;
	return true;
}

void run_drained(struct run *r, size_t n)
{
	if (r->state == RUN_GONE) r->drained += n;
}

enum run_end run_status(struct run const *r, int *ret_status)
{
	*ret_status = 0;
	if (r->pidfd.fd >= 0 && pidfd_status(r->pidfd.fd, ret_status) == PIDFD_KNOWN) return RUN_END_KNOWN;
	*ret_status = 0;
	return RUN_END_UNKNOWN;
}

bool run_unreaped(struct run const *r)
{
	int status;
	return r->pidfd.fd >= 0 && !r->reaped && pidfd_status(r->pidfd.fd, &status) == PIDFD_YET;
}

enum run_end run_end(struct run const *r, bool dry, bool hung_up, int *ret_status)
{
	*ret_status = 0;
	if (r->state == RUN_NONE) return RUN_END_NOT;
	if (r->pidfd.fd < 0) return hung_up && dry ? RUN_END_UNKNOWN : RUN_END_NOT;
	if (r->state != RUN_GONE || (!dry && r->drained < RUN_GONE_DRAIN)) return RUN_END_NOT;
	switch (pidfd_status(r->pidfd.fd, ret_status)) {
	case PIDFD_KNOWN: return RUN_END_KNOWN;
	case PIDFD_NEVER: return RUN_END_UNKNOWN;
	default: return r->reaped ? RUN_END_UNKNOWN : RUN_END_LATER;
	}
}

int run_over(struct run *r, struct loop *l)
{
	int const fd = r->pidfd.fd;
	if (fd >= 0) loop_remove(l, &r->pidfd);
	run_init(r);
	return fd;
}
