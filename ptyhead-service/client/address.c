#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ptyhead.h"

#define SYSTEM_DIR "/run/ptyhead"
#define SUFFIX ".sock"
#define WATCH_SUFFIX ".watch" SUFFIX /* of ptyhead-watch@.socket */

bool ptyhead_user_dir(char *buf, size_t len)
{
	char const *const dir = getenv("XDG_RUNTIME_DIR");
	/* cron, sudo -u and su set none; systemd makes it all the same. */
	int const n = dir && *dir ? snprintf(buf, len, "%s/ptyhead", dir) :
	                            snprintf(buf, len, "/run/user/%lu/ptyhead", (unsigned long)geteuid());
	return n > 0 && (size_t)n < len && buf[0] == '/';
}

static bool join(char *buf, size_t len, char const *dir, char const *name)
{
	int const n = snprintf(buf, len, "%s/%s" SUFFIX, dir, name);
	return n > 0 && (size_t)n < len;
}

/* What a terminal may be called, and '\\', which systemd puts into escaped
 * instance names. */
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
	if (strlen(ret->name) + strlen(SUFFIX) > NAME_MAX) return "the name is too long";
	if (ptyhead_user_dir(dir, sizeof dir) && join(ret->path, sizeof ret->path, dir, ret->name) &&
	    access(ret->path, F_OK) == 0)
		return NULL;
	if (!join(ret->path, sizeof ret->path, SYSTEM_DIR, ret->name)) return "the name is too long";
	return NULL;
}

/* Fills *ret; NULL, or what is wrong. */
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

int ptyhead_address_parse(char const *address, struct ptyhead_address *ret, char const **ret_why)
{
	memset(ret, 0, sizeof *ret);
	*ret_why = parse(address, ret);
	return *ret_why ? -EINVAL : 0;
}

/* The length of `dir` and the '/' behind it where `path` begins with them and
 * goes no deeper; else 0. */
static size_t below(char const *path, char const *dir)
{
	size_t const n = strlen(dir);
	if (strncmp(path, dir, n) != 0 || path[n] != '/' || strchr(path + n + 1, '/')) return 0;
	return n + 1;
}

/* The length of what `base` holds before `suffix`, if it ends so; else 0. */
static int stem(char const *base, char const *suffix)
{
	size_t const n = strlen(base);
	size_t const k = strlen(suffix);
	return n > k && memcmp(base + n - k, suffix, k) == 0 ? (int)(n - k) : 0;
}

/* Did systemd/check-name refuse this NAME? Its mark lies beside the socket. */
static bool name_refused(char const *name, int len)
{
	char mark[PATH_MAX];
	int const n = snprintf(mark, sizeof mark, SYSTEM_DIR "/%.*s.needs-User=", len, name);
	return n > 0 && (size_t)n < sizeof mark && access(mark, F_OK) == 0;
}

/* Somebody other than root may have meant a head of their own: there is a folder for it
 * (left in `dir`), and nothing by that name in the system's. */
static bool maybe_own(struct ptyhead_address const *a, char *dir)
{
	if (geteuid() == 0 || a->name[0] == '\0' || access(a->path, F_OK) == 0) return false;
	*strrchr(dir, '/') = '\0'; /* without /ptyhead, which its first socket makes */
	return access(dir, W_OK | X_OK) == 0;
}

char const *ptyhead_address_hint(struct ptyhead_address const *a, char *buf, size_t len)
{
	char dir[PATH_MAX];
	bool const has_own = ptyhead_user_dir(dir, sizeof dir);
	size_t n = has_own ? below(a->path, dir) : 0;
	bool const users = n > 0;
	if (!users) n = below(a->path, SYSTEM_DIR);
	char const *const name = a->path + n;
	int stem_len = n > 0 ? stem(name, WATCH_SUFFIX) : 0;
	if (n > 0 && stem_len == 0) stem_len = stem(name, SUFFIX);
	if (stem_len == 0)
		snprintf(buf, len, "start the ptyhead that listens there");
	else if (!users && name_refused(name, stem_len))
		snprintf(buf, len, "no user can be called ptyhead-%.*s: `systemctl edit ptyhead@%.*s.service`,"
		         " lines [Service] and User=ptyhead-SHORT, then `systemctl restart ptyhead@%.*s.service`",
		         stem_len, name, stem_len, name, stem_len, name);
	else if (!users && has_own && maybe_own(a, dir))
		snprintf(buf, len, "nor in %s/ptyhead; try: systemctl --user restart ptyhead@%.*s.service,"
		         " or the system's: systemctl restart ptyhead@%.*s.service", dir, stem_len, name, stem_len, name);
	else
		snprintf(buf, len, "try: %s restart ptyhead@%.*s.service",
		         users ? "systemctl --user" : "systemctl", stem_len, name);
	return buf;
}
