/* SPDX-License-Identifier: ISC */
/* Writing without waiting to a descriptor whose O_NONBLOCK we must not change. */
#ifndef VIEWER_NOWAIT_H
#define VIEWER_NOWAIT_H

#include <stddef.h>
#include <sys/types.h>

/* Like write(2) on a descriptor with O_NONBLOCK. poll(2) tells whether there is room,
 * but not how much, and other processes may use it first. So the call may block for
 * about NOWAIT_MS; then it returns what was written, or EAGAIN. It uses SIGURG and
 * restores it. */
#define NOWAIT_MS 100
ssize_t nowait_write(int fd, void const *data, size_t len);

#endif
