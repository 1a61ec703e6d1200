/* SPDX-License-Identifier: ISC */
/* The terminals of a head, for a caller that may wait. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "client.h"
#include "deadline.h"

#define NAMES_MAX 8 /* most names in a hint */
#define ASK_MS 1000

int ptyhead_list(char const *path, char const *terminal, bool look, int timeout_ms,
                 void (*each)(void *arg, struct ptyhead_entry const *e), void *arg)
{
	struct ptyhead_lister *l;
	struct deadline d;

	deadline_init(&d, timeout_ms);
	int r = ptyhead_lister_new(&l, path, terminal, look, each, arg);
	if (r < 0) return r;
	while ((r = ptyhead_lister_process(l)) > 0) {
		struct pollfd p = { ptyhead_lister_fd(l), POLLIN, 0 };
		r = poll(&p, 1, deadline_left(&d));
		if (r < 0 && errno != EINTR) r = -errno;
		else if (r == 0) r = -ETIMEDOUT;
		else continue;
		break;
	}
	ptyhead_lister_free(l);
	return r;
}

struct hint {
	char *buf;
	size_t size, len;
	unsigned told;
};

static void add_terminal(void *arg, struct ptyhead_entry const *e)
{
	struct hint *const h = arg;
	char const *const before = h->told == 0 ? "it has " : h->told < NAMES_MAX ? ", " : " and more";

	if (h->told > NAMES_MAX || h->len >= h->size) return;
	int const n = snprintf(h->buf + h->len, h->size - h->len, "%s%s", before, h->told < NAMES_MAX ? e->terminal : "");
	if (n > 0) h->len += (size_t)n;
	h->told++;
}

char const *ptyhead_terminals_hint(char const *path, char *buf, size_t len)
{
	struct hint h = { .buf = buf, .size = len };

	buf[0] = '\0';
	if (ptyhead_list(path, NULL, false, ASK_MS, add_terminal, &h) < 0) buf[0] = '\0';
	return buf;
}
