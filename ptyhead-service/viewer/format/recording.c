/* SPDX-License-Identifier: ISC */
#include "recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US 1000u
#define SECOND UINT64_C(1000000000)

/* Time never goes back. */
static uint64_t time_of(struct recording *r, uint64_t time)
{
	return time > r->last ? time : r->last;
}

/* ---- asciicast -------------------------------------------------------------- */

static void cast_event(struct recording *r, uint64_t time, char kind)
{
	/* Since the beginning, or since the last event. The remainder below the
	 * resolution is kept for the next event. */
	bool const since_last = r->form == RECORDING_ASCIICAST3;
	uint64_t const t = time_of(r, time) - (since_last ? r->last : r->base);
	r->last = since_last ? r->last + t / US * US : time_of(r, time);
	screen_buf_fmt(&r->out, "[%" PRIu64 ".%06" PRIu64 ", \"%c\", \"", t / SECOND, t % SECOND / US, kind);
}

static void cast_string(struct recording *r, uint64_t time, char kind, char const *text)
{
	struct json j = {.len = 0};
	cast_event(r, time, kind);
	json_feed(&j, text, strlen(text), &r->out);
	json_end(&j, &r->out);
	screen_buf_str(&r->out, "\"]\n");
}

static void cast_output(struct recording *r, uint64_t time, void const *data, size_t len)
{
	size_t const line = r->out.len;
	uint64_t const last = r->last;
	cast_event(r, time, 'o');
	size_t const begin = r->out.len;
	json_feed(&r->json, data, len, &r->out);
	if (r->out.len == begin) {
		/* The bytes were less than a character: nothing to write yet. */
		r->out.len = line;
		if (r->form == RECORDING_ASCIICAST3) r->last = last;
	}
	else screen_buf_str(&r->out, "\"]\n");
}

static void cast_begin(struct recording *r, struct tape_size size, uint64_t time, char const *title)
{
	struct screen_buf *const o = &r->out;
	bool const third = r->form == RECORDING_ASCIICAST3;

	if (third)
		screen_buf_fmt(o, "{\"version\": 3, \"term\": {\"cols\": %u, \"rows\": %u, \"type\": \"xterm-256color\"}", size.cols, size.rows);
	else
		screen_buf_fmt(o, "{\"version\": 2, \"width\": %u, \"height\": %u", size.cols, size.rows);
	screen_buf_fmt(o, ", \"timestamp\": %" PRIu64 ", \"title\": ", time / SECOND);
	json_string(title, strlen(title), o);
	screen_buf_str(o, third ? "}\n" : ", \"env\": {\"TERM\": \"xterm-256color\"}}\n");
}

static bool is_cast(enum recording_form form) { return form != RECORDING_SCRIPT; }

/* ---- typescript ---------------------------------------------------------------- */

static void script_entry(struct recording *r, uint64_t time, char kind)
{
	uint64_t const t = time_of(r, time) - r->last;
	r->last += t / US * US; /* keep the remainder */
	screen_buf_fmt(&r->timing, "%c %" PRIu64 ".%06" PRIu64 " ", kind, t / SECOND, t % SECOND / US);
}

/* ---- both ----------------------------------------------------------------------- */

void recording_begin(struct recording *r, enum recording_form form, struct tape_size size, uint64_t time, char const *title)
{
	*r = (struct recording){ .form = form, .out = SCREEN_BUF_INIT, .timing = SCREEN_BUF_INIT, .base = time, .last = time };
	if (is_cast(form)) {
		cast_begin(r, size, time, title);
		return;
	}
	/* scriptreplay skips the first line. */
	screen_buf_fmt(&r->out, "Script started on %" PRIu64 " [COLUMNS=\"%u\" LINES=\"%u\"]\n", time / SECOND, size.cols, size.rows);
	screen_buf_fmt(&r->timing, "H 0.000000 START_TIME %" PRIu64 "\nH 0.000000 COLUMNS %u\nH 0.000000 LINES %u\n", time / SECOND, size.cols, size.rows);
}

void recording_resume(struct recording *r, enum recording_form form, uint64_t base, uint64_t last)
{
	*r = (struct recording){ .form = form, .out = SCREEN_BUF_INIT, .timing = SCREEN_BUF_INIT, .base = base, .last = last > base ? last : base };
}

void recording_output(struct recording *r, uint64_t time, void const *data, size_t len)
{
	if (len == 0) return;
	if (is_cast(r->form)) {
		cast_output(r, time, data, len);
		return;
	}
	script_entry(r, time, 'O');
	screen_buf_fmt(&r->timing, "%zu\n", len);
	screen_buf_add(&r->out, data, len);
}

void recording_resize(struct recording *r, uint64_t time, struct tape_size size)
{
	char text[32];
	if (is_cast(r->form)) {
		snprintf(text, sizeof text, "%ux%u", size.cols, size.rows);
		cast_string(r, time, 'r', text);
		return;
	}
	script_entry(r, time, 'S');
	screen_buf_fmt(&r->timing, "SIGWINCH ROWS=%u COLS=%u\n", size.rows, size.cols);
}

void recording_marker(struct recording *r, uint64_t time, char const *text)
{
	if (is_cast(r->form)) {
		cast_string(r, time, 'm', text);
		return;
	}
	script_entry(r, time, 'H');
	screen_buf_fmt(&r->timing, "MARKER %s\n", text);
}

void recording_end(struct recording *r)
{
	if (!is_cast(r->form) || r->json.len == 0) return;
	cast_event(r, r->last, 'o');
	json_end(&r->json, &r->out);
	screen_buf_str(&r->out, "\"]\n");
}

void recording_deinit(struct recording *r)
{
	screen_buf_deinit(&r->out);
	screen_buf_deinit(&r->timing);
}
