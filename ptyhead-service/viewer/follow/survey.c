/* SPDX-License-Identifier: ISC */
#include "survey.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define AGAIN_MS 20

bool survey_add(struct survey *s, char const *path, char const *address)
{
	struct survey_head *const all = realloc(s->heads, (s->len + 1) * sizeof *all);
	if (!all) return false;
	s->heads = all;
	struct survey_head *const h = &all[s->len];
	*h = (struct survey_head){ .path = strdup(path), .address = strdup(address), .out = SCREEN_BUF_INIT };
	if (h->path && h->address) {
		s->len++;
		return true;
	}
	free(h->path);
	free(h->address);
	return false;
}

static void give(void *arg, struct ptyhead_entry const *e)
{
	struct survey_head *const h = arg;
	h->survey->each(h, e);
}

/* The head is done; a failure that passes is tried again. */
static void end(struct survey_head *h, int r, int64_t now)
{
	bool const died = r == -ECONNRESET || r == -EPIPE;
	bool const restarts = h->reached && (r == -ECONNREFUSED || r == -ENOENT);

	if (h->lister) {
		h->reply = *ptyhead_lister_reply(h->lister);
		ptyhead_lister_free(h->lister);
		h->lister = NULL;
		h->survey->asked--;
	}
	/* The heads that are asked now will release descriptors. */
	bool const full = (r == -EMFILE || r == -ENFILE) && h->survey->asked > 0;
	h->reached |= died;
	h->result = full ? -ETIMEDOUT : r;
	h->done = !(died || restarts || full);
	h->due = now + AGAIN_MS;
}

static void go_on(struct survey_head *h, int64_t now)
{
	int const r = ptyhead_lister_process(h->lister);
	if (r <= 0) end(h, r, now);
}

static void begin(struct survey_head *h, int64_t now)
{
	screen_buf_clear(&h->out);
	h->rows = 0;
	h->result = -ETIMEDOUT;
	int const r = ptyhead_lister_new(&h->lister, h->path, h->survey->terminal, h->survey->look, give, h);
	if (r < 0) {
		end(h, r, now);
		return;
	}
	h->survey->asked++;
	go_on(h, now);
}

/* The time of the next attempt, at most `until`, for poll. -1: all heads are done. */
static int64_t next_due(struct survey const *s, int64_t until)
{
	int64_t due = -1;
	for (size_t i = 0; i < s->len; i++) {
		struct survey_head const *const h = &s->heads[i];
		if (h->done) continue;
		int64_t const at = !h->lister && h->due < until ? h->due : until;
		if (due < 0 || at < due) due = at;
	}
	return due;
}

bool survey_run(struct survey *s, int ms)
{
	int64_t const until = clock_ms() + ms;
	struct pollfd *const p = calloc(s->len ? s->len : 1, sizeof *p);

	if (!p) return false;
	for (size_t i = 0; i < s->len; i++) s->heads[i].survey = s;
	while (next_due(s, until) >= 0) {
		int64_t now = clock_ms();
		if (now >= until) break;
		for (size_t i = 0; i < s->len; i++) {
			struct survey_head *const h = &s->heads[i];
			if (!h->done && !h->lister && now >= h->due) begin(h, now);
			p[i] = (struct pollfd){ h->lister ? ptyhead_lister_fd(h->lister) : -1, POLLIN, 0 };
		}
		int64_t const due = next_due(s, until);
		if (due < 0) break;
		if (poll(p, (nfds_t)s->len, due > now ? (int)(due - now) : 0) <= 0) continue;
		now = clock_ms();
		for (size_t i = 0; i < s->len; i++)
			if (p[i].revents) go_on(&s->heads[i], now);
	}
	free(p);
	return true;
}

void survey_deinit(struct survey *s)
{
	for (size_t i = 0; i < s->len; i++) {
		struct survey_head *const h = &s->heads[i];
		ptyhead_lister_free(h->lister);
		screen_buf_deinit(&h->out);
		free(h->path);
		free(h->address);
	}
	free(s->heads);
}
