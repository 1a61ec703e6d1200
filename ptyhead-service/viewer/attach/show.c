/* SPDX-License-Identifier: ISC */
#include "show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "show_int.h"

/* If the tape has no checkpoint, an overtaken terminal gets only the rest. */
#define TAIL_BYTES (32u << 10)
#define TELL_MS 1000
/* amount that is painted in one round */
#define PAINT_BYTES (256u << 10)
#define BRIEF_MS 2000

int show_init(struct show *s, int out, unsigned rows, unsigned cols)
{
	return face_init(&s->face, out, rows, cols);
}

void show_deinit(struct show *s)
{
	if (s->open) tape_reader_deinit(&s->tape);
	s->open = false;
	face_deinit(&s->face);
}

void show_away(struct show *s)
{
	if (s->away) return;
	s->away = true;
	face_notice(&s->face, "the head is away, waiting for it", BANNER_OVER, 0);
}

void show_back(struct show *s)
{
	if (!s->away) return;
	s->away = false;
	face_notice(&s->face, "the head is back", BANNER_OVER, BRIEF_MS);
}

void show_tell_lost(struct show *s, int64_t now, bool all)
{
	char text[NOTICE_MAX];

	if (s->lost == 0 || s->face.quiet || (!all && s->lost_told && now - s->lost_told < TELL_MS)) return;
	snprintf(text, sizeof text, "%" PRIu64 " bytes of output were lost, since they were not read in time", s->lost);
	s->lost = 0;
	s->lost_told = now;
	s->face.say(text);
}

/* ---- where to start ------------------------------------------------------ */

/* The viewer ends when everything that was read is written. */
static void follow_ends(struct show *s, uint32_t flags, int status)
{
	s->over_due = true;
	if (s->left) return; /* the end was known when the viewer attached */
	s->known = flags & TAPE_ENDED_KNOWN;
	s->end_flags = flags;
	s->status = status;
}

/* The followed run has ended, and its end mark was missed. */
static void end_missed(struct show *s)
{
	struct tape_state const *const l = &s->last;
	uint32_t const going = s->left ? TAPE_ALIVE | TAPE_OPEN : TAPE_ALIVE;
	if (!s->follow || l->run < s->follow || (l->run == s->follow && (l->flags & going))) return;
	follow_ends(s, l->run == s->follow ? l->flags : TAPE_ALIVE, l->status);
}

/* Another tape replaces the present one. The followed run may have ended on the old
 * tape, or be lost with it. A run that is still awaited has another number on the new
 * tape. */
static void tape_gone(struct show *s)
{
	place_present(&s->tape, &s->last);
	tape_reader_deinit(&s->tape);
	end_missed(s);
	if (s->follow > s->last.run) s->follow = 0;
}

static bool is_open(struct tape_state const *s) { return s->flags & (TAPE_ALIVE | TAPE_OPEN); }

int show_tape(struct show *s, int fd, uint64_t viewer)
{
	struct tape_reader r;
	int const e = tape_reader_init(&r, fd);

	close(fd);
	if (e < 0) return e;
	s->viewer = viewer;
	if (s->open && r.header->id[0] == s->id[0] && r.header->id[1] == s->id[1]) {
		tape_reader_deinit(&r);
		return 0;
	}
	bool const again = s->open;
	if (again) tape_gone(s);
	s->tape = r;
	s->open = true;
	s->span.left = 0;
	s->id[0] = r.header->id[0];
	s->id[1] = r.header->id[1];
	place_present(&s->tape, &s->last);
	s->now = s->last;
	s->live = s->tape.mark;
	s->live_pos = s->tape.pos;
	/* The followed run may go on, with only its tape lost. */
	if (again && s->follow && !s->over_due && !(s->last.run == s->follow && s->last.flags & TAPE_CONTINUED))
		follow_ends(s, TAPE_ALIVE, 0);
	if (s->once && !s->follow) {
		s->follow = tape_state_next(&s->last);
		s->left = s->follow == s->last.run && tape_state_left(&s->last);
		s->known = s->left && (s->last.flags & TAPE_ENDED_KNOWN);
		s->end_flags = s->last.flags;
		s->status = s->last.status;
	}
	if (s->once && s->follow > s->last.run) {
		s->run = s->last.run; /* nothing of it can lie behind our position */
		show_blank(s);
	} else {
		show_start(s, !again);
	}
	bool const used = is_open(&s->last);
	if (again || !used)
		face_notice(&s->face, !again ? "no program is running, waiting for it"
		                      : used ? "the head is back, with a new tape"
		                              : "the head is back, with a new tape: no program is running yet",
		            BANNER_FLOW, BRIEF_MS);
	else if (s->face.tty && s->hint)
		face_notice(&s->face, s->hint, BANNER_HINT, BRIEF_MS);
	return 0;
}

/* Our position may be far behind the state that was known when the tape came. */
bool show_open(struct show const *s)
{
	if (!s->open) return false;
	if (s->now.run > s->last.run) return is_open(&s->now);
	return is_open(&s->last) && (s->now.run < s->last.run || is_open(&s->now));
}

/* ---- going on ------------------------------------------------------------ */

/* The run's end may be in the gap. */
static void overtaken(struct show *s)
{
	struct tape_reader r = s->tape;
	uint64_t const before = s->tape.pos;
	uint64_t const end = tape_reader_end(&r);
	char text[NOTICE_MAX];

	s->span.left = 0;
	/* This question was passed on already. */
	if (s->tape.mark > s->live) s->live = s->tape.mark;
	place_present(&r, &s->last);
	if (s->face.tty && !s->once) {
		if (!show_picture(s, false)) {
			face_cut(&s->face);
			if (end < TAIL_BYTES || !tape_reader_seek(&s->tape, end - TAIL_BYTES))
				tape_reader_oldest_seek(&s->tape);
			s->run = place_run(&s->tape, s->last.run);
		}
		if (s->lossless && s->tape.pos > before) {
			snprintf(text, sizeof text, "%" PRIu64 " bytes of output were lost", s->tape.pos - before);
			face_notice(&s->face, text, BANNER_OVER, BRIEF_MS);
		}
		return;
	}
	/* If only marks were overtaken, the bytes may still be there. */
	if (!tape_reader_seek(&s->tape, before)) tape_reader_oldest_seek(&s->tape);
	if (s->tape.pos > before && s->run == (s->follow ? s->follow : s->run)) s->lost += s->tape.pos - before;
	s->run = place_run(&s->tape, s->last.run);
}

static void run_ended(struct show *s, struct tape_mark const *m, bool news)
{
	char text[NOTICE_MAX];

	if (s->follow && m->run == s->follow && !s->left) follow_ends(s, s->now.flags, m->u.end.status);
	if (!news || (s->follow && m->run != s->follow)) return;
	notice_end(text, s->now.flags, m->u.end.status);
	bool const open = m->u.end.flags & TAPE_END_OPEN;
	size_t const n = strlen(text);
	if (open) snprintf(text + n, sizeof text - n, "%s", NOTICE_OPEN);
	face_notice(&s->face, text, BANNER_FLOW, open ? BRIEF_MS : 0);
}

static void closed(struct show *s, bool news)
{
	if (s->follow && s->now.run == s->follow) follow_ends(s, s->now.flags, s->now.status);
	else if (news && !s->follow) face_notice(&s->face, NOTICE_CLOSED, BANNER_FLOW, 0);
}

static void run_started(struct show *s, struct tape_mark const *m, bool news)
{
	char text[NOTICE_MAX];

	s->run = m->run;
	if (s->follow && m->run > s->follow && !s->over_due) follow_ends(s, TAPE_ALIVE, 0); /* its end was missed */
	if (s->face.tty) screen_clusters_set(canvas_screen(&s->face.canvas), s->now.flags & TAPE_CLUSTERS);
	if (!s->follow || m->run == s->follow) face_run(&s->face, m->u.start.size.rows, m->u.start.size.cols);
	if (!news || s->over_due) return;
	int const n = snprintf(text, sizeof text, "the program started%s", m->run > 1 ? " again" : "");
	if (m->u.start.pid > 0) snprintf(text + n, sizeof text - (size_t)n, " (pid %d)", (int)m->u.start.pid);
	face_notice(&s->face, text, BANNER_FLOW, BRIEF_MS);
}

static void mark(struct show *s, struct tape_event const *e)
{
	struct tape_mark const *const m = &e->mark;
	bool const news = s->tape.mark > s->live;

	tape_state_mark(&s->now, m);
	switch (m->type) {
	case TAPE_RUN_START: run_started(s, m, news); break;
	case TAPE_RUN_END: run_ended(s, m, news); break;
	case TAPE_CLOSED: closed(s, news); break;
	case TAPE_SIZE:
		if (!s->follow || m->run == s->follow) face_size(&s->face, m->u.size.rows, m->u.size.cols);
		break;
	case TAPE_QUERY:
		if (!s->face.tty) break;
		span_begin(&s->span, m->u.query.length, news && m->u.query.viewer != 0 && m->u.query.viewer == s->viewer);
		break;
	case TAPE_LOST_RIGHT:
		if (news && m->u.viewer.id == s->viewer)
			face_notice(&s->face, "the output was not read for long: from here on bytes may be missing", BANNER_OVER, BRIEF_MS);
		break;
	default: break;
	}
}

/* The viewer ends when everything that was read is on the terminal. */
static void settle(struct show *s)
{
	struct face const *const f = &s->face;
	if (!s->over_due || out_pending(&f->out) || face_waits(f) || f->still || (face_painting(f) && f->dirty)) return;
	s->over = true;
}

/* The span is complete. While painting, its effects are in the picture. */
static void span_done(struct show *s)
{
	struct face *const f = &s->face;
	char rest[SPAN_REST_MAX];
	bool more;

	if (!span_whole(&s->span)) return;
	if (s->span.ours) {
		face_query(f, s->span.data, s->span.len);
	} else if (!face_painting(f)) {
		size_t const n = span_rest(&s->span, rest, &more);
		if (more || !out_add(&f->out, rest, n)) face_apply(f, s->span.data, s->span.len);
	}
}

/* One step on the tape; *budget: how much may still be painted now. */
static enum tape_next step(struct show *s, size_t room, int64_t now, size_t *budget)
{
	struct face *const f = &s->face;
	bool const painting = face_painting(f);
	bool const other = s->follow && s->run != s->follow;
	uint8_t local[16384];
	bool const guards = face_guards(f);
	uint8_t *const to = painting || guards || s->plain || s->span.left > 0 ? local : out_tail(&f->out);
	struct tape_event e;

	if (painting || (to == local && room > sizeof local)) room = sizeof local;
	if (s->span.left > 0 && s->span.left < room) room = (size_t)s->span.left;
	/* A piece must lie entirely before or after the point where we attached. */
	if (painting && s->tape.pos < s->live_pos && s->live_pos - s->tape.pos < room) room = (size_t)(s->live_pos - s->tape.pos);
	enum tape_next const next = tape_reader_next(&s->tape, to, room, &e);
	if (next == TAPE_MARK) mark(s, &e);
	if (next != TAPE_BYTES) return next;
	if (painting) {
		*budget -= e.len < *budget ? e.len : *budget;
		if (!other) face_feed(f, local, e.len, s->tape.pos <= s->live_pos, now);
	}
	if (s->span.left > 0) {
		if (span_add(&s->span, local, e.len) && !other) span_done(s);
	} else if (guards && !other) {
		size_t const n = face_pass(f, local, e.len);
		if (n < e.len) face_feed(f, local + n, e.len - n, s->tape.pos <= s->live_pos, now);
	} else if (s->plain && !other) {
		out_add(&f->out, local, strip(&s->strip, local, e.len));
	} else if (!painting && !other) {
		out_added(&f->out, e.len);
	}
	return next;
}

static uint64_t behind(struct show const *s)
{
	uint64_t const end = s->open ? tape_reader_end(&s->tape) : 0;
	return s->open && end > s->tape.pos ? end - s->tape.pos : 0;
}

void show_pump(struct show *s, int64_t now)
{
	size_t budget = PAINT_BYTES;
	size_t room;

	face_tick(&s->face, now, behind(s));
	while (s->open && !s->over_due && !face_waits(&s->face) && budget > 0 &&
	       ((room = out_room(&s->face.out)) > 0 || face_painting(&s->face))) {
		enum tape_next const next = step(s, room, now, &budget);
		if (next == TAPE_OVERTAKEN) overtaken(s);
		if (next != TAPE_NOTHING) continue;
		end_missed(s);
		break;
	}
	if (!s->face.tty) show_tell_lost(s, now, false);
	face_tick(&s->face, now, behind(s));
	settle(s);
}

bool show_idle(struct show const *s, int64_t now)
{
	if (face_timeout(&s->face, now) == 0) return false;
	return !s->open || s->over_due || face_waits(&s->face) || tape_reader_idle(&s->tape);
}

int show_timeout(struct show const *s, int64_t now)
{
	int const face = face_timeout(&s->face, now);
	if (s->lost == 0) return face;
	return face >= 0 && face < TELL_MS ? face : TELL_MS;
}

enum out_result show_flush(struct show *s)
{
	enum out_result const r = face_flush(&s->face);

	settle(s);
	return r;
}

bool show_pos(struct show const *s, uint64_t *ret)
{
	*ret = s->tape.pos;
	return s->open && !out_pending(&s->face.out);
}
