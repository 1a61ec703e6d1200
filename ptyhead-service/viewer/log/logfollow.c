/* SPDX-License-Identifier: ISC */
/* Waiting: for more on the tape, for the reader of the log, for a signal, for the end
 * of the program. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "logtail_int.h"

#define MS_NS 1000000u
#define SECOND_NS 1000000000u
#define FINISH_MS 500 /* at the end, the reader gets this much time */
#define ROUND_MS 50   /* in a flood, signals are checked this often */

static int watch(struct logtail *t, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };
	return fd < 0 || epoll_ctl(t->events, EPOLL_CTL_ADD, fd, &e) == 0 ? 0 : -errno;
}

static void unwatch(struct logtail *t, int fd) { (void)epoll_ctl(t->events, EPOLL_CTL_DEL, fd, NULL); }

static int watch_all(struct logtail *t)
{
	t->events = epoll_create1(EPOLL_CLOEXEC);
	if (t->events < 0) return -errno;
	t->follow->also = t->events;
	/* Also notices the end of the log's reader while nothing is to be written. A
	 * file has no reader. */
	t->out_watched = watch(t, t->writer->out.fd, 0) == 0;
	int const r = watch(t, t->signals, EPOLLIN);
	return r < 0 ? r : watch(t, t->process, EPOLLIN);
}

static bool wait_to_write(struct logtail *t, bool wait)
{
	struct epoll_event e = { .events = wait ? EPOLLOUT : 0, .data.fd = t->writer->out.fd };
	return t->out_watched && epoll_ctl(t->events, EPOLL_CTL_MOD, e.data.fd, &e) == 0;
}

/* Writes what can be written. False: writing failed for good, errno. */
static bool write_some(struct logtail *t)
{
	struct logwriter *const w = t->writer;
	uint64_t const now = logtail_now(t);
	if (t->retry && now < t->retry) return true;
	t->retry = 0;
	switch (logwriter_write(w, now, clock_wall_ns())) {
	case LOGWRITER_DONE:
		if (t->waits_to_write) (void)wait_to_write(t, false);
		t->waits_to_write = false;
		return true;
	case LOGWRITER_BUSY:
		if (t->waits_to_write) return true;
		t->waits_to_write = wait_to_write(t, true);
		if (!t->waits_to_write) t->retry = now + SECOND_NS;
		return true;
	case LOGWRITER_FAILS:
		errno = w->error;
		t->retry = now + SECOND_NS;
		return !w->waits;
	case LOGWRITER_GONE: errno = EPIPE; return false;
	}
	return false;
}

/* Processes what is there, within the limits of a round. 0; -errno; 1: unable to write. */
static int pump(struct logtail *t)
{
	uint64_t const until = logtail_now(t) + ROUND_MS * MS_NS;
	int r;
	while (!t->done && (r = logtail_step(t)) != 0) {
		if (r < 0) return r;
		if (t->listing) continue;
		if (t->look && logtail_now(t) >= t->look) logtail_look(t);
		follow_moved(t->follow);
		if (!write_some(t)) return 1;
		if (logtail_now(t) >= until) break;
	}
	if (t->listing) {
		logtail_past_over(t);
		if (!t->on) t->done = true;
	}
	uint64_t const now = logtail_now(t);
	if (!t->done && ((t->look && now >= t->look) || (t->again && now >= t->again))) logtail_look(t);
	follow_moved(t->follow);
	return write_some(t) ? 0 : 1;
}

/* Has the program left its terminal to others, whose end the head will report? */
static bool left(struct logtail const *t)
{
	return t->run && t->state.run == t->run && tape_state_left(&t->state);
}

/* How long to wait for the head to report the run's end. If the head is away and does
 * not come back, nobody was left behind; if it comes back, it may take its time. */
static uint64_t patience(struct logtail const *t)
{
	if (t->follow->link.state == HEADLINK_UP || left(t)) return LOGTAIL_THERE_MS;
	return t->follow->link.state == HEADLINK_ASKED ? LOGTAIL_COMING_MS : LOGTAIL_AWAY_MS;
}

/* The program ended while its head is away, perhaps for good. */
static void program_over(struct logtail *t)
{
	if (t->ended_at == 0) return;
	uint64_t const now = logtail_now(t);
	if (left(t) && t->follow->link.state == HEADLINK_UP) {
		t->give_up = 0;
		return;
	}
	if (t->give_up == 0) t->ended_at = now; /* the head went away just now */
	uint64_t const ms = patience(t);
	t->give_up = t->ended_at + ms * MS_NS;
	if (now < t->give_up) return;
	if (t->lines) loglines_all(t->lines, now);
	t->done = true;
}

static void earlier(uint64_t *a, uint64_t b)
{
	if (b && (*a == 0 || b < *a)) *a = b;
}

/* In CLOCK_MONOTONIC ms, for follow_wait. */
static int64_t wait_until(struct logtail const *t)
{
	uint64_t at = 0;
	earlier(&at, t->look);
	earlier(&at, t->again);
	earlier(&at, t->retry);
	earlier(&at, t->writer->resume);
	earlier(&at, t->give_up);
	return at ? (int64_t)((at - t->base) / MS_NS) + 1 : -1;
}

/* 0: go on; 1: told to end; -1: nobody reads the log any more. */
static int event(struct logtail *t)
{
	struct epoll_event e[4];
	int const n = epoll_wait(t->events, e, 4, 0);
	for (int i = 0; i < n; i++) {
		if (e[i].data.fd == t->signals && t->stop(t->arg)) return 1;
		if (e[i].data.fd == t->writer->out.fd && e[i].events & (EPOLLERR | EPOLLHUP)) return -1;
		if (e[i].data.fd != t->process) continue;
		unwatch(t, t->process);
		t->ended_at = t->give_up = logtail_now(t);
	}
	return 0;
}

static enum logtail_result failed(int r)
{
	if (r < 0) errno = -r;
	return r == -ESRCH ? LOGTAIL_NO_RUN : r < 0 ? LOGTAIL_FAILED : LOGTAIL_UNWRITTEN;
}

static enum logtail_result follow_on(struct logtail *t)
{
	for (;;) {
		int r = pump(t);
		if (r != 0) return failed(r);
		program_over(t);
		if (t->done) return LOGTAIL_DONE;
		switch (follow_wait(t->follow, wait_until(t))) {
		case FOLLOW_MORE:
		case FOLLOW_TAKEN:
		case FOLLOW_UNANSWERED:
		case FOLLOW_TIME: break;
		case FOLLOW_ALSO:
			r = event(t);
			if (r == 0) break;
			errno = EPIPE;
			if (r < 0) return LOGTAIL_UNWRITTEN;
			/* The output that is there now is still written. */
			r = pump(t);
			if (t->lines && !t->done) logtail_look(t);
			return r ? failed(r) : LOGTAIL_DONE;
		case FOLLOW_NEW:
			r = logtail_another_tape(t);
			if (r < 0) return failed(r);
			break;
		case FOLLOW_REFUSED: return LOGTAIL_REFUSED;
		case FOLLOW_FAILED: return LOGTAIL_FAILED;
		}
	}
}

enum logtail_result logtail_run(struct logtail *t)
{
	t->base = clock_wall_ns() - clock_ns();
	t->writer->stop = t->signals;
	int r = watch_all(t);
	if (r == 0) r = logtail_begin(t);
	enum logtail_result const result = r < 0 ? failed(r) : follow_on(t);
	int const e = errno;
	/* Waits a moment for the reader, as a filter does. */
	if (result == LOGTAIL_DONE || result == LOGTAIL_REFUSED || result == LOGTAIL_FAILED)
		t->unsaid = logwriter_finish(t->writer, t->writer->waits ? -1 : FINISH_MS, clock_wall_ns());
	loglist_clear(&t->list);
	loglines_free(t->lines);
	screen_free(t->screen);
	if (t->events >= 0) close(t->events);
	t->follow->also = -1;
	errno = e;
	return result;
}
