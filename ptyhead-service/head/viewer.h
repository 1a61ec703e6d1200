/* Who looks at a terminal: the head's side of one. It reads the tape by
 * itself; the head wakes it, and waits for it if it is a lossless reader. */
#ifndef VIEWER_H
#define VIEWER_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "page.h"
#include "wire.h"

struct conn;
struct terminal;

struct viewer {
	struct list link; /* in terminal->viewers */
	struct terminal *terminal; /* NULL: not (yet) a viewer */
	struct conn *conn;
	struct page *page;
	uint64_t id;
	bool watch;
	struct wire_size size; /* rows 0: none */
	struct wire_tty tty;
	bool lossless;
	uint64_t pos;      /* of a lossless reader: as far as it is believed */
	uint64_t moved_ns; /* when it last moved, or was last not waited for */

	/* its SEND that is not answered yet: send.c */
	bool sending;
	uint32_t send_serial;
	uint64_t send_upto;   /* of terminal->input_total */
	uint64_t send_offset;
};

/* Wakes it if it is asleep; true when that cost a system call. */
bool viewer_wake(struct viewer *v);
/* Looks at its position again, which may only grow and not pass `end`. */
void viewer_look(struct viewer *v, uint64_t end);

#endif
