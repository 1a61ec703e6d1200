/* A run: from a master's arrival to the end of its program. */
#include "terminal.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "peer.h"
#include "pidfd.h"
#include "textlog_out.h"

/* The kernel holds less than this for a terminal, so that after the program's
 * end everything that it wrote lies within; what comes later is from others,
 * who need not stop writing for the end to be told. */
#define GONE_DRAIN (128u << 10)

static uint64_t wall_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The end, as it is known; a status only when the kernel told it. */
static void end_mark(struct terminal *t, bool known, int status)
{
	if (!(t->state.flags & TAPE_ALIVE)) return;
	FAULT("ending");
	t->gone = false;
	timeout_clear(&t->reap);
	terminal_input_drop(t);
	engine_settle(t);
	textlog_line_ended(t->textlog, t->state.run, known, status);
	t->state.flags = (t->state.flags & TAPE_CONTINUED) | (known ? TAPE_ENDED_KNOWN : 0);
	t->state.status = status;
	t->state.since = wall_clock();
	tape_mark(&t->tape, &(struct tape_mark){ .offset = t->tape.end, .type = TAPE_RUN_END, .run = t->state.run,
	          .u.end = { .flags = known ? TAPE_STATUS_KNOWN : 0, .status = status } });
	FAULT("ended");
	terminal_checkpoint(t);
	log_say(&t->head->log, LOG_INFO, known ? "%s: run %u ended, wait status 0x%04x" : "%s: run %u ended, status not known",
	        t->name, t->state.run, (unsigned)status);
	if (t->pidfd.fd >= 0) {
		int const fd = t->pidfd.fd;
		loop_remove(&t->head->loop, &t->pidfd);
		close(fd);
		keep_drop(&t->head->keep, KEEP_PIDFD, t->state.run, t->name);
	}
	FAULT("dropping");
	if (t->hung_up) terminal_master_drop(t);
	FAULT("dropped");
	peers_resume(t);
	terminal_wake(t);
}

void terminal_end(struct terminal *t)
{
	int status = 0;
	bool const known = t->pidfd.fd >= 0 && pidfd_status(t->pidfd.fd, &status) == PIDFD_KNOWN;
	end_mark(t, known, known ? status : 0);
}

static void reap_expired(struct timeout *x) { terminal_end(list_entry(x, struct terminal, reap)); }

void terminal_settle(struct terminal *t)
{
	int status = 0;

	if (!(t->state.flags & TAPE_ALIVE)) return;
	if (t->pidfd.fd < 0) {
		if (t->hung_up) end_mark(t, false, 0);
		return;
	}
	if (!t->gone || (t->readable && t->gone_drained < GONE_DRAIN)) return;
	switch (pidfd_status(t->pidfd.fd, &status)) {
	case PIDFD_KNOWN: end_mark(t, true, status); break;
	case PIDFD_NEVER: end_mark(t, false, 0); break;
	case PIDFD_YET:
		if (t->reaped) end_mark(t, false, 0);
		else if (!timeout_pending(&t->reap)) timeout_set(&t->head->reap, &t->reap);
		break;
	}
}

static void pidfd_ready(struct source *s, uint32_t events)
{
	struct terminal *const t = list_entry(s, struct terminal, pidfd);
	if (events & EPOLLHUP) t->reaped = true;
	if (!t->gone) {
		t->gone = true;
		t->gone_drained = 0;
		t->readable = t->master.fd >= 0;
		terminal_drain(t, GONE_DRAIN);
	}
	terminal_settle(t);
}

bool terminal_alive(struct terminal *t)
{
	if (!(t->state.flags & TAPE_ALIVE)) return false;
	if (t->pidfd.fd >= 0 && !pidfd_gone(t->pidfd.fd)) return true;
	t->readable = t->master.fd >= 0;
	terminal_drain(t, GONE_DRAIN);
	if (!(t->state.flags & TAPE_ALIVE)) return false;
	if (t->pidfd.fd < 0 && !t->hung_up) return true;
	/* A reader that is waited for keeps its run: its output is not all here. */
	if (timeout_pending(&t->waited)) return true;
	terminal_end(t);
	return false;
}

/* Viewers decide the size; else who starts the program, if it said so; else it
 * stays what it was. */
static struct wire_size choose_size(struct terminal *t, struct terminal_run const *run)
{
	struct tape_size const s = t->state.size;
	struct wire_size wanted;
	if (terminal_wants_size(t, &wanted)) return wanted;
	if (wire_size_ok(run->size) && (run->sized || t->state.run == 0)) return run->size;
	return (struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel };
}

/* A store that came back empty gets everything anew. */
static void keep_again(struct head *h)
{
	h->keep.lost = false;
	h->keep.held = 0;
	list_each(it, &h->terminals) {
		struct terminal const *const t = list_entry(it, struct terminal, link);
		struct keep_item items[3] = {
			{ .kind = KEEP_TAPE, .fd = t->tape_kept ? t->tape.fd : -1 },
			{ .kind = KEEP_MASTER, .run = t->master_run, .fd = t->master.fd },
			{ .kind = KEEP_PIDFD, .run = t->state.run, .fd = t->pidfd.fd },
		};
		for (size_t i = 0; i < 3; i++) {
			if (items[i].fd < 0) continue;
			memcpy(items[i].terminal, t->name, sizeof t->name);
			if (keep_store(&h->keep, &items[i], 1) < 0)
				log_peer(&h->log, "%s: not in %s any more", t->name, h->keep.where);
		}
	}
}

/* In the store before the exporter hears that it was taken. */
static int keep_run(struct terminal *t, struct terminal_run const *run)
{
	struct keep_item items[3] = {
		{ .kind = KEEP_MASTER, .run = t->state.run + 1, .fd = run->master },
		{ .kind = KEEP_TAPE, .fd = t->tape.fd },
		{ .kind = KEEP_PIDFD, .run = t->state.run + 1, .fd = run->pidfd },
	};
	struct keep_item held[3];
	size_t n = 0;
	for (size_t i = 0; i < 3; i++) {
		if (items[i].fd < 0 || (items[i].kind == KEEP_TAPE && t->tape_kept)) continue;
		memcpy(items[i].terminal, t->name, sizeof t->name);
		held[n++] = items[i];
	}
	FAULT("storing");
	int const r = keep_store(&t->head->keep, held, n);
	FAULT("stored");
	if (r == 0) t->tape_kept = true;
	if (t->head->keep.lost) keep_again(t->head);
	return r;
}

/* The beginning of the run that t->state is of. */
static void start_mark(struct terminal *t)
{
	engine_settle(t);
	struct tape_mark m = { .offset = t->tape.end, .type = TAPE_RUN_START, .run = t->state.run };
	m.u.start.pid = t->state.pid;
	m.u.start.size = t->state.size;
	m.u.start.flags = t->state.flags & TAPE_CONTINUED ? TAPE_START_CONTINUED : 0;
	tape_mark(&t->tape, &m);
	FAULT("started");
	engine_run(t);
}

/* A run whose master was stored, and of which the tape says nothing: its
 * beginning was not marked yet, or the tape is lost. */
static void run_found(struct terminal *t, uint32_t run)
{
	bool const lost = !t->tape_kept;
	struct winsize ws;

	if (lost && ioctl(t->master.fd, TIOCGWINSZ, &ws) == 0 && wire_size_ok((struct wire_size){ ws.ws_row, ws.ws_col, 0, 0 }))
		t->state.size = (struct tape_size){ ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel };
	t->state = (struct tape_state){ .flags = TAPE_ALIVE | (lost ? TAPE_CONTINUED : 0), .run = run, .since = wall_clock(), .size = t->state.size };
	start_mark(t);
	if (!lost) return;
	struct keep_item item = { .kind = KEEP_TAPE, .fd = t->tape.fd };
	memcpy(item.terminal, t->name, sizeof t->name);
	t->tape_kept = keep_store(&t->head->keep, &item, 1) == 0;
}

void terminal_resume(struct terminal *t, uint32_t run, int master, int pidfd)
{
	timeout_init(&t->reap, reap_expired);
	bool const unmarked = master >= 0 && run > t->state.run;
	if (master >= 0) {
		t->master_run = run;
		terminal_master_add(t, master);
	}
	/* What was asked and not answered is answered now, on the master. */
	engine_resume(t, !unmarked);
	if (unmarked) run_found(t, run);
	t->absent = (unsigned)atomic_load(&t->tape.header->waited);
	t->absent_pos = atomic_load(&t->tape.header->waited_pos);
	if (t->absent > 0) timeout_set(&t->head->grace, &t->grace);
	bool const alive = (t->state.flags & TAPE_ALIVE) != 0;
	if (pidfd >= 0 && (!alive || loop_add(&t->head->loop, &t->pidfd, pidfd, EPOLLIN | EPOLLET, pidfd_ready) < 0)) {
		close(pidfd);
		keep_drop(&t->head->keep, KEEP_PIDFD, run, t->name);
	}
	if (master < 0 && alive) terminal_end(t); /* nothing more can come */
}

int terminal_start(struct terminal *t, struct terminal_run const *run, struct wire_size *ret_size)
{
	struct wire_size const size = choose_size(t, run);
	struct winsize const ws = { size.rows, size.cols, size.xpixel, size.ypixel };

	/* The master that the last run left open: its children's last words. */
	if (t->master.fd >= 0) terminal_drain(t, GONE_DRAIN);
	terminal_master_drop(t);

	int r = keep_run(t, run);
	if (r < 0) return r;
	if (run->pidfd >= 0) {
		r = loop_add(&t->head->loop, &t->pidfd, run->pidfd, EPOLLIN | EPOLLET, pidfd_ready);
	}
	if (r == 0 && ioctl(run->master, TIOCSWINSZ, &ws) < 0) {
		r = -errno;
		loop_remove(&t->head->loop, &t->pidfd);
	}
	if (r < 0) {
		keep_drop(&t->head->keep, KEEP_MASTER, t->state.run + 1, t->name);
		if (run->pidfd >= 0) keep_drop(&t->head->keep, KEEP_PIDFD, t->state.run + 1, t->name);
		return r;
	}
	t->gone = t->reaped = false;
	timeout_init(&t->reap, reap_expired);
	t->state = (struct tape_state){
		.flags = TAPE_ALIVE,
		.run = t->state.run + 1,
		.pid = (int32_t)run->pid,
		.since = wall_clock(),
		.size = { size.rows, size.cols, size.xpixel, size.ypixel },
		.tty_dev = run->tty.dev,
		.tty_rdev = run->tty.rdev,
	};
	start_mark(t);
	terminal_checkpoint(t);
	t->master_run = t->state.run;
	terminal_master_add(t, run->master);
	log_say(&t->head->log, LOG_INFO, "%s: run %u started, pid %d", t->name, t->state.run, (int)t->state.pid);
	terminal_wake(t);
	*ret_size = size;
	return 0;
}
