/* SPDX-License-Identifier: ISC */
#include "activation.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#define LIBRARY "libsystemd.so.0"
#define TEXT "[{\"feature\":\"activation\",\"description\":\"Sockets from a supervisor\",\"priority\":\"recommended\",\"soname\":[\"" LIBRARY "\"]}]"

/* Tells packagers what dlopen() asks for: https://systemd.io/ELF_DLOPEN_METADATA/ */
__attribute__((used, section(".note.dlopen"), aligned(4))) static struct {
	uint32_t owner_size, text_size, type;
	char owner[4];
	char text[sizeof TEXT];
} const note = { sizeof "FDO", sizeof TEXT, 0x407c0c0a, "FDO", TEXT };

/* The library and those that it needs take half a megabyte, more than the rest of a
 * head. So it is loaded only where something was handed over, and only for that. */
struct library {
	void *handle;
	int (*listen_fds_with_names)(int unset_environment, char ***names);
	int (*is_socket_unix)(int fd, int type, int listening, char const *path, size_t length);
};

static int library_load(struct library *l)
{
	l->handle = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	if (!l->handle) return -ELIBACC;
	/* POSIX's way to a function's address, which C's own conversions do not allow. */
	*(void **)&l->listen_fds_with_names = dlsym(l->handle, "sd_listen_fds_with_names");
	*(void **)&l->is_socket_unix = dlsym(l->handle, "sd_is_socket_unix");
	if (l->listen_fds_with_names && l->is_socket_unix) return 0;
	dlclose(l->handle);
	return -ELIBACC;
}

static int take(struct library const *l, struct activation_fd **ret, size_t *ret_n)
{
	char **names = NULL;
	int const n = l->listen_fds_with_names(1, &names);
	if (n <= 0) return n;
	struct activation_fd *const fds = calloc((size_t)n, sizeof *fds);
	for (int i = 0; i < n; i++) {
		int const fd = SD_LISTEN_FDS_START + i;
		if (fds) fds[i] = (struct activation_fd){ fd, l->is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0, names[i] };
		else free(names[i]);
	}
	free(names);
	if (!fds) return -ENOMEM;
	*ret = fds;
	*ret_n = (size_t)n;
	return 0;
}

int activation_take(struct activation_fd **ret, size_t *ret_n)
{
	struct library l;
	*ret = NULL;
	*ret_n = 0;
	if (!getenv("LISTEN_FDS")) return 0;
	int r = library_load(&l);
	if (r < 0) return r;
	r = take(&l, ret, ret_n);
	dlclose(l.handle);
	return r;
}

void activation_free(struct activation_fd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) free(fds[i].name);
	free(fds);
}
