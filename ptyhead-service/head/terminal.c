#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct terminal *terminal_find(struct head *h, char const *name)
{
	list_each(it, &h->terminals) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		if (!strcmp(t->name, name)) return t;
	}
	return NULL;
}

static bool terminal_idle(struct terminal const *t)
{
	return !(t->state.flags & TAPE_ALIVE) && list_empty(&t->viewers);
}

/* Makes room for one more: the terminal that ended first and that nobody
 * looks at gives way. */
static bool evict(struct head *h)
{
	struct terminal *first = NULL;
	list_each(it, &h->terminals) {
		struct terminal *const t = list_entry(it, struct terminal, link);
		if (terminal_idle(t) && (!first || t->state.since < first->state.since)) first = t;
	}
	if (!first) return false;
	log_peer(&h->log, "%s: forgotten, to make room for another terminal (see -n)", first->name);
	terminal_free(first);
	return true;
}

int terminal_new(struct head *h, char const *name, struct terminal **ret)
{
	return terminal_new_on(h, name, -1, ret);
}

int terminal_new_on(struct head *h, char const *name, int tape, struct terminal **ret)
{
	if (h->terminals_len >= h->limits.terminals && !evict(h)) return -EMFILE;
	struct terminal *const t = calloc(1, sizeof *t);
	if (!t) return -ENOMEM;
	int const r = tape < 0 ? tape_create(&t->tape, h->limits.ring_size, name) : tape_open(&t->tape, tape);
	if (r < 0) {
		free(t);
		return r;
	}
	t->head = h;
	strncpy(t->name, name, sizeof t->name - 1);
	t->master.fd = t->pidfd.fd = -1;
	t->state.size = (struct tape_size){ .rows = 24, .cols = 80 };
	list_init(&t->viewers);
	deferred_init(&t->drain, terminal_drain_deferred);
	timeout_init(&t->reap, NULL);
	timeout_init(&t->waited, terminal_waited_expired);
	timeout_init(&t->pace, terminal_pace_expired);
	timeout_init(&t->grace, terminal_grace_expired);
	if (engine_init(t) < 0) {
		if (tape >= 0) t->tape.fd = -1; /* the caller's still */
		tape_deinit(&t->tape);
		free(t);
		return -ENOMEM;
	}
	if (tape < 0) terminal_checkpoint(t);
	list_append(&h->terminals, &t->link);
	h->terminals_len++;
	*ret = t;
	return 0;
}

void terminal_free(struct terminal *t)
{
	while (!list_empty(&t->viewers)) terminal_viewer_remove(list_entry(t->viewers.next, struct viewer, link));
	terminal_input_drop(t);
	terminal_master_drop(t);
	if (t->pidfd.fd >= 0) {
		int const fd = t->pidfd.fd;
		loop_remove(&t->head->loop, &t->pidfd);
		close(fd);
		if (!t->head->closing) keep_drop(&t->head->keep, KEEP_PIDFD, t->state.run, t->name);
	}
	if (t->tape_kept && !t->head->closing) keep_drop(&t->head->keep, KEEP_TAPE, 0, t->name);
	deferred_clear(&t->drain);
	timeout_clear(&t->reap);
	timeout_clear(&t->waited);
	timeout_clear(&t->pace);
	timeout_clear(&t->grace);
	engine_deinit(t);
	tape_deinit(&t->tape);
	list_remove(&t->link);
	t->head->terminals_len--;
	free(t);
}

/* ---- viewers ------------------------------------------------------------- */

struct viewer *terminal_leader(struct terminal *t)
{
	list_each(it, &t->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->watch && wire_size_ok(v->size)) return v;
	}
	return NULL;
}

/* The smallest or largest of each dimension; a cell's pixels are the leader's. */
static struct wire_size extreme(struct terminal *t, struct wire_size lead, bool largest)
{
	struct wire_size z = lead;
	list_each(it, &t->viewers) {
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

bool terminal_wants_size(struct terminal *t, struct wire_size *ret)
{
	enum size_policy const policy = t->head->limits.size;
	struct viewer const *const v = policy == SIZE_FIXED ? NULL : terminal_leader(t);
	if (!v) return false;
	*ret = policy == SIZE_LATEST ? v->size : extreme(t, v->size, policy == SIZE_LARGEST);
	return true;
}

void terminal_follow_size(struct terminal *t)
{
	struct wire_size size;
	if (terminal_wants_size(t, &size)) terminal_resize(t, size);
}

void terminal_viewer_add(struct terminal *t, struct viewer *v)
{
	v->terminal = t;
	if (v->watch) list_append(&t->viewers, &v->link);
	else list_prepend(&t->viewers, &v->link);
	if (v->lossless) {
		/* Where it was, if it comes back; else the oldest byte: there
		 * it begins to read. */
		uint64_t const end = t->tape.end;
		uint64_t const oldest = tape_oldest(end, t->tape.ring_size);
		v->pos = oldest;
		v->moved_ns = loop_now();
		t->lossless++;
		terminal_lossless_changed(t);
		viewer_look(v, end);
		if (t->absent > 0 && --t->absent == 0) terminal_grace_expired(&t->grace);
	}
	terminal_follow_size(t);
}

void terminal_viewer_active(struct terminal *t, struct viewer *v)
{
	if (v->watch) return;
	if (t->viewers.next != &v->link) {
		list_remove(&v->link);
		list_prepend(&t->viewers, &v->link);
	}
	terminal_follow_size(t);
}

void terminal_viewer_remove(struct viewer *v)
{
	struct terminal *const t = v->terminal;
	if (!t) return;
	list_remove(&v->link);
	v->terminal = NULL;
	if (v->lossless) {
		t->lossless--;
		terminal_moved(t);
	}
	terminal_follow_size(t);
}

/* ---- loops --------------------------------------------------------------- */

static bool same_tty(struct wire_tty a, struct wire_tty b)
{
	return a.rdev != 0 && a.rdev == b.rdev && a.dev == b.dev;
}

/* A terminal shows another when a viewer that runs on the one looks at the
 * other. Walks from `t` along that; each is visited once. */
static bool reaches(struct terminal *t, struct wire_tty tty)
{
	struct wire_tty const own = { t->state.tty_dev, t->state.tty_rdev };
	if (same_tty(own, tty)) return true;
	if (t->visited) return false;
	t->visited = true;
	list_each(it, &t->head->terminals) {
		struct terminal *const other = list_entry(it, struct terminal, link);
		list_each(jt, &other->viewers) {
			struct viewer const *const v = list_entry(jt, struct viewer, link);
			if (same_tty(v->tty, own) && reaches(other, tty)) return true;
		}
	}
	return false;
}

bool terminal_shows(struct terminal *t, struct wire_tty tty)
{
	list_each(it, &t->head->terminals) list_entry(it, struct terminal, link)->visited = false;
	return reaches(t, tty);
}
