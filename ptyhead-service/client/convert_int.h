/* SPDX-License-Identifier: ISC */
/* Between the types of the protocol (wire.h) and those of ptyhead.h and client.h. Internal
 * to client/, and the only place where both are converted. */
#ifndef CLIENT_CONVERT_INT_H
#define CLIENT_CONVERT_INT_H

#include "client.h"
#include "wire.h"

struct wire_size wire_from_size(struct ptyhead_size s);
struct wire_tty wire_from_tty(struct ptyhead_tty t);
/* NULL: empty. */
struct wire_bytes wire_from_text(char const *s);

/* What a head says may be no size: then zeros. */
struct ptyhead_size size_from_wire(struct wire_size w);
struct ptyhead_exported exported_from_wire(struct wire_exported const *w);
struct ptyhead_attached attached_from_wire(struct wire_attached const *w);
struct ptyhead_taken taken_from_wire(struct wire_taken const *w);
void entry_from_wire(struct wire_entry const *w, struct ptyhead_entry *ret);
/* Returns the -errno of the refusal. */
int reply_from_wire(struct wire_refused const *w, struct ptyhead_reply *ret);

#endif
