/* SPDX-License-Identifier: ISC */
/* Reading and writing a terminal's master. The exporter may have kept the master and
 * may change its flags at any time. */
#ifndef MASTER_H
#define MASTER_H

#include <stddef.h>
#include <sys/types.h>

/* 0 if `fd` is the master of a pty, open for reading and writing; sets it non-blocking.
 * -EBADF: it is something else, and *ret_why says what is wrong. Another -errno: the
 * kernel did not tell. */
int master_check(int fd, char const **ret_why);

enum master_result {
	MASTER_OK,       /* *ret_n bytes */
	MASTER_AGAIN,    /* nothing to read, or no room, now */
	MASTER_HUNGUP,   /* no slave is open now; a slave may be opened again later */
	MASTER_BLOCKING, /* the exporter made it blocking, and a call was stuck */
	MASTER_FAILED,   /* errno says why */
};

/* Sets O_NONBLOCK again if the exporter has cleared it; false when that fails. Call it
 * once a round. It costs less than a read. */
int master_guard(int fd);

/* One read(2). */
enum master_result master_read(int fd, void *buf, size_t size, size_t *ret_n);
/* Writes until all bytes are written or the kernel takes no more: *ret_n may be 0. */
enum master_result master_write(int fd, void const *data, size_t len, size_t *ret_n);

#endif
