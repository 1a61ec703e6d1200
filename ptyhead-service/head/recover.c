#include "recover.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "master.h"
#include "reader.h"
#include "replay.h"
#include "screen.h"
#include "terminal.h"

/* The state and the screen at the tape's end. */
static void replay(struct terminal *t)
{
	struct tape_reader r;

	if (tape_reader_init(&r, t->tape.fd) < 0) return;
	struct replay p = { .tape = &r, .into = t->screen, .state = t->state };
	int const e = replay_now(&p);
	if (e < 0)
		log_say(&t->head->log, LOG_WARNING, "%s: unable to read its tape: %s: its screen is not known", t->name, strerror(-e));
	else if (!p.exact)
		log_say(&t->head->log, LOG_WARNING, "%s: no whole checkpoint on its tape: the screen begins with the history", t->name);
	t->state = p.state;
	replay_deinit(&p);
	tape_reader_deinit(&r);
}

static bool size_sane(struct tape_size s)
{
	return wire_size_ok((struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel });
}

static char const *tape_wrong(int error)
{
	switch (error) {
	case -EPROTONOSUPPORT: return "it is of another version of ptyhead";
	case -EPROTO: return "it is damaged, or no tape at all";
	default: return strerror(-error);
	}
}

/* A terminal on a kept tape; without a usable one, on a new tape. */
static struct terminal *terminal_recover(struct head *h, struct keep_item *tape, char const *name)
{
	struct terminal *t;
	int r = terminal_new_on(h, name, tape ? tape->fd : -1, &t);

	if (tape && r < 0) {
		log_say(&h->log, LOG_WARNING, "%s: its tape is of no use (%s): its history is lost", name, tape_wrong(r));
		close(tape->fd);
		tape->fd = -1;
		keep_drop(&h->keep, KEEP_TAPE, 0, name);
		r = terminal_new_on(h, name, -1, &t);
		tape = NULL;
	}
	if (r < 0) {
		log_say(&h->log, LOG_WARNING, "%s: unable to go on with it: %s", name, strerror(-r));
		return NULL;
	}
	if (!tape) return t;
	tape->fd = -1;
	t->tape_kept = true;
	replay(t);
	if (!size_sane(t->state.size)) {
		t->state.size = (struct tape_size){ .rows = 24, .cols = 80 };
		screen_resize(t->screen, 24, 80);
	}
	return t;
}

static struct keep_item *find(struct keep_item *items, size_t n, enum keep_kind kind, char const *terminal, uint32_t run)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].fd >= 0 && items[i].kind == kind && !strcmp(items[i].terminal, terminal) &&
		    (kind == KEEP_TAPE || items[i].run == run))
			return &items[i];
	return NULL;
}

static int take(struct keep_item *item)
{
	if (!item) return -1;
	int const fd = item->fd;
	item->fd = -1;
	return fd;
}

/* The newest run of which a master was kept; 0: none. */
static uint32_t newest(struct keep_item const *items, size_t n, char const *terminal)
{
	uint32_t run = 0;
	for (size_t i = 0; i < n; i++)
		if (items[i].fd >= 0 && items[i].kind == KEEP_MASTER && !strcmp(items[i].terminal, terminal) && items[i].run > run)
			run = items[i].run;
	return run;
}

static void go_on(struct head *h, struct keep_item *items, size_t n, char const *name)
{
	struct terminal *const t = terminal_recover(h, find(items, n, KEEP_TAPE, name, 0), name);
	if (!t) return;
	uint32_t const run = newest(items, n, name);
	struct keep_item *const master = run ? find(items, n, KEEP_MASTER, name, run) : NULL;
	uint32_t const of = run ? run : t->state.run;
	int const pidfd = take(find(items, n, KEEP_PIDFD, name, of));
	int fd = take(master);
	char const *const wrong = fd >= 0 ? master_wrong(fd) : NULL;

	if (wrong) {
		log_say(&h->log, LOG_WARNING, "%s: what was kept as the master of run %u: %s", name, run, wrong);
		close(fd);
		fd = -1;
		keep_drop(&h->keep, KEEP_MASTER, run, name);
	}
	terminal_resume(t, of, fd, pidfd);
	log_say(&h->log, LOG_INFO, "%s: gone on with, run %u, at byte %llu", name, t->state.run, (unsigned long long)t->tape.end);
}

void recover(struct head *h, struct keep_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (items[i].fd < 0 || terminal_find(h, items[i].terminal)) continue;
		go_on(h, items, n, items[i].terminal);
	}
	/* A run before the last, whose removal was under way. */
	for (size_t i = 0; i < n; i++) {
		if (items[i].fd < 0) continue;
		close(items[i].fd);
		keep_drop(&h->keep, items[i].kind, items[i].run, items[i].terminal);
	}
}
