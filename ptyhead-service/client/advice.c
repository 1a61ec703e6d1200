/* SPDX-License-Identifier: ISC */
/* What to do when no head was reached: the text that all tools print. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "machine.h"
#include "path_int.h"

#define NAMES_MAX 8      /* most names in a message */
#define GROUPS_MAX 256
#define ASK_MS 1000

/* ---- a growing line ------------------------------------------------------------- */

struct line {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3)))
static void add(struct line *l, char const *format, ...)
{
	va_list ap;
	va_start(ap, format);
	int const n = vsnprintf(l->buf + l->len, l->size - l->len, format, ap);
	va_end(ap);
	if (n > 0) l->len += (size_t)n < l->size - l->len ? (size_t)n : l->size - l->len - 1;
}

/* ---- where the address leads ------------------------------------------------------ */

struct where {
	enum { ELSEWHERE, USERS, SYSTEM } kind;
	char own[PATH_MAX]; /* the user's folder; "": there can be none */
	char name[NAME_MAX + 1]; /* of the head; "" ELSEWHERE */
	bool given;     /* PTYHEAD_DIR names the user's folder: no unit listens there */
	bool maybe_own; /* SYSTEM: the user may have meant a head of their own */
};

/* The length of `dir` plus the '/' if `path` lies directly in it; else 0. */
static size_t below(char const *path, char const *dir)
{
	size_t const n = strlen(dir);
	if (n == 0 || strncmp(path, dir, n) != 0 || path[n] != '/' || strchr(path + n + 1, '/')) return 0;
	return n + 1;
}

/* The folder above `own`, which exists before any socket: XDG_RUNTIME_DIR. "": none. */
static void runtime_of(char const *own, char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%.*s", own[0] ? (int)(strrchr(own, '/') - own) : 0, own);
}

/* A user other than root may have meant a head of their own: the user's folder can
 * exist, and the system's has no such name. */
static bool maybe_own(struct ptyhead_address const *a, char const *own)
{
	char dir[PATH_MAX];
	if (geteuid() == 0 || a->name[0] == '\0' || own[0] == '\0' || access(a->path, F_OK) == 0) return false;
	runtime_of(own, dir);
	return access(dir, W_OK | X_OK) == 0;
}

static void where_init(struct where *w, struct ptyhead_address const *a)
{
	*w = (struct where){ .kind = ELSEWHERE };
	w->given = ptyhead_given_dir(w->own, sizeof w->own);
	if (!w->given && !ptyhead_user_dir(w->own, sizeof w->own)) w->own[0] = '\0';
	size_t n = below(a->path, w->own);
	bool const users = n > 0;
	if (!users) n = below(a->path, PTYHEAD_SYSTEM_DIR);
	if (n == 0) return;
	size_t len = ptyhead_stem(a->path + n, PTYHEAD_WATCH PTYHEAD_SUFFIX);
	if (len == 0) len = ptyhead_stem(a->path + n, PTYHEAD_SUFFIX);
	if (len == 0 || len >= sizeof w->name) return;
	memcpy(w->name, a->path + n, len);
	w->kind = users ? USERS : SYSTEM;
	w->maybe_own = !users && maybe_own(a, w->own);
}

/* ---- what is hidden ----------------------------------------------------------------- */

/* True: something is hidden, and the message says so. */
static bool add_hidden(struct line *l, struct ptyhead_address const *a, int error)
{
	char folder[PATH_MAX];

	switch (machine_view(a->path, folder, sizeof folder)) {
	case MACHINE_SAME: return false;
	case MACHINE_INACCESSIBLE:
		add(l, "%s is hidden from this process: leave it out of InaccessiblePaths= or ProtectHome= in its unit", folder);
		return true;
	case MACHINE_PRIVATE_TMP:
		add(l, "%s is private to this unit (PrivateTmp=): the head's socket belongs below /run", folder);
		return true;
	case MACHINE_OTHER_RUN:
		add(l, "%s is not the machine's here: give the unit BindPaths=" PTYHEAD_SYSTEM_DIR
		       ", or leave out TemporaryFileSystem= or RootDirectory=", folder);
		return true;
	case MACHINE_CONTAINER:
		/* Heads are visible, so nothing hides them. */
		if (error != -ENOENT || l->len > 0) return false;
		add(l, "this is a container without %s: mount that of the host where the head runs, or start a ptyhead here", folder);
		return true;
	}
	return false;
}

/* ---- who may connect ------------------------------------------------------------------ */

static void add_user(struct line *l, uid_t uid)
{
	struct passwd const *const p = getpwuid(uid);
	if (p) add(l, "%s", p->pw_name);
	else add(l, "uid %lu", (unsigned long)uid);
}

static void add_group(struct line *l, gid_t gid)
{
	struct group const *const g = getgrgid(gid);
	if (g) add(l, "%s", g->gr_name);
	else add(l, "gid %lu", (unsigned long)gid);
}

/* The first folder on the way to `path` that this user cannot pass; else `path`. */
static void closed_at(char const *path, char *ret)
{
	for (char const *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(ret, PATH_MAX, "%.*s", (int)(p - path), path);
		if (access(ret, F_OK) == 0 && access(ret, X_OK) != 0) return;
	}
	snprintf(ret, PATH_MAX, "%s", path);
}

/* The user is now in this group, but this session is older. */
static bool joined_since(gid_t gid)
{
	gid_t of_user[GROUPS_MAX], of_process[GROUPS_MAX];
	int n = GROUPS_MAX;
	struct passwd const *const p = getpwuid(geteuid());

	if (!p || getgrouplist(p->pw_name, p->pw_gid, of_user, &n) < 0) return false;
	bool in = false;
	for (int i = 0; i < n; i++) in |= of_user[i] == gid;
	n = getgroups(GROUPS_MAX, of_process);
	for (int i = 0; i < n; i++) in &= of_process[i] != gid;
	return in && getegid() != gid;
}

static void add_access(struct line *l, struct ptyhead_address const *a, struct where const *w, enum machine_init init)
{
	char closed[PATH_MAX], watch[PATH_MAX];
	struct stat st;

	closed_at(a->path, closed);
	bool const folder = strcmp(closed, a->path) != 0;
	if (stat(closed, &st) == 0) {
		add(l, "%s belongs to ", folder ? closed : "the socket");
		add_user(l, st.st_uid);
		add(l, ", group ");
		add_group(l, st.st_gid);
		add(l, ", mode %04o, and this is user ", (unsigned)st.st_mode & 07777u);
		add_user(l, geteuid());
		if (!folder && (st.st_mode & S_IWGRP) && joined_since(st.st_gid)) {
			add(l, ", who has joined that group since: log in again");
			return;
		}
	} else {
		add(l, "this is user ");
		add_user(l, geteuid());
	}
	if (folder) return;
	if (ptyhead_watch_path(a->path, watch, sizeof watch) && access(watch, R_OK | W_OK) == 0)
		add(l, "; looking is allowed (ptyhead-attach -r)");
	if (w->kind == SYSTEM && init == MACHINE_SYSTEMD)
		add(l, "; to let others in: systemctl edit ptyhead%s@%s.socket, lines [Socket], SocketGroup= and SocketMode=0660",
		    ptyhead_stem(a->path, PTYHEAD_WATCH PTYHEAD_SUFFIX) ? "-watch" : "", w->name);
	else
		add(l, "; its service gives the socket its owner and mode");
}

/* ---- what to start ------------------------------------------------------------------------ */

/* The names of heads in a folder; the message has the first few. */
struct names {
	struct line *line;
	unsigned told;
	char const *before; /* the text before the first name */
};

static void add_name(struct names *n, char const *name)
{
	if (n->told < NAMES_MAX) add(n->line, "%s%s", n->told ? ", " : n->before, name);
	else if (n->told == NAMES_MAX) add(n->line, " and more");
	n->told++;
}

/* Leaves out names that are not addresses, and those that a folder of higher rank
 * hides. */
static void add_head(void *arg, char const *path, char const *address)
{
	if (strcmp(path, address) != 0) add_name(arg, address);
}

/* In other folders heads have no names: the paths of the sockets there. */
static void add_path(void *arg, char const *path, char const *address)
{
	(void)address;
	add_name(arg, path);
}

static void add_names(struct line *l, struct where const *w, char const *path)
{
	struct names n = { .line = l, .before = "there is " };
	char folder[PATH_MAX];
	if (w->kind == ELSEWHERE) {
		char const *const slash = strrchr(path, '/');
		snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0, path);
		if (folder[0]) (void)ptyhead_heads(folder, add_path, &n);
	} else {
		if (w->own[0]) (void)ptyhead_heads(w->own, add_head, &n);
		(void)ptyhead_heads(PTYHEAD_SYSTEM_DIR, add_head, &n);
	}
	if (n.told) add(l, "; ");
}

/* Has systemd/check-name refused this NAME? If so, its mark lies beside the socket. */
static bool name_refused(char const *name)
{
	char mark[PATH_MAX];
	snprintf(mark, sizeof mark, PTYHEAD_SYSTEM_DIR "/%s.needs-User=", name);
	return access(mark, F_OK) == 0;
}

static void add_systemd(struct line *l, struct where const *w)
{
	char runtime[PATH_MAX];

	runtime_of(w->own, runtime);
	bool const manager = runtime[0] && machine_user_manager(runtime);
	if (w->kind == SYSTEM && name_refused(w->name))
		add(l, "no user can be called ptyhead-%s: `systemctl edit ptyhead@%s.service`, lines [Service] and User=ptyhead-SHORT,"
		       " then `systemctl restart ptyhead@%s.service`", w->name, w->name, w->name);
	else if (w->kind == USERS)
		add(l, "%s: systemctl --user restart ptyhead@%s.service", manager ? "try" : "no systemd of this user runs; after `loginctl enable-linger`, try", w->name);
	else if (w->maybe_own && manager)
		add(l, "nor in %s; try: systemctl --user restart ptyhead@%s.service, or the system's: systemctl restart ptyhead@%s.service",
		    w->own, w->name, w->name);
	else
		add(l, "try: systemctl restart ptyhead@%s.service", w->name);
}

static void add_service(struct line *l, struct where const *w, enum machine_init init)
{
	char const *const command = init == MACHINE_S6 ? "s6-svc -u" : init == MACHINE_RUNIT ? "sv up" : "svc -u";
	char name[NAME_MAX + 9], service[PATH_MAX];

	snprintf(name, sizeof name, "ptyhead-%s", w->name);
	bool const known = machine_service(init, name, service, sizeof service);
	add(l, "start the service of its ptyhead: %s %s", command, known ? service : "SERVICE");
}

static void add_start(struct line *l, struct where const *w, enum machine_init init)
{
	bool const unit = w->kind == SYSTEM || (w->kind == USERS && !w->given);
	if (init == MACHINE_SYSTEMD && unit) add_systemd(l, w);
	else if (init == MACHINE_S6 || init == MACHINE_RUNIT || init == MACHINE_DAEMONTOOLS) add_service(l, w, init);
	else add(l, "start the ptyhead that listens there");
}

/* ---- all of it ---------------------------------------------------------------------------- */

static bool is_no_socket(char const *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISSOCK(st.st_mode);
}

char const *ptyhead_address_hint(struct ptyhead_address const *a, int error, char *buf, size_t len)
{
	struct line l = { .buf = buf, .size = len };
	enum machine_init const init = machine_init();
	bool const denied = error == -EACCES || error == -EPERM;
	struct where w;

	buf[0] = '\0';
	if (!denied && error != -ENOENT && error != -ECONNREFUSED) return buf;
	where_init(&w, a);
	if (error == -ENOENT && w.given && w.kind == SYSTEM) add(&l, "nor in %s, which PTYHEAD_DIR names; ", w.own);
	if (error == -ENOENT) add_names(&l, &w, a->path);
	if (add_hidden(&l, a, error)) return buf;
	if (denied) {
		add_access(&l, a, &w, init);
	} else if (is_no_socket(a->path)) {
		add(&l, "that is no socket");
	} else {
		add_start(&l, &w, init);
	}
	return buf;
}

/* ---- terminals ------------------------------------------------------------------------------ */

static void add_terminal(void *arg, struct ptyhead_entry const *e) { add_name(arg, e->terminal); }

char const *ptyhead_terminals_hint(char const *path, char *buf, size_t len)
{
	struct line l = { .buf = buf, .size = len };
	struct names n = { .line = &l, .before = "it has " };

	buf[0] = '\0';
	if (ptyhead_list(path, NULL, false, ASK_MS, add_terminal, &n) < 0) buf[0] = '\0';
	return buf;
}
