#include "viewer.h"

#include "conn.h"
#include "loop.h"

bool viewer_wake(struct viewer *v)
{
	uint8_t frame[WIRE_EMPTY_FRAME];
	if (!page_wants_wake(v->page)) return false;
	/* If its socket is full it has something to read there, and wakes. */
	conn_nudge(v->conn, frame, wire_put_empty(frame, sizeof frame, WIRE_WAKE));
	return true;
}

void viewer_look(struct viewer *v, uint64_t end)
{
	uint64_t const pos = atomic_load(&v->page->pos);
	if (pos <= v->pos || v->pos == end) return;
	v->pos = pos < end ? pos : end;
	v->moved_ns = loop_now();
}
