/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "path_int.h"
#include "wire.h"

bool ptyhead_given_dir(char *buf, size_t len)
{
	char const *const dir = getenv("PTYHEAD_DIR");
	size_t n = dir ? strlen(dir) : 0;
	while (n > 1 && dir[n - 1] == '/') n--;
	if (n == 0 || dir[0] != '/' || n >= len) return false;
	memcpy(buf, dir, n);
	buf[n] = '\0';
	/* It is looked into anyway. */
	return strcmp(buf, PTYHEAD_SYSTEM_DIR) != 0;
}

bool ptyhead_user_dir(char *buf, size_t len)
{
	char const *const dir = getenv("XDG_RUNTIME_DIR");
	if (ptyhead_given_dir(buf, len)) return true;
	/* XDG_RUNTIME_DIR is unset under cron, sudo -u and su, but the folder of
	 * systemd exists. */
	int const n = dir && *dir ? snprintf(buf, len, "%s/ptyhead", dir) :
	                            snprintf(buf, len, "/run/user/%lu/ptyhead", (unsigned long)geteuid());
	return n > 0 && (size_t)n < len && buf[0] == '/';
}

static bool join(char *buf, size_t len, char const *dir, char const *name)
{
	int const n = snprintf(buf, len, "%s/%s" PTYHEAD_SUFFIX, dir, name);
	return n > 0 && (size_t)n < len;
}

/* The characters of a terminal name, and '\\', which systemd uses to escape instance
 * names. */
static bool name_ok(char const *name)
{
	if (name[0] == '.' || name[0] == '-') return false;
	for (; *name; name++)
		if (*name != '\\' && !wire_terminal_ok(name, 1) && *name != '.' && *name != '-')
			return false;
	return true;
}

static char const *name_path(struct ptyhead_address *ret)
{
	char dir[PATH_MAX];
	if (!name_ok(ret->name))
		return "a name is made of A-Z a-z 0-9 . _ @ + - \\ and begins neither with . nor with -"
		       " (a path has a /)";
	if (strlen(ret->name) + strlen(PTYHEAD_SUFFIX) > NAME_MAX) return "the name is too long";
	if (ptyhead_user_dir(dir, sizeof dir) && join(ret->path, sizeof ret->path, dir, ret->name) &&
	    access(ret->path, F_OK) == 0)
		return NULL;
	if (!join(ret->path, sizeof ret->path, PTYHEAD_SYSTEM_DIR, ret->name)) return "the name is too long";
	return NULL;
}

/* Fills *ret. Returns NULL, or what is wrong. */
static char const *parse(char const *address, struct ptyhead_address *ret)
{
	char const *const slash = strrchr(address, '/');
	char const *const base = slash ? slash + 1 : address;
	char const *const colon = strchr(base, ':');
	char const *const terminal = colon ? colon + 1 : PTYHEAD_TERMINAL;
	size_t const len = colon ? (size_t)(colon - address) : strlen(address);

	if (address[0] == '\0') return "it is empty";
	if (terminal[0] == '\0') return "no terminal is named after the :";
	if (strlen(terminal) > WIRE_TERMINAL_MAX) return "the terminal's name is too long";
	if (!wire_terminal_ok(terminal, strlen(terminal)))
		return "a terminal's name is made of A-Z a-z 0-9 . _ @ + -"
		       " and begins neither with . nor with -";
	memcpy(ret->terminal, terminal, strlen(terminal) + 1);

	if (len == 0) return "no head is named before the :";
	if (slash) {
		if (len == (size_t)(base - address)) return "it is a directory, not a socket";
		if (len >= sizeof ret->path) return "the path is too long";
		memcpy(ret->path, address, len);
		return NULL;
	}
	if (len >= sizeof ret->name) return "the name is too long";
	memcpy(ret->name, address, len);
	return name_path(ret);
}

int ptyhead_address_check(struct ptyhead_address const *a)
{
	if (!wire_terminal_ok(a->terminal, strnlen(a->terminal, sizeof a->terminal))) return -EINVAL;
	return strnlen(a->path, sizeof a->path) < sizeof a->path ? 0 : -ENAMETOOLONG;
}

int ptyhead_address_parse(char const *address, struct ptyhead_address *ret, char const **ret_why)
{
	memset(ret, 0, sizeof *ret);
	*ret_why = parse(address, ret);
	return *ret_why ? -EINVAL : 0;
}
