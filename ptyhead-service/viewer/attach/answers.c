/* SPDX-License-Identifier: ISC */
#include "answers.h"

#include <string.h>

void answers_init(struct answers *a)
{
	memset(a, 0, sizeof *a);
	a->rtt_ms = -1;
}

void answers_ask(struct answers *a, unsigned what, int64_t now, struct screen_buf *out)
{
	if (a->n == ANSWERS_MAX) return;
	a->due[a->n].what = what;
	a->due[a->n++].at = now;
	screen_buf_str(out, "\033[5n");
	/* The size is the cursor's position after a move to the far corner: few
	 * terminals answer a question for the size. */
	if (what & ANSWERS_PLACE) screen_buf_fmt(out, "\033[6n\0337\033[%u;%uH\033[6n\0338", SCREEN_SIZE_MAX, SCREEN_SIZE_MAX);
	if (what & ANSWERS_HOME) {
		screen_buf_str(out, "\033[>q\033[>c");
		screen_home_ask(out);
	}
	screen_buf_str(out, "\033[c");
}

static void forget(struct answers *a, unsigned n)
{
	a->n -= n;
	memmove(a->due, a->due + n, a->n * sizeof *a->due);
	a->open = false;
}

bool answers_owed(struct answers *a, int64_t now)
{
	while (a->n > 0 && now - a->due[0].at > ANSWERS_PATIENCE_MS) forget(a, 1);
	return a->n > 0;
}

/* The first question of this kind: earlier ones may have been dropped before they were
 * sent. */
static unsigned answered(struct answers const *a)
{
	for (unsigned i = 0; i < a->n; i++)
		if (!(a->due[i].what & ANSWERS_PLACE) == !a->placed) return i;
	return 0;
}

/* Terminals without a name, by version or by secondary attributes: the Linux console
 * and st. xterm answers 41;VERSION;0, as do its imitators; from version 354 on it also
 * has a name. */
static bool flows(int const p[TOKEN_PARAMS][TOKEN_SUBS])
{
	bool const screen = p[0][0] == 83;
	bool const xterm = p[0][0] == 41 && p[1][0] < 354 && p[2][0] == 0;
	return !screen && !xterm;
}

static bool name(struct answers *a, struct token const *t)
{
	static char const xterm[] = "\033P>|XTerm(";

	if (t->len < 4 || memcmp(t->data, xterm, 4) != 0) return false;
	a->named = true;
	a->flows = t->len < sizeof xterm - 1 || memcmp(t->data, xterm, sizeof xterm - 1) != 0;
	return true;
}

static void complete(struct answers *a, int64_t now)
{
	unsigned const i = answered(a);

	a->rtt_ms = (int)(now - a->due[i].at);
	if (a->due[i].what & ANSWERS_END) a->end_new = true;
	if (a->due[i].what & ANSWERS_HOME) {
		a->home_new = true;
		a->cuts = !a->named || !a->flows;
	}
	if (a->placed) a->place_new = true;
	a->of_picture = a->due[i].what & ANSWERS_PICTURE;
	forget(a, i + 1);
}

int answers_patience(struct answers *a, bool busy, int64_t now)
{
	int const far = busy ? ANSWERS_WAIT_MAX_MS : 4 * a->rtt_ms;

	if (a->rtt_ms < 0) return answers_owed(a, now) && now - a->due[0].at < ANSWERS_WAIT_MS ? ANSWERS_WAIT_MS : 0;
	return far < ANSWERS_WAIT_MS ? ANSWERS_WAIT_MS : far < ANSWERS_WAIT_MAX_MS ? far : ANSWERS_WAIT_MAX_MS;
}

bool answers_home(struct answers const *a)
{
	for (unsigned i = 0; a->open && i < a->n; i++)
		if (a->due[i].what & ANSWERS_HOME) return true;
	return false;
}

static bool in_order(struct answers *a, struct token const *t, int64_t now)
{
	int p[TOKEN_PARAMS][TOKEN_SUBS];
	uint8_t const prefix = token_params(t, p);

	if (token_intermediate(t)) return false;
	switch (token_final(t)) {
	case 'n':
		if (prefix || p[0][0] != 0 || a->open) return false;
		a->open = true;
		a->placed = a->named = false;
		a->rows = a->cols = 0;
		return true;
	case 'R':
		if (prefix || !a->open || p[0][0] < 1 || p[1][0] < 1) return false;
		if (a->placed) {
			a->rows = (unsigned)p[0][0];
			a->cols = (unsigned)p[1][0];
			return true;
		}
		a->y = (unsigned)p[0][0] - 1;
		a->x = (unsigned)p[1][0] - 1;
		a->placed = true;
		return true;
	case 'c':
		if (prefix == '>' && answers_home(a)) {
			if (!a->named) a->flows = flows(p);
			a->named = true;
			return true;
		}
		if (prefix != '?' || !a->open) return false;
		complete(a, now);
		return true;
	default: return false;
	}
}

bool answers_take(struct answers *a, struct token const *t, int64_t now)
{
	if (!answers_owed(a, now)) return false;
	if (t->kind == TOKEN_STRING) return answers_home(a) && name(a, t);
	return t->kind == TOKEN_CSI && in_order(a, t, now);
}
