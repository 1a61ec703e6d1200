/* SPDX-License-Identifier: ISC */
/* Shared by the terminal_*.c files. */
#ifndef TERMINAL_INT_H
#define TERMINAL_INT_H

#include "terminal.h"

/* ---- terminal_pump.c ---- */

/* What one terminal may use in one round: bytes to read, and engine work in screen.h's
 * units (2 ms). */
#define PUMP_BYTES ((size_t)128 << 10)
#define PUMP_UNITS 2000000
/* How long the next run waits for unread output of the last one, in ms; how long a SEND
 * waits for unread output, in ms; and how much of the former is read at once. */
#define PUMP_GONE_MS 200
#define PUMP_SEND_MS 10
#define PUMP_ASKED_MS 2

/* Reads the available output, within the bounds of a round. If t->lost is set
 * afterwards, the caller must give the master up. */
void pump_drain(struct terminal *t, size_t most);
/* Repeats pump_drain until the kernel has no more, `most` bytes were read, or the
 * terminal's time for this in the loop round is used up. For events whose order
 * relative to the output matters. */
void pump_catch_up(struct terminal *t, size_t most, unsigned ms);
/* Writes what the line takes at once and queues the rest. Returns how many bytes were
 * taken. */
size_t pump_input(struct terminal *t, void const *data, size_t len);
void pump_flush(struct terminal *t);
void pump_input_drop(struct terminal *t);
/* Sets the size that the audience wants, if it differs: at most once a round, and not
 * while the engine is in debt; otherwise in the next round. */
void pump_size(struct terminal *t);
/* Sets the pending size, in a terminal's turn. */
void pump_size_due(struct terminal *t);
/* Wakes sleeping viewers: now, or when the pace allows it. */
void pump_wake(struct terminal *t);
void pump_answer(void *terminal, char const *data, size_t len); /* struct output_sinks */
void pump_init(struct terminal *t);
void pump_deinit(struct terminal *t);

void terminal_changed(struct terminal *t);

/* ---- terminal_run.c ---- */

void terminal_run_init(struct terminal *t);
/* After a drain: gives up a lost master, and marks the end of a run that is over. */
void terminal_settle(struct terminal *t);
/* Ends the run now, with the status as far as known. */
void terminal_end(struct terminal *t);
/* Closes the master and drops it from the store. */
void terminal_master_drop(struct terminal *t, bool keep);
void terminal_run_deinit(struct terminal *t, bool keep);

/* ---- terminal_place.c ---- */

void terminal_place_init(struct terminal *t);

#endif
