/* SPDX-License-Identifier: ISC */
#include "orphan.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_MS 1000

static bool has_ended(struct orphan const *o)
{
	struct pollfd p = { o->process, POLLIN, 0 };
	return poll(&p, 1, 0) > 0;
}

void orphan_deinit(struct orphan *o)
{
	if (o->seen) close(o->process);
	o->seen = false;
}

bool orphan_look(struct orphan *o, struct follow const *f, struct tape_state const *s, int64_t now)
{
	if (s->flags & TAPE_ALIVE && s->pid > 0 && s->pid != o->pid) {
		orphan_deinit(o);
		o->pid = s->pid;
		o->process = (int)syscall(SYS_pidfd_open, s->pid, 0);
		o->seen = o->process >= 0;
	}
	if (f->link.state == HEADLINK_UP) o->away = 0;
	else if (o->away == 0) o->away = now;
	return o->away > 0 && now - o->away >= ORPHAN_MS && s->flags & TAPE_ALIVE && o->seen && has_ended(o);
}

int64_t orphan_until(struct orphan const *o, struct follow const *f, int64_t now)
{
	return o->seen && f->link.state != HEADLINK_UP ? now + LOOK_MS : -1;
}
