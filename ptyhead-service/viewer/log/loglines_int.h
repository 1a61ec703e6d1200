/* SPDX-License-Identifier: ISC */
/* Internal to loglines: what is known of the screen's rows. */
#ifndef LOGLINES_INT_H
#define LOGLINES_INT_H

#include "logform.h"
#include "loglines.h"

#define LOGROWS_GONE_MAX 256u
#define LOGROWS_OTHER UINT64_MAX /* not the hash of any text, either */

/* What is known of a row. A row is identified by the address of its cells: the screen
 * moves rows without moving cells, and allocates cells only when it is resized. */
struct logrow {
	struct screen_cell const *cells; /* NULL: free */
	uint64_t logged;     /* the text that was logged, or LOGFORM_NONE */
	struct logform seen; /* at the last look; text LOGFORM_NONE: not known */
	uint64_t since;      /* when that was first seen */
	uint64_t drawn;      /* the text in a picture that lasted, or LOGFORM_NONE */
	bool pushed;         /* it was logged since it was pushed up out of a block */
	bool counts;         /* at its last change, its form stayed the same */
	uint64_t left;       /* when it was first seen above the cursor's line; 0: it is not above */
	bool below;          /* at the last look it was in the cursor's line or below it: what is
	                      * typed or drawn there, a toolbar, a list of choices */
	bool restart;        /* rule 5: a line begins here, although the row before is wrapped */
};

/* A hash table of rows, and what was logged of rows whose text has left its place. */
struct logrows {
	struct logrow *row;
	unsigned cap; /* a power of two */
	unsigned used;
	struct logrow gone[LOGROWS_GONE_MAX]; /* since: when it left; logged NONE: unused */
	unsigned gone_next;
	bool any_gone;
};

void logrows_deinit(struct logrows *r);
/* Makes room for `rows` rows. Out of memory: unchanged; rows that are not known are
 * logged when they scroll off. */
void logrows_fit(struct logrows *r, unsigned rows);
void logrows_forget(struct logrows *r); /* drops the rows; keeps `gone` */
/* NULL: not found, or with `add` out of room. */
struct logrow *logrows_find(struct logrows *r, struct screen_cell const *cells, bool add);
void logrows_clear(struct logrow *row);
/* The text that was logged for the row is no longer there. */
void logrows_leave(struct logrows *r, struct logrow const *row, uint64_t now);
/* A text that left its place comes back. True, once, if it left recently. */
bool logrows_return(struct logrows *r, uint64_t text, uint64_t now);
/* May logrows_return still return true for any text? */
bool logrows_waits(struct logrows *r, uint64_t now);

/* A line with the rows [y, end), and what is known of it. */
struct logspan {
	unsigned y, end;
	bool blank;   /* it is empty */
	bool known;   /* it was logged */
	bool changed; /* its text differs from the text that was logged */
	bool counts;  /* only by numbers and bars, recently */
	bool drawn;   /* all of it is as it was in a picture */
	bool redrawn; /* rule 5: the next line has taken its place */
	uint64_t since; /* when the last of its rows got its present text, */
	uint64_t left;  /* and when the cursor left the last of them */
	uint64_t hash;  /* hash of its text, independent of wrapping */
};

#define LOGJOIN_FIRST 24u

/* The line whose beginning has scrolled off. */
struct logjoin {
	struct screen_buf text;
	bool open;       /* there is such a line, even if its text is empty */
	bool changed;    /* not all of it was logged */
	uint64_t hash;   /* logform_line up to here */
	bool offered;    /* it was offered to the sink, */
	bool refused;    /* and the sink does not want it */
	unsigned first_len;
	struct screen_cell first[LOGJOIN_FIRST]; /* its beginning */
	uint64_t since;
};

/* See logmotion.c. */
struct logmotion {
	/* After a carriage return on a continuation row: what follows decides. */
	enum { CR_NONE, CR_DONE, CR_ESC, CR_CSI } cr;
	struct screen_cell const *cr_cells;

	struct screen_cell const *top; /* the first row of the last redraw; NULL: none */
	unsigned y;  /* where the last upward movement led */
	bool leaps;  /* it does not redraw everything from there down */
	bool erred;  /* a line that this pushed out of a block was drawn again */
};

struct loglines {
	struct screen *screen;
	struct loglines_sink sink;
	bool live;     /* rows are logged; false: the past is replayed */
	bool resizing;
	uint64_t now;  /* time of the present feed */
	unsigned finals; /* rows that left the screen */
	struct screen_cell const *cursor_cells; /* at the last look: the row with the cursor */
	uint64_t cursor_text;
	bool picture;  /* at the last look there was a picture */
	uint64_t sync_since; /* mode 2026 is on since then; 0: off */
	struct logrows rows;
	struct logjoin join;

	struct logmotion motion;

	uint64_t *same;           /* while resizing: sorted hashes of lines that were logged or drawn, */
	unsigned same_len;
	uint64_t *held;           /* and of those that changed since */
	unsigned held_len;

	struct logmatch_new *changed; /* for logmatch */
	struct logrow *vanished;
	unsigned match_cap;
};

static inline struct screen_row loglines_row(struct loglines const *t, unsigned y) { return screen_row(t->screen, SCREEN_MAIN, y); }

/* For each row that changed since the last look: finds the row it was before, among
 * those that left their places (rule 2). Records the present text. */
void logmatch(struct loglines *t, uint64_t now);

/* A line begins at this row, whatever the row before says. */
bool logspan_restarts(struct loglines *t, struct screen_row const *row);
/* The line that begins at y. Uses what was seen; does not look again. */
struct logspan logspan_at(struct loglines *t, unsigned y);
/* The cursor's line: [*ret_y, *ret_end). While the alternate screen is shown: the last
 * line that is not blank. */
void logspan_cursor(struct loglines *t, unsigned *ret_y, unsigned *ret_end);
/* Marks it as logged; with `say` gives it to the sink. */
void logspan_log(struct loglines *t, struct logspan const *sp, bool say);
/* It was pushed up out of a live block. */
void logspan_pushed(struct loglines *t, struct logspan const *sp);
/* Gives it to the sink, unless it is empty. */
void loglines_say(struct loglines *t, char const *text, size_t len, uint64_t since);
/* Ends the line in t->join; logs it if necessary. */
void logjoin_end(struct loglines *t);
void logjoin_reset(struct loglines *t);
/* Before a look: the line may have ended above the screen. */
void logjoin_check(struct loglines *t);
/* A row that scrolled off is added to t->join. */
void logjoin_add(struct loglines *t, struct screen_row const *row, bool changed, bool restarts);

/* During a resize: was a line with this text logged, or drawn? */
bool logresize_same(struct loglines const *t, uint64_t hash);

/* Feeds the screen, and records movements in struct logmotion. */
void logmotion_feed(struct loglines *t, char const *data, size_t len);
/* Feeds as much of a flood as needs no more than counting. Returns how much of `data` that
 * was, perhaps nothing. */
size_t logskim_feed(struct loglines *t, char const *data, size_t len);

/* The last redraw drew everything from this row down, and nothing above. 0: not known. */
unsigned logmotion_top(struct loglines const *t);

#endif
