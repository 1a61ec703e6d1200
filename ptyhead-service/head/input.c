/* From the viewers to the program: bytes, and the terminal's size. */
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "peer.h"

size_t terminal_input_room(struct terminal const *t) { return TERMINAL_INPUT_MAX - t->input_len; }

void terminal_input_drop(struct terminal *t)
{
	sends_settle(t, true);
	free(t->input);
	t->input = NULL;
	t->input_start = t->input_len = 0;
}

/* How many of the bytes the line took, in order. */
static size_t write_some(struct terminal *t, uint8_t const *p, size_t len)
{
	size_t done = 0;
	watchdog_touch(&t->head->watchdog);
	while (done < len) {
		ssize_t const n = write(t->master.fd, p + done, len - done);
		if (n > 0) done += (size_t)n;
		else if (n < 0 && errno == EINTR && watchdog_nonblocking(t->master.fd)) continue;
		else break;
	}
	return done;
}

void terminal_input(struct terminal *t, void const *data, size_t len)
{
	uint8_t const *p = data;

	/* Without a program nobody would read it, and the next one is not whom
	 * it was typed for. */
	if (!(t->state.flags & TAPE_ALIVE) || t->master.fd < 0) return;
	if (t->input_len == 0) {
		size_t const n = write_some(t, p, len);
		t->input_total += n;
		p += n;
		len -= n;
	}
	if (len == 0) return;
	if (!t->input) t->input = malloc(TERMINAL_INPUT_MAX);
	if (!t->input) {
		log_peer(&t->head->log, "%s: no memory: %zu bytes of input lost", t->name, len);
		return;
	}
	if (t->input_start + t->input_len + len > TERMINAL_INPUT_MAX) {
		memmove(t->input, t->input + t->input_start, t->input_len);
		t->input_start = 0;
	}
	memcpy(t->input + t->input_start + t->input_len, p, len);
	t->input_len += len;
	t->input_total += len;
}

void terminal_input_flush(struct terminal *t)
{
	if (t->input_len == 0 || t->master.fd < 0) return;
	size_t const n = write_some(t, t->input + t->input_start, t->input_len);
	t->input_start += n;
	t->input_len -= n;
	if (n > 0) sends_settle(t, false);
	if (t->input_len == 0) terminal_input_drop(t);
	if (n > 0) peers_resume(t);
}

void terminal_resize(struct terminal *t, struct wire_size size)
{
	struct tape_size const s = { size.rows, size.cols, size.xpixel, size.ypixel };

	if (!memcmp(&s, &t->state.size, sizeof s)) return;
	/* What was written for the old size comes before the mark. */
	if (t->readable) terminal_drain(t, TERMINAL_INPUT_MAX);
	t->state.size = s;
	tape_mark(&t->tape, &(struct tape_mark){ .offset = t->tape.end, .type = TAPE_SIZE,
	                                         .run = t->state.run, .u.size = s });
	engine_resize(t);
	terminal_checkpoint(t);
	if (t->master.fd >= 0) {
		struct winsize const ws = { size.rows, size.cols, size.xpixel, size.ypixel };
		(void)ioctl(t->master.fd, TIOCSWINSZ, &ws);
	}
	terminal_wake(t);
}
