/* What goes to the viewer's terminal, pipe or file: one bounded buffer in front
 * of a descriptor that never blocks, whatever the user's own stdout is. */
#ifndef VIEWER_OUT_H
#define VIEWER_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUT_MAX (64u << 10)
/* Kept free by out_room, so that a notice always has its place. */
#define OUT_RESERVE 1024u

struct out {
	int fd;
	int kind;
	bool lines; /* the caller's, after out_init: what is put are lines of at most
	               OUT_LINE_MAX bytes, and each goes out as one piece, so that what
	               others write to the same pipe does not come within it */
	size_t start, len;
	uint8_t *blob; /* malloc'd; goes before what is in buf */
	size_t blob_start, blob_len;
	uint8_t buf[OUT_MAX];
};

#define OUT_LINE_MAX 4096u /* what a pipe takes whole: PIPE_BUF */

enum out_result {
	OUT_OK = 0,
	OUT_AGAIN,  /* wait for POLLOUT */
	OUT_CLOSED, /* nobody reads it any more */
	OUT_FAILED, /* errno says why */
};

/* Writes to `fd`, which stays the caller's. It is opened anew where that can be
 * done, so that O_NONBLOCK is ours alone; a regular file is written as it is. */
void out_init(struct out *o, int fd);
void out_deinit(struct out *o);

/* Where and how much may be put next; then out_added. */
uint8_t *out_tail(struct out *o);
size_t out_room(struct out *o);
void out_added(struct out *o, size_t len);
/* Appends what fits into room and reserve; false, and nothing, if not all does. */
bool out_add(struct out *o, void const *data, size_t len);

/* A picture, of any length: takes `data` over. Only while nothing is pending. */
void out_blob(struct out *o, void *data, size_t len);

bool out_pending(struct out const *o);
/* Writes once or more. What was written, *ret_len bytes from *ret_data, is good
 * until the next call. */
enum out_result out_flush(struct out *o, uint8_t const **ret_data, size_t *ret_len);
/* Forgets what is not written. */
void out_drop(struct out *o);

#endif
