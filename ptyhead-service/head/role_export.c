/* SPDX-License-Identifier: ISC */
#include "role.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "master.h"
#include "pidfd.h"

/* Terminal names for containers whose console names none. */
#define CONSOLES_MOST 99u

static struct outcome failed(struct terminals const *s, int r)
{
	struct keep const *const k = &s->env->keep;
	switch (r) {
	case -EMFILE:
		if (s->len >= s->env->limits.terminals)
			return role_refusal(WIRE_R_LIMIT, "this head has reached its limit of live terminals (see its option -n)");
		break;
	case -ENOSPC:
		if (k->where) return role_refusal(WIRE_R_LIMIT, "%s is full: let it hold more (FileDescriptorStoreMax=, or -n of s6-fdholderd)", k->where);
		break;
	case -EAGAIN:
		if (k->where) return role_refusal(WIRE_R_FAILED, "%s does not answer: try again when it does", k->where);
		break;
	case -EKEYREJECTED:
		if (k->where) return role_refusal(WIRE_R_FAILED, "%s does not let the head store this: its rules must allow the head's -i (S6_FDHOLDER_STORE_REGEX)", k->where);
		break;
	case -EFBIG: return role_refusal(WIRE_R_FAILED, "the head may not make a file as large as a tape (see its RLIMIT_FSIZE)");
	case -EBUSY: return role_refusal(WIRE_R_FAILED, "the head has not recovered the terminal of this name yet (its log says why)");
	default: break;
	}
	return role_refusal(WIRE_R_FAILED, "the head failed: %s", strerror(-r));
}

/* Begins a run on the terminal `name`. Takes over the run's descriptors, even if it
 * refuses. */
static struct outcome start(struct terminals *s, char const *name, struct terminal_run const *run,
                            struct terminal **ret, struct wire_size *ret_size)
{
	struct terminal *t = terminals_find(s, name);
	struct outcome o = role_outcome(ROLE_DONE);
	int r = 0;

	if (s->leaving) {
		o = role_refusal(WIRE_R_FAILED, "the head is about to end");
	} else if (t && t->run.state == RUN_GONE) {
		o = role_refusal(WIRE_R_BUSY, "the last program on terminal %s (pid %d) has ended, and what it wrote is still being read: try again", name, (int)t->output.state.pid);
	} else if (t && t->run.state != RUN_NONE) {
		o = role_refusal(WIRE_R_BUSY, "the program on terminal %s is alive (pid %d)", name, (int)t->output.state.pid);
	} else {
		/* A new terminal may cost another one its history. Check this before,
		 * so that a refused export costs nothing. */
		if (!t) r = s->env->keep.away ? -EAGAIN : terminals_new(s, name, &t);
		if (r == 0) r = terminal_start(t, run, ret_size);
		if (r < 0) o = failed(s, r);
	}
	*ret = t;
	if (o.next != ROLE_REFUSED) return o;
	close(run->master);
	if (run->pidfd >= 0) close(run->pidfd);
	return o;
}

static bool waits(struct terminals *s, char const *name)
{
	struct terminal *const t = terminals_find(s, name);
	return t && terminal_place(t) == TERMINAL_LATER;
}

bool role_export_waits(struct terminals *s, struct conn_frame const *f)
{
	struct wire_export e;
	char name[WIRE_TERMINAL_MAX + 1];
	if (wire_get_export(f->payload, f->header.length, &e) < 0 || !wire_terminal_ok(e.terminal.data, e.terminal.len)) return false;
	memcpy(name, e.terminal.data, e.terminal.len);
	name[e.terminal.len] = 0;
	return waits(s, name);
}

static bool left(struct conn const *c)
{
	char byte;
	return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* What is wrong with the descriptors; ROLE_DONE: nothing. */
static struct outcome check_fds(int const *fds, size_t nfds)
{
	char const *why;
	if (nfds < 1 || nfds > 2) return role_refusal(WIRE_R_FD, "an export must send a master and a pidfd");
	int const r = master_check(fds[0], &why);
	if (r == -EBADF) return role_refusal(WIRE_R_FD, "%s", why);
	if (r < 0) return role_refusal(WIRE_R_FAILED, "the head failed: %s", strerror(-r));
	if (nfds == 2 && !pidfd_is(fds[1])) return role_refusal(WIRE_R_FD, "the second descriptor of an export is not a pidfd");
	return role_outcome(ROLE_DONE);
}

static struct outcome check(struct caller const *c, struct conn_frame const *f, int const *fds, size_t nfds,
                            struct wire_export *ret)
{
	if (!(c->roles & ROLE_EXPORT)) return role_refusal(WIRE_R_ROLE, "this socket does not take exports");
	if (wire_get_export(f->payload, f->header.length, ret) < 0) return role_refusal(WIRE_R_REQUEST, "the export is incomplete");
	if (!wire_terminal_ok(ret->terminal.data, ret->terminal.len)) return role_refusal(WIRE_R_TERMINAL, "not a name for a terminal");
	/* The exporter stopped waiting for the answer and reported a failure to its
	 * supervisor. */
	if (!(ret->flags & WIRE_EXPORT_UNATTENDED) && left(c->conn))
		return role_refusal(WIRE_R_REQUEST, "the exporter has left before it was answered");
	return check_fds(fds, nfds);
}

struct outcome role_export(struct terminals *s, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds)
{
	struct wire_export e;
	struct terminal *t;
	struct wire_size size;
	char name[WIRE_TERMINAL_MAX + 1];

	struct outcome o = check(c, f, fds, nfds, &e);
	if (o.next == ROLE_REFUSED) {
		conn_discard(c->conn, fds, nfds);
		return o;
	}
	memcpy(name, e.terminal.data, e.terminal.len); /* NOLINT(clang-analyzer-core.*): `check` has filled it */
	name[e.terminal.len] = 0;
	struct terminal_run const run = {
		.master = fds[0], .pidfd = nfds == 2 ? fds[1] : -1, .pid = c->pid, .size = e.size,
		.sized = (e.flags & WIRE_EXPORT_SIZED) != 0, .tty = e.tty,
	};
	o = start(s, name, &run, &t, &size);
	if (o.next == ROLE_REFUSED) return o;

	/* For people, and cut to what the frame allows. */
	tape_command_set(&t->output.tape, t->output.state.run, e.command.data, e.command.len);

	uint8_t frame[WIRE_EXPORTED_FRAME];
	struct wire_exported const done = { .size = size, .run = t->output.state.run };
	FAULT("acknowledging");
	conn_send(c->conn, frame, wire_put_exported(frame, sizeof frame, &done), NULL, 0);
	FAULT("acknowledged");
	return o;
}

/* The terminal that a console names. deptyr and crun send a byte without meaning, runc
 * a device path. So a text that is not a valid terminal name is ignored. */
static void console_name(struct wire_bytes said, char ret[WIRE_TERMINAL_MAX + 1])
{
	size_t len = said.len;
	while (len > 0 && (said.data[len - 1] == 0 || said.data[len - 1] == '\n')) len--;
	memcpy(ret, TERMINAL_MAIN, sizeof TERMINAL_MAIN);
	if (len <= 1 || !wire_terminal_ok(said.data, len)) return;
	memcpy(ret, said.data, len);
	ret[len] = 0;
}

bool role_console_waits(struct terminals *s, struct wire_bytes said)
{
	char name[WIRE_TERMINAL_MAX + 1];
	console_name(said, name);
	return waits(s, name);
}

bool role_console_early(int master)
{
	pid_t pid;
	char const *why;
	/* A descriptor that is not a master is refused at once. */
	if (master_check(master, &why) < 0) return false;
	int const pidfd = pidfd_leader(master, &pid);
	if (pidfd >= 0) close(pidfd);
	return pidfd == -ENOTTY;
}

/* A further process in a container gets a terminal of its own beside the first: the
 * first free name. */
static void free_name(struct terminals *s, char name[WIRE_TERMINAL_MAX + 1])
{
	for (unsigned i = 2; i <= CONSOLES_MOST; i++) {
		char other[WIRE_TERMINAL_MAX + 1];
		snprintf(other, sizeof other, "main-%u", i);
		struct terminal *const t = terminals_find(s, other);
		if (terminals_reserved(s, other) || (t && terminal_place(t) != TERMINAL_FREE)) continue;
		memcpy(name, other, sizeof other);
		return;
	}
}

struct outcome role_console(struct terminals *s, struct caller *c, struct wire_bytes said, int *fds, size_t nfds)
{
	struct outcome o;
	struct terminal *t;
	struct wire_size size;
	struct winsize ws;
	char name[WIRE_TERMINAL_MAX + 1];

	console_name(said, name);
	if (!(c->roles & ROLE_EXPORT)) o = role_refusal(WIRE_R_ROLE, "this socket does not take exports");
	else if (nfds != 1) o = role_refusal(WIRE_R_FD, "a console must be one descriptor");
	else o = check_fds(fds, nfds);
	if (o.next == ROLE_REFUSED) {
		conn_discard(c->conn, fds, nfds);
		return o;
	}
	struct terminal const *const main = terminals_find(s, TERMINAL_MAIN);
	if (!strcmp(name, TERMINAL_MAIN) && main && main->run.state == RUN_ALIVE) free_name(s, name);
	/* The peer is the container runtime, which is about to end, not the program. */
	struct terminal_run run = { .master = fds[0] };
	run.pidfd = pidfd_leader(fds[0], &run.pid);
	if (run.pidfd < 0) run.pidfd = -1;
	if (ioctl(fds[0], TIOCGWINSZ, &ws) == 0)
		run.size = (struct wire_size){ ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel };
	run.sized = wire_size_ok(run.size);
	return start(s, name, &run, &t, &size);
}
