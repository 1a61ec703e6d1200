/* SPDX-License-Identifier: ISC */
/* Formats of recordings: asciicast v2 and v3 (asciinema), and util-linux's typescript
 * with timing (scriptreplay). Pure: output goes to buffers, which the caller writes and
 * empties. Times are CLOCK_REALTIME in ns. If the clock goes back, the recorded time
 * stands still. */
#ifndef VIEWER_RECORDING_H
#define VIEWER_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "screen.h"
#include "tape.h"

enum recording_form { RECORDING_ASCIICAST, RECORDING_SCRIPT, RECORDING_ASCIICAST3 };

struct recording {
	enum recording_form form;
	struct screen_buf out;    /* for the file */
	struct screen_buf timing; /* SCRIPT: for the timing file */
	uint64_t base, last;
	struct json json; /* holds an incomplete character */
};

void recording_begin(struct recording *r, enum recording_form form, struct tape_size size, uint64_t time, char const *title);
void recording_output(struct recording *r, uint64_t time, void const *data, size_t len);
void recording_resize(struct recording *r, uint64_t time, struct tape_size size);
/* Instead of recording_begin: continues an asciicast of version 2 that began at `base`
 * and whose last event was at `last`. For the other formats only `last` counts. */
void recording_resume(struct recording *r, enum recording_form form, uint64_t base, uint64_t last);
/* A message for people about an event. Must be printable. */
void recording_marker(struct recording *r, uint64_t time, char const *text);
void recording_end(struct recording *r);
void recording_deinit(struct recording *r);

#endif
