/* SPDX-License-Identifier: ISC */
/* What the parts of loglines share: what is known of the screen's rows. */
#ifndef LOGLINES_INT_H
#define LOGLINES_INT_H

#include "logform.h"
#include "loglines.h"

#define LOGROWS_GONE_MAX 256u
#define LOGROWS_OTHER UINT64_MAX /* no text has this hash, either */

/* What is known of a row. Rows are told apart by where their cells are: the screen
 * moves rows without moving cells, and allocates cells only when it is resized. */
struct logrow {
	struct screen_cell const *cells; /* NULL: free */
	uint64_t logged;     /* the text as it was logged, or LOGFORM_NONE */
	struct logform seen; /* as of the last look; text LOGFORM_NONE: not known */
	uint64_t since;      /* when that was first seen */
	uint64_t drawn;      /* the text in a picture that lasted, or LOGFORM_NONE */
	bool pushed;         /* it was logged since it was pushed up out of a block */
	bool counts;         /* when it last changed, its form stayed */
	uint64_t left;       /* when it was first seen above the cursor's line; 0: it is not */
	bool below;          /* at the last look it was below the cursor's line: a toolbar, or a list to choose from */
	bool restart;        /* rule 5: a line begins here, though the row before is wrapped */
};

/* A hash table of them, and what was logged of rows whose text left its place. */
struct logrows {
	struct logrow *row;
	unsigned cap; /* a power of two */
	unsigned used;
	struct logrow gone[LOGROWS_GONE_MAX]; /* since: when it left; logged NONE: none */
	unsigned gone_next;
	bool any_gone;
};

void logrows_deinit(struct logrows *r);
/* Room for `rows` rows. Without memory it stays as it is: rows that are not known
 * are logged when they scroll off. */
void logrows_fit(struct logrows *r, unsigned rows);
void logrows_forget(struct logrows *r); /* of the rows; what is gone stays */
/* NULL: none, or with `add` no room. */
struct logrow *logrows_find(struct logrows *r, struct screen_cell const *cells, bool add);
void logrows_clear(struct logrow *row);
/* What was logged of the row is not at its place any more. */
void logrows_leave(struct logrows *r, struct logrow const *row, uint64_t now);
/* A text that left its place comes back: true, once, if it did so lately. */
bool logrows_return(struct logrows *r, uint64_t text, uint64_t now);

/* A line at the rows [y, end), and what is known of it. */
struct logspan {
	unsigned y, end;
	bool blank;   /* nothing is on it */
	bool known;   /* it was logged once */
	bool changed; /* its text is not what was logged */
	bool counts;  /* by numbers and bars only, lately */
	bool drawn;   /* all of it is as it was in a picture */
	bool redrawn; /* rule 5: the line that follows it took its place */
	uint64_t since; /* when the last of its rows came to be as it is, */
	uint64_t left;  /* and when the cursor had left the last of them */
	uint64_t hash;  /* of its text, the same however it is wrapped */
};

#define LOGJOIN_FIRST 24u

/* The line that has begun to scroll off. */
struct logjoin {
	struct screen_buf text;
	bool open;       /* even if text is empty */
	bool changed;    /* not all of it was logged */
	uint64_t hash;   /* logform_line so far */
	bool offered;    /* the sink was asked, */
	bool refused;    /* and does not want it */
	unsigned first_len;
	struct screen_cell first[LOGJOIN_FIRST]; /* how it begins */
	uint64_t since;
};

/* See logmotion.c. */
struct logmotion {
	/* A carriage return on a continuation row: what comes next decides. */
	enum { CR_NONE, CR_DONE, CR_ESC, CR_CSI } cr;
	struct screen_cell const *cr_cells;

	struct screen_cell const *top; /* the last redraw began at this row; NULL: there was none */
	unsigned y;  /* where the last move upwards led */
	bool leaps;  /* and it does not draw everything from there down */
	bool erred;  /* what was pushed out of a block by this was drawn again */
};

struct loglines {
	struct screen *screen;
	struct loglines_sink sink;
	bool live;     /* rows are logged: no replay is under way */
	bool resizing;
	uint64_t now;  /* of the feed that is under way */
	struct screen_cell const *cursor_cells; /* at the last look: the cursor's row */
	uint64_t cursor_text;
	bool picture;  /* at the last look there was a picture */
	uint64_t sync_since; /* mode 2026; 0: not set */
	struct logrows rows;
	struct logjoin join;

	struct logmotion motion;

	uint64_t *same;           /* while resizing: lines that were logged or drawn, sorted, */
	unsigned same_len;
	uint64_t *held;           /* and those that changed since */
	unsigned held_len;

	struct logmatch_new *changed; /* for logmatch */
	struct logrow *vanished;
	unsigned match_cap;
};

static inline struct screen_row loglines_row(struct loglines const *t, unsigned y) { return screen_row(t->screen, SCREEN_MAIN, y); }

/* Finds out, for every row that changed since the last look, which row that left its
 * place it was before (rule 2), and notes what is seen now. */
void logmatch(struct loglines *t, uint64_t now);

/* A line begins at the row, whatever the row before it says. */
bool logspan_restarts(struct loglines *t, struct screen_row const *row);
/* The line that begins at y. Of it, nothing is seen anew. */
struct logspan logspan_at(struct loglines *t, unsigned y);
/* The cursor's line: [*ret_y, *ret_end); with the alternate screen shown, the last
 * one that is not blank. */
void logspan_cursor(struct loglines *t, unsigned *ret_y, unsigned *ret_end);
/* It counts as logged; with `say` it is given to the sink. */
void logspan_log(struct loglines *t, struct logspan const *sp, bool say);
/* It was pushed up out of a live block. */
void logspan_pushed(struct loglines *t, struct logspan const *sp);
/* To the sink, unless it is empty. */
void loglines_say(struct loglines *t, char const *text, size_t len, uint64_t since);
/* The line that is in t->join ends, and is logged if it has to be. */
void logjoin_end(struct loglines *t);
void logjoin_reset(struct loglines *t);
/* Before a look: the line may have ended above the screen after all. */
void logjoin_check(struct loglines *t);
/* A row that scrolled off goes to t->join. */
void logjoin_add(struct loglines *t, struct screen_row const *row, bool changed, bool restarts);

/* Between a resize's beginning and end: was a line with this text logged, or drawn? */
bool logresize_same(struct loglines const *t, uint64_t hash);

/* Feeds the screen, and notes what is said in struct logmotion. */
void logmotion_feed(struct loglines *t, char const *data, size_t len);
/* The rows above this one were not drawn by the last redraw, which drew everything
 * from there down. 0: none is known. */
unsigned logmotion_top(struct loglines const *t);

#endif
