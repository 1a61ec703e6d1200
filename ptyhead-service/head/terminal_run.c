/* SPDX-License-Identifier: ISC */
/* A run, from the arrival of its master to the end of its program. */
#include "terminal_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "fault.h"

/* ---- the store ----------------------------------------------------------------- */

static void item_set(struct keep_item *i, struct terminal const *t, enum keep_kind kind, uint32_t run, int fd)
{
	*i = (struct keep_item){ .kind = kind, .run = run, .fd = fd };
	memcpy(i->terminal, t->name, sizeof i->terminal);
}

static int keep_tape(struct terminal *t)
{
	struct keep_item item;
	item_set(&item, t, KEEP_TAPE, 0, t->output.tape.fd);
	int const r = keep_store(&t->env->keep, &item, 1);
	if (r == 0) t->tape_kept = true;
	return r;
}

int terminal_keep(struct terminal *t)
{
	struct keep_item items[3];
	size_t n = 0;
	if (t->tape_kept) item_set(&items[n++], t, KEEP_TAPE, 0, t->output.tape.fd);
	if (t->master.fd >= 0) item_set(&items[n++], t, KEEP_MASTER, t->master_run, t->master.fd);
	if (t->run.pidfd.fd >= 0) item_set(&items[n++], t, KEEP_PIDFD, t->output.state.run, t->run.pidfd.fd);
	return n > 0 ? keep_store(&t->env->keep, items, n) : 0;
}

/* The store must hold it before the exporter gets its answer. */
static int keep_run(struct terminal *t, struct terminal_run const *run)
{
	struct keep_item items[3];
	uint32_t const number = t->output.state.run + 1;
	size_t n = 0;
	item_set(&items[n++], t, KEEP_MASTER, number, run->master);
	if (!t->tape_kept) item_set(&items[n++], t, KEEP_TAPE, 0, t->output.tape.fd);
	if (run->pidfd >= 0) item_set(&items[n++], t, KEEP_PIDFD, number, run->pidfd);
	FAULT("storing");
	int const r = keep_store(&t->env->keep, items, n);
	FAULT("stored");
	if (r == 0) t->tape_kept = true;
	return r;
}

/* ---- the end ------------------------------------------------------------------- */

void terminal_master_drop(struct terminal *t, bool keep)
{
	int const fd = t->master.fd;
	if (fd < 0) return;
	loop_remove(&t->env->loop, &t->master);
	close(fd);
	if (!keep) keep_drop(&t->env->keep, KEEP_MASTER, t->master_run, t->name);
	t->readable = false;
	t->lost = NULL;
	t->blocked = 0;
	t->shut = false;
	timeout_clear(&t->asked);
	timeout_clear(&t->reread);
	t->output.state.tty_dev = t->output.state.tty_rdev = 0; /* another terminal may get this number now */
	timeout_clear(&t->waited);
	t->audience.waiting = false;
}

static void end_pidfd(struct terminal *t, bool keep)
{
	int const fd = run_over(&t->run, &t->env->loop);
	if (fd < 0) return;
	close(fd);
	if (!keep) keep_drop(&t->env->keep, KEEP_PIDFD, t->output.state.run, t->name);
}

/* The last process that the program left behind is gone, too. */
static void closed(struct terminal *t)
{
	bool const said = t->output.state.flags & TAPE_OPEN;
	pump_input_drop(t);
	output_closed(&t->output, clock_wall_ns());
	terminal_master_drop(t, false);
	if (!said) return;
	log_say(&t->env->log, LOG_INFO, "%s: what run %u left behind has closed the terminal", t->name, t->output.state.run);
	pump_wake(t);
	terminal_changed(t);
}

static uint32_t end_flags(struct terminal const *t, bool known)
{
	uint32_t const open = terminal_open(t) ? TAPE_END_OPEN : 0;
	if (known) return open | TAPE_STATUS_KNOWN;
	if (t->run.pidfd.fd < 0) return open | TAPE_END_UNTOLD;
	return open | (run_unreaped(&t->run) ? TAPE_END_UNREAPED : 0);
}

static void end_say(struct terminal const *t, uint32_t flags, int status)
{
	char word[80];
	if (flags & TAPE_STATUS_KNOWN) snprintf(word, sizeof word, "wait status 0x%04x", (unsigned)status);
	else snprintf(word, sizeof word, "status not known: %s", flags & TAPE_END_UNTOLD ? "nobody told which process it was" :
	              flags & TAPE_END_UNREAPED ? "its parent has not fetched it" : "this kernel tells its parent alone");
	log_say(&t->env->log, LOG_INFO, "%s: run %u ended, %s%s", t->name, t->output.state.run, word,
	        flags & TAPE_END_OPEN ? "; others have the terminal open" : "");
}

/* Marks the end with what is known; the status only if the kernel told it. Processes
 * that were left behind still get typed input, waiting and new. */
static void end_mark(struct terminal *t, bool known, int status)
{
	FAULT("ending");
	timeout_clear(&t->reap);
	t->shut = false;
	if (!terminal_open(t)) pump_input_drop(t);
	uint32_t const flags = end_flags(t, known);
	output_run_end(&t->output, flags, status, clock_wall_ns());
	end_say(t, flags, status);
	end_pidfd(t, false);
	FAULT("dropping");
	if (t->hung_up) terminal_master_drop(t, false);
	FAULT("dropped");
	if (t->readable) loop_defer(&t->env->loop, &t->pump);
	pump_wake(t);
	terminal_changed(t);
}

void terminal_end(struct terminal *t)
{
	int status;
	if (t->run.state == RUN_NONE) return;
	bool const known = run_status(&t->run, &status) == RUN_END_KNOWN;
	end_mark(t, known, status);
}

void terminal_settle(struct terminal *t)
{
	int status;

	if (t->lost) {
		log_news(&t->env->log, "%s: terminal given up: %s", t->name, t->lost);
		if (t->run.state == RUN_NONE) closed(t);
		else terminal_master_drop(t, false);
		t->shut = t->run.state != RUN_NONE;
	}
	/* The end mark comes after the bytes that the engine has not parsed yet; that
	 * may take some rounds. */
	if (output_behind(&t->output)) return;
	if (t->shut && t->run.state != RUN_NONE) {
		terminal_end(t);
		return;
	}
	switch (run_end(&t->run, !t->readable, t->hung_up, &status)) {
	case RUN_END_KNOWN: end_mark(t, true, status); return;
	case RUN_END_UNKNOWN: end_mark(t, false, 0); return;
	case RUN_END_LATER:
		if (!timeout_pending(&t->reap)) timeout_set(&t->env->reap, &t->reap);
		return;
	case RUN_END_NOT: break;
	}
	if (t->run.state == RUN_NONE && t->master.fd >= 0 && t->hung_up && !t->readable) closed(t);
}

/* The status did not come in time. */
static void reap_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, reap);
	t->shut = true;
	terminal_settle(t);
}

/* ---- events --------------------------------------------------------------------- */

/* The kernel reports output once. But a read can find nothing although there is output,
 * for example while another holder of the master reads. So it is tried again once,
 * without a message. */
static void reread_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, reread);
	t->readable = t->master.fd >= 0;
	loop_defer(&t->env->loop, &t->pump);
}

static void master_ready(struct source *s, uint32_t events)
{
	struct terminal *const t = list_entry(s, struct terminal, master);
	uint64_t const taken = t->output.tape.taken;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		t->readable = true;
		/* A terminal with more than one turn's work waits for its next turn.
		 * Terminals with little output are read at once, however many others
		 * there are. */
		if (!t->heavy || !deferred_pending(&t->pump)) pump_drain(t, PUMP_BYTES);
		if ((events & EPOLLIN) && !t->readable && !t->hung_up && t->output.tape.taken == taken)
			timeout_set(&t->env->retry, &t->reread);
	}
	if (events & EPOLLOUT) pump_flush(t);
	terminal_settle(t);
}

static void pump_deferred(struct deferred *d)
{
	struct terminal *const t = list_entry(d, struct terminal, pump);
	pump_drain(t, PUMP_BYTES);
	pump_size_due(t);
	terminal_settle(t);
}

static void pidfd_ready(struct source *s, uint32_t events)
{
	struct terminal *const t = list_entry(s, struct terminal, run.pidfd);
	if (run_look(&t->run, events)) {
		t->readable = t->master.fd >= 0;
		pump_drain(t, RUN_GONE_DRAIN);
	}
	terminal_settle(t);
}

/* ---- the start ------------------------------------------------------------------- */

static int master_add(struct terminal *t, int master, uint32_t run)
{
	int const r = loop_add(&t->env->loop, &t->master, master, EPOLLIN | EPOLLOUT | EPOLLET, master_ready);
	if (r < 0) return r;
	t->master_run = run;
	t->hung_up = false;
	t->readable = true;
	t->lost = NULL;
	t->blocked = 0;
	t->shut = false;
	loop_defer(&t->env->loop, &t->pump);
	return 0;
}

/* Viewers decide the size; else the exporter, if it asked for one; else the size stays. */
static struct wire_size choose_size(struct terminal *t, struct terminal_run const *run)
{
	struct tape_size const s = t->output.state.size;
	struct wire_size wanted;
	if (audience_size(&t->audience, t->env->limits.size, &wanted)) return wanted;
	if (wire_size_ok(run->size) && (run->sized || t->output.state.run == 0)) return run->size;
	return (struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel };
}

/* The system calls of a start. On -errno nothing is taken over. */
static int run_attach(struct terminal *t, struct terminal_run const *run, struct wire_size size)
{
	struct winsize const ws = { size.rows, size.cols, size.xpixel, size.ypixel };
	int r = master_add(t, run->master, t->output.state.run + 1);
	if (r < 0) return r;
	r = run_begin(&t->run, &t->env->loop, run->pidfd, pidfd_ready);
	if (r == 0 && ioctl(run->master, TIOCSWINSZ, &ws) < 0) {
		r = -errno;
		(void)run_over(&t->run, &t->env->loop);
	}
	if (r < 0) {
		loop_remove(&t->env->loop, &t->master);
		deferred_clear(&t->pump);
		t->readable = false;
	}
	return r;
}

int terminal_start(struct terminal *t, struct terminal_run const *run, struct wire_size *ret_size)
{
	struct wire_size const size = choose_size(t, run);

	/* If the store refuses, the children of the last run keep their master. */
	int r = keep_run(t, run);
	if (r < 0) return r;
	if (t->master.fd >= 0) pump_input_drop(t);
	terminal_master_drop(t, false);
	r = run_attach(t, run, size);
	uint32_t const number = t->output.state.run + 1;
	if (r < 0) {
		keep_drop(&t->env->keep, KEEP_MASTER, number, t->name);
		if (run->pidfd >= 0) keep_drop(&t->env->keep, KEEP_PIDFD, number, t->name);
		return r;
	}
	output_run_begin(&t->output, &(struct tape_state){
		.flags = TAPE_ALIVE | (t->env->limits.clusters ? TAPE_CLUSTERS : 0),
		.run = number,
		.pid = (int32_t)run->pid,
		.since = clock_wall_ns(),
		.size = { size.rows, size.cols, size.xpixel, size.ypixel },
		.tty_dev = run->tty.dev,
		.tty_rdev = run->tty.rdev,
	});
	output_checkpoint(&t->output);
	log_say(&t->env->log, LOG_INFO, "%s: run %u started, pid %d", t->name, number, (int)run->pid);
	pump_wake(t);
	terminal_changed(t);
	*ret_size = size;
	return 0;
}

/* ---- take-up ---------------------------------------------------------------------- */

/* A stored master without a run on the tape: the start was not marked yet, or the tape
 * is lost. */
static void run_found(struct terminal *t, uint32_t run)
{
	bool const lost = !t->tape_kept;
	struct tape_size size = t->output.state.size;
	struct winsize ws;

	if (lost && ioctl(t->master.fd, TIOCGWINSZ, &ws) == 0 && wire_size_ok((struct wire_size){ ws.ws_row, ws.ws_col, 0, 0 }))
		size = (struct tape_size){ ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel };
	output_run_begin(&t->output, &(struct tape_state){
		.flags = TAPE_ALIVE | (lost ? TAPE_CONTINUED : 0) | (t->env->limits.clusters ? TAPE_CLUSTERS : 0),
		.run = run, .since = clock_wall_ns(), .size = size });
	if (lost && keep_tape(t) < 0)
		log_news(&t->env->log, "%s: its new tape is not in %s: the next head has no history", t->name, t->env->keep.where);
}

int terminal_resume(struct terminal *t, uint32_t run, int master, int pidfd)
{
	bool const unmarked = master >= 0 && run > t->output.state.run;
	bool const alive = unmarked || (t->output.state.flags & TAPE_ALIVE);
	int r = 0;

	/* Steps that can fail come first, so that a failure changes nothing. */
	if (master >= 0) r = master_add(t, master, run);
	if (r == 0 && alive) r = run_begin(&t->run, &t->env->loop, pidfd, pidfd_ready);
	if (r < 0) {
		loop_remove(&t->env->loop, &t->master);
		deferred_clear(&t->pump);
		return r;
	}
	/* Questions that were asked and not answered are answered now, on the master. */
	output_resume(&t->output, !unmarked && master >= 0);
	if (unmarked) run_found(t, run);
	t->audience.absent = (unsigned)atomic_load(&t->output.tape.header->waited);
	t->audience.absent_pos = atomic_load(&t->output.tape.header->waited_pos);
	if (t->audience.absent > 0) timeout_set(&t->env->grace, &t->grace);
	if (!alive && pidfd >= 0) {
		close(pidfd);
		keep_drop(&t->env->keep, KEEP_PIDFD, run, t->name);
	}
	if (master >= 0) return 0;
	/* No more output can come. */
	terminal_end(t);
	output_closed(&t->output, clock_wall_ns());
	return 0;
}

void terminal_run_init(struct terminal *t)
{
	run_init(&t->run);
	t->master.fd = -1;
	deferred_init(&t->pump, pump_deferred);
	timeout_init(&t->reap, reap_expired);
	timeout_init(&t->reread, reread_expired);
}

void terminal_run_deinit(struct terminal *t, bool keep)
{
	deferred_clear(&t->pump);
	timeout_clear(&t->reap);
	timeout_clear(&t->asked);
	timeout_clear(&t->reread);
	terminal_master_drop(t, keep);
	end_pidfd(t, keep);
	if (t->tape_kept && !keep) keep_drop(&t->env->keep, KEEP_TAPE, 0, t->name);
}
