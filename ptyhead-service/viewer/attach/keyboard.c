/* SPDX-License-Identifier: ISC */
#include "keyboard.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

/* The head answers programs that ask for the colour scheme, and reports its changes. */
static void scheme_tell(struct keyboard *k)
{
	char text[16];
	if (!k->face->answers.home_new) return;
	k->face->answers.home_new = false;
	int const scheme = screen_home_scheme(k->face->canvas.term);
	if (scheme == 0 || k->link->watch || !k->link->attached.scheme) return;
	int const n = snprintf(text, sizeof text, "\033[?997;%dn", scheme);
	headlink_input(k->link, (uint8_t const *)text, (size_t)n);
}

/* While the past is shown, nothing is typed into the program. */
static void take_past(struct keyboard *k, struct token const *t, int64_t now)
{
	if (keys_no_press(t)) {
		/* The program may have asked for it. */
		if (t->kind != TOKEN_MOUSE) headlink_input(k->link, t->data + t->sent, t->len - t->sent);
		return;
	}
	rewind_take(k->rewind, t, now);
	if (k->rewind->on) return;
	k->left_by = t->data[t->len - 1];
	k->left = now + KEYBOARD_LEFT_MS;
}

static void past_found(struct keyboard *k)
{
	keys_forget(&k->past);
	if (k->rewind->on) rewind_end(k->rewind);
	else rewind_begin(k->rewind);
}

/* The key that left the past is still held down. */
static bool repeats(struct keyboard *k, struct token const *t, int64_t now)
{
	if (k->left_by == 0) return false;
	bool same = t->kind == TOKEN_TEXT && now < k->left;
	for (size_t i = 0; same && i < t->len; i++) same = t->data[i] == k->left_by;
	if (same) k->left = now + KEYBOARD_LEFT_MS;
	else k->left_by = 0;
	return same;
}

/* The next key shows that the key for the past was pressed once. That next key already
 * moves through the past. `before`: the token begins with the key for the past. */
static void take_behind(struct keyboard *k, struct token const *t, bool before, int64_t now)
{
	struct token rest = *t;

	if (t->kind == TOKEN_TEXT && !before) {
		uint8_t const *const key = memchr(t->data, k->past.step[0], t->len);
		if (!key) return;
		rest.data = key + 1;
		rest.len = t->len - (size_t)(rest.data - t->data);
	}
	if (rest.len > 0) take_past(k, &rest, now);
}

/* Input that does not contain the detach keys. */
static void pass(struct keyboard *k, struct token const *t, int64_t now)
{
	uint8_t out[TOKENS_HELD_MAX + 2 * KEYS_HELD_MAX];
	bool const before = keys_pressed(&k->past);
	struct token rest;
	bool found;

	if (repeats(k, t, now)) return;
	bool const any = keys_filter(&k->past, t, out, &rest, &found);
	if (any && k->rewind->on) take_past(k, &rest, now);
	else if (any) headlink_input(k->link, rest.data + rest.sent, rest.len - rest.sent);
	if (found) past_found(k);
	if (found && k->past.n == 1 && k->rewind->on) take_behind(k, t, before, now);
	if (!before && keys_pressed(&k->past)) k->past_pressed = now + KEYS_TWICE_MS;
}

static bool take(struct keyboard *k, struct token const *t, int64_t now)
{
	uint8_t out[TOKENS_HELD_MAX + KEYS_HELD_MAX];
	bool const before = keys_pressed(&k->keys);
	struct token part = *t, rest;
	bool found = false;
	struct mouse_view view;
	size_t len;

	if (face_answer(k->face, t, now)) {
		scheme_tell(k);
		return false;
	}
	if (face_mouse(k->face, &view) && mouse_moved(&view, t, out, &len)) {
		headlink_input(k->link, out, len);
		return false;
	}
	/* The text may be longer than the buffer. */
	do {
		part.len = t->data + t->len - part.data < TOKENS_HELD_MAX ? (size_t)(t->data + t->len - part.data) : TOKENS_HELD_MAX;
		if (keys_filter(&k->keys, &part, out, &rest, &found)) pass(k, &rest, now);
		part.data += part.len;
	} while (!found && part.data < t->data + t->len);
	if (!before && keys_pressed(&k->keys)) k->pressed = now + KEYS_TWICE_MS;
	return found;
}

/* The characters of a report must not be taken for keys. */
static void mouse_form(struct keyboard *k)
{
	k->tokens.mouse = k->tokens.mouse_utf8 = false;
	if (!k->face->tty || k->rewind->on) return;
	struct screen_input const in = screen_input(canvas_screen(&k->face->canvas));
	k->tokens.mouse = in.mouse != 0 && (in.mouse_enc == 0 || in.mouse_enc == 1005);
	k->tokens.mouse_utf8 = in.mouse_enc == 1005;
}

bool keyboard_take(struct keyboard *k, uint8_t const *data, size_t len, int64_t now)
{
	struct token t;

	k->tokens.owed = answers_owed(&k->face->answers, now);
	mouse_form(k);
	tokens_feed(&k->tokens, data, len);
	while (tokens_next(&k->tokens, &t))
		if (take(k, &t, now)) return true;
	k->hold = now + tokens_hold_ms(&k->tokens);
	return false;
}

bool keyboard_tick(struct keyboard *k, int64_t now)
{
	struct token t;

	if (tokens_holding(&k->tokens) && now >= k->hold && tokens_flush(&k->tokens, &t) && take(k, &t, now)) return true;
	if (keys_pressed(&k->past) && now >= k->past_pressed) past_found(k);
	return keys_pressed(&k->keys) && now >= k->pressed;
}

void keyboard_drop(struct keyboard *k, int in, int ms)
{
	int64_t const until = clock_ms() + ms;
	struct answers *const answers = &k->face->answers;
	uint8_t data[1024];
	struct token t;

	while (!answers->end_new) {
		int64_t const now = clock_ms();
		struct pollfd p = { in, POLLIN, 0 };
		if (now >= until || poll(&p, 1, (int)(until - now)) <= 0) return;
		ssize_t const n = read(in, data, sizeof data);
		if (n <= 0) return;
		k->tokens.owed = true;
		tokens_feed(&k->tokens, data, (size_t)n);
		while (tokens_next(&k->tokens, &t)) face_answer(k->face, &t, clock_ms());
	}
}

int keyboard_timeout(struct keyboard const *k, int64_t now)
{
	int64_t at = INT64_MAX;

	if (tokens_holding(&k->tokens)) at = k->hold;
	if (keys_pressed(&k->keys) && k->pressed < at) at = k->pressed;
	if (keys_pressed(&k->past) && k->past_pressed < at) at = k->past_pressed;
	if (at == INT64_MAX) return -1;
	return at > now ? (int)(at - now) : 0;
}
