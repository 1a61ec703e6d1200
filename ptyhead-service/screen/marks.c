/* SPDX-License-Identifier: ISC */
/* What a shell reports beside its text: its directory (OSC 7), and where prompts and
 * command output begin (OSC 133). */
#include "screen_int.h"

#include <string.h>

/* The directory that the program reports. */
void marks_directory(struct screen *s, char const *uri, size_t len)
{
	spend(s, COST_STRING);
	if (!s->p.str_cut) string_set(&s->directory, len ? uri : NULL, len);
}

/* OSC 133: where a prompt, typed input and command output begin, and how the command
 * ended. */
void marks_prompt(struct screen *s, char const *text, size_t len)
{
	static char const kinds[] = { 'A', 'B', 'C', 'D' };
	char const *const kind = len ? memchr(kinds, text[0], sizeof kinds) : NULL;
	if (!kind || (len > 1 && text[1] != ';')) return;
	s->prompt = (uint8_t)(SCREEN_PROMPT_START + (kind - kinds));
	if (s->prompt == SCREEN_PROMPT_START) {
		size_t const n = len - 1 < sizeof s->prompt_args ? len - 1 : 0;
		row_at(s, s->grid, s->y)->flags |= ROW_PROMPT;
		memcpy(s->prompt_args, text + 1, n); /* including its semicolon */
		s->prompt_args[n] = 0;
	}
	if (s->prompt != SCREEN_PROMPT_DONE) return;
	s->status = -1;
	for (size_t i = 2; i < len && text[i] >= '0' && text[i] <= '9' && s->status < 10000; i++)
		s->status = (s->status < 0 ? 0 : s->status * 10) + (text[i] - '0');
}

void marks_start(struct screen const *s, struct screen_buf *out)
{
	screen_buf_str(out, "\033]133;A");
	screen_buf_str(out, s->prompt_args);
	screen_buf_str(out, "\033\\");
}

static bool prompt_seen(struct screen const *s, struct grid const *g)
{
	for (unsigned y = 0; y < s->rows; y++)
		if (row_at(s, g, y)->flags & ROW_PROMPT) return true;
	return false;
}

void marks_directory_write(struct screen const *s, struct screen_buf *out)
{
	screen_buf_str(out, "\033]7;");
	screen_buf_str(out, screen_directory(s));
	screen_buf_str(out, "\033\\");
}

void marks_before(struct screen const *s, struct screen_buf *out)
{
	if (screen_directory(s)[0]) marks_directory_write(s, out);
	if (s->status >= 0 && s->prompt != SCREEN_PROMPT_DONE) screen_buf_fmt(out, "\033]133;D;%d\033\\", s->status);
	bool const shown = prompt_seen(s, &s->main) || (s->alt_on && prompt_seen(s, &s->alt));
	if (shown || (s->prompt != SCREEN_PROMPT_START && !s->prompt_args[0])) return;
	marks_start(s, out);
	screen_buf_str(out, "\033[M");
}

void marks_after(struct screen const *s, struct screen_buf *out)
{
	if (s->prompt == SCREEN_PROMPT_INPUT) screen_buf_str(out, "\033]133;B\033\\");
	if (s->prompt == SCREEN_PROMPT_OUTPUT) screen_buf_str(out, "\033]133;C\033\\");
	if (s->prompt == SCREEN_PROMPT_DONE) screen_buf_str(out, "\033]133;D");
	if (s->prompt == SCREEN_PROMPT_DONE && s->status >= 0) screen_buf_fmt(out, ";%d", s->status);
	if (s->prompt == SCREEN_PROMPT_DONE) screen_buf_str(out, "\033\\");
}

void marks_forget(struct screen *s)
{
	s->prompt = SCREEN_PROMPT_NONE;
	s->status = -1;
	s->prompt_args[0] = 0;
}
