/* SPDX-License-Identifier: ISC */
/* Restores the terminal when a fault ends the process and nothing can be computed any
 * more: it keeps the restoring bytes, and the old modes, ready. */
#ifndef VIEWER_RESCUE_H
#define VIEWER_RESCUE_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#include "screen.h"

struct rescue {
	/* Two buffers: one is complete while the other is written. */
	struct screen_buf text[2];
	volatile sig_atomic_t ready; /* index of the complete one; -1: nothing to restore */
	volatile sig_atomic_t held;  /* a write is in progress, so the ready buffer may be outdated */
	volatile sig_atomic_t late;  /* a fault that waits for the end of that write */
	int in, out;
	struct termios modes;
};

/* Nothing to restore. `r` may be uninitialised. */
void rescue_init(struct rescue *r);
void rescue_deinit(struct rescue *r);
/* From now on: restore these modes on `in`, and write to `out`. */
void rescue_arm(struct rescue *r, int in, int out, struct termios const *modes);
/* An empty buffer for the bytes that restore the terminal in its present state. They
 * are used after rescue_ready. */
struct screen_buf *rescue_text(struct rescue *r);
void rescue_ready(struct rescue *r, struct screen_buf *text);
/* Call these around a write and rescue_ready. A fault signal that another process sends
 * meanwhile takes effect after rescue_release. */
void rescue_hold(struct rescue *r);
void rescue_release(struct rescue *r);
/* For the handler of a fault; async-signal-safe. True: the signal comes again at
 * rescue_release. */
bool rescue_waits(struct rescue *r, siginfo_t const *fault);
/* The terminal is restored. */
void rescue_disarm(struct rescue *r);
/* Restores the terminal. Async-signal-safe. Waits at most RESCUE_MS for a terminal that
 * is not read. */
#define RESCUE_MS 500
void rescue_now(struct rescue *r);

#endif
