/* Input that is answered: whoever sends it learns that the line has taken it,
 * and does not lose by silence what a canonical line cannot hold. Of such a line
 * the kernel keeps WIRE_LINE_MAX bytes and its end, and drops what is between. */
#include <string.h>
#include <termios.h>

#include "peer.h"
#include "terminal.h"

/* Where this many bytes came without an end of a line it is time to look
 * whether the line is one that has any. */
#define LINE_LOOK 1024u

static void answer(struct peer *p, uint32_t serial, enum wire_taken_code code, uint64_t offset)
{
	uint8_t frame[WIRE_TAKEN_FRAME];
	struct wire_taken const w = { .serial = serial, .code = (uint16_t)code, .offset = offset };

	/* Should this fail, the socket tells the loop. */
	conn_send(&p->conn, frame, wire_put_taken(frame, sizeof frame, &w), NULL, 0);
	if (conn_pending(&p->conn) && p->source.fd >= 0)
		loop_change(&p->head->loop, &p->source, EPOLLIN | EPOLLOUT);
}

void sends_settle(struct terminal *t, bool over)
{
	uint64_t const written = t->input_total - t->input_len;
	list_each(it, &t->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		if (!v->sending || (v->send_upto > written && !over)) continue;
		v->sending = false;
		answer(list_entry(v, struct peer, viewer), v->send_serial,
		       v->send_upto > written ? WIRE_T_PROGRAM : WIRE_T_TAKEN, v->send_offset);
	}
}

/* ---- lines ---------------------------------------------------------------- */

/* False when the terminal's line is not canonical, or cannot be asked. */
static bool canonical(struct terminal const *t, struct termios *ret)
{
	return t->master.fd >= 0 && tcgetattr(t->master.fd, ret) == 0 && (ret->c_lflag & ICANON);
}

static bool is_char(struct termios const *m, unsigned which, uint8_t b)
{
	return m->c_cc[which] == b && b != 0; /* 0: there is none */
}

/* Does `b` end a line, or throw away what there is of it? */
static bool ends_line(struct termios const *m, uint8_t b)
{
	if (b == '\n' || (b == '\r' && (m->c_iflag & ICRNL))) return true;
	if (is_char(m, VEOF, b) || is_char(m, VEOL, b) || is_char(m, VEOL2, b)) return true;
	return (m->c_lflag & ISIG) && !(m->c_lflag & NOFLSH) &&
	       (is_char(m, VINTR, b) || is_char(m, VQUIT, b) || is_char(m, VSUSP, b));
}

/* What the line holds after these bytes; *ret_fits: and never held too much. */
static size_t line_after(struct termios const *m, size_t line, struct wire_bytes b, bool *ret_fits)
{
	*ret_fits = true;
	for (size_t i = 0; i < b.len; i++) {
		if (ends_line(m, b.data[i])) line = 0;
		else if (++line > WIRE_LINE_MAX) *ret_fits = false;
	}
	return line;
}

static void line_begin(struct terminal *t)
{
	if (t->line_run == t->state.run) return;
	t->line_run = t->state.run;
	t->line = 0;
}

void line_count(struct terminal *t, uint8_t const *data, size_t len)
{
	struct termios m;

	/* Roughly, for what people type: it is to cost nothing. */
	line_begin(t);
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\r' || data[i] == '\n' || data[i] == 3 || data[i] == 4) t->line = 0;
		else t->line++;
	}
	if (t->line > LINE_LOOK && !canonical(t, &m)) t->line = 0;
}

/* ---- the frame -------------------------------------------------------------- */

static enum wire_taken_code take(struct terminal *t, struct wire_bytes data)
{
	struct termios m;
	bool fits = true;
	size_t line = 0;

	if (!(t->state.flags & TAPE_ALIVE) || t->gone || t->master.fd < 0) return WIRE_T_PROGRAM;
	if (t->hung_up) return WIRE_T_CLOSED;
	line_begin(t);
	if (canonical(t, &m)) line = line_after(&m, t->line, data, &fits);
	if (!fits) return WIRE_T_LINE;
	t->line = line;
	uint64_t const before = t->input_total;
	terminal_input(t, data.data, data.len);
	return t->input_total - before == data.len ? WIRE_T_TAKEN : WIRE_T_FAILED;
}

char const *peer_send(struct peer *p, struct conn_frame const *f)
{
	struct viewer *const v = &p->viewer;
	struct terminal *const t = v->terminal;
	struct wire_send s;

	if (v->sending) return "it did not wait for the answer";
	if (wire_get_send(f->payload, f->header.length, &s) < 0) return "a short frame, or more input than it may hold";
	terminal_viewer_active(t, v);
	/* What was written until now comes before the offset that is told. */
	t->readable = t->master.fd >= 0;
	terminal_drain(t, TERMINAL_INPUT_MAX);

	uint64_t const offset = t->tape.taken;
	enum wire_taken_code const code = take(t, s.data);
	if (code != WIRE_T_TAKEN) {
		answer(p, s.serial, code, offset);
		return NULL;
	}
	v->sending = true;
	v->send_serial = s.serial;
	v->send_upto = t->input_total;
	v->send_offset = offset;
	sends_settle(t, false);
	return NULL;
}
