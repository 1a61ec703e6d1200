/* SPDX-License-Identifier: ISC */
#include "logwriter.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "printable.h"
#include "when.h"

#define SECOND_NS 1000000000u
/* 2^62, plus the 37 seconds that TAI is ahead of UTC since 2017. */
#define TAI_BASE (UINT64_C(0x4000000000000000) + 37u)
#define STAMP_MAX (WHEN_MAX + 1u)

void logwriter_init(struct logwriter *w, int fd)
{
	*w = (struct logwriter){ .tokens = LOGWRITER_BURST, .stop = -1 };
	out_init(&w->out, fd);
	w->out.lines = true;
}

void logwriter_deinit(struct logwriter *w) { out_deinit(&w->out); }

/* ---- bounds ---------------------------------------------------------------- */

static void leave_out(struct logwriter *w, uint64_t n, uint64_t now)
{
	if (w->left_out == 0) w->resume = now + SECOND_NS;
	w->left_out += n;
}

static bool allowed(struct logwriter *w, uint64_t now)
{
	if (!w->limited) return true;
	if (w->refill == 0) w->refill = now;
	uint64_t const earned = (now - w->refill) / (SECOND_NS / LOGWRITER_RATE);
	w->refill += earned * (SECOND_NS / LOGWRITER_RATE);
	w->tokens = earned > LOGWRITER_BURST - w->tokens ? LOGWRITER_BURST : w->tokens + (unsigned)earned;
	return w->tokens > 0;
}

static enum logwriter_state flush(struct logwriter *w)
{
	uint8_t const *data;
	size_t len;
	for (;;) {
		enum out_result const r = out_flush(&w->out, &data, &len);
		if (r == OUT_OK) return LOGWRITER_DONE;
		if (r == OUT_CLOSED) return LOGWRITER_GONE;
		if (r == OUT_FAILED) {
			w->error = errno;
			return LOGWRITER_FAILS;
		}
		if (len == 0) return LOGWRITER_BUSY;
	}
}

/* Only if it may wait for its reader, or at the end. */
static enum logwriter_state write_on(struct logwriter *w, int ms)
{
	int64_t const until = clock_ms() + ms;
	for (;;) {
		enum logwriter_state const s = logwriter_write(w, 0, 0);
		int64_t const left = until - clock_ms();
		if (s == LOGWRITER_DONE || s == LOGWRITER_GONE || (ms >= 0 && left <= 0)) return s;
		struct pollfd p[2] = { { .fd = s == LOGWRITER_BUSY ? w->out.fd : -1, .events = POLLOUT },
		                       { .fd = ms < 0 ? w->stop : -1, .events = POLLIN } };
		(void)poll(p, 2, s == LOGWRITER_FAILS ? (ms < 0 || left > 100 ? 100 : (int)left) : ms < 0 ? -1 : (int)left);
		if (ms < 0 && s == LOGWRITER_FAILS) return s;
		if (p[1].revents) {
			w->waits = false;
			return s;
		}
	}
}

/* Waits for the reader, as long as the present second allows. */
static void be_patient(struct logwriter *w)
{
	int64_t const now = clock_ms();
	if (now >= w->patient + 1000) {
		w->patient = now;
		w->patience = LOGWRITER_PATIENCE_MS;
	}
	if (w->patience <= 0) return;
	(void)write_on(w, (int)w->patience);
	w->patience -= clock_ms() - now;
}

static bool room(struct logwriter *w, size_t len)
{
	while (w->waits && out_room(&w->out) < len)
		if (write_on(w, -1) != LOGWRITER_DONE) break;
	/* One piece of the tape can hold more lines than buffer and pipe. */
	if (out_room(&w->out) < len) (void)flush(w);
	if (out_room(&w->out) < len) be_patient(w);
	return out_room(&w->out) >= len;
}

bool logwriter_offer(struct logwriter *w, uint64_t now)
{
	if (w->left_out == 0 && allowed(w, now) && room(w, OUT_LINE_MAX)) return true;
	leave_out(w, 1, now);
	return false;
}

bool logwriter_refuse(struct logwriter *w, uint64_t lines)
{
	if (w->left_out == 0) return false;
	w->left_out += lines;
	return true;
}

/* ---- lines ----------------------------------------------------------------- */

static size_t stamp(struct logwriter const *w, uint64_t wall, char buf[STAMP_MAX])
{
	if (w->times == LOGWRITER_NO_TIMES) return 0;
	if (w->times == LOGWRITER_TAI64N)
		return (size_t)snprintf(buf, STAMP_MAX, "@%016" PRIx64 "%08x ", TAI_BASE + wall / SECOND_NS, (unsigned)(wall % SECOND_NS));
	size_t const n = when_print(wall, buf);
	return n > 0 ? n + (size_t)snprintf(buf + n, STAMP_MAX - n, " ") : 0;
}

/* The part of [*p, end) that fits into a line of the log, with its newline. */
static size_t piece(struct logwriter const *w, char const **p, char const *end, uint64_t wall, char line[OUT_LINE_MAX])
{
	char mark[STAMP_MAX];
	size_t n = stamp(w, wall, mark);
	memcpy(line, mark, n);
	while (*p < end) {
		bool good;
		size_t const len = printable_next(*p, (size_t)(end - *p), &good);
		if (n + (good ? len : len * PRINTABLE_ESCAPE) + 1 >= OUT_LINE_MAX) break;
		n += printable_put(line + n, OUT_LINE_MAX - n, *p, len);
		*p += len;
	}
	line[n++] = '\n';
	return n;
}

void logwriter_line(struct logwriter *w, char const *text, size_t len, uint64_t wall, uint64_t now)
{
	char const *p = text;
	char const *const end = p + len;
	char line[OUT_LINE_MAX];
	size_t all = 0;

	/* All pieces of a long line, as far as the buffer can hold them, or none. */
	for (char const *q = p; q < end;) all += piece(w, &q, end, wall, line);
	if (!room(w, all < OUT_MAX / 2 ? all : OUT_MAX / 2)) {
		leave_out(w, 1, now);
		return;
	}
	while (p < end) {
		size_t const n = piece(w, &p, end, wall, line);
		if (!room(w, n)) {
			leave_out(w, 1, now);
			return;
		}
		(void)out_add(&w->out, line, n);
		if (w->limited && w->tokens > 0) w->tokens--;
	}
}

void logwriter_raw(struct logwriter *w, void const *data, size_t len, uint64_t now)
{
	char const *p = data;
	while (w->waits && len > OUT_LINE_MAX && room(w, OUT_LINE_MAX)) {
		(void)out_add(&w->out, p, OUT_LINE_MAX);
		p += OUT_LINE_MAX;
		len -= OUT_LINE_MAX;
	}
	if (w->left_out > 0 || !room(w, len)) leave_out(w, len, now);
	else (void)out_add(&w->out, p, len);
}

static bool notice(struct logwriter *w, char const *text, uint64_t wall)
{
	char mark[STAMP_MAX], line[STAMP_MAX + 256];
	size_t const n = w->raw ? 0 : stamp(w, wall, mark);
	int const len = snprintf(line, sizeof line, w->raw ? "%.*s\r\n[%.200s]\r\n" : "%.*s[%.200s]\n", (int)n, mark, text);
	return len > 0 && out_add(&w->out, line, (size_t)len);
}

void logwriter_notice(struct logwriter *w, char const *text, uint64_t wall)
{
	if (notice(w, text, wall)) return;
	if (w->left_out++ == 0) w->resume = 1;
}

/* ---- writing --------------------------------------------------------------- */

static void say_left_out(struct logwriter *w, uint64_t wall)
{
	char text[160];
	snprintf(text, sizeof text, "%" PRIu64 " %s%s left out%s%s", w->left_out, w->raw ? "byte" : "line", w->left_out == 1 ? "" : "s",
	         w->error ? ": " : "", w->error ? strerror(w->error) : "");
	if (!notice(w, text, wall)) return;
	w->left_out = 0;
	w->resume = 0;
	w->error = 0;
}

enum logwriter_state logwriter_write(struct logwriter *w, uint64_t now, uint64_t wall)
{
	enum logwriter_state s = flush(w);
	if (s == LOGWRITER_DONE && w->left_out == 0) w->error = 0;
	if (w->resume == 0 || now < w->resume) return s;
	/* It continues a second later, if there is room. */
	if (out_room(&w->out) < OUT_MAX / 2) {
		w->resume = now + SECOND_NS;
		return s;
	}
	say_left_out(w, wall);
	return flush(w);
}

static uint64_t held(struct logwriter const *w)
{
	uint64_t n = 0;
	for (size_t i = 0; i < w->out.len; i++) n += w->raw || w->out.buf[w->out.start + i] == '\n';
	return n;
}

uint64_t logwriter_finish(struct logwriter *w, int ms, uint64_t wall)
{
	(void)write_on(w, ms);
	uint64_t const unsaid = held(w) + w->left_out;
	if (w->left_out > 0 && out_room(&w->out) > 0) say_left_out(w, wall);
	return write_on(w, ms) == LOGWRITER_DONE ? w->left_out : unsaid;
}
