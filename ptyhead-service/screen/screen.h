/* SPDX-License-Identifier: ISC */
/* A terminal's screen: bytes in, the state of an xterm-like terminal out.
 *
 * Pure: no I/O, no global state, no allocation whose size the stream decides. All bounds
 * are stated below. Feeding never fails, whatever the stream contains. Out of memory, it
 * loses cells, styles or strings and continues.
 *
 * The semantics are xterm's (ctlseqs; ECMA-48; DEC STD 070). The stream is UTF-8; invalid
 * input becomes U+FFFD as Unicode 15.0 section 3.9 recommends (maximal subparts). C1
 * controls are recognised in their UTF-8 form. Widths: characters with Unicode 15.0 East
 * Asian Width W and F take 2 columns, ambiguous ones 1, marks and format characters 0 (they
 * join the cell before). With mode 2027 the unit is the grapheme cluster (UAX #29).
 *
 * Where terminals differ: erasing while a wrap is pending (ED, EL) counts the cursor as
 * being past the last column. So nothing that was just written is erased, and the wrap
 * stays pending, as in xterm.js, tmux and alacritty (xterm erases the last column and ends
 * the wrap). Both screens share the margins, as in xterm. The alternate screen is empty
 * whenever it is entered, and starts with its own empty keyboard stack; its saved cursor
 * stays. DECALN, SD, DECRQCRA, DECCOLM and reverse wraparound follow xterm 379.
 *
 * Rows and columns count from 0 here, from 1 in the stream. Functions put strings into
 * struct screen_buf: initialise it with SCREEN_BUF_INIT, release it with
 * screen_buf_deinit. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_SIZE_MAX 1000     /* rows and columns are clamped to 1..this */
#define SCREEN_TITLE_MAX 1024    /* bytes of a title kept */
#define SCREEN_STRING_MAX 4096   /* bytes of an OSC or DCS string kept */
#define SCREEN_CLIPBOARD_MAX 65535 /* bytes of an OSC 52 kept while it arrives */
#define SCREEN_CLUSTER_MAX 12    /* code points in one cell; later marks are dropped */
#ifndef SCREEN_STYLES_MAX
#define SCREEN_STYLES_MAX 32768  /* styles in use at once; beyond that, the default style. A power of two */
#endif
#define SCREEN_CLUSTERS_MAX 8192 /* cells of several code points in use at once */
#define SCREEN_LINKS_MAX 512     /* hyperlinks in use at once; beyond that, no link */
#define SCREEN_PARAMS_MAX 32     /* parameters of a sequence; more are ignored */
#define SCREEN_KITTY_MAX 8
#define SCREEN_TITLES_MAX 10     /* depth of the title stack */
#define SCREEN_OTHERS_MAX 32     /* unknown modes that are remembered; later ones are not */
#define SCREEN_BUF_MAX (64u << 20) /* no buffer grows past this */

struct screen;

/* ---- bytes out ------------------------------------------------------- */

struct screen_buf {
	char *data; /* not NUL-terminated */
	size_t len;
	size_t cap;
	bool failed; /* out of memory, or above SCREEN_BUF_MAX: the content is cut */
	/* Set by the caller, or NULL: called each time that it is full and grows. What it
	 * holds then is final only if what adds to it never takes bytes back. */
	void (*grows)(void *arg, struct screen_buf const *b);
	void *arg;
};
#define SCREEN_BUF_INIT { NULL, 0, 0, false, NULL, NULL }

void screen_buf_deinit(struct screen_buf *b);
void screen_buf_clear(struct screen_buf *b);
void screen_buf_add(struct screen_buf *b, void const *data, size_t len);
void screen_buf_str(struct screen_buf *b, char const *str);
void screen_buf_num(struct screen_buf *b, unsigned n); /* in decimal */
void screen_buf_fmt(struct screen_buf *b, char const *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- cells ----------------------------------------------------------- */

/* ch: 0 (blank: never written, or erased), a code point, or SCREEN_CLUSTER | id. The
 * right half of a wide character has ch 0 and SCREEN_CELL_SPACER. */
#define SCREEN_CLUSTER 0x80000000u
enum { SCREEN_CELL_WIDE = 1, SCREEN_CELL_SPACER = 2 };

struct screen_cell {
	uint32_t ch;
	uint16_t style; /* see screen_style_get; 0 is the default style */
	uint16_t flags;
};

/* Colours: SCREEN_DEFAULT, SCREEN_INDEXED | 0..255, SCREEN_RGB | 0xRRGGBB. One of the
 * first 16 colours that was set by 38;5;n, and not by 30 to 37 or 90 to 97, also has
 * SCREEN_LONG: terminals that brighten bold text show the two differently. */
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

/* A row. It is valid until the next call that changes the screen. `cells` stays the
 * same when the row moves, until a resize. Cells from len to the screen's width are
 * blank in the default style. */
struct screen_row {
	struct screen_cell const *cells;
	unsigned len;
	bool wrapped; /* the next row continues this line */
	bool prompt;  /* a shell's prompt begins here (OSC 133;A) */
	bool cleared; /* given to the line sink because it was cleared, not scrolled off */
};

/* ---- sinks ----------------------------------------------------------- */

enum screen_query {
	SCREEN_QUERY_ANSWERED, /* the engine answered it, or it needs no answer; or it is not a
	                          question, but would change a viewer's terminal permanently */
	SCREEN_QUERY_TERMINAL, /* only a real terminal can answer it */
};

/* The bytes [offset, offset + len) of all that was fed are a query, or another sequence
 * that viewers leave out (see withhold.c). A sequence that this one interrupted is
 * included. For SCREEN_QUERY_TERMINAL: `text` is the query as kept (at most
 * SCREEN_STRING_MAX bytes); if it was truncated or contains controls, `whole` is false,
 * and it must not be passed on. `fallback` is the answer when no viewer is attached;
 * fallback_len 0: no answer. Both are valid during the call. */
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

/* Output for the person at the terminal, which changes nothing on the screen. */
enum screen_aside {
	SCREEN_CLIPBOARD,  /* OSC 52 that sets the clipboard */
	SCREEN_PROGRESS,   /* OSC 9;4 */
	SCREEN_NOTIFY_9,   /* notifications, named after their inventors: iTerm2 */
	SCREEN_NOTIFY_777, /* rxvt */
	SCREEN_NOTIFY_99,  /* kitty: one notification may come in several strings */
};
#define SCREEN_ASIDES 5

/* Any may be NULL. They are called within screen_feed (line also within screen_resize
 * and screen_reset) and must not change the screen. */
struct screen_sinks {
	void *arg;
	void (*answer)(void *arg, char const *data, size_t len);
	void (*query)(void *arg, struct screen_span const *span);
	/* A row of the main screen is final: it scrolled off the top, or was cleared
	 * together with all others. */
	void (*line)(void *arg, struct screen const *s, struct screen_row const *row);
	void (*bell)(void *arg);
	void (*title)(void *arg, struct screen const *s);
	/* The whole sequence, to be passed to a terminal unchanged. Not called for a
	 * sequence longer than what is kept, nor for a question. Valid during the
	 * call. */
	void (*aside)(void *arg, enum screen_aside kind, char const *text, size_t len);
	/* Forget the lines that were given (ED 3). */
	void (*forget)(void *arg);
};

/* ---- life ------------------------------------------------------------ */

/* NULL: out of memory. Sizes are clamped. */
struct screen *screen_new(unsigned rows, unsigned cols);
void screen_free(struct screen *s); /* NULL is allowed */
/* A copy without sinks. NULL: out of memory. */
struct screen *screen_clone(struct screen const *s);
void screen_sinks_set(struct screen *s, struct screen_sinks const *sinks);
/* The size of a cell in pixels, for XTWINOPS 14, 15 and 16 and mode 2048; 0: unknown. */
void screen_pixels_set(struct screen *s, unsigned cell_width, unsigned cell_height);
/* Is mode 2027 on when a run begins and after a reset? Takes effect at the next of
 * these; the present content and mode stay. */
void screen_clusters_set(struct screen *s, bool on);
bool screen_clusters(struct screen const *s);
/* The answer to DSR ?996: 1 dark (default), 2 light, 0 no answer. */
void screen_scheme_set(struct screen *s, int scheme);
int screen_scheme(struct screen const *s);

void screen_feed(struct screen *s, void const *data, size_t len);

/* Like screen_feed, with a budget, so that no stream keeps the caller busy for long. Takes
 * bytes until *cost units are used or all bytes are taken; returns how many it took. It
 * stops between two bytes or sequences, and the state is exact: feeding the rest later
 * gives the same as one screen_feed. *cost is reduced by the units used. The last sequence
 * may make it negative (by at most SCREEN_COST_MAX); the caller should wait until that debt
 * is paid before it feeds again. Takes nothing if *cost <= 0, otherwise at least one byte.
 *
 * A unit is about a nanosecond of work: SCREEN_COST_BYTE for each byte, 1 for each cell
 * that a sequence touches, more for expensive work. The count depends only on the state and
 * the bytes, never on time. */
size_t screen_feed_some(struct screen *s, void const *data, size_t len, int64_t *cost);
/* The last sequence taken asked for another size (DECCOLM, DECSCPP, DECSNLS, DECSLPP,
 * XTWINOPS 4 and 8). Feeding stops after such a sequence, too. A caller that grants the
 * size calls screen_resize before it feeds on. Each request is returned once;
 * screen_feed grants none. */
bool screen_size_asked(struct screen *s, unsigned *ret_rows, unsigned *ret_cols);
#define SCREEN_COST_BYTE 4
/* The most units that one byte can cost on the largest screen. */
#define SCREEN_COST_MAX 16000000
/* All units used since the screen was made. The difference between two calls is the
 * cost of the screen_feed, screen_resize and screen_new_run between them. */
uint64_t screen_spent(struct screen const *s);

/* The wrapped lines of the main screen are wrapped again; the alternate screen is
 * cropped or extended. With mode 2048 on, the report goes to the answer sink. */
void screen_resize(struct screen *s, unsigned rows, unsigned cols);
/* The effect of RIS, without feeding. Does not count bytes. */
void screen_reset(struct screen *s);

/* Another program begins on the terminal: cancels an open sequence, and undoes what
 * screen_undo undoes; the content stays. Does not count bytes. A terminal that shows
 * this screen needs the same bytes: CAN, then those of screen_undo. */
void screen_new_run(struct screen *s);

uint64_t screen_total(struct screen const *s); /* bytes fed */
/* The byte count at which a checkpoint is possible: everything before it is processed,
 * and no escape sequence or UTF-8 character is open there. */
uint64_t screen_ground(struct screen const *s);
/* Starts counting at `offset`, for a screen restored from a checkpoint. */
void screen_offset_set(struct screen *s, uint64_t offset);
size_t screen_memory(struct screen const *s); /* bytes held, heap and struct */

/* ---- looking --------------------------------------------------------- */

enum screen_which { SCREEN_ACTIVE, SCREEN_MAIN, SCREEN_ALT };

unsigned screen_rows(struct screen const *s);
unsigned screen_cols(struct screen const *s);
bool screen_alt(struct screen const *s); /* is the alternate screen shown? */
struct screen_row screen_row(struct screen const *s, enum screen_which which, unsigned y);
struct screen_cell screen_cell(struct screen const *s, enum screen_which which, unsigned y, unsigned x);
/* Writes the cell's code points; returns how many (0 for blanks and spacers). */
unsigned screen_cell_chars(struct screen const *s, struct screen_cell c, uint32_t ret_cps[SCREEN_CLUSTER_MAX]);
unsigned screen_cell_width(struct screen_cell c); /* 0 spacer, 1, 2 */
unsigned screen_char_width(uint32_t cp); /* of a code point alone: 0, 1, 2 */
struct screen_style screen_style_get(struct screen const *s, uint16_t style);
/* The URI of a link, NULL if none; *ret_id is its id parameter, "" if none. Controls
 * and invalid characters in them are written as %NN. */
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

/* Is a string open that viewers leave out? Then it can be left out from its beginning,
 * even if it is too long to be held back. */
bool screen_withholding(struct screen const *s);
/* Must viewers withhold setting, resetting, saving and restoring this mode? */
bool screen_mode_withheld(bool dec, unsigned number);
/* Is this private mode saved and restored (XTSAVE, XTRESTORE)? For other modes it is
 * not known what a terminal restores, so it could not be undone: viewers leave these
 * out. */
bool screen_mode_kept(unsigned number);

/* The state of a mode as in DECRQM: 0 unknown, 1 set, 2 reset, 4 permanently reset. */
int screen_mode(struct screen const *s, bool dec, unsigned number);
/* Never NULL. Whole characters without controls, like everything that is written to
 * terminals. */
char const *screen_title(struct screen const *s);
char const *screen_icon(struct screen const *s);
/* The directory that the program reported (OSC 7), a URI; "": none. */
char const *screen_directory(struct screen const *s);

/* The shell's last mark (OSC 133). */
enum screen_prompt {
	SCREEN_PROMPT_NONE,
	SCREEN_PROMPT_START,  /* its prompt began */
	SCREEN_PROMPT_INPUT,  /* the typed command begins */
	SCREEN_PROMPT_OUTPUT, /* a command's output begins */
	SCREEN_PROMPT_DONE,   /* the command has ended */
};
/* *ret_status: the status of the command that ended; -1: unknown, or none has ended. */
enum screen_prompt screen_prompt(struct screen const *s, int *ret_status);
/* The colour set by OSC 4 (index 0..255), 0xRRGGBB. False: it was not set, or in a form
 * that is not understood. */
bool screen_palette(struct screen const *s, unsigned index, uint32_t *ret_rgb);
/* The same for OSC 10..19. */
bool screen_dynamic(struct screen const *s, unsigned osc, uint32_t *ret_rgb);
/* xterm's default for an index. Fallback answers and renderers use it. */
uint32_t screen_palette_default(unsigned index);

/* Switches mouse reports off, as if the program had done so. */
void screen_mouse_drop(struct screen *s);
/* A copy of what is shown: on the alternate screen, and without modes that affect keys
 * or the mouse. NULL: out of memory. */
struct screen *screen_still(struct screen const *s);

/* The modes that decide how keys and pastes are encoded. */
struct screen_input {
	bool cursor_keys;     /* DECCKM: application */
	bool keypad;          /* DECKPAM: application */
	bool paste;           /* 2004 */
	bool focus;           /* 1004 */
	bool newline;         /* LNM: Return sends CR LF */
	bool backarrow;       /* DECBKM: Backspace sends BS */
	unsigned kitty;       /* present kitty keyboard flags */
	int modify_other;     /* modifyOtherKeys: 0..3 */
	unsigned mouse;       /* 0 or 9 1000 1001 1002 1003 */
	unsigned mouse_enc;   /* 0 or 1005 1006 1015 1016 */
};
struct screen_input screen_input(struct screen const *s);

/* ---- rows as text ---------------------------------------------------- */

/* Plain UTF-8: blanks become spaces, trailing blanks are left out; no newline. */
void screen_row_text(struct screen const *s, struct screen_row const *row, struct screen_buf *out);
/* The same with SGR and OSC 8. Starts and ends in the default style. Keeps trailing
 * blanks that have a background. */
void screen_row_sgr(struct screen const *s, struct screen_row const *row, struct screen_buf *out);

/* ---- bytes that make a screen ---------------------------------------- */

/* Appends to `out` the bytes that give a new terminal of this size the same state: both
 * screens, saved cursors, tab stops, margins, modes, pen, titles, colours. The state of
 * the parser is not included: use it at screen_ground. With `clear` the terminal need
 * not be new: it is reset softly and cleared first. */
void screen_restore(struct screen const *s, bool clear, struct screen_buf *out);
/* The same for a person's terminal, which shows `at`: it is blank, nothing is on, and
 * it must not report its size by itself. The content is placed correctly even if the
 * terminal has other widths for some characters; a mark that follows does not join in
 * that case. */
void screen_restore_real(struct screen const *s, struct screen const *at, struct screen_buf *out);
/* Does it show a character whose width differs between terminals? */
bool screen_disputed(struct screen const *s);

/* What a person's terminal had before anything was written to it: modes, colours and
 * cursor shape. One function appends questions, which the terminal answers. The other
 * takes one answer, for the screen that stands for the terminal; true: it was one.
 * Afterwards its diffs and screen_undo leave alone what no program has changed, and
 * restore the rest. */
void screen_home_ask(struct screen_buf *out);
bool screen_home_answer(struct screen *s, char const *text, size_t len);
/* Is its background dark (1) or light (2)? 0: not known. */
int screen_home_scheme(struct screen const *s);
/* Appends what sets the modes that decide what is shown, and what keys send, to those
 * of a new screen. */
void screen_home_default(struct screen_buf *out);

/* Appends what switches off everything that is on, on a terminal in this state (never
 * RIS), and puts the cursor on a line of its own below the content. The title becomes
 * the one from before the first push on the title stack. */
void screen_undo(struct screen const *s, struct screen_buf *out);

/* Appends what turns a terminal in this state into one that screen_diff accepts as
 * `from`: margins, tab stops, charsets, keyboards, pen, title stack and the modes that
 * screen_diff does not set get their defaults. The content stays, except one cell at
 * the cursor. */
void screen_plain(struct screen const *s, struct screen_buf *out);

/* Appends what turns a terminal of rows x cols that shows `from` (painted by this
 * function, or made plain; NULL: new) into one that shows `to`: cropped so that the
 * cursor is visible, with the modes that input needs, title and colours. Nothing goes
 * into the scrollback of the terminal's main screen. The terminal's own margins, tab
 * stops and insert mode keep their defaults. */
void screen_diff(struct screen const *from, struct screen const *to, unsigned rows, unsigned cols,
		 struct screen_buf *out);
/* The first row and column of `s` that a viewport of this size shows. */
void screen_viewport(struct screen const *s, unsigned rows, unsigned cols, unsigned *ret_y, unsigned *ret_x);

/* Are they equal in everything that screen_restore promises? why_buf (may be NULL) gets
 * the first difference in words. */
#define SCREEN_WHY_MAX 160
bool screen_equal(struct screen const *a, struct screen const *b, char why_buf[SCREEN_WHY_MAX]);

#endif
