/* SPDX-License-Identifier: ISC */
#include "render.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "printable.h"
#include "utf8.h"
#include "when.h"

static bool blank(struct screen const *s, struct screen_cell c)
{
	return !c.ch && !(c.flags & SCREEN_CELL_SPACER) && !screen_style_get(s, c.style).bg;
}

/* The number of cells of a row, up to the last one that shows something. */
static unsigned shown(struct screen const *s, struct screen_row const *row)
{
	unsigned n = row->len;
	while (n > 0 && blank(s, row->cells[n - 1])) n--;
	return n;
}

/* The number of cells from x on with the same look. */
static unsigned run_end(struct screen_row const *row, unsigned x, unsigned n)
{
	unsigned end = x + 1;
	while (end < n && (row->cells[end].style == row->cells[x].style || row->cells[end].flags & SCREEN_CELL_SPACER)) end++;
	return end;
}

/* ---- text -------------------------------------------------------------------- */

static void stamp(struct render const *r, uint64_t time, struct screen_buf *out)
{
	char text[WHEN_MAX];

	if (!r->past || !r->past->ages) return;
	size_t const n = time ? when_print(time, text) : 0;
	if (n > 0) screen_buf_add(out, text, n);
	else screen_buf_str(out, "-");
	screen_buf_str(out, " ");
}

void render_text(struct render const *r, bool sgr, struct screen_buf *out)
{
	unsigned rows = screen_rows(r->screen);

	for (unsigned i = 0; r->past && i < r->past->len; i++) {
		struct past_line const *const l = past_at(r->past, i);
		stamp(r, l->time, out);
		if (l->len > 0) screen_buf_add(out, l->data, l->len);
		screen_buf_str(out, "\n");
	}
	for (; rows > 0; rows--) {
		struct screen_row const row = screen_row(r->screen, SCREEN_ACTIVE, rows - 1);
		if (shown(r->screen, &row) > 0) break;
	}
	for (unsigned y = 0; y < rows; y++) {
		struct screen_row const row = screen_row(r->screen, SCREEN_ACTIVE, y);
		if (r->past && r->past->ages) stamp(r, ages_row(r->past->ages, r->screen, y), out);
		size_t const from = out->len;
		if (sgr) screen_row_sgr(r->screen, &row, out);
		else screen_row_text(r->screen, &row, out);
		while (!sgr && out->len > from && out->data[out->len - 1] == ' ') out->len--;
		screen_buf_str(out, "\n");
	}
}

/* ---- JSON -------------------------------------------------------------------- */

static void json_text(struct screen_buf *out, char const *text)
{
	json_string(text, strlen(text), out);
}

static void json_color(struct screen_buf *out, char const *key, uint32_t c)
{
	if (SCREEN_COLOR_KIND(c) == SCREEN_INDEXED) screen_buf_fmt(out, ",\"%s\":%u", key, SCREEN_COLOR_VALUE(c));
	if (SCREEN_COLOR_KIND(c) == SCREEN_RGB) screen_buf_fmt(out, ",\"%s\":\"#%06x\"", key, SCREEN_COLOR_VALUE(c));
}

static void json_style(struct screen const *s, struct screen_style st, struct screen_buf *out)
{
	static struct { unsigned bit; char const *key; } const keys[] = {
		{ SCREEN_BOLD, "bold" }, { SCREEN_FAINT, "faint" }, { SCREEN_ITALIC, "italic" }, { SCREEN_BLINK, "blink" },
		{ SCREEN_INVERSE, "inverse" }, { SCREEN_INVISIBLE, "invisible" }, { SCREEN_STRIKE, "strike" },
		{ SCREEN_OVERLINE, "overline" },
	};
	static char const *const underlines[8] = { "", "single", "double", "curly", "dotted", "dashed", "single", "single" };
	char const *id;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (st.attrs & keys[i].bit) screen_buf_fmt(out, ",\"%s\":true", keys[i].key);
	if (SCREEN_UNDERLINE(st.attrs)) screen_buf_fmt(out, ",\"underline\":\"%s\"", underlines[SCREEN_UNDERLINE(st.attrs)]);
	json_color(out, "fg", st.fg);
	json_color(out, "bg", st.bg);
	json_color(out, "underline_color", st.ul);
	char const *const uri = screen_link(s, st.link, &id);
	if (!uri) return;
	screen_buf_str(out, ",\"link\":");
	json_text(out, uri);
}

static void json_cells(struct screen const *s, struct screen_row const *row, unsigned x, unsigned end, struct screen_buf *out)
{
	uint32_t cps[SCREEN_CLUSTER_MAX];
	screen_buf_str(out, "\"");
	for (; x < end; x++) {
		if (row->cells[x].flags & SCREEN_CELL_SPACER) continue;
		unsigned const n = screen_cell_chars(s, row->cells[x], cps);
		if (n == 0) screen_buf_str(out, " ");
		for (unsigned i = 0; i < n; i++) json_char(cps[i], out);
	}
	screen_buf_str(out, "\"");
}

void render_json_row(struct screen const *s, struct screen_row const *row, struct screen_buf *out)
{
	unsigned const n = shown(s, row);
	screen_buf_str(out, "{\"text\":");
	json_cells(s, row, 0, n, out);
	screen_buf_fmt(out, ",\"wrapped\":%s,\"runs\":[", row->wrapped ? "true" : "false");
	for (unsigned x = 0; x < n;) {
		unsigned const end = run_end(row, x, n);
		screen_buf_fmt(out, "%s{\"columns\":%u,\"text\":", x ? "," : "", end - x);
		json_cells(s, row, x, end, out);
		json_style(s, screen_style_get(s, row->cells[x].style), out);
		screen_buf_str(out, "}");
		x = end;
	}
	screen_buf_str(out, "]}");
}

static char const *yes(bool b)
{
	return b ? "true" : "false";
}

static void json_modes(struct screen const *s, struct screen_buf *out)
{
	struct screen_input const in = screen_input(s);
	screen_buf_fmt(out,
	               "\"modes\":{\"cursor_keys\":%s,\"keypad\":%s,\"paste\":%s,\"focus\":%s,\"newline\":%s,\"backarrow\":%s,"
	               "\"mouse\":%u,\"mouse_encoding\":%u,\"kitty\":%u,\"modify_other\":%d,\"reverse\":%s,\"insert\":%s,"
	               "\"autowrap\":%s,\"origin\":%s}",
	               yes(in.cursor_keys), yes(in.keypad), yes(in.paste), yes(in.focus), yes(in.newline), yes(in.backarrow),
	               in.mouse, in.mouse_enc, in.kitty, in.modify_other, yes(screen_mode(s, true, 5) == 1),
	               yes(screen_mode(s, false, 4) == 1), yes(screen_mode(s, true, 7) == 1), yes(screen_mode(s, true, 6) == 1));
}

static void json_run(struct tape_state const *t, struct screen_buf *out)
{
	bool const alive = t->flags & TAPE_ALIVE;
	screen_buf_fmt(out, "\"run\":{\"number\":%" PRIu32 ",\"alive\":%s,\"pid\":", t->run, yes(alive));
	if (alive) screen_buf_fmt(out, "%d", (int)t->pid);
	else screen_buf_str(out, "null");
	screen_buf_str(out, ",\"wait_status\":");
	if (!alive && (t->flags & TAPE_ENDED_KNOWN)) screen_buf_fmt(out, "%d", (int)t->status);
	else screen_buf_str(out, "null");
	screen_buf_fmt(out, ",\"%s\":", alive ? "started" : "ended");
	if (t->since) screen_buf_fmt(out, "%" PRIu64 ".%03" PRIu64 "}", t->since / 1000000000u, t->since / 1000000u % 1000u);
	else screen_buf_str(out, "null}");
}

/* State that a shell reports: OSC 7 and OSC 133. */
static void json_shell(struct screen const *s, struct screen_buf *out)
{
	static char const *const places[] = {
		[SCREEN_PROMPT_NONE] = "none",     [SCREEN_PROMPT_START] = "prompt", [SCREEN_PROMPT_INPUT] = "input",
		[SCREEN_PROMPT_OUTPUT] = "output", [SCREEN_PROMPT_DONE] = "done",
	};
	int status;
	enum screen_prompt const at = screen_prompt(s, &status);
	screen_buf_str(out, "\"shell\":{\"directory\":");
	json_text(out, screen_directory(s));
	screen_buf_fmt(out, ",\"at\":\"%s\",\"exit_status\":", places[at]);
	if (status >= 0) screen_buf_fmt(out, "%d}", status);
	else screen_buf_str(out, "null}");
}

void render_json(struct render const *r, struct screen_buf *out)
{
	struct screen const *const s = r->screen;
	struct screen_cursor const c = screen_cursor(s);

	screen_buf_fmt(out, "{\"version\":1,\"rows\":%u,\"columns\":%u,\"alternate\":%s,", screen_rows(s), screen_cols(s),
	               yes(screen_alt(s)));
	screen_buf_fmt(out, "\"cursor\":{\"row\":%u,\"column\":%u,\"visible\":%s,\"pending_wrap\":%s,\"shape\":%u},\"title\":",
	               c.y, c.x, yes(c.visible), yes(c.pending), c.shape);
	json_text(out, screen_title(s));
	screen_buf_str(out, ",\"icon\":");
	json_text(out, screen_icon(s));
	screen_buf_str(out, ",");
	json_modes(s, out);
	screen_buf_str(out, ",");
	json_shell(s, out);
	screen_buf_str(out, ",");
	json_run(r->state, out);
	screen_buf_str(out, ",\"history\":[");
	for (unsigned i = 0; r->past && i < r->past->len; i++) {
		struct past_line const *const l = past_at(r->past, i);
		if (l->len == 0) continue; /* out of memory for this row */
		if (i) screen_buf_str(out, ",");
		screen_buf_add(out, l->data, l->len);
	}
	screen_buf_str(out, "],\"lines\":[");
	for (unsigned y = 0; y < screen_rows(s); y++) {
		struct screen_row const row = screen_row(s, SCREEN_ACTIVE, y);
		if (y) screen_buf_str(out, ",");
		render_json_row(s, &row, out);
	}
	screen_buf_str(out, "]}\n");
}

/* ---- HTML -------------------------------------------------------------------- */

#define FOREGROUND 0xd0d0d0u
#define BACKGROUND 0x000000u

static void html_cp(struct screen_buf *out, uint32_t c)
{
	char buf[UTF8_MAX];

	if (c == '<') screen_buf_str(out, "&lt;");
	else if (c == '>') screen_buf_str(out, "&gt;");
	else if (c == '&') screen_buf_str(out, "&amp;");
	else if (c == '"') screen_buf_str(out, "&quot;");
	else if (c == '\'') screen_buf_str(out, "&#39;");
	else screen_buf_add(out, buf, utf8_put(printable(c) ? c : UTF8_REPLACEMENT, buf));
}

static void html_text(struct screen_buf *out, char const *text)
{
	uint8_t const *const p = (uint8_t const *)text;
	size_t const len = strlen(text);
	uint32_t c;

	for (size_t i = 0; i < len;) {
		i += utf8_get(p + i, len - i, &c);
		html_cp(out, c);
	}
}

static uint32_t html_rgb(struct screen const *s, uint32_t c, unsigned osc, uint32_t otherwise)
{
	uint32_t rgb = 0;
	if (SCREEN_COLOR_KIND(c) == SCREEN_RGB) return SCREEN_COLOR_VALUE(c);
	if (SCREEN_COLOR_KIND(c) == SCREEN_INDEXED)
		return screen_palette(s, SCREEN_COLOR_VALUE(c), &rgb) ? rgb : screen_palette_default(SCREEN_COLOR_VALUE(c));
	return screen_dynamic(s, osc, &rgb) ? rgb : otherwise;
}

static void html_style(struct screen const *s, struct screen_style st, struct screen_buf *out)
{
	static char const *const underlines[8] = { "", "", " double", " wavy", " dotted", " dashed", "", "" };
	bool const inverse = st.attrs & SCREEN_INVERSE;
	uint32_t const fg = html_rgb(s, st.fg, 10, FOREGROUND);
	uint32_t const bg = html_rgb(s, st.bg, 11, BACKGROUND);
	unsigned const ul = SCREEN_UNDERLINE(st.attrs);
	if (inverse || st.fg) screen_buf_fmt(out, "color:#%06x;", inverse ? bg : fg);
	if (inverse || st.bg) screen_buf_fmt(out, "background:#%06x;", inverse ? fg : bg);
	if (st.attrs & SCREEN_BOLD) screen_buf_str(out, "font-weight:bold;");
	if (st.attrs & SCREEN_FAINT) screen_buf_str(out, "opacity:.6;");
	if (st.attrs & SCREEN_ITALIC) screen_buf_str(out, "font-style:italic;");
	if (st.attrs & SCREEN_INVISIBLE) screen_buf_str(out, "visibility:hidden;");
	if (ul || st.attrs & (SCREEN_STRIKE | SCREEN_OVERLINE)) {
		screen_buf_fmt(out, "text-decoration:%s%s%s%s;", ul ? " underline" : "", st.attrs & SCREEN_STRIKE ? " line-through" : "",
		               st.attrs & SCREEN_OVERLINE ? " overline" : "", underlines[ul]);
		if (st.ul) screen_buf_fmt(out, "text-decoration-color:#%06x;", html_rgb(s, st.ul, 10, FOREGROUND));
	}
}

static void html_cells(struct screen const *s, struct screen_row const *row, unsigned x, unsigned end, struct screen_buf *out)
{
	uint32_t cps[SCREEN_CLUSTER_MAX];
	for (; x < end; x++) {
		if (row->cells[x].flags & SCREEN_CELL_SPACER) continue;
		unsigned const n = screen_cell_chars(s, row->cells[x], cps);
		if (n == 0) screen_buf_str(out, " ");
		for (unsigned i = 0; i < n; i++) html_cp(out, cps[i]);
	}
}

/* A hyperlink's address, if a page may link to it: http or https, in ASCII (RFC 3986).
 * Other kinds could run scripts or open files. NULL: no. */
static char const *html_link(struct screen const *s, struct screen_style st)
{
	char const *id;
	char const *const uri = st.link ? screen_link(s, st.link, &id) : NULL;
	if (!uri || (strncasecmp(uri, "http://", 7) != 0 && strncasecmp(uri, "https://", 8) != 0)) return NULL;
	for (char const *p = uri; *p; p++)
		if (*p <= ' ' || *p > '~') return NULL;
	return uri;
}

void render_html_row(struct screen const *s, struct screen_row const *row, struct screen_buf *out)
{
	unsigned const n = shown(s, row);
	for (unsigned x = 0; x < n;) {
		unsigned const end = run_end(row, x, n);
		struct screen_buf style = SCREEN_BUF_INIT;
		struct screen_style const st = screen_style_get(s, row->cells[x].style);
		char const *const link = html_link(s, st);
		html_style(s, st, &style);
		if (link) {
			screen_buf_str(out, "<a rel=\"noopener noreferrer\" href=\"");
			html_text(out, link);
			screen_buf_str(out, "\">");
		}
		if (style.len) {
			screen_buf_str(out, "<span style=\"");
			screen_buf_add(out, style.data, style.len);
			screen_buf_str(out, "\">");
		}
		html_cells(s, row, x, end, out);
		if (style.len) screen_buf_str(out, "</span>");
		if (link) screen_buf_str(out, "</a>");
		screen_buf_deinit(&style);
		x = end;
	}
}

void render_html(struct render const *r, struct screen_buf *out)
{
	struct screen const *const s = r->screen;

	screen_buf_fmt(out, "<pre style=\"color:#%06x;background:#%06x;font-family:monospace;unicode-bidi:bidi-override;width:%uch\" title=\"",
	               html_rgb(s, 0, 10, FOREGROUND), html_rgb(s, 0, 11, BACKGROUND), screen_cols(s));
	html_text(out, screen_title(s));
	screen_buf_str(out, "\">\n");
	for (unsigned i = 0; r->past && i < r->past->len; i++) {
		struct past_line const *const l = past_at(r->past, i);
		if (l->len > 0) screen_buf_add(out, l->data, l->len);
		screen_buf_str(out, "\n");
	}
	for (unsigned y = 0; y < screen_rows(s); y++) {
		struct screen_row const row = screen_row(s, SCREEN_ACTIVE, y);
		render_html_row(s, &row, out);
		screen_buf_str(out, "\n");
	}
	screen_buf_str(out, "</pre>\n");
}
