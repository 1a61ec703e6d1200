/* SPDX-License-Identifier: ISC */
/* The master is watched edge-triggered. Level-triggered, epoll would report a hang-up
 * again and again; but the descriptor must stay in epoll, since a slave may be opened
 * again. `readable` remembers an edge until a read finds no more output. */
#include "terminal_int.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "master.h"

/* A read of this size means that more is expected soon. */
#define NAP_BYTES 256u
#define PUMP_NS 2000000u
/* At most an answer or a few lines. */
#define HEAVY_BYTES 4096u
/* With a larger debt, the engine is not resized. */
#define DEBT 500000
/* How often an exporter may make its master blocking. */
#define BLOCKED_MOST 3u

void terminal_changed(struct terminal *t)
{
	if (t->events->changed) t->events->changed(t->events->arg);
}

/* ---- waking ------------------------------------------------------------------ */

void pump_wake(struct terminal *t)
{
	if (!audience_wake(&t->audience, &t->output.tape)) timeout_clear(&t->pace);
	else if (!timeout_pending(&t->pace)) timeout_set(&t->env->pace, &t->pace);
}

static void pace_expired(struct timeout *x) { pump_wake(list_entry(x, struct terminal, pace)); }

/* ---- lossless readers ---------------------------------------------------------- */

static void wait_for_readers(struct terminal *t)
{
	audience_wait(&t->audience);
	pump_wake(t);
	if (!timeout_pending(&t->waited)) timeout_set(&t->env->lossless, &t->waited);
}

/* Check a reader even if its MOVED does not come: the frame may wait behind input that
 * the program does not take. */
static void waited_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, waited);
	unsigned const patience = t->env->limits.patience_s;
	struct viewer *v;
	bool lost = false;

	while ((v = audience_impatient(&t->audience, &t->output.tape, patience * UINT64_C(1000000000)))) {
		if (!t->env->closing) audience_note(&t->audience, &t->output.tape);
		log_news(&t->env->log, "%s: viewer %llu has not read for %u s and is not waited for any more",
		        t->name, (unsigned long long)v->id, patience);
		tape_mark(&t->output.tape, &(struct tape_mark){ .offset = t->output.tape.end, .type = TAPE_LOST_RIGHT,
		          .run = t->output.state.run, .u.viewer.id = v->id });
		lost = true;
	}
	if (lost) pump_wake(t);
	if (audience_room(&t->audience, &t->output.tape) > 0) {
		t->audience.waiting = false;
		loop_defer(&t->env->loop, &t->pump);
	} else {
		timeout_set(&t->env->lossless, &t->waited);
	}
}

/* ---- size, as it is ----------------------------------------------------------- */

static void set_size(struct terminal *t, struct tape_size size)
{
	output_resize(&t->output, size);
	if (t->master.fd < 0) return;
	struct winsize const ws = { size.rows, size.cols, size.xpixel, size.ypixel };
	(void)ioctl(t->master.fd, TIOCSWINSZ, &ws);
}

/* ---- reading ------------------------------------------------------------------- */

/* The program asks for another size. It gets the size if no viewer's size counts. The
 * mark follows directly after the request. */
static void size_asked(struct terminal *t)
{
	struct tape_size const *const s = &t->output.state.size;
	struct wire_size other;
	unsigned rows;
	unsigned cols;

	if (!screen_size_asked(t->output.screen, &rows, &cols)) return;
	if (audience_size(&t->audience, t->env->limits.size, &other)) return;
	unsigned const xpixel = s->xpixel / s->cols * cols;
	unsigned const ypixel = s->ypixel / s->rows * rows;
	bool const known = xpixel <= UINT16_MAX && ypixel <= UINT16_MAX;
	set_size(t, (struct tape_size){ (uint16_t)rows, (uint16_t)cols, (uint16_t)(known ? xpixel : 0), (uint16_t)(known ? ypixel : 0) });
}

/* Is there more to read? What the program wrote lies within RUN_GONE_DRAIN bytes after
 * its end; the rest waits until the end is marked. */
static bool reads(struct terminal const *t)
{
	bool const all = t->run.state == RUN_GONE && t->run.drained >= RUN_GONE_DRAIN;
	return t->master.fd >= 0 && t->readable && !t->lost && !t->shut && !all;
}

/* One step. False: there is no more now. */
static bool drain_some(struct terminal *t, size_t *total)
{
	uint64_t const most = audience_room(&t->audience, &t->output.tape);
	size_t n;

	if (most == 0 && !output_behind(&t->output)) {
		wait_for_readers(t);
		return false;
	}
	switch (output_step(&t->output, t->master.fd, most, &n)) {
	case OUTPUT_SOME:
		if (n > 0) t->hung_up = false;
		*total += n;
		size_asked(t);
		return true;
	case OUTPUT_DRY: t->readable = false; break;
	case OUTPUT_HUNGUP:
		t->readable = false;
		t->hung_up = true;
		break;
	case OUTPUT_BLOCKING: t->lost = "its exporter made its master blocking, and held the head up"; break;
	case OUTPUT_LOST: t->lost = "its master cannot be read"; break;
	}
	return false;
}

/* The exporter shares the master's flags with us. */
static bool guard(struct terminal *t)
{
	/* A failure to read the flags is no reason to give the master up. */
	if (master_guard(t->master.fd) > 0) t->blocked++;
	if (t->blocked <= BLOCKED_MOST) return true;
	t->lost = "its exporter makes its master blocking again and again";
	loop_defer(&t->env->loop, &t->pump);
	return false;
}

void pump_drain(struct terminal *t, size_t most)
{
	struct viewer const *const asker = audience_leader(&t->audience);
	uint64_t const until = loop_now() + PUMP_NS;
	size_t total = 0;

	output_budget(&t->output, PUMP_UNITS);
	t->output.asker = asker ? asker->id : 0;
	if (t->master.fd >= 0 && !t->lost) (void)guard(t);
	watchdog_touch(&t->env->watchdog);
	while ((reads(t) || output_behind(&t->output)) && total < most && !output_spent(&t->output)) {
		if (!drain_some(t, &total)) break;
		if (t->output.tape.end - t->audience.woken_end >= AUDIENCE_WAKE_BYTES) pump_wake(t);
		if (loop_now() >= until) break;
	}
	t->heavy = total >= HEAVY_BYTES || output_behind(&t->output) || output_spent(&t->output);
	if (total >= NAP_BYTES) t->env->loop.nap = true;
	run_drained(&t->run, total);
	pump_wake(t);
	if ((reads(t) && !t->audience.waiting) || output_behind(&t->output) || t->lost)
		loop_defer(&t->env->loop, &t->pump);
}

void pump_catch_up(struct terminal *t, size_t most, unsigned ms)
{
	uint64_t const began = loop_now();
	uint64_t const upto = t->output.tape.taken + most;
	if (t->caught_round != t->env->loop.rounds) t->caught_ns = 0;
	t->caught_round = t->env->loop.rounds;
	if (t->caught_ns >= ms * UINT64_C(1000000)) return;
	uint64_t const until = began + ms * UINT64_C(1000000) - t->caught_ns;
	t->readable = t->master.fd >= 0;
	while (!t->audience.waiting && (reads(t) || output_behind(&t->output))) {
		pump_drain(t, most);
		if (t->output.tape.taken >= upto || loop_now() >= until) break;
	}
	t->caught_ns += loop_now() - began;
}

/* ---- writing ------------------------------------------------------------------- */

/* Writes in order; returns how many bytes the line took. */
static size_t write_some(struct terminal *t, void const *p, size_t len)
{
	size_t n = 0;
	if (t->lost || !guard(t)) return 0;
	watchdog_touch(&t->env->watchdog);
	if (master_write(t->master.fd, p, len, &n) == MASTER_BLOCKING) {
		t->lost = "its exporter made its master blocking, and held the head up";
		loop_defer(&t->env->loop, &t->pump);
	}
	return n;
}

/* The kernel reports when there is room. But a write can fail although there is room;
 * it is retried once, without a message. */
static void retry_later(struct terminal *t, bool moved)
{
	if (moved) t->retried = false;
	if (t->input.len == 0 || t->retried) return;
	t->retried = true;
	timeout_set(&t->env->retry, &t->retry);
}

static void retry_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, retry);
	if (t->input.len > 0) pump_flush(t);
	else t->events->input(t->events->arg, t, false);
}

size_t pump_input(struct terminal *t, void const *data, size_t len)
{
	uint8_t const *p = data;
	size_t done = 0;

	if (t->master.fd < 0) return 0;
	if (t->input.len == 0) {
		done = write_some(t, p, len);
		inputq_passed(&t->input, done);
	}
	size_t const queued = inputq_put(&t->input, p + done, len - done);
	retry_later(t, done > 0);
	/* Out of memory, and the queue is empty, so no later write would wake the peers
	 * that wait. */
	if (done + queued < len && t->input.len == 0) timeout_set(&t->env->retry, &t->retry);
	return done + queued;
}

void pump_flush(struct terminal *t)
{
	if (t->input.len == 0 || t->master.fd < 0) return;
	size_t const n = write_some(t, t->input.data + t->input.start, t->input.len);
	inputq_written(&t->input, n);
	retry_later(t, n > 0);
	if (n > 0) t->events->input(t->events->arg, t, false);
}

void pump_input_drop(struct terminal *t)
{
	timeout_clear(&t->retry);
	/* SENDs first: their answer tells what was written before. */
	t->events->input(t->events->arg, t, true);
	inputq_clear(&t->input);
	t->events->input(t->events->arg, t, false);
}

/* A program that does not read its input would not read this either. */
void pump_answer(void *terminal, char const *data, size_t len)
{
	struct terminal *const t = terminal;
	if (len <= inputq_room(&t->input)) (void)pump_input(t, data, len);
}

/* ---- size, as viewers want it ------------------------------------------------------ */

static void resize(struct terminal *t, struct wire_size size)
{
	t->size_round = t->env->loop.rounds;
	/* Output that was written for the old size belongs before the mark. */
	if (t->readable || output_behind(&t->output)) pump_drain(t, INPUTQ_MAX);
	set_size(t, (struct tape_size){ size.rows, size.cols, size.xpixel, size.ypixel });
	pump_wake(t);
}

/* Does the wanted size differ from the present one? */
static bool wanted(struct terminal *t, struct wire_size *ret)
{
	struct tape_size const *const s = &t->output.state.size;
	struct wire_size const now = { s->rows, s->cols, s->xpixel, s->ypixel };
	if (t->env->closing || !audience_size(&t->audience, t->env->limits.size, ret)) return false;
	return memcmp(ret, &now, sizeof now) != 0;
}

/* Input that came after the requested size continues. */
static void size_set(struct terminal *t)
{
	if (!t->size_due) return;
	t->size_due = false;
	t->events->input(t->events->arg, t, false);
}

void pump_size(struct terminal *t)
{
	struct wire_size size;

	if (!wanted(t, &size)) {
		size_set(t);
		return;
	}
	if (t->size_round == t->env->loop.rounds || t->output.budget < -DEBT) {
		t->size_due = true;
		loop_defer(&t->env->loop, &t->pump);
		return;
	}
	resize(t, size);
	size_set(t);
}

void pump_size_due(struct terminal *t)
{
	if (t->size_due) pump_size(t);
}

/* ---- life ------------------------------------------------------------------------ */

/* The lossless readers of the previous head are back, or their time is over. */
static void grace_expired(struct timeout *x)
{
	struct terminal *const t = list_entry(x, struct terminal, grace);
	t->audience.absent = 0;
	audience_note(&t->audience, &t->output.tape);
	loop_defer(&t->env->loop, &t->pump);
}

void pump_init(struct terminal *t)
{
	timeout_init(&t->waited, waited_expired);
	timeout_init(&t->pace, pace_expired);
	timeout_init(&t->retry, retry_expired);
	timeout_init(&t->grace, grace_expired);
}

void pump_deinit(struct terminal *t)
{
	timeout_clear(&t->waited);
	timeout_clear(&t->pace);
	timeout_clear(&t->retry);
	timeout_clear(&t->grace);
}
