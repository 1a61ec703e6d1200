/* SPDX-License-Identifier: ISC */
#include "terminal_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports.h"

/* ---- birth and death ------------------------------------------------------------- */

static struct terminal *terminal_alloc(struct env *e, struct terminal_events const *ev, char const *name)
{
	struct terminal *const t = calloc(1, sizeof *t);
	if (!t) return NULL;
	t->env = e;
	t->events = ev;
	strncpy(t->name, name, sizeof t->name - 1);
	list_init(&t->link);
	audience_init(&t->audience);
	terminal_run_init(t);
	terminal_place_init(t);
	pump_init(t);
	return t;
}

static struct output_sinks sinks_of(struct terminal *t)
{
	return (struct output_sinks){ .arg = t, .answer = pump_answer };
}

int terminal_new(struct env *e, struct terminal_events const *ev, char const *name, struct terminal **ret)
{
	struct terminal *const t = terminal_alloc(e, ev, name);
	if (!t) return -ENOMEM;
	struct output_sinks const sinks = sinks_of(t);
	int const r = output_create(&t->output, e->limits.ring_size, name, &sinks);
	if (r < 0) {
		free(t);
		return r;
	}
	*ret = t;
	return 0;
}

int terminal_new_on(struct env *e, struct terminal_events const *ev, char const *name, int tape,
                    struct terminal **ret, bool *ret_whole)
{
	struct terminal *const t = terminal_alloc(e, ev, name);
	if (!t) return -ENOMEM;
	struct output_sinks const sinks = sinks_of(t);
	int const r = output_open(&t->output, tape, &sinks, ret_whole);
	if (r < 0) {
		free(t);
		return r;
	}
	t->tape_kept = true;
	*ret = t;
	return 0;
}

void terminal_free(struct terminal *t, bool keep)
{
	keep = keep || t->env->closing;
	while (!list_empty(&t->audience.viewers))
		terminal_viewer_remove(list_entry(t->audience.viewers.next, struct viewer, link));
	inputq_clear(&t->input);
	terminal_run_deinit(t, keep);
	pump_deinit(t);
	output_deinit(&t->output);
	list_remove(&t->link);
	free(t);
}

bool terminal_used(struct terminal const *t)
{
	return t->run.state != RUN_NONE || (terminal_open(t) && tape_state_left(&t->output.state));
}

bool terminal_idle(struct terminal const *t) { return !terminal_used(t) && list_empty(&t->audience.viewers); }

/* ---- viewers ---------------------------------------------------------------------- */

/* Recorded for the next head: it also waits for the readers that an orderly end of this
 * head disconnects. */
static void note(struct terminal *t)
{
	if (!t->env->closing) audience_note(&t->audience, &t->output.tape);
}

static void absent_back(struct terminal *t)
{
	if (t->audience.absent == 0) return;
	if (--t->audience.absent == 0) {
		timeout_clear(&t->grace);
		loop_defer(&t->env->loop, &t->pump);
	}
	note(t);
}

/* Tells a program that asked for it that the background has changed. */
static void scheme_follow(struct terminal *t)
{
	struct viewer const *const v = audience_leader(&t->audience);
	char report[16];

	if (!v || !v->scheme || v->scheme == screen_scheme(t->output.screen)) return;
	screen_scheme_set(t->output.screen, v->scheme);
	if (screen_mode(t->output.screen, true, 2031) != 1) return;
	int const n = snprintf(report, sizeof report, "\033[?997;%dn", v->scheme);
	if (terminal_takes(t, (size_t)n)) pump_input(t, report, (size_t)n);
}

/* A viewer that attaches has the focus. */
static void focus_in(struct terminal *t)
{
	if (!t->unfocused) return;
	t->unfocused = false;
	if (screen_mode(t->output.screen, true, 1004) == 1 && terminal_takes(t, 3)) pump_input(t, "\033[I", 3);
}

void terminal_viewer_add(struct terminal *t, struct viewer *v)
{
	v->terminal = t;
	audience_add(&t->audience, v);
	if (v->lossless) {
		/* A reader that comes back continues where it was; else it begins at
		 * the oldest byte. */
		audience_lossless_begin(&t->audience, v, &t->output.tape);
		note(t);
		absent_back(t);
	}
	pump_size(t);
	if (!v->watch) focus_in(t);
	terminal_changed(t);
}

void terminal_viewer_active(struct terminal *t, struct viewer *v)
{
	if (v->watch) return;
	audience_active(&t->audience, v);
	pump_size(t);
	scheme_follow(t);
}

bool terminal_viewer_typed(struct terminal *t, struct viewer *v, uint8_t const *data, size_t len)
{
	struct reports const r = reports_read(data, len);
	struct tape_size const was = t->output.state.size;

	if (r.focus) t->unfocused = r.focus == 'O';
	if (r.scheme) v->scheme = r.scheme;
	if (r.typed || r.button) terminal_viewer_active(t, v);
	else scheme_follow(t);
	if (r.typed) return true;
	/* The program would see a click on something that is no longer there. */
	if (r.button && (t->size_due || was.rows != t->output.state.size.rows || was.cols != t->output.state.size.cols)) return false;
	return !r.scheme;
}

void terminal_viewer_size(struct terminal *t, struct viewer *v, struct wire_size size)
{
	v->size = size;
	pump_size(t);
}

/* The readers may have made room. */
static void moved(struct terminal *t)
{
	note(t);
	if (!t->audience.waiting || audience_room(&t->audience, &t->output.tape) == 0) return;
	t->audience.waiting = false;
	timeout_clear(&t->waited);
	loop_defer(&t->env->loop, &t->pump);
}

void terminal_viewer_moved(struct terminal *t, struct viewer *v)
{
	if (v->lossless) moved(t);
}

void terminal_viewer_left(struct terminal *t, struct viewer *v)
{
	v->size = (struct wire_size){ 0 };
	if (v->lossless) {
		audience_lossless_end(&t->audience, v);
		moved(t);
	}
	pump_size(t);
}

void terminal_viewer_remove(struct viewer *v)
{
	struct terminal *const t = v->terminal;
	if (!t) return;
	bool const lossless = v->lossless;
	audience_remove(&t->audience, v);
	v->terminal = NULL;
	if (lossless) moved(t);
	pump_size(t);
	terminal_changed(t);
}

/* ---- input ------------------------------------------------------------------------- */

bool terminal_takes(struct terminal const *t, size_t n)
{
	return !t->size_due && inputq_room(&t->input) >= n;
}

size_t terminal_type(struct terminal *t, uint8_t const *data, size_t len)
{
	/* Nobody reads it now, and it was not typed for the next program. */
	if (t->master.fd < 0) return len;
	if (t->size_due) return 0;
	line_count(&t->line, t->output.state.run, t->master.fd, data, len);
	return pump_input(t, data, len);
}

struct screen_input terminal_input_mode(struct terminal *t)
{
	pump_catch_up(t, INPUTQ_MAX, PUMP_SEND_MS);
	return screen_input(t->output.screen);
}

int terminal_send(struct terminal *t, uint8_t const *data, size_t len, uint64_t *ret_offset)
{
	/* The offset in the answer must lie behind all output written until now. */
	pump_catch_up(t, INPUTQ_MAX, PUMP_SEND_MS);
	*ret_offset = t->output.tape.taken;
	if (t->master.fd < 0) return WIRE_T_PROGRAM;
	if (t->hung_up) return t->run.state == RUN_ALIVE ? WIRE_T_CLOSED : WIRE_T_PROGRAM;
	if (!terminal_takes(t, len)) return -EAGAIN;
	if (!line_take(&t->line, t->output.state.run, t->master.fd, data, len)) return WIRE_T_LINE;
	/* All or nothing: what the line does not take now must fit into the queue. */
	if (!inputq_reserve(&t->input)) return WIRE_T_FAILED;
	size_t const n = pump_input(t, data, len);
	if (t->input.len == 0) inputq_clear(&t->input);
	return n == len ? WIRE_T_TAKEN : WIRE_T_FAILED;
}
