/* What gives the terminal back when a fault ends the process at once, where nothing can
 * be worked out any more: bytes that are kept ready, and the modes as found. */
#ifndef VIEWER_RESCUE_H
#define VIEWER_RESCUE_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#include "screen.h"

struct rescue {
	/* Two, so that one is whole while the other is written. */
	struct screen_buf text[2];
	volatile sig_atomic_t ready; /* the one that is; -1: nothing is to be given back */
	volatile sig_atomic_t held;  /* the one that is ready may not be the one that is needed */
	volatile sig_atomic_t late;  /* a fault that waits for that */
	int in, out;
	struct termios modes;
};

/* There is nothing to give back. `r` may hold anything. */
void rescue_init(struct rescue *r);
void rescue_deinit(struct rescue *r);
/* From here on: these modes on `in`, and `out` to write to. */
void rescue_arm(struct rescue *r, int in, int out, struct termios const *modes);
/* An empty buffer for the bytes that give the terminal back as it is now; they count
 * from rescue_ready on. */
struct screen_buf *rescue_text(struct rescue *r);
void rescue_ready(struct rescue *r, struct screen_buf *text);
/* Around a write and rescue_ready. A fault that another process sent in between comes
 * after rescue_release. */
void rescue_hold(struct rescue *r);
void rescue_release(struct rescue *r);
/* For the fault's handler, async-signal-safe. True: it comes again, at rescue_release. */
bool rescue_waits(struct rescue *r, siginfo_t const *fault);
/* It is given back. */
void rescue_disarm(struct rescue *r);
/* Async-signal-safe. Waits at most RESCUE_MS for a terminal that is not read. */
#define RESCUE_MS 500
void rescue_now(struct rescue *r);

#endif
