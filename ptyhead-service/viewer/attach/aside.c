/* SPDX-License-Identifier: ISC */
#include "aside.h"

#include <string.h>

void aside_deinit(struct aside *a)
{
	for (int i = 0; i < SCREEN_ASIDES; i++) screen_buf_deinit(&a->text[i]);
	screen_buf_deinit(&a->queries);
}

static void on_bell(void *arg)
{
	struct aside *const a = arg;
	a->bell = true;
}

/* Does ESC ]99;KEY=VALUE:KEY=VALUE;TEXT contain d=0? */
static bool has_more(char const *text, size_t len)
{
	static size_t const intro = 5;
	char const *const end = len > intro ? memchr(text + intro, ';', len - intro) : NULL;

	for (char const *p = text + intro; end && p + 3 <= end; p++)
		if ((p == text + intro || p[-1] == ':') && !memcmp(p, "d=0", 3) && (p + 3 == end || p[3] == ':')) return true;
	return false;
}

static void on_aside(void *arg, enum screen_aside kind, char const *text, size_t len)
{
	struct aside *const a = arg;
	struct screen_buf *const b = &a->text[kind];
	bool const part = kind == SCREEN_NOTIFY_99 && a->goes_on;

	if (!part || b->len + len > SCREEN_CLIPBOARD_MAX) screen_buf_clear(b);
	if (kind == SCREEN_NOTIFY_99) a->goes_on = has_more(text, len);
	screen_buf_add(b, text, len);
}

static void on_query(void *arg, struct screen_span const *span)
{
	struct aside *const a = arg;
	if (span->kind == SCREEN_QUERY_TERMINAL && span->whole) screen_buf_add(&a->queries, span->text, span->text_len);
}

/* Rows that were cleared did not scroll off; a terminal would not have them either. */
static void on_line(void *arg, struct screen const *s, struct screen_row const *row)
{
	struct aside *const a = arg;
	if (a->gone && !row->cleared) rows_add(a->gone, s, row);
}

static void on_forget(void *arg)
{
	struct aside *const a = arg;
	if (a->gone) rows_clear(a->gone);
}

struct screen_sinks aside_sinks_rows(struct aside *a)
{
	return (struct screen_sinks){ .arg = a, .line = on_line, .forget = on_forget };
}

struct screen_sinks aside_sinks(struct aside *a, bool queries)
{
	struct screen_sinks sinks = aside_sinks_rows(a);

	sinks.bell = on_bell;
	sinks.aside = on_aside;
	sinks.query = queries ? on_query : NULL;
	return sinks;
}

void aside_put(struct aside *a, struct screen_buf *out)
{
	for (int i = 0; i < SCREEN_ASIDES; i++) {
		struct screen_buf *const b = &a->text[i];
		if (b->len > 0 && !b->failed) screen_buf_add(out, b->data, b->len);
		screen_buf_deinit(b);
		*b = (struct screen_buf)SCREEN_BUF_INIT;
	}
	if (a->bell) screen_buf_str(out, "\a");
	a->bell = false;
}
