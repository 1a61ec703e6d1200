/* SPDX-License-Identifier: ISC */
#include "machine.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMM_MAX 16
#define ANCESTORS_MAX 64

/* Reads the beginning of /proc/`pid`/`file`; "" if that fails. */
static void read_proc(long pid, char const *file, char *buf, size_t len)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/%s", pid, file);
	int const fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t const n = fd >= 0 ? read(fd, buf, len - 1) : -1;
	buf[n > 0 ? n : 0] = '\0';
	if (fd >= 0) close(fd);
}

/* The name of process `pid`, without the newline; "" if it cannot be read. */
static void comm_of(long pid, char ret[COMM_MAX + 1])
{
	read_proc(pid, "comm", ret, COMM_MAX + 1);
	ret[strcspn(ret, "\n")] = '\0';
}

/* 0 if it cannot be read. */
static long parent_of(long pid)
{
	char text[256];

	read_proc(pid, "stat", text, sizeof text);
	/* The process name may contain any character. It ends at the last parenthesis. */
	char const *const at = strrchr(text, ')');
	return at && strlen(at) > 4 ? strtol(at + 4, NULL, 10) : 0;
}

static enum machine_init init_called(char const *comm)
{
	static struct {
		char const *comm;
		enum machine_init init;
	} const known[] = {
		{ "systemd", MACHINE_SYSTEMD }, { "s6-supervise", MACHINE_S6 }, { "s6-svscan", MACHINE_S6 },
		{ "runsv", MACHINE_RUNIT }, { "runit", MACHINE_RUNIT }, { "supervise", MACHINE_DAEMONTOOLS },
		{ "svscan", MACHINE_DAEMONTOOLS },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(comm, known[i].comm)) return known[i].init;
	return MACHINE_OTHER;
}

static bool systemd_is_there(void) { return access("/run/systemd/system", F_OK) == 0; }

enum machine_init machine_init(void)
{
	char comm[COMM_MAX + 1];
	enum machine_init ret = MACHINE_OTHER;
	long pid = getppid();

	for (int i = 0; i < ANCESTORS_MAX && pid > 1 && ret == MACHINE_OTHER; i++, pid = parent_of(pid)) {
		comm_of(pid, comm);
		ret = init_called(comm);
	}
	if (ret != MACHINE_OTHER) return ret;
	/* A unit may hide /run as well as other users' processes. */
	if (systemd_is_there() || (getppid() == 1 && getenv("INVOCATION_ID"))) return MACHINE_SYSTEMD;
	comm_of(1, comm);
	return init_called(comm);
}

bool machine_user_manager(char const *dir)
{
	char path[PATH_MAX];
	int const n = snprintf(path, sizeof path, "%s/systemd/private", dir);
	return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

/* Is `dir`/`service` the folder of a service? */
static bool is_service(char const *dir, char const *service, char *buf, size_t len)
{
	char path[PATH_MAX], real[PATH_MAX];
	size_t const folder = strlen(dir) + 1 + strlen(service);

	if (folder + sizeof "/run" > sizeof path) return false;
	snprintf(path, sizeof path, "%s/%s/run", dir, service);
	if (access(path, F_OK) != 0) return false;
	path[folder] = '\0';
	if (!realpath(path, real) || strlen(real) >= len) return false;
	memcpy(buf, real, strlen(real) + 1);
	return true;
}

bool machine_service(enum machine_init init, char const *service, char *buf, size_t len)
{
	/* A supervisor runs a service in the service's own folder, beside the others. */
	static char const *const s6[] = { "..", "/run/service", "/service", NULL };
	static char const *const runit[] = { "..", "/etc/service", "/service", "/var/service", NULL };
	char const *const *dir = init == MACHINE_S6 ? s6 : runit;

	if (access("run", F_OK) != 0) dir++;
	for (; *dir; dir++)
		if (is_service(*dir, service, buf, len) || is_service(*dir, "ptyhead", buf, len)) return true;
	return false;
}

/* ---- what is hidden ---------------------------------------------------------- */

/* Is `folder` equal to `path` or above it, and not the root? */
static bool leads_to(char const *folder, char const *path)
{
	size_t const n = strlen(folder);
	return n > 1 && !strncmp(path, folder, n) && (path[n] == '/' || path[n] == '\0');
}

/* Looks for mounts on the way to `path` that hide something: fields 4 and 5 of
 * proc_pid_mountinfo(5). */
static enum machine_view mounted_view(char const *path, char *folder, size_t len)
{
	enum machine_view ret = MACHINE_SAME;
	char *line = NULL, *root, *point, *save;
	size_t room = 0;
	int const fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *const f = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (!f) {
		if (fd >= 0) close(fd);
		return MACHINE_SAME;
	}
	while (ret == MACHINE_SAME && getline(&line, &room, f) >= 0) {
		root = strtok_r(line, " ", &save);
		for (int i = 0; root && i < 3; i++) root = strtok_r(NULL, " ", &save);
		point = root ? strtok_r(NULL, " ", &save) : NULL;
		if (!point || strlen(point) >= len || !leads_to(point, path)) continue;
		/* ProtectHome=tmpfs mounts a tmpfs there. */
		if (strstr(root, "/inaccessible/") || !strcmp(point, "/run/user")) ret = MACHINE_INACCESSIBLE;
		else if (strstr(root, "systemd-private-")) ret = MACHINE_PRIVATE_TMP;
		if (ret != MACHINE_SAME) memcpy(folder, point, strlen(point) + 1);
	}
	free(line);
	fclose(f);
	return ret;
}

static bool is_container(void)
{
	char const *const kind = getenv("container");
	return (kind && *kind) || access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0;
}

enum machine_view machine_view(char const *path, char *folder, size_t len)
{
	enum machine_view const v = mounted_view(path, folder, len);
	char const *const end = strrchr(path, '/');

	if (v != MACHINE_SAME || path[0] != '/') return v;
	if (leads_to("/run", path) && !systemd_is_there() && machine_init() == MACHINE_SYSTEMD) {
		snprintf(folder, len, "/run");
		return MACHINE_OTHER_RUN;
	}
	snprintf(folder, len, "%.*s", (int)(end - path), path);
	if (machine_init() == MACHINE_OTHER && is_container() && access(folder, F_OK) != 0) return MACHINE_CONTAINER;
	return MACHINE_SAME;
}
