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
	conn_init(&h->conn, -1);
	if (h->path && h->address) {
		s->len++;
		return true;
	}
	free(h->path);
	free(h->address);
	return false;
}

static void give(void *arg, struct wire_entry const *e)
{
	struct survey_head *const h = arg;
	h->survey->each(h, e);
}

/* The head is done; a failure that passes is tried again. */
static void end(struct survey_head *h, int r, int64_t now)
{
	bool const died = r == -ECONNRESET || r == -EPIPE;
	bool const restarts = h->reached && (r == -ECONNREFUSED || r == -ENOENT);
	/* The backlog is full; or other heads will release descriptors. */
	bool const full = r == -ETIMEDOUT || r == -EMFILE || r == -ENFILE;

	conn_deinit(&h->conn);
	conn_init(&h->conn, -1);
	h->result = full ? -ETIMEDOUT : r;
	h->state = died || restarts || full ? SURVEY_AWAY : SURVEY_DONE;
	h->due = now + AGAIN_MS;
}

static void begin(struct survey_head *h, int64_t now)
{
	int const sock = (h->survey->look ? ptyhead_connect_to_look : ptyhead_connect)(h->path, 0);

	if (sock < 0) {
		end(h, sock, now);
		return;
	}
	conn_init(&h->conn, sock);
	h->reached = true;
	screen_buf_clear(&h->out);
	h->rows = 0;
	h->listing = (struct listing){ .terminal = h->survey->terminal, .each = give, .arg = h };
	h->state = SURVEY_ASKED;
	h->result = -ETIMEDOUT;
	int const r = listing_begin(&h->conn, &h->listing);
	if (r < 0) end(h, r, now);
}

static void go_on(struct survey_head *h, short revents, int64_t now)
{
	/* An error here shows in the answer. */
	if (revents & POLLOUT) (void)conn_flush(&h->conn);
	if (!(revents & (POLLIN | POLLHUP | POLLERR))) return;
	int const r = listing_answer(&h->conn, &h->listing, &h->reply);
	if (r != -EAGAIN) end(h, r, now);
}

/* The time of the next attempt, at most `until`, for poll. -1: all heads are done. */
static int64_t next_due(struct survey const *s, int64_t until)
{
	int64_t due = -1;
	for (size_t i = 0; i < s->len; i++) {
		struct survey_head const *const h = &s->heads[i];
		if (h->state == SURVEY_DONE) continue;
		int64_t const at = h->state == SURVEY_AWAY && h->due < until ? h->due : until;
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
			if (h->state == SURVEY_AWAY && now >= h->due) begin(h, now);
			p[i] = (struct pollfd){ h->conn.fd, POLLIN, 0 };
			if (conn_pending(&h->conn)) p[i].events |= POLLOUT;
		}
		int64_t const due = next_due(s, until);
		if (due < 0) break;
		if (poll(p, (nfds_t)s->len, due > now ? (int)(due - now) : 0) <= 0) continue;
		now = clock_ms();
		for (size_t i = 0; i < s->len; i++)
			if (p[i].revents) go_on(&s->heads[i], p[i].revents, now);
	}
	free(p);
	return true;
}

void survey_deinit(struct survey *s)
{
	for (size_t i = 0; i < s->len; i++) {
		struct survey_head *const h = &s->heads[i];
		conn_deinit(&h->conn);
		screen_buf_deinit(&h->out);
		free(h->path);
		free(h->address);
	}
	free(s->heads);
}
