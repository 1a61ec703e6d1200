/* SPDX-License-Identifier: ISC */
/* The inside of struct screen, only for the files of this folder. Ownership: a grid
 * owns its rows, a row its cells. The screen owns the tables that cells refer to by
 * number (styles, clusters, links), the parser's string and the titles. screen.h states
 * the bound of everything that a stream can make grow. */
#ifndef SCREEN_INT_H
#define SCREEN_INT_H

#include "screen.h"

/* ---- modes ----------------------------------------------------------- */

enum mode_bit {
	M_CKM, M_SMOOTH, M_SCNM, M_OM, M_AWM, M_ARM, M_BLINK, M_TCEM, M_ALLOW132,
	M_REVWRAP, M_NKM, M_BKM, M_LRMM, M_SDM, M_FOCUS, M_ALTSCROLL, M_META8,
	M_NUMLOCK, M_METAESC, M_ALTESC, M_URGENT, M_RAISE, M_SIXELPAL, M_PASTE,
	M_SYNC, M_GRAPHEME, M_SCHEME, M_INBAND, M_SIXELRIGHT, M_WIN32,
	M_KAM, M_IRM, M_SRM, M_LNM,
	M_COLM, M_PFF, M_PEX, M_MORE, M_NRC, M_REVWRAP2,
	M_COUNT,
	/* These are not bits of `modes`, but XTSAVE saves them: see mouse_numbers. */
	M_MOUSE = 48,
	M_MOUSE_ENC = 53,
	M_VIRTUAL_END = 57,
};
#define BIT(m) (UINT64_C(1) << (m))

struct mode_def {
	uint16_t number;
	uint8_t dec;
	uint8_t bit;
};
extern struct mode_def const screen_mode_defs[];
extern unsigned const screen_mode_count;
#define MODES_DEFAULT (BIT(M_AWM) | BIT(M_ARM) | BIT(M_TCEM) | BIT(M_SRM) | BIT(M_SIXELPAL) | BIT(M_NUMLOCK))
/* The modes that screen_diff sets on a terminal, since input needs them. */
#define MODES_MIRRORED                                                                                           \
	(BIT(M_CKM) | BIT(M_NKM) | BIT(M_PASTE) | BIT(M_FOCUS) | BIT(M_SCNM) | BIT(M_BLINK) | BIT(M_ALTSCROLL) | \
	 BIT(M_SCHEME) | BIT(M_BKM) | BIT(M_META8) | BIT(M_METAESC) | BIT(M_ALTESC) | BIT(M_NUMLOCK))

/* ---- tables ---------------------------------------------------------- */

/* A table of unique values that cells refer to by number. `n` of `cap` numbers are in
 * use; a hash finds them. The values are in a separate array. */
struct table {
	uint16_t *hash;    /* number + 1, at most half full */
	uint32_t n, cap, hash_cap; /* the last two powers of two */
	uint32_t patience; /* how many refusals to allow before the next collection */
};
/* Set after a collection that freed little. A collection visits all cells. If a full
 * table collected for each freed style, a stream could cause that with every byte. So a
 * table allows as many refusals as pay for the next collection (table_patience), or
 * waits for as many erased cells. */
#define TABLE_PATIENCE 2048u

/* Numbers freed by a collection are linked through .fg and marked in .attrs. Number 0
 * is the default style. */
#define STYLE_FREE 0xffffu
struct styles {
	struct table t;
	struct screen_style *at;
	uint32_t used;
	uint32_t free_head; /* number + 1 */
};

/* Caches the effect of an SGR sequence on a pen, by its bytes: programs send the same
 * few sequences again and again. A collection of styles empties the cache. A screen of many
 * styles has a larger one. */
#define SGR_FEW 64u      /* entries, powers of two */
#define SGR_MANY 512u
#define SGR_MEMO_LEN 16u /* bytes of a sequence after CSI, including its m */
struct sgr_memo {
	uint64_t key[2]; /* the bytes, padded with zeroes; all zero: unused */
	uint16_t from, to;
	uint32_t pad[3]; /* makes the size a power of two */
};

struct cluster {
	uint32_t hash;
	uint32_t n; /* 0: free */
	uint32_t cp[SCREEN_CLUSTER_MAX];
};
struct clusters {
	struct table t;
	struct cluster *at;
	uint32_t next; /* where to search for a free one after a collection */
	uint32_t nfree;
};

struct link {
	char *uri; /* NULL: unused. The id follows the URI's NUL. */
	char *id;
	uint32_t hash;
};
struct links {
	struct link *at; /* numbers count from 1 */
	uint32_t n, cap;
	uint32_t patience;
};

/* ---- grid ------------------------------------------------------------ */

/* Approximate costs of calls into the sinks, formatting and the heap, in units. */
#define COST_ANSWER 300u
#define COST_STRING 100u
#define COST_SPACE 10000u /* conversion of a device-independent colour */
#define COST_PROBE 4u  /* one probe of a hash */
#define COST_PARAM 32u /* lookup of a mode's number */

enum { ROW_WRAPPED = 1, ROW_LOGGED = 2, ROW_PROMPT = 4 };

struct row {
	struct screen_cell *cells; /* s->cols of them, or NULL while len is 0 */
	uint16_t len;              /* cells from here on are blank */
	uint8_t flags;
};

struct saved {
	uint16_t y, x;
	bool pending, origin;
	uint8_t gl;
	uint8_t g[4];
	struct screen_style pen; /* link always 0 */
};

struct kitty {
	uint8_t flags[SCREEN_KITTY_MAX + 1]; /* [0] is the base */
	uint8_t depth;
};

/* One of the two screens. */
struct grid {
	struct row *rows; /* s->rows rows; the first one shown is [top] */
	unsigned top;
	struct saved saved;
	struct kitty kitty;
};

/* ---- parser ---------------------------------------------------------- */

enum pstate {
	P_GROUND, P_ESC, P_ESC_INTER, P_CSI_ENTRY, P_CSI_PARAM, P_CSI_INTER, P_CSI_IGNORE,
	P_DCS_ENTRY, P_DCS_PARAM, P_DCS_INTER, P_DCS_IGNORE,
	P_STRING, P_STRING_ESC,
};
enum string_kind { STR_OSC, STR_DCS, STR_APC, STR_OTHER };

/* A sixel picture while it arrives: see picture.c. */
struct sixel {
	uint8_t state, arg;
	uint32_t num;
	uint32_t col, row;      /* position of the next sixel, in pixels */
	uint32_t width, height; /* of the picture so far */
	uint32_t up;            /* least number of rows that it scrolls */
};

/* A kitty graphics command. Its data may come in several strings. */
struct picture {
	char action, medium;
	uint32_t key[13];
};
#define PICTURES 16u /* number of remembered sizes of pictures that can be shown again */
struct picture_size {
	uint32_t id, width, height;
};

struct parser {
	uint8_t state;
	uint8_t kind;           /* of the string */
	uint8_t prefix;         /* one of < = > ? or 0 */
	uint8_t ninter;
	uint8_t inter[2];
	uint8_t final;          /* of a DCS */
	bool last_c2;           /* the string's last byte was C2, so 9C would end it */
	bool overflow;          /* more parameters than are kept */
	uint8_t u8_need;        /* missing continuation bytes */
	uint8_t u8_lo, u8_hi;   /* bounds of the next continuation byte */
	uint32_t u8_cp;
	uint32_t npar;          /* parameters begun, at least 1 once in CSI */
	uint32_t sub;           /* bit i: parameter i came after a colon */
	uint32_t given;         /* bit i: parameter i has a digit */
	uint16_t par[SCREEN_PARAMS_MAX];
	char *str;
	uint32_t str_len, str_cap;
	bool str_cut;           /* a part of the string was dropped */
	bool high;              /* it contains a byte that is not ASCII */
	struct sixel sixel;
	uint64_t seq_start;     /* offset of the byte that left ground */
	uint64_t pos;           /* offset after the present byte */
};

#define PROMPT_ARGS_MAX 64

/* A mode that is on and has no bit in `modes`. */
struct other_mode {
	uint16_t number;
	bool dec;
};

struct title_entry {
	char *icon, *title; /* NULL: not pushed */
};

#define COLOR_SET SCREEN_RGB
#define COLOR_UNKNOWN SCREEN_INDEXED /* set to something that only a terminal may understand */
#define PALETTE_SPECIAL 256u /* bold, underline, blink, reverse, italic: OSC 5's 0 to 4 */
#define PALETTE_SIZE 261u

/* What the person's terminal had before: see home.c. */
#define HOME_PALETTE 16u
struct home {
	uint64_t known, value;           /* modes */
	uint32_t palette[HOME_PALETTE];  /* 0: not told */
	uint32_t dynamic[10];
	uint8_t shape;                   /* DECSCUSR's number + 1; 0: not told */
	uint8_t scheme;                  /* 1 dark, 2 light; 0: not told */
};

struct screen {
	uint16_t rows, cols;
	uint16_t y, x;
	bool pending;
	bool alt_on;
	bool pen_dirty;
	bool last_valid;        /* the last byte printed a character at (y, last_x) */
	uint16_t last_x;
	uint16_t top, bottom;   /* scroll region, both inclusive */
	uint16_t left, right;   /* 0 and cols - 1 unless M_LRMM */
	uint16_t pen_id;        /* valid unless pen_dirty */
	uint8_t gl;
	uint8_t g[4];           /* designating bytes */
	uint8_t shift;          /* 0, or 2 or 3 for one character */
	uint8_t shape;
	uint8_t rect_extent;    /* DECSACE: 2 rectangle, else stream */
	uint16_t mouse, mouse_enc;
	int8_t modkeys[8];      /* XTMODKEYS; -1 default */
	struct screen_style pen;
	struct grid main, alt;
	struct grid *grid;      /* the one that is shown */
	uint64_t modes;
	uint64_t saved_valid, saved_value; /* XTSAVE */
	/* Modes that were set or reset by their numbers since the reset. */
	uint64_t touched;
	uint16_t touched_palette, touched_dynamic;
	bool touched_shape;
	bool by_clusters;       /* mode 2027 is on after a reset */
	bool progress;          /* a progress bar is shown (OSC 9;4) */
	struct home home;
	struct other_mode others[SCREEN_OTHERS_MAX];
	unsigned nothers;
	uint8_t level;          /* the VT level of DECSCL: 1 to 4 */
	bool iso_protect;       /* cells were protected by SPA, which ED, EL and ECH
	                         * respect too; false: by DECSCA */
	uint16_t ask_rows, ask_cols; /* requested size; both 0: none */
	uint8_t tabs[(SCREEN_SIZE_MAX + 7) / 8];
	struct styles styles;
	struct sgr_memo sgr_few[SGR_FEW];
	struct sgr_memo *sgr_many; /* NULL, or SGR_MANY entries, which are used instead */
	struct clusters clusters;
	struct links links;
	char *title, *icon;     /* NULL: empty */
	char *directory;        /* NULL: none */
	uint8_t prompt;         /* enum screen_prompt */
	int status;         /* of the last ended command; -1: none */
	char prompt_args[PROMPT_ARGS_MAX]; /* of its last start mark: ";k=v..." */
	struct title_entry titles[SCREEN_TITLES_MAX];
	unsigned ntitles;
	uint32_t palette[PALETTE_SIZE]; /* 0, COLOR_UNKNOWN, or COLOR_SET | rgb */
	uint32_t dynamic[10];   /* OSC 10..19 */
	struct picture picture;
	struct picture_size pictures[PICTURES];
	unsigned next_picture;
	struct parser p;
	uint64_t total, ground;
	/* Units of work: see screen_feed_some. During a feed `purse` is the rest of its
	 * budget; at its end the units used are added to `spent`, and `purse` is 0. */
	uint64_t spent;
	int64_t purse;
	unsigned cell_w, cell_h;
	int scheme;
	struct screen_sinks sinks;
};

static inline bool mode_on(struct screen const *s, enum mode_bit m)
{
	return (s->modes >> m) & 1;
}

/* Work that its bytes do not pay for is counted here. */
static inline void spend(struct screen *s, uint64_t units) { s->purse -= (int64_t)units; }

static inline struct row *row_at(struct screen const *s, struct grid const *g, unsigned y)
{
	unsigned i = g->top + y;
	if (i >= s->rows) i -= s->rows;
	return &g->rows[i];
}

static inline unsigned umin(unsigned a, unsigned b) { return a < b ? a : b; }
static inline unsigned umax(unsigned a, unsigned b) { return a > b ? a : b; }

/* n cells were erased: what they named may be free. */
static inline void names_freed(struct screen *s, unsigned n)
{
	s->styles.t.patience -= umin(n, s->styles.t.patience);
	s->clusters.t.patience -= umin(n, s->clusters.t.patience);
	s->links.patience -= umin(n, s->links.patience);
}

static inline struct screen_cell cell_make(uint32_t ch, uint16_t style, uint16_t flags)
{
	return (struct screen_cell){ ch, style, flags };
}

/* table.c */
/* Makes room for twice as many entries (`first` if there are none), up to `max`.
 * Returns the array that replaces `at`, with elements of `each` bytes. NULL:
 * impossible, and `at` stays. Afterwards the hash must be filled again. */
void *table_grow(struct table *t, void *at, size_t each, uint32_t first, uint32_t max);
/* How many refusals to allow after a collection that freed little; at least `least`. */
uint32_t table_patience(struct screen const *s, uint32_t least);
void table_forget(struct table *t); /* empties the hash */
void table_put(struct table *t, uint32_t hash, uint32_t id);

/* style.c */
int styles_init(struct screen *s);
uint16_t style_intern(struct screen *s, struct screen_style const *style); /* 0: refused */
int32_t style_find(struct screen *s, struct screen_style const *style);    /* -1: it has no number */
uint16_t style_pen_intern(struct screen *s);
static inline uint16_t style_pen(struct screen *s) /* the number of the pen's style */
{
	return s->pen_dirty ? style_pen_intern(s) : s->pen_id;
}
uint16_t style_erase(struct screen *s); /* the number of the style with only the pen's background */
bool style_same(struct screen const *a, uint16_t x, struct screen const *b, uint16_t y);

/* cluster.c: adds cp to a cell's content. Returns the new ch, or the old one if there
 * is no room. */
uint32_t cluster_append(struct screen *s, uint32_t ch, uint32_t cp);
unsigned cluster_chars(struct screen const *s, uint32_t ch, uint32_t ret[SCREEN_CLUSTER_MAX]);

/* link.c. Returns 0 if there is no room. */
uint16_t link_intern(struct screen *s, char const *id, size_t id_len, char const *uri, size_t uri_len);
void links_deinit(struct links *l);
int links_clone(struct links *to, struct links const *from);

/* width.c: Unicode 15.0 */
enum gcb {
	GCB_OTHER, GCB_CONTROL, GCB_EXTEND, GCB_ZWJ, GCB_RI, GCB_PREPEND, GCB_SPACING,
	GCB_L, GCB_V, GCB_T, GCB_LV, GCB_LVT, GCB_PICT,
};
unsigned width_of(uint32_t cp);      /* 0, 1 or 2 columns */
enum gcb width_gcb(uint32_t cp);
/* Does cp continue the cluster of these n code points (UAX #29)? */
bool width_joins(uint32_t const *cps, unsigned n, uint32_t cp);
unsigned width_cluster(uint32_t const *cps, unsigned n); /* 1 or 2 */
/* Do terminals differ in the number of columns of these code points, or in joining them
 * with their neighbours? Some count code points, some clusters, and tables have
 * different versions. *ret_most: the largest number of columns. */
bool width_disputed(uint32_t const *cps, unsigned n, unsigned *ret_most);

/* grid.c */
int grid_init(struct grid *g, unsigned rows);
void grid_deinit(struct grid *g, unsigned rows);
struct screen_cell *row_open(struct screen *s, struct row *r, unsigned upto); /* NULL: out of memory */
void row_blank(struct screen *s, struct row *r, uint16_t style);
/* Blanks [x, end) of row y, including wide characters that are cut. keep: spares
 * protected cells; returns whether there were any. */
bool grid_erase(struct screen *s, unsigned y, unsigned x, unsigned end, bool keep);
/* Only a row that scrolls off, not a deleted one, is final. */
enum scroll_why { SCROLL_FEED, SCROLL_WRAP, SCROLL_DELETE };
void grid_scroll_up(struct screen *s, unsigned top, unsigned bottom, unsigned n, enum scroll_why why);
void grid_scroll_down(struct screen *s, unsigned top, unsigned bottom, unsigned n);
void grid_insert_cells(struct screen *s, unsigned y, unsigned x, unsigned n);
void grid_delete_cells(struct screen *s, unsigned y, unsigned x, unsigned n);
void grid_emit(struct screen *s, struct row *r);        /* to the line sink */
void grid_emit_all(struct screen *s);                   /* rows of main down to the last with content */
struct screen_row row_view(struct screen const *s, struct row const *r);
struct screen_cell cell_at(struct screen const *s, struct grid const *g, unsigned y, unsigned x);
void grid_clear(struct screen *s, struct grid *g, uint16_t style);
size_t grids_cells(struct screen const *s); /* cells of both screens, which a walk over them visits */

/* print.c */
void print_cp(struct screen *s, uint32_t cp);
/* Prints the printable ASCII [p, p + n). */
void print_ascii(struct screen *s, unsigned char const *p, size_t n);
void print_repeat(struct screen *s, unsigned n);
uint32_t charset_map(uint8_t set, uint32_t cp);

/* cursor.c */
void cursor_to(struct screen *s, unsigned y, unsigned x);      /* absolute, clamped to the screen */
void cursor_address(struct screen *s, unsigned y, unsigned x); /* like CUP: relative to the origin */
void cursor_save(struct screen *s);
void cursor_restore(struct screen *s);
void cursor_linefeed(struct screen *s, bool wrapping);
void cursor_reverse_index(struct screen *s);
void cursor_tab(struct screen *s, unsigned n);
void cursor_backtab(struct screen *s, unsigned n);
void cursor_return(struct screen *s);
void cursor_up(struct screen *s, unsigned n);
void cursor_down(struct screen *s, unsigned n);
void cursor_right(struct screen *s, unsigned n);
void cursor_left(struct screen *s, unsigned n);
void margins_reset(struct screen *s);
void tabs_default(struct screen *s, unsigned from);
static inline bool tab_at(struct screen const *s, unsigned x) { return (s->tabs[x / 8] >> (x % 8)) & 1; }

/* mode.c */
struct mode_def const *mode_find(bool dec, unsigned number);
/* A mode that is unknown here, and that the program has not switched on. If a terminal
 * has it on, it could not be restored after a reset. */
bool mode_unknown_off(struct screen const *s, bool dec, unsigned number);
void mode_set(struct screen *s, bool dec, unsigned number, bool on);
void mode_save(struct screen *s, unsigned number);
void mode_restore(struct screen *s, unsigned number);
int mode_report(struct screen const *s, bool dec, unsigned number);
void shape_set(struct screen *s, unsigned shape); /* DECSCUSR */
bool mode_virtual(unsigned bit, uint16_t *ret_number); /* the number of a bit >= M_MOUSE */

/* sequence.c */
void sequence_begin(struct screen *s); /* an ESC came */
void sequence_final(struct screen *s, unsigned char c); /* the byte after ESC, or a C1 control minus 0x40 */
void sequence_cancel(struct screen *s); /* CAN, SUB, or a string terminator without a string */
void sequence_byte(struct screen *s, unsigned char c);  /* 0x20 to 0x7e within a sequence */

/* string.c */
void string_begin(struct screen *s, enum string_kind kind);
void string_add(struct screen *s, unsigned char const *data, size_t n);
void string_end(struct screen *s); /* executes it */
/* Is the string complete, with whole characters and no controls, so that a terminal may
 * get it? */
bool string_clean(struct parser const *p);

/* csi.c, esc.c, sgr.c, rect.c, osc.c, dcs.c, query.c, color.c */
void csi_dispatch(struct screen *s, unsigned char final);
void csi_clear(struct screen *s); /* like ED 2, including protected cells */
void esc_dispatch(struct screen *s, unsigned char final);
void control_execute(struct screen *s, unsigned c);
void sgr_apply(struct screen *s);
/* The n bytes after CSI are an SGR sequence; the parser holds its parameters. Applies
 * it and caches its effect. `room` bytes can be read at p. */
void sgr_learn(struct screen *s, unsigned char const *p, size_t n, size_t room);
/* Do the bytes after CSI begin with a sequence that is cached for this pen? If so,
 * applies it and returns its length; 0: parse it. */
size_t sgr_known(struct screen *s, unsigned char const *p, size_t n);
/* Empties the cache. */
void sgr_forget(struct screen *s);
/* Applies one attribute of DECCARA/DECRARA to a style; reverse: toggles it. */
void sgr_rect(struct screen_style *st, unsigned code, bool reverse);
/* Room for n more bytes, or NULL. The caller writes there, then adds to `len`. */
char *buf_room(struct screen_buf *b, size_t n);
void sgr_write(struct screen_style const *st, struct screen_buf *out); /* complete, starting from the default
                                                                        * style */
bool rect_dispatch(struct screen *s, unsigned char final); /* false: not a rectangle operation */
void osc_dispatch(struct screen *s);
void dcs_dispatch(struct screen *s);
void apc_dispatch(struct screen *s);
bool csi_query(struct screen *s, unsigned char final); /* true: it was a query */
void query_answer(struct screen *s, char const *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The parser's string tells whether an OSC, DCS +q or APC is a query. */
void query_span(struct screen *s, enum screen_query kind, char const *fallback);
bool color_parse(char const *str, size_t len, uint32_t *ret_rgb);
/* color_space.c: converts three numbers to intensities from 0 to 1, in place, for a
 * screen whose primaries have these CIE X, Y and Z (one row each). False: not a
 * colour. */
enum color_space { SPACE_RGBI, SPACE_XYZ, SPACE_XYY, SPACE_UVY, SPACE_LAB, SPACE_LUV, SPACE_HVC };
bool color_intensities(enum color_space space, double const primaries[3][3], double v[3]);
void kitty_dispatch(struct screen *s);

/* Parameter i: its value, or def if it is missing or (pos) zero. */
static inline unsigned par(struct screen const *s, unsigned i, unsigned def)
{
	return i < s->p.npar && ((s->p.given >> i) & 1) ? s->p.par[i] : def;
}
static inline unsigned par_pos(struct screen const *s, unsigned i)
{
	unsigned const v = i < s->p.npar ? s->p.par[i] : 0;
	return v ? v : 1;
}

/* withhold.c: viewers must leave out the present sequence */
void withhold(struct screen *s);
void withhold_modes(struct screen *s, bool dec, bool kept, bool some); /* if one of its modes is withheld;
                                                                        * `kept`: they are saved or restored */
/* The same for the present string, which is recognised by its beginning. */
bool withhold_string(struct parser const *p);

/* marks.c: OSC 7 and OSC 133; the argument is what follows their number */
void marks_directory(struct screen *s, char const *uri, size_t len);
void marks_prompt(struct screen *s, char const *text, size_t len);
void marks_forget(struct screen *s); /* of prompts */
void marks_directory_write(struct screen const *s, struct screen_buf *out);
void marks_before(struct screen const *s, struct screen_buf *out); /* while the screen is empty */
void marks_start(struct screen const *s, struct screen_buf *out);  /* a row with ROW_PROMPT begins */
void marks_after(struct screen const *s, struct screen_buf *out);  /* when all rows are painted */

/* picture.c */
void picture_sixel_begin(struct screen *s);
void picture_sixel(struct screen *s, unsigned char const *data, size_t n);
void picture_sixel_end(struct screen *s);
void picture_kitty(struct screen *s, char const *str, size_t len); /* the argument is what follows the G */

/* asked.c */
#define PAGE_STOP (INT64_C(1) << 60) /* a request for a size ends a feed: it uses up the whole budget */
void page_ask(struct screen *s, unsigned rows, unsigned cols); /* the program asks for that size; 0:
                                                                * unchanged */
bool page_window(struct screen *s); /* XTWINOPS; false: it does not ask for a size */
void page_size(struct screen *s, unsigned char inter); /* DECSCPP, DECSNLS */

/* state.c */
void state_soft_reset(struct screen *s);
void state_full_reset(struct screen *s);
void state_alt(struct screen *s, bool on);
void string_set(char **slot, char const *str, size_t len);

/* paint.c: what a painted terminal shows, and the bytes that change it. */
struct painter {
	struct screen const *s; /* the screen whose cells are painted */
	struct screen_buf *out;
	struct screen_style pen; /* the terminal's */
	char const *uri, *id;    /* its open hyperlink, or NULL */
	unsigned y, x;           /* its cursor; x == cols: a wrap is pending */
	bool known;              /* the cursor is certainly at y and x */
	unsigned cols;           /* its width */
	unsigned top, left;      /* its origin, for absolute addressing (DECOM) */
	bool graphemes;          /* its mode 2027 is on */
	bool narrow;             /* VS16 may widen a character to two columns there, and
	                          * this cannot be switched off */
	bool flag;               /* the last painted cell was the first letter of a flag */
	bool wraps;              /* its mode 7 is on, and may be switched off for a cell */
};
void paint_utf8(struct screen_buf *out, uint32_t cp);
void paint_move(struct painter *p, unsigned y, unsigned x);
void paint_style(struct painter *p, struct screen_style const *to);
/* Prints a cell at the cursor. After a cell for which paint_disputed is true, the
 * cursor's position is unknown, so the next cell is positioned explicitly. */
void paint_cell(struct painter *p, struct screen_cell c);
/* paint_move for that cell. Always moves if a terminal might join the cell with the one
 * painted before. */
void paint_to(struct painter *p, struct screen_cell c, unsigned y, unsigned x);
bool flag_letter(struct screen_cell c); /* a regional indicator, alone */
/* *ret_most: the most columns that the cell takes on any terminal. */
#define PAINT_UNDISPUTED 0xa9u /* no character before this one is of disputed width */
bool paint_disputed(struct screen const *s, struct screen_cell c, unsigned *ret_most);
/* Prints the leading cells of a row that are plain ASCII in the style of the first
 * cell. Returns their number. */
unsigned paint_run(struct painter *p, struct screen_cell const *c, unsigned n);
/* Blanks n cells from (y, x) in a style; only its background matters. */
void paint_blank(struct painter *p, unsigned y, unsigned x, unsigned n, struct screen_style const *st);
void paint_title(struct screen_buf *out, unsigned what, char const *str);
/* restore_grid.c: for a terminal that is blank and has the modes of a new one */
void restore_grid(struct painter *p, struct grid const *g);
/* home.c: `h` belongs to the terminal that is written to */
uint64_t home_modes(struct home const *h);                             /* modes that it had */
uint64_t home_shown(struct screen const *s, struct home const *h);     /* modes that it has while it shows s */
bool home_narrow(struct home const *h);                                /* it does not know mode 2027 */
uint64_t home_touched(struct screen const *s);                         /* modes to write although they have
                                                                        * their default value */
void home_mouse_undo(struct screen const *s, struct screen_buf *out);

/* home.c: restores every colour that was set. */
void undo_colors(struct screen const *s, struct screen_buf *out);
void paint_colors(struct screen const *from, struct screen const *to, struct screen_buf *out);
bool style_eq(struct screen_style const *a, struct screen_style const *b);

#endif
