/* SPDX-License-Identifier: ISC */
#include "files.h"
#include "number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
#define HEADER_MAX 65536u

bool files_stdout(char const *path) { return !path || !strcmp(path, "-"); }

/* ---- names ---------------------------------------------------------------------- */

static bool named(char const *pattern, char *buf, size_t len)
{
	time_t const now = time(NULL);
	struct tm tm;
	return localtime_r(&now, &tm) && strftime(buf, len, pattern, &tm) > 0;
}

struct names {
	char output[PATH_MAX], timing[PATH_MAX];
};

/* Returns NULL, or what is wrong. */
static char const *names_of(struct files const *f, struct names *n)
{
	static char const long_name[] = "the file's name is too long";
	if (!named(f->output, n->output, sizeof n->output)) return long_name;
	if (f->form != RECORDING_SCRIPT) return NULL;
	if (f->timing) return named(f->timing, n->timing, sizeof n->timing) ? NULL : long_name;
	int const len = snprintf(n->timing, sizeof n->timing, "%s.timing", n->output);
	return len > 0 && (size_t)len < sizeof n->timing ? NULL : long_name;
}

/* ---- opening ---------------------------------------------------------------------- */

/* A recording may be secret, so the file is its owner's alone. A name in a shared
 * folder must not lead elsewhere, so links are not followed. A file that is not
 * regular, such as a FIFO, cannot be overwritten. -errno. */
static int open_file(char const *path, bool append)
{
	int const flags = O_NOFOLLOW | O_NOCTTY | O_APPEND;
	struct stat st;

	if (files_stdout(path)) return STDOUT_FILENO;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | flags, 0600);
	if (fd >= 0) return fd;
	if (errno != EEXIST) return -errno;
	if (lstat(path, &st) < 0) return -errno;
	if (S_ISREG(st.st_mode) && !append) return -EEXIST;
	fd = open(path, (S_ISREG(st.st_mode) ? O_RDWR : O_WRONLY) | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

static enum files_result why_not(int error, char const *path, char *buf, size_t len)
{
	if (error == -ELOOP) snprintf(buf, len, "%s is a symbolic link, which is not followed: name the file itself, or -", path);
	else if (error == -EEXIST)
		snprintf(buf, len, "%s is there already: --append to it, or give a name with the time in it, as -o 'app-%%F-%%H%%M%%S.cast'", path);
	else snprintf(buf, len, "unable to open %s: %s", path, strerror(-error));
	return FILES_FAILED;
}

/* ---- what is in it ------------------------------------------------------------------ */

/* The number of member `key` in the asciicast's header. */
static bool number_in(char const *header, char const *key, uint64_t *ret)
{
	char const *at = strstr(header, key);
	if (!at) return false;
	at += strlen(key);
	at += strspn(at, " \t");
	if (*at++ != ':') return false;
	at += strspn(at, " \t");
	return number_read(at, 10, UINT64_MAX, ret) != NULL;
}

static enum files_result look_into(struct files *f, char const *path, char *why, size_t len)
{
	char header[HEADER_MAX + 1];
	uint64_t version = 0, timestamp = 0;
	struct stat st;

	f->resume = false;
	if (fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) return FILES_OK;
	f->resume = true;
	f->last = (uint64_t)st.st_mtim.tv_sec * SECOND + (uint64_t)st.st_mtim.tv_nsec;
	if (f->form == RECORDING_SCRIPT) return FILES_OK;
	ssize_t const n = pread(f->fd, header, HEADER_MAX, 0);
	header[n > 0 ? n : 0] = '\0';
	header[strcspn(header, "\n")] = '\0';
	if (!number_in(header, "\"version\"", &version) || version != (f->form == RECORDING_ASCIICAST3 ? 3 : 2) ||
	    (version == 2 && !number_in(header, "\"timestamp\"", &timestamp))) {
		snprintf(why, len, "%s is no asciicast of version %d: it cannot be appended to", path, f->form == RECORDING_ASCIICAST3 ? 3 : 2);
		return FILES_USAGE;
	}
	f->base = timestamp * SECOND;
	/* A killed recorder may have left an incomplete line. */
	char last = '\n';
	if (pread(f->fd, &last, 1, st.st_size - 1) == 1 && last != '\n' && write(f->fd, "\n", 1) < 0) {
		snprintf(why, len, "unable to write to %s: %s", path, strerror(errno));
		return FILES_FAILED;
	}
	return FILES_OK;
}

/* ---- both ------------------------------------------------------------------------------ */

enum files_result files_open(struct files *f, char *why, size_t len)
{
	struct names n;

	char const *const bad = names_of(f, &n);
	if (bad) {
		snprintf(why, len, "%s", bad);
		return FILES_USAGE;
	}
	f->timing_fd = -1;
	f->fd = open_file(n.output, f->append);
	if (f->fd < 0) return why_not(f->fd, n.output, why, len);
	enum files_result const r = f->append ? look_into(f, n.output, why, len) : FILES_OK;
	if (r != FILES_OK || f->form != RECORDING_SCRIPT) return r;
	f->timing_fd = open_file(n.timing, f->append);
	return f->timing_fd < 0 ? why_not(f->timing_fd, n.timing, why, len) : FILES_OK;
}

static bool is_same(int fd, char const *path)
{
	struct stat a, b;
	return fstat(fd, &a) == 0 && lstat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Files that are not regular cannot be synced. */
static int sync_file(int fd) { return fd >= 0 && fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0; }

bool files_reopen(struct files *f, char *why, size_t len)
{
	struct names n;

	why[0] = '\0';
	if (sync_file(f->fd) < 0 || sync_file(f->timing_fd) < 0) snprintf(why, len, "unable to sync the recording: %s", strerror(errno));
	if (files_stdout(f->output) || names_of(f, &n) || is_same(f->fd, n.output)) return false;
	int const fd = open_file(n.output, false);
	int const timing = fd >= 0 && f->form == RECORDING_SCRIPT ? open_file(n.timing, false) : -1;
	if (fd < 0 || (f->form == RECORDING_SCRIPT && timing < 0)) {
		(void)why_not(fd < 0 ? fd : timing, fd < 0 ? n.output : n.timing, why, len);
		if (fd >= 0) {
			unlink(n.output);
			close(fd);
		}
		return false;
	}
	close(f->fd);
	if (f->timing_fd >= 0) close(f->timing_fd);
	f->fd = fd;
	f->timing_fd = timing;
	return true;
}

int files_close(struct files *f)
{
	int const e = sync_file(f->fd);
	int const t = sync_file(f->timing_fd);
	if (f->fd != STDOUT_FILENO && close(f->fd) < 0) return -errno;
	if (f->timing_fd >= 0 && f->timing_fd != STDOUT_FILENO && close(f->timing_fd) < 0) return -errno;
	return e < 0 ? e : t;
}
