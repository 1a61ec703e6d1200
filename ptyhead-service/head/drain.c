/* From the master onto the tape, and word of it to the viewers.
 *
 * The master is watched edge-triggered: a hang-up is permanent and would be
 * reported for ever, and yet a slave may be opened again. `readable` remembers
 * an edge until a read says EAGAIN or EIO. */
#include "terminal.h"

#include <errno.h>
#include <unistd.h>

#include "conn.h"

/* What one round may read from a terminal before others have their turn. */
#define ROUND (128u << 10)
/* What makes more to be expected soon. */
#define NAP_BYTES 256u
/* A flood wakes viewers after so many bytes. */
#define WAKE_BYTES (64u << 10)
/* Waking may cost one part in so many of the time that passes, or (where the
 * head has little of that time for itself) of the time that reading took,
 * reckoned at a nanosecond a byte. */
#define WAKE_TIME_PARTS 250u
#define WAKE_READ_PARTS 5u
#define WAKE_LATEST_NS 100000000u

static void master_ready(struct source *s, uint32_t events)
{
	struct terminal *const t = list_entry(s, struct terminal, master);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		t->readable = true;
		terminal_drain(t, ROUND);
	}
	if (t->input_len > 0 && t->master.fd >= 0) terminal_input_flush(t);
	terminal_settle(t);
}

void terminal_master_add(struct terminal *t, int master)
{
	t->hung_up = false;
	t->readable = true;
	if (loop_add(&t->head->loop, &t->master, master, EPOLLIN | EPOLLOUT | EPOLLET, master_ready) < 0) {
		/* No memory in the kernel: the descriptor is ours all the same,
		 * and the reads that follow are tried at the head's own pace. */
		t->master.fd = master;
	}
	loop_defer(&t->head->loop, &t->drain);
}

void terminal_master_drop(struct terminal *t)
{
	int const fd = t->master.fd;
	if (fd < 0) return;
	loop_remove(&t->head->loop, &t->master);
	close(fd);
	if (!t->head->closing) keep_drop(&t->head->keep, KEEP_MASTER, t->master_run, t->name);
	t->readable = false;
	t->state.tty_dev = t->state.tty_rdev = 0; /* the number may be another's now */
	timeout_clear(&t->waited);
}

/* ---- lossless readers ---------------------------------------------------- */

/* How much may be read before the reader at `pos` is overtaken: by bytes, or by
 * marks. Who has read all there is has the marks behind it, or will at once. */
static uint64_t room_before(struct terminal const *t, uint64_t pos)
{
	uint64_t const limit = tape_limit(&t->tape, pos);
	uint64_t mark;
	if (pos < t->tape.end && tape_oldest_mark(&t->tape, &mark) && pos <= mark) return 0;
	return limit > t->tape.taken ? limit - t->tape.taken : 0;
}

/* How much may be read before a reader that is waited for is overtaken. */
static uint64_t lossless_room(struct terminal *t)
{
	uint64_t room = UINT64_MAX;
	uint64_t hindmost = UINT64_MAX;
	if (t->lossless == 0 && t->absent == 0) return room;
	if (t->absent > 0) room = room_before(t, t->absent_pos);
	list_each(it, &t->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->lossless) continue;
		viewer_look(v, t->tape.end);
		uint64_t const here = room_before(t, v->pos);
		if (here < room) room = here;
		if (v->pos < hindmost) hindmost = v->pos;
	}
	/* For a head that comes after this one. */
	if (t->absent == 0) atomic_store_explicit(&t->tape.header->waited_pos, hindmost, memory_order_relaxed);
	return room;
}

static void wait_for_readers(struct terminal *t)
{
	list_each(it, &t->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->lossless) continue;
		/* It is waited for from now; before, nobody minded. */
		if (!timeout_pending(&t->waited)) v->moved_ns = loop_now();
		atomic_store(&v->page->head_waits, 1);
	}
	terminal_wake(t);
	if (!timeout_pending(&t->waited)) timeout_set(&t->head->lossless, &t->waited);
}

/* Noted for a head that comes after this one: it waits for those whom this one's
 * orderly end sends away, too. */
void terminal_lossless_changed(struct terminal *t)
{
	if (t->head->closing) return;
	atomic_store_explicit(&t->tape.header->waited, t->lossless + t->absent, memory_order_relaxed);
}

/* Those that were waited for by the head before, and that are back or have
 * had their time. */
void terminal_grace_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, grace);
	timeout_clear(x);
	t->absent = 0;
	terminal_lossless_changed(t);
	loop_defer(&t->head->loop, &t->drain);
}

void terminal_moved(struct terminal *t)
{
	terminal_lossless_changed(t);
	if (!timeout_pending(&t->waited)) return;
	if (lossless_room(t) == 0) return;
	timeout_clear(&t->waited);
	loop_defer(&t->head->loop, &t->drain);
}

/* A reader whose word does not come is looked at anyway: its message may stand
 * behind input that the program does not take. One that has not moved for as
 * long as the head's patience loses the right. */
void terminal_waited_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, waited);
	uint64_t const patience = (uint64_t)t->head->limits.patience_s * 1000000000u;
	uint64_t const now = loop_now();

	list_each(it, &t->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->lossless) continue;
		viewer_look(v, t->tape.end);
		if (room_before(t, v->pos) > 0 || now - v->moved_ns < patience) continue;
		v->lossless = false;
		t->lossless--;
		terminal_lossless_changed(t);
		log_peer(&t->head->log, "%s: viewer %llu has not read for %u s and is not waited for any more",
		         t->name, (unsigned long long)v->id, t->head->limits.patience_s);
		tape_mark(&t->tape, &(struct tape_mark){ .offset = t->tape.end, .type = TAPE_LOST_RIGHT,
		                                         .run = t->state.run, .u.viewer.id = v->id });
	}
	if (lossless_room(t) > 0) loop_defer(&t->head->loop, &t->drain);
	else timeout_set(&t->head->lossless, &t->waited);
}

/* ---- waking -------------------------------------------------------------- */

static bool wake_due(struct terminal const *t, uint64_t now)
{
	uint64_t const bytes = t->tape.end - t->woken_end;
	uint64_t const since = now - t->woken_ns;
	return since >= WAKE_LATEST_NS || since >= t->wake_cost_ns * WAKE_TIME_PARTS ||
	       (bytes >= WAKE_BYTES && bytes >= t->wake_cost_ns * WAKE_READ_PARTS);
}

void terminal_wake(struct terminal *t)
{
	uint64_t const now = loop_now();
	unsigned looked = 0;
	unsigned woken = 0;

	if (list_empty(&t->viewers)) return;
	if (t->tape.end == t->woken_end && t->tape.marks_end == t->woken_mark) return;
	if (!wake_due(t, now)) {
		if (!timeout_pending(&t->pace)) timeout_set(&t->head->pace, &t->pace);
		return;
	}
	timeout_clear(&t->pace);
	/* What was published is visible before the viewers' pages are looked at;
	 * they set `asleep` and then look at the tape. */
	atomic_thread_fence(memory_order_seq_cst);
	list_each(it, &t->viewers) {
		woken += viewer_wake(list_entry(it, struct viewer, link));
		looked++;
	}
	t->woken_ns = loop_now();
	/* No more than what the calls themselves can have taken, so that being
	 * preempted among them does not count. */
	uint64_t const spent = t->woken_ns - now;
	uint64_t const most = looked * UINT64_C(100) + woken * UINT64_C(4000);
	t->wake_cost_ns = spent < most ? spent : most;
	t->woken_end = t->tape.end;
	t->woken_mark = t->tape.marks_end;
}

void terminal_pace_expired(struct timeout *x) { terminal_wake(list_entry(x, struct terminal, pace)); }

/* ---- reading ------------------------------------------------------------- */

static void master_lost(struct terminal *t, char const *why)
{
	log_peer(&t->head->log, "%s: terminal given up: %s", t->name, why);
	terminal_master_drop(t);
	terminal_end(t);
}

/* One read; false when there is no more now. */
static bool read_once(struct terminal *t, size_t *ret_n)
{
	size_t room;
	uint8_t *const p = tape_arm(&t->tape, &room);
	uint64_t const most = lossless_room(t);

	if (most == 0) {
		wait_for_readers(t);
		return false;
	}
	if (room > most) room = (size_t)most;
	ssize_t const n = read(t->master.fd, p, room);
	if (n > 0) {
		t->hung_up = false;
		tape_take(&t->tape, (size_t)n);
		engine_feed(t, p, (size_t)n);
		*ret_n = (size_t)n;
		return true;
	}
	if (n < 0 && errno == EINTR) {
		if (watchdog_nonblocking(t->master.fd)) return true;
		master_lost(t, "its master was made blocking by who exported it");
		return false;
	}
	t->readable = false;
	if (n == 0 || errno == EIO) {
		t->hung_up = true;
		if (!(t->state.flags & TAPE_ALIVE)) terminal_master_drop(t);
	} else if (errno != EAGAIN) {
		master_lost(t, "its master cannot be read");
	}
	return false;
}

void terminal_drain(struct terminal *t, size_t most)
{
	size_t total = 0;
	watchdog_touch(&t->head->watchdog);
	while (t->master.fd >= 0 && t->readable && total < most) {
		size_t n = 0;
		if (!read_once(t, &n)) break;
		total += n;
		if (t->tape.end - t->woken_end >= WAKE_BYTES) terminal_wake(t);
	}
	if (total >= NAP_BYTES) t->head->loop.nap = true;
	if (t->gone) t->gone_drained += total;
	terminal_wake(t);
	if (t->master.fd >= 0 && t->readable && !timeout_pending(&t->waited))
		loop_defer(&t->head->loop, &t->drain);
}

void terminal_drain_deferred(struct deferred *d)
{
	struct terminal *const t = list_entry(d, struct terminal, drain);
	terminal_drain(t, ROUND);
	terminal_settle(t);
}
