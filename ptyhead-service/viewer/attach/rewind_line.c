/* SPDX-License-Identifier: ISC */
/* The line that shows the position in the past, and the keys. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "place.h"
#include "printable.h"
#include "rewind.h"

#define SECOND_NS UINT64_C(1000000000)

static char const help[] = "Left/Right step, Up/Down 1 s, PgUp/PgDn 1 min, Home run, t time, Space play, +/- speed, / find, n again, s line, q live";
static char const help_short[] = "</> step ^/v 1s PgUp/Dn 1m Home run t time Spc play +/- /,n find s line q live";
static char const pointer[] = "?:keys q:live";
static char const way_out[] = "q:live";

struct line {
	char *at;
	size_t left; /* columns left */
};

__attribute__((format(printf, 2, 3)))
static void add(struct line *l, char const *format, ...)
{
	va_list ap;
	va_start(ap, format);
	int const n = vsnprintf(l->at, l->left + 1, format, ap);
	va_end(ap);
	size_t const taken = n < 0 ? 0 : (size_t)n < l->left ? (size_t)n : l->left;
	l->at += taken;
	l->left -= taken;
}

static void add_ago(struct line *l, uint64_t ns)
{
	uint64_t const s = ns / SECOND_NS;
	if (s >= 86400) add(l, "-%" PRIu64 "d%02u:%02u", s / 86400, (unsigned)(s / 3600 % 24), (unsigned)(s / 60 % 60));
	else if (s >= 3600) add(l, "-%u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60), (unsigned)(s % 60));
	else add(l, "-%u:%02u", (unsigned)(s / 60), (unsigned)(s % 60));
}

/* When the output that is shown came. */
static void add_time(struct line *l, struct rewind const *w, uint64_t wall)
{
	struct tape_reader r = w->tape;
	struct tm tm, today;
	char text[32];

	if (r.pos > tape_reader_oldest(&r)) (void)tape_reader_seek(&r, r.pos - 1);
	uint64_t const time = place_time(&r, 0);
	time_t const at = (time_t)(time / SECOND_NS), now = (time_t)(wall / SECOND_NS);
	if (time == 0 || !localtime_r(&at, &tm) || !localtime_r(&now, &today)) return;
	bool const same = tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year;
	if (!strftime(text, sizeof text, same ? "%T" : "%F %T", &tm)) return;
	add_ago(l, wall > time ? wall - time : 0);
	add(l, " %s ", text);
}

static void add_place(struct line *l, struct rewind const *w, uint64_t wall)
{
	struct tape_state const *const s = &w->replay->state;

	add_time(l, w, wall);
	if (s->run > 0) add(l, "run %u%s ", (unsigned)s->run, s->flags & TAPE_ALIVE ? "" : " ended");
	add(l, "@%" PRIu64 "%s ", w->at, w->replay->exact ? "" : " about");
	bool const plays = w->doing == REWIND_PLAYS;
	if (plays || w->speed > 1) add(l, "%s x%u ", plays ? "plays" : "speed", w->speed);
	uint64_t const wait = plays ? rewind_play_wait(w) / 1000u : 0;
	if (wait > 0) add(l, "next in %" PRIu64 ":%02u ", wait / 60, (unsigned)(wait % 60));
}

/* The typed text. Characters that do not take one column are shown as ?. */
static void add_text(struct line *l, char const *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char const c = (unsigned char)text[i];
		if ((c & 0xC0) != 0x80) add(l, "%c", c < 128 ? c : '?');
	}
}

/* The way out is always shown if anything is. */
static void add_state(struct line *l, struct rewind const *w, uint64_t wall)
{
	char const *const way = l->left > 2 * sizeof pointer + 4 ? pointer : l->left > 2 * sizeof way_out ? way_out : "";
	size_t const kept = strlen(way);

	l->left -= kept;
	if (w->said) add(l, "%s ", w->said);
	add_place(l, w, wall);
	l->left += kept;
	if (l->left > sizeof help) add(l, " %s", help);
	else add(l, "%s", way);
}

void rewind_line(struct rewind const *w, unsigned cols, uint64_t wall, char ret[REWIND_LINE_MAX])
{
	struct line l = { ret, cols < REWIND_LINE_MAX - 1 ? cols : REWIND_LINE_MAX - 1 };

	*ret = '\0';
	if (w->hidden && !w->said && !w->help && w->doing != REWIND_ASKS && w->doing != REWIND_SEARCHES) return;
	if (w->doing == REWIND_ASKS) {
		add(&l, w->asks == 't' ? "go to (offset, 14:30, 10 min ago): " : "find further back: ");
		add_text(&l, w->typed, w->typed_len);
		add(&l, "_");
	} else if (w->doing == REWIND_SEARCHES) {
		uint64_t const all = w->search->until - w->search->from;
		uint64_t const pos = w->search->tape.pos;
		add(&l, "looking for ");
		add_text(&l, w->text, w->len);
		add(&l, ", %u%%", all && pos > w->search->from ? (unsigned)((pos - w->search->from) * 100 / all) : 0);
	} else if (w->help) {
		add(&l, "%s", l.left >= strlen(help) ? help : help_short);
	} else {
		add_state(&l, w, wall);
	}
	add(&l, "%*s", (int)l.left, "");
}
