/* SPDX-License-Identifier: ISC */
#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "request.h"

/* Only a master has a pty number. */
int master_check(int fd, char const **ret_why)
{
	unsigned number;
	int const flags = fcntl(fd, F_GETFL);
	*ret_why = "what was exported is not the master of a pty";
	if (flags < 0) return -errno;
	if (flags & O_PATH) return -EBADF;
	if (ioctl(fd, REQUEST(TIOCGPTN), &number) < 0) return errno == ENOTTY || errno == EINVAL ? -EBADF : -errno;
	*ret_why = "the master is not open for reading and writing";
	if ((flags & O_ACCMODE) != O_RDWR) return -EBADF;
	*ret_why = "the master cannot be made non-blocking";
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

int master_guard(int fd)
{
	int const flags = fcntl(fd, F_GETFL);
	if (flags < 0) return -errno;
	if (flags & O_NONBLOCK) return 0;
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 1;
}

/* After EINTR: the watchdog's timer interrupted the call, so the call was blocking. */
static int was_blocking(int fd)
{
	int const flags = fcntl(fd, F_GETFL);
	return flags < 0 || !(flags & O_NONBLOCK);
}

enum master_result master_read(int fd, void *buf, size_t size, size_t *ret_n)
{
	for (;;) {
		ssize_t const n = read(fd, buf, size);
		if (n > 0) {
			*ret_n = (size_t)n;
			return MASTER_OK;
		}
		*ret_n = 0;
		if (n == 0 || errno == EIO) return MASTER_HUNGUP;
		if (errno == EAGAIN) return MASTER_AGAIN;
		if (errno != EINTR) return MASTER_FAILED;
		if (was_blocking(fd)) return MASTER_BLOCKING;
	}
}

enum master_result master_write(int fd, void const *data, size_t len, size_t *ret_n)
{
	unsigned char const *const p = data;
	*ret_n = 0;
	while (*ret_n < len) {
		ssize_t const n = write(fd, p + *ret_n, len - *ret_n);
		if (n > 0) *ret_n += (size_t)n;
		else if (n == 0 || errno == EAGAIN) return MASTER_AGAIN;
		else if (errno == EIO) return MASTER_HUNGUP;
		else if (errno != EINTR) return MASTER_FAILED;
		else if (was_blocking(fd)) return MASTER_BLOCKING;
	}
	return MASTER_OK;
}
