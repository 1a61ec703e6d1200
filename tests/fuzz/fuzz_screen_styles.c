/* SPDX-License-Identifier: ISC */
/* The screen engine under more styles than it may keep (built with a
 * SCREEN_STYLES_MAX of a few): numbers are taken back and given out again, and
 * refused. Each byte of the input chooses a sequence, a few of them with a colour
 * that is new each time, and all of it comes again and again. What comes out must not depend on how it was cut; that a restored
 * screen is equal is not promised once styles were refused. */
#include "screen_checks.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);

static size_t token(uint8_t c, unsigned turn, char *out)
{
	static char const *const few[] = {
		"\033[m", "\033[1m", "\033[22m", "\033[3;4m", "\033[7m", "\033[0;1m", "\033[39;49m", "\033[4:3m", "\033[;m", "\033[38;5;1m",
		"\033[K", "\033[2J", "\033[H", "\n", "\r", "\033[A", "\033[5;1H", "\033[M", "\033[2S", "\0337", "\0338", "\033[?1049h",
		"\033[?1049l", "\033[1\"q", "\033[0\"q", "\033[3X", "\033]8;;x:\033\\", "\033]8;;\033\\", "\033[b", "\033[9P", "\030", "\033[",
	};
	if (c < 64) return (size_t)sprintf(out, "%s", few[c & 31]);
	if (c < 128) return (size_t)sprintf(out, "%.*s", 1 + (c & 31), "text of some length, of one style");
	if (c < 176) return (size_t)sprintf(out, "\033[3%um", c & 7u);
	if (c < 208) return (size_t)sprintf(out, "\033[38;5;%um%c", turn % 256, 'a' + (c & 15));
	if (c < 224) return (size_t)sprintf(out, "\033[48;2;%u;%u;9m", c & 7u, turn % 200);
	return (size_t)sprintf(out, "\033[38;2;%u;%u;9m%c", c & 1u, turn % 256, 'A' + (c & 15));
}

static void fed(struct screen **ret, struct log *l, char const *text, size_t n, size_t piece)
{
	*ret = start(l, 8, 40);
	for (size_t at = 0; at < n; at += piece) screen_feed(*ret, text + at, n - at < piece ? n - at : piece);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size)
{
	static char text[1 << 13];
	struct log whole_log = { 0 }, bytes_log = { 0 }, pieces_log = { 0 };
	struct screen *whole, *bytes, *pieces;
	size_t n = 0;
	for (unsigned turn = 0; turn < 400 && size > 0; turn++)
		for (size_t i = 0; i < size && n + 64 < sizeof text; i++) n += token(data[i], turn, text + n);
	fed(&whole, &whole_log, text, n, sizeof text);
	fed(&bytes, &bytes_log, text, n, 1);
	fed(&pieces, &pieces_log, text, n, 17 + (size ? data[0] % 64 : 0));
	same(whole, bytes, "whole and by bytes", NULL);
	same(whole, pieces, "whole and in pieces", NULL);
	struct screen *const copy = screen_clone(whole);
	if (!copy) abort();
	same(whole, copy, "clone", NULL);
	/* What is left on the screen becomes lines, too. */
	screen_reset(whole);
	screen_reset(bytes);
	screen_reset(pieces);
	if (whole_log.hash != bytes_log.hash || whole_log.hash != pieces_log.hash) die("split", "lines differ", NULL);
	screen_free(copy);
	screen_free(whole);
	screen_free(bytes);
	screen_free(pieces);
	return 0;
}
