/* SPDX-License-Identifier: ISC */
/* Output to the viewer's terminal, pipe or file: a bounded buffer and a descriptor that
 * never blocks, whatever kind the user's stdout is. */
#ifndef VIEWER_OUT_H
#define VIEWER_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

#define OUT_MAX (64u << 10)
/* out_room keeps this free, so that a notice always fits. */
#define OUT_RESERVE 1024u

struct out {
	int fd;
	int kind;
	bool lines; /* set by the caller after out_init: the output consists of lines of at most
	               OUT_LINE_MAX bytes. Each is written in one piece, so that output of
	               other processes to the same pipe does not come between */
	size_t start, len;
	uint8_t *blob; /* malloc'd; written before what is in buf */
	size_t blob_start, blob_len;
	size_t early; /* of the next blob, this much is written already */
	uint8_t buf[OUT_MAX];
};

#define OUT_LINE_MAX 4096u /* a pipe takes this much in one piece: PIPE_BUF */

enum out_result {
	OUT_OK = 0,
	OUT_AGAIN,  /* wait for POLLOUT */
	OUT_CLOSED, /* nobody reads it any more */
	OUT_FAILED, /* errno says why */
};

/* Writes to `fd`, which the caller keeps. Opens it again if possible, so that
 * O_NONBLOCK affects only us. A regular file is written directly. */
void out_init(struct out *o, int fd);
void out_deinit(struct out *o);

/* Where to put bytes next, and how many; then call out_added. */
uint8_t *out_tail(struct out *o);
size_t out_room(struct out *o);
void out_added(struct out *o, size_t len);
/* Appends `data`; it may use the reserve. False: it does not fit, and nothing was
 * appended. */
bool out_add(struct out *o, void const *data, size_t len);

/* Output of any length: takes over `data`. Only while nothing is pending. Returns how
 * much of it is written already. */
size_t out_blob(struct out *o, void *data, size_t len);
/* For screen_buf.grows of the next blob, with the struct out as `arg`: writes what goes
 * at once. Only while nothing is pending. */
void out_early(void *out, struct screen_buf const *b);

bool out_pending(struct out const *o);
/* Writes at least once. The bytes written, *ret_len at *ret_data, are valid until the
 * next call. */
enum out_result out_flush(struct out *o, uint8_t const **ret_data, size_t *ret_len);
/* Drops what is not written. */
void out_drop(struct out *o);

#endif
