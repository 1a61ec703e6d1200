/* SPDX-License-Identifier: ISC */
/* Finds the heads: the sockets in a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "path_int.h"

size_t ptyhead_stem(char const *file, char const *suffix)
{
	size_t const n = strlen(file);
	size_t const k = strlen(suffix);
	return n > k && memcmp(file + n - k, suffix, k) == 0 ? n - k : 0;
}

bool ptyhead_watch_path(char const *path, char *buf, size_t len)
{
	size_t const stem = ptyhead_stem(path, PTYHEAD_SUFFIX);
	if (stem == 0 || ptyhead_stem(path, PTYHEAD_WATCH PTYHEAD_SUFFIX)) return false;
	int const n = snprintf(buf, len, "%.*s" PTYHEAD_WATCH PTYHEAD_SUFFIX, (int)stem, path);
	return n > 0 && (size_t)n < len;
}

bool ptyhead_address_leads_to(char const *address, char const *path)
{
	struct ptyhead_address a;
	char const *why;
	return ptyhead_address_parse(address, &a, &why) == 0 && !strcmp(a.path, path);
}

static int is_socket(struct dirent const *d) { return ptyhead_stem(d->d_name, PTYHEAD_SUFFIX) > 0; }

/* The watch socket is listed only for a user who cannot use the other one. */
static bool has_better(char const *dir, char const *file)
{
	char path[PATH_MAX];
	size_t const len = ptyhead_stem(file, PTYHEAD_WATCH PTYHEAD_SUFFIX);
	if (len == 0) return false;
	int const n = snprintf(path, sizeof path, "%s/%.*s" PTYHEAD_SUFFIX, dir, (int)len, file);
	return n > 0 && (size_t)n < sizeof path && access(path, W_OK) == 0;
}

int ptyhead_heads(char const *dir, void (*each)(void *arg, char const *path, char const *address), void *arg)
{
	struct dirent **files;
	int const n = scandir(dir, &files, is_socket, alphasort);

	if (n < 0) return errno == ENOENT || errno == EACCES || errno == ENOTDIR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX], name[NAME_MAX + 1];
		char const *const file = files[i]->d_name;
		int const len = snprintf(path, sizeof path, "%s/%s", dir, file);
		if (len > 0 && (size_t)len < sizeof path && !has_better(dir, file)) {
			snprintf(name, sizeof name, "%.*s", (int)ptyhead_stem(file, PTYHEAD_SUFFIX), file);
			/* Listed by its path if its name leads elsewhere (into the
			 * user's own folder), or is not a valid name. */
			each(arg, path, ptyhead_address_leads_to(name, path) ? name : path);
		}
		free(files[i]);
	}
	free(files);
	return 0;
}
