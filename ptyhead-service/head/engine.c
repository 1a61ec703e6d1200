/* The terminal's screen engine: fed with all that is drained, before readers
 * see it. It says how far they may see, marks the queries that they leave out,
 * answers those, and gives the checkpoints. */
#include "terminal.h"

#include <string.h>

#include "fault.h"
#include "peer.h"
#include "screen.h"
#include "textlog_out.h"

/* What the engine answers waits until it is known where the query ends. */
static void on_answer(void *arg, char const *data, size_t len)
{
	struct terminal *const t = arg;
	if (len > sizeof t->answer - t->answer_len) return;
	memcpy(t->answer + t->answer_len, data, len);
	t->answer_len += len;
}

/* An answer goes to the program as if it had been typed. The query up to
 * `offset` is taken for answered before it is: should the head die here, the
 * next one does not answer again; a program can ask twice, but not unread. */
static void send_answer(struct terminal *t, uint64_t offset)
{
	_Atomic uint64_t *const answered = &t->tape.header->answered;
	size_t const len = t->answer_len;

	t->answer_len = 0;
	if (len == 0 || t->replaying || offset <= atomic_load_explicit(answered, memory_order_relaxed)) return;
	atomic_store(answered, offset);
	FAULT("answering");
	if (len <= terminal_input_room(t)) terminal_input(t, t->answer, len); /* else it does not read: nor would it this */
	FAULT("answered");
}

/* What is no query's answer: reports that the program has asked for once. */
static void send_report(struct terminal *t)
{
	size_t const len = t->answer_len;
	t->answer_len = 0;
	if (len > 0 && !t->replaying && len <= terminal_input_room(t)) terminal_input(t, t->answer, len);
}

/* Marks what was found. Queries of one byte (ENQ) that touch are one span, so that
 * no read brings more marks than one for two bytes. */
static void mark_queries(struct terminal *t)
{
	struct tape_mark m = { .offset = t->query_offset, .type = TAPE_QUERY, .run = t->state.run };
	if (t->query_len == 0) return;
	m.u.query.length = t->query_len;
	m.u.query.viewer = t->query_viewer;
	tape_mark(&t->tape, &m);
	t->query_len = 0;
}

static void note_query(struct terminal *t, uint64_t offset, uint32_t len, uint64_t viewer)
{
	if (len == 1 && t->query_enq && t->query_len > 0 && t->query_offset + t->query_len == offset) {
		t->query_len++;
		return;
	}
	mark_queries(t);
	t->query_offset = offset;
	t->query_len = len;
	t->query_viewer = viewer;
	t->query_enq = len == 1;
}

/* What only a real terminal knows is passed on by one viewer, the one that was
 * active last; with none there the engine's own answer must do. */
static void on_query(void *arg, struct screen_span const *span)
{
	struct terminal *const t = arg;
	uint64_t viewer = 0;

	if (span->kind == SCREEN_QUERY_TERMINAL) {
		struct viewer const *const v = terminal_leader(t);
		if (v && span->whole) viewer = v->id;
		else if (span->fallback_len > 0) on_answer(t, span->fallback, span->fallback_len);
	}
	/* One that began before what readers have seen was longer than is held
	 * back: they have passed it on already. */
	if (span->offset >= t->tape.end)
		note_query(t, span->offset, span->len > UINT32_MAX ? UINT32_MAX : (uint32_t)span->len, viewer);
	send_answer(t, span->offset + span->len);
}

static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct terminal *const t = arg;
	(void)s;
	textlog_line_final(t->textlog, row);
}

static void pixels(struct terminal *t)
{
	struct tape_size const *const z = &t->state.size;
	screen_pixels_set(t->screen, z->xpixel / z->cols, z->ypixel / z->rows);
}

int engine_init(struct terminal *t)
{
	t->replaying = true; /* until the first run, or the end of a recovery */
	struct screen_sinks const sinks = { .arg = t, .answer = on_answer, .query = on_query, .line = t->head->textlog ? on_line : NULL };
	t->screen = screen_new(t->state.size.rows, t->state.size.cols);
	if (!t->screen) return -1;
	screen_sinks_set(t->screen, &sinks);
	t->textlog = textlog_line_new(t->head->textlog, t->name, t->screen);
	return 0;
}

void engine_resume(struct terminal *t, bool answers)
{
	size_t const mask = (size_t)t->tape.ring_size - 1;
	engine_resize(t);
	textlog_line_live(t->textlog);
	/* Queries in it may be answered already: send_answer knows; reports of
	 * another kind would be told twice. */
	t->replaying = !answers;
	if (t->tape.taken > t->tape.end)
		engine_feed(t, t->tape.ring + (t->tape.end & mask), (size_t)(t->tape.taken - t->tape.end));
	t->replaying = false;
	terminal_checkpoint(t);
}

void engine_deinit(struct terminal *t)
{
	textlog_line_free(t->textlog);
	screen_free(t->screen);
}

static void publish(struct terminal *t, uint64_t upto)
{
	uint64_t const from = t->tape.end;
	tape_publish(&t->tape, upto);
	textlog_line_published(t->textlog, t->tape.ring + (from & (t->tape.ring_size - 1)), (size_t)(upto - from));
}

void engine_feed(struct terminal *t, void const *data, size_t len)
{
	screen_feed(t->screen, data, len);
	textlog_line_fed(t->textlog);
	mark_queries(t);
	send_report(t);
	uint64_t const ground = screen_ground(t->screen);
	/* An open sequence is held back until it is complete, unless it is long:
	 * pictures are shown as they come. */
	uint64_t const upto = t->tape.taken - ground > TAPE_HOLD_MAX ? t->tape.taken : ground;
	if (upto > t->tape.end) publish(t, upto);
	if (tape_checkpoint_due(&t->tape)) terminal_checkpoint(t);
}

void engine_settle(struct terminal *t)
{
	if (t->tape.end < t->tape.taken) publish(t, t->tape.taken);
}

void engine_resize(struct terminal *t)
{
	pixels(t);
	textlog_line_resizing(t->textlog);
	screen_resize(t->screen, t->state.size.rows, t->state.size.cols);
	textlog_line_resized(t->textlog);
	send_report(t);
}

void engine_run(struct terminal *t)
{
	t->replaying = false;
	textlog_line_live(t->textlog);
	textlog_line_started(t->textlog, t->state.run, t->state.pid);
	screen_new_run(t->screen);
	engine_resize(t);
}

void terminal_checkpoint(struct terminal *t)
{
	uint64_t const offset = screen_ground(t->screen);
	struct screen_buf b = SCREEN_BUF_INIT;

	screen_restore(t->screen, false, &b);
	/* A sequence longer than the ring is open: no checkpoint would last. */
	if (!b.failed && offset <= t->tape.end)
		(void)tape_checkpoint_write(&t->tape, offset, &t->state, b.data ? b.data : "", b.len);
	screen_buf_deinit(&b);
}
