/* The head's standard output as a log of what its programs write: as text, in
 * lines (textlog.h says which), or raw. Never waits: what its reader does not
 * take is kept within a bound, and beyond that left out and counted. */
#ifndef TEXTLOG_OUT_H
#define TEXTLOG_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"

/* What a reader may be behind: as much as a pipe holds by itself. */
#define TEXTLOG_BUFFER 65536u
/* A line with its prefix and newline is at most what a pipe takes as one piece,
 * so that what others write there does not come within it. A longer one becomes
 * several. */
#define TEXTLOG_PIECE 4096u
/* A terminal's lines: somebody's `make` or stack traces pass whole, and a flood
 * fills no disk: at 100 bytes a line 1,000 a second are 8 GB a day. */
#define TEXTLOG_BURST 10000u
#define TEXTLOG_RATE 1000u
/* After output, lines are looked for: soon enough to be `at once`, late enough
 * that redrawing in several writes is over, and that a flood costs 50 a second. */
#define TEXTLOG_LOOK_MS 20u

enum textlog_mode { TEXTLOG_NONE, TEXTLOG_TEXT, TEXTLOG_RAW };

struct textlog_out;
struct textlog_line; /* one terminal's part */
struct screen;
struct screen_row;

/* `fd` stays the caller's. -errno. */
int textlog_out_new(struct textlog_out **ret, struct loop *loop, int fd, enum textlog_mode mode);
/* What can be written now is. After its lines, and the loop, are gone. NULL: none. */
void textlog_out_free(struct textlog_out *o);

/* All below: nothing if l is NULL. A NULL `o`, mode NONE or no memory: *_new
 * gives NULL. `name` and `s` are kept. */
struct textlog_line *textlog_line_new(struct textlog_out *o, char const *name, struct screen *s);
void textlog_line_free(struct textlog_line *l);
void textlog_line_live(struct textlog_line *l); /* see textlog_live */
void textlog_line_final(struct textlog_line *l, struct screen_row const *row);
void textlog_line_fed(struct textlog_line *l);
void textlog_line_published(struct textlog_line *l, void const *data, size_t len);
void textlog_line_resizing(struct textlog_line *l);
void textlog_line_resized(struct textlog_line *l);
void textlog_line_started(struct textlog_line *l, unsigned run, int pid);
void textlog_line_ended(struct textlog_line *l, unsigned run, bool known, int status);

#endif
