/* SPDX-License-Identifier: ISC */
/* Writing to a descriptor whose O_NONBLOCK is not ours to set. */
#ifndef VIEWER_NOWAIT_H
#define VIEWER_NOWAIT_H

#include <stddef.h>
#include <sys/types.h>

/* As write(2) to a descriptor with O_NONBLOCK. poll(2) says whether there is room, but not
 * how much, and others may take it first: so the call may take a while, NOWAIT_MS about,
 * and then gives up with what was written, or EAGAIN. SIGURG is used for that, and is as
 * it was afterwards. */
#define NOWAIT_MS 100
ssize_t nowait_write(int fd, void const *data, size_t len);

#endif
