/* SPDX-License-Identifier: ISC */
#include "resizing.h"

/* While a window is dragged, its size changes again and again. By the time a remote
 * terminal gets a picture, it may have another size. */
#define NEAR_MS 5
#define DRAG_MAX_MS 300
/* Sizes that come in quick succession count as one change: a picture for one of them would
 * come when the terminal has the next. tmux has a size up to 250 ms before it tells it. */
#define CALM_MS 50
#define CALM_MAX_MS 1000
/* A terminal may have another size before it reports it. Do not wait for terminals that
 * never report it. */
#define MISS_MS 30
#define MISSES_MAX 20
/* how long to wait until the program's terminal takes our size */
#define FOLLOW_MS 200

void resizing_begin(struct resizing *r, int rtt_ms, int64_t now)
{
	int const far = rtt_ms > NEAR_MS ? 2 * rtt_ms : 0;

	r->stale = r->asking;
	r->misses = 0;
	if (now - r->at >= CALM_MS) r->since = now;
	r->at = now;
	r->ask_at = now + (far < CALM_MS ? CALM_MS : far < DRAG_MAX_MS ? far : DRAG_MAX_MS);
	if (r->ask_at > r->since + CALM_MAX_MS) r->ask_at = r->since + CALM_MAX_MS;
}

bool resizing_follows(struct resizing const *r)
{
	return !r->asking && !r->alone && !r->full;
}

int64_t resizing_due(struct resizing const *r)
{
	int64_t const last = r->at + FOLLOW_MS;

	if (r->asking) return r->until;
	return resizing_follows(r) && !r->same && last > r->ask_at ? last : r->ask_at;
}

bool resizing_ask(struct resizing *r, int patience_ms, int64_t now)
{
	bool const late = r->asking || patience_ms == 0;

	r->asking = !late;
	r->stale = false;
	r->alone = !r->same;
	r->until = now + patience_ms;
	return !late;
}

void resizing_missed(struct resizing *r, int64_t now)
{
	r->misses++;
	if (!r->asking) r->ask_at = now + MISS_MS;
}

bool resizing_answered(struct resizing *r, struct answers const *a, unsigned rows, unsigned cols, int64_t now)
{
	bool const other = a->rows && (a->rows != rows || a->cols != cols);

	r->asking = false;
	if (r->stale) return false;
	if (!other || r->misses++ >= MISSES_MAX) return true;
	r->ask_at = now + MISS_MS;
	return false;
}
