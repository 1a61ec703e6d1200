/* SPDX-License-Identifier: ISC */
#include "audience.h"

#include "conn.h"

/* Wake-ups may use one part in this many of the elapsed time or, in a flood, where the
 * head has little time left, of the time that reading took. Reading is estimated at a
 * nanosecond a byte. */
#define WAKE_TIME_PARTS 250u
#define WAKE_READ_PARTS 5u
#define WAKE_LATEST_NS UINT64_C(100000000)

void audience_init(struct audience *a)
{
	*a = (struct audience){ .lossless = 0 };
	list_init(&a->viewers);
}

void audience_add(struct audience *a, struct viewer *v)
{
	if (v->watch) list_append(&a->viewers, &v->link);
	else list_prepend(&a->viewers, &v->link);
}

void audience_active(struct audience *a, struct viewer *v)
{
	if (v->watch || a->viewers.next == &v->link) return;
	list_remove(&v->link);
	list_prepend(&a->viewers, &v->link);
}

void audience_remove(struct audience *a, struct viewer *v)
{
	list_remove(&v->link);
	audience_lossless_end(a, v);
}

/* ---- size ---------------------------------------------------------------- */

struct viewer *audience_leader(struct audience *a)
{
	list_each(it, &a->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->watch && wire_size_ok(v->size)) return v;
	}
	return NULL;
}

/* The smallest or largest value of each dimension. The size of a cell in pixels is the
 * leader's. */
static struct wire_size extreme(struct audience *a, struct wire_size lead, bool largest)
{
	struct wire_size z = lead;
	list_each(it, &a->viewers) {
		struct viewer const *const v = list_entry(it, struct viewer, link);
		if (v->watch || !wire_size_ok(v->size)) continue;
		if (largest ? v->size.rows > z.rows : v->size.rows < z.rows) z.rows = v->size.rows;
		if (largest ? v->size.cols > z.cols : v->size.cols < z.cols) z.cols = v->size.cols;
	}
	z.xpixel = (uint16_t)(lead.xpixel / lead.cols * z.cols);
	z.ypixel = (uint16_t)(lead.ypixel / lead.rows * z.rows);
	if (z.cols == lead.cols) z.xpixel = lead.xpixel;
	if (z.rows == lead.rows) z.ypixel = lead.ypixel;
	return z;
}

bool audience_size(struct audience *a, enum size_policy policy, struct wire_size *ret)
{
	struct viewer const *const v = policy == SIZE_FIXED ? NULL : audience_leader(a);
	if (!v) return false;
	*ret = policy == SIZE_LATEST ? v->size : extreme(a, v->size, policy == SIZE_LARGEST);
	return true;
}

/* ---- lossless readers ---------------------------------------------------- */

/* How much may be read before it overwrites what the reader at `pos` has not read:
 * counted in bytes, and in marks. A reader that has read all bytes has read the marks
 * too, or is about to. */
static uint64_t room_before(struct tape const *t, uint64_t pos)
{
	uint64_t const limit = tape_limit(t, pos);
	uint64_t mark;
	if (pos < t->end && tape_oldest_mark(t, &mark) && pos <= mark) return 0;
	return limit > t->taken ? limit - t->taken : 0;
}

/* Updates the reader's accepted position. It may only grow, and not pass `end`. */
static void look(struct viewer *v, uint64_t end)
{
	uint64_t const pos = atomic_load(&v->page->pos);
	if (pos <= v->pos || v->pos == end) return;
	v->pos = pos < end ? pos : end;
	v->moved_ns = loop_now();
}

void audience_lossless_begin(struct audience *a, struct viewer *v, struct tape const *t)
{
	v->pos = tape_oldest(t->end, t->ring_size);
	v->moved_ns = loop_now();
	a->lossless++;
	look(v, t->end);
}

void audience_lossless_end(struct audience *a, struct viewer *v)
{
	if (!v->lossless) return;
	v->lossless = false;
	a->lossless--;
}

uint64_t audience_room(struct audience *a, struct tape const *t)
{
	uint64_t room = UINT64_MAX;
	uint64_t hindmost = UINT64_MAX;
	if (a->lossless == 0 && a->absent == 0) return room;
	if (a->absent > 0) room = room_before(t, a->absent_pos);
	list_each(it, &a->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->lossless) continue;
		look(v, t->end);
		uint64_t const here = room_before(t, v->pos);
		if (here < room) room = here;
		if (v->pos < hindmost) hindmost = v->pos;
	}
	/* For the next head. */
	if (a->absent == 0) atomic_store_explicit(&t->header->waited_pos, hindmost, memory_order_relaxed);
	return room;
}

void audience_wait(struct audience *a)
{
	list_each(it, &a->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->lossless) continue;
		/* The head waits for it from now on. Before that, standing still did no
		 * harm. */
		if (!a->waiting) v->moved_ns = loop_now();
		atomic_store(&v->page->head_waits, 1);
	}
	a->waiting = true;
}

struct viewer *audience_impatient(struct audience *a, struct tape const *t, uint64_t patience_ns)
{
	uint64_t const now = loop_now();
	list_each(it, &a->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->lossless) continue;
		look(v, t->end);
		if (room_before(t, v->pos) > 0 || now - v->moved_ns < patience_ns) continue;
		audience_lossless_end(a, v);
		return v;
	}
	return NULL;
}

void audience_note(struct audience const *a, struct tape const *t)
{
	atomic_store_explicit(&t->header->waited, a->lossless + a->absent, memory_order_relaxed);
}

/* ---- waking -------------------------------------------------------------- */

static bool wake_due(struct audience const *a, uint64_t end, uint64_t now)
{
	uint64_t const bytes = end - a->woken_end;
	uint64_t const since = now - a->woken_ns;
	return since >= WAKE_LATEST_NS || since >= a->wake_cost_ns * WAKE_TIME_PARTS ||
	       (bytes >= AUDIENCE_WAKE_BYTES && bytes >= a->wake_cost_ns * WAKE_READ_PARTS);
}

/* Wakes the viewer if it is asleep. True: this took a system call. */
static bool viewer_wake(struct viewer *v)
{
	uint8_t frame[WIRE_EMPTY_FRAME];
	if (!page_wants_wake(v->page)) return false;
	/* If its socket is full, it has frames to read and wakes up by itself. */
	conn_nudge(v->conn, frame, wire_put_empty(frame, sizeof frame, WIRE_WAKE));
	return true;
}

bool audience_wake(struct audience *a, struct tape const *t)
{
	unsigned looked = 0;
	unsigned woken = 0;

	if (list_empty(&a->viewers)) return false;
	if (t->end == a->woken_end && t->marks_end == a->woken_mark) return false;
	uint64_t const now = loop_now();
	if (!wake_due(a, t->end, now)) return true;
	/* The published bytes must be visible before `asleep` is read. A viewer sets
	 * `asleep` and then checks the tape. */
	atomic_thread_fence(memory_order_seq_cst);
	list_each(it, &a->viewers) {
		woken += viewer_wake(list_entry(it, struct viewer, link));
		looked++;
	}
	a->woken_ns = loop_now();
	/* Count at most what the calls themselves can have taken, so that preemption
	 * does not count. */
	uint64_t const spent = a->woken_ns - now;
	uint64_t const most = looked * UINT64_C(100) + woken * UINT64_C(4000);
	a->wake_cost_ns = spent < most ? spent : most;
	a->woken_end = t->end;
	a->woken_mark = t->marks_end;
	return false;
}
