/* A terminal's screen: bytes in, the state of an xterm-like terminal out.
 *
 * Pure: no I/O, no global that changes, no allocation whose size the stream
 * chooses. Every bound is stated below. Feeding never fails for what the stream
 * says; without memory it loses cells, styles or strings and goes on.
 *
 * Semantics are xterm's (ctlseqs; ECMA-48; DEC STD 070), the stream is UTF-8,
 * bad input becomes U+FFFD as Unicode 15.0 section 3.9 recommends (maximal
 * subparts). C1 controls are recognised in their UTF-8 form. Width policy:
 * Unicode 15.0 East Asian Width W and F take 2 columns, ambiguous ones 1, marks
 * and format characters none (they join the cell before); with mode 2027 the
 * unit is the grapheme cluster (UAX #29).
 *
 * Where terminals differ: erasing with a wrap pending (ED, EL) takes the cursor
 * to be past the last column, so that nothing of what was just written goes and
 * the wrap stays, as in xterm.js, tmux and alacritty (xterm erases the last
 * column and ends the wrap). Margins are one for both screens, as in xterm. The
 * alternate screen is empty whenever it is entered, and begins with a keyboard
 * stack of its own; its saved cursor stays. DECALN, SD, DECRQCRA, DECCOLM and
 * reverse wraparound follow xterm 379.
 *
 * Rows and columns count from 0 here, from 1 in the stream. The string buffers
 * that functions fill are struct screen_buf: initialise with SCREEN_BUF_INIT,
 * release with screen_buf_deinit. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_SIZE_MAX 1000     /* rows and columns are clamped to 1..this */
#define SCREEN_TITLE_MAX 1024    /* bytes of a title kept */
#define SCREEN_STRING_MAX 4096   /* bytes of an OSC or DCS string kept */
#define SCREEN_CLIPBOARD_MAX 65535 /* bytes of an OSC 52 kept, while it comes */
#define SCREEN_CLUSTER_MAX 12    /* code points in one cell; later marks are dropped */
#ifndef SCREEN_STYLES_MAX
#define SCREEN_STYLES_MAX 32768  /* styles alive at once; past it, default. A power of two */
#endif
#define SCREEN_CLUSTERS_MAX 8192 /* multi-code-point cells alive at once */
#define SCREEN_LINKS_MAX 512     /* hyperlinks alive at once; past it, none */
#define SCREEN_PARAMS_MAX 32     /* parameters of a sequence; more are ignored */
#define SCREEN_KITTY_MAX 8
#define SCREEN_TITLES_MAX 10     /* depth of the title stack */
#define SCREEN_OTHERS_MAX 32     /* modes kept that the engine does not know; later ones are not */
#define SCREEN_BUF_MAX (64u << 20) /* no buffer grows past this */

struct screen;

/* ---- bytes out ------------------------------------------------------- */

struct screen_buf {
	char *data; /* not terminated */
	size_t len;
	size_t cap;
	bool failed; /* memory or SCREEN_BUF_MAX ran out: the content is cut */
};
#define SCREEN_BUF_INIT { NULL, 0, 0, false }

void screen_buf_deinit(struct screen_buf *b);
void screen_buf_clear(struct screen_buf *b);
void screen_buf_add(struct screen_buf *b, void const *data, size_t len);
void screen_buf_str(struct screen_buf *b, char const *str);
void screen_buf_num(struct screen_buf *b, unsigned n); /* in decimal */
void screen_buf_fmt(struct screen_buf *b, char const *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- cells ----------------------------------------------------------- */

/* ch: 0 blank (never written or erased), a code point, or SCREEN_CLUSTER | id.
 * The right half of a wide character has ch 0 and SCREEN_CELL_SPACER. */
#define SCREEN_CLUSTER 0x80000000u
enum { SCREEN_CELL_WIDE = 1, SCREEN_CELL_SPACER = 2 };

struct screen_cell {
	uint32_t ch;
	uint16_t style; /* see screen_style_get; 0 is the default style */
	uint16_t flags;
};

/* Colours: SCREEN_DEFAULT, SCREEN_INDEXED | 0..255, SCREEN_RGB | 0xRRGGBB. One of the
 * first 16 that was written as 38;5;n, and not as 30 to 37 or 90 to 97, has SCREEN_LONG
 * too: terminals that brighten bold text show the two differently. */
#define SCREEN_DEFAULT 0u
#define SCREEN_INDEXED 0x01000000u
#define SCREEN_RGB 0x02000000u
#define SCREEN_LONG 0x04000000u
#define SCREEN_COLOR_KIND(c) ((c) & 0x03000000u)
#define SCREEN_COLOR_VALUE(c) ((c) & 0x00ffffffu)

enum screen_attr {
	SCREEN_BOLD = 1,
	SCREEN_FAINT = 2,
	SCREEN_ITALIC = 4,
	SCREEN_BLINK = 8,
	SCREEN_INVERSE = 16,
	SCREEN_INVISIBLE = 32,
	SCREEN_STRIKE = 64,
	SCREEN_OVERLINE = 128,
	SCREEN_PROTECTED = 256, /* DECSCA */
	SCREEN_UL_SHIFT = 12,   /* 0 none 1 single 2 double 3 curly 4 dotted 5 dashed */
};
#define SCREEN_UNDERLINE(attrs) (((attrs) >> SCREEN_UL_SHIFT) & 7u)

struct screen_style {
	uint32_t fg;
	uint32_t bg;
	uint32_t ul; /* underline colour */
	uint16_t attrs;
	uint16_t link; /* 0 none; see screen_link */
};

/* A row lent to the caller until the next call that changes the screen; `cells`
 * stays with a row as it moves, until a resize. Cells from len up to the screen's width are blank in the default style. */
struct screen_row {
	struct screen_cell const *cells;
	unsigned len;
	bool wrapped; /* the next row continues this line */
	bool prompt;  /* a shell's prompt begins here (OSC 133;A) */
	bool cleared; /* given to the line sink: it did not go off the top */
};

/* ---- sinks ----------------------------------------------------------- */

enum screen_query {
	SCREEN_QUERY_ANSWERED, /* the engine answered it, or it needs no answer; or it is no
	                          question, and would change a viewer's terminal for good */
	SCREEN_QUERY_TERMINAL, /* only a real terminal knows */
};

/* Bytes [offset, offset + len) of all that was ever fed are a query, or else what
 * viewers leave out (withhold.c says what). A sequence that it cut short goes with it.
 * For SCREEN_QUERY_TERMINAL: text is the query as kept (at most
 * SCREEN_STRING_MAX, without introducer changes; truncated ones, and those with
 * controls in them, have whole == false and should not be passed on), fallback what to answer when nobody is
 * attached, fallback_len 0 for silence. Both are lent for the call. */
struct screen_span {
	uint64_t offset;
	uint64_t len;
	enum screen_query kind;
	bool whole;
	char const *text;
	size_t text_len;
	char const *fallback;
	size_t fallback_len;
};

/* What is for who sits at the terminal and leaves nothing on the screen. */
enum screen_aside {
	SCREEN_CLIPBOARD,  /* OSC 52 that sets it */
	SCREEN_PROGRESS,   /* OSC 9;4 */
	SCREEN_NOTIFY_9,   /* notifications, by who invented them: iTerm2 */
	SCREEN_NOTIFY_777, /* rxvt */
	SCREEN_NOTIFY_99,  /* kitty: one may come in several strings */
};
#define SCREEN_ASIDES 5

/* Any may be NULL. They run inside screen_feed (line also in
 * screen_resize and screen_reset); they must not change the screen. */
struct screen_sinks {
	void *arg;
	void (*answer)(void *arg, char const *data, size_t len);
	void (*query)(void *arg, struct screen_span const *span);
	/* A row of the main screen is final: it scrolled off the top, or was
	 * cleared with all the others. */
	void (*line)(void *arg, struct screen const *s, struct screen_row const *row);
	void (*bell)(void *arg);
	void (*title)(void *arg, struct screen const *s);
	/* The whole sequence, for a terminal to be given as it is; none that is
	 * longer than what is kept, and no question. Lent for the call. */
	void (*aside)(void *arg, enum screen_aside kind, char const *text, size_t len);
	/* The lines that were given are to be forgotten (ED 3). */
	void (*forget)(void *arg);
};

/* ---- life ------------------------------------------------------------ */

/* NULL without memory. Sizes are clamped. */
struct screen *screen_new(unsigned rows, unsigned cols);
void screen_free(struct screen *s); /* NULL is fine */
/* A copy without sinks; NULL without memory. */
struct screen *screen_clone(struct screen const *s);
void screen_sinks_set(struct screen *s, struct screen_sinks const *sinks);
/* A cell's size in pixels, for XTWINOPS 14, 15 and 16 and mode 2048; 0 unknown. */
void screen_pixels_set(struct screen *s, unsigned cell_width, unsigned cell_height);
/* Whether mode 2027 is on when a run begins and after a reset: from the next of these
 * on. (What is shown, and the mode, stay now.) */
void screen_clusters_set(struct screen *s, bool on);
bool screen_clusters(struct screen const *s);
/* What DSR ?996 says: 1 dark, 2 light, 0 silent (the default is dark). */
void screen_scheme_set(struct screen *s, int scheme);
int screen_scheme(struct screen const *s);

void screen_feed(struct screen *s, void const *data, size_t len);

/* As screen_feed, within a budget, so that no stream keeps the caller for long:
 * takes bytes until *cost units are used up or all are taken, and returns how many
 * it took. It stops between two bytes or sequences, and the state is exact: feeding
 * the rest later gives what one screen_feed gives. *cost is reduced by what was
 * spent; the last sequence may take it below zero (by SCREEN_COST_MAX at most), a
 * debt that the caller should let the terminal pay before it is fed again. Takes
 * nothing while *cost <= 0, and at least one byte otherwise.
 *
 * A unit is work of about a nanosecond: SCREEN_COST_BYTE for each byte, 1 for each
 * cell that a sequence touches, more for what costs more. The count depends on the
 * state and the bytes alone, never on time. */
size_t screen_feed_some(struct screen *s, void const *data, size_t len, int64_t *cost);
/* The last sequence taken asked for another size (DECCOLM, DECSCPP, DECSNLS, DECSLPP,
 * XTWINOPS 4 and 8): feeding stops behind it too, and who grants it calls
 * screen_resize before feeding on. Told once; screen_feed grants nothing. */
bool screen_size_asked(struct screen *s, unsigned *ret_rows, unsigned *ret_cols);
#define SCREEN_COST_BYTE 4
/* The most that one byte can cost on a screen of the largest size. */
#define SCREEN_COST_MAX 16000000
/* All units spent since the screen was made: what screen_feed, screen_resize,
 * and screen_new_run took is the difference of two calls. */
uint64_t screen_spent(struct screen const *s);

/* The main screen's wrapped lines flow anew; the alternate one is cropped or
 * extended. With mode 2048 on, the report goes to the answer sink. */
void screen_resize(struct screen *s, unsigned rows, unsigned cols);
/* As RIS, without feeding; counts nothing. */
void screen_reset(struct screen *s);

/* Another program begins on the terminal: an open sequence is cancelled, and
 * what screen_undo says is undone; the content stays. Counts nothing. A
 * terminal that shows this screen wants the same bytes: CAN, then screen_undo's. */
void screen_new_run(struct screen *s);

uint64_t screen_total(struct screen const *s); /* bytes fed */
/* The count of bytes up to which a checkpoint may stand: all before it is done,
 * no escape sequence or UTF-8 character is open there. */
uint64_t screen_ground(struct screen const *s);
/* Start counting at `offset` (a screen restored at a checkpoint). */
void screen_offset_set(struct screen *s, uint64_t offset);
size_t screen_memory(struct screen const *s); /* bytes held, heap and struct */

/* ---- looking --------------------------------------------------------- */

enum screen_which { SCREEN_ACTIVE, SCREEN_MAIN, SCREEN_ALT };

unsigned screen_rows(struct screen const *s);
unsigned screen_cols(struct screen const *s);
bool screen_alt(struct screen const *s); /* the alternate screen is shown */
struct screen_row screen_row(struct screen const *s, enum screen_which which, unsigned y);
struct screen_cell screen_cell(struct screen const *s, enum screen_which which, unsigned y, unsigned x);
/* Writes the cell's code points, returns how many (0 for blanks, spacers). */
unsigned screen_cell_chars(struct screen const *s, struct screen_cell c, uint32_t ret_cps[SCREEN_CLUSTER_MAX]);
unsigned screen_cell_width(struct screen_cell c); /* 0 spacer, 1, 2 */
struct screen_style screen_style_get(struct screen const *s, uint16_t style);
/* The URI of a link, NULL if none; *ret_id its id parameter, "" if none. In both what is
 * a control, or no character, is written as %NN. */
char const *screen_link(struct screen const *s, uint16_t link, char const **ret_id);

struct screen_cursor {
	unsigned y, x;     /* x stays on the last column while a wrap is pending */
	bool pending;      /* the next character wraps first */
	bool visible;
	bool blink;        /* mode 12 */
	unsigned shape;    /* DECSCUSR 0..6 */
	struct screen_style pen;
};
struct screen_cursor screen_cursor(struct screen const *s);

/* Is the sequence that is open (a string) one that viewers leave out? So one that is too
 * long to be held back until its end can be left out from its beginning. */
bool screen_withholding(struct screen const *s);
/* Setting, resetting, saving and restoring that mode is not for viewers' terminals. */
bool screen_mode_withheld(bool dec, unsigned number);
/* Is that private mode saved and restored (XTSAVE, XTRESTORE)? What a terminal restores of
 * others is not known, and could not be undone: viewers leave it out. */
bool screen_mode_kept(unsigned number);

/* A mode by its number, as DECRQM reports: 0 unknown, 1 set, 2 reset, 4 known and
 * always reset. */
int screen_mode(struct screen const *s, bool dec, unsigned number);
/* Never NULL; whole characters without controls, as all that is written to terminals. */
char const *screen_title(struct screen const *s);
char const *screen_icon(struct screen const *s);
/* The directory that the program said it is in (OSC 7), a URI; "": it said none. */
char const *screen_directory(struct screen const *s);

/* What a shell marked last (OSC 133). */
enum screen_prompt {
	SCREEN_PROMPT_NONE,
	SCREEN_PROMPT_START,  /* its prompt began */
	SCREEN_PROMPT_INPUT,  /* what is typed begins */
	SCREEN_PROMPT_OUTPUT, /* a command's output begins */
	SCREEN_PROMPT_DONE,   /* the command has ended */
};
/* *ret_status: the ended command's status; -1: it is unknown, or none has ended. */
enum screen_prompt screen_prompt(struct screen const *s, int *ret_status);
/* The colour as set by OSC 4 (index 0..255), 0xRRGGBB; false if it is untouched, or set
 * in a way that is not understood. */
bool screen_palette(struct screen const *s, unsigned index, uint32_t *ret_rgb);
/* The same for OSC 10..19. */
bool screen_dynamic(struct screen const *s, unsigned osc, uint32_t *ret_rgb);
/* xterm's default for an index: what fallback answers and renderers use. */
uint32_t screen_palette_default(unsigned index);

/* The mouse is not reported any more, as if the program had reset that. */
void screen_mouse_drop(struct screen *s);
/* What is shown, as a screen of its own: on the alternate screen, and nothing is on that
 * decides what keys and the mouse send. NULL without memory. */
struct screen *screen_still(struct screen const *s);

/* What decides how keys and pastes are encoded. */
struct screen_input {
	bool cursor_keys;     /* DECCKM: application */
	bool keypad;          /* DECKPAM: application */
	bool paste;           /* 2004 */
	bool focus;           /* 1004 */
	bool newline;         /* LNM: Return sends CR LF */
	bool backarrow;       /* DECBKM: Backspace sends BS */
	unsigned kitty;       /* kitty keyboard flags in force */
	int modify_other;     /* modifyOtherKeys: 0..3 */
	unsigned mouse;       /* 0 or 9 1000 1001 1002 1003 */
	unsigned mouse_enc;   /* 0 or 1005 1006 1015 1016 */
};
struct screen_input screen_input(struct screen const *s);

/* ---- rows as text ---------------------------------------------------- */

/* Plain UTF-8, blanks as spaces, trailing blanks left out; no newline. */
void screen_row_text(struct screen const *s, struct screen_row const *row, struct screen_buf *out);
/* The same with SGR and OSC 8; starts from and ends in the default style.
 * Trailing blanks with a background are kept. */
void screen_row_sgr(struct screen const *s, struct screen_row const *row, struct screen_buf *out);

/* ---- bytes that make a screen ---------------------------------------- */

/* Append to out what gives a fresh terminal of this size this state: both
 * screens, saved cursors, tab stops, margins, modes, pen, titles, colours. The
 * parser's own state is not in it: use it at screen_ground. With `clear`, the
 * terminal need not be fresh: it is reset softly and cleared first. */
void screen_restore(struct screen const *s, bool clear, struct screen_buf *out);
/* The same for a terminal that somebody sits at and that shows `at`: it is blank, nothing
 * is on, and it must not report its size by itself. What it shows has its place also where
 * it has other widths for some characters; then a mark that comes next does not join. */
void screen_restore_real(struct screen const *s, struct screen const *at, struct screen_buf *out);
/* Does it show a character whose width terminals disagree about? */
bool screen_disputed(struct screen const *s);

/* What a terminal that somebody sits at had of modes, colours and cursor shape before
 * anything was written to it. Questions, which it answers with what it knows; one answer,
 * of a screen that is what it shows: true if it was one. From then on its diffs and
 * screen_undo leave what no program has touched, and put back the rest. */
void screen_home_ask(struct screen_buf *out);
bool screen_home_answer(struct screen *s, char const *text, size_t len);
/* Is its background dark (1) or light (2)? 0: it did not tell. */
int screen_home_scheme(struct screen const *s);
/* The modes that decide what is shown, and what keys send, as a fresh screen has them. */
void screen_home_default(struct screen_buf *out);

/* Append what switches off, on a terminal in this state, exactly what is on
 * (never RIS), and leaves the cursor on a line of its own below the content. The
 * title is the one of before the first that was kept on the title stack. */
void screen_undo(struct screen const *s, struct screen_buf *out);

/* Append what makes a terminal in this state one that screen_diff may take as
 * `from`: margins, tab stops, charsets, keyboards, pen, title stack and the modes
 * that it does not set are at their defaults then; the content stays, but for one
 * cell at the cursor. */
void screen_plain(struct screen const *s, struct screen_buf *out);

/* Append what turns a terminal of rows x cols that shows `from` (painted by
 * this function, or made plain; NULL: fresh) into one that shows `to`, cropped so that the
 * cursor is seen, with its modes as far as input goes, title and colours. Nothing goes
 * into the scrollback of the terminal's main screen. The
 * terminal's own margins, tab stops and insert mode stay at their defaults. */
void screen_diff(struct screen const *from, struct screen const *to, unsigned rows, unsigned cols,
		 struct screen_buf *out);
/* The first row and column of `s` that a viewport of that size shows. */
void screen_viewport(struct screen const *s, unsigned rows, unsigned cols, unsigned *ret_y, unsigned *ret_x);

/* Equal in all that screen_restore promises. why_buf (may be NULL) gets the
 * first difference, in words. */
#define SCREEN_WHY_MAX 160
bool screen_equal(struct screen const *a, struct screen const *b, char why_buf[SCREEN_WHY_MAX]);

#endif
