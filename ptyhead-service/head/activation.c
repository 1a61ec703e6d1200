#include "activation.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

int activation_take(struct activation_fd **ret, size_t *ret_n)
{
	char **names = NULL;
	*ret = NULL;
	*ret_n = 0;
	int const n = sd_listen_fds_with_names(1, &names);
	if (n <= 0) return n;
	struct activation_fd *const fds = calloc((size_t)n, sizeof *fds);
	for (int i = 0; i < n; i++) {
		if (fds) fds[i] = (struct activation_fd){ SD_LISTEN_FDS_START + i, names[i] };
		else free(names[i]);
	}
	free(names);
	if (!fds) return -ENOMEM;
	*ret = fds;
	*ret_n = (size_t)n;
	return 0;
}

void activation_free(struct activation_fd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) free(fds[i].name);
	free(fds);
}

int activation_is_listener(int fd)
{
	return sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0 ? 0 : -1;
}
