/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask_int.h"
#include "convert_int.h"

/* Writes argv in the frame's form, each argument ended by a NUL. Cuts it at the head's
 * limit. */
static size_t join_argv(char const *const *argv, uint8_t *buf, size_t max)
{
	size_t len = 0;
	for (; argv && *argv && len < max; argv++) {
		size_t n = strlen(*argv) + 1;
		if (n > max - len) n = max - len;
		memcpy(buf + len, *argv, n);
		len += n;
	}
	if (len > 0) buf[len - 1] = 0;
	return len;
}

static size_t put_frame(struct ptyhead_export const *e, uint8_t *buf, size_t room)
{
	uint8_t command[WIRE_COMMAND_MAX];
	struct wire_export const f = {
		.flags = (e->unattended ? WIRE_EXPORT_UNATTENDED : 0u) |
		         (e->sized ? WIRE_EXPORT_SIZED : 0u),
		.size = wire_from_size(e->size),
		.tty = wire_from_tty(e->tty),
		.terminal = wire_from_text(e->terminal),
		.command = {command, join_argv(e->argv, command, sizeof command)},
	};
	return wire_put_export(buf, room, &f);
}

/* Writes the question to `buf` and its descriptors to `fds`. */
static struct ask question(struct ptyhead_export const *e, uint8_t *buf, size_t room, int fds[2])
{
	fds[0] = e->master;
	fds[1] = e->pidfd;
	return (struct ask){
		.frame = buf,
		.len = put_frame(e, buf, room),
		.fds = fds,
		.nfds = e->pidfd < 0 ? 1 : 2,
		.wanted = WIRE_EXPORTED,
	};
}

static int answer_of(struct conn_frame const *f, struct ptyhead_exported *ret)
{
	struct wire_exported w;
	if (wire_get_exported(f->payload, f->header.length, &w) < 0) return -EPROTO;
	*ret = exported_from_wire(&w);
	return 0;
}

int ptyhead_export(int sock, struct ptyhead_export const *e, int timeout_ms,
                   struct ptyhead_exported *ret, struct ptyhead_reply *ret_reply)
{
	uint8_t buf[WIRE_EXPORT_FRAME];
	struct deadline d;
	struct conn c;
	struct conn_frame f;
	int fds[2];

	memset(ret, 0, sizeof *ret);
	memset(ret_reply, 0, sizeof *ret_reply);
	if (!wire_terminal_ok(e->terminal, strlen(e->terminal))) return -EINVAL;
	deadline_init(&d, timeout_ms);
	conn_init(&c, sock);
	struct ask const q = question(e, buf, sizeof buf, fds);
	int r;
	if (e->unattended) {
		r = ask_send(&c, &q, &d);
	} else {
		r = ask(&c, &q, &d, &f, ret_reply);
		if (r == 0) r = answer_of(&f, ret);
	}
	c.fd = -1; /* the caller closes it */
	conn_deinit(&c);
	return r;
}

int ptyhead_export_begin(struct conn *c, struct ptyhead_export const *e)
{
	uint8_t buf[WIRE_EXPORT_FRAME];
	int fds[2];

	if (!wire_terminal_ok(e->terminal, strlen(e->terminal))) return -EINVAL;
	struct ask const q = question(e, buf, sizeof buf, fds);
	return ask_begin(c, &q);
}

int ptyhead_export_answer(struct conn *c, struct ptyhead_exported *ret, struct ptyhead_reply *ret_reply)
{
	struct conn_frame f;
	int const r = ask_answer(c, WIRE_EXPORTED, &f, ret_reply);
	return r < 0 ? r : answer_of(&f, ret);
}

struct ptyhead_tty ptyhead_tty_of(int fd)
{
	struct ptyhead_tty t = {0, 0};
	struct stat st;
	if (isatty(fd) && fstat(fd, &st) == 0) {
		t.dev = st.st_dev;
		t.rdev = st.st_rdev;
	}
	return t;
}
