/* The forms in which a terminal's output is kept: asciicast v2 and v3 (asciinema), and
 * util-linux's typescript with its timing (scriptreplay). Pure: what is to be
 * written stands in buffers, which the caller empties. Times are CLOCK_REALTIME
 * in ns and may go back: then they stand still. */
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
	struct screen_buf out;    /* of the file */
	struct screen_buf timing; /* SCRIPT: of the other one */
	uint64_t base, last;
	struct json json; /* a character that is not complete */
};

void recording_begin(struct recording *r, enum recording_form form, struct tape_size size, uint64_t time, char const *title);
void recording_output(struct recording *r, uint64_t time, void const *data, size_t len);
void recording_resize(struct recording *r, uint64_t time, struct tape_size size);
/* Instead of recording_begin, at the end of a recording that began at `base` and whose last
 * event was at `last`: of an asciicast of version 2; of the others only `last` counts. */
void recording_resume(struct recording *r, enum recording_form form, uint64_t base, uint64_t last);
/* A line for people: what happened here. Printable. */
void recording_marker(struct recording *r, uint64_t time, char const *text);
void recording_end(struct recording *r);
void recording_deinit(struct recording *r);

#endif
