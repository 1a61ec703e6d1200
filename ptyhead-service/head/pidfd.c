/* SPDX-License-Identifier: ISC */
#include "pidfd.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "request.h"

/* From <linux/pidfd.h> of Linux 6.15, which stable distributions lack. */
struct pidfd_info_615 {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
	uint32_t coredump_mask, spare;
};
#define INFO_EXIT (UINT64_C(1) << 3)
#define GET_INFO _IOWR(0xFF, 11, struct pidfd_info_615)
#define PIDFS_MAGIC 0x50494446

bool pidfd_is(int fd)
{
	struct statfs fs;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == PIDFS_MAGIC) return true;
	/* Before Linux 6.9 pidfds had no file system of their own. EPERM: another
	 * user's process. EINVAL: a process in another PID namespace. */
	return syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0 || errno != EBADF;
}

bool pidfd_gone(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;
	do n = poll(&p, 1, 0);
	while (n < 0 && errno == EINTR);
	return n == 1 && (p.revents & POLLIN);
}

enum pidfd_status pidfd_status(int fd, int *ret_status)
{
	struct pidfd_info_615 info = { .mask = INFO_EXIT };
	if (ioctl(fd, REQUEST(GET_INFO), &info) < 0) return errno == ESRCH ? PIDFD_YET : PIDFD_NEVER;
	if (info.mask & INFO_EXIT) {
		*ret_status = info.exit_code;
		return PIDFD_KNOWN;
	}
	return PIDFD_YET;
}

static pid_t leader_of(int master)
{
	pid_t pid = 0;
	if (ioctl(master, REQUEST(TIOCGSID), &pid) < 0) return -ENOTTY;
	return pid > 0 ? pid : -ESRCH;
}

int pidfd_leader(int master, pid_t *ret_pid)
{
	pid_t const pid = leader_of(master);
	if (pid < 0) return pid;
	int const fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) return -errno;
	/* A leader gives up its terminal when it ends. While it has the terminal, the
	 * pid is still its own. */
	if (leader_of(master) == pid) {
		*ret_pid = pid;
		return fd;
	}
	close(fd);
	return -ENOTTY;
}
