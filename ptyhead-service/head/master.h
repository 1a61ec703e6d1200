/* Reading and writing a terminal's master, which whoever exported it may share
 * and change under us. */
#ifndef MASTER_H
#define MASTER_H

#include <stddef.h>
#include <sys/types.h>

/* 0 when `fd` is the master of a pty that can be read and written; it is
 * non-blocking from now on. -EBADF: it is something else, *ret_why says what is
 * wrong. Another -errno: the kernel could not tell. */
int master_check(int fd, char const **ret_why);

enum master_result {
	MASTER_OK,       /* *ret_n bytes */
	MASTER_AGAIN,    /* nothing now */
	MASTER_HUNGUP,   /* no slave is open; another one may be, later */
	MASTER_BLOCKING, /* its exporter made it blocking, and it held the head up */
	MASTER_FAILED,   /* errno says how */
};

/* Has the exporter cleared O_NONBLOCK? Sets it again; false when that fails. To
 * be called once a round: a call costs less than a read. */
int master_guard(int fd);

/* One read(2). */
enum master_result master_read(int fd, void *buf, size_t size, size_t *ret_n);
/* Writes until all of it went or the kernel takes no more: *ret_n may be 0. */
enum master_result master_write(int fd, void const *data, size_t len, size_t *ret_n);

#endif
