/* SPDX-License-Identifier: ISC */
#include "rescue.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#define STEP_MS 20

void rescue_init(struct rescue *r)
{
	r->ready = -1;
	r->held = r->late = 0;
	r->text[0] = r->text[1] = (struct screen_buf)SCREEN_BUF_INIT;
}

void rescue_deinit(struct rescue *r)
{
	rescue_disarm(r);
	screen_buf_deinit(&r->text[0]);
	screen_buf_deinit(&r->text[1]);
}

void rescue_arm(struct rescue *r, int in, int out, struct termios const *modes)
{
	r->in = in;
	r->out = out;
	r->modes = *modes;
	rescue_ready(r, rescue_text(r));
}

struct screen_buf *rescue_text(struct rescue *r)
{
	struct screen_buf *const b = &r->text[r->ready == 0 ? 1 : 0];
	screen_buf_clear(b);
	return b;
}

void rescue_ready(struct rescue *r, struct screen_buf *text)
{
	if (text->failed) return;
	atomic_signal_fence(memory_order_seq_cst);
	r->ready = text == &r->text[1];
}

void rescue_hold(struct rescue *r)
{
	r->held = 1;
	atomic_signal_fence(memory_order_seq_cst);
}

void rescue_release(struct rescue *r)
{
	atomic_signal_fence(memory_order_seq_cst);
	r->held = 0;
	int const number = r->late;
	r->late = 0;
	if (number) kill(getpid(), number);
}

/* After a fault of its own, abort(3) included, this process cannot continue. */
bool rescue_waits(struct rescue *r, siginfo_t const *fault)
{
	if (!r->held || fault->si_code > 0 || fault->si_pid == getpid()) return false;
	r->late = fault->si_signo;
	return true;
}

void rescue_disarm(struct rescue *r)
{
	r->ready = -1;
	atomic_signal_fence(memory_order_seq_cst);
}

void rescue_now(struct rescue *r)
{
	if (r->ready < 0) return;
	struct screen_buf const *const b = &r->text[r->ready];
	size_t done = 0;

	for (int ms = 0; done < b->len && ms <= RESCUE_MS;) {
		struct pollfd p = { r->out, POLLOUT, 0 };
		if (poll(&p, 1, STEP_MS) <= 0) {
			ms += STEP_MS;
			continue;
		}
		ssize_t const n = write(r->out, b->data + done, b->len - done);
		if (n > 0) done += (size_t)n;
		else if (n < 0 && errno != EINTR && errno != EAGAIN) break;
		else ms += STEP_MS;
	}
	tcflush(r->in, TCIFLUSH);
	tcsetattr(r->in, TCSANOW, &r->modes);
}
