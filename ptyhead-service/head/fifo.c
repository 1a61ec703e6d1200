/* SPDX-License-Identifier: ISC */
#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key.h"

/* ---- lines ------------------------------------------------------------------------ */

static char const *why_not(int code)
{
	switch (code) {
	case WIRE_T_LINE: return "it is longer than the terminal's line holds";
	case WIRE_T_PROGRAM: return "no program is on the terminal";
	case WIRE_T_CLOSED: return "its program has closed the terminal";
	default: return "the head failed";
	}
}

/* Types the first `n` bytes of the buffer, which end with the line's end. False: the
 * line waits until the program reads. */
static bool type_line(struct fifo *f, size_t n)
{
	struct terminal *const t = terminals_find(f->terminals, TERMINAL_MAIN);
	struct screen_buf out = SCREEN_BUF_INIT;
	uint64_t offset;
	int code = WIRE_T_PROGRAM;

	if (t) {
		struct screen_input const mode = terminal_input_mode(t);
		key_text(f->buf, n, &mode, &out);
		/* A line longer than the whole queue never fits. */
		if (out.failed) code = WIRE_T_FAILED;
		else if (out.len > INPUTQ_MAX / 2) code = WIRE_T_LINE;
		else code = terminal_send(t, (uint8_t const *)out.data, out.len, &offset);
	}
	screen_buf_deinit(&out);
	if (code == -EAGAIN) return false;
	if (code != WIRE_T_TAKEN) log_news(&f->env->log, "a line of the FIFO was not typed: %s", why_not(code));
	return true;
}

/* Removes the first `n` bytes of the buffer. */
static void drop(struct fifo *f, size_t n)
{
	f->len -= n;
	memmove(f->buf, f->buf + n, f->len);
}

/* Types all complete lines. */
static void type_lines(struct fifo *f)
{
	uint8_t const *end;

	f->waits = false;
	while ((end = memchr(f->buf, '\n', f->len))) {
		size_t const n = (size_t)(end + 1 - f->buf);
		if (!f->dropping && !type_line(f, n)) {
			f->waits = true;
			return;
		}
		f->dropping = false;
		drop(f, n);
	}
	if (f->len < sizeof f->buf) return;
	if (!f->dropping) log_news(&f->env->log, "a line of the FIFO was not typed: it is longer than %zu bytes", sizeof f->buf);
	f->dropping = true;
	f->len = 0;
}

/* ---- reading ------------------------------------------------------------------------ */

static void fifo_ready(struct source *s, uint32_t events);

/* While a line waits, the FIFO is not read. So writers wait, too. */
static void go_on(struct fifo *f)
{
	type_lines(f);
	bool const reads = f->source.fd >= 0;
	if (f->waits && reads) loop_remove(&f->env->loop, &f->source);
	if (!f->waits && !reads && loop_add(&f->env->loop, &f->source, f->fd, EPOLLIN, fifo_ready) < 0) f->waits = true;
	if (f->waits) timeout_set(&f->env->retry, &f->again);
}

static void again_expired(struct timeout *x) { go_on(list_entry(x, struct fifo, again)); }

static void fifo_ready(struct source *s, uint32_t events)
{
	struct fifo *const f = list_entry(s, struct fifo, source);

	(void)events;
	ssize_t const n = read(f->fd, f->buf + f->len, sizeof f->buf - f->len);
	if (n > 0) {
		f->len += (size_t)n;
		go_on(f);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		/* This process has the FIFO open for writing, so it never sees end of
		 * file. */
		log_news(&f->env->log, "the FIFO cannot be read any more: %s", n == 0 ? "it was opened for reading only" : strerror(errno));
		loop_remove(&f->env->loop, &f->source);
	}
}

int fifo_add(struct list *to, struct env *e, struct terminals *t, int fd)
{
	struct stat st;
	int const flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fstat(fd, &st) < 0) return -errno;
	if (!S_ISFIFO(st.st_mode)) return -ENXIO;
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
	struct fifo *const f = calloc(1, sizeof *f);
	if (!f) return -ENOMEM;
	*f = (struct fifo){ .env = e, .terminals = t, .fd = fd, .source = { .fd = -1 } };
	timeout_init(&f->again, again_expired);
	int const r = loop_add(&e->loop, &f->source, fd, EPOLLIN, fifo_ready);
	if (r < 0) {
		free(f);
		return r;
	}
	list_append(to, &f->link);
	return 0;
}

int fifo_open(struct list *to, struct env *e, struct terminals *t, char const *path)
{
	if (mkfifo(path, 0600) < 0 && errno != EEXIST) return -errno;
	/* Opened for reading and writing. With reading only, each writer's close would
	 * be an end of file. */
	int const fd = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) return -errno;
	int const r = fifo_add(to, e, t, fd);
	if (r < 0) close(fd);
	return r;
}

void fifo_free(struct fifo *f)
{
	loop_remove(&f->env->loop, &f->source);
	timeout_clear(&f->again);
	close(f->fd);
	list_remove(&f->link);
	free(f);
}
