/* SPDX-License-Identifier: ISC */
#include "convert_int.h"

#include <errno.h>
#include <string.h>

#include "printable.h"

_Static_assert(PTYHEAD_TERMINAL_MAX == WIRE_TERMINAL_MAX, "as on the wire");
_Static_assert(PTYHEAD_COMMAND_MAX == WIRE_COMMAND_MAX, "as on the wire");
_Static_assert(PTYHEAD_TEXT_MAX == WIRE_TEXT_MAX, "as on the wire");
_Static_assert(PTYHEAD_SIDE_MAX == WIRE_SIDE_MAX, "as on the wire");
_Static_assert(PTYHEAD_SEND_MAX == WIRE_SEND_MAX, "as on the wire");
_Static_assert(PTYHEAD_LINE_MAX == WIRE_LINE_MAX, "as on the wire");
_Static_assert((int)PTYHEAD_REFUSED_VERSION == WIRE_R_VERSION && (int)PTYHEAD_REFUSED_ROLE == WIRE_R_ROLE &&
               (int)PTYHEAD_REFUSED_TERMINAL == WIRE_R_TERMINAL && (int)PTYHEAD_REFUSED_BUSY == WIRE_R_BUSY &&
               (int)PTYHEAD_REFUSED_FD == WIRE_R_FD && (int)PTYHEAD_REFUSED_LIMIT == WIRE_R_LIMIT &&
               (int)PTYHEAD_REFUSED_LOOP == WIRE_R_LOOP && (int)PTYHEAD_REFUSED_REQUEST == WIRE_R_REQUEST &&
               (int)PTYHEAD_REFUSED_FAILED == WIRE_R_FAILED, "as on the wire");

/* ---- to the wire ---------------------------------------------------------------- */

struct wire_size wire_from_size(struct ptyhead_size s) { return (struct wire_size){ s.rows, s.cols, s.xpixel, s.ypixel }; }
struct wire_tty wire_from_tty(struct ptyhead_tty t) { return (struct wire_tty){ t.dev, t.rdev }; }
struct wire_bytes wire_from_text(char const *s) { return (struct wire_bytes){ (uint8_t const *)s, s ? strlen(s) : 0 }; }

bool ptyhead_size_ok(struct ptyhead_size s) { return wire_size_ok(wire_from_size(s)); }

/* ---- from the wire -------------------------------------------------------------- */

struct ptyhead_size size_from_wire(struct wire_size w)
{
	return wire_size_ok(w) ? (struct ptyhead_size){ w.rows, w.cols, w.xpixel, w.ypixel } : (struct ptyhead_size){ 0 };
}

struct ptyhead_exported exported_from_wire(struct wire_exported const *w)
{
	return (struct ptyhead_exported){ .size = size_from_wire(w->size), .run = w->run };
}

struct ptyhead_attached attached_from_wire(struct wire_attached const *w)
{
	return (struct ptyhead_attached){
		.viewer = w->viewer,
		.lossless = w->flags & WIRE_ATTACH_LOSSLESS,
		.scheme = w->flags & WIRE_ATTACHED_SCHEME,
	};
}

static int taken_error(uint16_t code)
{
	switch (code) {
	case WIRE_T_TAKEN: return 0;
	case WIRE_T_LINE: return -EMSGSIZE;
	case WIRE_T_PROGRAM: return -ESRCH;
	case WIRE_T_CLOSED: return -ENXIO;
	default: return -EIO; /* WIRE_T_FAILED, and unknown codes */
	}
}

struct ptyhead_taken taken_from_wire(struct wire_taken const *w)
{
	return (struct ptyhead_taken){
		.result = taken_error(w->code),
		.offset = w->offset,
		.silent = w->flags & WIRE_TAKEN_SILENT,
		.raw = w->flags & WIRE_TAKEN_RAW,
	};
}

/* Returns the length. */
static size_t text_from_wire(char *to, size_t room, struct wire_bytes from)
{
	size_t const n = from.len < room ? from.len : room;
	if (n > 0) memcpy(to, from.data, n);
	to[n] = '\0';
	return n;
}

void entry_from_wire(struct wire_entry const *w, struct ptyhead_entry *ret)
{
	*ret = (struct ptyhead_entry){
		.open = w->flags & WIRE_ENTRY_OPEN,
		.run = {
			.number = w->run,
			.since = w->since,
			.pid = (int32_t)w->pid,
			.status = (int32_t)w->status,
			.alive = w->flags & WIRE_ENTRY_ALIVE,
			.status_known = w->flags & WIRE_ENTRY_STATUS,
		},
		.ended = w->ended,
		.size = size_from_wire(w->size),
		.viewers = w->viewers,
		.watchers = w->watchers,
		.bytes = w->bytes,
	};
	text_from_wire(ret->terminal, PTYHEAD_TERMINAL_MAX, w->terminal);
	ret->command_len = text_from_wire(ret->command, PTYHEAD_COMMAND_MAX, w->command);
}

static int refusal_error(uint16_t code)
{
	switch (code) {
	case WIRE_R_VERSION: return -EPROTONOSUPPORT;
	case WIRE_R_TERMINAL: return -ENOENT;
	case WIRE_R_BUSY: return -EBUSY;
	case WIRE_R_FD: return -EBADF;
	case WIRE_R_LIMIT: return -EDQUOT;
	case WIRE_R_LOOP: return -ELOOP;
	case WIRE_R_REQUEST: return -EINVAL;
	case WIRE_R_FAILED: return -EIO;
	default: return -EACCES; /* WIRE_R_ROLE, and unknown codes */
	}
}

int reply_from_wire(struct wire_refused const *w, struct ptyhead_reply *ret)
{
	ret->code = w->code;
	printable_put(ret->text, sizeof ret->text, w->text.data, w->text.len);
	return refusal_error(w->code);
}
