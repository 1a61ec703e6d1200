/* What the terminal_*.c share. */
#ifndef TERMINAL_INT_H
#define TERMINAL_INT_H

#include "terminal.h"

/* ---- terminal_pump.c ---- */

/* What one round of a terminal may read, in bytes, before others have their
 * turn; and spend, in screen.h's units, which is 2 ms. */
#define PUMP_BYTES ((size_t)128 << 10)
#define PUMP_UNITS 2000000
/* What a program left unread at its end may keep its successor waiting, in ms; what
 * was written before a SEND may keep that; and what is read of the former at once. */
#define PUMP_GONE_MS 200
#define PUMP_SEND_MS 10
#define PUMP_ASKED_MS 2

/* Reads what is there now, within the bounds of a round. When t->lost is set
 * afterwards, the caller gives the master up. */
void pump_drain(struct terminal *t, size_t most);
/* The same, again and again, until all is read that the kernel has, `most` bytes came,
 * or the time is over that a terminal has for this in each round of the loop. For
 * moments at which the order matters. */
void pump_catch_up(struct terminal *t, size_t most, unsigned ms);
/* Writes input: at once what the line takes, the rest waits. Returns how many
 * of the bytes were taken. */
size_t pump_input(struct terminal *t, void const *data, size_t len);
void pump_flush(struct terminal *t);
void pump_input_drop(struct terminal *t);
/* Sets the size that the audience wants, if it is another one: at most once a
 * round, and not while the engine is in debt; else in the next round. */
void pump_size(struct terminal *t);
/* Sets the size that is due, in a round's turn. */
void pump_size_due(struct terminal *t);
/* Viewers asleep learn that there is more: at once or at the next pace. */
void pump_wake(struct terminal *t);
void pump_answer(void *terminal, char const *data, size_t len); /* struct output_sinks */
void pump_init(struct terminal *t);
void pump_deinit(struct terminal *t);

void terminal_changed(struct terminal *t);

/* ---- terminal_run.c ---- */

void terminal_run_init(struct terminal *t);
/* After a drain: gives up a master that is lost, and marks the end of a run that
 * is over. */
void terminal_settle(struct terminal *t);
/* The run is over now, whatever is known of it. */
void terminal_end(struct terminal *t);
/* Gives the master back to the kernel; the store lets go of it, too. */
void terminal_master_drop(struct terminal *t, bool keep);
void terminal_run_deinit(struct terminal *t, bool keep);

/* ---- terminal_place.c ---- */

void terminal_place_init(struct terminal *t);

#endif
