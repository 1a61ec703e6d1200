/* SPDX-License-Identifier: ISC */
/* Input with an answer: the sender learns that the line has taken it. Input that a
 * canonical line cannot hold is refused, not silently lost. */
#include "line.h"
#include "role.h"

static void answer(struct conn *c, uint32_t serial, enum wire_taken_code code, uint64_t offset, uint16_t flags)
{
	uint8_t frame[WIRE_TAKEN_FRAME];
	struct wire_taken const w = { .serial = serial, .code = (uint16_t)code, .offset = offset, .flags = flags };
	/* If this fails, the loop reports it for the socket. */
	conn_send(c, frame, wire_put_taken(frame, sizeof frame, &w), NULL, 0);
}

void role_send_settle(struct viewer *v, bool over)
{
	struct viewer_sending *const s = &v->sending;
	bool const written = s->upto <= inputq_gone(&v->terminal->input);
	if (!s->waits || (!written && !over)) return;
	s->waits = false;
	answer(v->conn, s->serial, written ? WIRE_T_TAKEN : WIRE_T_PROGRAM, s->offset, s->flags);
}

struct outcome role_send(struct caller *c, struct conn_frame const *f)
{
	struct viewer *const v = c->viewer;
	struct terminal *const t = v->terminal;
	struct wire_send s;
	uint64_t offset;

	if (v->sending.waits) return role_refusal(WIRE_R_REQUEST, "it did not wait for the answer");
	if (wire_get_send(f->payload, f->header.length, &s) < 0)
		return role_refusal(WIRE_R_REQUEST, "an incomplete frame, or too much input");
	terminal_viewer_active(t, v);
	/* State of the line when the bytes arrive. */
	static uint16_t const flags[] = { [LINE_SHOWN] = 0, [LINE_SILENT] = WIRE_TAKEN_SILENT, [LINE_PROGRAM] = WIRE_TAKEN_RAW };
	enum line_shows const shows = line_shows(t->master.fd);
	int const code = terminal_send(t, s.data.data, s.data.len, &offset);
	if (code < 0) return role_outcome(ROLE_LATER);
	if (code != WIRE_T_TAKEN) {
		answer(c->conn, s.serial, (enum wire_taken_code)code, offset, 0);
		return role_outcome(ROLE_STAYS);
	}
	v->sending = (struct viewer_sending){ .waits = true, .serial = s.serial, .upto = t->input.total, .offset = offset, .flags = flags[shows] };
	role_send_settle(v, false);
	return role_outcome(ROLE_STAYS);
}
